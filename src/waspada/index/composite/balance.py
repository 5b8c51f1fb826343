"""Weights chosen so that siblings correlate with their parent as wished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Siblings, Unfit, Weighed
from waspada.index.model import Floats

REACHED = 1e-6
"""Difference between wished and obtained share up to which a target counts as reached."""

MOST_EVALUATIONS = 500


def correlation_with(values: Floats, score: Floats) -> Floats:
    """(n_columns,) Pearson correlation of each column with a score, over the rows with both.

    Raises Unfit for a column, Cannot for a score, that is constant or has fewer than 3 rows.
    """
    there = ~np.isnan(values) & ~np.isnan(score)[:, None]
    n = there.sum(axis=0)
    x = np.where(there, values, 0.0)
    y = np.where(there, score[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.where(there, x - x.sum(axis=0) / n, 0.0)
        y = np.where(there, y - y.sum(axis=0) / n, 0.0)
        r: Floats = (x * y).sum(axis=0) / np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))
    span = np.where(there, values, -np.inf).max(axis=0) - np.where(there, values, np.inf).min(
        axis=0
    )
    undefined = np.flatnonzero((n < 3) | (span <= 0) | ~np.isfinite(r))
    if len(undefined):
        raise Unfit(
            "It has no correlation with the score above it: the same value for all units, or "
            "fewer than 3 values.",
            "Leave the indicator out, or weigh its siblings another way.",
            columns=undefined,
        )
    return r


def correlation_balanced(
    siblings: Siblings, *, targets: Mapping[str, Any], aim: str, **_: object
) -> Weighed:
    """Optimise weights of siblings (or of a whole level); see `RECIPES`."""
    codes = siblings.codes
    groups = _groups(siblings)
    if all(len(group) == 1 for group in groups):
        return Weighed((1.0,) * len(codes))
    wished = _wished(codes, targets)
    values = siblings.values()
    top = siblings.framework.node_codes.index(siblings.top)

    def correlations(w: Floats) -> Floats:
        weights = {**siblings.weights, **dict(zip(codes, map(float, w), strict=True))}
        return correlation_with(values, siblings.aggregated(weights)[:, top])

    def residuals(w: Floats) -> Floats:
        scales = np.array([w[group].sum() for group in groups])
        r = correlations(_scaled(w, groups))
        if aim == "maximise":
            return np.concatenate([np.sqrt(np.maximum(1.0 - r, 0.0)), scales - 1.0])
        if r.sum() <= 0:
            raise Cannot(
                "The correlations with the score above do not sum to a positive number.",
                "Check the directions of the indicators.",
            )
        return np.concatenate([r / r.sum() - wished, scales - 1.0])

    start = wished / np.nanstd(values, axis=0)
    best, cost = _least_squares(residuals, [_scaled(start, groups), _scaled(wished, groups)])
    weights = _scaled(best, groups)
    obtained = correlations(weights)
    shares = obtained / obtained.sum()
    worst = float(np.abs(shares - wished).max())
    notes: tuple[str, ...] = ()
    if aim == "balance" and worst > REACHED:
        notes = (
            f"{siblings.label}: no weights >= 0 bring all correlations to their targets; the "
            f"largest difference of a share is {worst:.3g}.",
        )
    detail = Detail(
        "correlation_balanced",
        ("group", "code", "weight", "correlation", "obtained_share", "wished_share", "objective"),
        tuple(
            (siblings.label, code, float(w), float(r), float(o), float(t), cost)
            for code, w, r, o, t in zip(codes, weights, obtained, shares, wished, strict=True)
        ),
    )
    return Weighed(tuple(map(float, weights)), (detail,), notes)


def _groups(siblings: Siblings) -> list[list[int]]:
    """Positions of the siblings of each parent."""
    found: dict[str | None, list[int]] = {}
    for place, code in enumerate(siblings.codes):
        found.setdefault(siblings.framework.parents[code], []).append(place)
    return list(found.values())


def _scaled(w: Floats, groups: list[list[int]]) -> Floats:
    """Weights with sum 1 in each group."""
    scaled = np.asarray(w, dtype=float).copy()
    for group in groups:
        total = scaled[group].sum()
        scaled[group] = scaled[group] / total if total > 0 else 1.0 / len(group)
    return scaled


def _wished(codes: tuple[str, ...], targets: Mapping[str, Any]) -> Floats:
    """Shares of the correlations, sum 1; equal where nothing is wished."""
    wished = np.array([float(targets.get(code, 1.0)) for code in codes])
    if not np.isfinite(wished).all() or (wished <= 0).any():
        raise Cannot("A target is not above 0.", "Give positive numbers; only ratios matter.")
    shares: Floats = wished / wished.sum()
    return shares


def _least_squares(
    residuals: Callable[[Floats], Floats], starts: list[Floats]
) -> tuple[Floats, float]:
    """Weights >= 0 with the smallest sum of squares, and that sum; the best of the starts."""
    from scipy.optimize import least_squares

    runs = [
        least_squares(
            residuals, start, bounds=(0.0, np.inf), method="trf",
            xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=MOST_EVALUATIONS,
        )
        for start in starts
    ]  # fmt: skip
    best = min(runs, key=lambda run: float(run.cost))
    return np.asarray(best.x, dtype=float), 2.0 * float(best.cost)
