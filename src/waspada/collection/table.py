"""A file as a table of text cells, whichever format it came in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.errors import AnswersError, Fault

FIRST_ROW = 2
"""Row number of the first row below the header, as a spreadsheet counts."""


@dataclass(frozen=True)
class Column:
    """Cells of one column, factorised: cell k reads texts[codes[k]]; texts are distinct.

    decimals: texts that were stored as numbers with a fraction, where 63.1 may have been 63.10.
    """

    codes: NDArray[np.int32]
    texts: tuple[str, ...]
    decimals: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ragged:
    """A row whose number of cells differs from the header's; it is in no column."""

    row: int
    cells: int


@dataclass(frozen=True)
class Table:
    """Rows below a header.

    header: column names as written, distinct. row: (n,) number of each row, header = 1.
    Rows in which every cell is empty are not in it.
    """

    source: str
    header: tuple[str, ...]
    columns: tuple[Column, ...]
    row: NDArray[np.int64]
    ragged: tuple[Ragged, ...] = ()

    def __len__(self) -> int:
        return len(self.row)

    def column(self, name: str) -> Column:
        return self.columns[self.header.index(name)]


def tidy(text: str) -> str:
    """Unicode composed (NFC) and white space trimmed; what a person sees stays the same."""
    return unicodedata.normalize("NFC", text).strip(" \t\r\n\u00a0\ufeff\u200b")


def factorise(cells: Iterable[str]) -> Column:
    """Give each distinct text a number, in order of appearance."""
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(cell, len(known)) for cell in cells), dtype=np.int32)
    return recode(codes, list(known))


def recode(codes: NDArray[np.int32], cells: Sequence[object]) -> Column:
    """A column that was factorised already, with texts as a person sees them."""
    texts = [cell_text(cell) for cell in cells]
    decimals = frozenset(
        text
        for text, cell in zip(texts, cells, strict=True)
        if isinstance(cell, float) and text and not cell.is_integer()
    )
    return Column(*_merge_equal(codes, texts), decimals)


def _merge_equal(
    codes: NDArray[np.int32], texts: Sequence[str]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Join codes whose texts are equal once tidied."""
    known: dict[str, int] = {}
    move = np.array([known.setdefault(text, len(known)) for text in texts], dtype=np.int32)
    return (move[codes] if len(move) else codes), tuple(known)


def cell_text(cell: object) -> str:
    """The text a person sees in a cell; "" where it is empty."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case float() if np.isnan(cell):
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return tidy(str(cell))


def table_from_columns(
    source: str,
    header: Sequence[str],
    columns: Sequence[Column],
    row: NDArray[np.int64],
    ragged: Sequence[Ragged] = (),
) -> Table:
    """Check the header and drop rows in which every cell is empty."""
    named = [i for i, name in enumerate(header) if name or _has_content(columns[i])]
    header = [header[i] or f"(column {i + 1}, without a name)" for i in named]
    columns = [columns[i] for i in named]
    _check_header(source, header)
    filled = np.zeros(len(row), dtype=bool)
    for column in columns:
        filled |= np.array([text != "" for text in column.texts], dtype=bool)[column.codes]
    if not filled.any() and not ragged:
        raise AnswersError(
            source,
            [
                Fault(
                    "no_rows",
                    "below the header",
                    "There is no row with content.",
                    "Check that this is the file with the answers, and that they were saved.",
                )
            ],
        )
    if not filled.all():
        row = row[filled]
        columns = [Column(c.codes[filled], c.texts, c.decimals) for c in columns]
    return Table(source, tuple(header), tuple(columns), row, tuple(ragged))


def _has_content(column: Column) -> bool:
    return any(column.texts)


def _check_header(source: str, header: Sequence[str]) -> None:
    if not any(header):
        raise AnswersError(
            source,
            [
                Fault(
                    "no_header",
                    "row 1",
                    "The first row holds no column names.",
                    "Put the names of the columns into the first row.",
                )
            ],
        )
    twice = sorted({name for name in header if list(header).count(name) > 1})
    if twice:
        raise AnswersError(
            source,
            [
                Fault(
                    "column_twice",
                    f'row 1, column "{name}"',
                    "Two columns have this name.",
                    "Rename or delete one of them.",
                )
                for name in twice
            ],
        )
