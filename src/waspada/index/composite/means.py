"""Means of the children of a node, each with its weight; missing children hand theirs on.

Every function takes children (..., n_children), NaN = no score, and weights that broadcast with
them, >= 0; only ratios of weights matter, and a child of weight 0 does not count. Leading axes
are units, or weight draws and units. Returns (...,); NaN where no child that counts has a score.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from waspada.index.composite.recipe import Cannot
from waspada.index.model import Flags, Floats

REFUSE, LIMIT = "refuse", "limit"

TINY = 1e-100
"""Powers nearer to 0 than this cannot be told from it by any result, and would underflow."""


class CannotCombine(Cannot):
    """A mean does not exist. children: positions of the children concerned."""

    def __init__(self, problem: str, remedy: str, bad: Flags) -> None:
        """bad: (..., n_rows, n_children), or (n_children,) for a single row."""
        flat = bad.reshape(-1, *bad.shape[-2:]) if bad.ndim > 1 else bad[None, None]
        rows = np.flatnonzero(flat.any(axis=(0, 2))).tolist() if bad.ndim > 1 else ()
        super().__init__(problem, remedy, rows=rows)
        self.children = tuple(np.flatnonzero(flat.any(axis=(0, 1))).tolist())


def shares_of(children: Floats, weights: Floats) -> Floats:
    """Weights over the children that have a score, sum 1; NaN where there is none."""
    available = np.where(np.isnan(children), 0.0, weights)
    total = available.sum(axis=-1, keepdims=True)
    shares: Floats = available / np.where(total > 0, total, np.nan)
    return shares


def arithmetic(children: Floats, weights: Floats, **_: Any) -> Floats:
    """sum w x / sum w: a strong child makes up in full for a weak one.

    Summed in extended precision where the machine has it, as R does: units that are level come
    out level more often, and where not, in R's order.
    """
    shares = shares_of(children, weights)
    parts = shares * np.where(shares > 0, children, 0.0)
    mean: Floats = parts.sum(axis=-1, dtype=np.longdouble).astype(np.float64)
    return mean


def geometric(children: Floats, weights: Floats, *, zero: str = REFUSE, **_: Any) -> Floats:
    """exp( sum w ln x / sum w ): a weak child weighs more than a strong one.

    children: > 0. zero: "refuse" a child at 0, or "limit": the mean is then 0.
    Raises CannotCombine for a child below 0, or at 0 where zero is "refuse".
    """
    return generalised(children, weights, power=0.0, zero=zero)


LOW, HIGH = 1.0, 10.0
"""Scale on which `reversed_geometric` multiplies."""

EDGE = 1e-9
"""How far outside its scale, as a part of it, a sum of floats may lie."""


def reversed_geometric(
    children: Floats, weights: Floats, *, lower: float, upper: float, **_: Any
) -> Floats:
    """Geometric mean of what is lacking to the upper end, turned back.

        y = upper - (g - 1) / 9 (upper - lower),
        g = exp( sum w ln z / sum w ),   z = 1 + 9 (upper - x) / (upper - lower)

    One high child pulls more than a low one. children: between lower and upper.
    Raises CannotCombine elsewhere.

    Source: INFORM Risk Index, Concept and Methodology (JRC, 2017), aggregation of hazards.
    """
    span = upper - lower
    noise = EDGE * span
    outside = (weights > 0) & ((children < lower - noise) | (children > upper + noise))
    if outside.any():
        raise CannotCombine(
            f"The reversed geometric mean needs values from {lower:g} to {upper:g}.",
            "Give the ends of the scale by lower and upper, or normalise to it.",
            outside,
        )
    mean = generalised(LOW + (HIGH - LOW) * (upper - children) / span, weights, power=0.0)
    result: Floats = upper - (mean - LOW) / (HIGH - LOW) * span
    return result


def harmonic(children: Floats, weights: Floats, *, zero: str = REFUSE, **_: Any) -> Floats:
    """sum w / sum (w / x): weaker still where one child is weak. Domain as `geometric`."""
    return generalised(children, weights, power=-1.0, zero=zero)


def generalised(
    children: Floats, weights: Floats, *, power: float, zero: str = REFUSE, **_: Any
) -> Floats:
    """The power mean.

        y = ( sum w x^p / sum w )^(1/p)

    power p: any number; 1 is the arithmetic mean, -1 the harmonic, 0 stands for its limit, the
    geometric mean, inf and -inf for theirs, the largest and the smallest child. The mean never
    falls as p rises.
    children: >= 0; above 0 where p <= 0; any where p = 1. zero: "refuse", or "limit": with p <= 0
    a child at 0 makes the mean 0.
    Raises CannotCombine for children outside that domain.

    Computed as c exp( ln(1 + sum w (e^t - 1)) / p ), t = p ln(x / c), where c is the largest
    child for p > 0 and the smallest for p < 0: no power overflows, and p near 0 loses no digits.

    Source: Hardy, Littlewood and Polya, Inequalities (1934), chapter 2.
    """
    shares = shares_of(children, weights)
    if power == 1.0:
        return arithmetic(children, weights)
    counts = shares > 0
    _check_domain(counts & (children < 0), counts & (children == 0), power, zero)
    largest = np.where(counts, children, -np.inf).max(axis=-1, keepdims=True)
    smallest = np.where(counts, children, np.inf).min(axis=-1, keepdims=True)
    some: Flags = np.asarray(counts.any(axis=-1))
    if np.isinf(power):
        return np.where(some, (largest if power > 0 else smallest)[..., 0], np.nan)
    centre = np.where(some[..., None], largest if power > 0 else smallest, 1.0)
    stuck = centre == 0  # all children at 0 (power > 0), or one at its limit (power <= 0)
    floor = np.where(stuck, 1.0, centre)
    positive = counts & (children > 0) & ~stuck
    logs = np.log(np.where(positive, children, floor)) - np.log(floor)
    logs = np.where(counts & (children == 0) & ~stuck, -np.inf, logs)
    weighed = np.where(counts, shares, 0.0)
    if abs(power) < TINY:
        mean = centre[..., 0] * np.exp((weighed * logs).sum(axis=-1))
    else:
        inside = np.maximum((weighed * np.expm1(power * logs)).sum(axis=-1), -1.0)
        with np.errstate(divide="ignore"):
            mean = centre[..., 0] * np.exp(np.log1p(inside) / power)
    result: Floats = np.where(some, mean, np.nan)
    return result


def _check_domain(negative: Flags, at_zero: Flags, power: float, zero: str) -> None:
    name = {0.0: "geometric mean", -1.0: "harmonic mean"}.get(
        power, f"generalised mean of power {power:g}"
    )
    away = "Normalise to values above 0 (for example minmax with lower: 1)"
    if negative.any():
        raise CannotCombine(
            f"The {name} does not exist for values below 0.",
            f"{away}, or choose the arithmetic mean.",
            negative,
        )
    if power <= 0 and zero == REFUSE and at_zero.any():
        raise CannotCombine(
            f"The {name} of values of which one is 0 is 0, whatever the others are.",
            f"{away}, choose another mean, or accept the 0 by zero: limit.",
            at_zero,
        )


def median(children: Floats, weights: Floats, **_: Any) -> Floats:
    """Weighted median: half of the weight lies on either side.

    Where the weight splits exactly in half between two children it is their mean; with equal
    weights it is the ordinary median.
    """
    shares = shares_of(children, weights)
    known = np.where(shares > 0, children, np.inf)
    order = np.argsort(known, axis=-1, kind="stable")
    ordered = np.take_along_axis(known, order, axis=-1)
    below = np.cumsum(np.take_along_axis(shares, order, axis=-1), axis=-1)
    first = (below < 0.5 - 1e-12).sum(axis=-1, keepdims=True)
    second = (below <= 0.5 + 1e-12).sum(axis=-1, keepdims=True)
    last = ordered.shape[-1] - 1
    low = np.take_along_axis(ordered, np.minimum(first, last), axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.minimum(second, last), axis=-1)[..., 0]
    some = (shares > 0).any(axis=-1)
    with np.errstate(invalid="ignore"):
        middle = np.where(np.isinf(high), low, low / 2 + high / 2)
    result: Floats = np.where(some, middle, np.nan)
    return result


DOWNWARD, UPWARD = "downward", "upward"


def mazziotta_pareto(
    children: Floats, weights: Floats, *, penalty: str = DOWNWARD, **_: Any
) -> Floats:
    """Mean with a penalty for imbalance between the children.

        y = M - S cv   (penalty downward)      y = M + S cv   (upward)      cv = S / M

    M, S: weighted mean and (population) standard deviation of the unit's children.
    penalty: "downward" where a high index is good, "upward" where it is bad.
    children: >= 0 with M > 0; meant for z-scores of mean 100 and standard deviation 10, or
    min-max to 70 .. 130. Raises CannotCombine elsewhere.

    Source: Mazziotta and Pareto, On a generalized non-compensatory composite index for measuring
    socio-economic phenomena (2016); weights: the same, Weighting in composite indices
    construction: the case of the Mazziotta-Pareto index (2022).
    """
    shares = shares_of(children, weights)
    known = np.where(shares > 0, children, 0.0)
    mean = (shares * known).sum(axis=-1)
    bad = (shares > 0) & ((children < 0) | (mean <= 0)[..., None])
    if bad.any():
        raise CannotCombine(
            "The Mazziotta-Pareto penalty divides by the mean of the children, and they are not "
            "above 0.",
            "Normalise by zscore with mean: 100, sd: 10, or by minmax with lower: 70, upper: 130.",
            bad,
        )
    variance = (shares * (known - mean[..., None]) ** 2).sum(axis=-1)
    sign = -1.0 if penalty == DOWNWARD else 1.0
    result: Floats = mean + sign * variance / mean
    return result
