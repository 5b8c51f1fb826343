"""Weights of a small framework: each recipe, worked out by hand or a slow way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.core.index.composite import slow_weigh as slow
from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.balance import correlation_with
from waspada.index.composite.build import build
from waspada.index.composite.doubt import benefit_of_the_doubt
from waspada.index.composite.judgement import mean_points, priorities
from waspada.index.composite.method import parse_method
from waspada.index.composite.model import Detail, Step, StepKind
from waspada.index.composite.principal import principal_components
from waspada.index.composite.recipe import Cannot, settle
from waspada.index.composite.siblings import arithmetic_scores
from waspada.index.composite.spread import entropies
from waspada.index.composite.weigh import RECIPES, check, run
from waspada.instrument.framework import Aggregate, Framework, Indicator

FRAMEWORK = Framework(
    (
        Indicator("a", "A", "left", weight=1),
        Indicator("b", "B", "left", weight=2),
        Indicator("c", "C", "left", weight=1),
        Indicator("d", "D", "right", weight=3),
        Indicator("e", "E", "right", weight=1),
    ),
    (
        Aggregate("left", "Left", 2, "top", weight=1),
        Aggregate("right", "Right", 2, "top", weight=2),
        Aggregate("top", "Top", 3, None),
    ),
)


def table(values: Any = None) -> IndicatorTable:
    if values is None:
        rng = np.random.default_rng(5)
        common = rng.normal(size=(40, 1))
        values = 50 + 10 * common + np.array([4, 8, 12, 6, 9]) * rng.normal(size=(40, 5))
    x = np.asarray(values, dtype=float)
    units = tuple(f"u{row:02}" for row in range(len(x)))
    return IndicatorTable(units, units, FRAMEWORK.codes, x)


def step(method: str, **options: Any) -> Step:
    return Step("weigh", StepKind.WEIGH, {"method": method, **options})


def weigh(
    method: str, data: IndicatorTable | None = None, **options: Any
) -> tuple[dict[str, float], dict[str, Detail], tuple[str, ...]]:
    weights, details, notes = run(
        data or table(), FRAMEWORK, step(method, **options), FRAMEWORK.weights
    )
    return weights, {detail.name: detail for detail in details}, notes


# Given, equal ------------------------------------------------------------------------------------


def test_given_weights_are_those_of_the_framework() -> None:
    assert weigh("given")[0] == FRAMEWORK.weights


def test_single_weights_override_a_named_set_and_that_the_framework() -> None:
    sets = {"experts": {"a": 5, "left": 7}, "other": {"a": 9}}
    weights, _, _ = weigh("given", weights={"b": 4}, sets=sets, set="experts")
    assert (weights["a"], weights["b"], weights["c"], weights["left"]) == (5, 4, 1, 7)


def test_equal_weights_are_equal_at_every_level_or_at_those_named() -> None:
    assert set(weigh("equal")[0].values()) == {1.0}
    weights, _, _ = weigh("equal", levels=[2])
    assert (weights["left"], weights["right"], weights["b"], weights["d"]) == (1, 1, 2, 3)


def test_one_node_can_be_weighed_by_a_method_of_its_own() -> None:
    weights, _, _ = weigh("given", per={"left": {"method": "equal"}})
    assert [weights[code] for code in "abcde"] == [1, 1, 1, 3, 1]


def test_a_level_can_be_weighed_by_a_method_of_its_own() -> None:
    weights, _, _ = weigh("equal", per={2: {"method": "given"}, "left": {"method": "given"}})
    assert [weights[code] for code in ("a", "b", "d", "left", "right")] == [1, 2, 1, 1, 2]


def test_an_entry_of_the_same_method_inherits_the_parameters_of_the_step() -> None:
    data = table()
    data.values[:, 2] = -data.values[:, 2]
    with pytest.raises(StepError):
        weigh("pca", data)
    weights, _, _ = weigh("pca", data, mixed_signs="zero", per={"left": {"squared": True}})
    assert weights["c"] == 0
    assert weights["a"] ** 2 + weights["b"] ** 2 != pytest.approx(1)  # squares of loadings


def test_all_children_of_weight_0_are_refused_unless_their_parent_has_0_too() -> None:
    zeros = {"a": 0, "b": 0, "c": 0}
    with pytest.raises(StepError, match='"left" have weight 0'):
        weigh("given", weights=zeros)
    assert weigh("given", weights={**zeros, "left": 0})[0]["left"] == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weights": {"z": 1}}, "framework lacks"),
        ({"weights": {"a": -1}}, "0 or more"),
        ({"weights": {"a": float("nan")}}, "0 or more"),
        ({"weights": {"a": True}}, "0 or more"),
        ({"set": "none"}, "no weight set"),
        ({"sets": {"s": {"z": 1}}}, "framework lacks"),
        ({"sets": {"s": 3}}, "no mapping"),
        ({"levels": [3]}, "has no weights"),
        ({"levels": ["x"]}, "has no weights"),
        ({"per": {"z": {"method": "equal"}}}, "no node with children"),
        ({"per": {"a": {"method": "equal"}}}, "no node with children"),
        ({"per": {9: {"method": "equal"}}}, "has no weights"),
        ({"per": {"left": {"method": "given", "weights": {"a": -1}}}}, "0 or more"),
        ({"levels": [1], "weights": {"left": 2}}, "does not weigh"),
        ({"weights": {"top": 2}}, "does not weigh"),
        ({"weights": {"a": 2}, "per": {"left": {"method": "equal"}}}, "does not weigh"),
        ({"per": {"left": {"weights": {"d": 2}}}}, "does not weigh"),
        ({"method": "pca", "per": {1: {"method": "given", "weights": {"left": 2}}}}, "not weigh"),
        ({"method": "budget_allocation", "levels": [2], "points": {"a": [1]}}, "does not weigh"),
        ({"method": "ahp", "levels": [1], "comparisons": {"top": [[1]]}}, "does not weigh"),
        ({"method": "ahp", "comparisons": {"a": [[1]]}}, "no node with children"),
        ({"method": "budget_allocation", "points": {"z": [1]}}, "framework lacks"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_the_framework_are_found(options: Any, words: str) -> None:
    found = check({"method": "given", **options}, FRAMEWORK)
    assert len(found) == 1
    assert words in " ".join(found[0])


def test_options_that_fit_have_no_problem() -> None:
    options = {"method": "given", "levels": [1, 2], "per": {"top": {"method": "equal"}, "1": {}}}
    assert check(options, FRAMEWORK) == []


@pytest.mark.parametrize(
    "name", ["levels", "set", "sets", "weights", "targets", "points", "comparisons"]
)
@pytest.mark.parametrize(
    "junk", [None, 3, "x", [], ["x"], [None], {}, {3: None}, {"a": [{}]}, True]
)
def test_junk_in_options_is_told_and_never_a_crash(name: str, junk: Any) -> None:
    for problem, remedy in check(
        {"method": "given", name: junk, "per": {"left": {name: junk}}}, FRAMEWORK
    ):
        assert problem.endswith(".") and remedy.endswith(".")


def test_what_an_entry_inherits_is_no_problem() -> None:
    assert check({"weights": {"a": 2}, "levels": [2], "per": {"left": {}}}, FRAMEWORK) == []
    assert weigh("given", weights={"a": 2}, levels=[2], per={"left": {}})[0]["a"] == 2


def test_an_unknown_method_or_parameter_is_refused() -> None:
    with pytest.raises(StepError, match="no way of weighing"):
        weigh("guess")
    with pytest.raises(StepError, match='no parameter "sharpness"'):
        weigh("equal", sharpness=3)


# PCA ---------------------------------------------------------------------------------------------


def test_pca_weights_are_loadings_of_the_first_component() -> None:
    data = table()
    weights, details, _ = weigh("pca", data)
    for node in ("left", "right"):
        codes = FRAMEWORK.children(node)
        columns = [list(data.values[:, FRAMEWORK.codes.index(code)]) for code in codes]
        expected = slow.first_component(columns)
        assert [weights[code] for code in codes] == pytest.approx(expected, rel=1e-9)
    assert weights["left"] == 1  # level 2 stays
    assert [row[0] for row in details["pca"].rows] == ["left"] * 3 + ["right"] * 2


def test_worked_example_two_indicators_always_get_equal_pca_weights() -> None:
    weights, _, _ = weigh("pca")
    assert weights["d"] == pytest.approx(weights["e"]) == pytest.approx(0.5**0.5)


def test_pca_over_a_whole_level_weighs_all_its_members_together() -> None:
    data = table()
    weights, details, _ = weigh("pca", data, scope="level")
    expected = slow.first_component([list(column) for column in data.values.T])
    assert [weights[code] for code in FRAMEWORK.codes] == pytest.approx(expected, rel=1e-9)
    assert {row[0] for row in details["pca"].rows} == {"level 1"}


def test_pca_of_a_higher_level_looks_at_scores_made_with_the_new_weights() -> None:
    data = table()
    weights, _, _ = weigh("pca", data, levels=[2, 1])
    below = {**FRAMEWORK.weights, **{code: weights[code] for code in FRAMEWORK.codes}}
    scores = arithmetic_scores(FRAMEWORK, data, below)
    expected = slow.first_component([list(scores[:, 0]), list(scores[:, 1])])
    assert [weights["left"], weights["right"]] == pytest.approx(expected)


def test_loadings_of_mixed_sign_are_refused_with_the_indicator_that_runs_against() -> None:
    data = table()
    data.values[:, 1] *= -1
    with pytest.raises(StepError, match=r'indicator "b".*runs against'):
        weigh("pca", data)


def test_loadings_of_mixed_sign_can_be_left_out_or_made_equal_never_negative() -> None:
    data = table()
    data.values[:, 1] *= -1
    weights, _, notes = weigh("pca", data, mixed_signs="zero")
    assert weights["b"] == 0 < weights["a"]
    assert "weight 0" in notes[0]
    weights, _, notes = weigh("pca", data, mixed_signs="equal", squared=True)
    assert [weights[code] for code in "abc"] == [1, 1, 1]
    assert "mixed sign" in notes[0]


def test_squared_loadings_of_a_group_sum_to_one() -> None:
    weights, _, _ = weigh("pca", squared=True)
    assert sum(weights[code] for code in "abc") == pytest.approx(1)


def test_a_constant_indicator_has_no_pca_weight() -> None:
    data = table()
    data.values[:, 2] = 7
    with pytest.raises(StepError, match='indicator "c": The same value'):
        weigh("pca", data)


def test_rows_with_a_missing_value_are_left_out_of_the_components_with_a_note() -> None:
    data = table()
    data.values[3, 0] = np.nan
    weights, _, notes = weigh("pca", data)
    full = np.delete(data.values, 3, axis=0)
    expected = slow.first_component([list(full[:, k]) for k in range(3)])
    assert [weights[code] for code in "abc"] == pytest.approx(expected)
    assert "1 rows with a missing value" in notes[0]


def test_components_of_fewer_units_than_indicators_are_flagged() -> None:
    data = table(np.array([[1, 2, 1, 1, 2], [2, 3, 3, 2, 3], [3, 5, 4, 3, 9.0]]))
    assert "chance" in " ".join(weigh("pca", data)[2])
    found = principal_components(data.values)
    assert found.eigenvalues.sum() == pytest.approx(5)
    assert found.eigenvalues[2:] == pytest.approx([0, 0, 0], abs=1e-12)


def test_two_full_rows_are_too_few_for_components() -> None:
    with pytest.raises(StepError, match="Only 2 units"):
        weigh("pca", table(np.arange(10.0).reshape(2, 5)))


# Correlation-balanced ----------------------------------------------------------------------------


def test_balanced_weights_make_all_siblings_correlate_alike_with_their_parent() -> None:
    data = table()
    weights, details, notes = weigh("correlation_balanced", data, levels=[1, 2])
    scores = arithmetic_scores(FRAMEWORK, data, weights)
    for place, node in enumerate(FRAMEWORK.node_codes):
        codes = FRAMEWORK.children(node)
        columns = [
            data.values[:, FRAMEWORK.codes.index(code)]
            if code in FRAMEWORK.codes
            else scores[:, FRAMEWORK.node_codes.index(code)]
            for code in codes
        ]
        r = [slow.correlation(list(column), list(scores[:, place])) for column in columns]
        assert max(r) - min(r) < 1e-6
    assert notes == ()
    assert all(abs(row[4] - row[5]) < 1e-6 for row in details["correlation_balanced"].rows)


def test_correlations_follow_the_targets() -> None:
    data = table()
    weights, _, _ = weigh("correlation_balanced", data, targets={"a": 1.0, "b": 0.9, "c": 0.8})
    score = arithmetic_scores(FRAMEWORK, data, weights)[:, 0]
    r = [slow.correlation(list(data.values[:, k]), list(score)) for k in range(3)]
    assert r[1] / r[0] == pytest.approx(0.9, rel=1e-5)
    assert r[2] / r[0] == pytest.approx(0.8, rel=1e-5)


def test_balanced_weights_of_one_group_solve_the_linear_equations() -> None:
    data = table()
    weights, _, _ = weigh("correlation_balanced", data)
    x = data.values[:, :3]
    expected = np.linalg.solve(np.cov(x, rowvar=False), x.std(axis=0))
    assert [weights[code] for code in "abc"] == pytest.approx(expected / expected.sum(), rel=1e-9)


def test_a_sibling_against_the_others_is_balanced_by_a_large_weight() -> None:
    data = table()
    data.values[:, 1] *= -1
    weights, details, _ = weigh("correlation_balanced", data)
    assert weights["b"] > weights["a"] > 0
    r = [row[3] for row in details["correlation_balanced"].rows[:3]]
    assert max(r) - min(r) < 1e-6 and 0 < r[0] < 0.6


def test_worked_example_two_indicators_are_balanced_by_the_inverse_of_their_spread() -> None:
    data = table()
    weights, _, _ = weigh("correlation_balanced", data, per={"left": {"method": "equal"}})
    spread = data.values.std(axis=0)
    assert weights["d"] / weights["e"] == pytest.approx(spread[4] / spread[3], rel=1e-6)


def test_a_whole_level_is_balanced_against_the_index() -> None:
    data = table()
    weights, details, _ = weigh("correlation_balanced", data, levels=[2], scope="level")
    scores = arithmetic_scores(FRAMEWORK, data, weights)
    r = [slow.correlation(list(scores[:, k]), list(scores[:, 2])) for k in (0, 1)]
    assert r[0] == pytest.approx(r[1], abs=1e-6)
    assert details["correlation_balanced"].rows[0][0] == "level 2"


def test_targets_out_of_reach_are_reported_and_no_weight_turns_negative() -> None:
    data = table()
    weights, _, notes = weigh("correlation_balanced", data, targets={"a": 50.0})
    assert "no weights >= 0 bring all correlations" in notes[0]
    assert min(weights.values()) >= 0


def test_the_largest_sum_of_correlations_is_that_of_standardised_indicators() -> None:
    data = table()
    weights, _, _ = weigh("correlation_balanced", data, aim="maximise")
    w = np.array([weights[code] for code in "abc"])
    expected = 1 / data.values[:, :3].std(axis=0)
    assert w / w.sum() == pytest.approx(expected / expected.sum(), rel=1e-3)


def test_balanced_weights_are_the_same_every_time() -> None:
    assert weigh("correlation_balanced")[0] == weigh("correlation_balanced")[0]


def test_a_constant_indicator_cannot_be_balanced() -> None:
    data = table()
    data.values[:, 2] = 7
    with pytest.raises(StepError, match='indicator "c"'):
        weigh("correlation_balanced", data)


def test_correlation_with_a_score_is_taken_over_the_rows_with_both() -> None:
    x = np.array([[1.0], [2], [np.nan], [4], [7]])
    y = np.array([2.0, 1, 9, np.nan, 8])
    assert correlation_with(x, y)[0] == pytest.approx(slow.correlation([1, 2, 7], [2, 1, 8]))


# Judgement ---------------------------------------------------------------------------------------


def test_worked_example_of_budget_allocation() -> None:
    points = {"a": [50, 40], "b": [30, 40], "c": [20, 20]}
    weights, details, _ = weigh("budget_allocation", points=points)
    assert [weights[code] for code in "abc"] == pytest.approx([0.45, 0.35, 0.20])
    assert weights["d"] == 3  # nobody gave points there
    assert [row[3] for row in details["budget_allocation"].rows] == pytest.approx(
        [0.05 * 2**0.5 / 0.45, 0.05 * 2**0.5 / 0.35, 0]
    )


@pytest.mark.parametrize(
    ("points", "options", "words"),
    [
        ({"a": [50, 40], "b": [30, 40]}, {}, 'indicator "c": Its siblings have points'),
        ({"a": [50], "b": [30], "c": [30]}, {}, "sum to 110 and not to 100"),
        ({"a": [50], "b": [-30], "c": [80]}, {}, "negative"),
        ({"a": [50, 1], "b": [50], "c": [0]}, {}, "not equally long"),
        ({"a": ["many"], "b": [50], "c": [0]}, {}, "no number"),
        ({"a": [0], "b": [0], "c": [0]}, {"any_total": True}, "gave no point"),
    ],
)
def test_points_that_are_no_allocation_are_refused(points: Any, options: Any, words: str) -> None:
    with pytest.raises(StepError, match=words):
        weigh("budget_allocation", points=points, **options)


def test_experts_with_other_totals_count_alike_where_that_is_allowed() -> None:
    weights, variation = mean_points(np.array([[1.0, 30], [3.0, 70]]), total=None)
    assert weights == pytest.approx([0.275, 0.725])
    assert np.isnan(mean_points(np.array([[1.0], [3.0]]), total=None)[1]).all()
    assert variation[0] == pytest.approx(0.05 / 2**0.5 / 0.275)


SAATY = [[1, 5, 6, 7], [0.2, 1, 4, 6], ["1/6", "1/4", 1, 4], ["1/7", "1/6", "1/4", 1]]
"""Saaty's example of ranking four candidates: lambda_max 4.39, CR 0.145."""


