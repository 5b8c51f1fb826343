"""Blank and "don't know" cells: a region against the other regions of the file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.quality.model import Floats

FEWEST_REGIONS = 5
"""With fewer regions nobody knows how far honest ones lie apart."""


def share_t(counts: Floats, cells: int, region: NDArray[np.intp], n_regions: int) -> Floats:
    """(n_regions, 3) t, degrees of freedom and expected share of each region's share of cells.

        y_r = log of the odds, with 1/2 added to both sides
        v_r = phi / (n_r cells p (1 - p))
        t_r = (y_r - mean of the others) / sqrt(tau^2 + v_r + (tau^2 + mean v) / (R - 1))

    p: share over the other regions. phi: how much more people differ in their share than chance
    would have it, pooled over regions, at least 1. tau^2: variance between the other regions
    beyond v, at least 0. df = R - 2.

    counts: (n,) cells of the kind per person, of `cells` asked. region: (n,) 0..n_regions-1, each
    with a row. Source: DerSimonian and Laird, Controlled Clinical Trials 7 (1986) for tau^2; Cox
    (1970) for the log of the odds.
    """
    n = np.bincount(region, minlength=n_regions).astype(np.float64)
    total = np.bincount(region, weights=counts, minlength=n_regions).astype(np.float64)
    asked = n * cells
    y = np.log((total + 0.5) / (asked - total + 0.5))
    phi = _phi(counts, cells, region, n, total)
    found = np.zeros((n_regions, 3))
    for r in range(n_regions):
        other = np.arange(n_regions) != r
        p = (total[other].sum() + 0.5) / (asked[other].sum() + 1.0)
        v = phi / (asked * p * (1.0 - p))
        tau = max(float(y[other].var(ddof=1) - v[other].mean()), 0.0)
        mean, rest = y[other].mean(), n_regions - 1
        spread = tau + v[r] + (tau + v[other].mean()) / rest
        found[r] = (y[r] - mean) / np.sqrt(spread), n_regions - 2, 1.0 / (1.0 + np.exp(-mean))
    return found


def _phi(counts: Floats, cells: int, region: NDArray[np.intp], n: Floats, total: Floats) -> float:
    """Pearson's overdispersion of people within regions."""
    p = total / (n * cells)
    spread = cells * p * (1.0 - p)
    used = spread[region] > 0
    squares = (counts - cells * p[region])[used] ** 2 / spread[region][used]
    free = len(squares) - len(np.unique(region[used]))
    return max(float(squares.sum() / free), 1.0) if free > 0 else 1.0


def t_tail(t: Floats, df: Floats) -> Floats:
    """Upper tail of Student's t."""
    from scipy.special import stdtr

    return np.asarray(stdtr(df, -t), dtype=float)
