"""What the tables of an analysis share: values of a level, cells, the columns that name a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.model import Floats
from waspada.index.ranking import competition_ranks, rank_scores
from waspada.instrument.framework import Framework

UNIT, TIME, CODE = "uCode", "Time", "iCode"
"""Columns that name a row; they join with COINr's tables."""

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


def groups_at(framework: Framework, level: int) -> list[tuple[str, tuple[str, ...]]]:
    """Nodes and their children, of whom the highest stands at a level: 1 = indicators only."""
    levels = {node.code: node.level for node in framework.aggregates}
    groups = ((node.code, framework.children(node.code)) for node in framework.aggregates)
    return [
        (node, children)
        for node, children in groups
        if children and max(levels.get(child, 1) for child in children) == level
    ]


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
    if not measured:
        found = rank_scores(values, times).astype(float)
        return np.where(found > 0, found, np.nan)
    found = np.full(values.shape, np.nan)
    when = np.zeros(len(values)) if times is None else np.array(times)
    for time in sorted(set(when.tolist())):
        rows = np.flatnonzero(when == time)
        for k, column in enumerate(values[rows].T):
            found[rows, k] = competition_ranks(column, MEASURED_TIE * np.abs(column))
    return np.where(np.isnan(values), np.nan, found)
