"""What quality says about the answers: enough of them, how complete, how they were given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

MINIMUM_RESPONSES = 5
"""No number may rest on fewer responses than this; see docs/method/quality.md."""

FEWEST_TO_CHECK = 10
"""With fewer answers a region's own shares say too little about honest answering."""

LEVEL = 0.05
"""At most this share of honest regions gets any flag."""

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Cells = NDArray[np.int8]


class Measure(StrEnum):
    """What is looked at; a flag bears the same name."""

    INCOMPLETE = "incomplete"
    DONT_KNOW = "many_dont_know"
    STRAIGHT_LINING = "straight_lining"
    CONTRADICTION = "contradictory_pairs"
    DUPLICATES = "duplicate_answers"
    BLOCKS = "coordinated_blocks"


@dataclass(frozen=True)
class Completeness:
    """How the asked cells of each region were filled.

    n_responses: (n_regions,) all responses, also those without a single scored answer.
    cells: (n_regions, 5) cells by kind, in the order of KINDS; sums to responses x asked items.
    """

    n_responses: NDArray[np.int64]
    cells: NDArray[np.int64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(n_regions, 5) each row sums to 1, or is 0 in a region without cells."""
        total = self.cells.sum(axis=1, keepdims=True)
        shares: NDArray[np.float64] = self.cells / np.maximum(total, 1)
        return shares


@dataclass(frozen=True)
class Finding:
    """One measure on one region's answers.

    statistic: share 0..1; expected: its mean under honest answering; p: chance, under honest
    answering, of a share as high. involved: (n,) answers that make up the statistic; it stays in
    memory and serves the rerun without them. aside: (n,) those of them a rerun leaves out.
    A measure on cells (incomplete, don't know) involves no single answer: both are None.
    """

    measure: Measure
    statistic: float
    expected: float
    p: float
    involved: Flags | None = None
    aside: Flags | None = None

    @property
    def is_tellable(self) -> bool:
        """Whether it speaks of at least five answers, or of cells of all."""
        return self.involved is None or int(self.involved.sum()) >= MINIMUM_RESPONSES


@dataclass(frozen=True)
class Check:
    """A region's findings with what follows from them.

    adjusted: p of each finding after Holm over the region's findings. n: answers looked at.
    rows: (n,) places of the region's answers in `Responses`, in the order of `involved`.
    """

    region: str
    n: int
    rows: NDArray[np.intp]
    findings: tuple[Finding, ...]
    adjusted: tuple[float, ...]

    @property
    def flags(self) -> tuple[Measure, ...]:
        """Measures that no honest region would show; never on fewer than five answers."""
        return tuple(
            found.measure
            for found, p in zip(self.findings, self.adjusted, strict=True)
            if p <= LEVEL and found.is_tellable
        )

    @property
    def set_aside(self) -> Flags:
        """(n,) answers that a rerun without the flagged ones leaves out."""
        aside = np.zeros(len(self.rows), dtype=bool)
        for found in self.findings:
            if found.measure in self.flags and found.aside is not None:
                aside |= found.aside
        return aside
