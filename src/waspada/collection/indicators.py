"""A table of measured indicators: one row per unit, or per unit and time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from waspada.collection.faults import RowFaults, Wording
    from waspada.collection.table import Column, Table
    from waspada.instrument.framework import Framework

UNIT, NAME, TIME = "uCode", "uName", "Time"
"""Columns that tell the unit of a row, its name and its time."""

MISSING = ("", "NA", "NaN")
"""Cells that hold no number, as R and spreadsheets write them."""


@dataclass(frozen=True)
class IndicatorTable:
    """Values of indicators. Rows are sorted by unit, then time.

    units: (n_rows,) codes. names: (n_rows,) as printed. times: (n_rows,) or None without a time;
    a unit has one row per time.
    indicators: (n_indicators,) codes, in the order of the framework.
    values: (n_rows, n_indicators), NaN = missing.
    groups: code -> (n_rows,) label of the group, "" where none. denominators: code -> (n_rows,).
    ignored_columns: columns of the file that the framework does not name.
    """

    units: tuple[str, ...]
    names: tuple[str, ...]
    indicators: tuple[str, ...]
    values: NDArray[np.float64]
    times: tuple[int, ...] | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denominators: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    ignored_columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.units)

    @property
    def is_panel(self) -> bool:
        """Whether there are rows of more than one time."""
        return self.times is not None and len(set(self.times)) > 1

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each row for messages: the unit, in a panel with its time."""
        if not self.is_panel or self.times is None:
            return self.units
        return tuple(f"{unit} {time}" for unit, time in zip(self.units, self.times, strict=True))

    def pick(self, rows: NDArray[np.intp]) -> IndicatorTable:
        """The rows at these positions, in this order."""
        chosen = rows.tolist()
        return replace(
            self,
            units=tuple(self.units[row] for row in chosen),
            names=tuple(self.names[row] for row in chosen),
            values=self.values[rows],
            times=None if self.times is None else tuple(self.times[row] for row in chosen),
            groups={
                code: tuple(labels[row] for row in chosen) for code, labels in self.groups.items()
            },
            denominators={code: values[rows] for code, values in self.denominators.items()},
        )


def read_indicators(path: Path, framework: Framework, *, time: int | None = None) -> IndicatorTable:
    """Read COINr's iData: uCode, uName and Time where there are any, and one column per indicator,
    group and denominator of the framework.

    A cell that is empty, NA or NaN is missing; a code of a unit is taken as it stands ("NA" is
    Namibia). Numbers have a decimal point, or throughout a decimal comma. time: keep its rows
    only. Rows are sorted by the code of the unit (by code point), then time.
    Raises AnswersError with all faults at once.
    """
    from waspada.collection.faults import RowFaults
    from waspada.collection.files import read_table

    table = read_table(path)
    if path.suffix.lower() == ".xlsx":
        _refuse_error_cells(path)
    at = _lay_out(table, framework)
    faults = RowFaults(table)
    numeric = [at[code] for code in (*framework.codes, *framework.denominators)]
    comma = decimal_comma(table, numeric)
    columns = {name: _numbers(table, name, comma, faults) for name in numeric}
    units = _units(table, at[UNIT], faults)
    times = _times(table, at[TIME], faults) if TIME in at else None
    if not any(batch.code == "time" for batch in faults.batches):
        _refuse_twice(table, at[UNIT], units, times, faults)
    faults.settle(lenient=False)
    whole_times = None if times is None else [int(t) for t in times]
    order = sorted(
        range(len(units)),
        key=lambda row: (units[row], 0 if whole_times is None else whole_times[row]),
    )
    if time is not None:
        order = _of_time(table, order, whole_times, time)
    names = _texts(table, at[NAME]) if NAME in at else units
    pick = np.array(order, dtype=np.intp)
    used = set(at.values())
    return IndicatorTable(
        units=tuple(units[row] for row in order),
        names=tuple(names[row] or units[row] for row in order),
        indicators=framework.codes,
        values=np.column_stack([columns[at[code]] for code in framework.codes])[pick],
        times=None if whole_times is None else tuple(whole_times[row] for row in order),
        groups={
            code: tuple(
                "" if label in MISSING else label
                for label in map(_texts(table, at[code]).__getitem__, order)
            )
            for code in framework.groups
        },
        denominators={code: columns[at[code]][pick] for code in framework.denominators},
        ignored_columns=tuple(name for name in table.header if name not in used),
    )


def _lay_out(table: Table, framework: Framework) -> dict[str, str]:
    """Code -> name of its column; AnswersError for columns that are missing."""
    from waspada.collection.match import near_misses
    from waspada.errors import AnswersError, Fault

    exact = set(table.header)
    folded = {name.casefold(): name for name in reversed(table.header)}
    at = {code: folded[code.casefold()] for code in (UNIT, NAME, TIME) if code.casefold() in folded}
    wanted = (*framework.codes, *framework.groups, *framework.denominators)
    at |= {code: code for code in wanted if code in exact}
    missing = [code for code in (UNIT, *wanted) if code not in at]
    unused = [name for name in table.header if name not in at.values()]
    near = {meant: written for written, meant in near_misses(unused, missing)}
    what = dict.fromkeys(framework.codes, "indicator")
    what |= dict.fromkeys(framework.groups, "group") | dict.fromkeys(
        framework.denominators, "denominator"
    )
    faults = [
        Fault(
            "near_miss" if code in near else "no_column",
            "row 1",
            f'There is no column "{code}" for the {what.get(code, "code of the unit")}.',
            f'Rename the column "{near[code]}".'
            if code in near
            else f'Add the column "{code}", or correct its code in {framework.source or "META"}.',
        )
        for code in missing
    ]
    if faults:
        raise AnswersError(table.source, faults)
    return at


