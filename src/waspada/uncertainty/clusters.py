"""Meetings: people of one hall resemble each other, and what that does to the error."""

from __future__ import annotations

import numpy as np

from waspada.collection.model import TOLD_APART
from waspada.index.model import Counts, Estimate, Floats, Sample
from waspada.uncertainty.interval import LEVEL, logit_interval
from waspada.uncertainty.linear import moves_of_index
from waspada.uncertainty.model import Intervals, MeetingEffect
from waspada.uncertainty.student import t_quantile

ASSUMED = (0.01, 0.05, 0.10)
"""Correlations within a meeting that are tried where meetings cannot be compared."""


def meeting_effect(
    sample: Sample, estimate: Estimate, interval: Intervals, *, level: float = LEVEL
) -> MeetingEffect:
    """Interval of the index of each region with its meetings taken into account.

    Two meetings or more of at least TOLD_APART answers each: the design effect is measured,
    `design_effect`, and the interval uses SE sqrt(max(1, deff)) and at most one degree of freedom
    less than there are meetings. Otherwise all are taken as one meeting of m people, and
    deff = 1 + (m - 1) rho is tried for every rho in ASSUMED.

    Source: Kish, Survey Sampling (1965), section 5.4.
    """
    root = sample.tree.root
    measured, correlation, meetings = design_effect(sample, estimate)
    observed = ~np.isnan(measured)
    effect = np.where(
        observed[:, None],
        np.where(np.arange(len(ASSUMED)) == 0, measured[:, None], np.nan),
        1.0 + (estimate.n_used[:, [root]] - 1.0) * np.array(ASSUMED),
    )
    df = np.minimum(interval.df[:, root], np.where(observed, meetings - 1.0, np.inf))[:, None]
    df = np.where(np.isnan(effect), np.nan, df)
    with np.errstate(invalid="ignore"):
        error = interval.standard_error[:, [root]] * np.sqrt(np.maximum(effect, 1.0))
    inside = np.clip(estimate.values[:, [root]], 1e-9, 100.0 - 1e-9)
    lower, upper = logit_interval(inside, t_quantile(df, level) * error)
    return MeetingEffect(
        observed=observed,
        meetings=meetings,
        correlation=np.where(observed[:, None], correlation[:, None], np.array(ASSUMED)),
        design_effect=effect,
        df=df,
        lower=lower,
        upper=upper,
    )


def design_effect(sample: Sample, estimate: Estimate) -> tuple[Floats, Floats, Counts]:
    """Design effect of the index, correlation within meetings, and meetings, per region.

        deff = sum_c E_c^2 / (1 - sum_c m_c^2 / m^2) / sum_g n_g / (n_g - 1) sum_k e_k^2
        rho  = (deff - 1) / (sum_c m_c^2 / m - 1)

    e_k: what person k moves the index by (`linear`), taken from the mean of the group; E_c: its sum
    over the m_c people of meeting c; m = sum_c m_c. Without any resemblance deff is 1 on average;
    with few meetings it is a rough figure. Only people of meetings with at least TOLD_APART answers
    take part. Returns (n_regions,) each; NaN with fewer than two such meetings.
    """
    n_regions = len(sample.regions)
    none = np.full(n_regions, np.nan)
    if sample.meeting is None:
        return none, none, np.zeros(n_regions, dtype=np.int64)
    meeting, block = (
        sample.meeting,
        np.repeat(np.arange(len(sample.start) - 1), np.diff(sample.start)),
    )
    counted = sample.block_weight[block] > 0
    size = np.bincount(meeting, weights=counted.astype(float)).astype(np.float64)
    size[0] = 0.0
    told = (size[meeting] >= TOLD_APART) & counted
    moves, block, meeting = moves_of_index(sample, estimate)[told], block[told], meeting[told]
    n_blocks = len(sample.block_region)
    n = np.bincount(block, minlength=n_blocks)
    mean = np.bincount(block, weights=moves, minlength=n_blocks) / np.maximum(n, 1)
    moves = moves - mean[block]
    simple = np.bincount(block, weights=moves**2, minlength=n_blocks) * n / np.maximum(n - 1, 1)
    home = np.zeros(len(size), dtype=np.intp)
    home[meeting] = sample.block_region[block]
    size = np.where(size >= TOLD_APART, size, 0.0)

    def by_home(values: Floats) -> Floats:
        total: Floats = np.bincount(home, weights=values, minlength=n_regions).astype(np.float64)
        return total

    together = np.bincount(meeting, weights=moves, minlength=len(size)).astype(np.float64)
    between = by_home(together**2)
    people, squares = by_home(size), by_home(size**2)
    meetings = by_home((size > 0).astype(float)).astype(np.int64)
    within = np.bincount(sample.block_region, weights=simple, minlength=n_regions)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = between / (1.0 - squares / people**2) / within
        correlation = (effect - 1.0) / (squares / people - 1.0)
    known = (meetings >= 2) & (within > 0)
    return np.where(known, effect, np.nan), np.where(known, correlation, np.nan), meetings
