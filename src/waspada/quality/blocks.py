"""Coordinated blocks: people whose answers agree too well, also where some answers were changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.quality.agreement_of_pairs import Pairs

CHANCE_LINKS = 0.25
"""Links that honest people of one set show on average."""


def link_threshold(honest: Pairs) -> float:
    """The excess that honest pairs pass CHANCE_LINKS times per set. honest: (sets, n, n)."""
    sets, n, _ = honest.excess.shape
    upper = honest.excess[:, *np.triu_indices(n, k=1)].reshape(-1)
    kept = max(1, round(CHANCE_LINKS * sets))
    return float(np.partition(upper, -kept)[-kept])


def block_links(pairs: Pairs, threshold: float) -> NDArray[np.bool_]:
    """(sets, n, n) pairs that agree more than `threshold`."""
    links: NDArray[np.bool_] = pairs.excess > threshold
    return links
