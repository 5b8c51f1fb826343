"""What holds for all columns, and agreement with the slow way."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_impute_treat as slow
from tests.dose import examples
from waspada.index.composite import transform
from waspada.index.composite.moments import kurtosis, shape, skewness
from waspada.index.composite.treatment import treat_column
from waspada.index.composite.winsorise import winsorise

tame = st.integers(-40, 40).map(float)
wild = st.sampled_from([math.nan, 250.0, 250.0, 400.0, 900.0, -300.0, -300.0, -700.0])
columns = st.lists(tame | wild | tame | tame, min_size=0, max_size=40)
limits = st.integers(0, 8)
skews = st.sampled_from([0.5003, 1.0007, 2.0011])  # no sample of whole numbers sits on these
kurtoses = st.sampled_from([-1.0013, 1.0017, 3.5003])


def same(actual, expected, rtol=1e-11):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=1e-11)


@settings(max_examples=examples(150), deadline=None)
@given(columns)
def test_shape_is_that_of_exact_fractions(values):
    x = np.array(values, dtype=float)
    same(float(skewness(x)), slow.skewness(values), 1e-9)
    same(float(kurtosis(x)), slow.kurtosis(values), 1e-9)
    same(shape(np.sort(x[~np.isnan(x)])), (slow.skewness(values), slow.kurtosis(values)), 1e-9)


@settings(max_examples=examples(150), deadline=None)
@given(columns, limits, skews, kurtoses, st.booleans(), st.booleans())
def test_winsorising_is_that_of_the_slow_way(values, at_most, skew, kurt, together, force):
    done = winsorise(
        np.array(values, dtype=float),
        at_most=at_most,
        skew=skew,
        kurtosis=kurt,
        force=force,
        ties="together" if together else "stop",
    )
    if len(slow.there(values)) < 4:
        same(done.values, values)
        return
    column, high, low = slow.winsorise(values, at_most, skew, kurt, together=together, force=force)
    same(done.values, column)
    assert (set(done.rows_high), set(done.rows_low)) == (high, low)


@settings(max_examples=examples(100), deadline=None)
@given(columns.filter(lambda v: len(slow.there(v)) > 3), limits, skews, kurtoses)
def test_treatment_is_that_of_the_slow_way(values, at_most, skew, kurt):
    treated = treat_column(np.array(values, dtype=float), at_most=at_most, skew=skew, kurtosis=kurt)
    same(treated.values, slow.treat(values, at_most, skew, kurt))


@settings(max_examples=examples(150), deadline=None)
@given(columns, limits)
def test_treatment_keeps_order_gaps_and_the_limit(values, at_most):
    x = np.array(values, dtype=float)
    treated = treat_column(x, at_most=at_most, skew=1.0007, kurtosis=1.0017)
    assert (np.isnan(treated.values) == np.isnan(x)).all()
    assert not np.isinf(treated.values).any()
    there = ~np.isnan(x)
    order = np.argsort(x[there], kind="stable")
    assert (np.diff(treated.values[there][order]) >= 0).all()
    assert treated.high + treated.low <= at_most


@settings(max_examples=examples(60), deadline=None)
@given(columns, st.randoms(use_true_random=False))
def test_the_order_of_units_plays_no_role(values, random):
    places = list(range(len(values)))
    random.shuffle(places)
    x = np.array(values, dtype=float)
    mixed = treat_column(x[places]).values if values else x
    same(mixed, treat_column(x).values[places] if values else x)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.integers(-300, 300).map(lambda v: v / 100), min_size=5, max_size=30, unique=True),
    st.floats(-2.0, 2.0),
    st.floats(0.01, 2.0),
)
def test_a_higher_exponent_never_lowers_skewness(logs, exponent, step):
    values = np.exp(np.array(logs))
    low, high = (
        float(skewness(transform.box_cox(values, exponent=e, shift=False)))
        for e in (exponent, exponent + step)
    )
    assert low <= high + 1e-6