def test_priorities_are_the_principal_eigenvector() -> None:
    matrix = np.array(
        [[1, 5, 6, 7], [1 / 5, 1, 4, 6], [1 / 6, 1 / 4, 1, 4], [1 / 7, 1 / 6, 1 / 4, 1]]
    )
    value, vector = slow.power_iteration(matrix.tolist())
    found = priorities(matrix)
    assert found.eigenvalue == pytest.approx(value)
    assert found.eigenvalue == pytest.approx(4.390, abs=1e-3)
    assert found.weights == pytest.approx(np.array(vector) / sum(vector))
    assert found.ratio == pytest.approx((value - 4) / 3 / 0.90)


def test_worked_example_of_ahp_consistent_judgements_give_their_ratios() -> None:
    matrix = [[1, 2, 6], ["1/2", 1, 3], ["1/6", "1/3", 1]]
    weights, details, notes = weigh("ahp", comparisons={"left": matrix})
    assert [weights[code] for code in "abc"] == pytest.approx([0.6, 0.3, 0.1])
    assert weights["d"] == 3
    assert details["ahp"].rows[0][4] == pytest.approx(0, abs=1e-12)
    assert notes == ()


def test_judgements_that_contradict_each_other_are_refused_unless_accepted() -> None:
    matrix = [[1, 5, "1/5"], ["1/5", 1, 5], [5, "1/5", 1]]
    with pytest.raises(StepError, match="contradict"):
        weigh("ahp", comparisons={"left": matrix})
    weights, _, notes = weigh("ahp", comparisons={"left": matrix}, accept_inconsistent=True)
    assert [weights[code] for code in "abc"] == pytest.approx([1 / 3] * 3)
    assert "accepted" in notes[0]


