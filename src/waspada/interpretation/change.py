"""Change between two rounds: how large, how sure, and which changes are more than chance."""

from __future__ import annotations

import numpy as np

from waspada.index.model import Floats
from waspada.interpretation.model import Changes
from waspada.uncertainty.student import t_quantile

RATE = 0.05
"""Share of false findings allowed among the changes called real."""


def compare_rounds(
    before: Floats,
    after: Floats,
    se: tuple[Floats, Floats],
    df: tuple[Floats, Floats],
    *,
    minimum_effect: float = 0.0,
    rate: float = RATE,
    level: float = 0.95,
) -> Changes:
    """Difference of every score with its interval, and the changes that are real.

        d = after - before,   SE^2 = se_b^2 + se_a^2
        df = SE^4 / (se_b^4 / df_b + se_a^4 / df_a)                  after Welch and Satterthwaite
        interval  d -+ t(df) SE
        p = P(T > (|d| - e) / SE) + P(T > (|d| + e) / SE),   e = minimum_effect

    p is the chance of a difference at least this large where the true change is e, the largest
    that does not count; with e = 0 it is the ordinary two-sided test. A change is real where its
    p value, adjusted after Benjamini and Hochberg for all region x node tests, is at most `rate`:
    among the changes called real, that share is false on average.

    The two rounds count as independent samples: answers are anonymous, so the same people cannot
    be linked. Where many of them came twice the true error is smaller, and fewer changes are called
    real than could be.

    before, after: (n_regions, n_nodes), NaN = no score or not shown. se, df: of the two rounds,
    same shape. A cell with no standard error, or none above 0, is not tested.

    Source: Welch, The generalization of Student's problem (1947); Benjamini and Hochberg,
    Controlling the false discovery rate (1995).
    """
    difference = after - before
    variance = se[0] ** 2 + se[1] ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = variance**2 / (se[0] ** 4 / df[0] + se[1] ** 4 / df[1])
    tested = ~np.isnan(difference) & (variance > 0) & (worth >= 1)
    p_value, q_value, half = np.full((3, *difference.shape), np.nan)
    error, worth = np.sqrt(variance[tested]), worth[tested]
    half[tested] = t_quantile(worth, level) * error
    size = np.abs(difference[tested])
    p_value[tested] = upper_tail((size - minimum_effect) / error, worth) + upper_tail(
        (size + minimum_effect) / error, worth
    )
    q_value[tested] = adjusted(p_value[tested])
    real = tested & (np.where(tested, q_value, 1.0) <= rate)
    return Changes(
        difference=difference,
        lower=difference - half,
        upper=difference + half,
        p_value=p_value,
        q_value=q_value,
        direction=np.where(real, np.sign(np.nan_to_num(difference)), 0).astype(np.int64),
        tested=tested,
        minimum_effect=minimum_effect,
        rate=rate,
    )


def upper_tail(t: Floats, df: Floats) -> Floats:
    """P(T > t) for Student's t. t: (...,). df: same shape, >= 1, inf allowed."""
    from scipy.special import ndtr, stdtr

    finite = np.isfinite(df)
    tail: Floats = np.where(finite, stdtr(np.where(finite, df, 1.0), -t), ndtr(-t))
    return tail


def adjusted(p: Floats) -> Floats:
    """p values adjusted after Benjamini and Hochberg.

        q_(i) = min over k >= i of  m p_(k) / k,  at most 1

    p: (m,), no NaN. Returns (m,); p_i is a finding at rate r exactly where q_i <= r.
    """
    m = len(p)
    order = np.argsort(p, kind="stable")
    ratio = p[order] * m / np.arange(1, m + 1)
    q = np.empty(m)
    q[order] = np.minimum(np.minimum.accumulate(ratio[::-1])[::-1], 1.0)
    return q
