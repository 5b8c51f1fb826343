"""Normalisation by hand: worked numbers, directions, and every trap."""

import numpy as np
import pytest

from tests.core.index.composite.frameworks_of_tests import (
    NAN,
    columns,
    flat,
    normalise_step,
    table,
)
from waspada.errors import StepError
from waspada.index.composite import normalise, scaling
from waspada.index.composite.recipe import Cannot, settle
from waspada.instrument.framework import Indicator

X = np.array([2.0, 4.0, NAN, 10.0, 4.0])


def scores(method, x=X, direction=1, **parameters):
    recipe = normalise.RECIPES[method]
    given = settle(recipe, parameters)
    if method == "distance_to_reference":
        del given["unit"], given["time"]
        given["reference"] = x[3]
    return recipe.function(np.asarray(x, dtype=float), direction=direction, **given)


WORKED = [
    ("minmax", {}, [0, 25, NAN, 100, 25], [100, 75, NAN, 0, 75]),
    ("minmax", {"lower": 1.0, "upper": 5.0}, [1, 2, NAN, 5, 2], [5, 4, NAN, 1, 4]),
    (
        "scaled",
        {"lower": 0.0, "upper": 20.0},
        [10, 20, NAN, 50, 20],
        [-10, -20, NAN, -50, -20],
    ),
    ("rank", {}, [1, 2, NAN, 4, 2], [4, 2, NAN, 1, 2]),
    ("rank", {"ties": "mean"}, [1, 2.5, NAN, 4, 2.5], [4, 2.5, NAN, 1, 2.5]),
    ("rank", {"ties": "max"}, [1, 3, NAN, 4, 3], [4, 3, NAN, 1, 3]),
    ("percentile_rank", {}, [0, 1 / 3, NAN, 1, 1 / 3], [1, 1 / 3, NAN, 0, 1 / 3]),
    ("borda", {}, [0, 1, NAN, 3, 1], [3, 1, NAN, 0, 1]),
    ("borda", {"lower": 0.0, "upper": 90.0}, [0, 30, NAN, 90, 30], [90, 30, NAN, 0, 30]),
    (
        "goalposts",
        {"lower": 3.0, "upper": 8.0, "scale": 10.0},
        [0, 2, NAN, 10, 2],
        [10, 8, NAN, 0, 8],
    ),
    (
        "goalposts",
        {"lower": 3.0, "upper": 8.0, "scale": 60.0, "floor": 70.0, "truncate": False},
        [58, 82, NAN, 154, 82],
        [142, 118, NAN, 46, 118],
    ),
    ("distance_to_maximum", {}, [0, 0.25, NAN, 1, 0.25], [1, 0.75, NAN, 0, 0.75]),
    (
        "distance_to_target",
        {"target": 6.0},
        [0, 0.5, NAN, 2, 0.5],
        [2, 1.5, NAN, 0, 1.5],
    ),
    (
        "distance_to_target",
        {"target": 6.0, "cap": True, "scale": 100.0},
        [0, 50, NAN, 100, 50],
        [100, 100, NAN, 0, 100],
    ),
    ("share_of_maximum", {}, [20, 40, NAN, 100, 40], [80, 60, NAN, 0, 60]),
    (
        "fraction_of_maximum",
        {"falling": "inverse"},
        [0.2, 0.4, NAN, 1, 0.4],
        [1, 0.5, NAN, 0.2, 0.5],
    ),
    (
        "fraction_of_maximum",
        {"falling": "signed"},
        [0.2, 0.4, NAN, 1, 0.4],
        [1, 2, NAN, 5, 2],
    ),
    (
        "categorical",
        {"thresholds": [4, 9]},
        [0, 50, NAN, 100, 50],
        [100, 100, NAN, 0, 100],
    ),
    (
        "categorical",
        {"thresholds": [4, 9], "scores": [10, 20, 90]},
        [10, 20, NAN, 90, 20],
        [90, 90, NAN, 10, 90],
    ),
    (
        "categorical",
        {"thresholds": [50], "of": "percentiles"},
        [0, 100, NAN, 100, 100],
        [100, 100, NAN, 0, 100],
    ),
    ("none", {}, [2, 4, NAN, 10, 4], [-2, -4, NAN, -10, -4]),
]


