"""Normalisation: bring indicators to one scale and one direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.model import Stage, Step
from waspada.index.composite.recipe import Kind, Parameter, Recipe, settle
from waspada.index.model import Floats
from waspada.instrument.framework import Framework


def minmax(values: Floats, *, lower: float, upper: float) -> Floats:
    """(n_rows, n_indicators) from lower to upper, NaN stays."""
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    result: Floats = (values - low) / (high - low) * (upper - lower) + lower
    return result


RECIPES: dict[str, Recipe] = {
    "minmax": Recipe(
        "minmax",
        minmax,
        "From the lowest to the highest value.",
        "lower + (upper - lower) (x - min) / (max - min)",
        (
            Parameter("lower", Kind.NUMBER, 0.0, "lower end of the scale"),
            Parameter("upper", Kind.NUMBER, 100.0, "upper end of the scale"),
        ),
    )
}


def run(table: IndicatorTable, framework: Framework, step: Step) -> Stage:
    """Normalise all indicators after turning those of direction -1."""
    given = {k: v for k, v in step.options.items() if k not in ("method", "per", "over")}
    direction = np.array([indicator.direction for indicator in framework.indicators])
    turned = table.values * direction
    constant = np.nanmin(turned, axis=0) == np.nanmax(turned, axis=0)
    if constant.any():
        codes = [table.indicators[k] for k in np.flatnonzero(constant)]
        raise StepError("No unit differs.", "Leave it out.", step=step.name, indicators=codes)
    values = minmax(turned, **settle(RECIPES["minmax"], given))
    return Stage(step.name, replace(table, values=values))