def test_two_siblings_cannot_be_inconsistent() -> None:
    weights, details, _ = weigh("ahp", comparisons={"top": [[1, 3], [0.33, 1]]})
    assert (weights["left"], weights["right"]) == pytest.approx((0.75, 0.25))
    assert details["ahp"].rows[0][4] is None


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1, 3], ["1/3", 1]], "3 children and 2 rows"),
        ([[1, 2, 3], [2, 1, 1], ["1/3", 1, 1]], "other way round 2"),
        ([[1, 0, 3], [2, 1, 1], ["1/3", 1, 1]], "0 or negative"),
        ([[1, 2, 3], ["1/2", 1, 1], ["1/3", 1]], "not equally long"),
        ([[1, 2], ["1/2", 1], ["1/3", 1]], "no square"),
        ([[1, "1/0", 3], [2, 1, 1], ["1/3", 1, 1]], "no number"),
        (7, "table of numbers"),
    ],
)  # fmt: skip
def test_a_matrix_that_is_no_comparison_is_refused(matrix: Any, words: str) -> None:
    with pytest.raises(StepError, match=words):
        weigh("ahp", comparisons={"left": matrix})


def test_saaty_four_candidates_are_refused_as_inconsistent() -> None:
    matrix = np.array([[slow_number(cell) for cell in row] for row in SAATY])
    assert priorities(matrix).ratio == pytest.approx(0.144, abs=2e-3)
    with pytest.raises(Cannot, match="16 siblings"):
        priorities(np.ones((16, 16)))


