"""Trends, held against COINr's rules written out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_chain
from tests.dose import examples
from waspada.index.analysis.trend import Trend, trend

NAN = float("nan")


def of(*points):
    return trend(np.array([float(t) for t, _ in points]), np.array([x for _, x in points]))


def test_worked_example_of_two_values():
    """From 40 to 50 in two years: 5 points, 12.5 % of the first a year; growth 11.8 %."""
    found = of((2020, 40.0), (2021, NAN), (2022, 50.0))
    assert (found.n, found.available) == (2, pytest.approx(2 / 3))
    assert (found.change, found.change_per_year, found.percent_per_year) == (10, 5, 12.5)
    assert found.growth == pytest.approx(1.25**0.5 - 1)


def test_worked_example_of_three_values():
    """10, 20, 60: the line rises 25 a year from 5 at the first time, 500 % of it."""
    found = of((2020, 10.0), (2021, 20.0), (2022, 60.0))
    assert found.slope == pytest.approx(25)
    assert found.percent_per_year == pytest.approx(500)
    assert found.change_per_year == 25


def test_what_does_not_change_has_no_percentage_and_no_growth_even_at_0():
    found = of((1, 0.0), (2, 0.0), (3, 0.0))
    assert (found.growth, found.percent_per_year, found.change) == (0, 0, 0)


def test_a_share_of_nothing_is_left_empty():
    assert of((1, 0.0), (2, 3.0)).percent_per_year is None
    assert of((1, -1.0), (2, 3.0)).growth is None


def test_fewer_than_two_values_have_no_trend():
    assert of((1, NAN), (2, NAN)) == Trend(0, 0.0)
    assert of((1, NAN), (2, 7.0)) == Trend(1, 0.5, 2, 2, 7.0, 7.0)


points = st.lists(
    st.tuples(st.integers(1990, 2030), st.floats(1, 100)),
    min_size=3,
    max_size=8,
    unique_by=lambda p: p[0],
)


@settings(max_examples=examples(60), deadline=None)
@given(points)
def test_percent_is_the_slope_of_all_pairs_over_where_the_line_begins(found):
    found.sort()
    slope = slow_chain.slope(found)
    n = len(found)
    at_first = sum(x for _, x in found) / n - slope * (sum(t for t, _ in found) / n - found[0][0])
    if len({x for _, x in found}) > 1 and abs(at_first) > 1:
        assert of(*found).percent_per_year == pytest.approx(100 * slope / at_first, rel=1e-7)
