"""Categories under other choices of method: how sure is the word?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.model import Counts, Floats
from waspada.instrument.model import CategoryRule
from waspada.interpretation.categories import band_of, cut_offs_of
from waspada.uncertainty.sensitivity.model import Outcome


@dataclass(frozen=True)
class VariedCategories:
    """Words of one node. category: (n_rows,) places in the rule's bands under the METHOD as it
    stands, -1 where there is none. n: (n_rows,) draws in which the row has a category.
    probability: (n_rows, n_bands) share of these draws in each, NaN where n = 0."""

    node: str
    rule: CategoryRule
    category: Counts
    n: Counts
    probability: Floats


def varied_categories(outcome: Outcome, rule: CategoryRule) -> tuple[VariedCategories, ...]:
    """Share of the draws in which each unit falls in each category, for every node of the plan.

        p_ib = #{ d: lower_bd <= s_id < upper_bd } / #{ d: s_id there }

    Cut-offs of mean and standard deviation are computed anew in every draw, in a panel for each
    time; a draw with fewer scores than they need names no category.
    """
    times = np.array(outcome.times or (0,) * len(outcome.units))
    return tuple(
        _of_node(outcome.scores[node], outcome.nominal[:, k], rule, node, times)
        for k, node in enumerate(outcome.nodes)
    )


def _of_node(
    scores: Floats, nominal: Floats, rule: CategoryRule, node: str, times: Counts
) -> VariedCategories:
    n_rows, n_bands = len(nominal), len(rule.bands)
    category, counts = np.full(n_rows, -1), np.zeros((n_rows, n_bands), dtype=np.int64)
    for time in sorted(set(times.tolist())):
        rows = np.flatnonzero(times == time)
        category[rows] = band_of(nominal[rows], cut_offs_of(rule, nominal[None, rows])[0])
        drawn = scores[rows].T
        band = band_of(drawn, cut_offs_of(rule, drawn)[:, None, :])
        counts[rows] = np.stack([(band == b).sum(axis=0) for b in range(n_bands)], axis=1)
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return VariedCategories(node, rule, category, n, counts / n[:, None])
