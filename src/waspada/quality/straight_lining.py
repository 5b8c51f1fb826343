"""Straight-lining: the same place of the list of choices ticked again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.quality.honest import MISSING, Asked
from waspada.quality.model import Cells, Finding, Measure

FEWEST_CHOICES = 4
"""Yes-or-no items are skipped: two places are ticked in a row by everybody."""

FEWEST_ITEMS = 8
RARE = 0.05
"""A run counts as long where at most this share of honest people have one as long."""


def longest_runs(cells: Cells, asked: Asked) -> NDArray[np.intp]:
    """Longest run of one place, in the order of the questionnaire.

        run_i = run_(i-1) + 1  if item i is ticked at the place of item i-1,  else 1

    cells: (..., m) categories. Items with fewer than FEWEST_CHOICES scored choices are passed
    over; a blank ends a run. Returns (...,); 0 for nothing but blanks.
    Source: Johnson, J. Research in Personality 39 (2005), "longstring".
    """
    items = np.flatnonzero(asked.n_categories >= FEWEST_CHOICES)
    run = np.zeros(cells.shape[:-1], dtype=np.int16)
    longest, last = run.copy(), np.full(run.shape, MISSING, dtype=np.int8)
    for i in items:
        place = asked.position[i, cells[..., i]]
        place = np.where(cells[..., i] == MISSING, np.int8(MISSING), place)
        ticked = place != MISSING
        run = np.where(ticked, np.where(place == last, run + 1, 1), 0).astype(np.int16)
        longest, last = np.maximum(longest, run), place
    return longest.astype(np.intp)


def judge_straight_lining(cells: Cells, honest: Cells, asked: Asked) -> Finding | None:
    """Share of people with a long run, against honest people.

    cells: (n, m); honest: (sets, n, m). None where too few items have enough choices.
    """
    if (asked.n_categories >= FEWEST_CHOICES).sum() < FEWEST_ITEMS:
        return None
    expected_runs = longest_runs(honest, asked)
    long = long_run(expected_runs)
    involved = longest_runs(cells, asked) >= long
    by_chance = (expected_runs >= long).sum(axis=1)
    n, count = len(cells), int(involved.sum())
    return Finding(
        Measure.STRAIGHT_LINING,
        count / n,
        float(by_chance.mean() / n),
        tail(count, by_chance),
        involved,
        involved,
    )


def long_run(runs: NDArray[np.intp]) -> int:
    """Shortest length that at most RARE of honest people reach; else the longest they reach."""
    reached = np.bincount(runs.reshape(-1))[::-1].cumsum()[::-1] / runs.size
    rare = np.flatnonzero(reached <= RARE)
    return int(rare[0]) if len(rare) else len(reached) - 1


def tail(observed: float, by_chance: NDArray[np.generic]) -> float:
    """(1 + draws at least as high) / (1 + draws): never 0, never too small."""
    return float((1 + int((by_chance >= observed).sum())) / (1 + len(by_chance)))
