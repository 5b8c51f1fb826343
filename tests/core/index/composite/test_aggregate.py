"""Aggregation by hand: worked numbers, missing children, and every trap."""

import numpy as np
import pytest

from tests.core.index.composite.frameworks_of_tests import (
    NAN,
    aggregate_step,
    columns,
    table,
    two_pillars,
)
from waspada.errors import StepError
from waspada.index.composite import aggregate, climb, means, rules
from waspada.index.composite.copeland import copeland, outranking
from waspada.instrument.framework import Aggregate, Framework, Indicator

ROWS = [[20.0, 40, 30, 90], [80, 60, 50, 10]]


def climbed(values, framework=None, weights=None, times=None, **options):
    framework = framework or two_pillars()
    options.setdefault("method", "arithmetic")
    return aggregate.run(
        table(values, framework, times),
        framework,
        aggregate_step(**options),
        framework.weights | (weights or {}),
    )


def scores(values, framework=None, weights=None, times=None, **options):
    return climbed(values, framework, weights, times, **options)[0]


def refusal(values, framework=None, weights=None, **options):
    with pytest.raises(StepError) as caught:
        climbed(values, framework, weights, **options)
    return caught.value


# Worked numbers ---------------------------------------------------------------------------------


def test_arithmetic_mean_of_the_worked_example():
    """docs/method/composite-aggregation.md: x = (20 + 3 * 40) / 4, y = 60, index = (2x + y) / 3."""
    np.testing.assert_allclose(scores(ROWS), [[35, 60, 130 / 3], [65, 30, 160 / 3]])


@pytest.mark.parametrize(
    ("method", "parameters", "expected"),
    [
        ("arithmetic", {}, 50),
        ("geometric", {}, 40),
        ("harmonic", {}, 32),
        ("generalised", {"power": 1}, 50),
        ("generalised", {"power": 0}, 40),
        ("generalised", {"power": -1}, 32),
        ("generalised", {"power": 2}, 3400**0.5),
        ("generalised", {"power": float("inf")}, 80),
        ("generalised", {"power": float("-inf")}, 20),
        ("reversed_geometric", {"upper": 100}, 100 - (22.96**0.5 - 1) / 9 * 100),
        ("reversed_geometric", {"lower": 20, "upper": 80}, 80 - (10**0.5 - 1) / 9 * 60),
        ("median", {}, 50),
        ("mazziotta_pareto", {}, 50 - 900 / 50),
        ("mazziotta_pareto", {"penalty": "upward"}, 50 + 900 / 50),
    ],
)
def test_every_mean_of_twenty_and_eighty(method, parameters, expected):
    got = scores([[20, 80]], columns(2), method=method, **parameters)
    np.testing.assert_allclose(got, [[expected]])


def test_a_reversed_geometric_mean_keeps_to_its_scale():
    found = refusal([[2, 12]], columns(2), method="reversed_geometric")
    assert "from 0 to 10" in str(found) and list(found.facts["indicators"]) == ["b"]
    options = {"method": "reversed_geometric", "lower": 5, "upper": 5}
    assert "out of order" in aggregate.check(options, columns(2))[0][0]
    noisy = scores([[0.1 + 0.2, 0.3]], columns(2), method="reversed_geometric", lower=0, upper=0.3)
    np.testing.assert_allclose(noisy, [[0.3]])


def test_benefit_of_the_doubt_scores_every_unit_by_its_own_weights():
    """docs/method/composite-weights.md, worked example."""
    values = [[4, 1], [1, 4], [NAN, NAN], [2, 2], [1, 1]]
    got = scores(values, columns(2), method="benefit_of_the_doubt")
    np.testing.assert_allclose(got[:, 0], [1, 1, NAN, 0.8, 0.4])
    bound = scores(values, columns(2), method="benefit_of_the_doubt", lower_share=0.5)
    np.testing.assert_allclose(bound[:, 0], [8 / 17, 8 / 17, NAN, 0.8, 0.4])
    alone = scores(values, columns(2), {"b": 0}, method="benefit_of_the_doubt")
    np.testing.assert_allclose(alone[:, 0], [1, 0.25, NAN, 0.5, 0.25])


