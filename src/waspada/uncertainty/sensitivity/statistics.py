"""What many draws say together: statistics of scores and ranks per unit.

Arrays are (n_units, n_draws). A draw that failed is NaN in every unit, rank 0; statistics are
taken over the draws in which a unit has a score, and say how many those are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.index.model import Counts, Floats

TIE = 1e-12
"""Scores closer than this share of the largest score of a draw share a rank: the arithmetic
cannot tell them apart."""

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are reported."""

FIRST = (1, 3, 5, 10)
"""Ranks k for which the share of draws with rank <= k is reported."""

ROWS_AT_ONCE = 1_024
"""Draws ranked together; bounds the memory of sorting."""

Ranks = NDArray[np.int32]


@dataclass(frozen=True)
class Spread:
    """Per unit, over the draws in which it has a score. Arrays are (n_units,), NaN where n = 0.

    n: draws. quantiles: (n_units, n_levels) at LEVELS, R's type 7.
    """

    n: Counts
    mean: Floats
    sd: Floats
    quantiles: Floats


def rank_draws(scores: Floats) -> Ranks:
    """Competition ranks inside each draw, 1 = highest.

        rank_i = 1 + #{ j: s_j > s_i + t },   t = TIE max |s|

    scores: (n_units, n_draws) unrounded, NaN = no score. Returns the same shape, 0 = no score.
    Draws are sorted in chunks; only those that hold scores as close as t are searched.
    """
    n_units, n_draws = scores.shape
    ranks = np.empty((n_units, n_draws), dtype=np.int32)
    for first in range(0, n_draws, ROWS_AT_ONCE):
        chunk = np.ascontiguousarray(scores[:, first : first + ROWS_AT_ONCE].T)
        ranks[:, first : first + ROWS_AT_ONCE] = _rank_rows(chunk).T
    return ranks


def _rank_rows(scores: Floats) -> Ranks:
    """(n_draws, n_units) -> the same shape."""
    n_draws, n_units = scores.shape
    order = np.argsort(-scores, axis=1)
    ranks = np.empty((n_draws, n_units), dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, n_units + 1, dtype=np.int32)[None, :], axis=1)
    descending = np.take_along_axis(scores, order, axis=1)
    tie = tie_of(scores, axis=1)
    with np.errstate(invalid="ignore"):
        ties = (descending[:, :-1] - descending[:, 1:] <= tie[:, None]).any(axis=1)
    for row in np.flatnonzero(ties):
        scored = scores[row][~np.isnan(scores[row])]
        higher = len(scored) - np.searchsorted(
            np.sort(scored), scores[row] + tie[row], side="right"
        )
        ranks[row] = higher + 1
    ranks[np.isnan(scores)] = 0
    return ranks


def tie_of(scores: Floats, *, axis: int) -> Floats:
    """Below which difference scores tie; along the axis of units."""
    there: Floats = np.where(np.isnan(scores), 0.0, scores)
    low, high = there.min(axis=axis, initial=0.0), there.max(axis=axis, initial=0.0)
    tie: Floats = TIE * np.maximum(-low, high)
    return tie


def spread_of_scores(scores: Floats) -> Spread:
    """Mean, sample sd and quantiles of every unit. scores: (n_units, n_draws)."""
    scored = ~np.isnan(scores)
    n = scored.sum(axis=1)
    if n.size and (n == n[0]).all() and (scored == scored[0]).all():
        return _spread(scores if n[0] == scores.shape[1] else scores[:, scored[0]], n)
    parts = [
        _spread(row[keep][None, :], keep.sum()[None])
        for row, keep in zip(scores, scored, strict=True)
    ]
    return _joined(parts)


def _spread(scores: Floats, n: Counts) -> Spread:
    """scores: (n_units, n) without gaps."""
    count = scores.shape[1]
    nothing = np.full(len(scores), np.nan)
    if not count:
        return Spread(n, nothing, nothing, np.full((len(scores), len(LEVELS)), np.nan))
    mean = scores.mean(axis=1)
    sd = scores.std(axis=1, ddof=1) if count > 1 else nothing
    return Spread(n, mean, sd, quantiles(scores, LEVELS))


