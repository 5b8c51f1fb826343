"""Skewness and kurtosis as spreadsheets and COINr print them (G1 and G2, "type 2")."""

from __future__ import annotations

import math

import numpy as np

from waspada.index.model import Counts, Floats

LEAST_FOR_SKEWNESS = 3
LEAST_FOR_KURTOSIS = 4


def skewness(x: Floats, axis: int = 0) -> Floats:
    """Skewness of a sample, corrected for its size.

        G1 = sqrt(n (n - 1)) / (n - 2)  x  m3 / m2^1.5,    m_k = mean of (x - mean)^k

    x: any shape, any unit; NaN = missing, left out. Returns the shape without `axis`: 0 for a
    symmetric sample, positive for a long right tail, |G1| <= sqrt(n). NaN where fewer than 3
    values are there or all are equal.

    Source: Joanes and Gill, Comparing measures of sample skewness and kurtosis, The Statistician
    47 (1998), type 2.
    """
    n, m2, m3, _ = _moments(x, axis)
    with np.errstate(all="ignore"):
        return np.where(
            (n >= LEAST_FOR_SKEWNESS) & (m2 > 0),
            m3 / m2**1.5 * np.sqrt(n * (n - 1.0)) / (n - 2.0),
            np.nan,
        )


def kurtosis(x: Floats, axis: int = 0) -> Floats:
    """Excess kurtosis of a sample, corrected for its size.

        G2 = (n - 1) / ((n - 2)(n - 3))  x  ((n + 1) (m4 / m2^2 - 3) + 6)

    x: any shape, any unit; NaN = missing, left out. Returns the shape without `axis`: near 0 for
    a normal sample, high for far outliers. NaN where fewer than 4 values are there or all are
    equal.

    Source: Joanes and Gill (1998), type 2.
    """
    n, m2, _, m4 = _moments(x, axis)
    with np.errstate(all="ignore"):
        excess = m4 / m2**2 - 3.0
        return np.where(
            (n >= LEAST_FOR_KURTOSIS) & (m2 > 0),
            ((n + 1.0) * excess + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)),
            np.nan,
        )


def shape(x: Floats) -> tuple[float, float]:
    """Skewness and kurtosis of one column without gaps, (n,); the fast way, same numbers."""
    n = len(x)
    if n < LEAST_FOR_SKEWNESS or x.min() == x.max():
        return math.nan, math.nan
    deviation = x - x.mean()
    deviation /= max(deviation.max(), -deviation.min())
    square = deviation * deviation
    m2, m3, m4 = square.sum() / n, (square @ deviation) / n, (square @ square) / n
    g1 = m3 / m2**1.5 * math.sqrt(n * (n - 1.0)) / (n - 2.0)
    if n < LEAST_FOR_KURTOSIS:
        return float(g1), math.nan
    g2 = ((n + 1.0) * (m4 / m2**2 - 3.0) + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
    return float(g1), float(g2)


def _moments(x: Floats, axis: int) -> tuple[Counts, Floats, Floats, Floats]:
    """Count and central moments 2 to 4, in units of the largest deviation.

    All moments are 0 where all values are equal: a mean that is off by one bit must not pass for
    a spread.
    """
    x = np.moveaxis(np.asarray(x, dtype=np.float64), axis, 0)
    there = ~np.isnan(x)
    n = there.sum(axis=0)
    least = np.where(there, x, np.inf).min(axis=0, initial=np.inf)
    most = np.where(there, x, -np.inf).max(axis=0, initial=-np.inf)
    with np.errstate(all="ignore"):
        mean = np.where(there, x, 0.0).sum(axis=0) / n
        deviation = np.where(there & (least < most), x - mean, 0.0)
        widest = np.abs(deviation).max(axis=0, initial=0.0)
        deviation /= np.where(widest > 0, widest, 1.0)
        square = deviation * deviation
        return (
            n,
            square.sum(axis=0) / n,
            (square * deviation).sum(axis=0) / n,
            (square * square).sum(axis=0) / n,
        )
