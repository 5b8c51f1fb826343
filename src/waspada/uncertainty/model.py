"""Replicates and intervals."""

from __future__ import annotations

from dataclasses import dataclass

from waspada.index.model import Counts, Flags, Floats


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
class MeetingEffect:
    """What it does to the index that people of one meeting resemble each other.

    Arrays are (n_regions, n_lines): one line where two meetings or more may be told apart, else
    one per assumed correlation; the other lines are NaN.
    observed: (n_regions,) whether the effect was measured. meetings: (n_regions,) told apart.
    correlation: between two people of a meeting. design_effect: variance with meetings over
    variance without. df, lower, upper: of the interval that allows for it.
    """

    observed: Flags
    meetings: Counts
    correlation: Floats
    design_effect: Floats
    df: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Intervals:
    """Arrays are (n_regions, places). lower, upper: 0..100, NaN without an interval.

    standard_error: linearised. inflation: factor in it that makes up for gaps and for groups in
    which nobody differs; 1 without either.
    """

    lower: Floats
    upper: Floats
    df: Floats
    standard_error: Floats
    inflation: Floats
