"""Sobol indices: how much of the variance of a result each varied choice is behind.

The design holds n rows of a set A, n of an independent set B and, for every input i, A with
input i taken from B. An input may be a single choice or a whole group (all weights of a level).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.model import Flags, Floats

RESAMPLES = 500
"""Bootstrap resamples of rows behind the intervals."""

LEVEL = 0.95

STILL = 1e-12
"""An output whose sd is below this share of its largest deviation scale does not move at all."""


@dataclass(frozen=True)
class Indices:
    """Arrays are (n_inputs, n_outputs); NaN where the output does not move.

    first: share of variance an input explains alone. total: share that remains when all others
    are known. first_interval, total_interval: (2, n_inputs, n_outputs). variance: (n_outputs,).
    n: (n_outputs,) rows of the design that carry the estimate.
    """

    first: Floats
    total: Floats
    first_interval: Floats
    total_interval: Floats
    variance: Floats
    n: Floats


def sobol_indices(
    a: Floats, b: Floats, mixed: Floats, *, chance: np.random.Generator, resamples: int = RESAMPLES
) -> Indices:
    """First-order and total indices from a pick-freeze design, by centred estimators.

        V   = mean over A and B of (f - m)^2,   m = mean over A and B of f
        S_i = mean( (f(B) - m) (f(AB_i) - f(A)) ) / V             (Saltelli and others 2010)
        T_i = mean( (f(A) - f(AB_i))^2 ) / 2 V                    (Jansen 1999)

    Adding a constant to the output changes nothing. Without centring, the first estimator has an
    error that grows with the square of the mean: scores around 50 with a spread of 2 would need
    hundreds of times the rows.

    a, b: (n, n_outputs) f at A and B. mixed: (n_inputs, n, n_outputs) f at AB_i.
    A row in which any of its runs failed (NaN) is left out of that output; `n` says how many
    remain. An output with fewer than two rows, or that never moves, has NaN.
    Intervals: percentiles over bootstrap resamples of rows; rows of a scrambled Sobol sequence
    are more even than independent ones, so the intervals are wide rather than narrow.

    Source: Saltelli and others, Variance based sensitivity analysis of model output, Computer
    Physics Communications 181 (2010), table 2 (b) and (f); Jansen, ibid. 117 (1999).
    """
    usable = ~(np.isnan(a) | np.isnan(b) | np.isnan(mixed).any(axis=0))
    center = _center(a, b, usable)
    a, b = _filled(a - center, usable), _filled(b - center, usable)
    mixed = np.where(usable, mixed - center, 0.0)
    parts = _Parts.of(a, b, mixed, usable)
    ones = np.ones((1, len(a)))
    first, total, variance = parts.estimate(ones)
    counts = chance.multinomial(len(a), np.full(len(a), 1.0 / len(a)), size=resamples)
    again_first, again_total, _ = parts.estimate(counts.astype(float))
    still = _still(a, b, variance[0], center)
    for found in (first, total, again_first, again_total):
        found[..., still] = np.nan
    return Indices(
        first=first[0],
        total=total[0],
        first_interval=_interval(again_first),
        total_interval=_interval(again_total),
        variance=variance[0],
        n=usable.sum(axis=0).astype(float),
    )


def _center(a: Floats, b: Floats, usable: Flags) -> Floats:
    """(n_outputs,) mean over the usable rows of A and B."""
    n = usable.sum(axis=0)
    total = np.where(usable, a, 0.0).sum(axis=0) + np.where(usable, b, 0.0).sum(axis=0)
    center: Floats = total / np.maximum(2 * n, 1)
    return center


def _filled(values: Floats, usable: Flags) -> Floats:
    filled: Floats = np.where(usable, values, 0.0)
    return filled


@dataclass(frozen=True)
class _Parts:
    """Products per row, of which every estimate is a quotient of weighted sums."""

    n: Floats
    sum_ab: Floats
    squares_ab: Floats
    step: Floats
    product: Floats
    squared: Floats

    @classmethod
    def of(cls, a: Floats, b: Floats, mixed: Floats, usable: Flags) -> _Parts:
        step = mixed - a
        return cls(usable.astype(float), a + b, a**2 + b**2, step, b * step, step**2)

    def estimate(self, counts: Floats) -> tuple[Floats, Floats, Floats]:
        """counts: (n_resamples, n) how often each row counts.

        Returns first and total (n_resamples, n_inputs, n_outputs), variance (n_resamples,
        n_outputs). The mean is that of the resample, as the whole estimate is repeated.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            n = counts @ self.n
            mean = counts @ self.sum_ab / (2 * n)
            variance = counts @ self.squares_ab / (2 * n) - mean**2
            variance = np.where(n > 1, variance, np.nan)
            product = _along_rows(counts, self.product) / n[:, None]
            step = _along_rows(counts, self.step) / n[:, None]
            squared = _along_rows(counts, self.squared) / n[:, None]
            first = (product - mean[:, None] * step) / variance[:, None]
            total = squared / (2 * variance[:, None])
        return first, total, variance


def _along_rows(counts: Floats, parts: Floats) -> Floats:
    """(n_resamples, n) x (n_inputs, n, n_outputs) -> (n_resamples, n_inputs, n_outputs)."""
    found: Floats = np.einsum("rn,ino->rio", counts, parts, optimize=True)
    return found


def _still(a: Floats, b: Floats, variance: Floats, center: Floats) -> Flags:
    """(n_outputs,) outputs that never move beyond what rounding does."""
    largest = np.maximum(np.abs(a).max(axis=0), np.abs(b).max(axis=0))
    scale = np.maximum(np.abs(center), largest)
    still: Flags = ~(np.sqrt(np.maximum(variance, 0.0)) > STILL * scale)
    return still


def _interval(again: Floats) -> Floats:
    """(2, ...) percentiles over resamples; NaN where any resample has no estimate."""
    tail = (1.0 - LEVEL) / 2.0
    found: Floats = np.quantile(again, [tail, 1.0 - tail], axis=0)
    return found


def sobol_points(n: int, dimensions: int, *, seed: int) -> tuple[Floats, Floats]:
    """Sets A and B, (n, dimensions) each in (0, 1): the halves of a scrambled Sobol sequence.

    n: a power of two, at least 2.

    Source: Owen, Scrambling Sobol and Niederreiter-Xing points (1998); the routine is scipy's.
    """
    from scipy.stats import qmc

    if n < 2 or n & (n - 1):
        raise ValueError(f"{n} is not a power of two")
    sampler = qmc.Sobol(2 * dimensions, scramble=True, rng=np.random.default_rng(seed))
    points = np.clip(sampler.random(n), 2.0**-53, 1.0 - 2.0**-53)
    return points[:, :dimensions], points[:, dimensions:]
