"""Ranks inside draws and what many draws say, against plain Python."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.core.uncertainty.sensitivity import slow
from tests.dose import examples
from waspada.uncertainty.sensitivity.statistics import (
    LEVELS,
    count_ranks,
    quantiles,
    rank_draws,
    share_above,
    share_within,
    spread_of_ranks,
    spread_of_scores,
)

NUMBERS = st.sampled_from(
    [0.0, 1.0, 1.0 + 5e-10, 1.0 + 3e-9, 40.0 - 3e-8, 2.5, -3.0, 40.0, float("nan")]
)
TABLES = st.tuples(st.integers(1, 7), st.integers(1, 9)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=NUMBERS)
)


def column(table, draw):
    return [None if np.isnan(v) else float(v) for v in table[:, draw]]


@given(TABLES)
@example(np.array([[1.0], [1.0 + 3e-9], [-3.0]]))  # apart by the tie itself, to the last bit
@settings(max_examples=examples(60), deadline=None)
def test_ranks_inside_draws_are_those_counted_one_by_one(scores):
    found = rank_draws(scores)
    for draw in range(scores.shape[1]):
        assert found[:, draw].tolist() == slow.rank(column(scores, draw))


@given(TABLES)
@settings(max_examples=examples(60), deadline=None)
def test_statistics_of_ranks_and_scores_are_those_of_the_sorted_draws(scores):
    ranks = rank_draws(scores)
    by_rank, by_score = spread_of_ranks(count_ranks(ranks)), spread_of_scores(scores)
    for unit in range(len(scores)):
        kept = [d for d in range(scores.shape[1]) if ranks[unit, d]]
        assert by_rank.n[unit] == by_score.n[unit] == len(kept)
        for spread, table in ((by_rank, ranks), (by_score, scores)):
            values = [float(table[unit, d]) for d in kept]
            if not values:
                assert np.isnan(spread.mean[unit]) and np.isnan(spread.quantiles[unit]).all()
                continue
            assert spread.mean[unit] == pytest.approx(slow.mean(values), rel=1e-12, abs=1e-12)
            expected = [slow.quantile(values, level) for level in LEVELS]
            assert spread.quantiles[unit] == pytest.approx(expected, rel=1e-12, abs=1e-12)
            if len(values) > 1:
                sd = slow.variance(values) ** 0.5
                assert spread.sd[unit] == pytest.approx(sd, rel=1e-9, abs=1e-9)
            else:
                assert np.isnan(spread.sd[unit])


@given(TABLES)
@settings(max_examples=examples(40), deadline=None)
def test_shares_of_draws_are_counted(scores):
    ranks = rank_draws(scores)
    within, above = share_within(count_ranks(ranks), (1, 3)), share_above(scores)
    n_units, n_draws = scores.shape
    for i in range(n_units):
        own = [int(r) for r in ranks[i] if r]
        for k, share in zip((1, 3), within[i], strict=True):
            if own:
                assert share == pytest.approx(sum(r <= k for r in own) / len(own))
            else:
                assert np.isnan(share)
        for j in range(n_units):
            pairs = [
                (scores[i, d], scores[j, d] + slow.tie(column(scores, d)))
                for d in range(n_draws)
                if not np.isnan(scores[[i, j], d]).any()
            ]
            if i == j or not pairs:
                assert np.isnan(above[i, j])
            else:
                assert above[i, j] == pytest.approx(sum(a > b for a, b in pairs) / len(pairs))


def test_quantiles_are_those_of_type_7():
    """R: quantile(c(1, 2, 4, 8, 16), c(.05, .25, .5, .95)) gives 1.2, 2, 4, 14.4."""
    found = quantiles(np.array([16.0, 1.0, 8.0, 2.0, 4.0]), (0.05, 0.25, 0.5, 0.95))
    assert found == pytest.approx([1.2, 2.0, 4.0, 14.4])


def test_many_draws_are_ranked_in_chunks_as_in_one_piece():
    scores = np.random.default_rng(4).normal(size=(9, 2_500))
    whole = (-scores).argsort(axis=0).argsort(axis=0) + 1
    assert np.array_equal(rank_draws(scores), whole)
