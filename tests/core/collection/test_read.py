import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from tests.core.instruments import DONT_KNOW, FIXED, NOT_APPLICABLE, instrument, item, stratum
from waspada.collection import files
from waspada.collection.invited import read_invited
from waspada.collection.model import BLANK, EVERYONE
from waspada.collection.read import read_responses
from waspada.errors import AnswersError
from waspada.instrument.model import Evidence, Form

ASKED = instrument(
    [item("clashes_feared"), item("police_ready", direction=-1, core=True)],
    strata=(stratum("youth"), stratum("press")),
    rules=[FIXED],
)
PLAIN = instrument(ASKED.items)
HEADER = "region,stratum,clashes_feared,police_ready"
GOOD = f"{HEADER}\n63.11,youth,agree,Sangat setuju\n63.01,press,,Don't know\n"


def write(tmp_path: Path, text: str | bytes, name: str = "answers.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(tmp_path, text, asked=ASKED, **options):
    return read_responses(write(tmp_path, text), asked, **options)


def faults_of(tmp_path, text, asked=ASKED, **options):
    with pytest.raises(AnswersError) as caught:
        read(tmp_path, text, asked, **options)
    return caught.value


def test_codes_and_labels_of_both_languages_become_positions(tmp_path):
    found = read(tmp_path, GOOD).responses
    assert found.regions == ("63.01", "63.11")
    assert found.strata == ("youth", "press")
    assert found.region.tolist() == [1, 0]
    assert found.stratum.tolist() == [0, 1]
    assert found.choice.tolist() == [[3, 4], [BLANK, DONT_KNOW]]


@pytest.mark.parametrize(
    ("cell", "position"),
    [
        ("  STRONGLY AGREE ", 4),
        ("Don’t  know", DONT_KNOW),
        ("don't know", DONT_KNOW),
        ("TIDAK BERLAKU DI SINI", NOT_APPLICABLE),
        ("\u00a0agree", 3),
        ("   ", BLANK),
    ],
)
def test_case_spaces_and_apostrophes_do_not_matter(tmp_path, cell, position):
    text = f"region,clashes_feared,police_ready\n63.11,{cell},agree\n"
    assert read(tmp_path, text, PLAIN).responses.choice[0, 0] == position


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_byte_order_mark_and_line_ends(tmp_path, mark, start, end):
    text = start + GOOD.replace(",", mark).replace("\n", end)
    assert read(tmp_path, text).responses.choice.tolist() == [[3, 4], [BLANK, DONT_KNOW]]


def test_columns_the_instrument_does_not_name_are_listed_and_not_kept(tmp_path):
    text = "name,region,clashes_feared,police_ready,\nAni,63.11,agree,agree,\n"
    found = read(tmp_path, text, PLAIN)
    assert found.ignored_columns == ("name",)
    assert found.responses.strata == (EVERYONE,)
    assert not any("Ani" in str(value) for value in vars(found.responses).values())


def test_misspelt_columns_are_named_with_what_they_look_like(tmp_path):
    text = "Region,stratum,clashes feared,police_redy\n63.11,youth,agree,agree\n"
    error = faults_of(tmp_path, text)
    assert [(f.code, f.place) for f in error.faults] == [
        ("near_miss", 'row 1, column "Region"'),
        ("near_miss", 'row 1, column "clashes feared"'),
        ("near_miss", 'row 1, column "police_redy"'),
    ]
    assert 'looks like "police_ready"' in error.message


def test_misspelt_element_column_does_not_pass_as_no_elements(tmp_path):
    error = faults_of(tmp_path, GOOD.replace("stratum", "Stratum"))
    assert [f.code for f in error.faults] == ["near_miss"]


def test_numbered_items_are_not_taken_for_one_another(tmp_path):
    asked = instrument([item("question_1"), item("question_2")])
    error = faults_of(tmp_path, "region,question_1,question_3\n63.11,agree,agree\n", asked)
    assert [f.code for f in error.faults] == ["missing_items"]
    assert "missing: question_2" in error.message


def test_missing_items_point_at_the_core_form_where_it_fits(tmp_path):
    text = "region,stratum,police_ready\n63.11,youth,agree\n"
    assert "--form core" in faults_of(tmp_path, text).message
    core = read(tmp_path, text, ASKED.in_form(Form.CORE))
    assert core.responses.choice.tolist() == [[3]]


def test_items_nobody_is_asked_need_no_column(tmp_path):
    asked = instrument([item("clashes_feared"), item("rulings", evidence=Evidence.FACT)])
    found = read(tmp_path, "region,clashes_feared\n63.11,agree\n", asked)
    assert found.responses.choice.tolist() == [[3, BLANK]]


BAD = (
    "response_id,region,stratum,clashes_feared,police_ready\n"
    "1,63.11,youth,agre,agree\n"
    "2,,press,agree,agree\n"
    "\n"
    "3,63.11,yout,agree,agree\n"
    "2,63.11,youth,agree,agree\n"
    "5,63.11,youth,agree\n"
    "6,63.11,youth,agree,agree\n"
)


def test_all_faults_are_told_at_once_with_row_column_value_and_remedy(tmp_path):
    error = faults_of(tmp_path, BAD)
    assert [(f.code, f.place) for f in error.faults] == [
        ("answer", 'row 2, column "clashes_feared"'),
        ("region", 'row 3, column "region"'),
        ("element", 'row 5, column "stratum"'),
        ("id_twice", 'row 6, column "response_id"'),
        ("ragged_row", "row 7"),
    ]
    assert '"agre" is no answer to this item. Did you mean "agree"?' in error.message
    assert 'The id "2" stands in row 3 already.' in error.message
    assert 'Did you mean "youth"?' in error.message
    assert error.exit_code == 11


def test_lenient_sets_rows_aside_and_keeps_the_others(tmp_path):
    found = read(tmp_path, BAD, lenient=True)
    assert len(found.responses) == 1
    assert [(a.row, a.column) for a in found.set_aside] == [
        (2, "clashes_feared"), (3, "region"), (5, "stratum"), (6, "response_id"), (7, ""),
    ]  # fmt: skip


def test_meetings_are_told_apart_from_twenty_answers_on_and_lose_their_name(tmp_path):
    header, line = "region,meeting," + ",".join(i.code for i in ASKED.items), []
    blank = "," * (len(ASKED.items) - 1)
    for region, meeting, n in (("A", "one", 20), ("A", "two", 19), ("B", "one", 25), ("B", "", 30)):
        line += [f"{region},{meeting},{blank}"] * n
    text = "\n".join([header, *line])
    received = read(tmp_path, text, meeting_column="meeting")
    assert "meeting" not in received.ignored_columns
    assert np.unique(received.responses.meeting, return_counts=True)[0].tolist() == [0, 1, 2]
    assert np.bincount(received.responses.meeting).tolist() == [49, 20, 25]
    assert read(tmp_path, text).responses.meeting is None


def test_meeting_column_that_is_not_there_is_a_fault(tmp_path):
    header = "region," + ",".join(i.code for i in ASKED.items)
    with pytest.raises(AnswersError, match="hall"):
        read(tmp_path, header + "\nA" + "," * len(ASKED.items), meeting_column="hall")


def test_invited_are_read_by_region_and_element(tmp_path):
    path = write(tmp_path, "region,element,invited\n63.01,a,12\n63.01,b,7\n63.02,a,0\n")
    assert read_invited(path) == {"63.01": {"a": 12, "b": 7}, "63.02": {"a": 0}}
    path = write(tmp_path, "region,invited\n63.01,12\n")
    assert read_invited(path) == {"63.01": {EVERYONE: 12}}


def test_faults_of_the_invited_are_told_together(tmp_path):
    text = "region,element,invited\n63.01,a,many\n63.01,b,7\n63.01,b,8\n"
    with pytest.raises(AnswersError) as caught:
        read_invited(write(tmp_path, text))
    assert [fault.code for fault in caught.value.faults] == ["invited", "invited_twice"]
    with pytest.raises(AnswersError, match="invited"):
        read_invited(write(tmp_path, "region,number\n63.01,5\n"))


def test_lenient_does_not_measure_nothing(tmp_path):
    error = faults_of(tmp_path, f"{HEADER}\n63.11,youth,nonsense,agree\n", lenient=True)
    assert error.faults[0].code == "all_set_aside"


def test_lenient_still_refuses_missing_columns(tmp_path):
    error = faults_of(tmp_path, "region,stratum\n63.11,youth\n", lenient=True)
    assert error.faults[0].code == "missing_items"


def test_at_most_fifty_faults_are_printed_and_all_are_counted(tmp_path):
    error = faults_of(tmp_path, HEADER + "\n" + "63.11,youth,x,agree\n" * 1200)
    assert len(error.message.splitlines()) == 52
    assert error.message.splitlines()[0] == "answers.csv: 1,200 faults."
    assert error.message.splitlines()[-1] == "... and 1,150 more."


def test_unknown_region_is_a_fault_only_where_regions_are_known(tmp_path):
    read(tmp_path, GOOD)
    error = faults_of(tmp_path, GOOD, regions=["63.11", "63.10"])
    assert [f.place for f in error.faults] == ['row 3, column "region"']


def test_regions_of_the_instrument_are_the_known_ones_unless_others_are_named(tmp_path):
    asked = replace(ASKED, regions=("63.11",))
    assert [f.code for f in faults_of(tmp_path, GOOD, asked).faults] == ["region"]
    assert len(read(tmp_path, GOOD, asked, regions=["63.01", "63.11"]).responses) == 2


def test_element_column_can_be_named_and_must_then_exist(tmp_path):
    text = GOOD.replace("stratum", "unsur")
    assert read(tmp_path, text, stratum_column="unsur").responses.stratum.tolist() == [0, 1]
    assert faults_of(tmp_path, text, stratum_column="element").faults[0].code == "no_such_column"
    assert faults_of(tmp_path, text, PLAIN, stratum_column="unsur").faults[0].code == "no_elements"


def test_a_column_twice_is_refused(tmp_path):
    text = "region,clashes_feared,clashes_feared\n63.11,agree,agree\n"
    assert faults_of(tmp_path, text, PLAIN).faults[0].code == "column_twice"


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "empty_file", "file"),
        (HEADER.encode(), "no_rows", "below the header"),
        (HEADER.encode() + b"\n,,,\n", "no_rows", "below the header"),
        (b"\n\n", "no_header", "row 1"),
        (GOOD.encode() + b"63.11,\0,,\n", "nul_byte", "line 4"),
        (GOOD.encode() + "63.11,Größe".encode("latin-1"), "not_utf8", "line 4"),
        (GOOD.encode("utf-16"), "not_utf8", "line 1"),
        (GOOD.encode() + b'63.11,"youth', "broken_csv", "line 4"),
    ],
)
def test_unreadable_text_is_told_with_its_line(tmp_path, content, code, place):
    (fault,) = faults_of(tmp_path, content).faults
    assert (fault.code, fault.place) == (code, place)


