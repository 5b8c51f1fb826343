"""Raking: element weights adjusted until they match what is known of the population."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from waspada.errors import QualityError
from waspada.index.model import Flags, Floats

MOST_ROUNDS = 1000
CLOSE = 1e-12
"""Largest difference of a margin from its target, in shares, at which raking has arrived."""


@dataclass(frozen=True)
class Margin:
    """One known composition of the people who could have come.

    code: its name. classes: the elements of each class, every element in at most one.
    shares: (n_classes,) > 0, for regions without an entry of their own; None where there is none.
    by_region: region -> (n_classes,) shares. Only ratios matter.
    """

    code: str
    classes: tuple[tuple[str, ...], ...]
    shares: Floats | None
    by_region: Mapping[str, Floats]

    def of(self, region: str) -> Floats | None:
        """Shares that hold in a region, summing to 1; None where nothing is known."""
        shares = self.by_region.get(region, self.shares)
        return None if shares is None else shares / shares.sum()


Composition = tuple[Margin, ...]


def rake(weights: Floats, membership: tuple[Flags, ...], targets: tuple[Floats, ...]) -> Floats:
    """Weights of one region's elements that meet every known margin.

        w <- w T_c / sum_{e in c} w_e    for each class c of each margin, again and again

    weights: (n_elements,) >= 0, 0 = absent. membership: per margin (n_classes, n_elements).
    targets: per margin (n_classes,) shares, sum 1. An element in no class of a margin is not
    touched by it; the classes share what the others leave. A class without anybody present gives
    its share to the other classes of its margin, in proportion.
    Returns (n_elements,) with sum 1; the ratios within a class of all margins stay as they were.
    Raises QualityError where the margins contradict each other.

    Source: Deming and Stephan, On a least squares adjustment of a sampled frequency table when
    the expected marginal totals are known, Annals of Mathematical Statistics 11 (1940).
    """
    w = weights / weights.sum()
    for _ in range(MOST_ROUNDS):
        worst = 0.0
        for classes, shares in zip(membership, targets, strict=True):
            held = classes @ w
            met = held > 0
            if not met.any():
                continue
            wanted = np.where(met, shares, 0.0)
            wanted *= held.sum() / wanted.sum()
            worst = max(worst, float(np.abs(held - wanted).max()))
            factor = np.divide(wanted, held, out=np.zeros_like(held), where=met)
            w = w * np.where(classes.any(axis=0), factor @ classes, 1.0)
        if worst <= CLOSE:
            raked: Floats = w
            return raked
    raise QualityError(
        f"The known compositions contradict each other: after {MOST_ROUNDS} rounds of raking a "
        f"class is still {worst:.3f} off its share. Check that the margins speak of the same "
        "people, or leave one out.",
        code="raking_does_not_settle",
    )


def rake_regions(
    regions: tuple[str, ...], elements: tuple[str, ...], weights: Floats, composition: Composition
) -> Floats:
    """(n_regions, n_elements) raked weights; rows of absent elements only stay 0.

    weights: (n_regions, n_elements) of the elements present, 0 for absent ones.
    """
    raked = weights.copy()
    membership = {
        margin.code: np.array([[e in c for e in elements] for c in margin.classes])
        for margin in composition
    }
    for r, region in enumerate(regions):
        known = [(membership[m.code], m.of(region)) for m in composition]
        used = [(classes, shares) for classes, shares in known if shares is not None]
        if used and weights[r].sum() > 0:
            raked[r] = rake(weights[r], *zip(*used, strict=True))
    return raked


def design_effect(weights: Floats, n: Floats) -> Floats:
    """How much the variance grows because elements do not weigh as many as came.

        deff = N sum_g W_g^2 / n_g,   N = sum_g n_g

    weights: (n_regions, n_groups) shares, sum 1; n: same shape, responses. 1 where every response
    weighs the same. NaN without weights. Source: Kish, Survey Sampling (1965), section 11.7.
    """
    counted = weights > 0
    total = np.where(counted, n, 0).sum(axis=1)
    squares = np.divide(weights**2, n, out=np.zeros_like(weights), where=counted).sum(axis=1)
    return np.where(counted.any(axis=1), total * squares, np.nan)
