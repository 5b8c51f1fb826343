"""What the scores mean, as arrays; publication turns them into tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from waspada.index.model import Floats
from waspada.instrument.model import CategoryRule


@dataclass(frozen=True)
class Ranks:
    """Ranks of the regions at one node; 0 where a region has no score, or no rank set.

    rank: (n_regions,) 1 = highest score. lower, upper: marginal 95 % confidence set.
    pairs: (higher, lower) positions whose difference is real, simultaneously for all pairs.
    taking_part: positions of the regions with a set. drawn: (their number, n_replicates) scores in
    replicates, with the spread of the standard error.
    """

    rank: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    pairs: tuple[tuple[int, int], ...] = ()
    taking_part: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    drawn: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def together(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rank sets with all pairs tested at once: (n_regions,) lower and upper, 0 without a set.

        If N- regions are higher and N+ lower among `pairs`, the rank lies in [1 + N-, n - N+].
        """
        has_set = self.lower > 0
        higher, lower = np.zeros((2, len(self.rank)), dtype=np.int64)
        for high, low in self.pairs:
            higher[low] += 1
            lower[high] += 1
        return (
            np.where(has_set, 1 + higher, 0),
            np.where(has_set, int(has_set.sum()) - lower, 0),
        )

    @classmethod
    def without_sets(cls, rank: NDArray[np.int64]) -> Ranks:
        """Ranks of scores whose error nobody knows."""
        return cls(rank, np.zeros_like(rank), np.zeros_like(rank))


@dataclass(frozen=True)
class Categories:
    """Category of each region at the root.

    category: (n_regions,) position of the band, -1 where none may be named.
    probability: (n_regions, n_bands) share of the replicates in each band, NaN without replicates.
    cut_offs: (n_bands + 1,) in points of the index, as used for the estimate.
    flags: per region, why no category may be named.
    probability_held: like `probability`, with the cut-offs kept at those of the estimate.
    """

    rule: CategoryRule
    category: NDArray[np.int64]
    probability: Floats
    cut_offs: Floats
    flags: tuple[tuple[str, ...], ...]
    probability_held: Floats


@dataclass(frozen=True)
class PreviousWord:
    """What an earlier round said of a region: the word it had, and the one by the line."""

    word: str
    by_line: str


@dataclass(frozen=True)
class Words:
    """The word each region has, after hysteresis. Arrays are (n_regions,), positions of bands.

    word: -1 where none may be named. by_line: what the cut-offs alone say. kept: the word of the
    earlier round stands although the line says another. line_up, line_down: points by which the
    score would have to rise, or fall, for the word by the line to change; word_up, word_down: for
    the word it has. NaN where nothing within 0..100 would change it, or none is named.
    """

    word: NDArray[np.int64]
    by_line: NDArray[np.int64]
    kept: NDArray[np.bool_]
    line_up: Floats
    line_down: Floats
    word_up: Floats
    word_down: Floats


@dataclass(frozen=True)
class Drivers:
    """Points by which items move each region's index away from the reference.

    contribution, lower, upper: (n_regions, n_items); each row of contributions sums to
    index - reference. `joined_*`: (n_regions,) the items in `hidden` taken together.
    hidden: (n_regions, n_items) items not shown one by one. shown: (n_regions,) regions with
    drivers at all. headline: (n_regions, n_items) the few strongest; `rest_*` all others together,
    `total_*` all items: index - reference.
    """

    contribution: Floats
    lower: Floats
    upper: Floats
    joined: Floats
    joined_lower: Floats
    joined_upper: Floats
    rest: Floats
    rest_lower: Floats
    rest_upper: Floats
    total: Floats
    total_lower: Floats
    total_upper: Floats
    headline: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    reference: str


@dataclass(frozen=True)
class Changes:
    """Change of every score between two rounds. Arrays are (n_regions, n_nodes).

    difference: after - before, in points; NaN where a score is missing. lower, upper: its 95 %
    interval. p_value, q_value: of the test that the change is no larger than `minimum_effect`, and
    the same adjusted for all tests made. direction: +1 rose, -1 fell, 0 within the error.
    tested: where there is a test at all; elsewhere the numbers are NaN and the direction 0.
    """

    difference: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    q_value: Floats
    direction: NDArray[np.int64]
    tested: NDArray[np.bool_]
    minimum_effect: float
    rate: float
