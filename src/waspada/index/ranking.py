"""Competition ranks with ties by tolerance: 1 = highest, units that tie share the better place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from waspada.index.composite.model import Ties
from waspada.index.model import Floats

TIE = 1e-12
"""Scores closer than this share of the largest one share a rank: the arithmetic cannot tell them
apart."""


def competition_ranks(values: Floats, tie: float | Floats) -> NDArray[np.int64]:
    """Ranks of one column of unrounded values.

        rank_i = 1 + #{ j: x_j > x_i + tie_i }

    values: (n,), NaN = none. tie: >= 0, one for all or (n,). Returns (n,), 0 without a value.
    """
    there = ~np.isnan(values)
    ascending = np.sort(values[there])
    higher = len(ascending) - np.searchsorted(ascending, values + tie, side="right")
    return np.where(there, higher + 1, 0).astype(np.int64)


def tie_of(scores: Floats, *, axis: int) -> Floats:
    """Below which difference scores tie, TIE times the largest magnitude along an axis; 0 where
    there is no score."""
    there: Floats = np.where(np.isnan(scores), 0.0, scores)
    low, high = there.min(axis=axis, initial=0.0), there.max(axis=axis, initial=0.0)
    tie: Floats = TIE * np.maximum(-low, high)
    return tie


def rank_scores(
    scores: Floats, times: Sequence[int] | None = None, *, ties: Ties = Ties.SHARE
) -> NDArray[np.int64]:
    """Ranks of unrounded scores, 1 = highest; ties share the better place.

    scores: (n_rows,) or (n_rows, n_nodes), NaN = none. times: (n_rows,), each ranked by itself.
    ties: scores are equal when they differ by less than TIE times the largest absolute score of
    the time ("share"), or when they are the same number ("exact").
    Returns the same shape, 0 without a score.
    """
    if scores.ndim == 1:
        return rank_scores(scores[:, None], times, ties=ties)[:, 0]
    ranks = np.zeros(scores.shape, dtype=np.int64)
    when = np.zeros(len(scores)) if times is None else np.array(times)
    for time in sorted(set(when.tolist())):  # np.unique would load numpy.ma
        rows = np.flatnonzero(when == time)
        tie = tie_of(scores[rows], axis=0) * (ties == Ties.SHARE)
        for k in range(scores.shape[1]):
            ranks[rows, k] = competition_ranks(scores[rows, k], float(tie[k]))
    return ranks
