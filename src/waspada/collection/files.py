"""Open a file of answers or scores: CSV, XLSX or Parquet."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from waspada.collection.table import (
    FIRST_ROW,
    Column,
    Ragged,
    Table,
    cell_text,
    factorise,
    recode,
    table_from_columns,
    tidy,
)
from waspada.errors import AnswersError, Fault

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST_FILE = 500_000_000
"""Bytes; more answers than any country-wide round in one file, and all a laptop can hold."""

LARGE_FILE = 8_000_000
"""Bytes from which loading pyarrow costs less than it saves."""

LARGEST_SHEET = 30_000_000
"""Cells of the rectangle a sheet spans; the reader holds all of it, also where it is empty."""

DELIMITERS = ",;\t"
NEWLINE = b"\n"


def read_table(path: Path) -> Table:
    """Read the first sheet or the only table of a file.

    Raises AnswersError with a sentence for whatever cannot be read.
    """
    try:
        return _reader(path)(path)
    except OSError as error:
        problem = f"The file cannot be read: {error.strerror or error}."
        refuse(path.name, "no_file", problem, "Check that you may read it.")


def _reader(path: Path) -> Callable[[Path], Table]:
    source = path.name or str(path)
    if path.is_dir():
        refuse(source, "a_folder", "This is a folder.", "Name the file with the answers in it.")
    if not os.path.exists(path):  # Path.exists raises for a name that is too long
        refuse(source, "no_file", "There is no such file.", "Check the name and the folder.")
    readers = {
        ".csv": _read_csv,
        ".tsv": _read_csv,
        ".txt": _read_csv,
        ".xlsx": _read_xlsx,
        ".parquet": _read_parquet,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        refuse(
            source,
            "unknown_format",
            f'The ending "{path.suffix}" is not known.',
            "Save the answers as .csv (UTF-8), .xlsx or .parquet.",
        )
    size = path.stat().st_size
    if size == 0:
        refuse(source, "empty_file", "The file is empty.", "Save the answers again.")
    if size > LARGEST_FILE:
        refuse(
            source,
            "file_too_large",
            f"The file has {size:,} bytes; the limit is {LARGEST_FILE:,}.",
            "Leave out columns that are not items, or save it as Parquet.",
        )
    return reader


def refuse(source: str, code: str, problem: str, remedy: str, place: str = "file") -> NoReturn:
    """Raise the one fault that makes a file unreadable."""
    raise AnswersError(source, [Fault(code, place, problem, remedy)])


# CSV


def _read_csv(path: Path) -> Table:
    data = path.read_bytes()
    _check_bytes(path.name, data)
    delimiter = _delimiter(data)
    if len(data) >= LARGE_FILE:
        table = _read_large_csv(path.name, data, delimiter)
        if table is not None:
            return table
    return _read_exact_csv(path.name, data.decode("utf-8-sig"), delimiter)


def _check_bytes(source: str, data: bytes) -> None:
    """Only UTF-8 without NUL bytes is text; anything else is told with its line."""
    save = 'Save it again as "CSV UTF-8".'
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(source, "not_utf8", "The text is stored as UTF-16.", save, "line 1")
    nul = data.find(b"\0")
    if nul >= 0:
        problem = "There is a NUL byte: this is no text file."
        refuse(source, "nul_byte", problem, save, _line_at(data, nul))
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = "There is a character that is not UTF-8."
        refuse(source, "not_utf8", problem, save, _line_at(data, error.start))


def _line_at(data: bytes, position: int) -> str:
    return f"line {data[:position].count(NEWLINE) + 1}"


def _delimiter(data: bytes) -> str:
    """Comma, semicolon or tab: whichever cuts the header into most names."""
    first = _first_line(data)
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _read_exact_csv(source: str, text: str, delimiter: str) -> Table:
    rows, number, ragged = [], [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [tidy(name) for name in next(reader, [])]
        for row, cells in enumerate(reader, start=FIRST_ROW):
            if len(cells) != len(header):
                if not any(map(tidy, cells)):
                    continue
                if any(map(tidy, cells[len(header) :])) or len(cells) < len(header):
                    ragged.append(Ragged(row, len(cells)))
                    continue
                cells = cells[: len(header)]
            rows.append(cells)
            number.append(row)
    except csv.Error as error:
        place = f"line {reader.line_num}"
        refuse(source, "broken_csv", f"The CSV breaks off: {error}.", "Save it again.", place)
    columns = [factorise(cells) for cells in zip(*rows, strict=True)]
    columns = columns or [factorise([]) for _ in header]
    return table_from_columns(source, header, columns, np.array(number, dtype=np.int64), ragged)


def _read_large_csv(source: str, data: bytes, delimiter: str) -> Table | None:
    """The fast way for a large regular file; None where only the exact way will do."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = next(csv.reader([_first_line(data)], delimiter=delimiter))
    cells = pa.dictionary(pa.int32(), pa.string())
    try:
        read = arrow_csv.read_csv(
            io.BytesIO(data),
            read_options=arrow_csv.ReadOptions(
                column_names=[str(i) for i in range(len(names))], skip_rows=1
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types={str(i): cells for i in range(len(names))},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return _from_arrow(source, [tidy(name) for name in names], read)


def _first_line(data: bytes) -> str:
    return data.partition(NEWLINE)[0].rstrip(b"\r").decode("utf-8-sig")


# XLSX


def _read_xlsx(path: Path) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    source = path.name
    _check_workbook(source, path)
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        refuse(
            source, "broken_workbook", f"The workbook cannot be read: {error}.", "Save it again."
        )
    if not rows:
        refuse(source, "empty_file", "The first sheet is empty.", "Put the answers there.")
    header = [cell_text(cell) for cell in rows[0]]
    body = rows[1:]
    columns = [_typed_column(cells) for cells in zip(*body, strict=True)]
    columns = columns or [factorise([]) for _ in header]
    return table_from_columns(source, header, columns, np.arange(len(body)) + FIRST_ROW)


def _typed_column(cells: Sequence[object]) -> Column:
    """Factorise cells of several types; 1 and TRUE are equal in Python but not to a reader."""
    known: dict[tuple[type, object], int] = {}
    codes = [known.setdefault((type(cell), cell), len(known)) for cell in cells]
    return recode(np.array(codes, dtype=np.int32), [cell for _, cell in known])


def _check_workbook(source: str, path: Path) -> None:
    """Measure before opening: a small file can claim billions of cells."""
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
            if size > LARGEST_FILE:
                refuse(
                    source,
                    "file_too_large",
                    f"The workbook unpacks to {size:,} bytes; the limit is {LARGEST_FILE:,}.",
                    "Save the answers as .csv (UTF-8) or .parquet.",
                )
            for part in parts.namelist():
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    _check_sheet(source, part, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        refuse(source, "broken_workbook", "This is no XLSX workbook.", "Save it again as .xlsx.")


_ADDRESS = re.compile(rb"""\br=["']([A-Z]{0,3})([0-9]{1,7})["']""")
_ADDRESS_BYTES = 16
"""More than the longest address, so that none is lost where two blocks meet."""


def _check_sheet(source: str, part: str, parts: zipfile.ZipFile) -> None:
    """Refuse a sheet in which a cell stands so far out that the rectangle cannot be held."""
    rows, columns, end = 1, 1, b""
    with parts.open(part) as content:
        while block := content.read(1_000_000):
            found = set(_ADDRESS.findall(end + block))
            rows = max(rows, *(int(row) for _, row in found), 1)
            columns = max(columns, *(_column_number(letters) for letters, _ in found), 1)
            end = block[-_ADDRESS_BYTES:]
    if rows * columns > LARGEST_SHEET:
        refuse(
            source,
            "sheet_too_large",
            f"The sheet spans {rows:,} rows and {columns:,} columns.",
            "Delete what stands far below or beside the answers, or save them as .csv (UTF-8).",
            f"workbook part {part}",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


# Parquet


def _read_parquet(path: Path) -> Table:
    import pyarrow as pa
    from pyarrow import parquet

    source = path.name
    try:
        read = parquet.read_table(path)
        return _from_arrow(source, [tidy(name) for name in read.column_names], read)
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        problem = f"The Parquet file cannot be read: {str(error).rstrip('.')}."
        refuse(source, "broken_parquet", problem, "Save it again.")


def _from_arrow(source: str, header: list[str], read: pa.Table) -> Table:
    """Columns of a pyarrow Table; a null cell is an empty one."""
    columns = [_arrow_column(read.column(i)) for i in range(read.num_columns)]
    return table_from_columns(source, header, columns, np.arange(read.num_rows) + FIRST_ROW)


def _can_be_encoded(kind: pa.DataType) -> bool:
    """Text, numbers, dates and truth values; pyarrow has no dictionary of lists or records."""
    import pyarrow as pa

    types = pa.types
    plain = (types.is_string, types.is_large_string, types.is_dictionary, types.is_boolean)
    return any(fits(kind) for fits in (*plain, types.is_integer, types.is_floating, types.is_date))


def _arrow_column(cells: pa.ChunkedArray[Any]) -> Column:
    import pyarrow as pa

    if not _can_be_encoded(cells.type):
        return factorise("" if cell is None else str(cell) for cell in cells.to_pylist())
    encoded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
    joined: Any = encoded.unify_dictionaries().combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = (
            joined.chunk(0) if joined.num_chunks else pa.array([], pa.string()).dictionary_encode()
        )
    values = joined.dictionary.to_pylist()
    empty = len(values)
    codes = joined.indices.fill_null(empty).to_numpy(zero_copy_only=False).astype(np.int32)
    return recode(codes, [*values, None])
