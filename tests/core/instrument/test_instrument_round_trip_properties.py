"""Workbook and text twin hold the same sheets, whatever stands in the cells."""

from __future__ import annotations

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dose import examples
from waspada.instrument.columns import KNOWN
from waspada.instrument.parse import fingerprint
from waspada.instrument.sheets import Sheet, Sheets, without_empty_rows_at_end
from waspada.instrument.twin import sheets_from_twin, twin_text
from waspada.instrument.xlsx import sheets_from_xlsx, xlsx_bytes

# fmt: off
TRICKY = st.sampled_from([
    "no", "on", "Yes", "NULL", "~", "null", "true", "FALSE", "TRUE", "0.10", "0.1", "1e3", "1E3",
    "007", "0o17", "0x1F", "1_000", "+5", "-1", "5.0", ".5", "12:30", "12:30:00", "1/2",
    "2024-01-02", "2024-01-02T03:04:05Z", "=1+1", "=SUM(A1)", "+A1", "@x", "-x", "'quoted'",
    '"double"', " lead", "trail ", "tab\tinside", "a\nb", "a\n", "\n", "a\n\n b", " \n x", "# no",
    "a: b", "a #b", "a:", "- x", "? x", "! x", "& x", "* x", "| x", "> x", "% x", "{a}", "[a]",
    "---", "...", "<<", "=", "é😀 ñ", "\u2028x", "\ufeffbom", "nbsp\u00a0", "_x0041_", "\\n",
    ".inf", ".nan", "inf", "nan", "0.30000000000000004", "12345678901234567890", "1" * 400,
    "a\n  b\nc", "a\n \nb", "\ta", "a\n\tb", "x\n# y", "x\n- y: z", "((col))", "http://a#b",
])
# fmt: on
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\n\t"),
    max_size=40,
)
CELL = st.one_of(TRICKY, TEXT).filter(bool)
HEADER = (
    (TEXT | TRICKY)
    .map(str.strip)
    .filter(bool)
    .filter(lambda text: len(text) <= 250 and not text.startswith("(column"))
)


@st.composite
def a_sheet(draw: st.DrawFn, name: str) -> Sheet:
    known = [header for column in KNOWN.get(name, ()) for header in column.headers]
    headers = HEADER | st.sampled_from(known) if known else HEADER
    columns = draw(st.lists(headers, max_size=5, unique=True))
    cells = st.dictionaries(st.sampled_from(columns), CELL) if columns else st.just({})
    rows = draw(st.lists(cells, max_size=4))
    ordered = [{column: row[column] for column in columns if column in row} for row in rows]
    return Sheet(name, tuple(columns), without_empty_rows_at_end(ordered))


@st.composite
def some_sheets(draw: st.DrawFn) -> Sheets:
    names = draw(
        st.lists(st.sampled_from([*KNOWN, "external", "My notes", "no", "1e3"]), unique=True)
    )
    sheets = tuple(draw(a_sheet(name)) for name in names)
    full = Sheet("always", ("a",), ({"a": draw(CELL)},))
    return Sheets((*sheets, full))


@given(some_sheets())
@settings(max_examples=examples(150), deadline=None)
def test_twin_to_workbook_to_twin_changes_nothing(sheets: Sheets) -> None:
    text = twin_text(sheets)
    from_twin = sheets_from_twin(text)
    assert from_twin == sheets
    from_workbook = sheets_from_xlsx(xlsx_bytes(from_twin))
    assert from_workbook == sheets
    assert twin_text(from_workbook) == text


@given(some_sheets())
@settings(max_examples=examples(150), deadline=None)
def test_a_reader_that_guesses_types_still_finds_text(sheets: Sheets) -> None:
    guessed = yaml.safe_load(twin_text(sheets))
    assert list(guessed) == [sheet.name for sheet in sheets]
    for sheet in sheets:
        assert guessed[sheet.name]["columns"] == list(sheet.columns)
        assert guessed[sheet.name]["rows"] == list(sheet.rows)


@given(some_sheets())
@settings(max_examples=examples(25), deadline=None)
def test_equal_sheets_give_equal_bytes_and_fingerprints(sheets: Sheets) -> None:
    assert xlsx_bytes(sheets) == xlsx_bytes(sheets)
    assert fingerprint(sheets) == fingerprint(sheets_from_xlsx(xlsx_bytes(sheets)))