def slow_number(cell: Any) -> float:
    top, _, bottom = str(cell).partition("/")
    return float(top) / float(bottom or 1)


# Entropy -----------------------------------------------------------------------------------------


def test_entropy_weights_match_the_slow_ones() -> None:
    data = table(np.abs(table().values))
    weights, details, _ = weigh("entropy", data)
    expected = slow.entropy_weights([list(data.values[:, k]) for k in range(3)])
    assert [weights[code] for code in "abc"] == pytest.approx(expected)
    assert sum(row[4] for row in details["entropy"].rows if row[0] == "left") == pytest.approx(1)


def test_worked_example_of_entropy_all_in_one_unit_against_half_and_half() -> None:
    assert entropies(np.array([[0.0, 1], [4, 1], [0, 0], [0, 0]])) == pytest.approx([0, 0.5])


def test_a_constant_indicator_gets_entropy_weight_0_with_a_note() -> None:
    data = table(np.abs(table().values))
    data.values[:, 2] = 7
    weights, _, notes = weigh("entropy", data)
    assert weights["c"] == 0
    assert '"c" has the same value' in notes[0]


def test_entropy_refuses_what_it_cannot_weigh() -> None:
    data = table(np.abs(table().values))
    for column, value, words in ((1, -1.0, "negative"), (1, 0.0, "All values are 0")):
        bad = replace(data, values=data.values.copy())
        bad.values[:, column] = value
        with pytest.raises(StepError, match=rf'indicator "b".*{words}'):
            weigh("entropy", bad)
    with pytest.raises(StepError, match="spread evenly"):
        weigh("entropy", table(np.ones((4, 5))))


