"""What the scores mean, as arrays; publication turns them into tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.index.model import Floats
from waspada.instrument.model import CategoryRule


@dataclass(frozen=True)
class Ranks:
    """Ranks of the regions at one node; 0 where a region has no score, or no rank set.

    rank: (n_regions,) 1 = highest score. lower, upper: marginal 95 % confidence set.
    pairs: (higher, lower) positions whose difference is real, simultaneously for all pairs.
    """

    rank: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    pairs: tuple[tuple[int, int], ...] = ()

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
    """

    rule: CategoryRule
    category: NDArray[np.int64]
    probability: Floats
    cut_offs: Floats
    flags: tuple[tuple[str, ...], ...]


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
