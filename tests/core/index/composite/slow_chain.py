"""Screening, denomination, ranks and trends once more, cell by cell in plain Python."""

from __future__ import annotations

import math
from fractions import Fraction


def passes(values, *, at_least=None, nonzero_at_least=None):
    """Whether a row of values (None = missing) passes; limits are fractions."""
    there = [v for v in values if v is not None]
    if at_least is not None and Fraction(len(there), len(values)) < at_least:
        return False
    if nonzero_at_least is not None:
        if not there:
            return False
        return Fraction(sum(v != 0 for v in there), len(there)) >= nonzero_at_least
    return True


def divided(value, divisor, factor):
    """None where either is missing; ZeroDivisionError where a value meets 0."""
    if value is None or divisor is None:
        return None
    return math.fsum([factor * value]) / divisor


def ranks(scores, tie):
    """1 + how many are higher by more than the tie; None without a score."""
    return [
        None if s is None else 1 + sum(o is not None and o > s + tie for o in scores)
        for s in scores
    ]


def slope(points):
    """Least squares by the pairs: sum of (ti - tj)(xi - xj) over sum of (ti - tj)^2."""
    pairs = [(a, b) for i, a in enumerate(points) for b in points[i + 1 :]]
    above = math.fsum((a[0] - b[0]) * (a[1] - b[1]) for a, b in pairs)
    return above / math.fsum((a[0] - b[0]) ** 2 for a, b in pairs)
