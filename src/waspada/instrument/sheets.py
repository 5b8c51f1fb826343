"""An instrument file as it was written: sheets of text cells, nothing interpreted yet.

Workbook and text twin both become `Sheets`. Sheets and columns that Waspada does not use are
kept, so that an XLSForm travels through the twin without loss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from waspada.instrument.faults import FaultCode, Faults

MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
"""Characters an XLSX cell holds."""

MAX_HEADER = 250
"""Characters of a column's name."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters except line feed and tab, half characters, and what XML has no room for."""

_SHEET_NAME = re.compile(r"(?!')[^\[\]:*?/\\]{1,31}(?<!')")


@dataclass(frozen=True)
class Sheet:
    """One sheet. A cell that is not in a row's mapping is empty; so is a row without cells.

    rows: the first is row 2 of the spreadsheet, below the header.
    lines: for a sheet from a text twin, the line on which each row begins.
    """

    name: str
    columns: tuple[str, ...] = ()
    rows: tuple[dict[str, str], ...] = ()
    lines: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def place(self, index: int | None = None, column: str | None = None) -> str:
        """Where a person finds a cell: sheet, row as the spreadsheet shows it, column."""
        parts = [f'sheet "{self.name}"']
        if index is not None:
            parts.append(f"row {index + 2}")
        if column is not None:
            parts.append(f'column "{column}"')
        if index is None or index >= len(self.lines):
            return ", ".join(parts)
        return f"{', '.join(parts)} (line {self.lines[index]})"

    def filled_rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows with at least one cell that is not blank, with their index."""
        for index, row in enumerate(self.rows):
            if any(text.strip() for text in row.values()):
                yield index, row


@dataclass(frozen=True)
class Sheets:
    """All sheets of a file, in its order."""

    sheets: tuple[Sheet, ...]

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)

    def get(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def without_empty_rows_at_end(rows: list[dict[str, str]]) -> tuple[dict[str, str], ...]:
    """Spreadsheets often count formatted but empty rows below the last one."""
    end = len(rows)
    while end and not rows[end - 1]:
        end -= 1
    return tuple(rows[:end])


def plain_line_ends(text: str) -> str:
    """Line ends as both forms keep them: a single line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def check_shape(sheets: Sheets, faults: Faults) -> None:
    """Refuse what one of the two forms could not hold."""
    seen: set[str] = set()
    for sheet in sheets:
        _check_name(sheet, seen, faults)
        _check_size(sheet, faults)
        _check_cells(sheet, faults)
    if not any(sheet.rows for sheet in sheets):
        faults.add(
            FaultCode.EMPTY_FILE,
            "the file",
            "No sheet has a row below its header.",
            "Fill the sheets survey, choices, settings and index, or choose another file.",
        )


def _check_name(sheet: Sheet, seen: set[str], faults: Faults) -> None:
    if not _SHEET_NAME.fullmatch(sheet.name) or not _is_clean(sheet.name):
        faults.add(
            FaultCode.BAD_SHEET_NAME,
            sheet.place(),
            "A workbook cannot hold a sheet of this name.",
            r"Use 1 to 31 characters without [ ] : * ? / \ and no apostrophe at either end.",
        )
    if sheet.name.casefold() in seen:
        faults.add(
            FaultCode.DUPLICATE_SHEET,
            sheet.place(),
            "Another sheet has this name; capital letters do not count.",
            "Rename or remove one of them.",
        )
    seen.add(sheet.name.casefold())


def _check_size(sheet: Sheet, faults: Faults) -> None:
    counts = ((len(sheet.rows), MAX_ROWS, "rows"), (len(sheet.columns), MAX_COLUMNS, "columns"))
    for count, limit, what in counts:
        if count > limit:
            faults.add(
                FaultCode.TOO_LARGE,
                sheet.place(),
                f"It has {count:,} {what}; an instrument has at most {limit:,}.",
                "Remove what does not belong to the instrument, also formatted empty cells.",
            )


def _check_cells(sheet: Sheet, faults: Faults) -> None:
    for column in sheet.columns:
        if not _is_clean(column):
            _add_forbidden(sheet.place(column=column), faults)
        if len(column) > MAX_HEADER:
            faults.add(
                FaultCode.TOO_LARGE,
                sheet.place(column=f"{column[:40]}…"),
                f"The header has {len(column):,} characters; a header has at most {MAX_HEADER}.",
                "Put a short name into row 1 and the text below it.",
            )
    for index, row in enumerate(sheet.rows):
        for column, text in row.items():
            if not _is_clean(text):
                _add_forbidden(sheet.place(index, column), faults)
            if len(text) > MAX_CELL:
                faults.add(
                    FaultCode.TOO_LARGE,
                    sheet.place(index, column),
                    f"The text has {len(text):,} characters; a cell holds {MAX_CELL:,}.",
                    "Shorten it.",
                )


def _is_clean(text: str) -> bool:
    return _FORBIDDEN.search(text) is None


def _add_forbidden(place: str, faults: Faults) -> None:
    faults.add(
        FaultCode.FORBIDDEN_CHARACTER,
        place,
        "The text holds a control character that a workbook or the twin cannot keep.",
        "Type the text again instead of pasting it.",
    )
