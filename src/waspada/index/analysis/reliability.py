"""Do the indicators of a group measure one thing: Cronbach's alpha, McDonald's omega."""

from __future__ import annotations

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.correlation import correlate
from waspada.index.analysis.table import CODE, cell, groups_at, values_of
from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Unfit
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

MOST_ROUNDS = 2000

HEYWOOD = 1e-4
"""A loading this near to 1 explains its indicator in full."""


def pairwise_covariance(values: Floats) -> Floats:
    """(k, k) covariances with n - 1, each over the rows that have both values.

    values: (n_rows, k), NaN = missing. Raises Unfit where two columns share fewer than 2 rows.
    """
    there = ~np.isnan(values)
    shared = there.astype(float).T @ there.astype(float)
    if (few := np.flatnonzero((shared < 2).any(axis=1))).size:
        raise Unfit(
            "It shares fewer than 2 units with another indicator.",
            "Impute, or leave the indicator out.",
            columns=few,
        )
    if there.all():
        return np.atleast_2d(np.cov(values, rowvar=False))
    k = values.shape[1]
    found = np.empty((k, k))
    for i in range(k):
        for j in range(i, k):
            both = there[:, i] & there[:, j]
            x, y = values[both, i], values[both, j]
            found[i, j] = found[j, i] = (x - x.mean()) @ (y - y.mean()) / (both.sum() - 1)
    return found


def cronbach_alpha(values: Floats) -> float:
    """Cronbach's alpha: how far the sum of the indicators is one thing.

        alpha = k / (k - 1) (1 - sum_i c_ii / sum_ij c_ij),  c = pairwise covariances

    values: (n_rows, k), k >= 2, NaN = missing. At most 1; below 0 where the indicators work against
    each other.
    Raises Cannot for fewer than 2 indicators, or where the covariances do not sum to a positive
    number.

    Source: Cronbach, Psychometrika 16 (1951).
    """
    return _alpha(pairwise_covariance(_two(values)))


def _alpha(c: Floats) -> float:
    k, total = len(c), float(c.sum())
    if not total > 1e-14 * float(np.abs(c).sum()):
        raise Cannot(
            "The covariances do not sum to a positive number, so alpha does not exist.",
            "Check the directions of the indicators, and leave out constant ones.",
        )
    return k / (k - 1) * (1.0 - float(np.trace(c)) / total)


def standardised_alpha(values: Floats) -> float:
    """Alpha of the standardised indicators: k r / (1 + (k - 1) r), r = mean correlation.

    Raises Unfit for a constant indicator, Cannot where the correlations sum to less than 0.
    """
    return _alpha(_correlations(_two(values)))


def omega_total(values: Floats) -> float:
    """McDonald's omega under one common factor, on standardised indicators.

        omega = (sum l)^2 / ((sum l)^2 + sum (1 - l^2)),  l = loadings on the factor

    Loadings by unweighted least squares (minres) on the correlations, diagonal left out.
    values: (n_rows, k), k >= 3, NaN = missing (pairwise correlations).
    Raises Cannot for fewer than 3 indicators (two leave the loadings open), Unfit for a constant
    one, Cannot where a loading reaches 1 (Heywood case).

    Source: McDonald, Test Theory (1999), chapter 6; Harman and Jones, Psychometrika 31 (1966).
    """
    if values.shape[1] < 3:
        raise Cannot("Omega needs three indicators.", "Use alpha.")
    loadings = one_factor(_correlations(values))
    common = float(loadings.sum()) ** 2
    return common / (common + float((1.0 - loadings**2).sum()))


def one_factor(r: Floats) -> Floats:
    """(k,) loadings of one factor on a correlation matrix, within -1 and 1, their sum >= 0.

    min_l sum_(i<j) (r_ij - l_i l_j)^2
    """
    from scipy.optimize import least_squares

    pairs = np.triu_indices(len(r), 1)
    eigenvalues, vectors = np.linalg.eigh(r)
    start = 0.9 * vectors[:, -1] * np.sqrt(eigenvalues[-1] / len(r))
    found = least_squares(
        lambda loadings: (np.outer(loadings, loadings) - r)[pairs],
        start, bounds=(-1.0, 1.0), xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=MOST_ROUNDS,
    )  # fmt: skip
    if not found.success:
        raise Cannot("No common factor was found.", "Use alpha; look at the correlations.")
    loadings = np.asarray(found.x, dtype=float)
    if np.abs(loadings).max() > 1.0 - HEYWOOD:
        raise Cannot(
            "One indicator would be explained in full by the common factor (Heywood case), so "
            "omega does not exist.",
            "Use alpha; look whether the group holds more than one thing.",
        )
    return loadings * (1.0 if loadings.sum() >= 0 else -1.0)


def _two(values: Floats) -> Floats:
    if values.shape[1] < 2:
        raise Cannot("Reliability needs two indicators.", "Look at groups of two or more.")
    return values


def _correlations(values: Floats) -> Floats:
    r = correlate(values, values).r
    if (undefined := np.flatnonzero(np.isnan(np.diag(r)))).size:
        raise Unfit(
            "The same value for all units, or fewer than 3 values, has no correlation.",
            "Leave the indicator out.",
            columns=undefined,
        )
    if np.isnan(r).any():
        raise Unfit(
            "Over the units it shares with another indicator it has no correlation.",
            "Impute, or leave the indicator out.",
            columns=np.flatnonzero(np.isnan(r).any(axis=1)),
        )
    return r


def reliability_tables(
    framework: Framework, table: IndicatorTable, scores: Floats | None = None, *, level: int = 1
) -> tuple[Detail, Detail]:
    """Alpha, standardised alpha and omega of the children of every node; alpha without each child.

    A group belongs to the level of its highest child, 1 = indicators only. What does not exist is
    an empty cell, with the reason in the last column.
    """
    rows: list[tuple[object, ...]] = []
    deleted: list[tuple[object, ...]] = []
    for node, codes in groups_at(framework, level):
        values = values_of(framework, table, scores, codes)
        cells: list[float | None] = []
        problems: list[str] = []
        for measure in (cronbach_alpha, standardised_alpha, omega_total):
            try:
                cells.append(cell(measure(values)))
            except Cannot as fault:
                cells.append(None)
                named = ", ".join(codes[k] for k in getattr(fault, "columns", ()))
                problem = f"{named}: {fault.problem}" if named else fault.problem
                problems += [] if problem in problems else [problem]
        rows.append((node, len(codes), *cells, " ".join(problems)))
        deleted += _deleted(node, codes, values)
    header = ("group", "n_indicators", "alpha", "standardised_alpha", "omega", "problem")
    return (
        Detail("reliability", header, tuple(rows)),
        Detail(
            "reliability_if_deleted",
            ("group", CODE, "alpha_without", "correlation_with_rest", "problem"),
            tuple(deleted),
        ),
    )


def _deleted(group: str, codes: tuple[str, ...], values: Floats) -> list[tuple[object, ...]]:
    """Alpha without each child, and its correlation with the mean of the others."""
    rows: list[tuple[object, ...]] = []
    for k, code in enumerate(codes):
        rest = np.delete(values, k, axis=1)
        try:
            alpha = cell(cronbach_alpha(rest))
            problem = ""
        except Cannot as fault:
            alpha, problem = None, fault.problem
        with_rest = None
        if rest.shape[1]:
            mean = rest.mean(axis=1)[:, None]  # NaN where one is missing: another sum of others
            with_rest = cell(float(correlate(values[:, [k]], mean).r[0, 0]))
        rows.append((group, code, alpha, with_rest, problem))
    return rows
