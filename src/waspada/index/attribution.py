"""How much of a score comes from which item, exactly."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations
from math import factorial

import numpy as np

from waspada.index.composite.means import LIMIT, generalised
from waspada.index.model import Branch, Floats, Tree
from waspada.index.tree import turned
from waspada.instrument.model import Aggregation

_Slope = Callable[[Floats, Floats, Floats, int], Floats]

MIDDLE = 50.0
"""Middle of the scale: the common starting point of all attributions."""

NEAR = 1e-4
"""Points from the middle below which a slope is taken from the derivative, not a difference."""

MOST_CHILDREN = 12
"""Shapley shares visit every set of siblings: 4,096 of them at this size."""


def too_wide(tree: Tree) -> list[str]:
    """Nodes whose Shapley shares would need too many sets of children."""
    return [
        tree.nodes[branch.position - len(tree.items)]
        for branch in tree.branches
        if branch.aggregation is not Aggregation.ARITHMETIC and len(branch.children) > MOST_CHILDREN
    ]


def attribute(values: Floats, tree: Tree) -> Floats:
    """Points of the root that each item brings, counted from the middle of the scale.

        a_i = (x_i - 50) s_i,   s_i = product of the slopes on the way from the item to the root,
        sum_i a_i = root - 50   exactly

    values: (n, n_items + n_nodes) as `climb` returns them; the root has a score.
    Returns (n, n_items); 0 for an item without a score.

    At an arithmetic node the slope is the (renormalised) weight, with a minus where the child is
    turned. At any other node it is the child's Shapley share of `node - 50` over
    `child - 50`: the mean slope of the node in that child, over all orders in which the children
    could leave 50 for their own score. Written as a slope, shares pass down proportionally without
    a division by zero when a child stands at 50 and its own children cancel out.

    Source: Shapley, A value for n-person games (1953).
    """
    slope = np.zeros_like(values)
    slope[:, tree.root] = 1.0
    for branch in reversed(tree.branches):
        children = turned(values[:, branch.children], branch)
        own = slope[:, [branch.position]] * _slopes(children, branch) * branch.directions
        slope[:, branch.children] = np.where(np.isnan(children), 0.0, own)
    items = values[:, : len(tree.items)]
    brought: Floats = np.where(np.isnan(items), 0.0, items - MIDDLE) * slope[:, : len(tree.items)]
    return brought


def _slopes(children: Floats, branch: Branch) -> Floats:
    """(n, n_children) mean slope of the node in each child, from the middle of the scale."""
    has_score = ~np.isnan(children)
    available = np.where(has_score, branch.weights, 0.0)
    total = available.sum(axis=1, keepdims=True)
    weights: Floats = available / np.where(total > 0, total, 1.0)
    known = np.where(has_score, children, MIDDLE)
    match branch.aggregation:
        case Aggregation.ARITHMETIC:
            return weights
        case Aggregation.GEOMETRIC:
            return _shapley(known, weights, _geometric_slope)
        case Aggregation.HARMONIC:
            return _shapley(known, weights, _harmonic_slope)
        case Aggregation.GENERALISED:
            return _shapley(known, weights, partial(_power_slope, power=branch.power))


def _shapley(known: Floats, weights: Floats, slope: _Slope) -> Floats:
    """Mean over all orders of the slope in child c when the children before c stand at their
    score and the others in the middle."""
    n = known.shape[1]
    result = np.zeros_like(known)
    for child in range(n):
        others = [i for i in range(n) if i != child]
        for size in range(n):
            share = factorial(size) * factorial(n - 1 - size) / factorial(n)
            for before in combinations(others, size):
                rest = np.full_like(known, MIDDLE)
                rest[:, before] = known[:, before]
                result[:, child] += share * slope(rest, weights, known, child)
    return result


def _geometric_slope(rest: Floats, weights: Floats, known: Floats, child: int) -> Floats:
    """Slope of prod x^w in one child between 50 and its score, the other children at `rest`."""
    w, others = weights[:, child], np.delete(np.arange(rest.shape[1]), child)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = np.where(weights[:, others] > 0, weights[:, others] * np.log(rest[:, others]), 0.0)
        t = np.log(known[:, child] / MIDDLE)
        ratio = np.where(np.abs(t) < 1e-12, w, np.expm1(w * t) / np.expm1(t))
    slope: Floats = np.exp(logs.sum(axis=1)) * MIDDLE ** (w - 1.0) * ratio
    return slope


def _harmonic_slope(rest: Floats, weights: Floats, known: Floats, child: int) -> Floats:
    """Slope of 1 / sum(w / x) in one child between 50 and its score, the others at `rest`.

    With h = sum of w / rest over the others it is w / ((h x + w) (50 h + w)).
    """
    w, others = weights[:, child], np.delete(np.arange(rest.shape[1]), child)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        parts = np.where(weights[:, others] > 0, weights[:, others] / rest[:, others], 0.0)
        h = parts.sum(axis=1)
        slope = w / ((h * known[:, child] + w) * (MIDDLE * h + w))
    return np.where(np.isinf(h) | (w == 0), 0.0, slope)


def _power_slope(
    rest: Floats, weights: Floats, known: Floats, child: int, *, power: float
) -> Floats:
    """Slope of the power mean in one child between 50 and its score, the others at `rest`.

    The difference quotient; closer to 50 than NEAR the derivative halfway, w (y / x)^(1 - p),
    which differs from it by less than 1e-10 there.
    """
    at = np.maximum(rest, 0.0)
    start, end, halfway = at.copy(), at.copy(), at.copy()
    x = np.maximum(known[:, child], 0.0)
    away = x - MIDDLE
    near = (np.abs(away) < NEAR) & (weights[:, child] > 0)
    start[:, child], end[:, child] = MIDDLE, x
    halfway[:, child] = np.where(near, (MIDDLE + x) / 2, MIDDLE)
    mean = partial(generalised, power=power, zero=LIMIT)
    rise = mean(end, weights) - mean(start, weights)
    level = np.where(near, mean(halfway, weights) / halfway[:, child], 0.0)
    derivative = np.where(
        level > 0, weights[:, child] * np.where(level > 0, level, 1.0) ** (1.0 - power), 0.0
    )
    slope: Floats = np.where(near, derivative, rise / np.where(away == 0, 1.0, away))
    return slope
