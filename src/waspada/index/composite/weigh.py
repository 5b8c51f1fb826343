"""Weights of indicators and nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.model import Detail, Step
from waspada.index.composite.recipe import Recipe
from waspada.index.model import Floats
from waspada.instrument.framework import Framework


def given(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights as they are."""
    return dict(weights)


RECIPES: dict[str, Recipe] = {"given": Recipe("given", given, "The weights of META.")}


def run(
    table: IndicatorTable,
    framework: Framework,
    step: Step,
    weights: Mapping[str, float],
    *,
    aggregated: Callable[[Mapping[str, float]], Floats] | None = None,
) -> tuple[dict[str, float], tuple[Detail, ...], tuple[str, ...]]:
    """The weights as they are."""
    return given(weights), (), ()
