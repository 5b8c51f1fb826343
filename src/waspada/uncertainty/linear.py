"""Linearisation: what each person moves a score by, and what that says of its variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.model import Branch, Estimate, Flags, Floats, Sample, Tree
from waspada.index.scores import UNIT
from waspada.index.tree import climb, turned
from waspada.instrument.model import Aggregation

SMALLEST_SHARE = 0.25
"""No variance is more than quadrupled to make up for gaps."""

MIDDLE = 50.0
"""What the one person more is taken to answer where a mean stands at an end of the scale."""


@dataclass(frozen=True)
class Linear:
    """Scores and the variance each group brings to them.

    values: (n_regions, places) scores, moved off the ends of the scale where a curved mean needs
    it; elsewhere the estimate itself.
    variance: (n_blocks, places) what each group adds to the variance of the score, made up for
    gaps; 0 where nobody in the group differs, or where it has no say.
    without_gaps: the same, not made up for gaps.
    at_the_end: (n_regions, places) variance added for items at an end of the scale.
    """

    values: Floats
    variance: Floats
    without_gaps: Floats
    at_the_end: Floats


def linearise(sample: Sample, estimate: Estimate) -> Linear:
    """Variance of every score from the people's own contributions, group by group.

        e_k = sum_i D_i w_gi (x_ki - mean_gi) / m_gi        over the items person k answered
        V_g = sum_k e_k^2 / share_g

    D_i is the slope of the score in item i (`slopes`), w_gi the weight of the group among those
    that answered the item, m_gi how many of it answered. share_g = 1 - 1/n_g without gaps, which
    makes V_g the unbiased W_g^2 s_g^2 / n_g; see `seen_share` for gaps.

    Source: Binder, On the variances of asymptotically normal estimators from complex surveys,
    International Statistical Review 51 (1983).
    """
    n_items = len(sample.tree.items)
    items = estimate.values[:, :n_items]
    inside = _off_the_ends(items, _answers_per_region(sample, estimate))
    moved = np.where(np.isnan(items), False, inside != items)
    values = climb(inside, sample.tree)
    slope = slopes(values, sample.tree)
    curved = _curved(sample.tree)
    raw = np.zeros((len(sample.block_region), sample.tree.size))
    weight = _item_weights(sample, estimate)
    for blocks, region in zip(sample.blocks_of, range(len(items)), strict=True):
        for block in blocks:
            own = _contributions(sample, block, weight[block])
            raw[block, :n_items] = np.einsum("ki,ki->i", own, own)
            people = own @ slope[region, :, n_items:]
            raw[block, n_items:] = np.einsum("kp,kp->p", people, people)
    raw[raw < _TINY] = 0.0
    step = np.where(moved, inside - items, 0.0)
    at_the_end = np.einsum("ri,rip->rp", step**2, slope**2) * curved
    n = np.maximum(estimate.block_n, 2)
    return Linear(
        values=np.where(curved & (at_the_end > 0), values, estimate.values),
        variance=raw / seen_share(sample, estimate),
        without_gaps=raw * n / (n - 1),
        at_the_end=at_the_end,
    )


def moves_of_index(sample: Sample, estimate: Estimate) -> Floats:
    """(n,) what each row moves its region's index by: e_k of `linearise`; 0 in groups left out.

    For sums over meetings only: no table, page or file shows it.
    """
    n_items = len(sample.tree.items)
    items = _off_the_ends(estimate.values[:, :n_items], _answers_per_region(sample, estimate))
    slope = slopes(climb(items, sample.tree), sample.tree)[:, :, sample.tree.root]
    weight = _item_weights(sample, estimate)
    moves = np.zeros(len(sample.choice))
    for block in np.flatnonzero(sample.block_weight > 0).tolist():
        rows = slice(sample.start[block], sample.start[block + 1])
        own = _contributions(sample, block, weight[block])
        moves[rows] = own @ slope[sample.block_region[block]]
    return moves


_TINY = 1e-20
"""Variances below are rounding errors of answers that are all alike."""


def slopes(values: Floats, tree: Tree) -> Floats:
    """(n_regions, n_items, places) how far each place moves per point of each item.

    values: (n_regions, places) as `climb` returns them. 0 for an item without a score.

        w_c (y / x_c)^(1 - p)    p = 1 arithmetic, 0 geometric, -1 harmonic, power generalised

    with the weights renormalised over the children that have a score, and a minus where a child
    is turned.
    """
    n_items = len(tree.items)
    found = np.zeros((len(values), n_items, tree.size))
    found[:, np.arange(n_items), np.arange(n_items)] = 1.0
    for branch in tree.branches:
        own = _branch_slopes(values, branch)
        below = found[:, :, branch.children]
        found[:, :, branch.position] = np.einsum("ric,rc->ri", below, own)
    return found


def _branch_slopes(values: Floats, branch: Branch) -> Floats:
    """(n_regions, n_children) slope of one node in each of its children; 0 without a score."""
    children, node = turned(values[:, branch.children], branch), values[:, [branch.position]]
    has_score = ~np.isnan(children)
    weights = np.where(has_score, branch.weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = weights * (node / children) ** (1.0 - _exponent(branch))
    return np.where(np.isfinite(slope), slope, 0.0) * branch.directions


def _exponent(branch: Branch) -> float:
    """p of the node's mean, written as a power mean (sum w x^p)^(1/p)."""
    match branch.aggregation:
        case Aggregation.ARITHMETIC:
            return 1.0
        case Aggregation.GEOMETRIC:
            return 0.0
        case Aggregation.HARMONIC:
            return -1.0
        case Aggregation.GENERALISED:
            return branch.power


