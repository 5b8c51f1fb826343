import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import answers, instrument, item, node, random_answers, stratum
from tests.core.uncertainty.slow_variance import variance_of
from tests.dose import examples
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample
from waspada.instrument.model import Aggregation
from waspada.uncertainty.bootstrap import replicate
from waspada.uncertainty.interval import intervals, logit_interval
from waspada.uncertainty.linear import bias_of_curved_means, by_region, linearise, seen_share

STRATA = (stratum("a", weight=2), stratum("b"), stratum("c", "b"))
ALONE = instrument([item(c) for c in "pqr"])


def tree_of(aggregation):
    return instrument(
        [item("p", "x"), item("q", "x", weight=2, direction=-1), item("r", "y"), item("s", "y")],
        [node("x", weight=3, aggregation=aggregation), node("y", direction=-1)],
        STRATA,
        aggregation=aggregation,
    )


def found(responses, asked, **more):
    sample = draw_sample(responses, asked)
    point = estimate(sample)
    return sample, point, intervals(sample, point, **more)


@pytest.mark.parametrize("aggregation", list(Aggregation))
@settings(max_examples=examples(15), deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(12, 40))
def test_variance_agrees_with_the_slow_one(aggregation, seed, size):
    asked = tree_of(aggregation)
    responses = random_answers(asked, {"63.01": size}, seed=seed, missing=0, elements="abbac")
    sample = draw_sample(responses, asked)
    point = estimate(sample)
    linear = linearise(sample, point)
    if linear.at_the_end.any():
        return
    variance = by_region(sample, linear.variance)[0]
    for code, expected in variance_of(responses, asked, "63.01").items():
        assert variance[sample.tree.place[code]] == pytest.approx(expected, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_linear_error_agrees_with_that_of_the_replicates(aggregation):
    """250 people per region: the score is nearly linear, 4,000 replicates are good to 1.2 %."""
    asked = tree_of(aggregation)
    responses = random_answers(asked, {"63.01": 250, "63.02": 300}, missing=0, elements="abbac")
    sample, _, interval = found(responses, asked)
    drawn = replicate(sample, seed=1, replicates=4000)
    np.testing.assert_allclose(interval.standard_error, drawn.standard_error, rtol=0.05)


def test_linear_error_with_gaps_agrees_with_the_closed_form():
    """12 of 16 answered the item: s^2 / 12, however many sat beside them."""
    rows = [("63.01", "", [25 * (k % 5) if k < 12 else None, 0, 50]) for k in range(16)]
    _, _, interval = found(answers(rows, ALONE), ALONE)
    x = np.array([25 * (k % 5) for k in range(12)])
    assert interval.standard_error[0, 0] == pytest.approx(x.std(ddof=1) / np.sqrt(12))


def test_share_that_is_seen_worked_example():
    """docs/method/uncertainty.md: 4 of 5 answered p; all 5 answered q and r."""
    rows = [("63.01", "", [25 * k if k < 4 else None, 25 * k, 100 - 25 * k]) for k in range(5)]
    sample = draw_sample(answers(rows, ALONE), ALONE)
    share = seen_share(sample, estimate(sample))[0]
    assert share[:3].tolist() == pytest.approx([1 - 1 / 4, 1 - 1 / 5, 1 - 1 / 5])
    m = (4 + 5 + 5) / 3
    assert share[3] == pytest.approx((1 - 1 / m) / 3 + (1 - 2 / m + 1 / 5) * 2 / 3)
    assert share[3] == pytest.approx(0.7762, abs=5e-5)


def test_gaps_at_most_double_the_error():
    rows = [("63.01", "", [50 if k < 1 else None, 25 * (k % 5), 50]) for k in range(6)]
    sample = draw_sample(answers(rows, ALONE), ALONE)
    assert seen_share(sample, estimate(sample))[0, 0] == 0.25


def test_interval_worked_example():
    """docs/method/uncertainty.md: ten answers, seven times 0, then 25, 25, 50."""
    asked = instrument([item("p")])
    rows = [("63.01", "", [s]) for s in [0] * 7 + [25, 25, 50]]
    _, point, interval = found(answers(rows, asked), asked)
    assert point.values[0, 1] == 10
    assert interval.standard_error[0, 1] == pytest.approx(5.5277, abs=5e-5)
    assert interval.lower[0, 1] == pytest.approx(2.695, abs=5e-4)
    assert interval.upper[0, 1] == pytest.approx(30.835, abs=5e-4)


def test_around_the_middle_it_is_the_t_interval():
    lower, upper = logit_interval(np.array([50.0]), np.array([0.1]))
    assert (lower[0], upper[0]) == (pytest.approx(49.9, abs=1e-6), pytest.approx(50.1, abs=1e-6))


@settings(max_examples=examples(60), deadline=None)
@given(score=st.floats(0.01, 99.99), half=st.floats(0, 200), more=st.floats(0, 50))
def test_logit_interval_stays_inside_and_grows_with_the_error(score, half, more):
    (low, lower), (high, upper) = logit_interval(np.full(2, score), np.array([half, half + more]))
    assert 0 <= lower <= low + 1e-9 and low <= score + 1e-9
    assert score <= high + 1e-9 and high - 1e-9 <= upper <= 100


@settings(max_examples=examples(60), deadline=None)
@given(score=st.floats(0.01, 99.99), half=st.floats(0, 100))
def test_turning_the_scale_turns_the_interval(score, half):
    (low,), (high,) = logit_interval(np.array([score]), np.array([half]))
    (low_turned,), (high_turned,) = logit_interval(np.array([100 - score]), np.array([half]))
    assert low_turned == pytest.approx(100 - high, abs=1e-6)
    assert high_turned == pytest.approx(100 - low, abs=1e-6)


given_score = st.sampled_from([0, 0, 0, 25, 50, 100, None])
row = st.tuples(
    st.just("63.01"), st.sampled_from("abc"), st.lists(given_score, min_size=4, max_size=4)
)


@pytest.mark.parametrize("aggregation", list(Aggregation))
@settings(max_examples=examples(40), deadline=None)
@given(rows=st.lists(row, min_size=10, max_size=40))
def test_every_score_has_an_interval_of_some_width_that_holds_it(aggregation, rows):
    """Whatever was answered, also at the ends of the scale: no interval of width zero."""
    asked = tree_of(aggregation)
    responses = answers(rows, asked)
    _, point, wide = found(responses, asked)
    _, _, narrow = found(responses, asked, level=0.8)
    scored = ~np.isnan(point.values)
    for interval in (wide, narrow):
        assert (~np.isnan(interval.lower) == scored).all()
        assert (~np.isnan(interval.upper) == scored).all()
    value = point.values[scored]
    assert (wide.lower[scored] <= value).all() and (value <= wide.upper[scored]).all()
    assert (wide.lower[scored] >= 0).all() and (wide.upper[scored] <= 100).all()
    assert (wide.upper - wide.lower)[scored].min(initial=1) > 0
    assert (wide.lower <= narrow.lower + 1e-9)[scored].all()
    assert (narrow.upper <= wide.upper + 1e-9)[scored].all()


def test_group_that_does_not_differ_takes_the_pooled_variance():
    """Five of element a say 25, element b differs with s^2 = 1250: a adds W^2 s^2 / 5 too."""
    asked = instrument([item("p")], strata=(stratum("a"), stratum("b")))
    rows = [("63.01", "a", [25])] * 5
    rows += [("63.01", "b", [s]) for s in (0, 0, 25, 50, 50, 75, 100, 100)]
    _, _, interval = found(answers(rows, asked), asked)
    spread = np.var([0, 0, 25, 50, 50, 75, 100, 100], ddof=1)
    assert interval.standard_error[0, 1] == pytest.approx(np.sqrt(spread / 4 * (1 / 5 + 1 / 8)))
    assert interval.df[0, 1] == 7
    assert interval.inflation[0, 1] == pytest.approx(np.sqrt((1 / 5 + 1 / 8) * 8))


def test_where_nobody_differs_as_many_may_as_ten_answers_can_miss():
    """No event in ten: up to 30.8 % may differ, at either end of the scale (Clopper-Pearson)."""
    asked = instrument([item("p")])
    _, _, interval = found(answers([("63.01", "", [25])] * 10, asked), asked)
    share = 1 - 0.025 ** (1 / 10)
    assert share == pytest.approx(0.3085, abs=5e-5)
    assert interval.lower[0, 1] == pytest.approx(25 * (1 - share))
    assert interval.upper[0, 1] == pytest.approx(25 + 75 * share)


def test_curved_bias_is_that_of_many_samples():
    """Geometric mean of two items from ten people, simulated 20,000 times."""
    asked = instrument([item("p"), item("q")], aggregation=Aggregation.GEOMETRIC)
    score, chance = np.array([25.0, 50, 75, 100]), np.array([0.4, 0.3, 0.2, 0.1])
    x = np.random.default_rng(3).choice(score, p=chance, size=(20_000, 10, 2))
    missed = np.sqrt(x.mean(axis=1).prod(axis=1)).mean() - 50.0
    sample = draw_sample(answers([("63.01", "", [50, 50])] * 10, asked), asked)
    spread = (score - score @ chance) ** 2 @ chance
    values = np.array([[50.0, 50.0, 50.0]])
    variance = np.array([[spread / 10, spread / 10, spread / 20]])
    bias = bias_of_curved_means(values, variance, sample.tree)[0, 2]
    assert bias == pytest.approx(missed, abs=0.15)
    assert bias == pytest.approx(-spread / 10 / 50 / 4)


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    """Two cells of benchmarks/coverage.py with 1,000 trials: 95 % give or take 3.3 errors."""
    from benchmarks.coverage import Case, cover

    for case in (
        Case("low", "one", "arithmetic", 0.6, 10),
        Case("low", "unequal", "geometric", 0.2, 30),
    ):
        covered = cover(case, trials=1000)
        assert 92.7 <= covered.index <= 97.3
        assert 92.7 <= covered.dimension <= 97.3
        assert covered.refused == 0
