"""Weights from people's judgement: budget allocation and pairwise comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Siblings, Unfit, Weighed
from waspada.index.model import Floats

RANDOM_INDEX = (
    *(0.0, 0.0, 0.58, 0.90, 1.12),
    *(1.24, 1.32, 1.41, 1.45, 1.49),
    *(1.51, 1.48, 1.56, 1.57, 1.59),
)
"""Saaty's mean consistency index of random matrices of 1, 2, ... 15 rows (1980, table 1.4)."""

MOST_INCONSISTENT = 0.1
"""Consistency ratio up to which Saaty calls judgements consistent enough."""

RECIPROCAL_WITHIN = 0.05
"""How far a_ij a_ji may be from 1: people write 0.33 for a third and 0.13 for an eighth."""


def mean_points(points: Floats, *, total: float | None) -> tuple[Floats, Floats]:
    """Weights and disagreement from the points experts gave.

        w_i = mean_e p_ie / sum_j p_je,   cv_i = sd_e / mean_e of these shares (n - 1)

    points: (n_codes, n_experts), each >= 0. total: what every expert had to give away; None where
    each may have given another total.
    Returns (n_codes,) weights, sum 1, and (n_codes,) coefficients of variation, NaN with a single
    expert or a mean of 0.
    Raises Cannot for missing or negative points, and for an expert whose points sum to 0 or not to
    `total`.

    Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), budget allocation.
    """
    if not np.isfinite(points).all():
        raise Cannot("Points are missing.", "Give points of every expert for every sibling.")
    if (points < 0).any():
        raise Cannot("Points are negative.", "Points are 0 or more.")
    sums = points.sum(axis=0)
    if (sums == 0).any():
        raise Cannot(
            f"Expert {int(np.argmin(sums)) + 1} gave no point to any sibling.",
            "Leave the expert out, or enter the points.",
        )
    if total is not None and (wrong := np.flatnonzero(np.abs(sums - total) > 1e-6 * total)).size:
        raise Cannot(
            f"The points of expert {wrong[0] + 1} sum to {sums[wrong[0]]:g} and not to {total:g}.",
            "Correct the points, set total, or set it to null where totals may differ.",
        )
    shares = points / sums
    weights = shares.mean(axis=1)
    if points.shape[1] == 1:
        return weights, np.full(len(weights), np.nan)
    spread = shares.std(axis=1, ddof=1)
    return weights, np.divide(spread, weights, out=np.full(len(weights), np.nan), where=weights > 0)


def budget_allocation(
    siblings: Siblings, *, points: Mapping[str, Any], total: float | None, **_: object
) -> Weighed | None:
    """Mean of the experts' points per sibling; None where nobody gave points here."""
    given = [code for code in siblings.codes if code in points]
    if not given:
        return None
    if len(given) < len(siblings.codes):
        raise Unfit(
            "Its siblings have points and it has none.",
            "Give points to all siblings; 0 is a number of points.",
            columns=[k for k, code in enumerate(siblings.codes) if code not in points],
        )
    table = _rectangle([points[code] for code in siblings.codes])
    weights, variation = mean_points(table, total=total)
    detail = Detail(
        "budget_allocation",
        ("group", "code", "weight", "coefficient_of_variation", "n_experts"),
        tuple(
            (siblings.label, code, float(w), None if np.isnan(cv) else float(cv), table.shape[1])
            for code, w, cv in zip(siblings.codes, weights, variation, strict=True)
        ),
    )
    return Weighed(tuple(map(float, weights)), (detail,))


@dataclass(frozen=True)
class Priorities:
    """weights: (n,), sum 1. eigenvalue: the largest one, >= n. ratio: Saaty's consistency ratio,
    0 = fully consistent; NaN for fewer than 3 rows, which cannot be inconsistent."""

    weights: Floats
    eigenvalue: float
    ratio: float