@pytest.mark.parametrize(("method", "parameters", "rising", "falling"), WORKED)
def test_worked_numbers_in_both_directions(method, parameters, rising, falling):
    np.testing.assert_allclose(scores(method, **parameters), rising, atol=1e-12)
    np.testing.assert_allclose(scores(method, direction=-1, **parameters), falling, atol=1e-12)


def test_zscore_has_the_mean_and_sample_deviation_asked_for():
    got = scores("zscore", direction=-1, mean=100.0, sd=10.0)
    known = got[~np.isnan(got)]
    assert known.mean() == pytest.approx(100) and known.std(ddof=1) == pytest.approx(10)
    assert got[0] > got[3]
    population = scores("zscore", spread="population")
    assert population[~np.isnan(population)].std() == pytest.approx(1)


def test_distance_to_reference_is_one_at_the_reference_unit():
    np.testing.assert_allclose(scores("distance_to_reference", unit="U4"), [0, 0.25, NAN, 1, 0.25])


def test_every_recipe_is_worked_here():
    by_hand = {method for method, *_ in WORKED} | {"zscore", "distance_to_reference"}
    assert by_hand == set(normalise.RECIPES)


# Traps ------------------------------------------------------------------------------------------


def refusal(values, framework=None, times=None, **options):
    framework = framework or columns(len(values[0]))
    with pytest.raises(StepError) as caught:
        normalise.run(table(values, framework, times), framework, normalise_step(**options))
    return caught.value


@pytest.mark.parametrize("method", ["minmax", "zscore", "distance_to_maximum"])
def test_constant_indicator_is_refused_by_name_or_put_in_the_middle(method):
    values = [[1, 5], [2, 5], [3, NAN]]
    error = refusal(values, method=method)
    assert error.facts["indicators"] == ("b",)
    assert "constant: middle" in error.message and 'Step "normalise"' in error.message
    step = normalise_step(method=method, constant="middle")
    got = normalise.run(table(values, columns(2)), columns(2), step).table.values
    middle = {"minmax": 50, "zscore": 0, "distance_to_maximum": 0.5}[method]
    np.testing.assert_allclose(got[:, 1], [middle, middle, NAN])
    plain = [[1], [2], [3]]
    alone = normalise.run(table(plain, columns(1)), columns(1), normalise_step(method=method))
    np.testing.assert_allclose(got[:, [0]], alone.table.values)


def test_differences_of_rounding_only_are_constant_too():
    assert "equal" in refusal([[0.1 + 0.2], [0.3], [0.3]], method="minmax").message


@pytest.mark.parametrize("method", ["rank", "borda", "percentile_rank"])
def test_constant_indicator_ranks_level(method):
    assert set(scores(method, [7, 7, 7]).tolist()) == {1.0 if method == "rank" else 0.0}


@pytest.mark.parametrize("method", sorted(set(normalise.RECIPES) - {"distance_to_reference"}))
def test_indicator_without_any_value_is_refused_by_every_recipe(method):
    options = {
        "goalposts": {"lower": 0, "upper": 1},
        "categorical": {"thresholds": [1]},
        "distance_to_target": {"target": 5},
    }.get(method, {})
    error = refusal([[1, NAN], [2, NAN]], method=method, **options)
    assert error.facts["indicators"] == ("b",) and "no value" in error.message


@pytest.mark.parametrize("method", ["minmax", "zscore", "percentile_rank", "distance_to_maximum"])
def test_a_single_value_is_refused_where_it_has_no_place(method):
    assert refusal([[NAN], [3]], method=method).facts["indicators"] == ("a",)


