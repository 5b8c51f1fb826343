"""Do the indicators of a group share one thing: principal components, KMO, Bartlett's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.table import CODE, cell, groups_at, values_of
from waspada.index.composite.model import Detail
from waspada.index.composite.principal import Components, principal_components
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Unfit
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

SINGULAR = 1e-10
"""Smallest eigenvalue of a correlation matrix that is not counted as 0."""


@dataclass(frozen=True)
class Adequacy:
    """Are the correlations worth summing up.

    kmo: Kaiser-Meyer-Olkin measure, 0 .. 1. each: (n_columns,) the same for single columns.
    chi_square, df, p: Bartlett's test that nothing correlates.
    """

    kmo: float
    each: Floats
    chi_square: float
    df: int
    p: float


def sampling_adequacy(values: Floats) -> Adequacy:
    """Kaiser-Meyer-Olkin measure and Bartlett's test of sphericity.

        KMO = sum r_ij^2 / (sum r_ij^2 + sum q_ij^2),  i != j,
        q_ij = -s_ij / sqrt(s_ii s_jj),  S = inverse of R
        chi^2 = -(n - 1 - (2 k + 5) / 6) ln det R,  df = k (k - 1) / 2

    values: (n_rows, n_columns); rows with a missing value are left out.
    Raises Cannot where R has no inverse: fewer rows than columns, or columns that follow from
    others; Unfit for a constant column.

    Source: Kaiser and Rice (1974); Bartlett (1950).
    """
    from scipy.special import chdtrc

    found = principal_components(values)
    n, k = len(found.rows), values.shape[1]
    if k < 2:
        raise Cannot("One indicator has no correlation.", "Look at groups of two or more.")
    smallest = float(found.eigenvalues[-1])
    if smallest < SINGULAR:
        raise Cannot(
            f"The {k} indicators carry less than {k} things over {n} full rows.",
            "Use more units than indicators, and no indicator that follows from others.",
        )
    r = (found.vectors * found.eigenvalues) @ found.vectors.T
    inverse = (found.vectors / found.eigenvalues) @ found.vectors.T
    scale = np.sqrt(np.diag(inverse))
    partial = inverse / np.outer(scale, scale)
    off = ~np.eye(k, dtype=bool)
    r2, q2 = np.where(off, r**2, 0.0), np.where(off, partial**2, 0.0)
    chi_square = -(n - 1 - (2 * k + 5) / 6) * float(np.log(found.eigenvalues).sum())
    df = k * (k - 1) // 2
    total = r2.sum() + q2.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        each: Floats = r2.sum(axis=1) / (r2.sum(axis=1) + q2.sum(axis=1))
    kmo = float(r2.sum() / total) if total > 0 else float("nan")
    return Adequacy(kmo, each, chi_square, df, float(chdtrc(df, max(chi_square, 0.0))))


def component_tables(
    framework: Framework, table: IndicatorTable, scores: Floats | None = None, *, level: int = 1
) -> tuple[Detail, ...]:
    """Principal components of the children of every node whose children stand at a level.

    Returns three tables: `components` (eigenvalue, share of the variance, cumulated), `loadings`
    (vector and correlation of each child with each component, the sum of a vector >= 0) and
    `adequacy` (KMO, Bartlett, each child's KMO). A group that cannot be analysed has one row in
    `adequacy` that says why.
    """
    components: list[tuple[object, ...]] = []
    loadings: list[tuple[object, ...]] = []
    adequacy: list[tuple[object, ...]] = []
    for node, codes in groups_at(framework, level):
        values = values_of(framework, table, scores, codes)
        try:
            found = principal_components(values)
        except Cannot as fault:
            adequacy.append(_refused(node, codes, None, fault))
            continue
        components += _components(node, found)
        loadings += _loadings(node, codes, found)
        try:
            adequate = sampling_adequacy(values)
        except Cannot as fault:
            adequacy.append(_refused(node, codes, len(found.rows), fault))
            continue
        adequacy += [
            (
                node, code, cell(one), cell(adequate.kmo), adequate.chi_square, adequate.df,
                adequate.p, len(found.rows), "",
            )
            for code, one in zip(codes, adequate.each, strict=True)
        ]  # fmt: skip
    return (
        Detail(
            "components",
            ("group", "component", "eigenvalue", "explained_share", "cumulated_share"),
            tuple(components),
        ),
        Detail("loadings", ("group", CODE, "component", "vector", "loading"), tuple(loadings)),
        Detail(
            "adequacy",
            ("group", CODE, "kmo_of_code", "kmo", "chi_square", "df", "p_value", "n_rows",
             "problem"),
            tuple(adequacy),
        ),
    )  # fmt: skip


def _components(group: str, found: Components) -> list[tuple[object, ...]]:
    shares = found.explained
    return [
        (group, k + 1, float(value), float(share), float(together))
        for k, (value, share, together) in enumerate(
            zip(found.eigenvalues, shares, np.cumsum(shares), strict=True)
        )
    ]


def _loadings(group: str, codes: tuple[str, ...], found: Components) -> list[tuple[object, ...]]:
    return [
        (group, code, k + 1, float(found.vectors[i, k]), float(found.loadings[i, k]))
        for i, code in enumerate(codes)
        for k in range(len(codes))
    ]


def _refused(
    group: str, codes: tuple[str, ...], n_rows: int | None, fault: Cannot
) -> tuple[object, ...]:
    named = ", ".join(codes[k] for k in fault.columns) if isinstance(fault, Unfit) else ""
    problem = f"{named}: {fault.problem}" if named else fault.problem
    return (group, "", None, None, None, None, None, n_rows, problem)