def test_missing_file_folder_and_unknown_format(tmp_path):
    for path, code in [
        (tmp_path / "no.csv", "no_file"),
        (tmp_path, "a_folder"),
        (Path(), "a_folder"),
        (tmp_path / ("x" * 300), "no_file"),
        (tmp_path / "no.csv" / "no.csv", "no_file"),
        (write(tmp_path, "x", "answers.pdf"), "unknown_format"),
        (write(tmp_path, "no zip", "answers.xlsx"), "broken_workbook"),
        (write(tmp_path, "no parquet", "answers.parquet"), "broken_parquet"),
    ]:
        with pytest.raises(AnswersError) as caught:
            read_responses(path, ASKED)
        assert caught.value.faults[0].code == code


def test_too_large_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    assert faults_of(tmp_path, GOOD).faults[0].code == "file_too_large"


def workbook(path, rows):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for r, cells in enumerate(rows):
            for c, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(r, c, cell)
        book.add_worksheet("notes").write(0, 0, "not read")


def test_workbook_says_the_same_as_the_text(tmp_path):
    rows = [HEADER.split(","), ["63.11", "youth", "agree", "Sangat setuju"]]
    rows += [[], ["63.01", "press", None, "Don't know"]]
    workbook(tmp_path / "answers.xlsx", rows)
    found = read_responses(tmp_path / "answers.xlsx", ASKED).responses
    assert found.choice.tolist() == [[3, 4], [BLANK, DONT_KNOW]]
    assert found.regions == ("63.01", "63.11")


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (1_048_575, 40), (9_999, 16_383)])
def test_cell_far_out_is_told_before_the_reader_asks_for_all_memory(tmp_path, row, column):
    rows = [HEADER.split(","), ["63.11", "youth", "agree", "agree"]]
    with xlsxwriter.Workbook(tmp_path / "answers.xlsx") as book:
        sheet = book.add_worksheet()
        for r, cells in enumerate(rows):
            sheet.write_row(r, 0, cells)
        sheet.write(row, column, "x")
    with pytest.raises(AnswersError) as caught:
        read_responses(tmp_path / "answers.xlsx", ASKED)
    (fault,) = caught.value.faults
    assert fault.code == "sheet_too_large"
    assert f"{row + 1:,} rows and {column + 1:,} columns" in fault.problem


