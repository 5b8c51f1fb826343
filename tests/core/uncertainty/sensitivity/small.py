"""A small index: eight units, six indicators, two dimensions of two and four, one index."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.build import build
from waspada.index.composite.method import parse_method
from waspada.index.composite.model import StepKind
from waspada.instrument.framework import Aggregate, Framework, Indicator
from waspada.uncertainty.sensitivity.chain import Chain, varied_steps
from waspada.uncertainty.sensitivity.model import Exclusion
from waspada.uncertainty.sensitivity.plan import parse_plan

FRAMEWORK = Framework(
    indicators=(
        *(Indicator(code, code, "x", weight=w) for code, w in (("a", 1.0), ("b", 3.0))),
        *(
            Indicator(code, code, "y", direction=d)
            for code, d in (("c", 1), ("d", -1), ("e", 1), ("f", 1))
        ),
    ),
    aggregates=(
        Aggregate("x", "x", 2, "index", weight=2.0),
        Aggregate("y", "y", 2, "index"),
        Aggregate("index", "index", 3, None),
    ),
)

METHOD = """
title: small
steps:
  - treat: {method: winsorise, at_most: 1, skew: 1, kurtosis: 1}
  - normalise: {method: minmax, lower: 1, upper: 100}
  - weigh: {method: given}
  - aggregate: {method: arithmetic}
"""


def table(seed=3, units=8, gaps=()):
    values = np.random.default_rng(seed).gamma(2.0, size=(units, 6))
    values[1, 2] = 40.0
    for row, column in gaps:
        values[row, column] = np.nan
    names = tuple(f"u{k}" for k in range(units))
    return IndicatorTable(names, names, FRAMEWORK.codes, values)


def chain(text=METHOD, data=None):
    method = parse_method(text, source="METHOD", framework=FRAMEWORK)
    return Chain(FRAMEWORK, table() if data is None else data, method)


def plan(made, document):
    return parse_plan(document, made.framework, made.method, made.table, source="SENSITIVITY")


def one_draw(made, varied, chosen, weights):
    """index scores {unit: score} of a draw, by a whole build of its own.

    chosen: places of the alternatives. weights: {code: weight}.
    """
    steps = varied_steps(made.method, list(zip(varied.discrete, chosen, strict=True)))
    steps = tuple(
        replace(s, options={"method": "given", "weights": weights})
        if s.kind is StepKind.WEIGH
        else s
        for s in steps
    )
    outside = {
        unit
        for one, place in zip(varied.discrete, chosen, strict=True)
        if isinstance(one, Exclusion) and one.of_units
        for unit in one.sets[place]
    }
    kept = [row for row, unit in enumerate(made.table.units) if unit not in outside]
    data = made.table.pick(np.array(kept))
    built = build(made.framework, data, replace(made.method, steps=steps))
    return dict(zip(built.table.units, built.scores[:, -1].tolist(), strict=True))
