"""A small framework and tables for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.instrument.framework import Aggregate, Framework, Indicator

FRAMEWORK = Framework(
    (
        Indicator("a", "Ants", "left", weight=1, unit="nests"),
        Indicator("b", "Bees", "left", direction=-1, weight=2, unit="hives"),
        Indicator("c", "Cats", "left", weight=1),
        Indicator("d", "Dogs", "right", weight=3),
        Indicator("e", "Eels", "right", weight=1),
        Indicator("f", "Frogs", "lone", weight=1),
    ),
    (
        Aggregate("left", "Left", 2, "top", weight=1),
        Aggregate("right", "Right", 2, "top", weight=2),
        Aggregate("lone", "Lone", 2, "top", weight=1),
        Aggregate("top", "Top", 3, None),
    ),
)


def table(values: Any = None, **more: Any) -> IndicatorTable:
    if values is None:
        rng = np.random.default_rng(5)
        common = rng.normal(size=(40, 1))
        values = 50 + 10 * common + np.array([4, 8, 12, 6, 9, 5]) * rng.normal(size=(40, 6))
    x = np.array(values, dtype=float)
    units = tuple(f"u{row:02}" for row in range(len(x)))
    return IndicatorTable(units, units, FRAMEWORK.codes, x, **more)


def with_gaps(share: float = 0.15) -> IndicatorTable:
    values = table().values.copy()
    values[np.random.default_rng(6).random(values.shape) < share] = np.nan
    return table(values)


def listed(column: Any) -> list[float | None]:
    """A column for the slow functions."""
    return [None if np.isnan(x) else float(x) for x in column]
