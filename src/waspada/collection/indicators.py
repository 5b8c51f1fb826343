"""A table of measured indicators: one row per unit, or per unit and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class IndicatorTable:
    """Values of indicators. Rows are sorted by unit, then time.

    units: (n_rows,) codes. names: (n_rows,) as printed. times: (n_rows,) or None without a time;
    a unit has one row per time.
    indicators: (n_indicators,) codes, in the order of the framework.
    values: (n_rows, n_indicators), NaN = missing.
    groups: code -> (n_rows,) label of the group, "" where none. denominators: code -> (n_rows,).
    """

    units: tuple[str, ...]
    names: tuple[str, ...]
    indicators: tuple[str, ...]
    values: NDArray[np.float64]
    times: tuple[int, ...] | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denominators: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.units)
