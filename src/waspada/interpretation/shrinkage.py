"""Scores drawn towards the mean of the regions: an alternative reported beside the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.model import Floats

FEWEST_REGIONS = 5
"""Fewer regions do not tell how far regions lie apart."""

GRID = np.exp(np.linspace(-12.0, 12.0, 49))
"""Starts of the search for the variance between regions, in units of the variance of scores."""


@dataclass(frozen=True)
class Shrunken:
    """Arrays are (n_regions,), NaN for a region without a score or without a standard error.

    score, lower, upper: 0..100, the shrunken score and its 95 % interval. share: weight of the
    mean of regions in it, 0 (own answers alone) to 1. mean: the mean it is drawn to, in points.
    between: variance between regions, in points squared.
    """

    score: Floats
    lower: Floats
    upper: Floats
    share: Floats
    mean: float
    between: float


def shrink(scores: Floats, standard_error: Floats, t: Floats) -> Shrunken | None:
    """Empirical Bayes: what a score would be if the regions were drawn from one normal.

        x_r ~ N(m_r, V_r),   m_r ~ N(mu, A)
        B_r = V_r / (V_r + A),   shrunken_r = (1 - B_r) x_r + B_r mu
        mu = sum x_r / (V_r + A) / sum 1 / (V_r + A)
        variance_r = (1 - B_r) V_r + B_r^2 / sum 1 / (V + A) + v_r (x_r - mu)^2
        v_r = B_r^2 (1 - B_r)^2 / (I + B_r (1 - B_r))

    A makes A times the restricted likelihood largest, I is its curvature there in log A (Morris
    and Tang 2011, density maximisation). Restricted likelihood alone is often largest at A = 0:
    then all scores fall together and intervals built on it cover too seldom, for some regions
    under 90 of 100. Interval: shrunken -+ t(df) sqrt(variance), cut off at 0 and 100. The second
    term is the price of estimating mu, the third that of estimating A.

    Assumptions: the regions compared are exchangeable before anybody answers, their means normal,
    the errors normal with known variance V. They do not hold for one region that stands out for a
    known reason: it is drawn to the others too. On average over regions the squared error is
    smaller, for a single region it need not be.

    scores, standard_error: (n_regions,). t: (n_regions,) quantile for the interval, from the
    degrees of freedom of each standard error. NaN in any of them = takes no part. Returns None with
    fewer than FEWEST_REGIONS regions that take part, or where one of them has no error.

    Source: Fay and Herriot, Estimates of income for small places (1979), without covariates;
    Morris, Parametric empirical Bayes inference (1983); Morris and Tang, Estimating random effects
    via adjustment for density maximization (2011).
    """
    known = ~np.isnan(scores) & ~np.isnan(standard_error) & ~np.isnan(t)
    x, v = scores[known], standard_error[known] ** 2
    if len(x) < FEWEST_REGIONS or not (v > 0).all():
        return None
    between = variance_between(x, v)
    curvature = slope_and_curvature(between, x, v)[1]
    precision = 1.0 / (v + between)
    mean = float((precision * x).sum() / precision.sum())
    share = v * precision
    unsure = share * (1.0 - share)
    unsure = unsure**2 / (curvature + unsure)
    variance = (1.0 - share) * v + share**2 / precision.sum() + unsure * (x - mean) ** 2
    score = x + share * (mean - x)
    half = t[known] * np.sqrt(variance)

    def spread(values: Floats) -> Floats:
        full = np.full(len(scores), np.nan)
        full[known] = values
        return full

    return Shrunken(
        score=spread(score),
        lower=spread(np.maximum(score - half, 0.0)),
        upper=spread(np.minimum(score + half, 100.0)),
        share=spread(share),
        mean=mean,
        between=between,
    )


def variance_between(x: Floats, v: Floats) -> float:
    """A > 0 that makes log A + restricted log-likelihood largest.

    The best of a grid, then Newton's method in log A between its neighbours. x, v: (n,), n >= 5,
    v > 0.
    """
    unit = float(np.var(x, ddof=1) + v.mean())
    grid = unit * GRID
    best = int(np.argmax(np.log(grid) + restricted_likelihood(grid[:, None], x, v)))
    low, high = np.log(grid[max(best - 1, 0)]), np.log(grid[min(best + 1, len(grid) - 1)])
    log = float(np.log(grid[best]))
    for _ in range(60):
        between = float(np.exp(log))
        slope, bend = slope_and_curvature(between, x, v)
        low, high = (log, high) if slope > 0 else (low, log)
        step = slope / bend if bend > 0 else np.inf
        following = log + step if low < log + step < high else (low + high) / 2
        if abs(following - log) <= 1e-12:
            break
        log = following
    return float(np.exp(log))


def slope_and_curvature(between: float, x: Floats, v: Floats) -> tuple[float, float]:
    """First derivative of log A + restricted log-likelihood in log A, and minus the second."""
    w = 1.0 / (v + between)
    w2 = w * w
    total, squares = w.sum(), w2.sum() / w.sum()
    off = x - (w @ x) / total
    first = 0.5 * (w2 @ off**2 - total + squares)
    cubes = w * w2
    second = (w2 @ off) ** 2 / total - cubes @ off**2 - cubes.sum() / total
    second += 0.5 * (total * squares + squares**2)
    return float(1.0 + between * first), float(-(between * first + between**2 * second))


def restricted_likelihood(between: Floats | float, x: Floats, v: Floats) -> Floats:
    """Logarithm of the likelihood of the contrasts of x, up to a constant.

    between: a number, or (..., 1). Returns (...,).
    """
    w = 1.0 / (v + between)
    total = w.sum(axis=-1)
    off = x - ((w * x).sum(axis=-1) / total)[..., None]
    fit = (w * off**2).sum(axis=-1)
    height: Floats = 0.5 * (np.log(w).sum(axis=-1) - np.log(total) - fit)
    return height
