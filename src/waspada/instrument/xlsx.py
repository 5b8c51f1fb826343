"""The workbook: sheets read from XLSX with calamine, written with XlsxWriter.

Reading never runs anything in the file: formulas count with their stored value.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

from waspada.instrument.columns import KNOWN, Column, known_column
from waspada.instrument.faults import FaultCode, Faults, refusal
from waspada.instrument.numbers import as_exact_number, number_text
from waspada.instrument.sheets import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    Sheets,
    check_shape,
    plain_line_ends,
    without_empty_rows_at_end,
)

MAX_BYTES_UNPACKED = 50_000_000
CREATED = datetime(2024, 1, 1)
"""A fixed date in the file's properties: equal sheets give equal bytes."""

# Reading


def sheets_from_xlsx(data: bytes, *, source: str = "instrument.xlsx") -> Sheets:
    """The sheets of a workbook as text; InstrumentError where it cannot be read."""
    _refuse_too_large(data, source)
    faults = Faults(source)
    _look_before_opening(data, source, faults)
    faults.raise_if_any()
    sheets = Sheets(tuple(_sheet(name, grid, faults) for name, grid in _grids(data, source)))
    check_shape(sheets, faults)
    faults.raise_if_any()
    return sheets


def _refuse_too_large(data: bytes, source: str) -> None:
    if len(data) > MAX_BYTES:
        raise refusal(
            source,
            FaultCode.TOO_LARGE,
            "the file",
            f"It is larger than {MAX_BYTES // 1_000_000} MB; a large instrument has 0.2 MB.",
            "Check that this is the right file, and remove pictures from it.",
        )


