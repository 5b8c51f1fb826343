"""Normalisation for all inputs: against the slow one, and what each recipe promises."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_normalise
from tests.core.index.composite.frameworks_of_tests import columns, normalise_step, table
from tests.dose import examples
from waspada.errors import StepError
from waspada.index.composite import normalisation, normalise, scaling
from waspada.index.composite.recipe import settle

values = st.one_of(st.none(), st.integers(1, 40), st.floats(1, 1000))
column = st.lists(values, min_size=3, max_size=25)
directions = st.sampled_from([1, -1])
CASES = [
    ("minmax", {"lower": 2.0, "upper": 7.0}),
    ("scaled", {"lower": 1.0, "upper": 10.0}),
    ("scaled", {"lower": -2.0, "upper": 3.0, "scale": 1.0}),
    ("zscore", {"mean": 5.0, "sd": 2.0}),
    ("zscore", {"spread": "population"}),
    ("rank", {"ties": "min"}),
    ("rank", {"ties": "mean"}),
    ("rank", {"ties": "max"}),
    ("percentile_rank", {"scale": 100.0}),
    ("borda", {}),
    ("borda", {"lower": 10.0, "upper": 20.0}),
    ("goalposts", {"lower": 10.0, "upper": 30.0}),
    ("goalposts", {"lower": 10.0, "upper": 30.0, "truncate": False, "floor": 3.0}),
    ("distance_to_maximum", {}),
    ("fraction_of_maximum", {"falling": "inverse"}),
    ("fraction_of_maximum", {"falling": "signed"}),
    ("share_of_maximum", {}),
    ("categorical", {"thresholds": [5, 20, 30]}),
    ("categorical", {"thresholds": [5, 20], "scores": [3, 1, 9]}),
    ("categorical", {"thresholds": [25, 50, 90], "of": "percentiles"}),
    ("none", {}),
]


def as_array(x):
    return np.array([np.nan if v is None else v for v in x], dtype=float)


@pytest.mark.parametrize(("method", "parameters"), CASES)
@settings(max_examples=examples(25), deadline=None)
@given(x=column, direction=directions)
def test_every_recipe_agrees_with_the_slow_one(method, parameters, x, direction):
    known = [v for v in x if v is not None]
    assume(len(known) > 1 and max(known) - min(known) > 1e-6)
    recipe = normalise.RECIPES[method]
    got = recipe.function(as_array(x), direction=direction, **settle(recipe, parameters))
    slow = getattr(slow_normalise, method)(x, direction, **parameters)
    np.testing.assert_allclose(got, as_array(slow), rtol=1e-9, atol=1e-9)


@settings(max_examples=examples(40), deadline=None)
@given(x=column, direction=directions, beyond=st.floats(0.1, 50), cap=st.booleans())
def test_distances_agree_with_the_slow_one(x, direction, beyond, cap):
    known = [v for v in x if v is not None]
    assume(known)
    target = (min(known) if direction > 0 else max(known)) + direction * beyond
    got = scaling.distance_to_target(as_array(x), direction=direction, target=target, cap=cap)
    slow = slow_normalise.distance_to_target(x, direction, target, cap)
    np.testing.assert_allclose(got, as_array(slow), rtol=1e-9, atol=1e-9)
    again = scaling.distance_to_reference(
        as_array(x), direction=direction, reference=target, cap=cap
    )
    np.testing.assert_array_equal(got, again)


MONOTONE = [case for case in CASES if case[1] != {"thresholds": [5, 20], "scores": [3, 1, 9]}]


@pytest.mark.parametrize(("method", "parameters"), MONOTONE)
@settings(max_examples=examples(10), deadline=None)
@given(x=column, direction=directions)
def test_a_better_value_never_scores_less(method, parameters, x, direction):
    known = [v for v in x if v is not None]
    assume(len(known) > 1 and max(known) - min(known) > 1e-6)
    if parameters.get("falling") == "signed" and direction < 0:
        return  # the documented exception
    recipe = normalise.RECIPES[method]
    got = recipe.function(as_array(x), direction=direction, **settle(recipe, parameters))
    order = np.argsort(direction * as_array(x), kind="stable")[: len(known)]
    assert (np.diff(got[order]) >= -1e-9).all()


@pytest.mark.parametrize(("method", "parameters"), CASES)
def test_a_whole_table_at_once_equals_column_by_column(method, parameters):
    chance = np.random.default_rng(3)
    x = chance.integers(1, 30, (20, 4)) + chance.random((20, 4)).round(1)
    x[chance.random((20, 4)) < 0.2] = np.nan
    directions = np.array([1.0, -1.0, 1.0, -1.0])
    recipe = normalise.RECIPES[method]
    given = settle(recipe, parameters)
    together = recipe.function(x, direction=directions, **given)
    for k in range(4):
        alone = recipe.function(x[:, k], direction=directions[k], **given)
        np.testing.assert_allclose(together[:, k], alone, rtol=1e-13)
    three = recipe.function(np.stack([x, x], axis=2), direction=directions[:, None], **given)
    np.testing.assert_allclose(three[..., 1], together, rtol=1e-13)


def test_the_quick_way_gives_what_the_run_gives():
    chance = np.random.default_rng(4)
    framework = columns(4)
    data = table(chance.normal(50, 10, (12, 4)), framework)
    options = {
        "method": "minmax",
        "per": {"a": {"method": "goalposts", "lower": 20, "upper": 90}, "c": {"lower": 1}},
    }
    plan = normalisation.plan_of(options, framework)
    assert sorted(len(portion.columns) for portion in plan) == [1, 3]
    np.testing.assert_array_equal(
        normalisation.apply(data.values, plan),
        normalise.run(data, framework, normalise_step(**options)).table.values,
    )


@pytest.mark.parametrize("method", ["minmax", "zscore", "rank", "percentile_rank", "borda"])
@settings(max_examples=examples(15), deadline=None)
@given(rows=st.lists(st.lists(values, min_size=2, max_size=2), min_size=1, max_size=8))
def test_a_run_answers_or_refuses_but_never_loses_a_value(method, rows):
    framework = columns(2)
    data = table([[np.nan if v is None else v for v in row] for row in rows], framework)
    try:
        got = normalise.run(data, framework, normalise_step(method=method)).table.values
    except StepError as error:
        assert error.facts["indicators"] and error.facts["step"] == "normalise"
    else:
        np.testing.assert_array_equal(np.isnan(got), np.isnan(data.values))
        assert not np.isinf(got).any()


def test_the_quick_way_takes_the_row_of_the_reference_unit():
    framework = columns(2)
    data = table([[1, 8], [3, 4], [5, 2]], framework)
    options = {"method": "distance_to_reference", "unit": "U2"}
    np.testing.assert_array_equal(
        normalisation.apply(data.values, normalisation.plan_of(options, framework), reference=1),
        normalise.run(data, framework, normalise_step(**options)).table.values,
    )