def test_benefit_of_the_doubt_compares_within_a_time_where_asked_and_names_whom_it_refuses():
    values, times = [[4, 4], [2, 2], [8, 8], [2, 2]], (1, 1, 2, 2)
    option = {"method": "benefit_of_the_doubt", "times": times}
    np.testing.assert_allclose(scores(values, columns(2), **option)[:, 0], [0.5, 0.25, 1, 0.25])
    got = scores(values, columns(2), **option, over="time")
    np.testing.assert_allclose(got[:, 0], [1, 0.5, 1, 0.25])
    found = refusal([[4, 1], [2, NAN]], columns(2), method="benefit_of_the_doubt")
    assert list(found.facts["indicators"]) == ["b"] and len(found.facts["units"]) == 1


def test_weighted_median_lies_where_half_of_the_weight_is():
    weights = {"a": 1, "b": 1, "c": 3}
    assert scores([[10, 20, 70]], columns(3), weights, method="median") == 70
    weights = {"a": 2, "b": 1, "c": 1}
    assert scores([[10, 20, 70]], columns(3), weights, method="median") == 15
    assert scores([[5, 1, 9]], columns(3), method="median") == 5
    assert scores([[5, NAN, 9]], columns(3), method="median") == 7


COPELAND = [[3.0, 1, 2], [2, 2, 1], [1, 3, 2], [1, 1, 0]]


def test_copeland_scores_of_the_worked_example():
    """docs/method/composite-aggregation.md: 1 beats 2 and 4, 3 beats 2 and 4, 1 and 3 are level."""
    got = scores(COPELAND, columns(3), method="copeland")
    np.testing.assert_array_equal(got[:, 0], [2, -1, 2, -3])
    got = scores(COPELAND, columns(3), method="copeland", score="shares")
    np.testing.assert_allclose(
        got[:, 0], [0.5 + 2 / 3 + 2.5 / 3, 5 / 3, 0.5 + 2 / 3 + 2.5 / 3, 1 / 3]
    )


def test_outranking_shares_of_a_pair_add_up_to_one():
    matrix = outranking(np.array(COPELAND), np.array([1.0, 2, 3]))
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose((matrix + matrix.T)[off], 1)
    assert np.isnan(np.diag(matrix)).all()
    assert matrix[0, 1] == pytest.approx((1 + 3) / 6)


def test_halves_of_the_weight_are_level_in_spite_of_rounding():
    """3/7 + (1/7) / 2 is not 1/2 in a computer."""
    children = np.array([[1.0, 1, 1, 0, 0, 0, 5], [0, 0, 0, 1, 1, 1, 5]])
    for weight in (1.0, 0.1, 1 / 7):
        np.testing.assert_array_equal(copeland(children, np.full(7, weight)), [0, 0])


# Copeland in the chain and with missing values -------------------------------------------------


def test_copeland_works_at_any_level_of_the_chain():
    per = {"x": {"method": "copeland"}}
    got = scores([*ROWS, [10, 10, 10, 10]], per=per)
    np.testing.assert_array_equal(got[:, 0], [0, 2, -2])
    np.testing.assert_allclose(got[:, 2], (2 * got[:, 0] + got[:, 1]) / 3)
    top = scores([*ROWS, [10, 10, 10, 10]], per={3: {"method": "copeland"}})
    np.testing.assert_array_equal(top[:, 2], [0, 2, -2])


def test_copeland_compares_two_units_by_the_children_they_share():
    values = [[3, NAN, 2], [2, 9, 1], [NAN, NAN, NAN], [NAN, 1, NAN]]
    got, (detail,), notes = climbed(values, columns(3), method="copeland")
    np.testing.assert_array_equal(got[:, 0], [1, 0, NAN, -1])
    states = {row[0]: row[-1] for row in detail.rows}
    assert states == {"U1": "scored", "U3": "no child has a score", "U4": "scored"}
    assert notes and "1 of 4" in notes[0]
    below = scores(values, columns(3), method="copeland", min_share=0.5)
    np.testing.assert_array_equal(below[:, 0], [1, -1, NAN, NAN])


def test_swapping_two_units_with_missing_values_swaps_their_copeland_scores():
    """The toolbox fills the lower triangle with 1 - upper, so there the order of rows decides."""
    values = np.array([[3, NAN, 2], [2, 9, NAN], [1, 5, 2.5]])
    one = scores(values, columns(3), method="copeland")
    two = scores(values[::-1], columns(3), method="copeland")
    np.testing.assert_array_equal(one, two[::-1])


