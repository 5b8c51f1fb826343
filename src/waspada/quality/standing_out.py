"""From "who stands out" to a finding: how many would among as many honest people?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.quality.model import Finding, Flags, Measure

RARE = 0.05
"""A person stands out where at most this share of honest people does as much."""


def tail(observed: float, by_chance: NDArray[np.int64]) -> float:
    """(1 + draws at least as high) / (1 + draws): never 0, never too small."""
    return float((1 + int((by_chance >= observed).sum())) / (1 + len(by_chance)))


def count_people(
    measure: Measure,
    involved: Flags,
    aside: Flags,
    honest: Flags,
    joined: NDArray[np.intp],
) -> Finding:
    """The share of people who stand out, against honest regions of the same size.

    involved, aside: (n,) who stands out, and whom a rerun leaves out. honest: (sets, size) the
    same of honest people. joined: (draws, parts) which sets make up one honest region.
    """
    people = honest.sum(axis=1)[joined].sum(axis=1)
    count = int(involved.sum())
    expected = float(people.mean() / (honest.shape[1] * joined.shape[1]))
    return Finding(measure, count / len(involved), expected, tail(count, people), involved, aside)
