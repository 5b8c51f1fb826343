"""What a gap is made of: between two regions, to the mean of regions, or between two rounds."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np

from waspada.errors import QualityError
from waspada.index.attribution import MOST_CHILDREN, too_wide
from waspada.index.model import Branch, Floats, Tree
from waspada.index.tree import combine_children, turned
from waspada.instrument.model import Aggregation

CLOSE = 1e-9
"""Children closer than this, relative to their size, have the slope of the mean, no quotient."""


def can_explain(tree: Tree) -> bool:
    """Whether every node that needs Shapley shares has few enough children."""
    return all_geometric(tree) or not too_wide(tree)


def explain_gap(start: Floats, end: Floats, tree: Tree) -> Floats:
    """Points of `root of end - root of start` that each item brings; they add up exactly.

        g_i = s_i (x_i - y_i),   s_i = product of the slopes on the way from the item to the root,
        sum_i g_i = root(x) - root(y)

    Slopes at a node with children x (end) and y (start), weights w, value M:

        every node arithmetic   w_c
        every node geometric    w_c L(M(x), M(y)) / L(x_c, y_c),   L(a, b) = (a - b) / ln(a / b)
        any other tree          arithmetic nodes w_c; at the others the child's Shapley share of
                                M(x) - M(y) over x_c - y_c: the mean slope over all orders in which
                                the children could pass from start to end

    The logarithmic mean L splits a geometric mean without any order (the logarithms add); where a
    child stands at 0 it does not exist and Shapley shares take its place. Slopes pass down without
    a division by zero where a child did not move but its own children did.

    A child that is missing counts as if it stood at its parent's score, which leaves every mean as
    it is; what it brings is then how far it lies from that. So two sides that miss different
    children add up all the same.

    start, end: (n, n_items + n_nodes) as `climb` returns them; both roots have a score. Items are
    0 or at least 1e-6: below, far under the mean of any answers, the slope of a geometric mean next
    to 0 is so steep that rounding errors outgrow the sum. One row of `start` may serve all rows of
    `end`. Returns (n, n_items).
    Raises QualityError where a node has too many children for Shapley shares.

    Source: Shapley, A value for n-person games (1953); Ang, The LMDI approach to decomposition
    analysis (2005), for the logarithmic mean.
    """
    if not can_explain(tree):
        wide = too_wide(tree)
        raise QualityError(
            f'The node "{wide[0]}" has too many children for exact Shapley shares. Put a level '
            "between, or use the arithmetic mean.",
            code="too_wide",
            node=wide[0],
        )
    start, end = np.broadcast_arrays(np.atleast_2d(start), np.atleast_2d(end))
    x, y = filled(end, tree), filled(start, tree)
    logarithmic = all_geometric(tree)
    slope = np.zeros_like(x)
    slope[:, tree.root] = 1.0
    for branch in reversed(tree.branches):
        above = slope[:, [branch.position]] * branch.directions
        children = turned(x[:, branch.children], branch), turned(y[:, branch.children], branch)
        slope[:, branch.children] = above * _slopes(*children, branch, logarithmic=logarithmic)
    items = slice(0, len(tree.items))
    brought: Floats = slope[:, items] * (x[:, items] - y[:, items])
    return brought


def all_geometric(tree: Tree) -> bool:
    return all(branch.aggregation is Aggregation.GEOMETRIC for branch in tree.branches)


def filled(values: Floats, tree: Tree) -> Floats:
    """The same values with every gap at its parent's score, from the root down.

    What lies below a node without a score takes no part in the root, and is filled too.
    """
    full = values.copy()
    gone = np.isnan(values)
    for branch in reversed(tree.branches):
        below = gone[:, branch.children] | gone[:, [branch.position]]
        gone[:, branch.children] = below
        parent = full[:, [branch.position]]
        level = np.where(branch.directions > 0, parent, 100.0 - parent)
        full[:, branch.children] = np.where(below, level, full[:, branch.children])
    return full


def _slopes(x: Floats, y: Floats, branch: Branch, *, logarithmic: bool) -> Floats:
    """(n, n_children) mean slope of the node between y and x, children as they enter it."""
    if branch.aggregation is Aggregation.ARITHMETIC:
        return np.broadcast_to(branch.weights, x.shape)
    if not logarithmic:
        return _shapley(x, y, branch)
    positive = ((x > 0) & (y > 0)).all(axis=1)
    slopes = np.zeros_like(x)
    slopes[positive] = _log_mean_slopes(x[positive], y[positive], branch)
    if not positive.all():
        slopes[~positive] = _shapley(x[~positive], y[~positive], branch)
    return slopes


def _log_mean_slopes(x: Floats, y: Floats, branch: Branch) -> Floats:
    node = [_combine(side, branch)[:, None] for side in (x, y)]
    slopes: Floats = branch.weights * log_mean(node[0], node[1]) / log_mean(x, y)
    return slopes


def log_mean(a: Floats, b: Floats) -> Floats:
    """(a - b) / ln(a / b), a where they are equal; a, b > 0."""
    t = np.log(a / b)
    near = np.abs(t) < 1e-12
    mean: Floats = np.where(near, a, b * np.expm1(t) / np.where(near, 1.0, t))
    return mean


def _shapley(x: Floats, y: Floats, branch: Branch) -> Floats:
    """Mean over all orders of the slope in child c when the children before c stand at x and the
    others at y. Every set of children is combined once: 2^n of them."""
    n = x.shape[1]
    if n > MOST_CHILDREN:
        raise QualityError(
            f"A node has {n} children; exact Shapley shares take at most {MOST_CHILDREN}. Put a "
            "level between, or use the arithmetic mean.",
            code="too_wide",
        )
    value = {}
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            at_end = np.zeros(n, dtype=bool)
            at_end[list(chosen)] = True
            value[chosen] = _combine(np.where(at_end, x, y), branch)
    slopes = np.zeros_like(x)
    for child in range(n):
        moved = x[:, child] - y[:, child]
        near = np.abs(moved) <= np.maximum(CLOSE * np.maximum(x[:, child], y[:, child]), 1e-300)
        others = [i for i in range(n) if i != child]
        for size in range(n):
            share = factorial(size) * factorial(n - 1 - size) / factorial(n)
            for before in combinations(others, size):
                after = tuple(sorted((*before, child)))
                quotient = (value[after] - value[before]) / np.where(near, 1.0, moved)
                if near.any():
                    at = np.where(np.isin(np.arange(n), before), x, y)
                    quotient = np.where(near, _tangent(at, child, branch), quotient)
                slopes[:, child] += share * quotient
    return slopes


def _tangent(at: Floats, child: int, branch: Branch) -> Floats:
    """Slope of the node in one child, by a small step inside the scale."""
    step = 1e-4 * np.clip(at[:, child], 1e-9, 1.0)
    low, high = at.copy(), at.copy()
    low[:, child] = np.maximum(at[:, child] - step, 0.0)
    high[:, child] = np.minimum(at[:, child] + step, 100.0)
    rise: Floats = _combine(high, branch) - _combine(low, branch)
    return rise / (high[:, child] - low[:, child])


def _combine(children: Floats, branch: Branch) -> Floats:
    return combine_children(
        children, branch.weights, branch.aggregation, min_share=0.0, power=branch.power
    )
