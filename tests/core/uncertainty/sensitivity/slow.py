"""The same things once more, in plain Python, one draw and one unit at a time."""

from __future__ import annotations

import math
from itertools import product


def tie(scores):
    return 1e-12 * max((abs(s) for s in scores if s is not None), default=0.0)


def rank(scores):
    """Competition ranks, 0 for None."""
    near = tie(scores)
    return [
        0 if s is None else 1 + sum(1 for other in scores if other is not None and other > s + near)
        for s in scores
    ]


def quantile(values, level):
    """Type 7, by sorting."""
    ordered = sorted(values)
    h = level * (len(ordered) - 1)
    low = math.floor(h)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (h - low) * (ordered[high] - ordered[low])


def mean(values):
    return math.fsum(values) / len(values)


def variance(values):
    m = mean(values)
    return math.fsum((v - m) ** 2 for v in values) / (len(values) - 1)


def split(values):
    """(survey, method, interaction) before cutting at 0; values[s][m]."""
    n_s, n_m = len(values), len(values[0])
    grand = mean([v for row in values for v in row])
    a = [mean(row) for row in values]
    b = [mean([row[m] for row in values]) for m in range(n_m)]
    ms_a = n_m * math.fsum((x - grand) ** 2 for x in a) / (n_s - 1)
    ms_b = n_s * math.fsum((x - grand) ** 2 for x in b) / (n_m - 1)
    ms_e = math.fsum(
        (values[s][m] - a[s] - b[m] + grand) ** 2 for s, m in product(range(n_s), range(n_m))
    ) / ((n_s - 1) * (n_m - 1))
    return (ms_a - ms_e) / n_m, (ms_b - ms_e) / n_s, ms_e


def sobol(a, b, mixed):
    """First and total index of each input for one output; mixed[i][row]."""
    both = [*a, *b]
    m = mean(both)
    v = mean([(y - m) ** 2 for y in both])
    first = [
        mean([(fb - m) * (fm - fa) for fa, fb, fm in zip(a, b, x, strict=True)]) / v for x in mixed
    ]
    total = [mean([(fa - fm) ** 2 for fa, fm in zip(a, x, strict=True)]) / (2 * v) for x in mixed]
    return first, total
