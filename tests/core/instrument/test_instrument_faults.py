"""Every fault code: one good instrument, one change, one fault."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import xlsxwriter

from tests.core.instrument.minimal import (
    EN,
    ID,
    minimal,
    minimal_twin,
    sheet_of,
    with_cell,
    with_rows,
    with_sheet,
    without_column,
    without_row,
    without_sheet,
)
from waspada.errors import Fault, InstrumentError
from waspada.instrument.faults import FaultCode
from waspada.instrument.files import (
    check_folder_agrees,
    convert,
    differences,
    read_instrument,
    read_sheets,
    write_sheets,
)
from waspada.instrument.parse import parse, parse_twin
from waspada.instrument.sheets import MAX_BYTES, Sheet, Sheets
from waspada.instrument.twin import sheets_from_twin, twin_text
from waspada.instrument.xlsx import sheets_from_xlsx, xlsx_bytes

ROOT = Path(__file__).parents[3]
SHEET_PART = "xl/worksheets/sheet1.xml"

Change = Callable[[Sheets], Sheets]
QUESTION = {
    "type": "select_one likelihood",
    "name": "more",
    f"label{ID}": "Lagi?",
    f"label{EN}": "More?",
}


def cell(sheet: str, row: int, column: str, text: str) -> Change:
    return lambda sheets: with_cell(sheets, sheet, row, column, text)


def add(sheet: str, row: dict[str, str], at: int | None = None) -> Change:
    return lambda sheets: with_rows(sheets, sheet, row, at=at)


def with_power(aggregation: str, power: str) -> Change:
    return lambda sheets: with_cell(
        with_cell(sheets, "index", 3, "aggregation", aggregation), "index", 3, "power", power
    )


def node(code: str, parent: str) -> dict[str, str]:
    label = {f"label{ID}": code, f"label{EN}": code}
    return {"code": code, "parent": parent, "level": "indicator", "evidence": "fact", **label}


def list_name(sheets: Sheets) -> Sheets:
    only_missing = {"name": "no_answer", f"label{ID}": "Tidak", f"label{EN}": "No"}
    row = {"list_name": "empty", "missing": "no_answer", **only_missing}
    return with_cell(with_rows(sheets, "choices", row), "survey", 5, "type", "select_one empty")


def deep(sheets: Sheets) -> Sheets:
    """The 20th node of the chain is the first with 20 nodes above it."""
    chain = ["example", *(f"n{n}" for n in range(20))]
    rows = [node(code, parent) for parent, code in pairwise(chain)]
    return with_rows(sheets, "index", *rows)


def cycle(sheets: Sheets) -> Sheets:
    return with_rows(sheets, "index", node("one", "two"), node("two", "one"))


# What the parser finds. Each change causes this one fault, at the place named.
CONTENT: list[tuple[FaultCode, Change, str]] = [
    (FaultCode.MISSING_SHEET, lambda s: without_sheet(s, "index"), 'sheet "index"'),
    (FaultCode.MISSING_COLUMN, lambda s: without_column(s, "survey", "node"), 'sheet "survey"'),
    (FaultCode.MISSING_VALUE, cell("settings", 2, "version", " "), 'row 2, column "version"'),
    (
        FaultCode.MISSING_TRANSLATION,
        cell("survey", 4, f"label{EN}", ""),
        f'sheet "survey", row 4, column "label{EN}"',
    ),
    (
        FaultCode.MISSING_TRANSLATION,
        cell("strata", 2, f"description{ID}", ""),
        f'row 2, column "description{ID}"',
    ),
    (FaultCode.BAD_CODE, cell("settings", 2, "form_id", "My form"), 'column "form_id"'),
    (FaultCode.BAD_CODE, cell("choices", 2, "name", "a b"), 'sheet "choices", row 2'),
    (FaultCode.DUPLICATE_CODE, cell("survey", 5, "name", "clash"), 'row 5, column "name"'),
    (FaultCode.DUPLICATE_CODE, cell("choices", 3, "name", "low"), 'sheet "choices", row 3'),
    (
        FaultCode.DUPLICATE_CODE,
        lambda s: with_rows(s, "strata", sheet_of(s, "strata").rows[1]),
        'sheet "strata", row 4',
    ),
    (FaultCode.DUPLICATE_CODE, add("index", node("rulings", "example")), 'sheet "index", row 5'),
    (FaultCode.BAD_WEIGHT, cell("index", 3, "weight", "0"), 'sheet "index", row 3'),
    (FaultCode.BAD_WEIGHT, cell("survey", 4, "weight", "0,5"), 'sheet "survey", row 4'),
    (FaultCode.BAD_WEIGHT, cell("strata", 2, "weight", "nan"), 'sheet "strata", row 2'),
    (FaultCode.BAD_DIRECTION, cell("survey", 4, "direction", "-"), 'column "direction"'),
    (FaultCode.BAD_DIRECTION, cell("index", 3, "direction", "2"), 'sheet "index", row 3'),
    (FaultCode.BAD_FLAG, cell("survey", 4, "core", "x"), 'row 4, column "core"'),
    (FaultCode.NOT_WHOLE, cell("strata", 2, "minimum_count", "4.5"), 'column "minimum_count"'),
    (
        FaultCode.NOT_WHOLE,
        cell("categories", 2, "min_answers_region", "-1"),
        'column "min_answers_region"',
    ),
    (FaultCode.UNKNOWN_POLARITY, cell("settings", 2, "polarity", "up"), 'column "polarity"'),
    (FaultCode.UNKNOWN_EVIDENCE, cell("settings", 2, "evidence", "hunch"), 'column "evidence"'),
    (FaultCode.UNKNOWN_EVIDENCE, cell("survey", 4, "evidence", "fact"), 'sheet "survey", row 4'),
    (FaultCode.NOT_ONE_SETTINGS_ROW, lambda s: without_row(s, "settings", 2), 'sheet "settings"'),
    (FaultCode.BAD_SCORE, cell("choices", 3, "score", "101"), 'sheet "choices", row 3'),
    (FaultCode.CHOICE_WITHOUT_MEANING, cell("choices", 3, "score", ""), 'column "score"'),
    (FaultCode.CHOICE_WITH_TWO_MEANINGS, cell("choices", 4, "score", "5"), 'column "missing"'),
    (FaultCode.UNKNOWN_MISSING_KIND, cell("choices", 4, "missing", "blank"), 'column "missing"'),
    (FaultCode.UNSUPPORTED_TYPE, cell("survey", 5, "type", "integer"), 'row 5, column "type"'),
    (FaultCode.UNSUPPORTED_TYPE, cell("survey", 5, "type", "select_multiple l"), "row 5"),
    (FaultCode.FORBIDDEN_TYPE, add("survey", {"type": "deviceid", "name": "d"}), "row 7"),
    (FaultCode.ITEM_WITHOUT_SCALE, cell("survey", 5, "type", "select_one"), "row 5"),
    (FaultCode.SCALE_WITHOUT_CHOICES, cell("survey", 5, "type", "select_one none"), "row 5"),
    (FaultCode.SCALE_WITHOUT_SCORES, list_name, 'sheet "survey", row 5'),
    (FaultCode.ITEM_OUTSIDE_SECTION, add("survey", QUESTION), 'sheet "survey", row 7'),
    (FaultCode.NOTE_WITHOUT_QUESTION, cell("survey", 5, "type", "note"), "row 5"),
    (
        FaultCode.NESTED_SECTION,
        add("survey", {**QUESTION, "type": "begin group", "name": "inner"}, at=5),
        'sheet "survey", row 5',
    ),
    (FaultCode.SECTION_NOT_ENDED, lambda s: without_row(s, "survey", 6), "row 2"),
    (FaultCode.SECTION_NOT_BEGUN, add("survey", {"type": "end group"}), "row 7"),
    (FaultCode.BAD_STAGES, cell("survey", 4, "stages", "kampanye pungut"), 'column "stages"'),
    (FaultCode.BAD_STAGES, cell("survey", 4, "stages", "pungut;pungut"), 'column "stages"'),
    (FaultCode.BAD_FACTORS, cell("survey", 4, "factors", "KTS-4"), 'column "factors"'),
    (FaultCode.UNKNOWN_NODE, cell("survey", 5, "node", "weather"), 'row 5, column "node"'),
    (FaultCode.ITEM_ON_BRANCH, cell("survey", 5, "node", "example"), 'row 5, column "node"'),
    (FaultCode.ITEM_ON_FACT, cell("survey", 5, "node", "rulings"), 'row 5, column "node"'),
    (
        FaultCode.NO_ROOT,
        lambda s: with_sheet(s, replace(sheet_of(s, "index"), rows=())),
        'sheet "index", column "parent"',
    ),
    (FaultCode.SEVERAL_ROOTS, cell("index", 4, "parent", ""), 'sheet "index", row 4'),
    (FaultCode.UNKNOWN_PARENT, cell("index", 4, "parent", "nobody"), 'row 4, column "parent"'),
    (FaultCode.CYCLE, cycle, 'sheet "index", row 5'),
    (FaultCode.TOO_DEEP, deep, 'sheet "index", row 24'),
    (FaultCode.UNKNOWN_LEVEL, cell("index", 4, "level", "pillar"), 'column "level"'),
    (FaultCode.UNKNOWN_AGGREGATION, cell("index", 3, "aggregation", "max"), "row 3"),
    (FaultCode.BAD_POWER, cell("index", 3, "aggregation", "generalised"), 'column "power"'),
    (FaultCode.BAD_POWER, with_power("generalised", "much"), 'row 3, column "power"'),
    (FaultCode.BAD_POWER, with_power("generalised", "inf"), 'row 3, column "power"'),
    (FaultCode.BAD_POWER, with_power("geometric", "2"), 'row 3, column "power"'),
    (FaultCode.BAD_MIN_SHARE, cell("index", 3, "min_share", "0"), 'column "min_share"'),
    (FaultCode.BAD_MIN_SHARE, cell("index", 3, "min_share", "1.1"), 'column "min_share"'),
    (FaultCode.NODE_WITHOUT_ITEMS, cell("index", 4, "evidence", ""), 'row 4, column "code"'),
    (FaultCode.DUPLICATE_CODE, cell("regions", 3, "code", "63.01"), 'sheet "regions", row 3'),
    (FaultCode.MISSING_VALUE, lambda s: with_rows(s, "regions", {"note": "x"}), 'sheet "regions"'),
    (FaultCode.UNKNOWN_MERGE, cell("strata", 2, "merge_into", "elders"), 'column "merge_into"'),
    (FaultCode.MERGE_INTO_ITSELF, cell("strata", 2, "merge_into", "youth"), "row 2"),
    (FaultCode.UNKNOWN_RULE_KIND, cell("categories", 2, "kind", "vote"), 'column "kind"'),
    (FaultCode.RULE_DISAGREES, cell("categories", 3, "status", "theirs"), "row 3"),
    (FaultCode.DUPLICATE_CATEGORY, cell("categories", 3, "category", "low"), "row 3"),
    (FaultCode.BAD_CUT_OFF, cell("categories", 3, "upper", "top"), 'row 3, column "upper"'),
    (FaultCode.CUT_OFF_GAP, cell("categories", 3, "lower", "60"), 'row 3, column "lower"'),
    (FaultCode.CUT_OFF_OVERLAP, cell("categories", 3, "lower", "40"), 'row 3, column "lower"'),
    (FaultCode.CUT_OFFS_INCOMPLETE, cell("categories", 3, "upper", "99"), "row 3"),
    (FaultCode.CUT_OFFS_INCOMPLETE, cell("categories", 4, "lower", "-3"), "row 4"),
    (FaultCode.BAD_MARGIN, cell("categories", 2, "hysteresis_margin", "-1"), "row 2"),
    (
        FaultCode.CUT_OFFS_OUT_OF_ORDER,
        lambda s: with_rows(
            with_cell(s, "categories", 3, "lower", "50"),
            "categories",
            {**sheet_of(s, "categories").rows[1], "category": "mid", "lower": "50", "upper": "50"},
            at=3,
        ),
        'row 3, column "upper"',
    ),
]
# Faults that a change brings along because a rule row becomes one of another kind.
ALONG = {FaultCode.UNKNOWN_RULE_KIND: {FaultCode.RULE_DISAGREES}}


def codes(faults: tuple[Fault, ...]) -> set[str]:
    return {fault.code for fault in faults}


@pytest.mark.parametrize(("code", "change", "place"), CONTENT, ids=lambda value: str(value)[:40])
def test_a_change_is_reported_as_its_fault_at_its_place(code, change, place):
    with pytest.raises(InstrumentError) as caught:
        parse(change(minimal()))
    assert codes(caught.value.faults) - ALONG.get(code, set()) == {code}
    fault = next(fault for fault in caught.value.faults if fault.code == code)
    assert place in fault.place
    assert fault.problem.endswith(".")
    assert fault.remedy.endswith(".")


# What is found before anything is parsed.


def changed_workbook(change: Callable[[str], str], part: str = SHEET_PART) -> bytes:
    """A small workbook with the XML of one part changed."""
    data = xlsx_bytes(Sheets((Sheet("index", ("code",), ({"code": "x"},)),)))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            if name == part:
                changed = change(content)
                assert changed != content
                content = changed
            target.writestr(name, content)
    return out.getvalue()


def far_cell(address: str) -> bytes:
    """A workbook whose last cell claims to lie far away."""
    return changed_workbook(lambda xml: xml.replace('r="A2"', f'r="{address}"'))


def far_row() -> bytes:
    return changed_workbook(lambda xml: xml.replace('<row r="2"', '<row r="1048576"'))


def cells_without_address() -> bytes:
    return changed_workbook(lambda xml: xml.replace("</row>", "<c/>" * 201 + "</row>"))


def laughing_workbook() -> bytes:
    """Entities that each hold ten of the one before, and a cell that shows the last."""
    names = "abcdefghijk"
    entities = '<!ENTITY a "ha ha ha ha ha ha ha ha ha ha ">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    return changed_workbook(
        lambda xml: xml.replace("?>", f"?><!DOCTYPE sst [{entities}]>", 1).replace(
            "<t>x</t>", "<t>&k;</t>"
        ),
        "xl/sharedStrings.xml",
    )


def workbook_with(write: Callable[[object], None]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        write(workbook.add_worksheet("index"))
    return buffer.getvalue()


def two_headers(page) -> None:
    page.write_row(0, 0, ["code", "code"])
    page.write_row(1, 0, ["a", "b"])


def two_workbooks(folder: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_sheets(minimal(), folder / name)
    read_instrument(folder)


def write_twice(folder: Path) -> None:
    write_sheets(minimal(), folder / "a.xlsx")
    convert(folder / "a.xlsx", folder / "a.yaml")
    convert(folder / "a.xlsx", folder / "a.yaml")


def disagree(folder: Path) -> None:
    write_sheets(minimal(), folder / "instrument.yaml")
    write_sheets(with_cell(minimal(), "index", 3, "weight", "3"), folder / "a.xlsx")
    check_folder_agrees(folder)


def wrong_suffix(folder: Path) -> None:
    (folder / "a.ods").write_bytes(b"x")
    read_instrument(folder / "a.ods")


def not_utf8(folder: Path) -> None:
    (folder / "a.yaml").write_bytes(b"survey: \xff")
    read_instrument(folder / "a.yaml")


def named(name: str) -> Callable[[Path], object]:
    sheet = Sheet(name, ("a",), ({"a": "x"},))
    return lambda _: sheets_from_twin(twin_text(Sheets((sheet,))))


FILES: list[tuple[FaultCode, Callable[[Path], object]]] = [
    (FaultCode.FILE_NOT_FOUND, lambda folder: read_instrument(folder / "none.yaml")),
    (FaultCode.NO_INSTRUMENT_IN_FOLDER, read_instrument),
    (FaultCode.SEVERAL_WORKBOOKS, two_workbooks),
    (FaultCode.WRONG_FILE_TYPE, wrong_suffix),
    (FaultCode.UNREADABLE_WORKBOOK, lambda _: sheets_from_xlsx(b"PK\x03\x04 no zip")),
    (FaultCode.UNREADABLE_WORKBOOK, lambda _: sheets_from_xlsx(b"")),
    (FaultCode.UNREADABLE_TWIN, lambda _: parse_twin("survey: [")),
    (FaultCode.UNREADABLE_TWIN, not_utf8),
    (FaultCode.TOO_LARGE, lambda _: parse_twin("#" * (MAX_BYTES + 1))),
    (FaultCode.TOO_LARGE, lambda _: sheets_from_xlsx(b"\0" * (MAX_BYTES + 1))),
    (FaultCode.TOO_LARGE, lambda _: sheets_from_xlsx(far_cell("XFD1048576"))),
    (FaultCode.TOO_LARGE, lambda _: sheets_from_xlsx(far_cell("xfd2"))),
    (FaultCode.TOO_LARGE, lambda _: sheets_from_xlsx(far_row())),
    (FaultCode.TOO_LARGE, lambda _: sheets_from_xlsx(cells_without_address())),
    (FaultCode.UNREADABLE_WORKBOOK, lambda _: sheets_from_xlsx(far_cell("R2C2"))),
    (FaultCode.UNREADABLE_WORKBOOK, lambda _: sheets_from_xlsx(laughing_workbook())),
    (FaultCode.TOO_LARGE, lambda _: parse_twin("a:\n  rows:\n" + "  - b: c\n" * 20_001)),
    (FaultCode.TOO_LARGE, lambda _: parse_twin(f"a:\n  rows:\n  - b: {'c' * 32_768}\n")),
    (FaultCode.YAML_ALIAS, lambda _: parse_twin("a: &x\n  rows: []\nb: *x\n")),
    (FaultCode.YAML_ALIAS, lambda _: parse_twin("a:\n  rows:\n  - &x b\n")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("- a\n- b\n")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("a: {rows: [{b: [c]}]}")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("a: {lines: []}")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("a: {columns: x}")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("a: {rows: x}")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("a: {rows: [{' b': x}]}")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("? [a]\n: b\n")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("a: {}\n---\nb: {}\n")),
    (FaultCode.TWIN_STRUCTURE, lambda _: parse_twin("[" * 5_000)),
    (
        FaultCode.FORMULA_ERROR,
        lambda _: sheets_from_xlsx(
            workbook_with(lambda page: page.write_formula(1, 0, "=1/0", None, "#DIV/0!"))
        ),
    ),
    (FaultCode.FORBIDDEN_CHARACTER, lambda _: parse_twin('a: {rows: [{b: "\\x07"}]}')),
    (FaultCode.BAD_SHEET_NAME, named("a/b")),
    (FaultCode.BAD_SHEET_NAME, named("a" * 32)),
    (FaultCode.DUPLICATE_SHEET, lambda _: parse_twin("a: {rows: [{b: c}]}\nA: {}\n")),
    (FaultCode.DUPLICATE_SHEET, lambda _: parse_twin("a: {}\na: {}\n")),
    (FaultCode.DUPLICATE_COLUMN, lambda _: parse_twin("a: {rows: [{b: c, b: d}]}")),
    (FaultCode.DUPLICATE_COLUMN, lambda _: parse_twin("a: {columns: [b, b]}")),
    (FaultCode.DUPLICATE_COLUMN, lambda _: sheets_from_xlsx(workbook_with(two_headers))),
    (FaultCode.EMPTY_FILE, lambda _: parse_twin("# nothing\n")),
    (FaultCode.EMPTY_FILE, lambda _: sheets_from_xlsx(workbook_with(lambda page: None))),
    (FaultCode.ALREADY_EXISTS, write_twice),
    (FaultCode.NOT_WRITABLE, lambda folder: write_sheets(minimal(), folder / "no" / "a.xlsx")),
    (FaultCode.NOT_WRITABLE, lambda folder: write_sheets(minimal(), folder / "no" / "a.yaml")),
    (FaultCode.FILE_NOT_FOUND, lambda folder: read_sheets(folder / ("x" * 300))),
    (FaultCode.TWIN_AND_WORKBOOK_DIFFER, disagree),
]


@pytest.mark.parametrize(("code", "act"), FILES, ids=lambda value: str(value)[:40])
def test_a_file_that_cannot_be_used_is_refused_with_its_code(code, act, tmp_path):
    with pytest.raises(InstrumentError) as caught:
        act(tmp_path)
    assert codes(caught.value.faults) == {code}
    assert caught.value.exit_code == 10


def test_every_code_is_raised_by_a_test():
    raised = {code for code, *_ in CONTENT} | {code for code, _ in FILES}
    assert raised == set(FaultCode)


def test_the_reference_explains_exactly_the_codes_there_are():
    page = (ROOT / "docs/reference/instrument-faults.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(FaultCode)


def test_the_good_instrument_has_no_fault():
    instrument = parse_twin(minimal_twin())
    assert instrument.code == "example"


def test_all_faults_of_a_file_are_reported_at_once():
    sheets = minimal()
    for change in (
        cell("index", 4, "parent", "nobody"),
        cell("survey", 4, "weight", "0"),
        cell("choices", 3, "score", "101"),
        cell("strata", 2, "merge_into", "elders"),
        cell("categories", 3, "lower", "60"),
    ):
        sheets = change(sheets)
    with pytest.raises(InstrumentError, match="5 faults") as caught:
        parse(sheets, source="mine.xlsx")
    assert len(caught.value.faults) == 5
    assert caught.value.message.startswith("mine.xlsx: 5 faults.\n")


def test_a_plain_xlsform_is_told_which_sheets_and_columns_it_needs():
    survey = Sheet("survey", ("type", "name", "label"), ({"type": "text", "name": "a"},))
    choices = Sheet("choices", ("list_name", "name", "label"), ())
    with pytest.raises(InstrumentError) as caught:
        parse(Sheets((survey, choices)))
    assert codes(caught.value.faults) == {"missing_sheet", "missing_column", "unsupported_type"}
    assert f'column "label{ID}"' in caught.value.message
    assert 'sheet "index"' in caught.value.message


def test_a_fault_in_a_twin_names_the_line():
    twin = minimal_twin().replace('weight: "2"', "weight: heavy")
    line = next(n for n, text in enumerate(twin.splitlines(), 1) if "code: security" in text)
    with pytest.raises(InstrumentError) as caught:
        parse_twin(twin)
    assert caught.value.faults[0].place == f'sheet "index", row 3, column "weight" (line {line})'


def test_rows_are_counted_as_the_spreadsheet_shows_them_also_below_an_empty_row():
    sheets = with_rows(minimal(), "index", {}, at=3)
    data = xlsx_bytes(with_cell(sheets, "index", 5, "level", "pillar"))
    with pytest.raises(InstrumentError) as caught:
        parse(sheets_from_xlsx(data))
    assert caught.value.faults[0].place == 'sheet "index", row 5, column "level"'


def test_a_torn_tree_does_not_hide_behind_faults_that_follow_from_it():
    sheets = with_cell(minimal(), "index", 3, "parent", "nobody")
    with pytest.raises(InstrumentError) as caught:
        parse(sheets)
    assert codes(caught.value.faults) == {"unknown_parent"}


def test_a_workbook_that_unpacks_to_a_giant_is_refused_unread():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 101_000_000)
    with pytest.raises(InstrumentError, match="Unpacked it is larger"):
        sheets_from_xlsx(data.getvalue())


def test_differences_stop_after_twenty_places():
    twin = minimal()
    rows = tuple({"code": f"c{n}"} for n in range(50))
    one = with_sheet(twin, replace(sheet_of(twin, "strata"), rows=rows))
    assert len(differences(twin, one, "a.xlsx")) == 20
    assert differences(twin, twin, "a.xlsx") == []
