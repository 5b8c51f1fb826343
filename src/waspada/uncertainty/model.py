"""Replicates and intervals."""

from __future__ import annotations

from dataclasses import dataclass

from waspada.index.model import Floats


@dataclass(frozen=True)
class Replicates:
    """What resampling said. Last axis `places`: items, then nodes, as in the tree.

    nodes: (n_replicates, n_regions, n_nodes) scores; NaN where the region has none.
    standard_error: (n_regions, places) sample sd over the replicates; NaN where undefined.
    driver_covariance: (n_regions, n_items, n_items) covariance of the attributions.
    with_gaps: replicates in which some group had no scored answer left to an item it answered.
    refused: replicates in which some node that has a score fell to its missing-data rule.
    """

    nodes: Floats
    standard_error: Floats
    driver_covariance: Floats
    with_gaps: int
    refused: int

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True)
class Intervals:
    """Arrays are (n_regions, places). lower, upper: 0..100, NaN without an interval.

    standard_error: that of the replicates times `inflation` (>= 1), which makes up for gaps.
    """

    lower: Floats
    upper: Floats
    df: Floats
    standard_error: Floats
    inflation: Floats
