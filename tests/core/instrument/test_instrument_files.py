"""Reading and writing workbooks, twins and folders."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from random import Random

import pytest
import python_calamine
import xlsxwriter

from tests.core.instrument.minimal import minimal, minimal_twin
from tests.dose import examples
from waspada.errors import InstrumentError
from waspada.instrument import (
    convert,
    parse_twin,
    read_instrument,
    read_sheets,
    sheets_from_xlsx,
    twin_text,
    write_sheets,
    xlsx_bytes,
)
from waspada.instrument.numbers import as_exact_number, number_in, number_text
from waspada.instrument.sheets import Sheet, Sheets
from waspada.instrument.twin import sheets_from_twin


def typed_workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet("index")
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        clock = workbook.add_format({"num_format": "hh:mm"})
        page.write_row(0, 0, ["weight", "count", "flag", "day", "moment", "clock", "sum", "text"])
        page.write_number(1, 0, 0.27)
        page.write_number(1, 1, 5)
        page.write_boolean(1, 2, True)
        page.write_datetime(1, 3, datetime(2024, 11, 27), day)
        page.write_datetime(1, 4, datetime(2024, 11, 27, 9, 30), moment)
        page.write_datetime(1, 5, time(9, 30), clock)
        page.write_formula(1, 6, "=1+1", None, 2)
        page.write_string(1, 7, "a\r\nb")
    return buffer.getvalue()


def test_typed_cells_of_a_workbook_become_canonical_text():
    (sheet,) = sheets_from_xlsx(typed_workbook())
    row = sheet.rows[0]
    assert row["weight"] == "0.27"
    assert row["count"] == "5"
    assert row["flag"] == "TRUE"
    assert row["day"] == date(2024, 11, 27).isoformat()
    assert row["moment"] == "2024-11-27T09:30:00"
    assert row["clock"] == "09:30:00"
    assert row["sum"] == "2"
    assert row["text"] == "a\nb"


def test_numeric_columns_are_written_as_numbers_unless_the_spelling_would_change():
    rows = ({"code": "a", "weight": "0.27"}, {"code": "2", "weight": "0.10"})
    sheets = Sheets((Sheet("index", ("code", "weight"), rows),))
    workbook = python_calamine.load_workbook(io.BytesIO(xlsx_bytes(sheets)))
    grid = workbook.get_sheet_by_name("index").to_python()
    assert grid[1:] == [["a", 0.27], ["2", "0.10"]]
    assert sheets_from_xlsx(xlsx_bytes(sheets)) == sheets


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5.0),
        ("0.27", 0.27),
        ("-1", -1.0),
        ("0.10", None),
        ("5.0", None),
        ("1e3", None),
        ("1_0", None),
        ("٣", None),
        ("nan", None),
        ("0.30000000000000004", None),
        ("", None),
    ],
)
def test_only_a_number_in_canonical_spelling_is_written_as_number(text, number):
    assert as_exact_number(text) == number


def test_numbers_are_read_in_any_spelling_but_never_as_infinity():
    assert number_in(" 1e3 ") == 1000
    assert number_in("inf") is None
    assert number_text(1e22) == "1e+22"


def test_a_free_form_sheet_without_headers_survives():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet("read me")
        page.write_string(2, 1, "Written by hand")
        page.write_string(4, 3, "here and there")
    sheets = sheets_from_xlsx(buffer.getvalue())
    (sheet,) = sheets
    assert sheet.columns == ("(column A)", "(column B)")
    assert sheets_from_xlsx(xlsx_bytes(sheets)) == sheets
    assert sheets_from_twin(twin_text(sheets)) == sheets


def test_the_twin_has_one_line_per_cell_and_blocks_for_paragraphs():
    text = twin_text(
        Sheets((Sheet("s", ("a", "b::c (d)"), ({"a": "no", "b::c (d)": "One.\n\nTwo."}, {})),))
    )
    assert text.splitlines()[1:] == [
        "",
        "s:",
        "  columns:",
        "    - a",
        "    - b::c (d)",
        "  rows:",
        '    - a: "no"',
        "      b::c (d): |-",
        "        One.",
        "",
        "        Two.",
        "    - {}",
    ]


def test_a_column_forgotten_in_the_list_of_a_twin_is_added():
    (sheet,) = sheets_from_twin("s:\n  columns: [a]\n  rows:\n    - b: x\n      a: y\n")
    assert sheet.columns == ("a", "b")


def test_a_folder_is_read_from_its_twin_else_from_its_only_workbook(tmp_path: Path):
    write_sheets(minimal(), tmp_path / "any-name.xlsx")
    from_workbook = read_instrument(tmp_path)
    write_sheets(minimal(), tmp_path / "instrument.yaml")
    assert read_instrument(tmp_path) == from_workbook
    assert read_instrument(tmp_path).fingerprint == from_workbook.fingerprint


def test_lock_files_of_spreadsheet_programs_are_no_workbooks(tmp_path: Path):
    write_sheets(minimal(), tmp_path / "a.xlsx")
    (tmp_path / "~$a.xlsx").write_bytes(b"")
    (tmp_path / ".~lock.a.xlsx").write_bytes(b"")
    assert read_instrument(tmp_path).code == "example"


def test_convert_writes_the_other_form_without_loss(tmp_path: Path):
    (tmp_path / "a.yml").write_text(minimal_twin(), encoding="utf-8")
    convert(tmp_path / "a.yml", tmp_path / "a.xlsx")
    convert(tmp_path / "a.xlsx", tmp_path / "b.yaml")
    assert (tmp_path / "b.yaml").read_text(encoding="utf-8") == minimal_twin()


def test_convert_also_carries_a_file_with_faults_of_content(tmp_path: Path):
    write_sheets(Sheets((Sheet("survey", ("type",), ({"type": "text"},)),)), tmp_path / "a.xlsx")
    convert(tmp_path / "a.xlsx", tmp_path / "a.yaml")
    assert read_sheets(tmp_path / "a.yaml").sheets[0].rows == ({"type": "text"},)


def test_a_twin_saved_by_a_windows_editor_is_the_same_instrument(tmp_path: Path):
    text = "\ufeff" + minimal_twin().replace("\n", "\r\n")
    (tmp_path / "a.yaml").write_bytes(text.encode())
    assert read_instrument(tmp_path / "a.yaml") == parse_twin(minimal_twin())


def test_bytes_damaged_at_random_end_in_a_sentence_or_in_sheets():
    chance = Random(63_11)
    data = xlsx_bytes(minimal())
    for _ in range(examples(300)):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with suppress(InstrumentError):
            sheets_from_xlsx(bytes(damaged))