def test_missing_values_are_left_out_of_entropy() -> None:
    x = np.array([[0.0], [4], [2], [np.nan]])
    assert entropies(x) == pytest.approx(entropies(x[:3]))


# Benefit of the doubt ----------------------------------------------------------------------------


def test_benefit_of_the_doubt_of_two_columns_stands_at_a_corner() -> None:
    values = np.random.default_rng(2).uniform(1, 10, size=(12, 2))
    scores, weights = benefit_of_the_doubt(values)
    assert scores == pytest.approx(slow.doubt_scores(values.tolist()), rel=1e-9)
    assert (weights * values).sum(axis=1) == pytest.approx(scores)
    assert scores.max() == pytest.approx(1)
    assert ((weights[:, None, :] * values[None]).sum(axis=2) <= 1 + 1e-9).all()


def test_worked_example_of_benefit_of_the_doubt() -> None:
    scores, _ = benefit_of_the_doubt(np.array([[4.0, 1], [1, 4], [2, 2], [1, 1]]))
    assert scores == pytest.approx([1, 1, 0.8, 0.4])


def test_bounds_on_shares_are_kept_and_never_raise_a_score() -> None:
    values = np.random.default_rng(3).uniform(1, 10, size=(15, 4))
    free, _ = benefit_of_the_doubt(values)
    bound, weights = benefit_of_the_doubt(values, lower_share=0.15, upper_share=0.4)
    shares = weights * values / bound[:, None]
    assert shares.min() >= 0.15 - 1e-9
    assert shares.max() <= 0.4 + 1e-9
    assert (bound <= free + 1e-9).all()


