"""Straight-lining: the same place of the list of choices ticked again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.quality.honest import MISSING, Asked
from waspada.quality.model import Cells, Finding, Flags, Measure
from waspada.quality.standing_out import count_people

FEWEST_CHOICES = 4
"""Yes-or-no items are passed over: two places are ticked in a row by everybody."""

FEWEST_ITEMS = 8

RARE_RUN = 0.01
"""A run is long where at most this share of honest people has one as long, at any place. Rarer
than for the other measures: neighbouring questions of one battery belong together in ways that no
model of a whole questionnaire holds."""


def longest_runs(cells: Cells, asked: Asked) -> NDArray[np.int16]:
    """Longest run of each place, in the order of the questionnaire.

        run_i(k) = run_(i-1)(k) + 1  if item i is ticked at place k,  else 0

    cells: (..., m) categories. Items with fewer than FEWEST_CHOICES scored choices are passed
    over; a blank ends a run. Returns (..., places).
    Source: Johnson, Journal of Research in Personality 39 (2005), "longstring".
    """
    items = np.flatnonzero(asked.n_categories >= FEWEST_CHOICES)
    places = np.arange(asked.position.max(initial=0) + 1, dtype=np.int8)
    run = np.zeros((len(places), *cells.shape[:-1]), dtype=np.int16)
    longest, at = run.copy(), places.reshape(-1, *([1] * (cells.ndim - 1)))
    for i in items:
        answer = cells[..., i]
        place = np.where(answer == MISSING, np.int8(MISSING), asked.position[i, answer])
        run += 1
        run *= place == at
        np.maximum(longest, run, out=longest)
    return np.moveaxis(longest, 0, -1)


def long_runs(honest: NDArray[np.int16], items: int) -> NDArray[np.intp]:
    """(places,) shortest run that at most RARE_RUN / places of honest people reach.

    Where they reach the whole questionnaire more often than that, a run over all of it says
    nothing about honesty: the length is items + 1, which nobody has.
    honest: (..., places).
    """
    flat = honest.reshape(-1, honest.shape[-1])
    lengths = np.arange(1, items + 2)
    reached = np.stack([(flat >= k).mean(axis=0) for k in lengths])
    rare = reached <= RARE_RUN / flat.shape[1]
    return np.asarray(lengths[rare.argmax(axis=0)], dtype=np.intp)


def judge_straight_lining(
    cells: Cells, honest: Cells, joined: NDArray[np.intp], asked: Asked
) -> Finding | None:
    """Share of people with a long run, against honest people.

    cells: (n, m); honest: (sets, size, m). None where too few items have enough choices.
    """
    items = int((asked.n_categories >= FEWEST_CHOICES).sum())
    if items < FEWEST_ITEMS:
        return None
    by_chance = longest_runs(honest, asked)
    long = long_runs(by_chance, items)
    involved: Flags = np.any(longest_runs(cells, asked) >= long, axis=-1)
    others: Flags = np.any(by_chance >= long, axis=-1)
    return count_people(Measure.STRAIGHT_LINING, involved, involved, others, joined)
