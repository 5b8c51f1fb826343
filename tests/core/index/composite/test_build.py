"""The chain: steps in order, what it looks for after each, and doing it again with a choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.core.index.composite.chain_of_tests import FRAMEWORK, NAN, TABLE, method_of
from waspada.errors import MethodError, StepError
from waspada.index.composite import aggregate, denominate, screen
from waspada.index.composite.build import build, rebuild
from waspada.index.composite.model import Stage

PLAIN = ("normalise: {method: minmax, lower: 0, upper: 100}", "weigh", "aggregate")


UPWARD = replace(FRAMEWORK, indicators=tuple(replace(i, direction=1) for i in FRAMEWORK.indicators))


def only_aggregate():
    method = method_of(*PLAIN)
    return replace(method, steps=method.steps[-1:])


def with_values(values):
    return replace(TABLE, values=np.array(values, dtype=float))


def test_worked_example_of_the_method_page():
    built = build(FRAMEWORK, TABLE, method_of("denominate", *PLAIN))
    np.testing.assert_allclose(
        built.table.values,
        [[0, 100, 0], [100, 0, 50], [50, NAN, 100], [100, 50, NAN]],
    )
    # left: weights 1 and 3; right: one indicator; top: weights 1 and 2.
    np.testing.assert_allclose(
        built.scores,
        [[75, 0, 25], [25, 50, 125 / 3], [50, 100, 250 / 3], [62.5, NAN, 62.5]],
    )


def test_every_stage_is_kept_under_the_name_of_its_step():
    method = method_of("denominate", "screen: {name: first, method: none}", *PLAIN)
    built = build(FRAMEWORK, TABLE, method)
    assert [stage.step for stage in built.stages] == [
        "raw",
        "denominate",
        "first",
        "normalise",
        "weigh",
    ]
    assert built.stage("raw").table is TABLE
    assert built.table is built.stages[-1].table
    assert built.weights == FRAMEWORK.weights


def test_a_unit_screened_out_is_in_no_later_stage():
    built = build(FRAMEWORK, TABLE, method_of("screen: {method: available, at_least: 1}", *PLAIN))
    assert all(stage.table.units == ("A", "B") for stage in built.stages[1:])
    assert built.scores.shape == (2, 3)


def test_directions_are_applied_once_however_often_one_normalises():
    once = build(FRAMEWORK, TABLE, method_of(*PLAIN))
    again = build(
        FRAMEWORK,
        TABLE,
        method_of("normalise", "normalise: {name: again, upper: 100}", "aggregate"),
    )
    np.testing.assert_allclose(again.scores, once.scores)


def test_a_build_without_normalising_is_told():
    built = build(UPWARD, TABLE, only_aggregate())
    assert built.notes == ("No step normalises: the values are combined on the scales they have.",)
    assert built.scores[0, 0] == pytest.approx((2 + 3 * 1) / 4)


def test_a_method_that_does_not_fit_the_framework_is_refused():
    method = method_of(*PLAIN)
    with pytest.raises(MethodError, match="direction -1"):
        build(FRAMEWORK, TABLE, replace(method, steps=method.steps[1:]))
    with pytest.raises(ValueError, match="columns"):
        build(FRAMEWORK, replace(TABLE, indicators=("b", "a", "c")), method)


def test_an_indicator_that_nobody_has_a_value_of_is_refused():
    table = with_values([[2, NAN, 0], [4, NAN, 5], [9, NAN, 10], [8, NAN, 7]])
    with pytest.raises(StepError) as caught:
        build(UPWARD, table, only_aggregate())
    assert caught.value.facts["indicators"] == ("b",)
    lighter = tuple(replace(i, weight=float(i.code != "b")) for i in UPWARD.indicators)
    built = build(replace(UPWARD, indicators=lighter), table, only_aggregate())
    np.testing.assert_allclose(built.scores[:, 0], [2, 4, 9, 8])


def test_an_infinite_value_is_refused_with_its_place():
    table = with_values([[2, 1, 0], [4, np.inf, 5], [9, 2, 10], [8, 3, 7]])
    with pytest.raises(StepError) as caught:
        build(FRAMEWORK, table, method_of(*PLAIN))
    assert caught.value.facts == {"step": "raw", "indicators": ("b",), "units": ("B",)}


def test_a_constant_indicator_is_told_where_it_first_appears():
    table = with_values([[2, 1, 5], [4, 2, 5], [9, 3, 5], [8, 4, 6]])
    method = method_of("screen: {method: none, drop: [D]}", *PLAIN)
    with pytest.raises(StepError, match='indicator "c"'):
        build(FRAMEWORK, table, method)
    stage = build(
        UPWARD,
        table,
        replace(method, steps=(method.steps[0], method.steps[-1])),
    ).stage("screen")
    assert "All units have the same value of c: it tells none apart." in stage.notes


def misbehaving(monkeypatch, change):
    """A step that goes wrong in the way of `change`, in the place of `denominate`."""

    def run(table, framework, step):
        return Stage(step.name, change(table))

    monkeypatch.setattr(denominate, "run", run)
    return build(FRAMEWORK, TABLE, method_of("denominate", *PLAIN))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: replace(t, values=t.values / 0.0), "infinite"),
        (lambda t: t.pick(np.array([0, 1])), "Units came or went"),
        (lambda t: replace(t, values=t.values * [1, NAN, 1]), "No unit has a value any more"),
    ],
)
def test_no_step_can_spoil_the_table_unseen(monkeypatch, change, told):
    with np.errstate(all="ignore"), pytest.raises(StepError, match=told):
        misbehaving(monkeypatch, change)


def test_what_a_step_lost_is_told(monkeypatch):
    def run(table, framework, step, raw):
        values = table.values.copy()
        values[0, 0] = NAN
        return Stage(step.name, replace(table, values=values).pick(np.array([0, 1, 2])))

    monkeypatch.setattr(screen, "run", run)
    built = build(FRAMEWORK, TABLE, method_of("screen: none", *PLAIN))
    assert built.stage("screen").notes == ("1 values became missing: a of A.",)


def test_no_score_at_all_is_refused(monkeypatch):
    def run(table, framework, step, weights):
        return np.full((len(table), 3), NAN), (), ()

    monkeypatch.setattr(aggregate, "run", run)
    with pytest.raises(StepError, match='No unit has a score of the index "top"'):
        build(FRAMEWORK, TABLE, method_of(*PLAIN))


# Again with a choice --------------------------------------------------------------------------


@pytest.fixture
def built():
    return build(
        FRAMEWORK,
        TABLE,
        method_of("denominate", "screen: {method: available, at_least: 1}", *PLAIN),
    )


@pytest.mark.parametrize(
    ("choices", "drop", "shared"),
    [
        ({}, (), 5),
        ({"normalise.upper": 1}, (), 3),
        ({"screen.at_least": 0.5}, (), 2),
        ({}, ("screen",), 2),
        ({"normalise.lower": -5}, ("denominate",), 1),
    ],
)
def test_a_rebuild_equals_a_build_and_shares_what_did_not_change(built, choices, drop, shared):
    again = rebuild(built, choices, drop)
    afresh = build(FRAMEWORK, TABLE, again.method)
    np.testing.assert_array_equal(again.scores, afresh.scores)
    assert [s.step for s in again.stages] == [s.step for s in afresh.stages]
    for one, other in zip(again.stages, afresh.stages, strict=True):
        np.testing.assert_array_equal(one.table.values, other.table.values)
        assert one.notes == other.notes
    same = [a is b for a, b in zip(again.stages, built.stages, strict=False)]
    assert sum(same) == shared and all(same[:shared])


def test_a_choice_for_a_step_the_base_run_lacks_is_refused(built):
    with pytest.raises(MethodError, match='The method has no step "treat"'):
        rebuild(built, {"treat.at_most": 5})


def test_a_panel_is_normalised_with_one_set_of_parameters_over_all_times():
    panel = replace(TABLE, units=("A", "A", "B", "B"), times=(2020, 2021, 2020, 2021))
    built = build(FRAMEWORK, panel, method_of(*PLAIN))
    np.testing.assert_allclose(built.scores, build(FRAMEWORK, TABLE, method_of(*PLAIN)).scores)
    assert built.table.times == (2020, 2021, 2020, 2021)
