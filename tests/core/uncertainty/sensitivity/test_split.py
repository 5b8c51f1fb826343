"""Variance of survey, method and interaction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.core.uncertainty.sensitivity import slow
from tests.dose import examples
from waspada.uncertainty.sensitivity.split import split_variance

TABLES = st.tuples(st.integers(2, 5), st.integers(2, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(-50, 50))
)


@given(TABLES)
@settings(max_examples=examples(60), deadline=None)
def test_the_split_is_the_one_of_the_mean_squares(values):
    found = split_variance(values)
    survey, method, interaction = slow.split(values.tolist())
    near = {"rel": 1e-9, "abs": 1e-9}
    assert found.survey == pytest.approx(max(survey, 0.0), **near)
    assert found.method == pytest.approx(max(method, 0.0), **near)
    assert found.interaction == pytest.approx(interaction, **near)
    if abs(survey) > 1e-9:
        assert found.survey_negative == (survey < 0)


@given(TABLES, st.floats(-1e3, 1e3))
@settings(max_examples=examples(40), deadline=None)
def test_a_constant_changes_no_variance(values, constant):
    before, after = split_variance(values), split_variance(values + constant)
    assert after.total == pytest.approx(before.total, rel=1e-8, abs=1e-8)


def test_a_table_worked_by_hand():
    """Rows differ by 4, columns by 2, nothing else: a_s = -2, 2; b_m = -1, 1."""
    found = split_variance(np.array([[0.0, 2.0], [4.0, 6.0]]))
    assert (found.survey, found.method, found.interaction) == (8.0, 2.0, 0.0)
    assert [float(share) for share in found.shares()] == [0.8, 0.2, 0.0]


def test_components_of_simulated_tables_are_found_without_bias():
    chance = np.random.default_rng(12)
    n, shape = 4_000, (6, 5)
    values = (
        3.0 * chance.normal(size=(shape[0], 1, n))
        + 2.0 * chance.normal(size=(1, shape[1], n))
        + chance.normal(size=(*shape, n))
    )
    found = split_variance(values)
    assert found.survey.mean() == pytest.approx(9.0, rel=0.05)
    assert found.method.mean() == pytest.approx(4.0, rel=0.05)
    assert found.interaction.mean() == pytest.approx(1.0, rel=0.02)


def test_an_estimate_below_zero_is_zero_and_flagged():
    found = split_variance(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert found.survey == 0.0 and found.survey_negative
    assert found.method == 0.0 and found.method_negative
    assert found.interaction == 4.0


def test_a_hole_in_the_table_leaves_that_place_without_a_split():
    values = np.random.default_rng(2).random((3, 3, 2))
    values[1, 1, 0] = np.nan
    found = split_variance(values)
    assert np.isnan(found.survey[0]) and not np.isnan(found.survey[1])


def test_shares_of_nothing_are_missing():
    assert all(np.isnan(share) for share in split_variance(np.full((2, 2), 7.0)).shares())


def test_one_replicate_has_no_variance():
    with pytest.raises(ValueError, match="at least 2"):
        split_variance(np.zeros((1, 5)))
