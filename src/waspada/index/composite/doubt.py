"""Benefit of the doubt: every unit weighed as it would like best, within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Siblings, Unfit, Weighed
from waspada.index.model import Floats


def benefit_of_the_doubt(
    values: Floats, *, lower_share: float = 0.0, upper_share: float = 1.0, common: bool = False
) -> tuple[Floats, Floats]:
    """Score of each unit under the weights that suit it best, and these weights.

        max_w  sum_r w_r x_ir   so that  sum_r w_r x_jr <= 1 for every unit j,  w_r >= 0,
        lower_share <= w_r x_ir / sum_s w_s x_is <= upper_share

    common: one set of weights for all, the one with the highest mean score; the shares are then
    those of the mean unit.
    values: (n_rows, n_columns), >= 0, larger = better. lower_share, upper_share: bounds on the
    part of a unit's score that comes from one column, 0 <= lower <= 1/k <= upper <= 1.
    Returns scores (n_rows,) in 0 .. 1, and weights (n_rows, n_columns), >= 0. The best unit under
    any weights scores 1. Scores are unique; the weights behind a score need not be.
    Raises Cannot or Unfit for missing or negative values, a row or column of zeros, bounds that
    cannot be kept, a 0 in a unit that has to give every column a share.

    Source: Melyn and Moesen (1991); Cherchye, Moesen, Rogge, Van Puyenbroeck, "An introduction to
    'benefit of the doubt' composite indicators", Social Indicators Research 82 (2007).
    """
    _check(values, lower_share, upper_share)
    x = values / values.max(axis=0)  # one scale for the solver; undone below
    if common:
        weights = np.tile(_best(x.mean(axis=0), x, lower_share, upper_share), (len(x), 1))
    else:
        _check_zeros(x, lower_share, upper_share)
        weights = np.array([_best(row, x, lower_share, upper_share) for row in x])
    scores = np.clip((weights * x).sum(axis=1), 0.0, 1.0)
    return scores, weights / values.max(axis=0)


def _best(own: Floats, x: Floats, lower: float, upper: float) -> Floats:
    """Weights with the highest score of `own`, no unit of x above 1."""
    from scipy.optimize import linprog

    k = len(own)
    limits, bounds = [x], [np.ones(len(x))]
    if lower > 0:
        limits.append(lower * np.tile(own, (k, 1)) - np.diag(own))
    if upper < 1:
        limits.append(np.diag(own) - upper * np.tile(own, (k, 1)))
    bounds += [np.zeros(k)] * (len(limits) - 1)
    found = linprog(
        -own, A_ub=np.vstack(limits), b_ub=np.concatenate(bounds), bounds=(0, None), method="highs"
    )
    if found.status != 0:
        raise Cannot(
            f"The linear program of a unit has no solution ({found.message}).",
            "Widen lower_share and upper_share.",
        )
    weights: Floats = np.maximum(np.asarray(found.x, dtype=float), 0.0)
    return weights


def _check(values: Floats, lower: float, upper: float) -> None:
    k = values.shape[1]
    if not 0.0 <= lower <= upper <= 1.0 or lower * k > 1 + 1e-12 or upper * k < 1 - 1e-12:
        raise Cannot(
            f"Shares of {k} siblings cannot all lie between {lower:g} and {upper:g}.",
            f"lower_share is at most {1 / k:.4g}, upper_share at least {1 / k:.4g}.",
        )
    if (missing := np.isnan(values)).any():
        raise Unfit(
            "A missing value cannot be weighed.",
            "Impute first.",
            columns=np.flatnonzero(missing.any(axis=0)),
            rows=np.flatnonzero(missing.any(axis=1)).tolist(),
        )
    if (values < 0).any():
        raise Unfit(
            "Benefit of the doubt knows no negative values.",
            "Normalise to a range that starts at 0 or above first.",
            columns=np.flatnonzero((values < 0).any(axis=0)),
            rows=np.flatnonzero((values < 0).any(axis=1)).tolist(),
        )
    if (empty := np.flatnonzero(values.max(axis=0) == 0)).size:
        raise Unfit("All values are 0.", "Leave the indicator out.", columns=empty)
    if (nothing := np.flatnonzero(values.max(axis=1) == 0)).size:
        raise Cannot(
            "All values of a unit are 0, so no weights suit it better than others.",
            "Normalise to a range that starts above 0, for example 1 to 100.",
            rows=nothing.tolist(),
        )


def _check_zeros(x: Floats, lower: float, upper: float) -> None:
    """A column at 0 has share 0: below a lower bound, and the others must make up for it."""
    zeros = (x == 0).sum(axis=1)
    stuck = (zeros > 0) & ((lower > 0) | ((x.shape[1] - zeros) * upper < 1 - 1e-12))
    if stuck.any():
        raise Cannot(
            "A unit with 0 in an indicator cannot keep the bounds on shares.",
            "Normalise to a range that starts above 0, for example 1 to 100.",
            rows=np.flatnonzero(stuck).tolist(),
        )


class CannotDoubt(Cannot):
    """As Cannot, among the children of a node. children: positions of those concerned."""

    def __init__(self, fault: Cannot, children: tuple[int, ...], rows: tuple[int, ...]) -> None:
        super().__init__(fault.problem, fault.remedy, rows=rows)
        self.children = children


def own_scores(
    children: Floats,
    weights: Floats,
    *,
    lower_share: float = 0.0,
    upper_share: float = 1.0,
    **_: Any,
) -> Floats:
    """Score of each unit under the weights that suit it best, as `benefit_of_the_doubt`.

    children: (..., n_units, n_children) >= 0; a unit has all or none of them. weights: broadcast
    with children; a child of weight 0 does not count, otherwise they play no part.
    Returns (..., n_units) in 0 .. 1; NaN for a unit without any child. Raises CannotDoubt.
    """
    spread = np.broadcast_to(weights, children.shape)
    result = np.full(children.shape[:-1], np.nan)
    for place in np.ndindex(*children.shape[:-2]):
        counts = np.flatnonzero(spread[place][0] > 0)
        own = children[place][:, counts]
        there = np.flatnonzero(~np.isnan(own).all(axis=1))
        if not there.size:
            continue
        try:
            scores, _weights = benefit_of_the_doubt(
                own[there], lower_share=lower_share, upper_share=upper_share
            )
        except Cannot as fault:
            columns = getattr(fault, "columns", range(len(counts)))
            concerned = tuple(int(counts[column]) for column in columns)
            raise CannotDoubt(fault, concerned, tuple(there[list(fault.rows)].tolist())) from fault
        result[(*place, there)] = scores
    return result


def mean_doubt(
    siblings: Siblings, *, lower_share: float, upper_share: float, common: bool, **_: object
) -> Weighed:
    """Mean over the units of their weights, each unit's scaled to sum 1; see `RECIPES`."""
    if len(siblings.codes) == 1:
        return Weighed((1.0,))
    scores, weights = benefit_of_the_doubt(
        siblings.values(), lower_share=lower_share, upper_share=upper_share, common=common
    )
    shares = weights / weights.sum(axis=1, keepdims=True)
    times = siblings.table.times
    detail = Detail(
        "benefit_of_the_doubt",
        ("group", "uCode", *(() if times is None else ("Time",)), "iCode", "score", "weight"),
        tuple(
            (
                siblings.label,
                unit,
                *(() if times is None else (times[row],)),
                code,
                float(scores[row]),
                float(shares[row, k]),
            )
            for row, unit in enumerate(siblings.table.units)
            for k, code in enumerate(siblings.codes)
        ),
    )
    return Weighed(tuple(map(float, shares.mean(axis=0))), (detail,))