_ERROR_CELL = re.compile(rb"""<c\b(?=[^>]*\bt=["']e["'])[^>]*\br=["']([A-Z]+[0-9]+)["']""")


def _refuse_error_cells(path: Path) -> None:
    """A cell that shows #DIV/0! or #N/A would be read as empty; it is a fault, not a gap."""
    from zipfile import ZipFile

    from waspada.errors import AnswersError, Fault

    with ZipFile(path) as parts:
        first = "xl/worksheets/sheet1.xml"
        cells = _ERROR_CELL.findall(parts.read(first)) if first in parts.namelist() else []
    if cells:
        wording = "The formula shows an error.", "Repair it, or empty the cell."
        faults = [Fault("formula_error", f"cell {cell.decode()}", *wording) for cell in cells]
        raise AnswersError(path.name, faults)


# Numbers --------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?([0-9]+,[0-9]*|,[0-9]+)([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def decimal_comma(table: Table, names: Sequence[str]) -> bool:
    """Whether the file writes decimals with a comma: some numbers have one, none has a point, and
    they cannot all be thousands."""
    texts = {text for name in names for text in table.column(name).texts}
    commas = [text for text in texts if _COMMA.fullmatch(text)]
    points = any("." in text and _PLAIN.fullmatch(text) for text in texts)
    return not points and any(not _THOUSANDS.fullmatch(text) for text in commas)


def _numbers(table: Table, name: str, comma: bool, faults: RowFaults) -> NDArray[np.float64]:
    """(n_rows,) numbers of a column, NaN where missing."""
    column = table.column(name)
    numbers = [number_of(text, comma) for text in column.texts]
    bad = [i for i, number in enumerate(numbers) if number is None]
    faults.add_texts("no_number", name, column, bad, _no_number)
    values = np.array([np.nan if n is None else n for n in numbers], dtype=np.float64)
    return values[column.codes] if len(values) else np.empty(0)


def number_of(text: str, comma: bool) -> float | None:
    """NaN where missing, None where it is no finite number."""
    if text in MISSING:
        return float("nan")
    if comma and _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not _PLAIN.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) != float("inf") else None


def _no_number(text: str) -> Wording:
    from waspada.collection.faults import quoted

    if _PLAIN.fullmatch(text):
        return f"{quoted(text)} is too large for a number.", "Correct it, or use a larger unit."
    if _COMMA.fullmatch(text):
        return (
            f"{quoted(text)} has a comma: decimals and thousands cannot be told apart here.",
            "Write 1234.5, with a decimal point and without marks for thousands.",
        )
    return f"{quoted(text)} is no number.", "Write a number, or leave the cell empty."


# Units and times ------------------------------------------------------------------------------


def _texts(table: Table, name: str) -> list[str]:
    column = table.column(name)
    return [column.texts[code] for code in column.codes]


def _units(table: Table, name: str, faults: RowFaults) -> list[str]:
    column: Column = table.column(name)
    empty = [i for i, text in enumerate(column.texts) if not text]
    wanted = ("The code of the unit is empty.", "Give the row the code of its unit.")
    faults.add_texts("unit", name, column, empty, lambda _: wanted)
    return _texts(table, name)


def _times(table: Table, name: str, faults: RowFaults) -> NDArray[np.float64]:
    column = table.column(name)
    numbers = [number_of(text, comma=False) for text in column.texts]
    whole = [n is not None and n == n and n.is_integer() and abs(n) < 1e9 for n in numbers]
    faults.add_texts(
        "time",
        name,
        column,
        [i for i, fits in enumerate(whole) if not fits],
        lambda text: (
            f'"{text}" is no time.' if text else "The time is empty.",
            "Write a whole number, for example the year.",
        ),
    )
    values = [n if fits else 0.0 for n, fits in zip(numbers, whole, strict=True)]
    return np.array(values, dtype=np.float64)[column.codes]


def _refuse_twice(
    table: Table,
    name: str,
    units: Sequence[str],
    times: NDArray[np.float64] | None,
    faults: RowFaults,
) -> None:
    """Each unit has one row, or one per time."""
    keys = list(zip(units, times if times is not None else [0.0] * len(units), strict=True))
    first: dict[tuple[str, float], int] = {}
    again = [
        place for place, key in enumerate(keys) if first.setdefault(key, place) != place and key[0]
    ]

    def wording(place: int) -> Wording:
        row = table.row[first[keys[place]]]
        when = "" if times is None else f" at time {int(times[place])}"
        remedy = (
            "Keep one row per unit." if when else "Keep one row per unit, or add a column Time."
        )
        return f'The unit "{units[place]}"{when} stands in row {row} already.', remedy

    faults.add("unit_twice", name, np.array(again, dtype=np.intp), wording)


def _of_time(table: Table, order: list[int], times: Sequence[int] | None, wanted: int) -> list[int]:
    from waspada.errors import AnswersError, Fault

    kept = [row for row in order if times is not None and times[row] == wanted]
    if not kept:
        there = ", ".join(map(str, sorted(set(times or ()))[:12]))
        problem = f"No row has the time {wanted}."
        remedy = f"It has: {there}." if there else 'The file has no column "Time".'
        raise AnswersError(table.source, [Fault("no_such_time", "--time", problem, remedy)])
    return kept
