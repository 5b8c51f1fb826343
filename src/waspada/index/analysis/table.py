"""What the tables of an analysis share: values of a level, cells, the columns that name a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

UNIT, TIME, CODE = "uCode", "Time", "iCode"
"""Columns that name a row; they join with COINr's tables."""

TIE = 1e-12
"""Scores closer than this part of the largest one share a rank; arithmetic blurs them."""

MEASURED_TIE = 1e-12
"""Measured values closer than this part of themselves share a rank."""


def cell(value: float) -> float | None:
    """A number for a table; None for NaN or infinity."""
    return float(value) if np.isfinite(value) else None


def row_names(table: IndicatorTable) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Header and cells of the columns that name the rows of a table."""
    if table.times is None or len(set(table.times)) < 2:
        return (UNIT,), [(unit,) for unit in table.units]
    return (UNIT, TIME), list(zip(table.units, table.times, strict=True))


def values_of(
    framework: Framework, table: IndicatorTable, scores: Floats | None, codes: Sequence[str]
) -> Floats:
    """(n_rows, n_codes) values of indicators and scores of nodes.

    scores: (n_rows, n_nodes), needed only where a code is a node.
    """
    indicators = {code: k for k, code in enumerate(table.indicators)}
    nodes = {code: k for k, code in enumerate(framework.node_codes)}
    columns = []
    for code in codes:
        if code in indicators:
            columns.append(table.values[:, indicators[code]])
        elif scores is not None:
            columns.append(scores[:, nodes[code]])
        else:
            raise ValueError(f"no scores given, but {code} is a node")
    return np.column_stack(columns)


def ancestor(framework: Framework, code: str, level: int) -> str | None:
    """The node of a level above (or at) a code; None where there is none."""
    levels = {node.code: node.level for node in framework.aggregates}
    current: str | None = code
    while current is not None and levels.get(current, 1) < level:
        current = framework.parents[current]
    return current if current is not None and levels.get(current, 1) == level else None


def ranks(values: Floats, times: Sequence[int] | None = None, *, measured: bool = False) -> Floats:
    """Competition ranks of each column, 1 = highest; equal values share the better place.

    values: (n_rows, n_columns). times: (n_rows,) each time is ranked by itself. measured: values
    are equal within 1e-12 of themselves; otherwise they are scores, equal within 1e-12 of the
    largest magnitude of their column. Returns the same shape, NaN where the value is missing.
    """
    found = np.full(values.shape, np.nan)
    when = np.zeros(len(values)) if times is None else np.array(times)
    for time in sorted(set(when.tolist())):
        rows = np.flatnonzero(when == time)
        for k in range(values.shape[1]):
            found[rows, k] = _rank(values[rows, k], measured)
    return found


def _rank(column: Floats, measured: bool) -> Floats:
    there = ~np.isnan(column)
    x = column[there]
    size = np.abs(x)
    tie = MEASURED_TIE * size if measured else TIE * size.max(initial=0.0)
    higher = len(x) - np.searchsorted(np.sort(x), x + tie, side="right")
    places = np.full(len(column), np.nan)
    places[there] = higher + 1
    return places
