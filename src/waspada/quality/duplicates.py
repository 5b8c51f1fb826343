"""Duplicates: answer vectors that are equal, or all but equal, more often than by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.quality.agreement_of_pairs import Pairs

LEAST_EXCESS = 2.0
"""Equal answers count only where two people at these levels would not be equal anyway."""


def duplicate_links(pairs: Pairs, items: int) -> NDArray[np.bool_]:
    """(sets, n, n) equal up to one answer in 24 (rounded down, never fewer than one)."""
    allowed = max(1, items // 24)
    links: NDArray[np.bool_] = (pairs.differing <= allowed) & (pairs.excess >= LEAST_EXCESS)
    return links


def linked_people(links: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(sets, n) who is linked to anybody."""
    return np.asarray(links.any(axis=2), dtype=bool)
