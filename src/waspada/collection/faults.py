"""Faults of single rows: gathered column by column, told in the order of the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import SetAside
from waspada.collection.table import Column, Table
from waspada.errors import AnswersError, Fault

MOST_TOLD = 1000
"""Faults kept one by one; beyond, their number is enough."""

Wording = tuple[str, str]
"""What is wrong and what to do, a sentence each."""


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
        self, code: str, name: str, column: Column, wordings: Mapping[int, Wording]
    ) -> None:
        """Note every cell that holds one of these texts, named by their number in the column."""
        places = np.flatnonzero(np.isin(column.codes, list(wordings)))
        self.add(code, name, places, lambda place: wordings[int(column.codes[place])])

    def settle(self, *, lenient: bool) -> tuple[NDArray[np.bool_], tuple[SetAside, ...]]:
        """Refuse the file, or say which rows stay and what was set aside.

        Returns (n,) whether each row of the table stays, and one SetAside per fault.
        """
        found = self._in_order()
        keep = np.ones(len(self.table), dtype=bool)
        for batch in self.batches:
            keep[batch.places] = False
        ragged = [(line.row, *_ragged(line.cells, self.table)) for line in self.table.ragged]
        if not lenient:
            self._refuse(found, ragged)
        told = [self._tell(batch, place) for batch, place in found]
        aside = [
            *(SetAside(row, "", problem) for row, problem, _ in ragged),
            *(SetAside(row, fault_column, problem) for row, fault_column, problem, _ in told),
        ]
        return keep, tuple(sorted(aside, key=lambda entry: entry.row))

    def _refuse(self, found: list[tuple[_Batch, int]], ragged: list[tuple[int, str, str]]) -> None:
        count = len(found) + len(ragged)
        if not count:
            return
        faults = [Fault("ragged_row", f"row {row}", *wording) for row, *wording in ragged]
        for batch, place in found[: MOST_TOLD - len(faults)]:
            row, column, problem, remedy = self._tell(batch, place)
            faults.append(Fault(batch.code, f'row {row}, column "{column}"', problem, remedy))
        faults = faults[:MOST_TOLD]
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


def _ragged(cells: int, table: Table) -> Wording:
    return (
        f"The row has {cells} cells, the header has {len(table.header)}.",
        "Check for a missing or surplus delimiter, or save the file again.",
    )