def test_copeland_of_a_panel_compares_all_rows_or_each_time_on_its_own():
    values, times = [[1], [2], [3], [4]], (2019, 2020, 2019, 2020)
    got = scores(values, columns(1), times=times, method="copeland")
    np.testing.assert_array_equal(got[:, 0], [-3, -1, 1, 3])
    got = scores(values, columns(1), times=times, method="copeland", over="time")
    np.testing.assert_array_equal(got[:, 0], [-1, -1, 1, 1])


# Missing children -------------------------------------------------------------------------------


def test_missing_child_hands_its_weight_to_its_siblings():
    got = scores([[20, NAN, NAN, 90]])
    np.testing.assert_allclose(got, [[20, 90, (2 * 20 + 90) / 3]])


@pytest.mark.parametrize(
    "method", ["arithmetic", "geometric", "harmonic", "generalised", "median", "mazziotta_pareto"]
)
def test_missing_child_is_left_out_of_every_mean(method):
    parameters = {"power": 3} if method == "generalised" else {}
    whole = scores([[20, 80]], columns(2), method=method, **parameters)
    gap = scores([[20, NAN, 80]], columns(3), method=method, **parameters)
    np.testing.assert_allclose(gap, whole)
    assert np.isnan(scores([[NAN, NAN]], columns(2), method=method, **parameters)).all()


def test_availability_counts_children_or_their_weight():
    """a has 1 of 4 parts of the weight in x, but is one of two children."""
    row = [[20, NAN, 50, 50]]
    assert scores(row, min_share=0.5)[0, 0] == 20
    assert np.isnan(scores(row, min_share=0.5, availability="weighted")[0, 0])
    assert scores(row, min_share=0.25, availability="weighted")[0, 0] == 20
    assert np.isnan(scores(row, min_share=0.51)[0, 0])


def test_node_below_its_share_is_missing_and_told_and_its_parent_goes_on():
    got, (detail,), _ = climbed(
        [ROWS[0], [NAN, 60, 50, 10]], min_share=0.6, per={3: {"min_share": 0}}
    )
    np.testing.assert_allclose(got[1], [NAN, 30, 30])
    assert detail.name == "availability"
    assert dict(zip(detail.header, detail.rows[0], strict=True)) == {
        "unit": "U2",
        "time": None,
        "node": "x",
        "available": 1,
        "children": 2,
        "share_of_children": 0.5,
        "share_of_weight": 0.75,
        "min_share": 0.6,
        "state": "below min_share",
    }
    assert detail.rows[1][2] == "Index" and detail.rows[1][-1] == "scored"


def test_complete_data_leave_no_table_and_no_note():
    assert climbed(ROWS)[1:] == ((), ())


def test_child_of_weight_zero_counts_neither_as_child_nor_as_missing():
    got = scores([[20, NAN, 50, 50]], weights={"b": 0}, min_share=1)
    np.testing.assert_allclose(got, [[20, 50, 30]])
    assert scores([[50, 0]], columns(2), {"b": 0}, method="geometric") == 50


# Zeros and negatives ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("geometric", {}, "geometric mean"),
        ("harmonic", {}, "harmonic mean"),
        ("generalised", {"power": -2}, "power -2"),
        ("generalised", {"power": 0}, "geometric mean"),
    ],
)
def test_zero_in_a_mean_that_it_would_swallow_is_refused_with_unit_node_and_step(
    method, parameters, words
):
    error = refusal([ROWS[0], [80, 0, 50, 10]], method=method, **parameters)
    assert error.facts["units"] == ("U2",) and error.facts["indicators"] == ("b",)
    assert 'Step "aggregate"' in error.message and 'Node "x"' in error.message
    assert words in error.message and "lower: 1" in error.message
    got = scores([ROWS[0], [80, 0, 50, 10]], method=method, zero="limit", **parameters)
    assert got[1, 0] == 0 and got[0, 0] > 0


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("geometric", {"zero": "limit"}),
        ("harmonic", {"zero": "limit"}),
        ("generalised", {"power": 2}),
        ("mazziotta_pareto", {}),
    ],
)
def test_negative_child_is_refused_also_where_zero_is_accepted(method, parameters):
    error = refusal([[-1, 5]], columns(2), method=method, **parameters)
    assert error.facts["indicators"] == ("a",) and error.facts["units"] == ("U1",)