def test_common_weights_are_the_same_for_all_units() -> None:
    values = np.random.default_rng(4).uniform(1, 10, size=(15, 4))
    scores, weights = benefit_of_the_doubt(values, common=True)
    assert (weights == weights[0]).all()
    assert scores.max() == pytest.approx(1)
    assert (scores <= benefit_of_the_doubt(values)[0] + 1e-9).all()


def test_scale_of_a_column_changes_no_score_of_the_doubt() -> None:
    values = np.random.default_rng(5).uniform(1, 10, size=(9, 3))
    scores = benefit_of_the_doubt(values)[0]
    assert benefit_of_the_doubt(values * [1, 1e4, 1e-3])[0] == pytest.approx(scores)


def test_mean_of_the_units_weights_becomes_the_weight() -> None:
    data = table(np.abs(table().values) + 1)
    weights, details, _ = weigh("benefit_of_the_doubt", data, lower_share=0.1)
    _, each = benefit_of_the_doubt(data.values[:, :3], lower_share=0.1)
    expected = (each / each.sum(axis=1, keepdims=True)).mean(axis=0)
    assert [weights[code] for code in "abc"] == pytest.approx(expected)
    assert len(details["benefit_of_the_doubt"].rows) == 40 * 5


@pytest.mark.parametrize(
    ("values", "bounds", "words"),
    [
        ([[1, 2], [np.nan, 1]], {}, "missing"),
        ([[1, 2], [-1, 1]], {}, "negative"),
        ([[0, 2], [0, 1]], {}, "All values are 0"),
        ([[1, 2], [0, 0]], {}, "All values of a unit are 0"),
        ([[1, 2], [0, 1]], {"lower_share": 0.1}, "cannot keep the bounds"),
        ([[1, 2], [0, 1]], {"upper_share": 0.9}, "cannot keep the bounds"),
        ([[1, 2], [2, 1]], {"lower_share": 0.6}, "cannot all lie"),
        ([[1, 2], [2, 1]], {"upper_share": 0.4}, "cannot all lie"),
    ],
)  # fmt: skip
def test_benefit_of_the_doubt_refuses_what_has_no_answer(
    values: Any, bounds: Any, words: str
) -> None:
    with pytest.raises(Cannot, match=words):
        benefit_of_the_doubt(np.array(values, dtype=float), **bounds)


