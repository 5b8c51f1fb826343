"""Normalisation once more, one column at a time: lists and loops, no numpy. None = missing."""

from __future__ import annotations

from math import sqrt


def known(x):  # type: ignore[no-untyped-def]
    return [v for v in x if v is not None]


def each(x, function):  # type: ignore[no-untyped-def]
    return [None if v is None else function(v) for v in x]


def minmax(x, direction, lower=0.0, upper=100.0):  # type: ignore[no-untyped-def]
    low, high = min(known(x)), max(known(x))
    best, worst = (high, low) if direction > 0 else (low, high)
    return each(x, lambda v: lower + (upper - lower) * (v - worst) / (best - worst))


def scaled(x, direction, lower=0.0, upper=100.0, scale=100.0):  # type: ignore[no-untyped-def]
    return each(x, lambda v: scale * (direction * v - lower) / (upper - lower))


def zscore(x, direction, mean=0.0, sd=1.0, spread="sample"):  # type: ignore[no-untyped-def]
    values = known(x)
    n = len(values)
    centre = sum(values) / n
    variance = sum((v - centre) ** 2 for v in values) / (n - 1 if spread == "sample" else n)
    return each(x, lambda v: mean + direction * sd * (v - centre) / sqrt(variance))


def rank(x, direction, ties="min"):  # type: ignore[no-untyped-def]
    def of(v):  # type: ignore[no-untyped-def]
        behind = sum(direction * u < direction * v for u in known(x))
        level = sum(u == v for u in known(x))
        return {"min": behind + 1, "mean": behind + (level + 1) / 2, "max": behind + level}[ties]

    return each(x, of)


def percentile_rank(x, direction, ties="min", scale=1.0):  # type: ignore[no-untyped-def]
    others = len(known(x)) - 1
    return each(rank(x, direction, ties), lambda r: scale * (r - 1) / others)


def borda(x, direction, lower=None, upper=None, ties="min"):  # type: ignore[no-untyped-def]
    if lower is None:
        return each(rank(x, direction, ties), lambda r: r - 1)
    share = percentile_rank(x, direction, ties)
    return each(share, lambda p: lower + p * (upper - lower))


def goalposts(x, direction, lower, upper, scale=100.0, floor=0.0, truncate=True):  # type: ignore[no-untyped-def]
    def of(v):  # type: ignore[no-untyped-def]
        share = ((v - lower) if direction > 0 else (upper - v)) / (upper - lower)
        if truncate:
            share = min(max(share, 0.0), 1.0)
        return share * scale + floor

    return each(x, of)


def distance_to_maximum(x, direction, scale=1.0):  # type: ignore[no-untyped-def]
    return minmax(x, direction, 0.0, scale)


def distance_to_target(x, direction, target, cap=False, scale=1.0):  # type: ignore[no-untyped-def]
    worst = min(known(x)) if direction > 0 else max(known(x))

    def of(v):  # type: ignore[no-untyped-def]
        share = (v - worst) / (target - worst)
        return scale * (min(share, 1.0) if cap else share)

    return each(x, of)


def fraction_of_maximum(x, direction, falling="inverse", scale=1.0):  # type: ignore[no-untyped-def]
    low, high = min(known(x)), max(known(x))
    if direction > 0:
        return each(x, lambda v: scale * v / high)
    return each(x, lambda v: scale * (low / v if falling == "inverse" else v / low))


def share_of_maximum(x, direction):  # type: ignore[no-untyped-def]
    top = max(known(x))
    share = each(x, lambda v: 100 * v / top)
    return share if direction > 0 else each(share, lambda s: 100 - s)


def percentile(values, p):  # type: ignore[no-untyped-def]
    ordered = sorted(values)
    place = (len(ordered) - 1) * p / 100
    k = int(place)
    if k + 1 == len(ordered):
        return ordered[k]
    return ordered[k] + (place - k) * (ordered[k + 1] - ordered[k])


def categorical(x, direction, thresholds, scores=None, of="values"):  # type: ignore[no-untyped-def]
    if scores is None:
        scores = [100 * k / len(thresholds) for k in range(len(thresholds) + 1)]
    if of == "percentiles":
        thresholds = [
            direction * percentile([direction * u for u in known(x)], p) for p in thresholds
        ]

    def score(v):  # type: ignore[no-untyped-def]
        reached = [v >= t if direction > 0 else v <= t for t in thresholds]
        return scores[sum(reached)]

    return each(x, score)


def none(x, direction):  # type: ignore[no-untyped-def]
    return each(x, lambda v: direction * v)
