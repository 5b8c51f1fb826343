from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from waspada.interpretation.ranks import (
    normal_score,
    probability_above,
    probability_of_rank,
    rank_regions,
    rank_sets,
)
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


# Probabilities ----------------------------------------------------------------------------------


def slow_probabilities(x, drawn, tops):
    """One replicate and one region at a time, by counting who is higher."""
    within = np.zeros((len(x), len(tops)))
    above = np.zeros((len(x), len(x)))
    for replicate in drawn:
        for i, own in enumerate(replicate):
            higher = sum(other > own + 1e-9 for other in replicate)
            within[i] += [higher < top for top in tops]
            for j, other in enumerate(replicate):
                above[i, j] += 0.5 if abs(own - other) <= 1e-9 else float(own > other)
    np.fill_diagonal(above, NAN)
    return within / len(drawn), above / len(drawn)


def test_probabilities_of_ranks_and_pairs_are_shares_of_the_replicates():
    """Whole numbers, so that many replicates tie; standard errors as the replicates spread."""
    chance = np.random.default_rng(8)
    scores = np.array([52.0, 50, 50, 47, NAN])
    replicates = np.rint(chance.normal(scores, 2.0, (300, 5)))
    se = replicates.std(axis=0, ddof=1)
    found = rank_sets(scores, replicates, se, np.full(5, 20.0))
    within, above = slow_probabilities(scores[:4], replicates[:, :4], (1, 2, 9))
    np.testing.assert_allclose(probability_of_rank(found, (1, 2, 9))[:4], within)
    np.testing.assert_allclose(probability_above(found)[:4, :4], above)
    assert np.isnan(probability_of_rank(found, (1,))[4]).all()
    assert np.isnan(probability_above(found)[4]).all()


def test_probabilities_add_up():
    """One place each without ties: P(rank 1) sums to 1; above and below are opposites."""
    found = sets([55, 52, 50, 49, 41], [3, 2, 4, 3, 3])
    first, third = probability_of_rank(found, (1, 3)).T
    assert first.sum() == pytest.approx(1) and third.sum() == pytest.approx(3)
    above = probability_above(found)
    np.testing.assert_allclose((above + above.T)[~np.eye(5, dtype=bool)], 1)
    assert above[0, 4] > 0.99


def test_probabilities_carry_the_standard_error_and_not_only_the_replicates():
    """By hand: difference 2 of two regions with SE 1 each: P = Phi(2 / sqrt 2); twice the SE, half
    the distance."""
    scores = np.array([52.0, 50])
    replicates = drawn(scores, [1, 1], n=40_000)
    for se in (1.0, 2.0):
        found = rank_sets(scores, replicates, np.full(2, se), np.full(2, MANY))
        expected = stats.norm.cdf(2 / (se * np.sqrt(2)))
        assert probability_above(found)[0, 1] == pytest.approx(expected, abs=0.01)
        assert probability_of_rank(found, (1,))[0, 0] == pytest.approx(expected, abs=0.01)


def test_probabilities_without_replicates_are_unknown():
    nobody = sets([NAN, NAN], [NAN, NAN])
    assert np.isnan(probability_of_rank(nobody, (1, 3))).all()
    assert np.isnan(probability_above(nobody)).all()


# Tails and steps --------------------------------------------------------------------------------


@pytest.mark.parametrize("df", [8, 19, 49, 400])
def test_normal_score_has_the_tail_of_student_s_t(df):
    t = np.linspace(-5, 5, 41)
    exact = stats.norm.ppf(stats.t.cdf(t, df))
    np.testing.assert_allclose(normal_score(t, np.full(41, float(df))), exact, rtol=3e-3, atol=1e-9)
    np.testing.assert_array_equal(normal_score(t, np.full(41, np.inf)), t)


