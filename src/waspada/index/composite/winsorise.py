"""Winsorising one indicator until its skewness or kurtosis is within limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from waspada.index.composite.moments import shape
from waspada.index.model import Floats


class Stop(StrEnum):
    """Why Winsorising ended."""

    PASSES = "passes"
    LIMIT = "limit reached"
    TIES = "ties beyond the limit"
    CONSTANT = "would become constant"
    UNDEFINED = "too few different values"


@dataclass(frozen=True)
class Winsorised:
    """values: (n,) as given, the `high` highest and the `low` lowest moved to the next value.

    rows_high, rows_low: which rows these are. skewness, kurtosis: of `values`.
    """

    values: Floats
    rows_high: tuple[int, ...]
    rows_low: tuple[int, ...]
    skewness: float
    kurtosis: float
    stop: Stop

    @property
    def count(self) -> int:
        return len(self.rows_high) + len(self.rows_low)


def passes(g1: float, g2: float, *, skew: float, kurtosis: float) -> bool:
    """Whether a column counts as free of outliers: |G1| < skew or G2 < kurtosis.

    False where they are not defined.
    """
    return abs(g1) < skew or g2 < kurtosis


def winsorise(
    x: Floats,
    *,
    at_most: int | None = 5,
    skew: float = 2.0,
    kurtosis: float = 3.5,
    force: bool = False,
    ties: str = "stop",
) -> Winsorised:
    """Move the outermost points to the next value, one after the other, until the column passes.

    At each step the end is chosen by the sign of skewness: the highest points where it is >= 0,
    else the lowest. Equal points move together and each counts; those moved before are among them.

    x: (n,), NaN = missing, staying so. at_most: points moved in all, None = no limit. skew,
    kurtosis: limits of `passes`. force: go on to the limit even where the column passes.
    ties: "stop" before a group of equal points that would exceed the limit, or "together": move
    the whole group nevertheless, as COINr does.
    It never makes a column constant: it stops before.

    Source: COINr 1.1 (Becker and others, JOSS 2022), `winsorise`.
    """
    there = np.flatnonzero(~np.isnan(x))
    order = there[np.argsort(x[there], kind="stable")]
    column = x[order]
    high = low = 0
    while True:
        g1, g2 = shape(column)
        if np.isnan(g2):
            stop = Stop.UNDEFINED
            break
        if not force and passes(g1, g2, skew=skew, kurtosis=kurtosis):
            stop = Stop.PASSES
            break
        if at_most is not None and high + low >= at_most:
            stop = Stop.LIMIT
            break
        if g1 >= 0:
            first = int(np.searchsorted(column, column[-1], side="left"))
            moved = (len(column) - first, low)
            if column[first - 1] == column[0]:
                stop = Stop.CONSTANT
                break
        else:
            last = int(np.searchsorted(column, column[0], side="right"))
            moved = (high, last)
            if column[last] == column[-1]:
                stop = Stop.CONSTANT
                break
        if at_most is not None and sum(moved) > at_most and ties == "stop":
            stop = Stop.TIES
            break
        if g1 >= 0:
            column[first:] = column[first - 1]
        else:
            column[:last] = column[last]
        high, low = moved
    values = x.copy()
    values[order] = column
    return Winsorised(
        values,
        tuple(sorted(order[len(order) - high :].tolist())),
        tuple(sorted(order[:low].tolist())),
        g1,
        g2,
        stop,
    )
