"""Intervals: the score, give or take a t quantile times its standard error."""

from __future__ import annotations

import numpy as np

from waspada.index.model import Counts, Estimate, Floats, Sample
from waspada.uncertainty.model import Intervals, Replicates
from waspada.uncertainty.student import t_quantile

LEVEL = 0.95


def intervals(
    sample: Sample, estimate: Estimate, replicates: Replicates, *, level: float = LEVEL
) -> Intervals:
    """Interval of every score: x -+ t(df) SE, cut off at 0 and 100."""
    df = degrees_of_freedom(sample, estimate.block_n)
    half = t_quantile(df, level) * replicates.standard_error
    return Intervals(
        lower=np.clip(estimate.values - half, 0.0, 100.0),
        upper=np.clip(estimate.values + half, 0.0, 100.0),
        df=df,
        standard_error=replicates.standard_error,
    )


def degrees_of_freedom(sample: Sample, block_n: Counts) -> Floats:
    """How many observations the standard error is worth, after Satterthwaite.

        df = (sum_g a_g)^2 / sum_g a_g^2 / (n_g - 1),   a_g = W_g^2 / n_g

    over the groups that count, taking the variance within groups as equal. n_g: responses of the
    group with a scored answer at or below the place; the group's weight is renormalised where
    others have none. A group with one such response gets one degree of freedom, not none.

    block_n: (n_blocks, places). Returns (n_regions, places) >= 1, NaN where no group has answers.

    Source: Satterthwaite, An approximate distribution of estimates of variance components (1946).
    """
    n = np.where(sample.block_weight[:, None] > 0, block_n, 0)
    a = np.where(n > 0, sample.block_weight[:, None] ** 2 / np.maximum(n, 1), 0.0)
    shape = (len(sample.regions), block_n.shape[1])
    total, spread = np.zeros(shape), np.zeros(shape)
    np.add.at(total, sample.block_region, a)
    np.add.at(spread, sample.block_region, a**2 / np.maximum(n - 1, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, total**2 / spread, np.nan)