def test_stepping_down_adds_claims_and_takes_none_away():
    gained = 0
    for seed in range(30):
        chance = np.random.default_rng(seed)
        scores, se = chance.normal(50, 6, 13), np.full(13, 2.0)
        replicates = chance.normal(scores, se, (400, 13))
        steps, one = (
            rank_sets(scores, replicates, se, np.full(13, 40.0), step_down=step)
            for step in (True, False)
        )
        assert set(one.pairs) <= set(steps.pairs)
        assert (steps.lower >= one.lower).all() and (steps.upper <= one.upper).all()
        assert (steps.together[0] <= steps.lower).all() and (steps.upper <= steps.together[1]).all()
        gained += len(steps.pairs) - len(one.pairs)
    assert gained > 0


@pytest.mark.parametrize("spread", [0.0, 6.0])
def test_all_sets_at_once_cover_all_true_ranks(spread):
    """400 rounds of 8 regions with 20 people each, standard errors estimated; where regions are
    truly equal any claim is an error."""
    chance = np.random.default_rng(12)
    weights = chance.multinomial(19, np.full(20, 1 / 20), (8, 300)) / 19
    together, marginal = [], []
    for _ in range(400):
        truth = chance.normal(50, spread, 8)
        people = chance.normal(truth[:, None], 20.0, (8, 20))
        replicates = np.einsum("rbi,ri->br", weights, people)
        found = rank_sets(
            people.mean(axis=1), replicates, replicates.std(axis=0, ddof=1), np.full(8, 19.0)
        )
        best = 1 + (truth[:, None] < truth).sum(axis=1)
        worst = 8 - (truth[:, None] > truth).sum(axis=1)
        lower, upper = found.together
        together.append(((lower <= best) & (worst <= upper)).all())
        marginal.append(((found.lower <= best) & (worst <= found.upper)).mean())
    least = 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
    assert np.mean(together) >= least and np.mean(marginal) >= least


def test_regions_are_ranked_before_scores_are_rounded():
    """61.24 and 61.21 both print as 61.2; their ranks differ, and stay as they are."""
    scores = np.array([61.21, 61.24])
    assert rank_regions(scores).tolist() == [2, 1]
    assert rank_regions(np.round(scores, 1)).tolist() == [1, 1]


def slow_claims(x, deviation, s, statistic, level=0.95):
    """Which of the claims "i above k" are made over all pairs, one claim and one replicate at a
    time: a claim that was made takes its own error out of the maximum, nothing else."""
    n, open_claims, made = len(x), {(i, k) for i in range(len(x)) for k in range(len(x))}, set()
    open_claims = {(i, k) for i, k in open_claims if i != k}
    while True:
        errors = sorted(
            max((d[i] - d[k]) / (s[i] ** 2 + s[k] ** 2) ** 0.5 for i, k in open_claims)
            for d in deviation
        )
        limit = errors[-(-round(level * 1e9) * (len(errors) - 1) // 10**9)]
        new = {(i, k) for i, k in open_claims if statistic(i, k) > limit}
        if not new:
            break
        made |= new
        open_claims -= new
    lower = [1 + sum((k, i) in made for k in range(n)) for i in range(n)]
    upper = [n - sum((i, k) in made for k in range(n)) for i in range(n)]
    return made, lower, upper


@pytest.mark.parametrize("seed", range(4))
def test_stepping_down_equals_the_slow_rule(seed):
    chance = np.random.default_rng(seed)
    x, se = chance.normal(50, 6, 6), chance.uniform(1, 4, 6)
    drawn = x + se * chance.normal(size=(99, 6))
    found = rank_sets(x, drawn, se, np.full(6, np.inf))
    deviation = drawn - x
    s = deviation.std(axis=0, ddof=1)

    def statistic(i, k):
        return (x[i] - x[k]) / np.hypot(se[i], se[k])

    made, lower, upper = slow_claims(x, deviation.tolist(), s.tolist(), statistic)
    assert set(found.pairs) == made
    assert found.together[0].tolist() == lower
    assert found.together[1].tolist() == upper
