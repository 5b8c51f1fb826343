"""How far two people's answers agree, beyond what their levels make them agree anyway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.quality.honest import LEVELS, MISSING, Honest
from waspada.quality.model import Cells

LEAST_VARIANCE = 0.5
"""Of the number of matches; two people at the end of every scale must match, so their agreement
says nothing, however small its variance."""

Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Pairs:
    """(sets, n, n) of every two people of a set. excess: standardised agreement beyond what two
    honest people at these levels show. differing: items they answered differently. Nobody is
    paired with himself: -inf and the number of items plus one."""

    excess: Singles
    differing: Singles


def compare(cells: Cells, honest: Honest) -> Pairs:
    """Compare all pairs within each set.

        excess_ab = (matches_ab - E_ab) / sqrt(V_ab),
        E_ab = sum_i q_i,  V_ab = max(sum_i q_i (1 - q_i), 1/2),
        q_i = sum_k P_ik(level_a) P_ik(level_b)

    over the items that both answered; with blanks, E and V shrink in proportion.
    level: place on LEVELS where a person's answers are likeliest, under a standard normal prior.
    cells: (sets, n, m). Source: after Wollack, Applied Psychological Measurement 21 (1997),
    index omega, made symmetric.
    """
    sets, n, m = cells.shape
    width = honest.shares.shape[1]
    marks = (cells[..., None] == np.arange(width, dtype=np.int8)).astype(np.float32)
    marks = marks.reshape(sets, n, m * width)
    level = _levels(marks, honest)
    matches = marks @ marks.transpose(0, 2, 1)
    mean, deviation = _expected(honest)
    level_pair = level[:, :, None] * len(LEVELS) + level[:, None, :]
    expected = mean.take(level_pair)
    differing = np.float32(m) - matches
    if not (cells == MISSING).any():
        excess = (matches - expected) / deviation.take(level_pair)
    else:
        answered = (cells != MISSING).astype(np.float32)
        both = answered @ answered.transpose(0, 2, 1)
        each = answered.sum(axis=2)
        differing -= np.float32(m) - each[:, :, None] - each[:, None, :] + both
        both /= np.float32(m)
        spread = deviation.take(level_pair) * np.sqrt(both)
        np.maximum(spread, np.float32(np.sqrt(LEAST_VARIANCE)), out=spread)
        excess = (matches - expected * both) / spread
    oneself = np.arange(n)
    excess[:, oneself, oneself] = -np.inf
    differing[:, oneself, oneself] = m + 1
    return Pairs(excess, differing)


def _expected(honest: Honest) -> tuple[Singles, Singles]:
    """(levels x levels,) mean and standard deviation of the matches of two people, by level."""
    q = np.einsum("gik,hik->ghi", honest.chances, honest.chances)
    variance = np.maximum((q * (1.0 - q)).sum(axis=2), LEAST_VARIANCE)
    mean = q.sum(axis=2).astype(np.float32).reshape(-1)
    return mean, np.sqrt(variance).astype(np.float32).reshape(-1)


def _levels(marks: Singles, honest: Honest) -> NDArray[np.intp]:
    """(sets, n) place of each person on LEVELS."""
    chances = honest.chances
    logs = np.log(np.maximum(chances, 1e-6)).reshape(len(chances), -1).astype(np.float32)
    likelihood = marks @ logs.T - (LEVELS**2 / 2.0).astype(np.float32)
    return np.asarray(likelihood.argmax(axis=2), dtype=np.intp)


def repeats(linked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) who repeats another: all but the first of every group of people linked directly or
    through others. linked: (n, n), symmetric."""
    first = np.arange(len(linked))
    while True:
        nearest = np.where(linked, first[None, :], len(first)).min(axis=1, initial=len(first))
        lower = np.minimum(first, nearest)
        if (lower == first).all():
            return np.asarray(first != np.arange(len(first)), dtype=bool)
        first = lower