def test_a_refusal_names_unit_and_indicator() -> None:
    data = table(np.abs(table().values) + 1)
    data.values[7, 1] = np.nan
    with pytest.raises(StepError, match='indicator "b", unit "u07"'):
        weigh("benefit_of_the_doubt", data)


# All recipes -------------------------------------------------------------------------------------

MINIMAL: dict[str, dict[str, Any]] = {
    "budget_allocation": {"points": {"d": [60, 50], "e": [40, 50]}},
    "ahp": {"comparisons": {"right": [[1, 2], [0.5, 1]]}},
}


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_gives_weights_of_0_or_more_to_every_code(name: str) -> None:
    weights, _, _ = weigh(name, table(np.abs(table().values) + 1), **MINIMAL.get(name, {}))
    assert list(weights) == list(FRAMEWORK.weights)
    assert all(
        (isinstance(w, float) and w >= 0) or w == FRAMEWORK.weights[c] for c, w in weights.items()
    )


@pytest.mark.parametrize("name", RECIPES)
def test_order_of_units_changes_no_weight(name: str) -> None:
    data = table(np.abs(table().values) + 1)
    turned = replace(data, values=data.values[::-1].copy())
    options = MINIMAL.get(name, {})
    first, second = weigh(name, data, **options)[0], weigh(name, turned, **options)[0]
    assert list(first.values()) == pytest.approx(list(second.values()), rel=1e-6)


