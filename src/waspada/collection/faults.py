"""Faults of single rows: gathered column by column, told in the order of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import SetAside
from waspada.collection.table import Column, Ragged, Table
from waspada.errors import AnswersError, Fault

MOST_TOLD = 1000
"""Faults kept one by one; beyond, their number is enough."""

Wording = tuple[str, str]
"""What is wrong and what to do, a sentence each."""


def quoted(text: str) -> str:
    """A cell as a message shows it, cut where it is long."""
    return f'"{text[:57]}..."' if len(text) > 60 else f'"{text}"'


@dataclass(frozen=True)
class _Batch:
    """Faults of one kind in one column. places: positions of the rows in the table."""

    code: str
    column: str
    places: NDArray[np.intp]
    wording: Callable[[int], Wording]


@dataclass
class RowFaults:
    table: Table
    batches: list[_Batch] = field(default_factory=list)

    def add(
        self,
        code: str,
        column: str,
        places: NDArray[np.intp],
        wording: Callable[[int], Wording],
    ) -> None:
        """Note faults at these positions of the table; wording tells one of them."""
        if len(places):
            self.batches.append(_Batch(code, column, places, wording))

    def add_texts(
        self,
        code: str,
        name: str,
        column: Column,
        bad: Iterable[int],
        wording: Callable[[str], Wording],
    ) -> None:
        """Note every cell that holds one of these texts, named by their number in the column.

        Wordings are made when they are told: a wrong column may hold a million different texts.
        """
        places = np.flatnonzero(np.isin(column.codes, np.array(list(bad), dtype=np.int32)))
        word = cache(wording)
        self.add(code, name, places, lambda place: word(column.texts[column.codes[place]]))

    def settle(self, *, lenient: bool) -> tuple[NDArray[np.bool_], tuple[SetAside, ...]]:
        """Refuse the file, or say which rows stay and what was set aside.

        Returns (n,) whether each row of the table stays, and one SetAside per fault.
        """
        keep = np.ones(len(self.table), dtype=bool)
        for batch in self.batches:
            keep[batch.places] = False
        if not lenient:
            self._refuse()
        aside = [SetAside(line.row, "", _ragged(line, self.table)[0]) for line in self.ragged]
        for batch, place in self._in_order():
            row, column, problem, _ = self._tell(batch, place)
            aside.append(SetAside(row, column, problem))
        return keep, tuple(sorted(aside, key=lambda entry: entry.row))

    @property
    def ragged(self) -> tuple[Ragged, ...]:
        return self.table.ragged

    def _refuse(self) -> None:
        """Raise with the first faults in the order of the rows, and the number of the others."""
        found = self._in_order()
        count = len(found) + len(self.ragged)
        if not count:
            return
        told = [
            (line.row, Fault("ragged_row", f"row {line.row}", *_ragged(line, self.table)))
            for line in self.ragged[:MOST_TOLD]
        ]
        for batch, place in found[:MOST_TOLD]:
            row, column, problem, remedy = self._tell(batch, place)
            told.append((row, Fault(batch.code, f'row {row}, column "{column}"', problem, remedy)))
        faults = [fault for _, fault in sorted(told, key=lambda entry: entry[0])][:MOST_TOLD]
        raise AnswersError(self.table.source, faults, more=count - len(faults))

    def _tell(self, batch: _Batch, place: int) -> tuple[int, str, str, str]:
        return int(self.table.row[place]), batch.column, *batch.wording(place)

    def _in_order(self) -> list[tuple[_Batch, int]]:
        """Every fault, by row and then by the order in which the columns were read."""
        if not self.batches:
            return []
        place = np.concatenate([batch.places for batch in self.batches])
        batch = np.repeat(np.arange(len(self.batches)), [len(b.places) for b in self.batches])
        order = np.lexsort((batch, place))
        return [(self.batches[batch[i]], int(place[i])) for i in order]


def _ragged(line: Ragged, table: Table) -> Wording:
    return (
        f"The row has {line.cells} cells, the header has {len(table.header)}.",
        "Check for a missing or surplus delimiter, or save the file again.",
    )
