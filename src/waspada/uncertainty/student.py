"""Quantiles of Student's t and the normal distribution.

scipy knows them too, but importing it costs more time than the whole first result; the tests
hold these against scipy.
"""

from __future__ import annotations

from functools import cache
from math import lgamma, pi
from statistics import NormalDist

import numpy as np

from waspada.index.model import Floats

SERIES_FROM = 2000.0
"""Degrees of freedom from which the series around the normal quantile is the better one."""


def normal_quantile(level: float) -> float:
    """z with P(-z < Z < z) = level."""
    return NormalDist().inv_cdf((1.0 + level) / 2.0)


def t_quantile(df: Floats, level: float) -> Floats:
    """t with P(-t < T < t) = level.

    df: (...,) >= 1, inf allowed; NaN gives NaN. level: in (0, 1). Accurate to 1e-9 relative.
    """
    shape, flat = np.shape(df), np.asarray(df, dtype=float).reshape(-1)
    distinct, back = np.unique(flat, return_inverse=True)
    t = np.full(len(distinct), np.nan)
    many, few = distinct >= SERIES_FROM, distinct < SERIES_FROM
    t[many] = _series(distinct[many], normal_quantile(level))
    t[few] = _newton(distinct[few], level)
    return t[back].reshape(shape)


def _series(df: Floats, z: float) -> Floats:
    """Cornish-Fisher expansion of t around the normal quantile; error of order df^-3."""
    return z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)


def _newton(df: Floats, level: float) -> Floats:
    """Newton's method on P(-t < T < t) = level.

    It starts at the normal quantile, left of the root of a concave function, so it approaches
    from one side and cannot overshoot.
    """
    t = np.full(len(df), normal_quantile(level))
    for _ in range(60):
        step = (level - _central(t, df)) / (2.0 * _density(t, df))
        t = t + step
        if np.all(np.abs(step) <= 1e-12 * t):
            break
    return t


def _log_constant(df: Floats) -> Floats:
    """log of Gamma((df + 1) / 2) / (sqrt(pi) Gamma(df / 2))."""
    return np.array([lgamma((v + 1) / 2) - lgamma(v / 2) - 0.5 * np.log(pi) for v in df])


def _density(t: Floats, df: Floats) -> Floats:
    log = _log_constant(df) - 0.5 * np.log(df) - (df + 1) / 2 * np.log1p(t * t / df)
    return np.exp(log)


def _central(t: Floats, df: Floats) -> Floats:
    """P(-t < T < t) = 2 c integral_0^theta cos(u)^(df - 1) du, t = sqrt(df) tan(theta)."""
    nodes, weights = _legendre()
    theta = np.arctan(t / np.sqrt(df))
    u = theta[:, None] * (nodes + 1.0) / 2.0
    log = _log_constant(df)[:, None] + (df - 1.0)[:, None] * np.log(np.cos(u))
    return theta * (np.exp(log) @ weights)


@cache
def _legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(96)
    return nodes, weights
