"""Ranks, and which ranks cannot be ruled out."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from waspada.index.model import Floats
from waspada.instrument.model import Instrument
from waspada.interpretation.model import Ranks
from waspada.uncertainty.student import normal_quantile, t_quantile

TIE = 1e-9
"""Scores closer than this share a rank: the arithmetic cannot tell them apart."""


def ranked_nodes(instrument: Instrument) -> tuple[str, ...]:
    """The index and its direct branches; ranks of deeper nodes would be read as more than they
    are."""
    root = instrument.root.code
    return (root, *(node.code for node in instrument.children(root)))


def rank_regions(scores: Floats) -> NDArray[np.int64]:
    """Competition rank, 1 = highest; regions that tie share the better place.

    scores: (n_regions,) unrounded; NaN = no score. Returns (n_regions,), 0 without a score.
    """
    scored = ~np.isnan(scores)
    ascending = np.sort(scores[scored])
    higher = len(ascending) - np.searchsorted(ascending, scores + TIE, side="right")
    return np.where(scored, higher + 1, 0).astype(np.int64)


def rank_sets(
    scores: Floats, replicates: Floats, standard_error: Floats, df: Floats, *, level: float = 0.95
) -> Ranks:
    """Ranks with marginal confidence sets, and the pairs that differ simultaneously.

    For region j, all differences D_jk to the other regions are tested at once:

        |D_jk| / se_jk > c_j t(df_jk) / z,   c_j = quantile of max_k |D*_jk - D_jk| / s_jk

    over the replicates; se_jk^2 = se_j^2 + se_k^2, because regions are sampled independently,
    and s_jk likewise from the spread of the replicates themselves.
    The factor t / z, with the smaller df of the pair, carries the uncertainty of the standard
    errors themselves. If N- regions are significantly higher and N+ significantly lower, the rank
    of j lies in [1 + N-, n - N+] with the stated confidence. One quantile over all pairs instead
    of c_j gives `pairs`.

    scores, standard_error, df: (n_regions,); replicates: (n_replicates, n_regions), NaN where a
    replicate has no score (it then counts as no deviation). Regions without a score or interval
    get no rank set, and take no place in those of others.

    Source: Mogstad, Romano, Shaikh, Wilhelm, Inference for ranks with applications to mobility
    across neighbourhoods and academic achievement across countries, Review of Economic Studies
    91 (2024), section 3.
    """
    rank = rank_regions(scores)
    lower, upper = np.zeros_like(rank), np.zeros_like(rank)
    taking_part = np.flatnonzero(~np.isnan(scores) & ~np.isnan(standard_error) & ~np.isnan(df))
    x, se, df = scores[taking_part], standard_error[taking_part], df[taking_part]
    if not len(x):
        return Ranks(rank, lower, upper)
    deviation = np.nan_to_num(replicates[:, taking_part] - x)
    statistic = _studentised_differences(x, se, df, level)
    spread = deviation.std(axis=0, ddof=1)
    critical, critical_all = _critical_values(deviation, spread, level)
    significant = np.abs(statistic) > critical[:, None]
    lower[taking_part] = 1 + (significant & (statistic < 0)).sum(axis=1)
    upper[taking_part] = len(x) - (significant & (statistic > 0)).sum(axis=1)
    high, low = np.nonzero(statistic > critical_all)
    pairs = zip(taking_part[high].tolist(), taking_part[low].tolist(), strict=True)
    return Ranks(rank, lower, upper, tuple(pairs))


def _studentised_differences(x: Floats, se: Floats, df: Floats, level: float) -> Floats:
    """(n, n) D_jk / se_jk, shrunk by z / t of the smaller df; 0 where scores tie."""
    difference = x[:, None] - x
    shrink = normal_quantile(level) / t_quantile(np.minimum(df[:, None], df), level)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = difference / np.hypot(se[:, None], se) * shrink
    return np.where(np.abs(difference) <= TIE, 0.0, ratio)


def _critical_values(deviation: Floats, se: Floats, level: float) -> tuple[Floats, float]:
    """Quantiles of the largest studentised deviation: (n,) per region, and over all pairs.

    deviation: (n_replicates, n). The loop runs over regions; memory stays (n_replicates, n).
    """
    n = len(se)
    critical, largest = np.zeros(n), np.zeros(len(deviation))
    buffer = np.empty_like(deviation)
    for region in range(n):
        spread = np.hypot(se[region], se)
        inverse = np.divide(1.0, spread, out=np.zeros(n), where=spread > 0)
        np.subtract(deviation, deviation[:, [region]], out=buffer)
        np.multiply(buffer, inverse, out=buffer)
        np.abs(buffer, out=buffer)
        most = buffer.max(axis=1)
        critical[region] = _quantile(most, level)
        np.maximum(largest, most, out=largest)
    return critical, _quantile(largest, level)


def _quantile(values: Floats, level: float) -> float:
    """The smallest value that at least this share of the others does not exceed."""
    place = math.ceil(level * (len(values) - 1))
    return float(np.partition(values, place)[place])
