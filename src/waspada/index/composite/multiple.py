"""Missing values drawn from a joint normal distribution, and what they add to a variance.

The way of Honaker and King: the units are weighted at random, mean and covariance are estimated
by EM under these weights, and every missing value is drawn given the unit's measured ones. m such
tables carry the uncertainty of what was not measured into anything computed from them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

from waspada.index.composite.recipe import Cannot
from waspada.index.model import Floats

MOST_ROUNDS = 2000
CLOSE_ENOUGH = 1e-9
"""EM ends when no mean or covariance moves by more, in standard deviations and correlations."""

NEARLY_DETERMINED = 1e-10
"""Smallest eigenvalue of a usable correlation matrix."""


def conditional_means(x: Floats, *, ridge: float = 0.0) -> Floats:
    """Each gap filled with its expectation given what is measured in its row.

        x_missing = mu_m + S_mo S_oo^-1 (x_o - mu_o)

    mu, S: maximum likelihood under a joint normal distribution, by EM.
    x: (n, p), NaN = missing; p = 1 gives the mean. ridge: see `fit_normal`. Returns (n, p).
    Raises Cannot where the distribution cannot be estimated.

    Source: Dempster, Laird, Rubin (1977); Little and Rubin, Statistical Analysis with Missing Data.
    """
    centre, spread = _scale(x)
    z = (x - centre) / spread
    means, covariances = fit_normal(z, np.ones((1, len(x))), ridge=ridge)
    filled = _complete(z, means, covariances, None)[0]
    return np.where(np.isnan(x), centre + spread * filled, x)


def draw_missing(
    x: Floats,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    seed: int,
    imputations: int,
    ridge: float = 0.0,
) -> Floats:
    """Each gap drawn `imputations` times given what is measured in its row.

        w_i ~ Exp(1);  mu, S by EM under weights w;  x_missing ~ N(mu_m + S_mo S_oo^-1 (x_o - mu_o),
                                                                  S_mm - S_mo S_oo^-1 S_om)

    The random weights (Bayesian bootstrap) carry the error of mu and S into the draws.
    x: (n, p), NaN = missing. rows, columns: names; a draw depends on (seed, row, column, number of
    the imputation) and not on the order of rows or on how many imputations are asked for.
    Returns (imputations, n, p), measured values as they are.
    Raises Cannot where the distribution cannot be estimated.

    Source: Honaker and King, What to do about missing values in time-series cross-section data,
    AJPS 54 (2010); Rubin, The Bayesian bootstrap, Annals of Statistics 9 (1981).
    """
    centre, spread = _scale(x)
    z = (x - centre) / spread
    weights = -np.log(np.column_stack([_uniform(seed, imputations, row) for row in rows]))
    means, covariances = fit_normal(z, weights, ridge=ridge)
    noise = np.zeros((imputations, *x.shape))
    for row, column in zip(*np.nonzero(np.isnan(x)), strict=True):
        noise[:, row, column] = _normal(seed, imputations, rows[row], columns[column])
    drawn = _complete(z, means, covariances, noise)
    return np.where(np.isnan(x), centre + spread * drawn, x)


def fit_normal(x: Floats, weights: Floats, *, ridge: float = 0.0) -> tuple[Floats, Floats]:
    """Mean and covariance of a joint normal distribution from rows with gaps, by EM.

    x: (n, p), near mean 0 and standard deviation 1, NaN = missing; empty rows say nothing.
    weights: (m, n) above 0, one estimate per row of weights. ridge: 0 .. 1, the share by which the
    covariance is drawn towards independence in each round; 0 = maximum likelihood.
    Returns (m, p) and (m, p, p).
    Raises Cannot where fewer than p + 2 rows have a value, where EM does not settle, or where
    indicators determine each other.
    """
    x, weights = x[~np.isnan(x).all(axis=1)], weights[:, ~np.isnan(x).all(axis=1)]
    n, p = x.shape
    if n < p + 2:
        raise Cannot(
            f"{n} units have values, too few for a joint distribution of {p} indicators.",
            f"{p + 2} are needed: impute within a lower level, or by column or group.",
        )
    share = weights / weights.sum(axis=1, keepdims=True)
    means = np.zeros((len(weights), p))
    covariances = np.broadcast_to(np.eye(p), (len(weights), p, p)).copy()
    patterns = _patterns(x)
    for _ in range(MOST_ROUNDS):
        new_means, new_covariances = _round(x, share, means, covariances, patterns)
        own = np.einsum("kii->ki", new_covariances)[..., None] * np.eye(p)
        new_covariances = (1.0 - ridge) * new_covariances + ridge * own
        moved = max(
            float(np.abs(new_means - means).max()),
            float(np.abs(new_covariances - covariances).max()),
        )
        means, covariances = new_means, new_covariances
        if moved < CLOSE_ENOUGH:
            _check_spread(covariances)
            return means, covariances
        if not math.isfinite(moved):
            break
    _check_spread(covariances)
    raise Cannot(
        f"The joint distribution of {p} indicators does not settle in {MOST_ROUNDS} rounds.",
        "Too much is missing together: give a ridge such as 0.01, or impute by column or group.",
    )


def combine_rubin(
    estimates: Floats, variances: Floats, *, complete_df: float = math.inf
) -> tuple[Floats, Floats, Floats]:
    """One estimate from those of m completed tables, with the variance of what was missing.

        T = W + (1 + 1/m) B,   df = (m - 1) (1 + W / ((1 + 1/m) B))^2

    estimates, variances: (m, ...) of each table, m >= 2; variances >= 0, zero where the estimate
    would be exact if nothing were missing. W: mean of the variances; B: variance of the
    estimates, divisor m - 1. complete_df: degrees of freedom if nothing were missing; with it df
    never exceeds what complete data would give (Barnard and Rubin).
    Returns estimate, variance, df, each (...,); df is `complete_df` where B = 0.

    Source: Rubin, Multiple Imputation for Nonresponse in Surveys (1987); Barnard and Rubin,
    Small-sample degrees of freedom with multiple imputation, Biometrika 86 (1999).
    """
    m = len(estimates)
    if m < 2:
        raise ValueError(f"{m} completed table; a variance between tables needs 2.")
    if np.shape(estimates) != np.shape(variances) or np.any(np.asarray(variances) < 0):
        raise ValueError("variances need the shape of the estimates and must not be negative.")
    within = np.mean(variances, axis=0)
    between = (1.0 + 1.0 / m) * np.var(estimates, axis=0, ddof=1)
    total = within + between
    missing = between / np.where(total > 0, total, 1.0)
    with np.errstate(divide="ignore"):
        df = np.where(missing > 0, (m - 1) / missing**2, np.inf)
        if math.isfinite(complete_df):
            observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - missing)
            df = np.where(missing > 0, 1 / (1 / df + 1 / observed), complete_df)
    return np.mean(estimates, axis=0), total, df


# EM -----------------------------------------------------------------------------------------------


def _patterns(x: Floats) -> list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
    """Rows that miss the same columns: (rows, missing columns, measured columns)."""
    gaps, pattern = np.unique(np.isnan(x), axis=0, return_inverse=True)
    return [
        (np.flatnonzero(pattern.reshape(-1) == k), np.flatnonzero(gap), np.flatnonzero(~gap))
        for k, gap in enumerate(gaps)
    ]


def _regression(
    covariances: Floats, missing: NDArray[np.intp], measured: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Slopes (m, n_missing, n_measured) and remaining covariance of the missing on the measured."""
    s_mm = covariances[:, missing[:, None], missing]
    if not measured.size:
        return np.zeros((len(covariances), len(missing), 0)), s_mm
    s_om = covariances[:, measured[:, None], missing]
    s_oo = covariances[:, measured[:, None], measured]
    try:
        slopes = np.swapaxes(np.linalg.solve(s_oo, s_om), 1, 2)
    except np.linalg.LinAlgError as error:
        raise _determined() from error
    return slopes, s_mm - slopes @ s_om