def bias_of_curved_means(values: Floats, variance: Floats, tree: Tree) -> Floats:
    """(n_regions, places) by how much a score is expected to miss what it estimates.

    A mean with p < 1 of children that vary lies too low on average, one with p > 1 too high. To
    second order, with slopes s_c and variances V of the children c and of the node y itself,

        sum s_c bias_c + (1 - p) / 2 (V_y / y - y^(1 - p) sum w_c V_c x_c^(p - 2))

    p = 1 arithmetic (nothing of its own), 0 geometric, -1 harmonic, power generalised.

    values: of `Linear`. variance: (n_regions, places).
    """
    bias = np.zeros_like(values)
    for branch in tree.branches:
        own = np.einsum("rc,rc->r", bias[:, branch.children], _branch_slopes(values, branch))
        if _exponent(branch) != 1.0:
            own += _bend(values, variance, branch)
        bias[:, branch.position] = own
    return bias


def _bend(values: Floats, variance: Floats, branch: Branch) -> Floats:
    """(n_regions,) what the curvature of one mean adds to its bias."""
    children = turned(values[:, branch.children], branch)
    has_score = ~np.isnan(children)
    weights = np.where(has_score, branch.weights, 0.0)
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    spread = np.where(has_score, variance[:, branch.children], 0.0)
    node, own = values[:, branch.position], variance[:, branch.position]
    p = _exponent(branch)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        apart = np.where(has_score, weights * spread * children ** (p - 2.0), 0.0).sum(axis=1)
        bend = (1.0 - p) / 2.0 * (own / node - node ** (1.0 - p) * apart)
    one_way = np.minimum(bend, 0.0) if p < 1.0 else np.maximum(bend, 0.0)
    return np.where(np.isfinite(bend), one_way, 0.0)


def _curved(tree: Tree) -> Flags:
    """(places,) whether another mean than the arithmetic stands at or below the place."""
    curved = np.zeros(tree.size, dtype=bool)
    for branch in tree.branches:
        here = _exponent(branch) != 1.0
        curved[branch.position] = here or curved[branch.children].any()
    return curved


def _off_the_ends(items: Floats, answers: Floats) -> Floats:
    """Item means kept as far from 0 and 100 as one person more in the middle would bring them.

        between 50 / (m + 1) and 100 - 50 / (m + 1),   m answers

    A geometric mean falls to 0 with its lowest child, and its logarithm knows no error there.
    """
    margin = MIDDLE / (answers + 1.0)
    kept: Floats = np.clip(items, margin, 100.0 - margin)
    return kept


def _answers_per_region(sample: Sample, estimate: Estimate) -> Floats:
    """(n_regions, n_items) scored answers in the groups that count; without end for a fact, which
    has no error and stays where it is."""
    counted = estimate.block_answers * (sample.block_weight > 0)[:, None]
    answers = by_region(sample, counted.astype(np.float64))
    if sample.facts is not None:
        answers[~np.isnan(sample.facts)] = np.inf
    return answers


def _item_weights(sample: Sample, estimate: Estimate) -> Floats:
    """(n_blocks, n_items) weight of the group among those that answered the item, per answer."""
    weight = np.where(estimate.block_answers > 0, sample.block_weight[:, None], 0.0)
    total = by_region(sample, weight)[sample.block_region]
    per_answer = total * np.maximum(estimate.block_answers, 1)
    return np.divide(weight, per_answer, out=np.zeros_like(weight), where=total > 0)


def _contributions(sample: Sample, block: int, weight: Floats) -> Floats:
    """(rows, n_items) w (x - mean) / m of each person of a block; 0 without a scored answer."""
    scores = sample.block_scores(block)
    answered = ~np.isnan(scores)
    mean = np.where(answered, scores, 0.0).sum(axis=0) / np.maximum(answered.sum(axis=0), 1)
    own: Floats = np.where(answered, scores - mean, 0.0) * (weight / UNIT)
    return own


def seen_share(sample: Sample, estimate: Estimate) -> Floats:
    """(n_blocks, places) share of the variance that deviations from the own mean show.

        1 - 1/m             one item
        1 - 2/m + 1/n       two items that gaps hit independently

    In a group of n responses of which m answered an item, deviations are taken from the mean of m;
    for the covariance of two items less is seen still. At a node of q items the two are mixed as
    1/q and 1 - 1/q; m is then the mean over the items somebody answered. Without gaps it is
    1 - 1/n. Kept above SMALLEST_SHARE: beyond, there is nothing left to scale up.
    """
    below = sample.tree.below.astype(float)
    n = np.maximum(estimate.block_n, 1)
    items = (estimate.block_answers > 0) @ below
    with np.errstate(invalid="ignore", divide="ignore"):
        m = (estimate.block_answers @ below) / items
        one = 1.0 / items
        share = one * (1.0 - 1.0 / m) + (1.0 - one) * (1.0 - 2.0 / m + 1.0 / n)
    return np.where(np.isnan(share), 1.0, np.clip(share, SMALLEST_SHARE, 1.0))


def by_region(sample: Sample, per_block: Floats) -> Floats:
    """Sum the blocks of each region: (n_blocks, places) -> (n_regions, places)."""
    total = np.zeros((len(sample.regions), per_block.shape[1]))
    np.add.at(total, sample.block_region, per_block)
    return total
