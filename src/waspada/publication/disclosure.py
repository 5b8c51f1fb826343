"""Disclosure control: which cells are withheld, and which others so that they stay hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.index.facts import is_recorded
from waspada.index.model import Branch, Counts, Estimate, Flags, Floats, Tree
from waspada.index.tree import combine_children, turned
from waspada.instrument.model import Aggregation
from waspada.quality.model import MINIMUM_RESPONSES

PUBLIC = -1
"""Stands in place of a number of responses where a score was recorded, not asked."""

END_OF_SCALE = 1.0
"""Hidden cells whose joint mean lies this close to 0 or 100 give each other away."""


@dataclass(frozen=True)
class Withheld:
    """(n_regions, places) why a cell is not shown; a cell with a score is shown if no array
    holds it.

    too_few: fewer than MINIMUM_RESPONSES used. unanimous: no answer below differs within any
    group. protects_another: shown, it would reveal a cell of the two kinds above.
    """

    too_few: Flags
    unanimous: Flags
    protects_another: Flags

    @property
    def any(self) -> Flags:
        return self.too_few | self.unanimous | self.protects_another


def withhold(estimate: Estimate, tree: Tree, *, for_office: bool = False) -> Withheld:
    """Decide on every cell of every region at once.

    for_office: the tables stay with the office that holds the answers anyway. Then a node with
    five different answers keeps its score, although it may tell a hidden sibling; items, which
    stand closest to single answers, are protected all the same.
    """
    has_score = ~np.isnan(estimate.values)
    recorded = is_recorded(estimate)
    too_few = (estimate.n_used < MINIMUM_RESPONSES) & ~recorded
    unanimous = has_score & ~too_few & ~recorded & ~estimate.varies
    sensitive = (too_few | unanimous) & has_score
    n = np.where(recorded, PUBLIC, estimate.n_used)
    hidden = protect(sensitive, estimate.values, n, tree)
    protects_another = hidden & ~sensitive
    if for_office:
        protects_another[:, tree.root :] = False
    return Withheld(too_few, unanimous, protects_another)


def protect(sensitive: Flags, values: Floats, n: Counts, tree: Tree) -> Flags:
    """Hide further cells until no sensitive cell can be recomputed.

    Every branch of the tree is one equation, parent = mean of the children, whose weights are
    public. A hidden cell can be recomputed where it is the only one in its equation, so each
    equation must hold none or at least two: the partner is the shown sibling with the fewest
    responses, or the parent where no sibling is left. Because the equations form a tree, two in
    each are also enough: along a path of hidden cells from one item to another (or to the root)
    values can be shifted without changing anything shown. Hidden siblings under a shown parent
    are joined by another as long as their common mean lies at an end of the scale, where it
    would tell that each of them does.

    sensitive: (n_regions, places). Cells without a score enter no equation and stay as they are.
    n: (n_regions, places) responses; PUBLIC marks a recorded score: anybody can look it up, so
    hiding it would protect nothing.
    """
    hidden, has_score = sensitive.copy(), ~np.isnan(values)
    while True:
        before = hidden.sum()
        for branch in tree.branches:
            _complete(branch, hidden, has_score, values, n)
        if hidden.sum() == before:
            return hidden


def untold_drivers(hidden: Flags, values: Floats, tree: Tree) -> Flags:
    """(n_regions, n_items) items whose contributions to the index are joined in one row.

    Those that are hidden or have no score, and all items below a node that is no arithmetic mean
    and rests on a hidden cell: there a child's slope depends on its siblings, so what a shown item
    brings would be a second equation for the hidden one. At an arithmetic node the slope is the
    weight, which everybody knows.

    hidden: (n_regions, places) withheld. values: (n_regions, places), NaN = no score.
    """
    secret: Flags = np.logical_and(hidden, ~np.isnan(values))
    untold: Flags = (hidden | np.isnan(values))[:, : tree.root]
    for branch in tree.branches:
        if branch.aggregation is Aggregation.ARITHMETIC:
            continue
        gives_away: Flags = np.any(secret[:, branch.children], axis=1)
        untold |= gives_away.reshape(-1, 1) & tree.below[:, branch.position]
    return untold


def _complete(branch: Branch, hidden: Flags, has_score: Flags, values: Floats, n: Counts) -> None:
    """Hide one more cell in each region where this equation gives a hidden one away."""
    cells = np.append(branch.children, branch.position)
    scored = has_score[:, branch.position]
    hidden_here = hidden[:, cells] & has_score[:, cells]
    alone = hidden_here.sum(axis=1) == 1
    needs = scored & (alone | _at_the_end(branch, hidden, values))
    shown = has_score[:, cells] & ~hidden[:, cells] & (n[:, cells] != PUBLIC)
    cost = np.where(shown, n[:, cells], np.iinfo(np.int64).max).astype(np.float64)
    cost[:, -1] = np.where(shown[:, -1], np.inf, np.nan)
    cost[~shown] = np.nan
    rows = np.flatnonzero(needs & shown.any(axis=1))
    if len(rows):
        hidden[rows, cells[_cheapest(cost[rows])]] = True


def _cheapest(cost: Floats) -> NDArray[np.intp]:
    """Place of the lowest cost in each row, NaN never; the first of equals."""
    filled = np.where(np.isnan(cost), np.finfo(float).max, np.minimum(cost, 1e300))
    cheapest: NDArray[np.intp] = np.argmin(filled, axis=1)
    return cheapest


def _at_the_end(branch: Branch, hidden: Flags, values: Floats) -> Flags:
    """(n_regions,) whether the hidden children of a shown parent lie together at 0 or 100."""
    children = np.where(
        hidden[:, branch.children], turned(values[:, branch.children], branch), np.nan
    )
    mean = combine_children(
        children, branch.weights, branch.aggregation, min_share=0.0, power=branch.power
    )
    at_end = (mean <= END_OF_SCALE) | (mean >= 100.0 - END_OF_SCALE)
    return at_end & ~hidden[:, branch.position]