def _round(
    x: Floats,
    share: Floats,
    means: Floats,
    covariances: Floats,
    patterns: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]],
) -> tuple[Floats, Floats]:
    """One round of EM: expected values and squares, then their weighted mean and covariance."""
    expected = np.repeat(x[None], len(means), axis=0)
    extra = np.zeros_like(covariances)
    for rows, missing, measured in patterns:
        if not missing.size:
            continue
        slopes, rest = _regression(covariances, missing, measured)
        away = x[rows[:, None], measured] - means[:, None, measured]
        expected[:, rows[:, None], missing] = means[:, None, missing] + away @ np.swapaxes(
            slopes, 1, 2
        )
        weight = share[:, rows].sum(axis=1)[:, None, None]
        extra[:, missing[:, None], missing] += weight * rest
    new_means = np.einsum("kn,knp->kp", share, expected)
    away = expected - new_means[:, None]
    new_covariances = np.swapaxes(away * share[..., None], 1, 2) @ away + extra
    return new_means, (new_covariances + np.swapaxes(new_covariances, 1, 2)) / 2


def _complete(x: Floats, means: Floats, covariances: Floats, noise: Floats | None) -> Floats:
    """(m, n, p): gaps at their expectation, plus a draw of what remains where there is noise."""
    filled = np.repeat(x[None], len(means), axis=0)
    for rows, missing, measured in _patterns(x):
        if not missing.size:
            continue
        slopes, rest = _regression(covariances, missing, measured)
        away = x[rows[:, None], measured] - means[:, None, measured]
        value = means[:, None, missing] + away @ np.swapaxes(slopes, 1, 2)
        if noise is not None:
            try:
                root = np.linalg.cholesky(rest)
            except np.linalg.LinAlgError as error:
                raise _determined() from error
            value = value + noise[:, rows[:, None], missing] @ np.swapaxes(root, 1, 2)
        filled[:, rows[:, None], missing] = value
    return filled


