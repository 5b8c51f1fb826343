"""Contradictory pairs: items of one node, asked in opposite directions, answered against sense."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from waspada.instrument.model import Instrument
from waspada.quality.honest import MISSING, Asked
from waspada.quality.model import Cells, Finding, Measure
from waspada.quality.standing_out import RARE, count_people

POINTS = 75.0
"""Turned scores this far apart contradict each other."""

FEWEST_PAIRS = 3


def opposite_pairs(instrument: Instrument, asked: Asked) -> NDArray[np.intp]:
    """(pairs, 2) places in `asked` of items of one node with opposite direction."""
    items = [instrument.item_by_code[code] for code in asked.codes]
    found = [
        (i, j)
        for i, j in combinations(range(len(items)), 2)
        if items[i].node == items[j].node and items[i].direction != items[j].direction
    ]
    return np.array(found, dtype=np.intp).reshape(-1, 2)


def contradictions(cells: Cells, asked: Asked, pairs: NDArray[np.intp]) -> NDArray[np.intp]:
    """(...,) each person's number of pairs whose turned scores lie POINTS or more apart.

    cells: (..., m) categories. A pair with a blank contradicts nothing.
    """
    found = np.zeros(cells.shape[:-1], dtype=np.intp)
    for i, j in pairs:
        a, b = cells[..., i], cells[..., j]
        apart = np.abs(asked.scores[i, a] - asked.scores[j, b]) >= POINTS
        found += apart & (a != MISSING) & (b != MISSING)
    return found


def judge_contradiction(
    cells: Cells,
    honest: Cells,
    joined: NDArray[np.intp],
    asked: Asked,
    pairs: NDArray[np.intp],
) -> Finding | None:
    """Share of people with many contradictory pairs, against honest people.

    Many: more than 1 - RARE of honest people have. cells: (n, m); honest: (sets, size, m).
    None with fewer than FEWEST_PAIRS pairs.
    """
    if len(pairs) < FEWEST_PAIRS:
        return None
    by_chance = contradictions(honest, asked, pairs)
    usual = np.quantile(by_chance, 1.0 - RARE, method="higher")
    involved = contradictions(cells, asked, pairs) > usual
    return count_people(Measure.CONTRADICTION, involved, involved, by_chance > usual, joined)
