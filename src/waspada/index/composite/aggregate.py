"""Aggregation: combine indicators into nodes, level by level."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.model import Detail, Step
from waspada.index.composite.recipe import Recipe
from waspada.index.model import Floats
from waspada.instrument.framework import Framework


def arithmetic(values: Floats, weights: Floats) -> Floats:
    """(n_rows,) weighted means over what is there; NaN where nothing is."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(there, values, 0) @ weights / (there @ weights)


RECIPES: dict[str, Recipe] = {"arithmetic": Recipe("arithmetic", arithmetic, "Weighted mean.")}


def run(
    table: IndicatorTable, framework: Framework, step: Step, weights: Mapping[str, float]
) -> tuple[Floats, tuple[Detail, ...], tuple[str, ...]]:
    """Scores of all nodes."""
    columns = dict(zip(table.indicators, table.values.T, strict=True))
    for node in framework.aggregates:
        children = framework.children(node.code)
        values = np.column_stack([columns[child] for child in children])
        columns[node.code] = arithmetic(values, np.array([weights[child] for child in children]))
    return np.column_stack([columns[code] for code in framework.node_codes]), (), ()
