"""Treatment: worked examples, and the traps of the reference toolbox."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.core.index.composite import slow_impute_treat as slow
from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import transform, treat
from waspada.index.composite.model import Step, StepKind
from waspada.index.composite.moments import kurtosis, shape, skewness
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.treatment import treat_column
from waspada.index.composite.winsorise import Stop, winsorise
from waspada.instrument.framework import Aggregate, Framework, Indicator

NAN = math.nan


def column(*values):
    return np.array(values, dtype=float)


def built(columns, times=None, units=None):
    """A table of the columns and a framework in which all have one parent."""
    codes = tuple(columns)
    values = np.column_stack([np.asarray(v, dtype=float) for v in columns.values()])
    units = units or tuple(f"U{row:03d}" for row in range(len(values)))
    framework = Framework(
        tuple(Indicator(code, code, "top") for code in codes),
        (Aggregate("top", "Top", 2, None),),
    )
    return IndicatorTable(units, units, codes, values, times=times), framework


def run(columns, times=None, units=None, **options):
    table, framework = built(columns, times, units)
    return treat.run(table, framework, Step("treat", StepKind.TREAT, options))


def details(stage):
    detail = stage.details[0]
    return [dict(zip(detail.header, row, strict=True)) for row in detail.rows]


# The worked examples of docs/method/composite-treatment.md ----------------------------------------


def test_worked_example_of_winsorising():
    stage = run({"A": [*range(1, 11), 100]}, method="winsorise_else_log")
    assert stage.table.values[:, 0].tolist() == [*range(1, 11), 10]
    (row,) = details(stage)
    assert (round(row["skewness_before"], 3), round(row["kurtosis_before"], 3)) == (3.256, 10.707)
    assert (round(row["skewness_after"], 3), round(row["kurtosis_after"], 3)) == (-0.128, -1.337)
    assert (row["winsorised_high"], row["winsorised_low"], row["outcome"]) == (1, 0, "winsorise")
    assert stage.details[1].rows == (("U010", None, "A", "winsorised_high", 100.0, 10.0),)


def test_worked_example_of_the_log_of_the_untreated_values():
    values = column(*range(1, 21), 100, 200)
    stage = run({"A": values}, method="winsorise_else_log", at_most=1)
    expected = np.log(values - 1 + 1.99)
    np.testing.assert_allclose(stage.table.values[:, 0], expected, rtol=1e-14)
    (row,) = details(stage)
    assert (row["winsorised_high"], row["passes_winsorised"], row["outcome"]) == (1, "no", "log_ct")
    assert {point[3] for point in stage.details[1].rows} == {"log_ct"}


# Shape --------------------------------------------------------------------------------------------


def test_skewness_and_kurtosis_of_a_small_sample_by_hand():
    # 1, 2, 3, 10: mean 4, moments 12.5, 45, 348.5
    assert float(skewness(column(1, 2, 3, 10))) == pytest.approx(
        45 / 12.5**1.5 * math.sqrt(12) / 2, rel=1e-14
    )
    assert float(kurtosis(column(1, 2, 3, 10))) == pytest.approx(
        (5 * (348.5 / 156.25 - 3) + 6) * 3 / 2, rel=1e-14
    )


def test_shape_is_undefined_for_too_few_or_equal_values():
    assert np.isnan(skewness(column(1, 2, NAN)))
    assert np.isnan(kurtosis(column(1, 2, 4, NAN)))
    assert not np.isnan(skewness(column(1, 2, 4, NAN)))
    assert np.isnan(skewness(np.full(7, 0.1)))
    assert np.isnan(skewness(np.empty((0, 2)))).all()
    assert np.isnan(shape(np.full(7, 0.1))[0])


def test_shape_holds_for_values_near_the_largest_a_computer_knows():
    assert float(skewness(column(1, 2, 3, 10) * 1e300)) == pytest.approx(
        slow.skewness([1, 2, 3, 10]), rel=1e-13
    )


# Winsorising: limits and ties ---------------------------------------------------------------------


def test_winsorising_at_the_low_end_where_skewness_is_negative():
    done = winsorise(column(*range(1, 11), -100))
    assert (done.rows_high, done.rows_low, done.values[10]) == ((), (10,), 1.0)


def test_forced_winsorising_goes_to_the_limit_only_where_the_column_fails():
    failing = treat_column(column(*range(1, 21), 100, 200), at_most=3, force=True, then=None)
    assert (failing.high, failing.low) in {(2, 1), (3, 0)}
    passing = treat_column(column(*range(1, 21)), at_most=3, force=True, then=None)
    assert (passing.high, passing.low) == (0, 0)


def test_equal_points_beyond_the_limit_are_not_moved():
    values = column(*range(1, 41), 900, 900, 900)
    stage = run({"A": values}, method="winsorise", at_most=2)
    assert stage.table.values[:, 0].tolist() == values.tolist()
    (row,) = details(stage)
    assert row["winsorised_high"] == 0
    assert "ties beyond the limit" in row["flags"]
    assert "still fails" in row["flags"]
    assert any("ties beyond the limit (A)" in note for note in stage.notes)


def test_equal_points_beyond_the_limit_move_together_where_the_method_says_so():
    stage = run(
        {"A": [*range(1, 41), 900, 900, 900]}, method="winsorise", at_most=2, ties="together"
    )
    assert stage.table.values[-3:, 0].tolist() == [40, 40, 40]
    (row,) = details(stage)
    assert row["winsorised_high"] == 3
    assert "more points moved than the limit" in row["flags"]


def test_equal_units_stay_equal_after_treatment():
    values = column(*range(1, 41), 700, 800, 800, 900)
    for at_most in range(6):
        treated = treat_column(values, at_most=at_most).values
        assert treated[41] == treated[42]


def test_winsorising_never_makes_an_indicator_constant():
    values = column(*[0] * 40, 1, 1)
    done = winsorise(values, at_most=5)
    assert (done.stop, done.count) == (Stop.CONSTANT, 0)
    assert done.values.tolist() == values.tolist()


def test_a_limit_of_no_point_goes_straight_to_the_log():
    treated = treat_column(column(*range(1, 21), 500), at_most=0)
    assert (treated.high, treated.changed_by) == (0, "log_ct")


# Columns without a shape --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        ([5.0] * 6, "constant"),
        ([0.1] * 7, "constant"),
        ([1.0, 9.0, NAN, NAN, NAN, NAN], "too few values"),
        ([NAN] * 6, "no value"),
    ],
)
def test_a_column_without_a_shape_is_left_alone_and_named(values, flag):
    stage = run({"A": values}, method="winsorise_else_log")
    np.testing.assert_array_equal(stage.table.values[:, 0], values)
    (row,) = details(stage)
    assert (row["flags"], row["passes_after"]) == (flag, None)
    assert stage.notes == (f"Treatment: {flag} (A).",)


def test_three_values_have_no_kurtosis_and_are_left_alone():
    assert treat_column(column(1, 2, 900)).flags == ("too few values",)


@pytest.mark.parametrize("method", ["log_ct", "log_ct_orig", "log_gii", "box_cox"])
def test_a_transformation_of_a_constant_is_refused_with_indicator_and_step(method):
    with pytest.raises(StepError, match=r'Step "treat", indicator "A": All values are 5'):
        run({"A": [5.0] * 6}, method=method)


# Logs ---------------------------------------------------------------------------------------------


def test_a_log_names_the_units_without_a_logarithm():
    with pytest.raises(StepError, match="no logarithm") as caught:
        run({"A": [1, 2, 0, -3]}, units=("AA", "BB", "CC", "DD"), method="log")
    assert caught.value.facts["units"] == ("CC", "DD")
    assert caught.value.facts["indicators"] == ("A",)


def test_a_log_with_an_offset_takes_zeros():
    stage = run({"A": [0, 9, 99, NAN]}, method="log", offset=1, base=10)
    np.testing.assert_allclose(stage.table.values[:3, 0], [0, 1, 2], atol=1e-15)
    assert np.isnan(stage.table.values[3, 0])


def test_the_innovation_log_changes_the_values_unlike_the_one_of_coinr():
    values = column(2, 4, 10, 1000)
    expected = [math.log(999 * (v - 2) / 998 + 1) for v in values]
    np.testing.assert_allclose(transform.log_gii(values), expected, rtol=1e-14)


@pytest.mark.parametrize("highest", [1.0, 0.9, -1.0])
def test_the_innovation_log_refuses_to_turn_an_indicator_upside_down(highest):
    with pytest.raises(Cannot, match="upside down"):
        transform.log_gii(column(-5, -4, -3, highest))
    stage = run({"A": column(0.1, 0.2, 0.9)}, method="log_gii", factor=10)
    assert np.all(np.diff(stage.table.values[:, 0]) > 0)


def test_a_log_that_changes_nothing_but_the_scale_is_named():
    stage = run({"A": [0.0] * 40 + [1.0, 1.0]}, method="winsorise_else_log")
    (row,) = details(stage)
    assert row["outcome"] == "log_ct"
    assert "changes nothing but the scale" in row["flags"]
    assert "still fails" in row["flags"]


def test_a_log_that_makes_a_left_tail_longer_is_named_and_can_be_undone():
    values = -np.exp(np.linspace(0, 8, 60))
    made_worse = treat_column(values, at_most=1)
    assert "the transformation takes skewness further from 0" in made_worse.flags
    kept = treat_column(values, at_most=1, still_failing="untreated")
    assert kept.values.tolist() == values.tolist()
    assert not kept.marks.any()
    winsorised = treat_column(values, at_most=1, still_failing="winsorised")
    assert (winsorised.low, int((winsorised.values != values).sum())) == (1, 1)


def test_combined_treatment_transforms_what_winsorising_left():
    values = column(*range(1, 21), 100, 200)
    combined = treat_column(values, at_most=1, combine=True)
    np.testing.assert_allclose(combined.values, transform.log_ct(np.minimum(values, 100)))
    assert combined.marks.tolist() == [0] * 21 + [1]


def test_another_transformation_can_follow_winsorising():
    values = column(*range(1, 21), 100, 200)
    treated = treat_column(
        values, at_most=1, then="box_cox", parameters={"exponent": 0.0}, skew=1.0
    )
    np.testing.assert_allclose(treated.values, np.log(values), rtol=1e-14)


# Box-Cox, powers, caps ----------------------------------------------------------------------------


def test_box_cox_with_an_exponent_as_in_coinr():
    np.testing.assert_allclose(transform.box_cox(column(3, 5), exponent=2.0), [0, 4], atol=1e-14)


def test_the_sought_exponent_brings_skewness_to_zero():
    values = np.exp(np.random.Generator(np.random.Philox(3)).normal(size=80))
    assert abs(float(skewness(transform.box_cox(values)))) < 1e-9
    assert abs(float(skewness(transform.box_cox(values, shift=False)))) < 1e-9


def test_box_cox_refuses_what_it_would_flatten():
    with pytest.raises(Cannot, match="different values become equal"):
        transform.box_cox(column(0, 1e8, 2e8, 3e8), exponent=-5.0)
    with pytest.raises(Cannot, match="values above 0"):
        transform.box_cox(column(-1, 1, 2), shift=False)


def test_a_power_keeps_the_sign():
    assert transform.power(column(-9, 0, 4), exponent=0.5).tolist() == [-3, 0, 2]


def test_values_beyond_what_a_computer_holds_are_refused():
    with pytest.raises(StepError, match='indicator "A", unit "U003": By "power"'):
        run({"A": [1, 2, 3, 1e200]}, method="power", exponent=2)


def test_caps_hold_values_between_their_bounds():
    values = column(*range(101), NAN)
    assert np.nanmax(transform.cap(values, upper=90.0)) == 90
    capped = transform.cap_percentiles(values, lower=2.5, upper=97.5)
    assert (np.nanmin(capped), np.nanmax(capped)) == (2.5, 97.5)
    assert np.nanmax(transform.cap_fences(column(*range(9), 100))) == pytest.approx(
        6.75 + 1.5 * 4.5
    )
    assert (
        np.nanmax(transform.cap_deviations(column(0, 0, 0, 0, 0, 0, 0, 0, 10), deviations=1.0)) < 5
    )
    with pytest.raises(Cannot, match="no spread"):
        transform.cap_fences(column(1, 1, 1, 1, 1, 9))
    with pytest.raises(Cannot, match="not below"):
        transform.cap(values, lower=3.0, upper=3.0)


def test_a_transformation_can_wait_for_a_column_that_fails():
    stage = run({"A": range(1, 21), "B": [*range(1, 20), 900]}, method="log", when="failing")
    assert [row["outcome"] for row in details(stage)] == ["none", "log"]


# The step -----------------------------------------------------------------------------------------


def test_single_indicators_get_their_own_treatment():
    wild = [*range(1, 21), 100, 200]
    stage = run(
        {"A": wild, "B": wild, "C": wild, "D": wild},
        method="winsorise_else_log",
        at_most=1,
        per={"B": {"method": "none"}, "C": {"at_most": 2}, "D": "log"},
    )
    assert [row["outcome"] for row in details(stage)] == ["log_ct", "none", "winsorise", "log"]


def test_without_a_method_of_its_own_a_step_treats_only_the_indicators_named():
    wild = [*range(1, 21), 100, 200]
    stage = run({"A": wild, "B": wild}, per={"B": {"method": "winsorise"}})
    assert [row["outcome"] for row in details(stage)] == ["none", "winsorise"]


def test_each_time_can_be_treated_on_its_own():
    one, two = [*range(1, 21), 500], [*range(101, 121), 110]
    values = np.column_stack([one, two]).ravel()
    units = tuple(f"U{i:02d}" for i in range(21) for _ in range(2))
    times = tuple(t for _ in range(21) for t in (2020, 2021))
    stage = run({"A": values}, times, units, method="winsorise", over="time")
    assert [(r["time"], r["winsorised_high"]) for r in details(stage)] == [(2020, 1), (2021, None)]
    assert stage.details[1].rows == (("U20", 2020, "A", "winsorised_high", 500.0, 20.0),)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "winsorize"}, 'no method "winsorize"'),
        ({}, "No method is named"),
        ({"method": "none", "per": {"Z": "log"}}, '"per" names "Z"'),
        ({"method": "none", "over": "unit"}, '"over" is'),
        ({"method": "winsorise", "at_most": -1}, "at_most"),
        ({"method": "winsorise_else_log", "parameters": {"x": 1}}, "parameters"),
        ({"method": "none", "per": {"A": {"method": "power"}}}, '"exponent" is missing for "A"'),
        ({"method": "none", "per": ["A"]}, '"per" is no mapping'),
        ({"method": "none", "per": {"A": 3}}, "under"),
    ],
)
def test_faults_of_the_options_are_told_before_anything_is_treated(options, words):
    table, framework = built({"A": range(9)})
    assert any(words in problem for problem, _ in treat.check(options, framework))
    with pytest.raises(StepError, match='Step "treat"'):
        treat.run(table, framework, Step("treat", StepKind.TREAT, options))


def test_every_recipe_says_what_it_means():
    for name, recipe in treat.RECIPES.items():
        assert recipe.name == name
        assert recipe.meaning.endswith(".")