def test_infinite_value_is_refused_with_its_unit():
    error = refusal([[1, 2], [2, np.inf], [3, 4]], method="rank")
    assert error.facts["indicators"] == ("b",) and error.facts["units"] == ("U2",)


def test_scores_beyond_the_numbers_of_a_computer_are_refused():
    assert (
        "too large" in refusal([[1e300], [1e308]], method="scaled", lower=0, upper=1e-300).message
    )


def test_reference_unit_that_is_absent_or_without_value_is_refused():
    values = [[1, 2], [3, NAN]]
    error = refusal(values, method="distance_to_reference", unit="U9")
    assert "not in the table" in error.message and error.facts["units"] == ("U9",)
    error = refusal(values, method="distance_to_reference", unit="U2")
    assert "no value" in error.message and error.facts["indicators"] == ("b",)
    error = refusal([[1], [3]], method="distance_to_reference", unit="U1")
    assert "no better than the worst" in error.message


def test_reference_unit_of_a_panel_needs_a_time_unless_each_time_stands_alone():
    values, times = [[1], [2], [3], [8]], (2019, 2020, 2019, 2020)
    assert (
        "several times"
        in refusal(values, times=times, method="distance_to_reference", unit="U2").message
    )
    framework = columns(1)
    data = table(values, framework, times)
    step = normalise_step(method="distance_to_reference", unit="U2", time=2019)
    got = normalise.run(data, framework, step).table.values
    np.testing.assert_allclose(got[:, 0], [0, 0.5, 1, 3.5])
    step = normalise_step(method="distance_to_reference", unit="U2", over="time")
    got = normalise.run(data, framework, step).table.values
    np.testing.assert_allclose(got[:, 0], [0, 0, 1, 1])


@pytest.mark.parametrize("target", [1.0, 0.5])
def test_target_that_is_no_better_than_the_worst_value_is_refused(target):
    error = refusal([[1], [3]], method="distance_to_target", target=target)
    assert "target is no better" in error.message


def test_target_comes_from_the_framework_unless_the_method_gives_one():
    framework = flat(
        Indicator("a", "a", "Index", target=5.0), Indicator("b", "b", "Index", -1, target=0)
    )
    data = table([[1, 2], [3, 4]], framework)
    step = normalise_step(method="distance_to_target")
    got = normalise.run(data, framework, step).table.values
    np.testing.assert_allclose(got, [[0, 0.5], [0.5, 0]])
    step = normalise_step(method="distance_to_target", per={"a": {"target": 3}})
    got = normalise.run(data, framework, step).table.values
    np.testing.assert_allclose(got, [[0, 0.5], [1, 0]])


def test_missing_target_is_told_before_the_run():
    (found,) = normalise.check({"method": "distance_to_target"}, columns(2))
    assert "a, b" in found[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "minmax", "lower": 5, "upper": 5}, "out of order"),
        ({"method": "goalposts", "lower": 5, "upper": 1}, "out of order"),
        ({"method": "goalposts", "lower": 5}, '"upper" is missing'),
        ({"method": "categorical", "thresholds": [3, 1]}, "out of order"),
        ({"method": "categorical", "thresholds": [1, 1]}, "out of order"),
        ({"method": "categorical", "thresholds": []}, "not all numbers"),
        ({"method": "categorical", "thresholds": ["a"]}, "not all numbers"),
        ({"method": "categorical", "thresholds": [1], "scores": [1]}, "2 classes"),
        ({"method": "categorical", "thresholds": [0], "of": "percentiles"}, "percentile"),
        ({"method": "zscore", "sd": 0}, "above 0"),
        ({"method": "guess"}, 'no normalisation "guess"'),
        ({"method": "minmax", "per": {"z": {"method": "rank"}}}, '"z"'),
        ({"method": "minmax", "per": {"a": {"method": "guess"}}}, 'Indicator "a"'),
        ({"method": "minmax", "over": "units"}, '"over"'),
        ({"method": "minmax", "per": {"a": "rank"}}, '"per" is no list'),
    ],
)
def test_impossible_options_are_told_before_the_run_and_by_the_run(options, words):
    found = normalise.check(options, columns(2))
    assert len(found) == 1 and words in found[0][0] and found[0][1]
    assert words in refusal([[1, 2], [3, 4]], **options).message


