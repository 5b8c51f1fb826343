"""Intervals: the score, give or take a t quantile times its standard error."""

from __future__ import annotations

import numpy as np

from waspada.index.model import Counts, Estimate, Floats, Sample
from waspada.uncertainty.model import Intervals, Replicates
from waspada.uncertainty.student import t_quantile

LEVEL = 0.95

SMALLEST_SHARE = 0.25
"""No standard error is more than doubled to make up for gaps."""


def intervals(
    sample: Sample, estimate: Estimate, replicates: Replicates, *, level: float = LEVEL
) -> Intervals:
    """Interval of every score: x -+ t(df) SE, cut off at 0 and 100.

    SE is the standard error of the replicates times the inflation for gaps.
    """
    df = degrees_of_freedom(sample, estimate.block_n)
    inflation = inflation_for_gaps(sample, estimate)
    standard_error = inflation * replicates.standard_error
    half = t_quantile(df, level) * standard_error
    return Intervals(
        lower=np.clip(estimate.values - half, 0.0, 100.0),
        upper=np.clip(estimate.values + half, 0.0, 100.0),
        df=df,
        standard_error=standard_error,
        inflation=inflation,
    )


def inflation_for_gaps(sample: Sample, estimate: Estimate) -> Floats:
    """Factor by which answers that are missing make the replicates' standard error too small.

        f = sqrt( sum_g a_g / sum_g a_g k_g ),   a_g = W_g^2 / n_g
        k_g = n / (n - 1) (1 - 1/m)              one item
              n / (n - 1) (1 - 2/m + 1/n)        two items that gaps hit independently

    In a group of n responses of which m answered an item, resampling sees the share k of its
    variance, because deviations are taken from the mean of m and not of n; for the covariance of
    two items the share is smaller still. At a node where somebody answered q items the two are
    mixed as 1/q and 1 - 1/q; m is then the mean over these items. Without gaps m = n and f = 1.
    k is kept above SMALLEST_SHARE: beyond, there is nothing left to scale up.

    Returns (n_regions, places) >= 1, NaN where no group has answers.
    """
    below = sample.tree.below.astype(float)
    size = np.diff(sample.start)[:, None].astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        items = (estimate.block_answers > 0) @ below
        m = (estimate.block_answers @ below) / items
        single = 1.0 - 1.0 / m
        pair = 1.0 - 2.0 / m + 1.0 / size
        one = 1.0 / items
        share = (one * single + (1.0 - one) * pair) * size / (size - 1.0)
    share = np.where(np.isnan(share), 1.0, np.clip(share, SMALLEST_SHARE, 1.0))
    a = _variance_weights(sample, estimate.block_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt(_by_region(sample, a) / _by_region(sample, a * share))


def degrees_of_freedom(sample: Sample, block_n: Counts) -> Floats:
    """How many observations the standard error is worth, after Satterthwaite.

        df = (sum_g a_g)^2 / sum_g a_g^2 / (n_g - 1),   a_g = W_g^2 / n_g

    over the groups that count, taking the variance within groups as equal. n_g: responses of the
    group with a scored answer at or below the place; the group's weight is renormalised where
    others have none. A group with one such response gets one degree of freedom, not none.

    block_n: (n_blocks, places). Returns (n_regions, places) >= 1, NaN where no group has answers.

    Source: Satterthwaite, An approximate distribution of estimates of variance components (1946).
    """
    a = _variance_weights(sample, block_n)
    total = _by_region(sample, a)
    spread = _by_region(sample, a**2 / np.maximum(block_n - 1, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, total**2 / spread, np.nan)


def _variance_weights(sample: Sample, block_n: Counts) -> Floats:
    """(n_blocks, places) W_g^2 / n_g; 0 for a group that is left out or has no answers."""
    weight = np.where(block_n > 0, sample.block_weight[:, None], 0.0)
    weights: Floats = weight**2 / np.maximum(block_n, 1)
    return weights


def _by_region(sample: Sample, per_block: Floats) -> Floats:
    total = np.zeros((len(sample.regions), per_block.shape[1]))
    np.add.at(total, sample.block_region, per_block)
    return total