def test_address_is_found_where_two_blocks_of_a_sheet_meet(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "answers.xlsx", "w") as parts:
        filler = b" " * (1_000_000 - 10)
        parts.writestr("xl/worksheets/sheet1.xml", filler + b'<c r="XFD1048576"/>')
    with pytest.raises(AnswersError, match="1,048,576 rows"):
        read_responses(tmp_path / "answers.xlsx", ASKED)


def test_rows_of_a_workbook_are_counted_as_it_shows_them(tmp_path):
    rows = [HEADER.split(","), [], ["63.11", "youth", "agree", "what"]]
    workbook(tmp_path / "answers.xlsx", rows)
    with pytest.raises(AnswersError, match='row 3, column "police_ready"'):
        read_responses(tmp_path / "answers.xlsx", ASKED)


def test_region_codes_stored_as_numbers_are_refused(tmp_path):
    """63.10 in a number cell is 63.1; a whole number such as 6311 is unmistakable."""
    workbook(tmp_path / "a.xlsx", [HEADER.split(","), [63.10, "youth", "agree", "agree"]])
    with pytest.raises(AnswersError, match="stored as a number"):
        read_responses(tmp_path / "a.xlsx", ASKED)
    workbook(tmp_path / "b.xlsx", [HEADER.split(","), [6311, "youth", "agree", "agree"]])
    assert read_responses(tmp_path / "b.xlsx", ASKED).responses.regions == ("6311",)


