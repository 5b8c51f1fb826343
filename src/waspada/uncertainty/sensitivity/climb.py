"""Scores of many draws from one normalised table: weights differ, the rest stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import aggregate
from waspada.index.composite.model import Step
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework

WIDEST = 600.0
"""Beyond exp of this, powers of ratios of values would leave the range of a number."""

POWERS = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0}


@dataclass(frozen=True)
class Refusal:
    """Draws a step refused. rows: places of the draws."""

    rows: tuple[int, ...]
    error: StepError


def score_draws(
    table: IndicatorTable, framework: Framework, step: Step, weights: Floats, nodes: Sequence[str]
) -> tuple[Floats, list[Refusal]]:
    """Scores of some nodes under many sets of weights, as `aggregate.run` would give one by one.

    table: what is aggregated. weights: (n_draws, n_entries) as in `framework.entries`.
    Returns (n_nodes, n_rows, n_draws), and the draws that were refused; those are NaN.

    Where every node is the same power mean of complete data above 0, the tree folds into one
    matrix product of transformed values and effective weights: f(y) = sum_i e_i f(x_i).
    """
    values = np.ascontiguousarray(_columns(table, framework))
    plan = aggregate.plan_of(step.options, framework)
    scores = np.full((len(nodes), len(values), len(weights)), np.nan)
    refusals = _refused_weights(weights, framework, step.name)
    kept = np.setdiff1d(np.arange(len(weights)), [row for r in refusals for row in r.rows])
    if not len(kept):
        return scores, refusals
    power = _common_power(values, framework, plan)
    if power is not None:
        chosen = weights if len(kept) == len(weights) else weights[kept]
        for place, node in enumerate(nodes):
            effective = aggregate.effective_below(framework, chosen, node)
            scores[place][:, kept] = _power_product(values, effective, power)
        return scores, refusals
    refusals += _climb(table, framework, step, weights, nodes, kept, scores)
    return scores, refusals


def _columns(table: IndicatorTable, framework: Framework) -> Floats:
    if table.indicators == framework.codes:
        return table.values
    place = {code: column for column, code in enumerate(table.indicators)}
    ordered: Floats = table.values[:, [place[code] for code in framework.codes]]
    return ordered


def _refused_weights(weights: Floats, framework: Framework, step: str) -> list[Refusal]:
    """Draws in which a weight is no number >= 0, or all children of a node that counts have 0."""
    bad: Flags = np.asarray((~np.isfinite(weights) | (weights < 0)).any(axis=1))
    place = {entry.code: column for column, entry in enumerate(framework.entries)}
    for node in framework.aggregates:
        children = [place[child] for child in framework.children(node.code)]
        empty: Flags = np.asarray((weights[:, children] > 0).sum(axis=1) == 0)
        if node.parent is not None:
            empty &= weights[:, place[node.code]] > 0
        bad = bad | empty
    refusals = []
    for row in np.flatnonzero(bad).tolist():
        try:
            aggregate.check_weights(weights[[row]], framework, step=step)
        except StepError as error:
            refusals.append(Refusal((row,), error))
    return refusals


def _common_power(values: Floats, framework: Framework, plan: aggregate.Plan) -> float | None:
    """The power all nodes share, where the tree folds into one product; None elsewhere."""
    found = set()
    for rule in plan.values():
        power = POWERS.get(rule.recipe.name, rule.parameters.get("power"))
        found.add(power)
    if len(found) != 1 or any(node.direction < 0 for node in framework.aggregates):
        return None
    power = found.pop()
    if power is None or not np.isfinite(power) or not np.isfinite(values).all():
        return None
    if power == 1.0:
        return 1.0
    if not bool((values > 0).all()):
        return None
    span = abs(power) * np.log(values.max() / values.min())
    return float(power) if span < WIDEST else None


def _power_product(values: Floats, effective: Floats, power: float) -> Floats:
    """values (n_rows, n_indicators), effective (n_draws, n_indicators) -> (n_rows, n_draws)."""
    if power == 1.0:
        product: Floats = values @ effective.T
        return product
    if power == 0.0:
        logs: Floats = np.log(values) @ effective.T
        return np.exp(logs, out=logs)
    largest = values.max(axis=1, keepdims=True) if power > 0 else values.min(axis=1, keepdims=True)
    mean: Floats = ((values / largest) ** power @ effective.T) ** (1.0 / power) * largest
    return mean


def _climb(
    table: IndicatorTable,
    framework: Framework,
    step: Step,
    weights: Floats,
    nodes: Sequence[str],
    rows: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
    scores: Floats,
) -> list[Refusal]:
    """Climb all draws together; where that is refused, halves of them, down to the draw."""
    try:
        scores[:, :, rows] = _together(table, framework, step, weights[rows], nodes)
    except StepError as error:
        if len(rows) == 1:
            return [Refusal((int(rows[0]),), error)]
        if _refuses_all(error, framework, step, weights[rows]):
            return [Refusal(tuple(rows.tolist()), error)]
        middle = len(rows) // 2
        return [
            refusal
            for half in (rows[:middle], rows[middle:])
            for refusal in _climb(table, framework, step, weights, nodes, half, scores)
        ]
    return []


def _refuses_all(error: StepError, framework: Framework, step: Step, weights: Floats) -> bool:
    """Whether what was refused are indicators, of which no weight above 0 changes the domain."""
    rules = aggregate.plan_of(step.options, framework).values()
    return (
        set(error.facts["indicators"]) <= set(framework.codes)
        and bool((weights > 0).all())
        and all(rule.recipe.name != "mazziotta_pareto" for rule in rules)
    )


def _together(
    table: IndicatorTable, framework: Framework, step: Step, weights: Floats, nodes: Sequence[str]
) -> Floats:
    """(n_nodes, n_rows, n_draws) by the engine's own kernels."""
    plan = aggregate.plan_of(step.options, framework)
    names = [rule.recipe.name for rule in plan.values()]
    if aggregate.COMPARING & set(names) and table.times is not None:
        return _one_by_one(table, framework, step, weights, nodes)
    found = aggregate.climb_weights(
        _columns(table, framework),
        framework,
        weights,
        plan,
        nodes=nodes,
        step=step.name,
        units=table.units,
    )
    return np.moveaxis(found, 0, 2).swapaxes(0, 1)


def _one_by_one(
    table: IndicatorTable, framework: Framework, step: Step, weights: Floats, nodes: Sequence[str]
) -> Floats:
    codes = [entry.code for entry in framework.entries]
    columns = [framework.node_codes.index(node) for node in nodes]
    scores = np.empty((len(nodes), len(table), len(weights)))
    for draw, row in enumerate(weights):
        given = dict(zip(codes, row.tolist(), strict=True))
        found, _, _ = aggregate.run(table, framework, step, given)
        scores[:, :, draw] = found[:, columns].T
    return scores
