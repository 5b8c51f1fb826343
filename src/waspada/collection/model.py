"""Answers as received and matched to an instrument version: codes, never scores or persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.instrument.model import Instrument

BLANK = -1
"""Position in `Responses.choice` of an answer left empty."""

EVERYONE = "everyone"
"""Code of the single stratum when answers carry no element."""


TOLD_APART = 20
"""Answers from which on a meeting may be told from others."""


JOINT = "+"
"""Joins the codes of elements whose people drew from one bowl: "news_media+academics"."""


@dataclass(frozen=True)
class Responses:
    """Answers of n respondents.

    regions: codes of the regions that have responses, sorted.
    strata: codes of the elements, in the instrument's order; (EVERYONE,) without elements. Codes
    joined by JOINT follow them, for people of small elements who drew from one bowl: nobody knows
    who of them belongs to which, so they count as one element with the weight of all.
    region: (n,) position in `regions`.
    stratum: (n,) position in `strata`.
    choice: (n, n_items) position of the choice in its item's scale, BLANK where empty;
    columns follow `instrument.items`.
    meeting: (n,) number of the meeting, or 0 where it may not be told apart because it gave fewer
    than TOLD_APART answers; None where nothing is known of meetings.

    Rows carry no order that means anything: every consumer sorts or sums.
    """

    regions: tuple[str, ...]
    strata: tuple[str, ...]
    region: NDArray[np.intp]
    stratum: NDArray[np.intp]
    choice: NDArray[np.int16]
    meeting: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.region)


@dataclass(frozen=True)
class SetAside:
    """A row that --lenient left out. row: line in the file, counted as a spreadsheet shows it."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Received:
    """What reading a file gave: the responses, and everything that was not used, told once."""

    instrument: Instrument
    responses: Responses
    ignored_columns: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
