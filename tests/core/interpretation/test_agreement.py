"""Agreement within and between groups, against books, closed forms and slow sums."""

from math import asin, nan, pi, sin
from statistics import variance

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waspada.errors import QualityError
from waspada.interpretation.agreement import (
    average_deviation,
    bivariate_normal,
    intraclass,
    null_variance,
    ordinal_alpha,
    polychoric,
    within_group,
)

SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]
points = st.sampled_from([0.0, 25.0, 50.0, 75.0, 100.0])


def slow_intraclass(groups):
    """Sums of squares group by group."""
    people = [x for group in groups for x in group]
    grand, n = sum(people) / len(people), len(people)
    between = sum(len(g) * (sum(g) / len(g) - grand) ** 2 for g in groups) / (len(groups) - 1)
    within = sum((x - sum(g) / len(g)) ** 2 for g in groups for x in g) / (n - len(groups))
    k = (n - sum(len(g) ** 2 for g in groups) / n) / (len(groups) - 1)
    return (between - within) / (between + (k - 1) * within), (between - within) / between


def test_intraclass_of_shrout_and_fleiss():
    """Six targets, four judges: ICC(1,1) = 0.17 and ICC(1,4) = 0.44 in their table 4."""
    scores = np.array(SHROUT_FLEISS, dtype=float).reshape(-1)
    one, many = intraclass(scores, np.repeat(np.arange(6), 4))
    assert (round(one, 2), round(many, 2)) == (0.17, 0.44)


def test_unequal_groups_equal_the_slow_sums_and_blanks_do_not_count():
    groups = [[0.0, 25.0, 25.0], [50.0, 75.0, 75.0, 100.0, 50.0], [25.0, 50.0]]
    scores = np.array([*(x for group in groups for x in group), nan])
    group = np.array([0] * 3 + [4] * 5 + [2] * 2 + [2])
    assert intraclass(scores, group) == pytest.approx(slow_intraclass(groups))


@pytest.mark.parametrize("group", [[0, 0, 0], [0, 1, 2]])
def test_one_group_or_as_many_as_people_have_no_intraclass_correlation(group):
    assert np.isnan(intraclass(np.array([1.0, 2.0, 3.0]), np.array(group))).all()


def test_groups_that_are_alike_inside_agree_fully():
    assert intraclass(np.array([0.0, 0, 50, 50]), np.array([0, 0, 1, 1])) == (1.0, 1.0)
    assert np.isnan(intraclass(np.full(4, 50.0), np.array([0, 0, 1, 1]))).all()


def test_null_variances_are_the_published_ones():
    """LeBreton and Senter (2008): 2, 1.34, 0.90 and 0.44 for five choices."""
    kinds = ("uniform", "slight", "moderate", "heavy")
    steps = [null_variance(5, kind) / 25**2 for kind in kinds]
    assert steps == pytest.approx([2, 1.34, 0.90, 0.44])
    with pytest.raises(QualityError, match="no null distribution"):
        null_variance(7, "slight")


def test_two_agree_and_two_agree_strongly():
    """docs/method/interpretation.md: s^2 = 208.33, r_wg = 1 - 208.33/1250 = 0.833, AD = 12.5."""
    scores = np.array([[75.0], [75.0], [100.0], [100.0]])
    assert within_group(scores, np.array([1250.0])) == pytest.approx(5 / 6)
    assert average_deviation(scores) == 12.5


@given(st.lists(st.tuples(points, points, points), min_size=2, max_size=12))
def test_within_group_equals_the_slow_formula_and_lies_between_0_and_1(rows):
    ratio = sum(variance(column) / 1250.0 for column in zip(*rows, strict=True)) / 3
    expected = 3 * (1 - ratio) / (3 * (1 - ratio) + ratio) if ratio < 1 else 0.0
    found = within_group(np.array(rows), np.full(3, 1250.0))
    assert found == pytest.approx(expected)
    assert 0 <= found <= 1


def test_items_nobody_answered_do_not_count():
    scores = np.array([[0.0, nan], [50.0, nan]])
    assert average_deviation(scores) == 25.0
    assert within_group(scores, np.full(2, 1250.0)) == within_group(scores[:, :1], np.array([1250]))
    assert np.isnan(within_group(scores[:, 1:], np.array([1250])))
    assert np.isnan(average_deviation(scores[:, 1:]))


def test_bivariate_normal_at_the_median_is_the_arcsine_law_and_reaches_its_margins():
    zero = np.array([0.0])
    for r in (-0.9, 0.0, 0.3, 0.95):
        assert bivariate_normal(zero, zero, r)[0] == pytest.approx(0.25 + asin(r) / (2 * pi))
        assert bivariate_normal(zero, np.array([np.inf]), r)[0] == pytest.approx(0.5)
        assert bivariate_normal(zero, np.array([-np.inf]), r)[0] == pytest.approx(0, abs=1e-12)


def test_polychoric_of_a_balanced_two_by_two_table_has_a_closed_form():
    """40 10 / 10 40: P(both low) = 0.4, so r = sin(0.15 x 2 pi) = 0.809."""
    x = np.repeat([0, 0, 1, 1], [40, 10, 10, 40])
    y = np.repeat([0, 1, 0, 1], [40, 10, 10, 40])
    assert polychoric(x, y) == pytest.approx(sin(0.3 * pi), abs=1e-6)
    assert ordinal_alpha(np.column_stack((x, y))) == pytest.approx(2 * 0.80902 / 1.80902, abs=1e-4)


def test_polychoric_finds_the_correlation_behind_skewed_answers():
    chance = np.random.default_rng(4)
    latent = chance.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=20_000)
    x, y = (np.searchsorted([0.3, 0.8, 1.3], column) for column in latent.T)
    x[:50] = -1
    assert polychoric(x, y) == pytest.approx(0.6, abs=0.03)
    assert np.corrcoef(x[50:], y[50:])[0, 1] < 0.55


def test_too_few_people_or_answers_all_alike_have_no_polychoric_correlation():
    x = np.tile([0, 1], 49)
    with pytest.raises(QualityError, match="there are 98"):
        polychoric(x, x)
    with pytest.raises(QualityError, match="answers that differ"):
        polychoric(np.tile([0, 1], 60), np.zeros(120, dtype=int))
    with pytest.raises(QualityError, match="two items"):
        ordinal_alpha(np.zeros((200, 1), dtype=int))