def _joined(parts: Sequence[Spread]) -> Spread:
    return Spread(
        np.concatenate([part.n for part in parts]),
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.sd for part in parts]),
        np.concatenate([part.quantiles for part in parts]),
    )


def quantiles(values: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles along the last axis, linear between order statistics (type 7 of R).

        q(p) = x_(j) + g (x_(j+1) - x_(j)),   h = p (n - 1), j = floor(h), g = h - j, x_(0) lowest

    values: (..., n) without NaN, n >= 1. Returns (..., n_levels).

    Source: Hyndman and Fan, Sample quantiles in statistical packages (1996), definition 7.
    """
    n = values.shape[-1]
    places = [level * (n - 1) for level in levels]
    lower = [int(place) for place in places]
    upper = [min(place + 1, n - 1) for place in lower]
    ordered = np.partition(values, sorted({*lower, *upper}), axis=-1)
    share = np.array(places) - np.array(lower)
    below, above = ordered[..., lower], ordered[..., upper]
    found: Floats = below + share * (above - below)
    return found


def count_ranks(ranks: Ranks) -> Counts:
    """How often each unit has each rank: (n_units, n_units), rank 1 in column 0.

    ranks: (n_units, n_draws), 0 = no rank; such draws are not counted.
    """
    n_units = len(ranks)
    counts = np.empty((n_units, n_units), dtype=np.int64)
    for unit, row in enumerate(ranks):
        counts[unit] = np.bincount(row, minlength=n_units + 1)[1:]
    return counts


def spread_of_ranks(counts: Counts) -> Spread:
    """Mean, sample sd and quantiles of ranks from how often each occurred (`count_ranks`)."""
    n = counts.sum(axis=1)
    places = np.arange(1, counts.shape[1] + 1, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = counts @ places / n
        squares = (counts * (places - mean[:, None]) ** 2).sum(axis=1)
        sd = np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)
    found = np.full((len(counts), len(LEVELS)), np.nan)
    cumulative = counts.cumsum(axis=1)
    for column, level in enumerate(LEVELS):
        place = level * (n - 1)
        lower = np.floor(place).astype(np.int64)
        below = _order_statistic(cumulative, lower)
        above = _order_statistic(cumulative, np.minimum(lower + 1, n - 1))
        found[:, column] = np.where(n > 0, below + (place - lower) * (above - below), np.nan)
    return Spread(n, mean, sd, found)


def _order_statistic(cumulative: Counts, place: Counts) -> Floats:
    """Rank at each place (0 = lowest) of the ordered draws of each unit."""
    found: Floats = 1.0 + (cumulative <= place[:, None]).sum(axis=1)
    return found


def share_within(counts: Counts, first: Sequence[int] = FIRST) -> Floats:
    """Share of draws with rank <= k, (n_units, len(first)); NaN for a unit without a rank."""
    cumulative = counts.cumsum(axis=1)
    columns = [min(k, counts.shape[1]) - 1 for k in first]
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = cumulative[:, columns] / cumulative[:, -1:]
    return share


def share_above(scores: Floats) -> Floats:
    """Share of draws in which unit i scores higher than unit j, and no tie.

    scores: (n_units, n_draws). Returns (n_units, n_units) over the draws in which both have a
    score; NaN on the diagonal and where there is no such draw. P(i above j) + P(j above i) <= 1,
    the rest are ties.
    """
    n_units = len(scores)
    scored = ~np.isnan(scores)
    both = scored.astype(float) @ scored.T.astype(float)
    above = np.empty((n_units, n_units))
    level = scores + tie_of(scores, axis=0)
    for unit in range(n_units):
        with np.errstate(invalid="ignore"):
            above[unit] = (scores[unit] > level).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = above / both
    np.fill_diagonal(share, np.nan)
    return share


def rank_within_times(scores: Floats, times: Sequence[int] | None) -> Ranks:
    """`rank_draws`, each time on its own. scores: (n_rows, n_draws)."""
    if times is None or len(set(times)) == 1:
        return rank_draws(scores)
    ranks = np.zeros(scores.shape, dtype=np.int32)
    when = np.array(times)
    for time in np.unique(when):
        rows = np.flatnonzero(when == time)
        ranks[rows] = rank_draws(scores[rows])
    return ranks