def _look_before_opening(data: bytes, source: str, faults: Faults) -> None:
    """Measure the sheets without building them: a tiny file can claim billions of cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES_UNPACKED:
                faults.add(
                    FaultCode.TOO_LARGE,
                    "the file",
                    f"Unpacked it is larger than {MAX_BYTES_UNPACKED // 1_000_000} MB.",
                    "Check that this is the right file, and remove pictures from it.",
                )
                return
            for entry in archive.infolist():
                _Measure(entry.filename, faults).run(archive.read(entry))
    except _UNREADABLE as error:
        raise _unreadable(source) from error


_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError),
    *(RuntimeError, NotImplementedError, ValueError),
)
"""What zipfile and expat raise on damaged, encrypted or foreign files."""

_ADDRESS = re.compile(r"([A-Za-z]{1,4})([0-9]{1,9})")


class _BeyondLimitsError(Exception):
    """A cell lies beyond the limits; reading on would only take time."""


class _Measure:
    """Follows the positions of the cells in one part of the workbook."""

    def __init__(self, part: str, faults: Faults) -> None:
        self._part = part
        self._faults = faults
        self._row = 0
        self._column = 0

    def run(self, content: bytes) -> None:
        if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return
        parser = expat.ParserCreate("UTF-8")  # as calamine reads it, whatever the file declares
        parser.StartElementHandler = self._element
        try:
            parser.Parse(content, True)
        except _BeyondLimitsError:
            self._faults.add(
                FaultCode.TOO_LARGE,
                f"workbook part {self._part}",
                f"A cell lies beyond the {MAX_ROWS:,} rows or {MAX_COLUMNS} columns "
                "an instrument may have.",
                "Remove what does not belong to the instrument, also formatted empty cells.",
            )

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._move(row=int(attributes.get("r", self._row + 1)), column=0)
        elif local == "c":
            self._cell(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        address = attributes.get("r")
        if address is None:
            self._move(row=self._row, column=self._column + 1)
        elif match := _ADDRESS.fullmatch(address):
            self._move(row=int(match[2]), column=column_number(match[1].upper()))
        else:
            raise ValueError(f"no cell has the address {address!r}")
        if attributes.get("t") == "e":
            self._faults.add(
                FaultCode.FORMULA_ERROR,
                f"workbook part {self._part}, cell {address or '?'}",
                "The cell shows an error such as #REF! or #N/A.",
                "Repair the formula or write the value itself.",
            )

    def _move(self, *, row: int, column: int) -> None:
        self._row, self._column = row, column
        if row > MAX_ROWS + 1 or column > MAX_COLUMNS:
            raise _BeyondLimitsError


def _grids(data: bytes, source: str) -> list[tuple[str, list[list[Any]]]]:
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        return [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _unreadable(source) from error


def _unreadable(source: str) -> Exception:
    return refusal(
        source,
        FaultCode.UNREADABLE_WORKBOOK,
        "the file",
        "It is no XLSX workbook, or it is damaged or locked with a password.",
        "Open it in a spreadsheet program and save it again as .xlsx without a password.",
    )


def _sheet(name: str, grid: list[list[Any]], faults: Faults) -> Sheet:
    texts = [[_text(value) for value in row] for row in grid]
    header, body = (texts[0], texts[1:]) if texts else ([], [])
    kept = [i for i, head in enumerate(header) if head.strip() or any(row[i] for row in body)]
    columns = [header[i].strip() or unnamed(position) for position, i in enumerate(kept)]
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        faults.add(
            FaultCode.DUPLICATE_COLUMN,
            f'sheet "{name}", column "{column}"',
            "Two columns have this header.",
            "Rename or remove one of them.",
        )
    rows = [
        {column: row[i] for column, i in zip(columns, kept, strict=True) if row[i]} for row in body
    ]
    return Sheet(name, tuple(columns), without_empty_rows_at_end(rows))


def unnamed(position: int) -> str:
    """How a column without a header is called, so that free-form sheets survive."""
    return f"(column {column_letters(position + 1)})"


def _text(value: Any) -> str:
    match value:
        case str():
            return plain_line_ends(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return number_text(value)
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return ""


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# Writing


def xlsx_bytes(sheets: Sheets) -> bytes:
    """The workbook of these sheets; equal sheets give equal bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": "Waspada instrument", "created": CREATED})
        head = workbook.add_format(
            {"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "valign": "top", "text_wrap": True}
        )
        body = workbook.add_format({"valign": "top", "text_wrap": True})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            _write_cells(page, sheet, head, body)
            _add_lists(page, sheet, sheets)
    return buffer.getvalue()


def _write_cells(page: Any, sheet: Sheet, head: Any, body: Any) -> None:
    page.freeze_panes(1, 2 if sheet.name in KNOWN else 0)
    for position, header in enumerate(sheet.columns):
        column = known_column(sheet.name, header)
        page.set_column(position, position, column.width if column else 20)
        cells = [row.get(header, "") for row in sheet.rows]
        if header != unnamed(position) or not any(cells):
            page.write_string(0, position, header, head)
        for line, text in enumerate(cells, start=1):
            number = as_exact_number(text) if column and column.numeric else None
            if number is not None:
                page.write_number(line, position, number, body)
            elif text:
                page.write_string(line, position, text, body)


def _add_lists(page: Any, sheet: Sheet, sheets: Sheets) -> None:
    """Let the spreadsheet offer the allowed words, down to some rows below the last."""
    last = len(sheet.rows) + 200
    for position, header in enumerate(sheet.columns):
        column = known_column(sheet.name, header)
        source = _list_source(column, sheets) if column else None
        if source:
            page.data_validation(
                1,
                position,
                last,
                position,
                {
                    "validate": "list",
                    "source": source,
                    "error_title": "Not in the list",
                    "error_message": f'Column "{header}" takes a value from its list.',
                },
            )


def _list_source(column: Column, sheets: Sheets) -> str | Sequence[str] | None:
    if column.closed:
        return list(column.closed)
    if column.codes_of is None:
        return None
    name, header = column.codes_of
    target = sheets.get(name)
    if target is None or header not in target.columns or not target.rows:
        return None
    letters = column_letters(target.columns.index(header) + 1)
    return f"='{name}'!${letters}$2:${letters}${len(target.rows) + 1}"
