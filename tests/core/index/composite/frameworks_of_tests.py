"""Small frameworks and tables for the tests of normalisation and aggregation."""

from __future__ import annotations

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.model import Step, StepKind
from waspada.instrument.framework import Aggregate, Framework, Indicator

NAN = float("nan")


def flat(*indicators: Indicator) -> Framework:
    return Framework(tuple(indicators), (Aggregate("Index", "Index", 2, None),))


def columns(n: int, **more: object) -> Framework:
    """n indicators a, b, ... right below the index."""
    names = "abcdefghijklmnopqrstuvwxyz"[:n]
    return flat(*(Indicator(c, c, "Index", **more) for c in names))  # type: ignore[arg-type]


def two_pillars(**more: object) -> Framework:
    """x gathers a and b (weights 1 and 3), y gathers c and d; x weighs 2, y 1."""
    indicators = (
        Indicator("a", "a", "x"),
        Indicator("b", "b", "x", weight=3.0),
        Indicator("c", "c", "y"),
        Indicator("d", "d", "y"),
    )
    nodes = (
        Aggregate("x", "x", 2, "Index", weight=2.0),
        Aggregate("y", "y", 2, "Index", **more),  # type: ignore[arg-type]
        Aggregate("Index", "Index", 3, None),
    )
    return Framework(indicators, nodes)


def table(
    values: object, framework: Framework, times: tuple[int, ...] | None = None
) -> IndicatorTable:
    array = np.array(values, dtype=float)
    if times is None:
        units = tuple(f"U{i + 1}" for i in range(len(array)))
    else:
        per = len(set(times))
        units = tuple(f"U{i // per + 1}" for i in range(len(array)))
    return IndicatorTable(units, units, framework.codes, array, times)


def normalise_step(**options: object) -> Step:
    return Step("normalise", StepKind.NORMALISE, options)


def aggregate_step(**options: object) -> Step:
    return Step("aggregate", StepKind.AGGREGATE, options)
