"""What the tables of an analysis share: values of a level, cells, the columns that name a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

TIE = 1e-12
"""Values closer than this part of the largest one share a rank."""


def cell(value: float) -> float | None:
    """A number for a table; None for NaN or infinity."""
    return float(value) if np.isfinite(value) else None


def row_names(table: IndicatorTable) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Header and cells of the columns that name the rows of a table."""
    if table.times is None:
        return ("unit",), [(unit,) for unit in table.units]
    return ("unit", "time"), list(zip(table.units, table.times, strict=True))


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


def ranks(values: Floats) -> Floats:
    """Competition ranks of each column, 1 = highest; equal values share the better place.

    values: (n_rows, n_columns). Values within 1e-12 of the largest magnitude of a column are
    equal. Returns the same shape, NaN where the value is missing.
    """
    found = np.full(values.shape, np.nan)
    for k, column in enumerate(values.T):
        there = ~np.isnan(column)
        if not there.any():
            continue
        tie = TIE * np.abs(column[there]).max()
        ascending = np.sort(column[there])
        higher = len(ascending) - np.searchsorted(ascending, column[there] + tie, side="right")
        found[there, k] = higher + 1
    return found