def test_other_cell_types_of_a_workbook_are_faults_not_crashes(tmp_path):
    rows = [HEADER.split(","), ["63.11", "youth", True, date(2024, 11, 27)]]
    workbook(tmp_path / "answers.xlsx", rows)
    with pytest.raises(AnswersError) as caught:
        read_responses(tmp_path / "answers.xlsx", ASKED)
    assert [f.code for f in caught.value.faults] == ["answer", "answer"]


@pytest.mark.parametrize("dictionary", [False, True])
def test_parquet_says_the_same_as_the_text(tmp_path, dictionary):
    table = pa.table(
        {
            "region": ["63.11", "63.01"],
            "stratum": ["youth", "press"],
            "clashes_feared": ["agree", None],
            "police_ready": ["Sangat setuju", "Don't know"],
            "number": [1.5, 2.0],
        }
    )
    if dictionary:
        table = table.set_column(2, "clashes_feared", table.column(2).dictionary_encode())
    parquet.write_table(table, tmp_path / "answers.parquet")
    found = read_responses(tmp_path / "answers.parquet", ASKED)
    assert found.responses.choice.tolist() == [[3, 4], [BLANK, DONT_KNOW]]
    assert found.ignored_columns == ("number",)


def test_column_of_any_type_may_stand_in_a_parquet_file(tmp_path):
    """Survey tools add times, lists and records; nobody asked for them, they are ignored."""
    extra = {
        "when": pa.array([datetime(2024, 11, 27), None]),
        "long": pa.array([timedelta(seconds=3)] * 2),
        "many": pa.array([["a", "b"], []]),
        "place": pa.array([{"lat": 1.0}, None]),
        "price": pa.array([Decimal("1.50"), None]),
        "raw": pa.array([b"\xff", None]),
        "nothing": pa.nulls(2),
        "flag": pa.array([True, False]),
        "large": pa.array(["x", "y"], pa.large_string()),
        "view": pa.array(["x", "y"], pa.string_view()),
        "tiny": pa.array([1, 2], pa.uint8()),
    }
    rows = [line.split(",") for line in GOOD.splitlines()]
    columns = {name: pa.array(cells) for name, *cells in zip(*rows, strict=True)}
    parquet.write_table(pa.table({**columns, **extra}), tmp_path / "answers.parquet")
    found = read_responses(tmp_path / "answers.parquet", ASKED)
    assert found.ignored_columns == tuple(extra)
    assert len(found.responses) == 2


