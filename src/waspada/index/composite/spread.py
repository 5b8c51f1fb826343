"""Weights from how unequal an indicator is across units: Shannon's entropy."""

from __future__ import annotations

import numpy as np

from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Siblings, Unfit, Weighed
from waspada.index.model import Floats

EVEN = 1e-12
"""Divergence below which a column counts as spread evenly."""


def entropies(values: Floats) -> Floats:
    """How evenly each column is spread over its units: 1 = evenly, 0 = all in one unit.

        e_j = - sum_i p_ij ln p_ij / ln n_j,  p_ij = x_ij / sum_i x_ij,  0 ln 0 = 0

    values: (n_rows, n_columns), each >= 0; NaN is left out of its column, n_j units stay.
    Returns (n_columns,), 0 .. 1.
    Raises Unfit for negative values, a column of zeros, fewer than 2 values in a column.

    Source: Shannon (1948); Zeleny, Multiple Criteria Decision Making (1982), chapter 7.
    """
    there = ~np.isnan(values)
    if (few := np.flatnonzero(there.sum(axis=0) < 2)).size:
        raise Unfit("Fewer than 2 values.", "Leave the indicator out.", columns=few)
    x = np.where(there, values, 0.0)
    if (negative := np.flatnonzero((x < 0).any(axis=0))).size:
        raise Unfit(
            "Entropy knows no negative values.",
            "Normalise to a range that starts at 0 or above first, for example by min-max.",
            columns=negative,
            rows=np.flatnonzero((x < 0).any(axis=1)).tolist(),
        )
    sums = x.sum(axis=0)
    if (empty := np.flatnonzero(sums == 0)).size:
        raise Unfit("All values are 0.", "Leave the indicator out.", columns=empty)
    p = x / sums
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    spread: Floats = -(p * logs).sum(axis=0) / np.log(there.sum(axis=0))
    return spread


def entropy(siblings: Siblings, **_: object) -> Weighed:
    """Weights in proportion to 1 - entropy; see `RECIPES`."""
    if len(siblings.codes) == 1:
        return Weighed((1.0,))
    values = siblings.values()
    found = entropies(values)
    divergence = np.where(1.0 - found > EVEN, 1.0 - found, 0.0)
    if divergence.sum() == 0:
        raise Cannot(
            "All siblings are spread evenly over the units, so entropy gives none a weight.",
            "Weigh them another way.",
        )
    weights = divergence / divergence.sum()
    notes = [
        f'{siblings.label}: "{code}" has the same value for all units and got weight 0.'
        for code, d in zip(siblings.codes, divergence, strict=True)
        if d == 0
    ]
    if missing := int(np.isnan(values).sum()):
        notes.append(f"{siblings.label}: {missing} missing values were left out of the entropy.")
    detail = Detail(
        "entropy",
        ("group", "code", "entropy", "divergence", "weight"),
        tuple(
            (siblings.label, code, float(e), float(d), float(w))
            for code, e, d, w in zip(siblings.codes, found, divergence, weights, strict=True)
        ),
    )
    return Weighed(tuple(map(float, weights)), (detail,), tuple(notes))
