"""Changes of the shape of one indicator that keep the order of units: logs, powers, caps.

Each takes one column (n,), NaN = missing and staying so, and returns the changed column. What it
cannot do it refuses with `Cannot`, naming the rows.
"""

from __future__ import annotations

import math

import numpy as np

from waspada.index.composite.moments import skewness
from waspada.index.composite.recipe import Cannot
from waspada.index.model import Floats

SMALL_SHARE = 0.01
"""The COIN tool's offset: this share of the range is added below the lowest value."""

STEEPEST = 5.0
"""Box-Cox exponents are sought from -5 to 5."""


def log(x: Floats, *, offset: float = 0.0, base: float = math.e) -> Floats:
    """y = ln(x + offset) / ln(base).

    offset: in the unit of x; x + offset has to be above 0 everywhere. base: above 1.
    Raises Cannot for values that have no logarithm.
    """
    shifted = x + offset
    low = np.flatnonzero(shifted <= 0)
    if low.size:
        raise Cannot(
            f"The lowest value is {np.nanmin(x):g}; plus {offset:g} it has no logarithm.",
            "Give a higher offset, or use log_ct, which shifts the values above 0 itself.",
            rows=low.tolist(),
        )
    return np.log(shifted) / math.log(base)


def log_ct(x: Floats) -> Floats:
    """y = ln(x - min + 0.01 (max - min)); COINr's log_CT.

    Defined for all values; the unit of x does not matter. Raises Cannot where all are equal.
    """
    least, most = _ends(x)
    return np.log(x - least + SMALL_SHARE * (most - least))


def log_ct_orig(x: Floats) -> Floats:
    """y = ln(x - min + 1); the log of the COIN tool. The unit of x matters.

    Raises Cannot where all are equal.
    """
    least, _ = _ends(x)
    return np.log(x - least + 1.0)


def log_gii(x: Floats, *, factor: float = 1.0) -> Floats:
    """y = ln((max factor - 1) (x - min) / (max - min) + 1), as in the Global Innovation Index.

    factor: above 0, brings the highest value above 1. Raises Cannot where max factor is not above
    1: the formula would turn the indicator upside down (below 1) or make it constant (at 1).
    """
    least, most = _ends(x)
    if most * factor <= 1.0:
        raise Cannot(
            f"The highest value times the factor is {most * factor:g}; at or below 1 this log "
            "turns the indicator upside down or makes it constant.",
            "Give a factor that brings the highest value above 1, or use log_ct.",
        )
    return np.log((most * factor - 1.0) * (x - least) / (most - least) + 1.0)


def box_cox(x: Floats, *, exponent: float | None = None, shift: bool = True) -> Floats:
    """y = (z^l - 1) / l, or ln z where l = 0; z = x - min + 1, or x without the shift.

    exponent: l, -5 .. 5; None seeks the one that brings skewness to 0. shift: as in COINr.
    Raises Cannot where all are equal, and without shift for values that are not above 0.
    """
    least, _ = _ends(x)
    low = np.flatnonzero(x <= 0)
    if not shift and low.size:
        raise Cannot(
            f"The lowest value is {least:g}; Box-Cox without a shift needs values above 0.",
            "Leave shift at true, which moves the lowest value to 1.",
            rows=low.tolist(),
        )
    positive = x - least + 1.0 if shift else x
    if exponent is None:
        exponent = straightest_exponent(positive)
    return _box_cox(positive, exponent)


