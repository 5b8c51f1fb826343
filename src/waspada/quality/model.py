"""What quality says about the answers: enough of them, and how complete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MINIMUM_RESPONSES = 5
"""No number may rest on fewer responses than this; see docs/method/quality.md."""


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
