"""Functions that bring the values of an indicator to a common scale.

Every function takes values (n, ...), NaN = missing, the first axis being the units that are
normalised together; further axes are indicators (or indicators and draws). direction, and every
parameter that is a number, is a number or broadcasts with those further axes. NaN stays NaN.
Values and limits in "signed values" have the direction multiplied in: d x.

Each raises `Cannot` where it has nothing to go by: no value at all, a constant, an infinite one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from waspada.index.composite.recipe import Cannot
from waspada.index.model import Floats

REFUSE, MIDDLE = "refuse", "middle"
FEWEST, MEAN, MOST = "min", "mean", "max"
SAMPLE, POPULATION = "sample", "population"
INVERSE, SIGNED = "inverse", "signed"
VALUES, PERCENTILES = "values", "percentiles"

Number = float | Floats

CONSTANT = 8 * float(np.finfo(np.float64).eps)
"""Range, relative to the largest value, below which only rounding differs."""


def signed_values(x: Floats, direction: Number) -> Floats:
    """d x: the higher the better. Refuses infinite values, and a column without any value."""
    if np.isinf(x).any():
        rows = np.flatnonzero(np.isinf(x).reshape(len(x), -1).any(axis=1))
        raise Cannot(
            "The value is infinite.",
            "Correct it, or leave it empty where it is missing.",
            rows=rows.tolist(),
        )
    if np.isnan(x).all(axis=0).any():
        raise Cannot(
            "There is no value in any unit.", "Leave the indicator out, or impute its values."
        )
    signed: Floats = x * direction + 0.0  # no -0.0, so that ties are ties
    return signed


def ends(signed: Floats) -> tuple[Floats, Floats]:
    """Least and greatest value over the units."""
    return np.fmin.reduce(signed, axis=0), np.fmax.reduce(signed, axis=0)


def is_constant(least: Floats, greatest: Floats) -> bool:
    largest = np.maximum(np.abs(least), np.abs(greatest))
    return bool(np.any(greatest - least <= CONSTANT * largest))


def _flat(signed: Floats, least: Floats, greatest: Floats, constant: str, middle: Number) -> Floats:
    """Scores where the values are constant, NaN elsewhere; refuses unless `constant` allows it."""
    if constant == REFUSE:
        raise Cannot(
            "All values are equal, so they cannot be placed between a lowest and a highest one.",
            "Leave the indicator out, give fixed limits (goalposts), or write constant: middle.",
        )
    largest = np.maximum(np.abs(least), np.abs(greatest))
    flat = greatest - least <= CONSTANT * largest
    scores: Floats = np.where(flat & ~np.isnan(signed), middle, np.nan)
    return scores


def _between(signed: Floats, lower: Number, upper: Number, constant: str, middle: Number) -> Floats:
    """(x - min) / (max - min) (upper - lower) + lower."""
    least, greatest = ends(signed)
    if is_constant(least, greatest):
        flat = _flat(signed, least, greatest, constant, middle)
        width = np.where(greatest > least, greatest - least, 1.0)
        scores = (signed - least) / width * (upper - lower) + lower
        return np.where(np.isnan(flat), scores, flat)
    result: Floats = (signed - least) / (greatest - least) * (upper - lower) + lower
    return result


def in_order(lower: Number, upper: Number, words: str = "lower and upper") -> None:
    """Refuse limits that are not finite and rising."""
    if not np.all(np.isfinite(lower) & np.isfinite(upper) & (np.asarray(lower) < upper)):
        raise Cannot(f"The parameters {words} are out of order.", "Give the smaller number first.")


def minmax(
    x: Floats,
    *,
    direction: Number = 1,
    lower: Number = 0.0,
    upper: Number = 100.0,
    constant: str = REFUSE,
) -> Floats:
    """Worst value to `lower`, best to `upper`, the others in proportion.

        y = (s - min s) / (max s - min s) (upper - lower) + lower,   s = d x

    constant: "refuse" an indicator whose values are all equal, or put it in the "middle".
    Source: OECD/JRC Handbook (2008), normalisation.
    """
    in_order(lower, upper)
    signed = signed_values(x, direction)
    return _between(signed, lower, upper, constant, (lower + upper) / 2)


def scaled(
    x: Floats,
    *,
    direction: Number = 1,
    lower: Number = 0.0,
    upper: Number = 100.0,
    scale: Number = 100.0,
) -> Floats:
    """Fixed straight line, 0 at `lower` and `scale` at `upper`; nothing is cut off.

        y = (s - lower) / (upper - lower) scale,   s = d x

    lower, upper: in signed values, so with direction -1 they carry a minus (as COINr has it);
    `goalposts` takes them in the unit of the indicator.
    """
    in_order(lower, upper)
    result: Floats = (signed_values(x, direction) - lower) / np.subtract(upper, lower) * scale
    return result


def zscore(
    x: Floats,
    *,
    direction: Number = 1,
    mean: Number = 0.0,
    sd: Number = 1.0,
    spread: str = SAMPLE,
    constant: str = REFUSE,
) -> Floats:
    """Distance from the mean in standard deviations.

        y = (s - mean s) / sd(s) sd + mean,   s = d x

    spread: "sample" (divides by n - 1) or "population" (n). Needs two values.
    """
    signed = signed_values(x, direction)
    has = ~np.isnan(signed)
    n = has.sum(axis=0)
    centre = np.where(has, signed, 0.0).sum(axis=0) / n
    away = np.where(has, signed - centre, 0.0)
    least, greatest = ends(signed)
    if np.any(n < 2) and constant == REFUSE:
        raise Cannot(
            "A standard deviation needs two values, and there is one.",
            "Leave the indicator out, or give fixed limits (goalposts).",
        )
    middle = np.zeros_like(signed) + mean
    flat = np.full_like(signed, np.nan)
    if is_constant(least, greatest):
        flat = _flat(signed, least, greatest, constant, middle)
    freedom = n - 1 if spread == SAMPLE else n
    deviation = np.sqrt((away**2).sum(axis=0) / np.maximum(freedom, 1))
    scores = (signed - centre) / np.where(deviation > 0, deviation, 1.0) * sd + mean
    result: Floats = np.where(np.isnan(flat), scores, flat)
    return result


def ranks(signed: Floats, ties: str = FEWEST) -> Floats:
    """1 for the lowest value; equal values share the least, mean or greatest of their ranks.

    signed: (n, ...). NaN has no rank.
    """
    n = len(signed)
    order = np.argsort(signed, axis=0, kind="stable")  # NaN last
    ordered = np.take_along_axis(signed, order, axis=0)
    place = np.arange(1.0, n + 1).reshape(-1, *[1] * (signed.ndim - 1))
    opens = np.ones(signed.shape, dtype=bool)
    opens[1:] = ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(opens, place, 0.0), axis=0)
    rank = first
    if ties != FEWEST:
        closes = np.ones(signed.shape, dtype=bool)
        closes[:-1] = opens[1:]
        last = np.minimum.accumulate(np.where(closes, place, n + 1.0)[::-1], axis=0)[::-1]
        rank = last if ties == MOST else (first + last) / 2
    result = np.empty(signed.shape)
    np.put_along_axis(result, order, np.where(np.isnan(ordered), np.nan, rank), axis=0)
    return result


def rank(x: Floats, *, direction: Number = 1, ties: str = FEWEST) -> Floats:
    """Rank of the signed value, 1 = worst, so that a higher score is better.

    ties: equal values get the least ("min"), "mean" or greatest ("max") of their ranks.
    """
    return ranks(signed_values(x, direction), ties)


def percentile_rank(
    x: Floats, *, direction: Number = 1, ties: str = FEWEST, scale: Number = 1.0
) -> Floats:
    """Share of the other units that are behind.

        y = (rank - 1) / (n - 1) scale,   n = units with a value

    Refuses an indicator with one value.
    """
    signed = signed_values(x, direction)
    n = (~np.isnan(signed)).sum(axis=0)
    if np.any(n < 2):
        raise Cannot(
            "A percentile rank compares with other units, and only one has a value.",
            "Leave the indicator out, or impute its values.",
        )
    result: Floats = (ranks(signed, ties) - 1.0) / (n - 1.0) * scale
    return result


def borda(
    x: Floats,
    *,
    direction: Number = 1,
    lower: Number | None = None,
    upper: Number | None = None,
    ties: str = FEWEST,
) -> Floats:
    """Borda points: how many units are behind.

    y = rank - 1, or lower + (rank - 1) / (n - 1) (upper - lower) where both are given
    """
    if lower is None and upper is None:
        return ranks(signed_values(x, direction), ties) - 1.0
    if lower is None or upper is None:
        raise Cannot("Only one of lower and upper is given.", "Give both, or neither.")
    in_order(lower, upper)
    return percentile_rank(x, direction=direction, ties=ties) * (upper - lower) + lower


def goalposts(
    x: Floats,
    *,
    direction: Number = 1,
    lower: Number,
    upper: Number,
    scale: Number = 100.0,
    floor: Number = 0.0,
    truncate: bool = True,
) -> Floats:
    """Fixed limits in the unit of the indicator.

        direction +1   y = (x - lower) / (upper - lower) scale + floor
        direction -1   y = (upper - x) / (upper - lower) scale + floor

    truncate: values beyond a goalpost get the score of the goalpost.
    Source: UNDP, Human Development Report, technical notes (fixed minima and maxima).
    """
    in_order(lower, upper)
    signed = signed_values(x, direction)
    worst = np.where(np.asarray(direction) > 0, lower, np.negative(upper))
    share = (signed - worst) / np.subtract(upper, lower)
    if truncate:
        share = np.clip(share, 0.0, 1.0)
    result: Floats = share * scale + floor
    return result


def distance_to_maximum(
    x: Floats, *, direction: Number = 1, scale: Number = 1.0, constant: str = REFUSE
) -> Floats:
    """1 at the best value, 0 at the worst.

    y = (1 - (max s - s) / (max s - min s)) scale,   s = d x
    """
    signed = signed_values(x, direction)
    return _between(signed, 0.0, scale, constant, np.multiply(scale, 0.5))


def distance_to_reference(
    x: Floats,
    *,
    direction: Number = 1,
    reference: Number,
    cap: bool = False,
    scale: Number = 1.0,
) -> Floats:
    """1 at the value of a chosen unit, 0 at the worst value.

        y = (1 - (r - s) / (r - min s)) scale,   s = d x, r = d reference

    reference: that unit's value, in the unit of the indicator. cap: none scores above 1.
    """
    signed = signed_values(x, direction)
    if np.any(np.isnan(reference)):
        raise Cannot(
            "The reference unit has no value.", "Choose another reference unit, or impute first."
        )
    return _towards(signed, np.multiply(reference, direction), cap, scale, "reference unit")


def distance_to_target(
    x: Floats,
    *,
    direction: Number = 1,
    target: Number,
    cap: bool = False,
    scale: Number = 1.0,
) -> Floats:
    """1 at the target, 0 at the worst value.

        direction +1   y = (x - min x) / (target - min x) scale
        direction -1   y = (max x - x) / (max x - target) scale

    target: in the unit of the indicator, better than the worst value. cap: none scores above 1.
    """
    if not np.all(np.isfinite(target)):
        raise Cannot("There is no target.", "Give a target, or fill the column Target.")
    signed = signed_values(x, direction)
    return _towards(signed, np.multiply(target, direction), cap, scale, "target")


def _towards(signed: Floats, goal: Number, cap: bool, scale: Number, word: str) -> Floats:
    least, _ = ends(signed)
    if np.any(np.subtract(goal, least) <= CONSTANT * np.abs(least)):
        raise Cannot(
            f"The {word} is no better than the worst value, so there is no distance to measure.",
            f"Choose a {word} that is better (see the direction), or another normalisation.",
        )
    share = (signed - least) / (goal - least)
    if cap:
        share = np.where(share > 1.0, 1.0, share)
    result: Floats = share * scale
    return result


def fraction_of_maximum(
    x: Floats, *, direction: Number = 1, falling: str = REFUSE, scale: Number = 1.0
) -> Floats:
    """Share of the greatest value.

        direction +1   y = x / max x scale
        direction -1   refused; or with falling: inverse   y = min x / x scale
                                   with falling: signed    y = x / min x scale

    inverse needs values above 0. signed is s / max s as COINr has it, and gives the worst unit
    the highest score.
    """
    signed = signed_values(x, direction)
    down = np.broadcast_to(np.asarray(direction) < 0, signed.shape[1:])
    least, greatest = ends(x)
    if down.any() and falling == REFUSE:
        raise Cannot(
            "A fraction of the greatest value says how much there is, and here less is better.",
            "Write falling: inverse (smallest value / value), or use another normalisation. "
            "falling: signed is the toolbox's value / smallest value, highest for the worst unit.",
        )
    needs_positive = np.where(down & (falling == INVERSE), least, np.where(down, 1.0, greatest))
    if np.any(needs_positive <= 0) or np.any(down & (least == 0)):
        raise Cannot(
            "The value to divide by is not above 0.", "Use minmax, or shift the values first."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        up = x / greatest
        fall = least / x if falling == INVERSE else x / least
    result: Floats = np.where(down, fall, up) * scale
    return result


def share_of_maximum(x: Floats, *, direction: Number = 1, all_zero: str = REFUSE) -> Floats:
    """The rule of Bawaslu's IKP: the greatest value is 100.

        direction +1   y = x / max x 100
        direction -1   y = 100 - x / max x 100

    x: >= 0. all_zero: "refuse" an indicator that is 0 everywhere, or give a share of "zero".
    """
    signed_values(x, direction)
    if np.any(x < 0):
        rows = np.flatnonzero((x < 0).reshape(len(x), -1).any(axis=1))
        raise Cannot(
            "A share of the maximum needs values of at least 0.",
            "Use minmax, or correct the value.",
            rows=rows.tolist(),
        )
    _, greatest = ends(x)
    if np.any(greatest == 0) and all_zero == REFUSE:
        raise Cannot(
            "All values are 0, so there is no maximum to take a share of.",
            "Leave the indicator out, or write all_zero: zero.",
        )
    share = x / np.where(greatest > 0, greatest, 1.0) * 100.0
    result: Floats = np.where(np.asarray(direction) > 0, share, 100.0 - share)
    return result


def check_classes(
    thresholds: Sequence[Any], scores: Sequence[Any] | None, *, of: str = VALUES
) -> None:
    """Refuse thresholds that do not rise, and scores that do not fit them."""
    numbers = [*thresholds, *(scores or ())]
    plain = all(isinstance(v, int | float) and not isinstance(v, bool) for v in numbers)
    if not thresholds or not plain or not np.all(np.isfinite(np.array(numbers, dtype=float))):
        raise Cannot("The thresholds and scores are not all numbers.", "Give lists of numbers.")
    if np.any(np.diff(np.array(thresholds, dtype=float)) <= 0):
        raise Cannot("The thresholds are out of order.", "Write them from low to high, each once.")
    if of == PERCENTILES and not (thresholds[0] > 0 and thresholds[-1] < 100):
        raise Cannot("A percentile is not between 0 and 100.", "Write for example [25, 50, 75].")
    if scores is not None and len(scores) != len(thresholds) + 1:
        raise Cannot(
            f"{len(thresholds)} thresholds make {len(thresholds) + 1} classes, "
            f"and there are {len(scores)} scores.",
            "Give one score for each class, from worst to best.",
        )


def categorical(
    x: Floats,
    *,
    direction: Number = 1,
    thresholds: Sequence[float],
    scores: Sequence[float] | None = None,
    of: str = VALUES,
) -> Floats:
    """Score of the class a value falls into; who reaches a threshold is in the better class.

    thresholds: rising; of "values": in the unit of the indicator; of "percentiles": 0 .. 100, of
    the signed values that there are (linear between order statistics, R's type 7).
    scores: one more than thresholds, from the worst class to the best; None: 0 to 100 in equal
    steps. With direction -1 the best class is the lowest.
    """
    check_classes(thresholds, scores, of=of)
    signed = signed_values(x, direction)
    steps = len(thresholds)
    points = np.array(scores if scores is not None else np.arange(steps + 1) * 100.0 / steps)
    reached = np.zeros(signed.shape, dtype=np.intp)
    tail = [1] * (signed.ndim - 1)
    if of == PERCENTILES:
        cuts = np.nanpercentile(signed, thresholds, axis=0)
    else:
        plain = np.array(thresholds, dtype=float).reshape(-1, *tail)
        cuts = np.where(np.asarray(direction) > 0, plain, -plain[::-1])
    for cut in cuts:
        reached += signed >= cut
    result: Floats = np.where(np.isnan(signed), np.nan, points[reached])
    return result


def none(x: Floats, *, direction: Number = 1) -> Floats:
    """The signed value d x, for values that share a scale already."""
    return signed_values(x, direction)
