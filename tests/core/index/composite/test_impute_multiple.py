"""Joint distribution, draws and Rubin's rules."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_impute_treat as slow
from tests.dose import examples
from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import impute
from waspada.index.composite.model import Step, StepKind
from waspada.index.composite.multiple import (
    combine_rubin,
    conditional_means,
    draw_missing,
    fit_normal,
)
from waspada.index.composite.recipe import Cannot
from waspada.instrument.framework import Aggregate, Framework, Indicator

CODES = ("A", "B", "C")
FRAMEWORK = Framework(
    tuple(Indicator(code, code, "top") for code in CODES), (Aggregate("top", "Top", 2, None),)
)


def correlated(n=60, seed=5, share=0.2):
    """(n, 3) values with gaps, every row with at least one value."""
    chance = np.random.Generator(np.random.Philox(seed))
    common = chance.normal(size=(n, 1))
    values = np.array([10.0, 500.0, -3.0]) + (common + chance.normal(size=(n, 3))) * [1, 90, 4]
    values[chance.random((n, 3)) < share] = np.nan
    values[np.isnan(values).all(axis=1), 0] = 10.0
    return values


def table_of(values, order=None):
    units = tuple(f"U{row:03d}" for row in (range(len(values)) if order is None else order))
    return IndicatorTable(units, units, CODES, values)


def step(**options):
    return Step("impute", StepKind.IMPUTE, {"method": "multiple", **options})


# EM -----------------------------------------------------------------------------------------------


def test_em_of_a_pair_is_the_regression_of_the_complete_pairs():
    values = correlated()[:, :2]
    values = values[~np.isnan(values[:, 0])]
    expected = slow.em_of_a_pair(values[:, 0].tolist(), values[:, 1].tolist())
    np.testing.assert_allclose(conditional_means(values)[:, 1], expected, rtol=1e-7)


def test_em_reaches_a_stationary_point_of_the_observed_likelihood():
    values = correlated()
    z = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    mean, covariance = (a[0] for a in fit_normal(z, np.ones((1, len(z)))))

    def likelihood(mean, covariance):
        total = 0.0
        for row in z:
            seen = np.flatnonzero(~np.isnan(row))
            away = row[seen] - mean[seen]
            part = covariance[np.ix_(seen, seen)]
            total -= (math.log(np.linalg.det(part)) + away @ np.linalg.solve(part, away)) / 2
        return total

    best = likelihood(mean, covariance)
    for i in range(3):
        for shift in (-0.01, 0.01):
            moved = mean.copy()
            moved[i] += shift
            assert likelihood(moved, covariance) < best
            for j in range(3):
                other = covariance.copy()
                other[i, j] += shift
                other[j, i] = other[i, j]
                assert likelihood(mean, other) < best


def test_em_of_complete_data_is_their_mean_and_covariance():
    z = correlated(share=0.0)
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    means, covariances = fit_normal(z, np.ones((1, len(z))))
    np.testing.assert_allclose(means[0], 0, atol=1e-12)
    np.testing.assert_allclose(covariances[0], np.cov(z.T, ddof=0), atol=1e-12)


def test_em_in_the_step_fills_within_a_parent():
    values = correlated()
    stage = impute.run(table_of(values), FRAMEWORK, step(method="em"))
    np.testing.assert_allclose(stage.table.values, conditional_means(values))
    assert {row[4] for row in stage.details[0].rows} == {"em"}


def test_too_few_units_for_a_joint_distribution_are_refused():
    values = correlated(4, share=0.0)
    values[2, 2] = np.nan
    with pytest.raises(StepError, match=r"4 units have values, too few .* 3 indicators") as caught:
        impute.run(table_of(values), FRAMEWORK, step(method="em"))
    assert caught.value.facts["indicators"] == ("C",)


def test_indicators_that_determine_each_other_are_refused():
    values = correlated(40, share=0.0)
    values[:, 1] = 3 * values[:, 0] - 1
    values[3, 1] = np.nan
    with pytest.raises(StepError, match="determine each other"):
        impute.run(table_of(values), FRAMEWORK, step(method="em"))
    stage = impute.run(table_of(values), FRAMEWORK, step(method="em", ridge=0.001))
    assert stage.table.values[3, 1] == pytest.approx(3 * values[3, 0] - 1, abs=0.2)


def test_a_constant_indicator_says_nothing_about_the_others():
    values = correlated()
    values[:, 2] = 7.0
    stage = impute.run(table_of(values), FRAMEWORK, step(method="em"))
    np.testing.assert_allclose(stage.table.values[:, :2], conditional_means(values[:, :2]))
    values[0, 2] = np.nan
    with pytest.raises(Cannot, match="same value everywhere"):
        conditional_means(values)


# Draws --------------------------------------------------------------------------------------------


def test_draws_do_not_depend_on_the_order_of_units_or_on_their_number():
    values = correlated()
    order = np.random.Generator(np.random.Philox(1)).permutation(len(values))
    drawn = impute.multiply_impute(table_of(values), FRAMEWORK, step(), seed=4, m=6)
    mixed = impute.multiply_impute(table_of(values[order], order), FRAMEWORK, step(), seed=4, m=3)
    for one, other in zip(drawn, mixed, strict=False):
        np.testing.assert_allclose(one.values[order], other.values, rtol=1e-7)
    again = impute.multiply_impute(table_of(values), FRAMEWORK, step(), seed=5, m=6)
    assert not np.allclose(again[0].values, drawn[0].values)


def test_a_plain_build_uses_the_mean_of_the_draws_and_says_so():
    values = correlated()
    stage = impute.run(table_of(values), FRAMEWORK, step(imputations=7, seed=3))
    tables = impute.multiply_impute(table_of(values), FRAMEWORK, step(imputations=7, seed=3))
    assert len(tables) == 7
    np.testing.assert_allclose(stage.table.values, np.mean([t.values for t in tables], axis=0))
    spread = stage.details[1]
    assert spread.name == "imputation_spread"
    assert len(spread.rows) == int(np.isnan(values).sum())
    unit, _, code, mean, sd = spread.rows[0]
    cell = [t.values[t.units.index(unit), CODES.index(code)] for t in tables]
    assert (mean, sd) == pytest.approx((statistics.mean(cell), statistics.stdev(cell)))
    assert any("mean of 7 draws" in note for note in stage.notes)


def test_measured_values_are_the_same_in_every_table():
    values = correlated()
    there = ~np.isnan(values)
    for table in impute.multiply_impute(table_of(values), FRAMEWORK, step(), m=2):
        assert (table.values[there] == values[there]).all()
        assert not np.isnan(table.values).any()


def test_other_recipes_fill_the_same_in_every_table():
    values = correlated()
    options = step(per={"B": {"method": "constant", "value": 1.0}})
    tables = impute.multiply_impute(table_of(values), FRAMEWORK, options, m=3)
    assert all((t.values[np.isnan(values[:, 1]), 1] == 1.0).all() for t in tables)


def test_draws_can_be_kept_within_the_measured_range():
    values = correlated(share=0.5)
    tables = impute.multiply_impute(table_of(values), FRAMEWORK, step(limits="observed"), m=30)
    drawn = np.array([t.values for t in tables])
    assert (drawn.min(axis=(0, 1)) >= np.nanmin(values, axis=0)).all()
    assert (drawn.max(axis=(0, 1)) <= np.nanmax(values, axis=0)).all()


def test_filled_values_outside_the_measured_range_are_named():
    values = correlated(share=0.0)
    values[0] = [40.0, np.nan, 0.0]
    stage = impute.run(table_of(values), FRAMEWORK, step(method="em"))
    assert stage.table.values[0, 1] > np.nanmax(values[:, 1])
    assert any("outside the measured range of B;" in note for note in stage.notes)
    stage = impute.run(table_of(values), FRAMEWORK, step(method="em", limits="observed"))
    assert stage.table.values[0, 1] == np.nanmax(values[:, 1])
    assert not any("outside" in note for note in stage.notes)


def test_a_step_without_draws_has_no_completed_tables():
    with pytest.raises(StepError, match="No indicator is imputed by drawing"):
        impute.multiply_impute(table_of(correlated()), FRAMEWORK, step(method="em"), m=3)
    with pytest.raises(ValueError, match="needs 2"):
        impute.multiply_impute(table_of(correlated()), FRAMEWORK, step(), m=1)


def test_a_table_without_gaps_gives_itself_every_time():
    values = correlated(share=0.0)
    tables = impute.multiply_impute(table_of(values), FRAMEWORK, step(), m=3)
    assert [t.values.tolist() for t in tables] == [values.tolist()] * 3


def test_draws_spread_as_the_conditional_distribution_does():
    # One value missing of 400 in a pair: mean and variance of its draws are those of regression.
    chance = np.random.Generator(np.random.Philox(8))
    x = chance.normal(size=400)
    values = np.column_stack([x, 2 * x + chance.normal(size=400)])
    values[0] = [1.5, np.nan]
    drawn = draw_missing(
        values,
        rows=[f"r{i}" for i in range(400)],
        columns=["A", "B"],
        seed=1,
        imputations=2000,
    )[:, 0, 1]
    slope, level = np.polyfit(values[1:, 0], values[1:, 1], 1)
    rest = values[1:, 1] - level - slope * values[1:, 0]
    assert drawn.mean() == pytest.approx(level + 1.5 * slope, abs=4 * rest.std() / 2000**0.5)
    assert drawn.std() == pytest.approx(rest.std(), rel=0.08)


@pytest.mark.slow
def test_intervals_after_rubin_hold_the_true_mean():
    """Values missing at random given another indicator; 95 % intervals of the mean, 150 trials."""
    held = 0
    trials, n, m = examples(150), 60, 10
    for trial in range(trials):
        chance = np.random.Generator(np.random.Philox(1000 + trial))
        x = chance.normal(size=n)
        values = np.column_stack([x, x + chance.normal(size=n)])
        values[chance.random(n) < 1 / (1 + np.exp(-x)) * 0.6, 1] = np.nan
        drawn = draw_missing(
            values, rows=[f"r{i}" for i in range(n)], columns=["A", "B"], seed=trial, imputations=m
        )[:, :, 1]
        mean, variance, df = combine_rubin(
            drawn.mean(axis=1), drawn.var(axis=1, ddof=1) / n, complete_df=n - 1
        )
        from scipy.stats import t

        held += abs(mean) <= t.ppf(0.975, df) * math.sqrt(variance)
    assert 0.90 <= held / trials <= 0.99


# Rubin's rules ------------------------------------------------------------------------------------


def test_worked_example_of_rubin():
    estimate, variance, df = combine_rubin(np.array([48.0, 50.0, 52.0]), np.array([4.0, 4.0, 4.0]))
    # W = 4, B = 4, T = 4 + 4/3 x 4; df = 2 (1 + 4 / (16/3))^2
    assert float(estimate) == 50
    assert float(variance) == pytest.approx(28 / 3)
    assert float(df) == pytest.approx(6.125)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0.01, 100)), min_size=2, max_size=9).filter(
        lambda pairs: statistics.pvariance(e for e, _ in pairs) > 1e-6
    )
)
def test_rubin_is_that_of_the_slow_way(pairs):
    estimates, variances = (np.array(part) for part in zip(*pairs, strict=True))
    expected = slow.rubin(estimates.tolist(), variances.tolist())
    np.testing.assert_allclose(combine_rubin(estimates, variances), expected, rtol=1e-9)


def test_nothing_missing_adds_nothing():
    estimate, variance, df = combine_rubin(np.full((4, 2), 7.0), np.ones((4, 2)), complete_df=30.0)
    assert estimate.tolist() == [7, 7]
    assert variance.tolist() == [1, 1]
    assert df.tolist() == [30, 30]
    assert combine_rubin(np.full(4, 7.0), np.zeros(4))[2] == math.inf


def test_degrees_of_freedom_stay_below_those_of_complete_data():
    few = combine_rubin(np.array([1.0, 1.1, 0.9]), np.full(3, 5.0), complete_df=12.0)[2]
    assert 0 < few < 12
    with pytest.raises(ValueError, match="needs 2"):
        combine_rubin(np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="negative"):
        combine_rubin(np.ones(2), np.array([1.0, -1.0]))
