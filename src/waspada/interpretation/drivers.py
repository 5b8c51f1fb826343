"""Drivers: how far each item moves a region's index away from the reference."""

from __future__ import annotations

import numpy as np

from waspada.index.attribution import attribute
from waspada.index.model import Flags, Floats, Tree
from waspada.interpretation.gaps import explain_gap
from waspada.interpretation.model import Drivers

MEAN_OF_REGIONS = "mean_of_regions"
SCALE_MIDDLE = "scale_middle"
EARLIER_ROUND = "earlier_round"

HEADLINES_OF_CONCERN = 4
HEADLINES_OF_RELIEF = 3
"""How many drivers are told one by one, towards more concern and towards less."""


def explain(
    values: Floats,
    tree: Tree,
    covariance: Floats,
    t: Floats,
    hidden: Flags,
    shown: Flags,
    *,
    concern: int,
) -> Drivers:
    """Contributions with their intervals.

        contribution_ri = a_ri - mean_s a_si      sums over i to index_r - mean_s index_s

    a: attribution from the middle of the scale (`index.attribution`). With a single region the
    reference is the middle itself. Items in `hidden`, among them those that nobody answered here,
    are first levelled: each gets its weight's share of what they bring together. The reference is
    then made of nothing but published numbers, so that no hidden item can be worked out from other
    regions' contributions.

    values: (n_regions, places). covariance: (n_regions, n_items, n_items) of a over replicates.
    t: (n_regions,) quantile for the interval. hidden: (n_regions, n_items). shown: (n_regions,).
    concern: +1 when a higher index means more concern, else -1.
    """
    brought = np.zeros((len(values), len(tree.items)))
    brought[shown] = attribute(values[shown], tree)
    level = np.where(shown[:, None, None], levelling(hidden, item_weights(tree)), 0.0)
    brought = (level @ brought[:, :, None])[:, :, 0]
    spread = level @ covariance @ level.transpose(0, 2, 1)
    n = int(shown.sum())
    reference = brought[shown].mean(axis=0) if n > 1 else np.zeros(len(tree.items))
    return summed(
        np.where(shown[:, None], brought - reference, 0.0),
        _about_mean(spread, n),
        t,
        hidden,
        shown,
        concern=concern,
        reference=MEAN_OF_REGIONS if n > 1 else SCALE_MIDDLE,
    )


def explain_change(
    before: Floats,
    after: Floats,
    tree: Tree,
    covariance: Floats,
    t: Floats,
    hidden: Flags,
    *,
    concern: int,
) -> Drivers:
    """What the change of each region's index between two rounds is made of.

        contribution_ri = g_ri of `gaps.explain_gap`      sums over i to after_r - before_r

    Items in `hidden`, those that either round hides, are levelled as in `explain`.

    before, after: (n_regions, places). covariance: (n_regions, n_items, n_items) of both rounds
    added: the rounds count as independent samples. Where a tree is not arithmetic it is that of
    attributions from the middle of the scale, close to that of the contributions but not the same.
    """
    level = levelling(hidden, item_weights(tree))
    brought = (level @ explain_gap(before, after, tree)[:, :, None])[:, :, 0]
    spread = level @ covariance @ level.transpose(0, 2, 1)
    everyone = np.ones(len(before), dtype=bool)
    return summed(brought, spread, t, hidden, everyone, concern=concern, reference=EARLIER_ROUND)


def summed(
    contribution: Floats,
    variance: Floats,
    t: Floats,
    hidden: Flags,
    shown: Flags,
    *,
    concern: int,
    reference: str,
) -> Drivers:
    """Drivers with the intervals of each one and of sums of several.

    contribution: (n_regions, n_items). variance: (n_regions, n_items, n_items).
    """
    half = t[:, None] * np.sqrt(np.einsum("rii->ri", variance))
    headline = headlines(contribution * concern, ~hidden & shown[:, None])

    def together(part: Flags) -> tuple[Floats, Floats, Floats]:
        value = (contribution * part).sum(axis=1)
        spread_of_sum = np.einsum("ri,rij,rj->r", part, variance, part)
        give = t * np.sqrt(np.maximum(spread_of_sum, 0.0))  # -1e-18 where nothing varies
        return value, value - give, value + give

    joined, joined_lower, joined_upper = together(hidden)
    rest, rest_lower, rest_upper = together(~headline)
    total, total_lower, total_upper = together(np.ones_like(hidden))
    return Drivers(
        contribution=contribution,
        lower=contribution - half,
        upper=contribution + half,
        joined=joined,
        joined_lower=joined_lower,
        joined_upper=joined_upper,
        rest=rest,
        rest_lower=rest_lower,
        rest_upper=rest_upper,
        total=total,
        total_lower=total_lower,
        total_upper=total_upper,
        headline=headline,
        hidden=hidden,
        shown=shown,
        reference=reference,
    )


def headlines(push: Floats, may_be_told: Flags) -> Flags:
    """The strongest drivers of each region: some towards concern, some away from it.

    push: (n_regions, n_items) contribution, positive towards concern. may_be_told: same shape.
    One item alone outside the headlines would be told by the total, so then the weakest
    headline joins it.
    """
    chosen = np.zeros(push.shape, dtype=bool)
    for strength, most in ((push, HEADLINES_OF_CONCERN), (-push, HEADLINES_OF_RELIEF)):
        usable = np.where(may_be_told & (strength > 0), strength, -np.inf)
        strongest = np.argsort(-usable, axis=1, kind="stable")[:, :most]
        on_this_side = np.zeros_like(chosen)
        np.put_along_axis(on_this_side, strongest, True, axis=1)
        chosen |= on_this_side & (usable > -np.inf)
    alone = chosen.any(axis=1) & ((~chosen).sum(axis=1) == 1)
    weakest = np.argmin(np.where(chosen, np.abs(push), np.inf), axis=1)
    chosen[alone, weakest[alone]] = False
    return chosen


def item_weights(tree: Tree) -> Floats:
    """(n_items,) share of the root that each item carries when nothing is missing."""
    share = np.zeros(tree.size)
    share[tree.root] = 1.0
    for branch in reversed(tree.branches):
        share[branch.children] = share[branch.position] * branch.weights
    items: Floats = share[: len(tree.items)]
    return items


def levelling(hidden: Flags, weights: Floats) -> Floats:
    """(n_regions, n_items, n_items) the linear map that spreads hidden items by weight."""
    share = np.where(hidden, weights, 0.0)
    total = share.sum(axis=1, keepdims=True)
    share = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
    as_is = np.eye(hidden.shape[1]) * ~hidden[:, None, :]
    spread: Floats = as_is + share[:, :, None] * hidden[:, None, :]
    return spread


def _about_mean(spread: Floats, n: int) -> Floats:
    """Covariance of a_r - mean of n independent regions, from the covariance of each a_r.

    Var(a_r - mean) = (1 - 1/n)^2 Var a_r + sum_{s != r} Var a_s / n^2
    """
    if n < 2:
        return spread
    own, others = (1 - 1 / n) ** 2 - 1 / n**2, spread.sum(axis=0) / n**2
    variance: Floats = own * spread + others
    return variance
