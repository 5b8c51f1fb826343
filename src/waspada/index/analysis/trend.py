"""How a series moved over its times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.model import Floats


@dataclass(frozen=True)
class Trend:
    """n: values there. available: n over all times, 0 to 1. t_first, t_latest, first, latest: the
    earliest and the last value and its time; None without any. Of two values and more: change,
    change_per_year, slope, growth (a share per year), percent_per_year; None where not defined."""

    n: int
    available: float
    t_first: int | None = None
    t_latest: int | None = None
    first: float | None = None
    latest: float | None = None
    change: float | None = None
    change_per_year: float | None = None
    slope: float | None = None
    growth: float | None = None
    percent_per_year: float | None = None


def trend(times: Floats, values: Floats) -> Trend:
    """Trend of one series, times taken for years.

        change = x_last - x_first,   change per year = change / (t_last - t_first)
        slope  = sum (t - mean t)(x - mean x) / sum (t - mean t)^2
        growth = (x_last / x_first)^(1 / (t_last - t_first)) - 1
        percent per year = 100 change per year / x_first of two values; of three and more
                           100 slope / (the line's value at t_first)

    times: (n,) increasing. values: (n,), NaN = missing. Equal ends have growth 0, equal values 0
    percent, also at 0; growth needs both ends above 0, percent a base that is not 0.

    Source: COINr 1.1.14, CAGR and prc_change (per = 1).
    """
    there = ~np.isnan(values)
    t, x = times[there], values[there]
    n, available = len(x), float(there.mean()) if len(there) else 0.0
    if n == 0:
        return Trend(n, available)
    ends = (int(t[0]), int(t[-1]), float(x[0]), float(x[-1]))
    if n == 1:
        return Trend(n, available, *ends)
    years, first, last = float(t[-1] - t[0]), ends[2], ends[3]
    change = last - first
    slope = float((t - t.mean()) @ (x - x.mean()) / ((t - t.mean()) @ (t - t.mean())))
    growth = (last / first) ** (1 / years) - 1 if first > 0 and last > 0 else None
    return Trend(
        n,
        available,
        *ends,
        change,
        change / years,
        slope,
        0.0 if first == last else growth,
        _percent(t, x, slope),
    )


def _percent(t: Floats, x: Floats, slope: float) -> float | None:
    if (x == x[0]).all():
        return 0.0
    base = float(x[0]) if len(x) == 2 else float(x.mean() - slope * (t.mean() - t[0]))
    return 100.0 * slope / base if base != 0 else None
