"""Read a known composition of elements: what share of the people who could come each has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waspada.collection.files import read_table
from waspada.collection.match import suggestion
from waspada.collection.model import JOINT
from waspada.collection.scores import number_in
from waspada.collection.table import Table
from waspada.errors import AnswersError, Fault
from waspada.instrument.model import Instrument

MARGIN = "margin"
ELEMENTS = "elements"
SHARE = "share"
REGION = "region"


@dataclass
class ReceivedMargin:
    """code: name of the margin, "" where the file names none. classes: elements of each class.
    shares: for all regions; None where only single regions are named."""

    code: str
    classes: list[tuple[str, ...]] = field(default_factory=list)
    entries: dict[str, dict[int, float]] = field(default_factory=dict)

    @property
    def shares(self) -> NDArray[np.float64] | None:
        return self._row("") if "" in self.entries else None

    @property
    def by_region(self) -> dict[str, NDArray[np.float64]]:
        return {region: self._row(region) for region in self.entries if region}

    def _row(self, region: str) -> NDArray[np.float64]:
        return np.array([self.entries[region][k] for k in range(len(self.classes))])


def read_composition(path: Path, instrument: Instrument) -> tuple[ReceivedMargin, ...]:
    """Read one row per margin, class and region.

    Columns: `elements` (codes joined by "+"), `share` (> 0; only ratios count), and optionally
    `margin` (its name) and `region` (empty = all regions).
    Raises AnswersError with all faults at once.
    """
    table = read_table(path)
    missing = [name for name in (ELEMENTS, SHARE) if name not in table.header]
    if missing:
        raise AnswersError(
            table.source,
            [
                Fault(
                    "no_such_column",
                    "row 1",
                    f'There is no column "{name}".',
                    "A composition has the columns elements and share, and if needed margin and "
                    "region.",
                )
                for name in missing
            ],
        )
    margins: dict[str, ReceivedMargin] = {}
    faults = [*_read_rows(table, instrument, margins)]
    if not faults:
        faults = [*_check_whole(margins)]
    if faults:
        raise AnswersError(table.source, faults)
    return tuple(margins.values())


def _read_rows(
    table: Table, instrument: Instrument, margins: dict[str, ReceivedMargin]
) -> Iterator[Fault]:
    columns = {name: _texts(table, name) for name in (MARGIN, ELEMENTS, SHARE, REGION)}
    for i in range(len(table)):
        row = int(table.row[i])
        elements = tuple(part.strip() for part in columns[ELEMENTS][i].split(JOINT))
        yield from _unknown(elements, instrument, row)
        share = number_in(columns[SHARE][i])
        if share is None or not 0 < share < float("inf"):
            yield Fault(
                "bad_share",
                f'row {row}, column "{SHARE}"',
                f'"{columns[SHARE][i]}" is no share.',
                "Enter a number above 0; leave the row out where an element cannot come.",
            )
            continue
        margin = margins.setdefault(columns[MARGIN][i], ReceivedMargin(columns[MARGIN][i]))
        if elements not in margin.classes:
            margin.classes.append(elements)
        place = margin.classes.index(elements)
        entry = margin.entries.setdefault(columns[REGION][i], {})
        if place in entry:
            yield Fault(
                "class_twice",
                f"row {row}",
                "The class has a share for this region already.",
                "Keep one row per margin, class and region.",
            )
        entry[place] = share


def _texts(table: Table, name: str) -> list[str]:
    if name not in table.header:
        return [""] * len(table)
    column = table.column(name)
    return [column.texts[code] for code in column.codes.tolist()]


def _unknown(elements: tuple[str, ...], instrument: Instrument, row: int) -> Iterator[Fault]:
    codes = list(instrument.stratum_by_code)
    for element in elements:
        if element not in codes:
            close = suggestion(element, codes)
            yield Fault(
                "unknown_element",
                f'row {row}, column "{ELEMENTS}"',
                f'The instrument has no element "{element}".',
                f'Did you mean "{close}"?' if close else f"Use: {', '.join(codes) or 'none'}.",
            )


def _check_whole(margins: dict[str, ReceivedMargin]) -> Iterator[Fault]:
    for margin in margins.values():
        named = [e for elements in margin.classes for e in elements]
        for element in sorted({e for e in named if named.count(e) > 1}):
            yield Fault(
                "element_twice",
                f'margin "{margin.code}"',
                f'The element "{element}" stands in two classes.',
                "An element belongs to one class of a margin; use a margin of its own for another.",
            )
        for region, entry in margin.entries.items():
            if len(entry) < len(margin.classes):
                lacking = next(k for k in range(len(margin.classes)) if k not in entry)
                yield Fault(
                    "class_missing",
                    f'margin "{margin.code}", region "{region or "all"}"',
                    f'The class "{JOINT.join(margin.classes[lacking])}" has no share here.',
                    "Give every class of a margin a share wherever one of them has one.",
                )
