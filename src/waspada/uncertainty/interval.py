"""Intervals: linearised standard errors, Student's t, on the logit of the score."""

from __future__ import annotations

import numpy as np

from waspada.index.model import Counts, Estimate, Flags, Floats, Sample
from waspada.uncertainty.linear import Linear, bias_of_curved_means, by_region, linearise
from waspada.uncertainty.model import Intervals
from waspada.uncertainty.student import t_quantile

LEVEL = 0.95

FULL = 100.0
"""Upper end of the scale."""


def intervals(
    sample: Sample, estimate: Estimate, *, sampled: Floats | None = None, level: float = LEVEL
) -> Intervals:
    """Interval of every score.

        logit(y) -+ t(df) SE / (y (1 - y)),   y = score / 100,   turned back to 0..100

    Turning the scale turns the interval; around the middle it is the usual t interval, near an
    end it reaches further towards the middle, where the long tail of the answers lies. Where
    people's contributions do not differ at all, see `_at_most_differing`.

    sampled: (n_blocks,) share of the invited who answered, where the invited are the population.
    """
    linear = linearise(sample, estimate)
    df = degrees_of_freedom(sample, estimate.block_n, linear.variance > 0)
    if sampled is None:
        sampled = np.zeros(len(sample.block_region))
    variance = pooled_variance(sample, estimate.block_n, linear.variance, sampled)
    standard_error = np.sqrt(variance + linear.at_the_end)
    half = t_quantile(df, level) * standard_error
    bias = bias_of_curved_means(linear.values, variance + linear.at_the_end, sample.tree)
    centre = linear.values + np.clip(-bias, -standard_error, standard_error)
    lower, upper = logit_interval(np.clip(centre, 0.0, FULL), half)
    nobody_differs = by_region(sample, linear.variance) <= 0
    alike_lower, alike_upper = _at_most_differing(sample, estimate, sampled, level)
    lower = np.where(nobody_differs, alike_lower, np.minimum(lower, estimate.values))
    upper = np.where(nobody_differs, alike_upper, np.maximum(upper, estimate.values))
    lower, upper = (np.where(np.isnan(df), np.nan, end) for end in (lower, upper))
    return Intervals(
        lower=lower,
        upper=upper,
        df=df,
        standard_error=np.where(nobody_differs, (upper - lower) / 4.0, standard_error),
        inflation=_inflation(sample, linear, variance, sampled),
    )


def logit_interval(scores: Floats, half: Floats) -> tuple[Floats, Floats]:
    """Scores -+ half, taken on the logit scale and turned back; both ends inside 0..100.

        L = ln( y / (1 - y) ),   L -+ half / (100 y (1 - y)),   y = score / 100

    scores: (...,) in (0, 100). half: (...,) >= 0, in points. NaN gives NaN. At an end of the scale
    with half = 0 the end itself is returned.

    Source: Korn and Graubard, Analysis of Health Surveys (1999), section on proportions.
    """
    share = scores / FULL
    room = share * (1.0 - share)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logit = np.log(share) - np.log1p(-share)
        give = half / FULL / room
        lower = FULL / (1.0 + np.exp(give - logit))
        upper = FULL / (1.0 + np.exp(-give - logit))
    fixed = half == 0
    return np.where(fixed, scores, lower), np.where(fixed, scores, upper)


def pooled_variance(sample: Sample, block_n: Counts, variance: Floats, sampled: Floats) -> Floats:
    """(n_regions, places) variance of the score: its groups' variances added up.

    A group whose people do not differ says nothing of how much they could: it takes the pooled
    variance within the groups of the region that do,

        V_g = a_g s^2,   s^2 = sum_h V_h / sum_h a_h,   a_g = W_g^2 / n_g,   h: groups with V_h > 0

    and with a finite population every V_g is multiplied by 1 - n_g / N_g.
    variance: (n_blocks, places) as in `Linear`. sampled: (n_blocks,) n_g / N_g, 0 without one.
    """
    a = _variance_weights(sample, block_n)
    varies = variance > 0
    total = by_region(sample, np.where(varies, a, 0.0))
    within = by_region(sample, variance)
    pooled = np.divide(within, total, out=np.zeros_like(within), where=total > 0)
    filled = np.where(varies, variance, a * pooled[sample.block_region])
    return by_region(sample, filled * (1.0 - sampled)[:, None])


def degrees_of_freedom(sample: Sample, block_n: Counts, varies: Flags | None = None) -> Floats:
    """How many observations the standard error is worth, after Satterthwaite.

        df = (sum_g a_g)^2 / sum_g a_g^2 / (n_g - 1),   a_g = W_g^2 / n_g

    over the groups whose variance is estimated, taking the variance within groups as equal. n_g:
    responses of the group with a scored answer at or below the place; the group's weight is
    renormalised where others have none. A group with one such response gets one degree of
    freedom, not none.

    block_n: (n_blocks, places). varies: same shape, the groups to take; None takes all.
    Returns (n_regions, places) >= 1, NaN where no group has answers.

    Source: Satterthwaite, An approximate distribution of estimates of variance components (1946).
    """
    a = _variance_weights(sample, block_n)
    if varies is not None:
        some = by_region(sample, varies.astype(float)) > 0
        a = np.where(varies | ~some[sample.block_region], a, 0.0)
    total = by_region(sample, a)
    spread = by_region(sample, a**2 / np.maximum(block_n - 1, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, np.maximum(total**2 / spread, 1.0), np.nan)


def _at_most_differing(
    sample: Sample, estimate: Estimate, sampled: Floats, level: float
) -> tuple[Floats, Floats]:
    """Interval where nobody differs: how many could without one of them being met.

        x - p x  and  x + p (100 - x),   p = (1 - n/N) (1 - ((1 - level) / 2)^(1/n))

    If a share p of the people differed, all n answers would be alike with a chance below half of
    what the level leaves; those who differ may stand at either end of the scale.
    n: responses used; N: invited, without end where no population is given.

    Source: Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case
    of the binomial, Biometrika 26 (1934), with no event in n trials.
    """
    n = np.maximum(estimate.n_used, 1)
    answered = np.where(sample.block_weight[:, None] > 0, estimate.block_n, 0)
    unseen = by_region(sample, answered * (1.0 - sampled)[:, None]) / n
    share = unseen * (1.0 - ((1.0 - level) / 2.0) ** (1.0 / n))
    return estimate.values * (1.0 - share), estimate.values + share * (FULL - estimate.values)


def _inflation(sample: Sample, linear: Linear, variance: Floats, sampled: Floats) -> Floats:
    """(n_regions, places) factor by which gaps and groups that do not differ raise the error."""
    plain = by_region(sample, linear.without_gaps * (1.0 - sampled)[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(plain > 0, np.sqrt(variance / plain), 1.0)


def _variance_weights(sample: Sample, block_n: Counts) -> Floats:
    """(n_blocks, places) W_g^2 / n_g; 0 for a group that is left out or has no answers."""
    weight = np.where(block_n > 0, sample.block_weight[:, None], 0.0)
    weights: Floats = weight**2 / np.maximum(block_n, 1)
    return weights
