"""Statistics of indicators, and flags for those that need a second look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.table import cell
from waspada.index.composite.model import Detail
from waspada.index.composite.moments import kurtosis, skewness
from waspada.index.model import Floats


@dataclass(frozen=True)
class Limits:
    """From where on an indicator is flagged.

    available, nonzero, unique: least shares, 0 to 1. skew (absolute) and kurtosis: exceeded by
    both, an indicator is said to have outliers.
    """

    available: float = 0.65
    nonzero: float = 0.5
    unique: float = 0.5
    skew: float = 2.0
    kurtosis: float = 3.5


HEADER = (
    "indicator", "minimum", "maximum", "mean", "median", "standard_deviation", "skewness",
    "kurtosis", "n_available", "n_nonzero", "n_unique", "n_same", "share_available",
    "share_nonzero", "share_unique", "share_same", "flag_available", "flag_nonzero",
    "flag_unique", "flag_outliers",
)  # fmt: skip


def indicator_statistics(
    table: IndicatorTable, *, limits: Limits | None = None, name: str = "statistics"
) -> Detail:
    """Statistics of every indicator over the units that have a value.

        standard deviation with n - 1; skewness G1 and excess kurtosis G2 (see `moments`);
        n_same = how often the commonest value stands; shares are of the available values,
        share_available of all units

    Flags: "low" below a limit; "outliers" where |skewness| and kurtosis both exceed theirs;
    "undefined" where an indicator is constant or has too few values. An indicator without a value
    has empty cells and "none" as flags.
    """
    limits = limits or Limits()
    columns = table.values.T
    rows = tuple(
        (code, *_of_column(column, limits))
        for code, column in zip(table.indicators, columns, strict=True)
    )
    return Detail(name, HEADER, rows)


def _of_column(column: Floats, limits: Limits) -> tuple[float | int | str | None, ...]:
    x = column[~np.isnan(column)]
    n = len(x)
    if n == 0:
        return (*[None] * 7, 0, 0, 0, 0, 0.0, *[None] * 3, "low", *["none"] * 3)
    distinct, times = np.unique(x, return_counts=True)
    skew, kurt = float(skewness(x)), float(kurtosis(x))
    counts = (n, int((x != 0).sum()), len(distinct), int(times.max()))
    available, nonzero, unique, same = n / len(column), *(count / n for count in counts[1:])
    spread = float(x.std(ddof=1)) if n > 1 else float("nan")
    return (
        float(x.min()), float(x.max()), float(x.mean()), float(np.median(x)),
        cell(spread), cell(skew), cell(kurt), *counts, available, nonzero, unique, same,
        _low(available, limits.available), _low(nonzero, limits.nonzero),
        _low(unique, limits.unique), _outliers(skew, kurt, limits),
    )  # fmt: skip


def _low(share: float, least: float) -> str:
    return "ok" if share >= least else "low"


def _outliers(skew: float, kurt: float, limits: Limits) -> str:
    if np.isnan(skew) or np.isnan(kurt):
        return "undefined"
    return "outliers" if abs(skew) > limits.skew and kurt > limits.kurtosis else "ok"
