"""Contradictory pairs: items of one node, asked in opposite directions, answered against sense."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from waspada.instrument.model import Instrument
from waspada.quality.honest import MISSING, Asked
from waspada.quality.model import Cells, Finding, Measure
from waspada.quality.straight_lining import RARE, tail

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


def contradictions(
    cells: Cells, asked: Asked, pairs: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(...,) contradictory pairs and answered pairs of each person.

    cells: (..., m) categories. A pair with a blank is no answered pair.
    """
    contradictory = np.zeros(cells.shape[:-1], dtype=np.intp)
    answered = contradictory.copy()
    for i, j in pairs:
        a, b = cells[..., i], cells[..., j]
        both = (a != MISSING) & (b != MISSING)
        apart = np.abs(asked.scores[i, a] - asked.scores[j, b]) >= POINTS
        contradictory += both & apart
        answered += both
    return contradictory, answered


def judge_contradiction(
    cells: Cells, honest: Cells, asked: Asked, pairs: NDArray[np.intp]
) -> Finding | None:
    """Share of answered pairs that contradict, against honest people of the lowest usual
    correlation. honest: (sets, n, m). None with fewer than FEWEST_PAIRS pairs."""
    if len(pairs) < FEWEST_PAIRS:
        return None
    found, answered = contradictions(cells, asked, pairs)
    if not answered.sum():
        return None
    chance_found, chance_answered = contradictions(honest, asked, pairs)
    share = found.sum() / answered.sum()
    by_chance = chance_found.sum(axis=1) / np.maximum(chance_answered.sum(axis=1), 1)
    each = found / np.maximum(answered, 1)
    usual = np.quantile(chance_found / np.maximum(chance_answered, 1), 1.0 - RARE)
    return Finding(
        Measure.CONTRADICTION,
        float(share),
        float(by_chance.mean()),
        tail(float(share), by_chance),
        found > 0,
        each > usual,
    )