def straightest_exponent(x: Floats) -> float:
    """The Box-Cox exponent, -5 .. 5, that brings the skewness of x > 0 to 0.

    A higher exponent bends the column further upwards, and so always raises skewness (van Zwet
    1964): there is one answer, found by halving. Where skewness has the same sign from -5 to 5,
    the end nearer to 0 is returned. Raises Cannot for fewer than 3 values.
    """
    there = x[~np.isnan(x)]
    if len(there) < 3:
        raise Cannot(
            f"{len(there)} values are there; skewness needs 3.",
            "Give the exponent, or no treatment.",
        )
    scaled = np.log(there)
    scaled -= scaled.mean()

    def bent(exponent: float) -> float:
        # expm1 keeps the shape where the exponent is near 0; the unit plays no role in skewness
        column = scaled if exponent == 0 else np.expm1(exponent * scaled) / exponent
        return float(skewness(column))

    low, high = -STEEPEST, STEEPEST
    if not bent(low) < 0:
        return low
    if not bent(high) > 0:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        if bent(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def power(x: Floats, *, exponent: float) -> Floats:
    """y = sign(x) |x|^p. exponent: p, above 0; 0.5 is the square root, sign kept."""
    return np.copysign(np.abs(x) ** exponent, x)


def cap(x: Floats, *, lower: float | None = None, upper: float | None = None) -> Floats:
    """y = x held between two fixed values, in the unit of x; None = open.

    Raises Cannot where lower is not below upper, or where neither is given.
    """
    if lower is None and upper is None:
        raise Cannot("Neither lower nor upper is given.", "Give one of them, or method none.")
    if lower is not None and upper is not None and lower >= upper:
        raise Cannot(f"lower {lower:g} is not below upper {upper:g}.", "Turn them round.")
    return np.clip(x, lower, upper)


def cap_percentiles(x: Floats, *, lower: float = 0.0, upper: float = 100.0) -> Floats:
    """y = x held between two of its percentiles, 0 .. 100 (linear between order statistics)."""
    if lower >= upper:
        raise Cannot(f"lower {lower:g} is not below upper {upper:g}.", "Turn them round.")
    _ends(x)
    return np.clip(x, np.nanpercentile(x, lower), np.nanpercentile(x, upper))


def cap_fences(x: Floats, *, fences: float = 1.5) -> Floats:
    """y = x held between Q1 - k (Q3 - Q1) and Q3 + k (Q3 - Q1), Tukey's fences. fences: k > 0.

    Raises Cannot where both quartiles are equal: everything else would become the same value.
    """
    _ends(x)
    first, third = np.nanpercentile(x, (25.0, 75.0))
    if first == third:
        raise Cannot(
            f"Half of the values are {first:g}; fences around equal quartiles leave no spread.",
            "Use winsorise, or cap with fixed values.",
        )
    reach = fences * (third - first)
    return np.clip(x, first - reach, third + reach)


def cap_deviations(x: Floats, *, deviations: float = 3.0) -> Floats:
    """y = x held between mean -+ k standard deviations (divisor n - 1). deviations: k > 0."""
    _ends(x)
    mean, spread = np.nanmean(x), np.nanstd(x, ddof=1)
    return np.clip(x, mean - deviations * spread, mean + deviations * spread)


def _box_cox(x: Floats, exponent: float) -> Floats:
    if exponent == 0:
        return np.log(x)
    with np.errstate(over="ignore"):
        changed = np.expm1(exponent * np.log(x)) / exponent  # exact near l = 0 too
    if np.isinf(changed).any():
        raise Cannot(
            f"With the exponent {exponent:g} the values grow beyond what a computer holds.",
            "Divide the indicator first (a larger unit), or give an exponent nearer to 0.",
        )
    if _distinct(changed) < _distinct(x):
        raise Cannot(
            f"With the exponent {exponent:g} different values become equal.",
            "Give an exponent nearer to 0, or use log_ct.",
        )
    return changed


def _distinct(x: Floats) -> int:
    return len(np.unique(x[~np.isnan(x)]))


def _ends(x: Floats) -> tuple[float, float]:
    """Lowest and highest value; Cannot where there is no spread."""
    there = x[~np.isnan(x)]
    if not there.size:
        raise Cannot("No value is there.", "Impute first, or take the indicator out.")
    least, most = float(there.min()), float(there.max())
    if least == most:
        raise Cannot(
            f"All values are {least:g}; a constant has no shape to change.",
            "Take the indicator out, or give it method none.",
        )
    return least, most