def priorities(comparisons: Floats) -> Priorities:
    """Weights from a matrix of pairwise comparisons.

        A w = lambda_max w,  CI = (lambda_max - n) / (n - 1),  CR = CI / RI_n

    comparisons: (n, n), n <= 15; a_ij = how many times i counts more than j, > 0; a_ji = 1 / a_ij.
    The upper triangle is used, the lower one checked.
    Raises Cannot where the matrix is no such one.

    Source: Saaty, The Analytic Hierarchy Process (1980), chapters 1 and 3.
    """
    a = np.asarray(comparisons, dtype=float)
    n = len(a)
    if a.shape != (n, n):
        raise Cannot("The comparisons are no square.", "Give a row and a column per sibling.")
    if n > len(RANDOM_INDEX):
        raise Cannot(
            f"{n} siblings are compared; the consistency ratio is known up to 15.",
            "Split the group.",
        )
    if not (np.isfinite(a).all() and (a > 0).all()):
        raise Cannot(
            "A comparison is missing, 0 or negative.", "Each says how many times: above 0."
        )
    if (off := np.argwhere(np.abs(a * a.T - 1.0) > RECIPROCAL_WITHIN)).size:
        i, j = off[0]
        raise Cannot(
            f"Row {i + 1}, column {j + 1} says {a[i, j]:g}, the other way round {a[j, i]:g}.",
            "One must be 1 divided by the other; 1 on the diagonal.",
        )
    upper = np.triu(a, 1)
    lower = np.divide(1.0, upper.T, out=np.zeros_like(a), where=upper.T > 0)
    values, vectors = np.linalg.eig(upper + lower + np.eye(n))
    largest = int(np.argmax(values.real))
    weights = np.abs(vectors[:, largest].real)
    eigenvalue = float(values[largest].real)
    index = (eigenvalue - n) / (n - 1) if n > 2 else 0.0
    ratio = max(index, 0.0) / RANDOM_INDEX[n - 1] if n > 2 else float("nan")
    return Priorities(weights / weights.sum(), eigenvalue, ratio)


def ahp(
    siblings: Siblings,
    *,
    comparisons: Mapping[str, Any],
    accept_inconsistent: bool,
    **_: object,
) -> Weighed | None:
    """Principal eigenvector of the comparisons of a node's children; None where none are given."""
    if siblings.node is None or siblings.node not in comparisons:
        return None
    matrix = _rectangle(comparisons[siblings.node])
    if len(matrix) != len(siblings.codes):
        raise Cannot(
            f'"{siblings.node}" has {len(siblings.codes)} children and {len(matrix)} rows of '
            "comparisons.",
            f"Give one row each, in this order: {', '.join(siblings.codes)}.",
        )
    found = priorities(matrix)
    notes: tuple[str, ...] = ()
    if found.ratio > MOST_INCONSISTENT:
        said = f"The consistency ratio is {found.ratio:.3f}, above {MOST_INCONSISTENT:g}"
        if not accept_inconsistent:
            raise Cannot(
                f"{said}: the comparisons contradict each other.",
                "Ask again, or set accept_inconsistent: true.",
            )
        notes = (f"{siblings.label}: {said[0].lower()}{said[1:]}; accepted by the method.",)
    detail = Detail(
        "ahp",
        ("group", "code", "weight", "largest_eigenvalue", "consistency_ratio"),
        tuple(
            (
                siblings.label,
                code,
                float(w),
                found.eigenvalue,
                None if np.isnan(found.ratio) else found.ratio,
            )
            for code, w in zip(siblings.codes, found.weights, strict=True)
        ),
    )
    return Weighed(tuple(map(float, found.weights)), (detail,), notes)


def _rectangle(rows: Any) -> Floats:
    """Rows of numbers, or of fractions as text ("1/3"), as an array."""
    if not isinstance(rows, list) or not all(isinstance(row, list) and row for row in rows):
        raise Cannot("A table of numbers is expected.", "Write [[1, 3], [1/3, 1]].")
    if len({len(row) for row in rows}) != 1:
        raise Cannot("The rows are not equally long.", "Give each row the same count of numbers.")
    return np.array([[_number(cell) for cell in row] for row in rows])


def _number(cell: Any) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    parts: Sequence[str] = str(cell).split("/")
    try:
        return float(parts[0]) / float(parts[1]) if len(parts) == 2 else float(cell)
    except (ValueError, TypeError, ZeroDivisionError):
        raise Cannot(f"{cell!r} is no number.", "Write 3, 0.5 or 1/3.") from None