def test_zero_is_welcome_in_a_mean_of_positive_power_and_in_the_arithmetic():
    assert scores([[0, 8]], columns(2), method="generalised", power=2) == pytest.approx(32**0.5)
    assert scores([[0, 0]], columns(2), method="generalised", power=2) == 0
    assert scores([[-4, 8]], columns(2), method="generalised", power=1) == 2
    assert scores([[-4, 8]], columns(2)) == 2


def test_zero_in_a_node_that_is_below_its_share_is_not_refused():
    got = scores([[0, NAN, NAN, 7]], columns(4), method="geometric", min_share=0.6)
    assert np.isnan(got).all()


def test_children_without_mean_above_zero_have_no_mazziotta_pareto_index():
    assert "70, upper: 130" in refusal([[0, 0]], columns(2), method="mazziotta_pareto").message


def test_infinite_value_is_refused_with_indicator_and_unit():
    error = refusal([ROWS[0], [1, 2, np.inf, 4]])
    assert error.facts["indicators"] == ("c",) and error.facts["units"] == ("U2",)


@pytest.mark.parametrize("power", [5e-324, 1e-9, -1e-9, 300, -300, 1e-3])
def test_power_near_zero_or_far_from_it_loses_nothing(power):
    x, w = np.array([20.0, 80.0, 0.5]), np.array([1.0, 2, 1])
    got = means.generalised(x, w, power=power)
    if abs(power) < 1e-6:
        assert got == pytest.approx(means.geometric(x, w), rel=1e-7)
    elif power == 1e-3:
        assert got == pytest.approx((w @ x**power / 4) ** (1 / power), rel=1e-11)
    else:
        assert got == pytest.approx(80 if power > 0 else 0.5, rel=0.01)


# Weights, directions, options -------------------------------------------------------------------


def test_negative_weight_is_refused_by_name():
    error = refusal(ROWS, weights={"b": -0.1, "y": NAN})
    assert error.facts["indicators"] == ("b", "y") and "below 0" in error.message


def test_children_that_all_weigh_nothing_are_refused_unless_their_node_weighs_nothing():
    error = refusal(ROWS, weights={"a": 0, "b": 0})
    assert error.facts["indicators"] == ("x",)
    got = scores(ROWS, weights={"a": 0, "b": 0, "x": 0})
    np.testing.assert_allclose(got, [[NAN, 60, 60], [NAN, 30, 30]])
    assert refusal(ROWS, weights={"x": 0, "y": 0}).facts["indicators"] == ("Index",)


def test_weight_that_is_not_given_is_refused_by_name():
    framework = two_pillars()
    with pytest.raises(StepError, match="no weight") as caught:
        aggregate.run(table(ROWS, framework), framework, aggregate_step(), {"a": 1, "b": 1})
    assert caught.value.facts["indicators"] == ("c", "d", "x", "y")


def test_indicator_that_is_not_in_the_table_is_refused_by_name():
    data = table([[1.0, 2]], columns(2))
    with pytest.raises(StepError, match="no such column"):
        aggregate.run(data, two_pillars(), aggregate_step(), two_pillars().weights)


def test_node_of_direction_minus_one_turns_on_the_scale_or_is_refused():
    framework = two_pillars(direction=-1)
    np.testing.assert_allclose(
        scores(ROWS, framework, scale=[0, 100])[:, 2], [(2 * 35 + 40) / 3, (2 * 65 + 70) / 3]
    )
    error = refusal(ROWS, framework)
    assert '"y" has direction -1' in error.message and "scale:" in error.message


def test_rule_of_a_node_wins_over_its_level_and_the_step():
    per = {2: {"method": "geometric"}, "y": {"method": "generalised", "power": 2}}
    got = scores(ROWS, per=per)
    np.testing.assert_allclose(got[0, 0], (20 * 40**3) ** 0.25)
    np.testing.assert_allclose(got[0, 1], ((30**2 + 90**2) / 2) ** 0.5)
    np.testing.assert_allclose(got[0, 2], (2 * got[0, 0] + got[0, 1]) / 3)


