from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waspada.interpretation.ranks import rank_regions, rank_sets
from waspada.uncertainty.student import normal_quantile, t_quantile

NAN = np.nan
MANY = np.inf


def drawn(scores, se, n=4000, seed=0):
    chance = np.random.default_rng(seed)
    return np.asarray(scores) + chance.normal(size=(n, len(scores))) * np.asarray(se)


def sets(scores, se, df=MANY):
    scores, se = np.array(scores, dtype=float), np.array(se, dtype=float)
    return rank_sets(scores, drawn(scores, se), se, np.full(len(scores), df))


def test_highest_score_has_rank_one_and_ties_share_the_better_place():
    assert rank_regions(np.array([50, 70, 50, NAN, 10])).tolist() == [2, 1, 2, 0, 4]


def test_scores_that_differ_by_rounding_errors_tie():
    assert rank_regions(np.array([0.1 + 0.2, 0.3, 0.2])).tolist() == [1, 1, 3]


def test_scores_that_look_alike_when_rounded_do_not_tie():
    assert rank_regions(np.array([61.24, 61.21])).tolist() == [1, 2]


def test_regions_far_apart_have_certain_ranks():
    found = sets([80, 50, 20], [1, 1, 1])
    assert found.lower.tolist() == found.upper.tolist() == found.rank.tolist() == [1, 2, 3]
    assert set(found.pairs) == {(0, 1), (0, 2), (1, 2)}


def test_regions_close_together_can_have_any_rank():
    found = sets([51, 50, 49], [5, 5, 5])
    assert found.lower.tolist() == [1, 1, 1]
    assert found.upper.tolist() == [3, 3, 3]
    assert found.pairs == ()


def test_region_without_score_takes_no_rank_and_no_place():
    found = sets([80, NAN, 20], [1, NAN, 1])
    assert found.rank.tolist() == [1, 0, 2]
    assert found.upper.tolist() == [1, 0, 2]


def test_few_degrees_of_freedom_widen_the_sets():
    assert sets([53, 50], [1, 1]).upper[0] == 1
    assert sets([53, 50], [1, 1], df=2).upper[0] == 2


def test_two_regions_are_compared_by_their_own_critical_value():
    """By hand: with two regions the quantile is the 95 % quantile of |Z|, up to sampling."""
    z = normal_quantile(0.95)
    t = t_quantile(np.array([9.0]), 0.95)[0]
    se = np.sqrt(2)
    assert sets([50 + 1.06 * t * se, 50], [1, 1], df=9).upper[0] == 1
    assert sets([50 + 0.94 * t * se, 50], [1, 1], df=9).upper[0] == 2
    assert t > z


def test_thirteen_regions_of_fifty_people_span_about_ten_places():
    """The design's own warning: spread 6 between regions, 20 between people, 50 people each."""
    chance = np.random.default_rng(5)
    widths = []
    for _ in range(20):
        scores = chance.normal(50, 6, 13)
        found = sets(scores, np.full(13, 20 / np.sqrt(50)), df=49)
        widths.append((found.upper - found.lower + 1).mean())
    assert 8 < np.mean(widths) < 11.5


@pytest.mark.slow
def test_marginal_rank_sets_cover_the_true_rank():
    """1,000 trials, 8 regions: each region's set covers its true rank at least 95 % - noise."""
    chance = np.random.default_rng(11)
    truth = np.array([60, 58, 55, 50, 50.5, 45, 44, 40.0])
    se, hits = np.full(8, 2.0), np.zeros(8)
    rank = rank_regions(truth)
    for _ in range(1000):
        scores = chance.normal(truth, se)
        found = rank_sets(scores, chance.normal(scores, se, (300, 8)), se, np.full(8, MANY))
        hits += (found.lower <= rank) & (rank <= found.upper)
    assert (hits / 1000 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 1000)).all()


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(0.1, 10))
def test_the_rank_lies_in_its_set(scores, se):
    found = sets(scores, [se] * len(scores))
    assert (found.lower <= found.rank).all() and (found.rank <= found.upper).all()
    assert (found.lower >= 1).all() and (found.upper <= len(scores)).all()
    for high, low in found.pairs:
        assert scores[high] > scores[low]


def test_more_confidence_never_gives_a_narrower_set():
    scores, se = np.linspace(40, 60, 9), np.full(9, 3.0)
    replicates = drawn(scores, se)
    widths = []
    for level in (0.5, 0.8, 0.95, 0.99):
        found = rank_sets(scores, replicates, se, np.full(9, 20.0), level=level)
        widths.append(found.upper - found.lower)
    assert all((narrow <= wide).all() for narrow, wide in pairwise(widths))


def test_the_set_of_all_pairs_agrees_with_the_pairs_and_holds_the_marginal_one():
    """Side by side on one page a set and a group must not say opposite things."""
    generator = np.random.default_rng(5)
    x = np.array([60.0, 55.0, 52.0, 50.0, 41.0, np.nan])
    se = np.array([2.0, 3.0, 2.0, 2.5, 2.0, np.nan])
    replicates = x + se * generator.standard_normal((1000, 6))
    found = rank_sets(x, replicates, se, np.full(6, 40.0))
    lower, upper = found.together
    for r in range(5):
        assert lower[r] == 1 + sum(low == r for _, low in found.pairs)
        assert upper[r] == 5 - sum(high == r for high, _ in found.pairs)
        assert 1 <= lower[r] <= found.lower[r] <= found.upper[r] <= upper[r] <= 5
    assert (lower[5], upper[5]) == (0, 0)
