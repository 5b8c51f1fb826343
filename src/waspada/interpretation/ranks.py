"""Ranks, and which ranks cannot be ruled out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from waspada.index.model import Flags, Floats
from waspada.instrument.model import Instrument
from waspada.interpretation.model import Ranks

Single = NDArray[np.float32]

TIE = 1e-9
"""Scores closer than this share a rank: the arithmetic cannot tell them apart."""

STEP_DOWN_UP_TO = 100
"""Regions up to which critical values step down: beyond, it takes time and sharpens nothing."""


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
    scores: Floats,
    replicates: Floats,
    standard_error: Floats,
    df: Floats,
    *,
    level: float = 0.95,
    step_down: bool | None = None,
) -> Ranks:
    """Ranks with marginal confidence sets, the pairs that differ simultaneously, probabilities.

    For region j, all differences D_jk to the other regions are tested at once:

        z(|D_jk| / se_jk) > c_j,   c_j = quantile of max_k |D*_jk - D_jk| / s_jk

    over the replicates; se_jk^2 = se_j^2 + se_k^2, because regions are sampled independently,
    and s_jk likewise from the spread of the replicates themselves. z: the normal score of Student's
    t with the smaller degrees of freedom of the two; it carries the uncertainty of the standard
    errors themselves out to the tail where the largest of many differences lies.
    If N- regions are significantly higher and N+ significantly lower, the rank
    of j lies in [1 + N-, n - N+] with the stated confidence. One quantile over all pairs instead
    of c_j gives `pairs`.

    step_down: each comparison is two claims, "j above k" and "k above j", of which only the false
    one can be claimed in error. Once one is made, its own error leaves the maximum and the other's
    stays; the quantile is taken anew until nothing is added (Romano and Wolf 2005). The family-wise
    error stays what it was, directions included. None: up to STEP_DOWN_UP_TO regions.

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
    deviation = np.ascontiguousarray(np.nan_to_num(replicates[:, taking_part] - x).T)
    statistic = _studentised_differences(x, se, df)
    spread = deviation.std(axis=1, ddof=1)
    if step_down is None:
        step_down = len(x) <= STEP_DOWN_UP_TO
    alone, together = _claims(statistic, deviation, spread, level, step_down=step_down)
    lower[taking_part] = 1 + (alone & (statistic < 0)).sum(axis=1)
    upper[taking_part] = len(x) - (alone & (statistic > 0)).sum(axis=1)
    high, low = np.nonzero(together & (statistic > 0))
    pairs = zip(taking_part[high].tolist(), taking_part[low].tolist(), strict=True)
    return Ranks(rank, lower, upper, tuple(pairs), taking_part, scaled(x, deviation, spread, se))


def _studentised_differences(x: Floats, se: Floats, df: Floats) -> Floats:
    """(n, n) normal scores of D_jk / se_jk; 0 where scores tie."""
    difference = x[:, None] - x
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = difference / np.hypot(se[:, None], se)
    score = normal_score(ratio, np.minimum(df[:, None], df))
    return np.where(np.abs(difference) <= TIE, 0.0, score)


def normal_score(t: Floats, df: Floats) -> Floats:
    """The standard normal value with the same tail as Student's t.

        z = sign(t) (8 df + 1) / (8 df + 3) sqrt(df ln(1 + t^2 / df))

    Within 0.2 % of the exact value for df >= 8 and t up to 5. t: any. df: >= 1; inf leaves t as it
    is.

    Source: Wallace, Bounds on normal approximations to Student's and the chi-square distributions
    (1959).
    """
    few = np.isfinite(df)
    worth = np.where(few, df, 1.0)
    with np.errstate(invalid="ignore"):
        z = (8 * worth + 1) / (8 * worth + 3) * np.sqrt(worth * np.log1p(t * t / worth))
    return np.where(few, np.copysign(z, t), t)


def _claims(
    statistic: Floats, deviation: Floats, spread: Floats, level: float, *, step_down: bool
) -> tuple[Flags, Flags]:
    """(n, n) which differences are real: row by row, and over all pairs at once.

    statistic: (n, n). deviation: (n, n_replicates). The loop runs over regions; memory stays
    (n, n_replicates).
    """
    n = len(spread)
    size = np.abs(statistic)
    alone, largest = np.zeros((n, n), dtype=bool), np.zeros(deviation.shape[1], dtype=np.float32)
    studentised = _Studentised(deviation, spread)
    for region in range(n):
        z = studentised.against(region)
        magnitude = np.abs(z, out=studentised.magnitude)
        most = magnitude.max(axis=0)
        np.maximum(largest, most, out=largest)
        claimed = size[region] > _quantile(most, level)
        while step_down and _may_gain(size[region], claimed, most, level):
            most = _largest_left(z, magnitude, claimed, statistic[region])
            more = size[region] > _quantile(most, level)
            if (more <= claimed).all():
                break
            claimed |= more
        alone[region] = claimed
    together = size > _quantile(largest, level)
    while step_down and _may_gain(size, together, largest, level):
        left = np.zeros(deviation.shape[1], dtype=np.float32)
        for region in range(n):
            z = studentised.against(region)
            magnitude = np.abs(z, out=studentised.magnitude)
            most = _largest_left(z, magnitude, together[region], statistic[region])
            np.maximum(left, most, out=left)
        more = size > _quantile(left, level)
        if (more <= together).all():
            break
        together |= more
    return alone | together, together