def test_node_inherits_what_all_recipes_share_and_the_rest_only_from_its_own_recipe():
    plan = rules.plan_of(
        {
            "method": "geometric",
            "zero": "limit",
            "min_share": 0.7,
            "per": {"x": {"method": "harmonic"}, "y": {"min_share": 0.2}},
        },
        two_pillars(),
    )
    assert plan["x"].parameters["min_share"] == 0.7 and plan["x"].parameters["zero"] == "refuse"
    assert plan["y"].parameters["min_share"] == 0.2 and plan["y"].parameters["zero"] == "limit"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "guess"}, 'no aggregation "guess"'),
        ({"method": "generalised"}, '"power" is missing'),
        ({"method": "geometric", "zero": "keep"}, "refuse, limit"),
        ({"min_share": 1.5}, "at most 1"),
        ({"scale": [100, 0]}, '"scale"'),
        ({"scale": [0]}, '"scale"'),
        ({"per": {"z": {"method": "median"}}}, '"z"'),
        ({"per": {9: {"method": "median"}}}, '"9"'),
        ({"per": {"a": {"method": "median"}}}, '"a"'),
        ({"over": "units"}, '"over"'),
        ({"per": ["x"]}, '"per" is no list'),
        ({"per": {"x": "median"}}, '"per" is no list'),
    ],
)
def test_impossible_options_are_told_before_the_run_and_by_the_run(options, words):
    found = aggregate.check(options, two_pillars())
    assert len(found) == 1 and words in " ".join(found[0])
    assert words in refusal(ROWS, **options).message


# Many weights at once ---------------------------------------------------------------------------


def test_effective_weights_multiply_the_shares_down_the_tree():
    framework = two_pillars()
    weights = np.array([1.0, 3, 1, 1, 2, 1, 9])
    got = climb.effective_weights(framework, np.stack([weights, weights * 2]))
    expected = [2 / 3 / 4, 2 / 3 * 3 / 4, 1 / 6, 1 / 6]
    np.testing.assert_allclose(got, [expected, expected])
    np.testing.assert_allclose(climb.effective_entries(framework, weights)[4:], [2 / 3, 1 / 3, 1])


def test_a_draw_with_a_bad_weight_is_refused_with_its_number():
    framework = two_pillars()
    draws = np.ones((5, 7))
    draws[3, 1] = -0.01
    plan = rules.plan_of({}, framework)
    with pytest.raises(StepError, match=r"1 of 5 draws, first in draw 4"):
        climb.climb_weights(np.array(ROWS), framework, draws, plan)
    with pytest.raises(StepError, match="first in draw 2"):
        draws = np.ones((5, 7))
        draws[1, :2] = 0
        climb.effective_weights(framework, draws)


def test_refusal_within_many_draws_names_unit_and_node():
    framework = two_pillars()
    plan = rules.plan_of({"method": "geometric"}, framework)
    values = np.array([ROWS[0], [80, 0, 50, 10]])
    with pytest.raises(StepError) as caught:
        climb.climb_weights(values, framework, np.ones((3, 7)), plan, units=("north", "south"))
    assert caught.value.facts["units"] == ("south",)
    assert caught.value.facts["indicators"] == ("b",)


def test_indicator_right_below_a_higher_node_climbs_with_the_nodes_beside_it():
    framework = Framework(
        (Indicator("a", "a", "x"), Indicator("b", "b", "Index")),
        (Aggregate("x", "x", 2, "Index"), Aggregate("Index", "Index", 3, None)),
    )
    np.testing.assert_allclose(scores([[20, 60]], framework), [[20, 40]])


def test_score_beyond_the_numbers_of_a_computer_is_refused():
    error = refusal([[1e308, 1e308]], columns(2), {"a": 1e-3}, method="mazziotta_pareto")
    assert "too large" in error.message and error.facts["units"] == ("U1",)


def test_node_without_children_has_no_score_where_it_weighs_nothing():
    framework = Framework(
        (Indicator("a", "a", "x"),),
        (
            Aggregate("x", "x", 2, "Index"),
            Aggregate("empty", "empty", 2, "Index", weight=0.0),
            Aggregate("Index", "Index", 3, None),
        ),
    )
    for method in ("arithmetic", "geometric", "median", "copeland"):
        got = scores([[20.0], [30.0]], framework, method="arithmetic", per={2: {"method": method}})
        assert np.isnan(got[:, 1]).all() and not np.isnan(got[:, [0, 2]]).any()
