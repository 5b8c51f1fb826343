"""Change between two times of a panel, with the interval it has over the draws.

A draw holds for all times, so what it does to both ends cancels in the change: the interval is
that of the change itself, narrower than two intervals of scores would suggest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from waspada.index.composite.multiple import combine_rubin
from waspada.index.model import Counts, Floats
from waspada.index.ranking import tie_of
from waspada.uncertainty.sensitivity.model import Imputations, Outcome
from waspada.uncertainty.sensitivity.statistics import Spread, spread_of_scores
from waspada.uncertainty.student import t_quantile

TAILS = (0.025, 0.5, 0.975)
"""Quantiles of the change over the draws: the 95 % interval and the median."""


@dataclass(frozen=True)
class Change:
    """What became of one node from one time to another.

    units: (n_units,) that have a row at both times. nominal: (n_units,) under the METHOD as it
    stands, NaN where a score is missing.
    spread: over the draws in which the unit has both scores; quantiles at TAILS.
    rises, falls: (n_units,) share of these draws in which it does, by more than a tie; NaN for 0.
    rubin: (n_units, 5) estimate, within sd, between sd, total sd, degrees of freedom, where values
    were imputed by drawing; NaN where fewer than 2 imputations have the change, or none differ.
    """

    node: str
    earlier: int
    later: int
    units: tuple[str, ...]
    nominal: Floats
    spread: Spread
    rises: Floats
    falls: Floats
    rubin: Floats | None = None


def changes(outcome: Outcome) -> Iterator[Change]:
    """Changes from each time to the next, then from the first to the last; none without a panel.

        d_i = s_i(later) - s_i(earlier), in the same draw

    A unit without a row at one of the two times is left out; one without a score has no number.
    """
    times = sorted(set(outcome.times or ()))
    pairs = list(pairwise(times))
    if len(times) > 2:
        pairs.append((times[0], times[-1]))
    for column, node in enumerate(outcome.nodes):
        for pair in pairs:
            yield _change(outcome, column, node, pair)


def _change(outcome: Outcome, column: int, node: str, pair: tuple[int, int]) -> Change:
    earlier, later, units = _rows(outcome, pair)
    scores, nominal = outcome.scores[node], outcome.nominal[:, column]
    difference = scores[later] - scores[earlier]
    tie = np.maximum(tie_of(scores[later], axis=0), tie_of(scores[earlier], axis=0))
    spread = spread_of_scores(difference, TAILS)
    with np.errstate(invalid="ignore", divide="ignore"):
        rises = (difference > tie).sum(axis=1) / spread.n
        falls = (difference < -tie).sum(axis=1) / spread.n
    return Change(
        node,
        *pair,
        units,
        nominal[later] - nominal[earlier],
        spread,
        rises,
        falls,
        _by_imputation(outcome, difference),
    )


def _rows(
    outcome: Outcome, pair: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], tuple[str, ...]]:
    assert outcome.times is not None
    place = {key: row for row, key in enumerate(zip(outcome.units, outcome.times, strict=True))}
    units = [u for u in dict.fromkeys(outcome.units) if all((u, time) in place for time in pair)]
    ends = [np.array([place[unit, time] for unit in units], dtype=np.intp) for time in pair]
    return ends[0], ends[1], tuple(units)


def _by_imputation(outcome: Outcome, difference: Floats) -> Floats | None:
    """Rubin's rules on the change: within = variance between method draws that share a table."""
    chosen = imputation_of_draws(outcome)
    if chosen is None:
        return None
    found = np.full((len(difference), 5), np.nan)
    for unit, row in enumerate(difference):
        found[unit] = rubin_of(row, chosen)
    return found


def imputation_of_draws(outcome: Outcome) -> Counts | None:
    """(n_draws,) which completed table each draw used; None where none were imputed by drawing."""
    for column, one in enumerate(outcome.plan.discrete):
        if isinstance(one, Imputations):
            return outcome.draws.chosen[:, column]
    return None


def rubin_of(values: Floats, chosen: Counts) -> Floats:
    """Estimate, sd within and between completed tables, total sd, degrees of freedom.

    values: (n_draws,) of one quantity, NaN = none. chosen: (n_draws,) table of each draw.
    Within is the variance among draws that share a table, 0 for a lone draw.
    Returns (5,), NaN with fewer than 2 tables; degrees of freedom infinite where no two differ.
    """
    own = [values[(chosen == k) & ~np.isnan(values)] for k in np.unique(chosen)]
    own = [group for group in own if len(group)]
    if len(own) < 2:
        return np.full(5, np.nan)
    means = np.array([group.mean() for group in own])
    inside = np.array([group.var(ddof=1) if len(group) > 1 else 0.0 for group in own])
    estimate, total, df = (float(part) for part in combine_rubin(means, inside))
    spread = (np.sqrt(inside.mean()), means.std(ddof=1), np.sqrt(total))
    return np.array([estimate, *spread, df])


def rubin_interval(rubin: Floats, level: float = 0.95) -> Floats:
    """(n, 2) estimate -+ t sd of rows as `rubin_of` gives them; NaN where they are."""
    reach = t_quantile(rubin[:, 4], level) * rubin[:, 3]
    return np.stack([rubin[:, 0] - reach, rubin[:, 0] + reach], axis=1)
