"""How much of the data is there, by unit and below every node."""

from __future__ import annotations

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.table import cell, row_names
from waspada.index.composite.model import Detail
from waspada.instrument.framework import Framework


def unit_availability(table: IndicatorTable) -> Detail:
    """Missing values and zeros of every unit.

        share_available = 1 - missing / indicators,  share_nonzero = 1 - zeros / available

    share_nonzero is empty for a unit without a value.
    """
    head, names = row_names(table)
    missing = np.isnan(table.values).sum(axis=1)
    zeros = (table.values == 0).sum(axis=1)
    k = table.values.shape[1]
    rows = tuple(
        (
            *name, int(gone), int(zero), int(gone + zero), 1 - gone / k,
            float(1 - zero / (k - gone)) if gone < k else None,
        )
        for name, gone, zero in zip(names, missing, zeros, strict=True)
    )  # fmt: skip
    header = (*head, "n_missing", "n_zero", "n_missing_or_zero", "share_available", "share_nonzero")
    return Detail("availability_units", header, rows)


def node_availability(framework: Framework, table: IndicatorTable) -> Detail:
    """Share of the indicators at or below every node that a unit has a value for, 0 to 1.

    Counted at the indicators, not weighted: a node two levels up counts all its indicators.
    """
    head, names = row_names(table)
    place = {code: k for k, code in enumerate(table.indicators)}
    there = ~np.isnan(table.values)
    shares = np.column_stack(
        [
            there[:, [place[leaf] for leaf in framework.leaves(code)]].mean(axis=1)
            for code in framework.node_codes
        ]
    )
    rows = tuple((*name, *map(cell, share)) for name, share in zip(names, shares, strict=True))
    return Detail("availability_nodes", (*head, *framework.node_codes), rows)
