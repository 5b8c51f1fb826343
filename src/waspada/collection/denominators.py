"""Denominators in a file of their own: population, area, GDP of each unit, or unit and time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from waspada.collection.files import read_table
from waspada.collection.indicators import (
    NAME,
    TIME,
    UNIT,
    IndicatorTable,
    decimal_comma,
    number_of,
    read_indicators,
)
from waspada.errors import AnswersError, Fault
from waspada.instrument.framework import Framework, Indicator


@dataclass(frozen=True)
class Denominators:
    """table: the denominators as columns, one row per unit, or per unit and time."""

    table: IndicatorTable
    source: str

    @property
    def codes(self) -> tuple[str, ...]:
        return self.table.indicators

    def known_to(self, framework: Framework) -> Framework:
        """The framework with these denominators beside its own."""
        new = [code for code in self.codes if code not in framework.denominators]
        return replace(framework, denominators=(*framework.denominators, *new))

    def outside(self, framework: Framework) -> Framework:
        """The framework with the denominators that are to come from the data table."""
        rest = tuple(code for code in framework.denominators if code not in self.codes)
        return replace(framework, denominators=rest)

    def join(self, table: IndicatorTable, framework: Framework) -> IndicatorTable:
        """A data table with these denominators, matched by unit, and by time where there is one.

        framework: as `known_to` gives it. Rows of other units are left alone. Raises AnswersError
        for units without a row.
        """
        own = self.table.times
        if own is not None and table.times is None:
            problem = f'There is a column "{TIME}", and the data have none.'
            remedy = "Keep one row per unit, without the column."
            raise AnswersError(self.source, [Fault("time", "row 1", problem, remedy)])
        here = list(zip(self.table.units, own or (None,) * len(self.table), strict=True))
        place = {key: row for row, key in enumerate(here)}
        times = table.times if own is not None and table.times else (None,) * len(table)
        keys = list(zip(table.units, times, strict=True))
        lacking = list(dict.fromkeys(key for key in keys if key not in place))
        if lacking:
            remedy = "Add it; leave cells empty where a denominator is not known."
            faults = [
                Fault("no_row", f'unit "{unit}"', f"There is no row{_when(time)}.", remedy)
                for unit, time in lacking
            ]
            raise AnswersError(self.source, faults)
        rows = np.array([place[key] for key in keys], dtype=np.intp)
        joined = {code: self.table.values[rows, k] for k, code in enumerate(self.codes)}
        known = {**table.denominators, **joined}
        return replace(table, denominators={code: known[code] for code in framework.denominators})


def _when(time: int | None) -> str:
    return "" if time is None else f" for the time {time}"


def read_denominators(path: Path, framework: Framework) -> Denominators:
    """Read a table of denominators: uCode, Time where they change, one column each.

    Columns that META calls denominators have to hold numbers; others do for which every cell is
    one, or empty. Text columns, and codes of META that are none, are left alone.
    Raises AnswersError with all faults at once.
    """
    table = read_table(path)
    taken = {*framework.weights, *framework.groups}
    keys = {name.casefold() for name in (UNIT, NAME, TIME)}
    names = [n for n in table.header if n.casefold() not in keys and n not in taken]
    comma = decimal_comma(table, names)
    codes = [
        name
        for name in names
        if name in framework.denominators
        or all(number_of(text, comma) is not None for text in table.column(name).texts)
    ]
    if not codes:
        problem = "There is no column of denominators."
        remedy = f'Give it "{UNIT}" and a column of numbers for each, for example "Pop".'
        raise AnswersError(path.name, [Fault("no_column", "row 1", problem, remedy)])
    columns = Framework(tuple(Indicator(code, code, "") for code in codes), (), source="META")
    return Denominators(read_indicators(path, columns), path.name)