def test_borda_with_one_limit_only_is_refused():
    assert "Only one" in refusal([[1], [2]], method="borda", lower=0).message


def test_fraction_of_maximum_refuses_falling_indicators_and_maxima_of_zero():
    framework = columns(1, direction=-1)
    assert "less is better" in refusal([[1], [2]], framework, method="fraction_of_maximum").message
    options = {"method": "fraction_of_maximum", "falling": "inverse"}
    assert "not above 0" in refusal([[0], [2]], framework, **options).message
    assert "not above 0" in refusal([[0], [-1]], method="fraction_of_maximum").message


def test_share_of_maximum_refuses_negatives_with_their_unit_and_zeros_unless_told():
    error = refusal([[1], [-2], [3]], method="share_of_maximum")
    assert error.facts["units"] == ("U2",)
    assert "All values are 0" in refusal([[0], [0]], method="share_of_maximum").message
    step = normalise_step(method="share_of_maximum", all_zero="zero")
    got = normalise.run(table([[0], [0]], columns(1)), columns(1), step).table.values
    np.testing.assert_array_equal(got, [[0], [0]])


# Indicators of their own, panels, what is told --------------------------------------------------


def test_indicators_may_have_recipes_and_parameters_of_their_own():
    framework = columns(3)
    step = normalise_step(
        method="minmax",
        lower=1.0,
        per={"b": {"upper": 11.0}, "c": {"method": "zscore", "sd": 2}},
    )
    got = normalise.run(table([[1, 1, 1], [2, 2, 2], [3, 3, 3]], framework), framework, step)
    np.testing.assert_allclose(got.table.values, [[1, 1, -2], [50.5, 6, 0], [100, 11, 2]])
    (detail,) = got.details
    told = {row[0]: row[2:] for row in detail.rows}
    assert told["b"] == ("minmax", 1, 3, 1.0, 3.0, "lower=1, upper=11, constant=refuse")


def test_a_panel_has_one_set_of_parameters_unless_each_time_stands_alone():
    framework, times = columns(1), (2019, 2020, 2019, 2020)
    data = table([[0], [10], [5], [20]], framework, times)
    together = normalise.run(data, framework, normalise_step(method="minmax"))
    np.testing.assert_allclose(together.table.values[:, 0], [0, 50, 25, 100])
    apart = normalise.run(data, framework, normalise_step(method="minmax", over="time"))
    np.testing.assert_allclose(apart.table.values[:, 0], [0, 0, 100, 100])
    assert [row[1] for row in apart.details[0].rows] == [2019, 2020]


def test_indicator_without_value_at_one_time_stays_missing_there_with_a_note():
    framework, times = columns(2), (2019, 2020, 2019, 2020)
    data = table([[0, NAN], [1, 5], [5, NAN], [2, 6]], framework, times)
    got = normalise.run(data, framework, normalise_step(method="minmax", over="time"))
    np.testing.assert_allclose(got.table.values[:, 1], [NAN, 0, NAN, 100])
    assert got.notes == ("No value at time 2019, left missing: b.",)


def test_refusal_at_one_time_names_the_time():
    error = refusal(
        [[0], [1], [0], [2]], times=(2019, 2020, 2019, 2020), method="minmax", over="time"
    )
    assert "2019" in error.message


def test_bare_function_says_what_and_how_without_names():
    with pytest.raises(Cannot, match="All values are equal"):
        scaling.minmax(np.array([1.0, 1.0]))