def _check_spread(covariances: Floats) -> None:
    if not np.isfinite(covariances).all():
        raise _determined()
    own = np.sqrt(np.einsum("kii->ki", covariances))
    if not (own > 0).all():
        raise _determined()
    correlations = covariances / (own[:, :, None] * own[:, None, :])
    if np.linalg.eigvalsh(correlations).min() < NEARLY_DETERMINED:
        raise _determined()


def _determined() -> Cannot:
    return Cannot(
        "Some of the indicators determine each other exactly, so their joint distribution is flat.",
        "Take one of them out, give a ridge such as 0.01, or impute by column or group.",
    )


def _scale(x: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of what is measured in each column."""
    there = ~np.isnan(x)
    count = there.sum(axis=0)
    centre = np.where(there, x, 0.0).sum(axis=0) / np.maximum(count, 1)
    spread = np.sqrt(np.where(there, (x - centre) ** 2, 0.0).sum(axis=0) / np.maximum(count, 1))
    least = np.where(there, x, np.inf).min(axis=0, initial=np.inf)
    most = np.where(there, x, -np.inf).max(axis=0, initial=-np.inf)
    if not (least < most).all():
        raise Cannot(
            "One of the indicators has no value, or the same value everywhere; it has no joint "
            "distribution with the others.",
            "Take it out, or impute its part of the framework by column or group.",
        )
    return centre, spread


# Chance -------------------------------------------------------------------------------------------


def _words(seed: int, count: int, *names: str) -> NDArray[np.uint64]:
    """(count, 2) words; the first ones do not depend on how many are asked for."""
    label = "\0".join((str(seed), "impute", *names))
    key = int.from_bytes(blake2b(label.encode(), digest_size=16).digest(), "little")
    raw = Philox(key=key, counter=0).random_raw(2 * count)
    return np.asarray(raw, dtype=np.uint64).reshape(count, 2)


def _open(words: NDArray[np.uint64]) -> Floats:
    """Words as numbers in (0, 1)."""
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _uniform(seed: int, count: int, *names: str) -> Floats:
    return _open(_words(seed, count, *names)[:, 0])


def _normal(seed: int, count: int, *names: str) -> Floats:
    """Standard normal numbers, by Box and Muller."""
    u = _open(_words(seed, count, *names))
    return np.asarray(np.sqrt(-2.0 * np.log(u[:, 0])) * np.cos(2.0 * np.pi * u[:, 1]))