def _may_gain(size: Floats, claimed: Flags, largest: Single, level: float) -> bool:
    """Whether a further step could add a claim.

    At least one claim of each pair stays in the maximum, so its upper tail is at least half as
    heavy as that of both: the critical value cannot fall below the quantile at twice the error.
    """
    if not claimed.any() or claimed.all():
        return False
    return bool((size[~claimed] > _quantile(largest, 1.0 - 2.0 * (1.0 - level))).any())


class _Studentised:
    """Deviations of differences, one region against all: (n, n_replicates).

    In float32: the largest of each replicate only serves to draw a quantile, and half the memory
    is half the time.
    """

    def __init__(self, deviation: Floats, spread: Floats) -> None:
        self.deviation, self.spread = deviation.astype(np.float32), spread
        self.magnitude, self._z = np.empty((2, *deviation.shape), dtype=np.float32)

    def against(self, region: int) -> Single:
        """(D*_kj - D_kj) / s_kj for j = region and all k; 0 where nothing varies. The next call
        writes over it."""
        spread = np.hypot(self.spread[region], self.spread)
        inverse = np.divide(1.0, spread, out=np.zeros(len(spread)), where=spread > 0)
        np.subtract(self.deviation, self.deviation[region], out=self._z)
        np.multiply(self._z, inverse.astype(np.float32)[:, None], out=self._z)
        z: Single = self._z
        return z


def _largest_left(z: Single, magnitude: Single, claimed: Flags, statistic: Floats) -> Single:
    """(n_replicates,) largest error that the claims not made yet, and the opposites of those
    made, could be founded on. z: the others minus the region."""
    opposite = z[claimed] * np.sign(statistic[claimed]).astype(np.float32)[:, None]
    left: Single = opposite.max(axis=0, initial=0.0)
    if not claimed.all():
        np.maximum(left, magnitude[~claimed].max(axis=0), out=left)
    return left


def _quantile(values: Single, level: float) -> float:
    """The smallest value that at least this share of the others does not exceed."""
    place = math.ceil(level * (len(values) - 1))
    return float(np.partition(values, place)[place])


def scaled(x: Floats, deviation: Floats, spread: Floats, se: Floats) -> Floats:
    """(n, n_replicates) replicates around the scores whose spread is the standard error.

    The standard error also carries what gaps hide from resampling, so probabilities and intervals
    speak of the same error. x, spread, se: (n,). deviation: (n, n_replicates).
    """
    factor = np.divide(se, spread, out=np.ones_like(se), where=spread > 0)
    return x[:, None] + factor[:, None] * deviation


def probability_of_rank(ranks: Ranks, tops: Sequence[int]) -> Floats:
    """Probability that each region is among the highest k.

        P(rank_r <= k) = share of the replicates in which fewer than k regions are higher,
                         that is, in which r reaches the k-th highest score

    Regions within TIE share the better place, as in the estimate. The replicates
    of the regions are independent, so each is one draw of the whole order.

    tops: the k, each >= 1. Returns (n_regions, len(tops)), NaN without a rank set.
    """
    found = np.full((len(ranks.rank), len(tops)), np.nan)
    n = len(ranks.taking_part)
    if n:
        ascending = np.sort(ranks.drawn, axis=0)
        for column, top in enumerate(tops):
            last_in = ascending[max(n - top, 0)]
            found[ranks.taking_part, column] = (ranks.drawn + TIE >= last_in).mean(axis=1)
    return found


def probability_above(ranks: Ranks) -> Floats:
    """(n_regions, n_regions) probability that the row's region lies above the column's.

        P(i above j) = share of the replicates with x*_i > x*_j, ties counting half

    P(i above j) + P(j above i) = 1. NaN without a rank set, and on the diagonal.
    """
    n = len(ranks.rank)
    found = np.full((n, n), np.nan)
    drawn = ranks.drawn
    for place, region in enumerate(ranks.taking_part):
        ahead = drawn[place] - drawn
        above = np.count_nonzero(ahead > TIE, axis=1)
        not_below = np.count_nonzero(ahead >= -TIE, axis=1)
        found[region, ranks.taking_part] = (above + not_below) / (2.0 * drawn.shape[1])
    np.fill_diagonal(found, np.nan)
    return found
