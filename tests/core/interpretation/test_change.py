import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from waspada.interpretation.change import adjusted, compare_rounds, upper_tail

NAN = np.nan


def compared(before, after, se=2.0, df=30.0, **options):
    before, after = np.atleast_2d(before).astype(float), np.atleast_2d(after).astype(float)
    errors = np.full(before.shape, se), np.full(before.shape, se)
    worths = np.full(before.shape, df), np.full(before.shape, df)
    return compare_rounds(before, after, errors, worths, **options)


def slow_adjusted(p):
    """By the definition: the smallest rate at which the step-up procedure finds each."""
    m, found = len(p), []
    for value in p:
        candidates = [m * other / sum(x <= other for x in p) for other in p if other >= value]
        found.append(min(1.0, *candidates))
    return found


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_values_are_those_of_the_definition_and_of_scipy(p):
    np.testing.assert_allclose(adjusted(np.array(p)), slow_adjusted(p), rtol=1e-12)
    np.testing.assert_allclose(adjusted(np.array(p)), stats.false_discovery_control(p), rtol=1e-12)


def test_welch_s_test_by_hand():
    """Two groups of people, as scipy's own Welch test takes them."""
    chance = np.random.default_rng(2)
    one, other = chance.normal(50, 20, 25), chance.normal(60, 12, 40)
    se = [np.array([[g.std(ddof=1) / np.sqrt(len(g))]]) for g in (one, other)]
    df = [np.array([[len(g) - 1.0]]) for g in (one, other)]
    found = compare_rounds(
        np.array([[one.mean()]]), np.array([[other.mean()]]), tuple(se), tuple(df)
    )
    welch = stats.ttest_ind(other, one, equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert found.p_value[0, 0] == pytest.approx(welch.pvalue, rel=1e-9)
    assert (found.lower[0, 0], found.upper[0, 0]) == pytest.approx(tuple(interval), rel=1e-8)


def test_a_change_rises_falls_or_lies_within_the_error():
    found = compared([50, 50, 50.0], [65, 52, 35.0])
    assert found.direction.tolist() == [[1, 0, -1]]
    assert found.difference.tolist() == [[15, 2, -15]]


def test_the_same_change_needs_more_evidence_among_many_tests():
    """p = 0.03: a finding alone, none among twenty."""
    d = 2 * np.sqrt(2) * stats.norm.isf(0.015)
    alone = compared([50.0], [50 + d], df=np.inf)
    assert alone.p_value[0, 0] == pytest.approx(0.03)
    assert alone.direction[0, 0] == 1
    many = compared(np.full(20, 50.0), [50 + d, *[50.0] * 19], df=np.inf)
    assert many.q_value[0, 0] == pytest.approx(0.6)
    assert many.direction[0, 0] == 0


def test_a_minimum_effect_asks_for_more_than_not_zero():
    """8 points with SE 2.83: beyond chance, but not beyond 5 points."""
    assert compared([50.0], [58.0]).direction[0, 0] == 1
    assert compared([50.0], [58.0], minimum_effect=5).direction[0, 0] == 0
    assert compared([50.0], [68.0], minimum_effect=5).direction[0, 0] == 1


def test_what_was_not_measured_twice_or_has_no_error_is_not_tested():
    found = compared([50, NAN, 50.0], [60, 60, NAN])
    assert found.tested.tolist() == [[True, False, False]]
    assert np.isnan(found.p_value[0, 1:]).all()
    assert found.q_value[0, 0] == found.p_value[0, 0]
    still = compared([50.0], [60.0], se=0.0)
    assert not still.tested[0, 0] and still.direction[0, 0] == 0


def test_upper_tail_knows_the_normal_limit():
    assert upper_tail(np.array([1.96]), np.array([np.inf]))[0] == pytest.approx(0.0249979)
    assert upper_tail(np.array([1.0]), np.array([1.0]))[0] == pytest.approx(0.25)


@pytest.mark.parametrize("changed", [0, 4])
def test_false_findings_stay_at_their_rate(changed):
    """400 pairs of rounds: 13 regions x 5 nodes, n = 30, some regions rise by 15 points."""
    chance = np.random.default_rng(7)
    false, power = [], []
    df = np.full((13, 5), 29.0)
    for _ in range(400):
        rise = np.zeros((13, 5))
        rise[:changed] = 15.0
        sd = np.sqrt(chance.chisquare(29, (2, 13, 5)) / 29) * 20 / np.sqrt(30)
        before = chance.normal(50, 20 / np.sqrt(30), (13, 5))
        after = chance.normal(50 + rise, 20 / np.sqrt(30))
        found = compare_rounds(before, after, (sd[0], sd[1]), (df, df)).direction != 0
        false.append((found & (rise == 0)).sum() / max(found.sum(), 1))
        power.append(found[:changed].mean() if changed else 0.0)
    assert np.mean(false) <= 0.05 + 3 * np.std(false) / np.sqrt(400)
    assert np.mean(power) > 0.4 or not changed