def test_text_of_a_parquet_file_that_is_not_utf8_is_told(tmp_path):
    raw = pa.array([b"\xff"]).view(pa.string())
    parquet.write_table(pa.table({"region": raw}), tmp_path / "answers.parquet")
    with pytest.raises(AnswersError) as caught:
        read_responses(tmp_path / "answers.parquet", ASKED)
    assert caught.value.faults[0].code == "broken_parquet"


def test_large_file_is_read_the_fast_way_with_the_same_result(tmp_path, monkeypatch):
    chance = np.random.default_rng(1)
    cells = ["agree", "disagree", "", "Tidak tahu", ' "quoted, cell" ', "x"]
    body = "".join(
        f"63.{chance.integers(10, 20)},youth,{chance.choice(cells[:4])},agree\n" for _ in range(500)
    )
    for extra in ("", "63.11,youth,x,agree\n", "\n", '63.11,"you\nth",agree,agree\n'):
        text = f"{HEADER}\n{body}{extra}{body}"
        results = []
        for limit in (10**9, 1):
            monkeypatch.setattr(files, "LARGE_FILE", limit)
            found = read(tmp_path, text, lenient=True)
            results.append(found)
        exact, fast = results
        np.testing.assert_array_equal(exact.responses.choice, fast.responses.choice)
        np.testing.assert_array_equal(exact.responses.region, fast.responses.region)
        assert exact.set_aside == fast.set_aside


def test_empty_rows_are_no_responses(tmp_path):
    assert len(read(tmp_path, GOOD + "\n,,,\n \n").responses) == 2


def test_response_with_a_region_and_no_answer_is_a_response(tmp_path):
    found = read(tmp_path, GOOD + "63.11,youth,,\n").responses
    assert len(found) == 3
    assert found.choice[2].tolist() == [BLANK, BLANK]


def test_people_of_one_bowl_are_given_with_all_their_elements(tmp_path):
    text = f"{HEADER}\n63.11,Press + youth,agree,agree\n63.11,press,agree,agree\n"
    found = read(tmp_path, text).responses
    assert found.strata == ("youth", "press", "youth+press")
    assert found.stratum.tolist() == [2, 1]


@pytest.mark.parametrize("element", ["youth+", "youth+army", "youth+youth", "+"])
def test_a_bowl_of_unknown_elements_is_a_fault(tmp_path, element):
    error = faults_of(tmp_path, f"{HEADER}\n63.11,{element},agree,agree\n")
    assert [fault.code for fault in error.faults] == ["element"]
