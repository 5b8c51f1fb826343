"""Imputation and treatment in plain Python, value by value: the second way of computing."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction


def there(column):
    return [float(v) for v in column if not math.isnan(v)]


def skewness(column):
    """G1 in exact fractions until the last root."""
    values = [Fraction(v) for v in there(column)]
    n = len(values)
    if n < 3 or len(set(values)) == 1:
        return math.nan
    mean = sum(values) / n
    second = sum((v - mean) ** 2 for v in values) / n
    third = sum((v - mean) ** 3 for v in values) / n
    root = math.sqrt(third**2 / second**3)
    return math.copysign(root, third) * math.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(column):
    """G2 in exact fractions."""
    values = [Fraction(v) for v in there(column)]
    n = len(values)
    if n < 4 or len(set(values)) == 1:
        return math.nan
    mean = sum(values) / n
    second = sum((v - mean) ** 2 for v in values) / n
    fourth = sum((v - mean) ** 4 for v in values) / n
    ratio = fourth / second**2
    return float(((n + 1) * (ratio - 3) + 6) * (n - 1) / Fraction((n - 2) * (n - 3)))


def passes(column, skew, kurt):
    return abs(skewness(column)) < skew or kurtosis(column) < kurt


def winsorise(column, at_most, skew, kurt, *, together=False, force=False):
    """(column, high points, low points), rows as sets."""
    column = list(column)
    high, low = set(), set()
    while not math.isnan(skewness(column)) and (force or not passes(column, skew, kurt)):
        if len(high) + len(low) >= at_most:
            break
        values = there(column)
        upward = skewness(column) >= 0
        end = max(values) if upward else min(values)
        others = [v for v in values if v != end]
        if len(set(others)) == 1:
            break
        ends = {row for row, v in enumerate(column) if v == end}
        beside = low if upward else high
        if len(ends) + len(beside) > at_most and not together:
            break
        for row in ends:
            column[row] = max(others) if upward else min(others)
        if upward:
            high = ends
        else:
            low = ends
    return column, high, low


def log_ct(column):
    values = there(column)
    least, most = min(values), max(values)
    return [math.log(v - least + 0.01 * (most - least)) for v in column]


def treat(column, at_most, skew, kurt):
    """Winsorise, else log_CT of the untreated column."""
    if math.isnan(skewness(column)) or passes(column, skew, kurt):
        return list(column)
    done, _, _ = winsorise(column, at_most, skew, kurt)
    return done if passes(done, skew, kurt) else log_ct(column)


def centre(values, kind):
    values = there(values)
    if not values:
        return math.nan
    return statistics.fmean(values) if kind == "mean" else statistics.median(values)


def column_centre(rows, kind):
    centres = [centre(column, kind) for column in zip(*rows, strict=True)]
    return [[c if math.isnan(v) else v for v, c in zip(r, centres, strict=True)] for r in rows]


def group_centre(rows, labels, kind):
    filled = [list(row) for row in rows]
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if math.isnan(value) and labels[i]:
                peers = [r[j] for r, label in zip(rows, labels, strict=True) if label == labels[i]]
                filled[i][j] = centre(peers, kind)
    return filled


def row_centre(rows, directions, kind):
    """One block of indicators, scaled to 0..1 first."""
    columns = list(zip(*rows, strict=True))
    ends = [
        (min(d * v for v in there(c)), max(d * v for v in there(c)))
        for c, d in zip(columns, directions, strict=True)
    ]
    filled = [list(row) for row in rows]
    for i, row in enumerate(rows):
        scaled = [
            (d * v - low) / (high - low)
            for v, d, (low, high) in zip(row, directions, ends, strict=True)
            if not math.isnan(v) and high > low
        ]
        for j, value in enumerate(row):
            if math.isnan(value):
                low, high = ends[j]
                own = low if high == low else low + (high - low) * centre(scaled, kind)
                filled[i][j] = directions[j] * own
    return filled


def latest(times, values, all_times, back):
    """One unit and indicator."""
    known = {t: v for t, v in zip(times, values, strict=True) if not math.isnan(v)}
    filled = []
    for time, value in zip(times, values, strict=True):
        older = [t for t in all_times if t < time][-back:] if back else []
        older = older if back is not None else [t for t in all_times if t < time]
        sources = [t for t in older if t in known]
        filled.append(known[max(sources)] if math.isnan(value) and sources else value)
    return filled


def linear(times, values, ends):
    """One unit and indicator."""
    known = sorted((t, v) for t, v in zip(times, values, strict=True) if not math.isnan(v))
    filled = []
    for time, value in zip(times, values, strict=True):
        before = [p for p in known if p[0] < time]
        after = [p for p in known if p[0] > time]
        if not math.isnan(value) or not known:
            filled.append(value)
        elif before and after:
            (t0, v0), (t1, v1) = before[-1], after[0]
            filled.append(v0 + (time - t0) / (t1 - t0) * (v1 - v0))
        elif ends == "nearest":
            filled.append(before[-1][1] if before else after[0][1])
        else:
            filled.append(math.nan)
    return filled


def em_of_a_pair(x, y):
    """Two indicators, only y with gaps: the closed-form answer of EM.

    Regression of y on x over complete pairs; the factored likelihood of a monotone pattern.
    """
    pairs = [(a, b) for a, b in zip(x, y, strict=True) if not math.isnan(b)]
    mx = statistics.fmean(a for a, _ in pairs)
    my = statistics.fmean(b for _, b in pairs)
    slope = sum((a - mx) * (b - my) for a, b in pairs) / sum((a - mx) ** 2 for a, _ in pairs)
    return [my + slope * (a - mx) if math.isnan(b) else b for a, b in zip(x, y, strict=True)]


def rubin(estimates, variances):
    m = len(estimates)
    within = sum(variances) / m
    mean = sum(estimates) / m
    between = sum((e - mean) ** 2 for e in estimates) / (m - 1)
    total = within + (1 + 1 / m) * between
    df = (m - 1) * (1 + within / ((1 + 1 / m) * between)) ** 2 if between else math.inf
    return mean, total, df
