"""Effective weights, and the index without an indicator, a group, a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.analysis import slow_analysis as slow
from tests.core.index.analysis.small import FRAMEWORK, listed, table, with_gaps
from tests.dose import examples
from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.influence import (
    arithmetic_without,
    each_alone,
    effective_weights,
    effective_weights_table,
    leave_out,
    leave_out_tables,
    weights_without,
)
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import arithmetic_scores
from waspada.index.model import Floats
from waspada.instrument.framework import Aggregate, Framework, Indicator

CHILDREN = {code: FRAMEWORK.children(code) for code in FRAMEWORK.node_codes}
SETS = {**each_alone(FRAMEWORK, [1, 2]), "survey": ("a", "d", "e")}


def slow_index(data: IndicatorTable, weights: Mapping[str, float]) -> list[float | None]:
    return [
        slow.index(dict(zip(FRAMEWORK.codes, listed(row), strict=True)), CHILDREN, weights, "top")
        for row in data.values
    ]


def test_worked_example_of_effective_weights() -> None:
    found = effective_weights(FRAMEWORK, FRAMEWORK.weights)
    assert found["b"] == pytest.approx(1 / 4 * 2 / 4)
    assert found["d"] == pytest.approx(2 / 4 * 3 / 4)
    assert sum(found[code] for code in FRAMEWORK.codes) == pytest.approx(1)
    assert effective_weights_table(FRAMEWORK, FRAMEWORK.weights).rows[-1] == ("top", 3, 1, 1)


def test_effective_weight_is_what_a_point_more_moves() -> None:
    data = table()
    base = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)[:, -1]
    data.values[:, 1] += 1
    moved = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)[:, -1] - base
    assert moved == pytest.approx(effective_weights(FRAMEWORK, FRAMEWORK.weights)["b"])


@pytest.mark.parametrize("gaps", [False, True])
def test_closed_form_matches_a_new_run_down_the_tree(gaps: bool) -> None:
    data = with_gaps(0.4) if gaps else table()
    found = leave_out(
        FRAMEWORK, FRAMEWORK.weights, SETS, lambda w: arithmetic_without(FRAMEWORK, data, w)
    )
    assert listed(found.baseline) == pytest.approx(slow_index(data, FRAMEWORK.weights))
    for k, codes in enumerate(SETS.values()):
        weights = {**FRAMEWORK.weights, **dict.fromkeys(codes, 0.0)}
        expected = slow_index(data, weights)
        assert [x is None for x in listed(found.scores[:, k])] == [x is None for x in expected]
        both = [(a, b) for a, b in zip(listed(found.scores[:, k]), expected, strict=True) if b]
        assert all(a == pytest.approx(b, rel=1e-12) for a, b in both)


weight = st.sampled_from([0.0, 0.5, 1.0, 2.0, 7.5])


@given(st.lists(weight, min_size=9, max_size=9), st.integers(0, 2**32 - 1))
@settings(max_examples=examples(40), deadline=None)
def test_closed_form_matches_the_slow_index_for_any_weights(ws: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(6, 6))
    values[rng.random((6, 6)) < 0.3] = np.nan
    weights = dict(zip([*FRAMEWORK.codes, "left", "right", "lone"], ws, strict=True)) | {"top": 1.0}
    found = listed(arithmetic_without(FRAMEWORK, table(values), [weights])[:, 0])
    for ours, expected in zip(found, slow_index(table(values), weights), strict=True):
        assert ours == (None if expected is None else pytest.approx(expected, abs=1e-9))


def test_scores_of_any_node_can_be_had() -> None:
    data = table()
    found = arithmetic_without(FRAMEWORK, data, [FRAMEWORK.weights], node="right")
    expected = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)[:, 1]
    assert found[:, 0] == pytest.approx(expected)
    with pytest.raises(ValueError, match="no node"):
        arithmetic_without(FRAMEWORK, data, [FRAMEWORK.weights], node="a")


def test_a_node_without_its_only_child_goes_with_it() -> None:
    found = weights_without(FRAMEWORK, FRAMEWORK.weights, ["f"])
    assert (found["f"], found["lone"], found["left"]) == (0, 0, 1)


def test_an_index_of_one_indicator_cannot_lose_it_and_the_table_says_so() -> None:
    lone = Framework(
        (Indicator("a", "A", "top"),),
        (Aggregate("top", "Top", 2, None),),
    )
    with pytest.raises(Cannot, match="nothing would be left"):
        weights_without(lone, lone.weights, ["a"])
    data = IndicatorTable(("x", "y", "z"), ("x", "y", "z"), ("a",), np.array([[1.0], [2], [3]]))
    found = leave_out(
        lone, lone.weights, {"a": ("a",)}, lambda w: arithmetic_without(lone, data, w)
    )
    summary, scores, _ = leave_out_tables(data, found)
    assert summary.rows[0][1] is None and "nothing would be left" in str(summary.rows[0][-1])
    assert scores.rows[0] == ("x", 1, None)


def test_other_aggregations_are_run_again() -> None:
    data = table()
    asked: list[Mapping[str, float]] = []

    def smallest(weights: Sequence[Mapping[str, float]]) -> Floats:
        asked.extend(weights)
        return np.column_stack(
            [
                np.min(data.values[:, [w[code] > 0 for code in FRAMEWORK.codes]], axis=1)
                for w in weights
            ]
        )

    found = leave_out(FRAMEWORK, FRAMEWORK.weights, each_alone(FRAMEWORK, [1]), smallest)
    assert len(asked) == 7
    assert found.scores[:, 0] == pytest.approx(data.values[:, 1:].min(axis=1))


def test_worked_example_of_leaving_out() -> None:
    values = np.array([[10.0, 10, 10, 10, 10, 10], [20, 20, 20, 0, 0, 0], [0, 0, 0, 20, 20, 40]])
    data = table(values)
    found = leave_out(
        FRAMEWORK, FRAMEWORK.weights, {"right": ("right",)},
        lambda w: arithmetic_without(FRAMEWORK, data, w),
    )  # fmt: skip
    assert found.baseline == pytest.approx([10, 5, 20])
    assert found.scores[:, 0] == pytest.approx([10, 10, 20])
    summary, _, ranks = leave_out_tables(data, found)
    assert [row[1:] for row in ranks.rows] == [(2, 2), (3, 2), (1, 1)]
    assert summary.rows[0][:4] == ("right", pytest.approx(1 / 3), 1, pytest.approx(5 / 3))
    assert summary.rows[0][5:] == (3, "")
