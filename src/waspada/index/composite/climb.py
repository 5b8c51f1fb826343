"""Climbing a framework: scores of nodes from those of indicators, for one set of weights or many.

`Climber` takes one node after the other; `climb_weights` climbs for many sets of weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from waspada.errors import StepError
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.rules import COMPARING, COUNTED, Plan, Rule
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework

SHARE_TOLERANCE = 1e-12
"""So that 0.1 + 0.2 carries a rule that asks for 0.3."""

CELLS_AT_ONCE = 4_000_000
"""Numbers of one temporary array in `climb_weights`; 32 MB."""


def check_weights(weights: Floats, framework: Framework, *, step: str = "aggregate") -> None:
    """Refuse weights that are negative, not finite, or 0 for all children of a node that counts.

    weights: (n_draws, n_entries), entries as in `framework.entries`. Raises StepError.
    """
    codes = [entry.code for entry in framework.entries]
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any():
        draws = np.flatnonzero(bad.any(axis=1))
        raise StepError(
            "A weight is below 0 or no number" + _of_draws(draws, len(weights)) + ".",
            "Weights are 0 or more.",
            step=step,
            indicators=[codes[i] for i in np.flatnonzero(bad.any(axis=0))],
        )
    place = {code: i for i, code in enumerate(codes)}
    for node in framework.aggregates:
        children = [place[child] for child in framework.children(node.code)]
        empty = ~(weights[:, children] > 0).any(axis=1)
        if node.parent is not None:
            empty &= weights[:, place[node.code]] > 0
        if empty.any():
            raise StepError(
                "All children have weight 0" + _of_draws(np.flatnonzero(empty), len(weights)) + ".",
                "Give one of them a weight, or the node itself the weight 0.",
                step=step,
                indicators=[node.code],
            )


def _of_draws(draws: NDArray[np.intp], of: int) -> str:
    if of == 1:
        return ""
    return f" in {len(draws):,} of {of:,} draws, first in draw {int(draws[0]) + 1:,}"


class Climber:
    """Climbs a framework by a plan; weights may have a leading axis of draws."""

    def __init__(
        self,
        framework: Framework,
        plan: Plan,
        step: str,
        units: Sequence[str],
        blocks: Sequence[NDArray[np.intp]],
    ) -> None:
        self.framework, self.plan, self.step = framework, plan, step
        self.units, self.blocks = units, blocks
        self.place = {entry.code: i for i, entry in enumerate(framework.entries)}
        self.children = {
            node.code: np.array([self.place[c] for c in framework.children(node.code)], np.intp)
            for node in framework.aggregates
        }
        self.direction = np.array([e.direction for e in framework.aggregates], dtype=np.float64)

    def climb(self, values: Floats, weights: Floats) -> Floats:
        """values (n_rows, n_indicators), weights (..., n_entries) -> (..., n_rows, n_nodes)."""
        lead, n = weights.shape[:-1], len(self.framework.indicators)
        scores = np.full((*lead, len(values), len(self.framework.aggregates)), np.nan)
        for k, node in enumerate(self.framework.aggregates):
            children = self.entering(node.code, values, scores)
            own = weights[..., None, self.children[node.code]]
            scores[..., k] = self._combine(node.code, children, own)
        assert n == values.shape[1]
        return scores

    def entering(self, code: str, values: Floats, scores: Floats) -> Floats:
        """(..., n_rows, n_children) children of a node as they enter it, turned where needed."""
        places, n = self.children[code], values.shape[1]
        if (places < n).all():
            return values[:, places]
        above = np.maximum(places - n, 0)
        nodes = scores[..., above]
        turned = (self.direction[above] < 0) & (places >= n)
        if turned.any():
            lower, upper = self.plan[code].parameters["scale"]
            nodes = np.where(turned, lower + upper - nodes, nodes)
        if (places >= n).all():
            return nodes
        return np.where(places < n, values[:, np.minimum(places, n - 1)], nodes)

    def _combine(self, code: str, children: Floats, weights: Floats) -> Floats:
        rule = self.plan[code]
        if not children.shape[-1]:  # a leaf without indicators, of weight 0
            return np.full(np.broadcast_shapes(children.shape[:-1], weights.shape[:-1]), np.nan)
        enough = enough_children(children, weights, rule)
        children = np.where(enough[..., None], children, np.nan)
        try:
            if rule.recipe.name not in COMPARING:
                with np.errstate(over="ignore", invalid="ignore"):  # refused below
                    result: Floats = rule.recipe.function(children, weights, **rule.parameters)
            else:
                children = np.broadcast_to(
                    children, np.broadcast_shapes(children.shape, weights.shape)
                )
                result = np.empty(children.shape[:-1])
                for rows in self.blocks:
                    result[..., rows] = self._compared(rule, children, weights, rows)
        except Cannot as fault:
            raise self._refusal(code, fault) from fault
        there = (~np.isnan(children) & (weights > 0)).any(axis=-1)
        lost = np.isinf(result) | (np.isnan(result) & there)
        if lost.any():
            where = np.flatnonzero(lost.reshape(-1, lost.shape[-1]).any(axis=0)).tolist()
            problem = "The score is too large for a computer number."
            raise self._refusal(code, Cannot(problem, "Normalise the values first.", rows=where))
        return result

    def _compared(
        self, rule: Rule, children: Floats, weights: Floats, rows: NDArray[np.intp]
    ) -> Floats:
        """Scores of some rows, compared with each other alone."""
        try:
            found: Floats = rule.recipe.function(children[..., rows, :], weights, **rule.parameters)
        except Cannot as fault:
            fault.rows = tuple(int(rows[row]) for row in fault.rows)
            raise
        return found

    def _refusal(self, code: str, fault: Cannot) -> StepError:
        children = self.framework.children(code)
        concerned = getattr(fault, "children", range(len(children)))
        return StepError(
            f'Node "{code}": {fault.problem}',
            fault.remedy,
            step=self.step,
            indicators=[children[i] for i in concerned],
            units=list(dict.fromkeys(self.units[row] for row in fault.rows)),
        )


def share_available(children: Floats, weights: Floats, availability: str) -> Floats:
    """Share of the children that count (weight above 0) which have a score: of their number, or
    of their weight. (..., n_rows, n_children) -> (..., n_rows); NaN where none counts."""
    carry = (weights > 0).astype(np.float64) if availability == COUNTED else weights
    total = carry.sum(axis=-1)
    known = np.where(np.isnan(children), 0.0, carry).sum(axis=-1)
    share: Floats = known / np.where(total > 0, total, np.nan)
    return share


def enough_children(children: Floats, weights: Floats, rule: Rule) -> Flags:
    """(..., n_rows) whether a node may have a score by its rule min_share."""
    share = share_available(children, weights, rule.parameters["availability"])
    enough: Flags = share + SHARE_TOLERANCE >= rule.parameters["min_share"]
    return enough


# Many sets of weights ---------------------------------------------------------------------------


def effective_weights(framework: Framework, weights: Floats) -> Floats:
    """Weight of each indicator in the index.

        e_i = product, from the indicator up to the index, of w / (sum of w over its siblings)

    weights: (..., n_entries) >= 0, entries as in `framework.entries`; the index's own is ignored.
    Returns (..., n_indicators), sum 1. An all-arithmetic index of complete data is values @ e.
    Raises StepError as `check_weights`.
    """
    return effective_entries(framework, weights)[..., : len(framework.indicators)]


def effective_entries(framework: Framework, weights: Floats) -> Floats:
    """As `effective_weights`, for every entry, (..., n_entries); each level sums to 1."""
    check_weights(weights.reshape(-1, weights.shape[-1]), framework)
    place = {entry.code: i for i, entry in enumerate(framework.entries)}
    effective = np.zeros(weights.shape)
    effective[..., -1] = 1.0
    for node in reversed(framework.aggregates):
        children = [place[child] for child in framework.children(node.code)]
        own = weights[..., children]
        total = own.sum(axis=-1, keepdims=True)
        shares = own / np.where(total > 0, total, 1.0)
        effective[..., children] = effective[..., [place[node.code]]] * shares
    return effective


def climb_weights(
    values: Floats,
    framework: Framework,
    weights: Floats,
    plan: Plan,
    *,
    nodes: Sequence[str] | None = None,
    step: str = "aggregate",
    units: Sequence[str] = (),
    blocks: Sequence[NDArray[np.intp]] | None = None,
) -> Floats:
    """Scores under many sets of weights.

    values: (n_rows, n_indicators) normalised, NaN = missing, columns as in `framework.codes`.
    weights: (n_draws, n_entries), entries as in `framework.entries`. plan: see `plan_of`.
    nodes: codes of the nodes wanted; all if None. units: (n_rows,) names for messages.
    blocks: rows that Copeland compares with each other (`columns.parts`); all if None.
    Returns (n_draws, n_rows, n_nodes). Memory besides the result does not grow with n_draws.
    Raises StepError, also where a single set of weights is refused; who needs the others calls
    again without it (`uncertainty.sensitivity.climb` does).

    All-arithmetic trees of complete data are one matrix product with `effective_weights` per
    node wanted; the others climb, draws side by side.
    """
    check_weights(weights, framework, step=step)
    wanted = tuple(framework.node_codes if nodes is None else nodes)
    place = {code: k for k, code in enumerate(framework.node_codes)}
    result = np.empty((len(weights), len(values), len(wanted)))
    if _is_linear(values, framework, plan):
        for k, code in enumerate(wanted):
            result[..., k] = effective_below(framework, weights, code) @ values.T
        return result
    names = units or [f"row {i + 1}" for i in range(len(values))]
    climber = Climber(
        framework, plan, step, names, [np.arange(len(values))] if blocks is None else blocks
    )
    columns = [place[code] for code in wanted]
    for draws in _chunks(len(weights), len(values) * len(framework.entries)):
        result[draws] = climber.climb(values, weights[draws])[..., columns]
    return result


def effective_below(framework: Framework, weights: Floats, code: str) -> Floats:
    """(n_draws, n_indicators) weight of each indicator in one node; 0 outside it. NaN in a draw
    where the node's children all have weight 0."""
    place = {entry.code: i for i, entry in enumerate(framework.entries)}
    effective = np.zeros(weights.shape)
    effective[:, place[code]] = 1.0
    for node in reversed(framework.aggregates):
        own = effective[:, [place[node.code]]]
        if not own.any():
            continue
        children = [place[child] for child in framework.children(node.code)]
        total = weights[:, children].sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(own > 0, weights[:, children] / total, 0.0)
        effective[:, children] = own * share
    return effective[:, : len(framework.indicators)]


def _is_linear(values: Floats, framework: Framework, plan: Plan) -> bool:
    return (
        all(rule.recipe.name == "arithmetic" for rule in plan.values())
        and all(node.direction > 0 for node in framework.aggregates)
        and not bool(np.isnan(values).any())
    )


def _chunks(n: int, cells_each: int) -> Iterator[slice]:
    size = max(1, CELLS_AT_ONCE // max(1, cells_each))
    for start in range(0, n, size):
        yield slice(start, start + size)
