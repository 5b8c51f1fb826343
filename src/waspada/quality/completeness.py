"""Completeness: how many of the asked cells carry a score, and why the others do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import Responses
from waspada.instrument.model import Instrument, MissingKind
from waspada.quality.model import Completeness

KINDS: tuple[MissingKind | None, ...] = (None, *MissingKind)
"""Order of the columns of `Completeness.cells`; None is a scored answer."""


def measure_completeness(responses: Responses, instrument: Instrument) -> Completeness:
    """Count the asked cells of each region by kind.

    Items that are not asked of people (facts, published scores) have no cells.
    """
    table = kind_table(instrument)
    n_regions = len(responses.regions)
    cells = np.zeros((n_regions, len(KINDS)), dtype=np.int64)
    first_cell = responses.region * len(KINDS)
    for column, item in enumerate(instrument.items):
        if not item.evidence.is_asked:
            continue
        kind = table[column, responses.choice[:, column]]
        cells += np.bincount(first_cell + kind, minlength=cells.size).reshape(cells.shape)
    n_responses = np.bincount(responses.region, minlength=n_regions).astype(np.int64)
    return Completeness(n_responses=n_responses, cells=cells)


def kind_table(instrument: Instrument) -> NDArray[np.int64]:
    """(n_items, most choices + 1) position in KINDS of each choice; the last column is BLANK,
    so that the position -1 finds it."""
    width = max((len(scale.choices) for scale in instrument.scales), default=0) + 1
    table = np.full((len(instrument.items), width), KINDS.index(MissingKind.BLANK))
    for row, item in enumerate(instrument.items):
        for column, choice in enumerate(instrument.scale_of(item).choices):
            table[row, column] = KINDS.index(choice.missing)
    return table
