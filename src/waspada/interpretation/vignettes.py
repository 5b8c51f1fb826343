"""Anchoring vignettes: do people use the scale alike, and what does the own rating say then?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from waspada.errors import QualityError
from waspada.index.model import Floats
from waspada.instrument.model import Instrument

LEVELS = ("low", "medium", "high")
"""Endings of the codes of vignettes, in their intended order."""

MOST_VIGNETTES = 3
"""The least entropy is sought over all orders of 2 J + 1 places: 5,040 for three vignettes."""


@dataclass(frozen=True)
class VignetteUse:
    """What the vignettes say of one group of people.

    n: people who rated all vignettes and their own region. order_violated, ties: shares of them
    who put some vignette above a higher one, and (else) two on one level. interval: share whose
    place is not a single one. entropy: of places, an unclear one spread evenly over its range;
    least_entropy: the least that any choice within the ranges gives; both in bits. own: mean own
    rating 0..100; own_varies: whether two of them differ. adjusted: mean place, 0 below all
    vignettes, 100 above all.
    """

    n: int
    order_violated: float
    ties: float
    interval: float
    entropy: float
    least_entropy: float
    own: float
    adjusted: float
    own_varies: bool


def find_vignettes(instrument: Instrument) -> tuple[str, tuple[str, ...]] | None:
    """Code of the own rating, and of the vignettes from low to high; None where there are none.

    Vignettes are items outside the index with a story and a code that ends in a word of LEVELS;
    the own rating is the only item outside the index, without a story, on their scale.
    """
    outside = [item for item in instrument.items if item.node is None]
    told = {item.code.rpartition("_")[2]: item for item in outside if item.story is not None}
    vignettes = [told[level] for level in LEVELS if level in told]
    scales = {item.scale for item in vignettes}
    own = [item for item in outside if item.story is None and item.scale in scales]
    if len(vignettes) < 2 or len(scales) != 1 or len(own) != 1:
        return None
    return own[0].code, tuple(item.code for item in vignettes)


def places(own: Floats, vignettes: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Lowest and highest place of the own rating among the vignettes, 1 .. 2 J + 1.

    Place 1: own < z_1; 2 j: own = z_j; 2 j + 1: z_j < own < z_(j+1); 2 J + 1: own > z_J. All places
    that hold are taken; with tied or exchanged vignettes several do, and the range runs from the
    lowest to the highest. own: (n,); vignettes: (n, J) in intended order; no NaN.

    Source: King and Wand, Political Analysis 15 (2007), table 1.
    """
    n, count = vignettes.shape
    holds = np.zeros((n, 2 * count + 1), dtype=bool)
    above = own[:, None] > vignettes
    below = own[:, None] < vignettes
    holds[:, 1::2] = ~above & ~below
    holds[:, 0] = below[:, 0]
    holds[:, -1] = above[:, -1]
    holds[:, 2:-1:2] = above[:, :-1] & below[:, 1:]
    lowest = holds.argmax(axis=1) + 1
    highest = 2 * count + 1 - holds[:, ::-1].argmax(axis=1)
    return lowest, highest


def use_of_vignettes(own: Floats, vignettes: Floats) -> VignetteUse:
    """Sum up one group. own: (n,) 0..100, vignettes: (n, J) 0..100 in intended order; NaN =
    missing, such people are left out. Raises QualityError where nobody is left, or J is too
    large."""
    count = vignettes.shape[1]
    if count > MOST_VIGNETTES:
        raise QualityError(
            f"{count} vignettes are too many; the method takes up to {MOST_VIGNETTES}.",
            code="too_many_vignettes",
        )
    whole = ~np.isnan(own) & ~np.isnan(vignettes).any(axis=1)
    own, vignettes = own[whole], vignettes[whole]
    if not len(own):
        raise QualityError(
            "Nobody rated all vignettes and the own region. Ask both, or leave the check out.",
            code="no_vignettes",
        )
    lowest, highest = places(own, vignettes)
    first, second = np.triu_indices(count, k=1)
    violated = (vignettes[:, first] > vignettes[:, second]).any(axis=1)
    tied = (vignettes[:, first] == vignettes[:, second]).any(axis=1) & ~violated
    middle = (lowest + highest) / 2.0
    return VignetteUse(
        n=len(own),
        order_violated=float(violated.mean()),
        ties=float(tied.mean()),
        interval=float((lowest < highest).mean()),
        entropy=_entropy(_spread(lowest, highest, 2 * count + 1)),
        least_entropy=least_entropy(lowest, highest, 2 * count + 1),
        own=float(own.mean()),
        adjusted=float((middle - 1.0).mean() / (2 * count) * 100.0),
        own_varies=bool(np.ptp(own) > 0),
    )


def least_entropy(lowest: NDArray[np.intp], highest: NDArray[np.intp], count: int) -> float:
    """Least entropy in bits when each person takes one place of his range.

    The least is reached where people take the first place of their range in some order of all
    places (moving people to the fuller of two places lowers entropy), so all orders are tried.
    Source: King and Wand (2007), minimum entropy.
    """
    ranges, people = np.unique(np.column_stack((lowest, highest)), axis=0, return_counts=True)
    orders = np.array(list(permutations(range(1, count + 1))))
    left = np.ones((len(orders), len(ranges)), dtype=bool)
    total = np.zeros(len(orders))
    for place in orders.T:
        inside = (ranges[:, 0] <= place[:, None]) & (place[:, None] <= ranges[:, 1]) & left
        left &= ~inside
        share = (inside @ people) / people.sum()
        total -= share * np.log2(np.where(share > 0, share, 1.0))
    return float(max(total.min(), 0.0))


def _spread(lowest: NDArray[np.intp], highest: NDArray[np.intp], count: int) -> Floats:
    """(count,) shares of the places, each person spread evenly over his range."""
    at = np.arange(1, count + 1)
    inside = (lowest[:, None] <= at) & (at <= highest[:, None])
    shares: Floats = (inside / inside.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def _entropy(shares: Floats) -> float:
    used = shares[shares > 0]
    return float(max(-(used * np.log2(used)).sum(), 0.0))