def test_scores_of_higher_levels_come_from_the_aggregation_that_is_given() -> None:
    data = table()
    asked: list[dict[str, float]] = []

    def aggregated(weights: Any) -> Any:
        asked.append(dict(weights))
        return arithmetic_scores(FRAMEWORK, data, weights)

    run(data, FRAMEWORK, step("pca", levels=[2]), FRAMEWORK.weights, aggregated=aggregated)
    assert asked


def test_steps_of_the_method_page_can_be_written_so() -> None:
    page = (Path(__file__).parents[4] / "docs/method/composite-weights.md").read_text("utf-8")
    steps = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    assert {entry["weigh"]["method"] for entry in steps} == set(RECIPES)
    for entry in steps:
        options = dict(entry["weigh"])
        options.pop("per", None)
        settle(RECIPES[options.pop("method")], options)


def test_weights_of_a_higher_level_look_at_scores_by_the_methods_own_aggregation() -> None:
    """Pillars balanced under geometric means: each correlates alike with the geometric index, and
    not with the arithmetic one."""
    chance = np.random.default_rng(12)
    units = tuple(f"u{k:02}" for k in range(40))
    framework = Framework(
        indicators=tuple(
            Indicator(code, code, parent) for code, parent in zip("abcd", "xxyy", strict=True)
        ),
        aggregates=(
            Aggregate("x", "X", 2, "top"),
            Aggregate("y", "Y", 2, "top"),
            Aggregate("top", "Top", 3, None),
        ),
    )
    values = np.exp(chance.normal(2.0, (0.9, 0.3, 0.6, 1.2), (40, 4)))
    table = IndicatorTable(units, units, framework.codes, values)

    def pillars(method: str) -> tuple[Mapping[str, float], Any]:
        text = (
            "steps:\n  - normalise: {method: none}\n"
            "  - weigh: {method: correlation_balanced, levels: [2]}\n"
            f"  - aggregate: {{method: {method}}}\n"
        )
        built = build(framework, table, parse_method(text, framework=framework))
        return built.weights, built.scores

    weights, scores = pillars("geometric")
    slow = np.exp(
        (weights["x"] * np.log(values[:, :2]).mean(axis=1)
         + weights["y"] * np.log(values[:, 2:]).mean(axis=1))
        / (weights["x"] + weights["y"])
    )  # fmt: skip
    np.testing.assert_allclose(scores[:, 2], slow, rtol=1e-12)
    with_index = [np.corrcoef(scores[:, k], slow)[0, 1] for k in (0, 1)]
    assert with_index[0] == pytest.approx(with_index[1], abs=1e-6)
    assert abs(weights["x"] - pillars("arithmetic")[0]["x"]) > 0.01
