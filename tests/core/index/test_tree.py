import numpy as np
import pytest

from tests.core.instruments import instrument, item, node
from waspada.index.tree import build_tree, climb, combine_children
from waspada.instrument.model import Aggregation

NAN = np.nan
HALVES = np.array([0.5, 0.5])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Aggregation.ARITHMETIC, 50), (Aggregation.GEOMETRIC, 40), (Aggregation.HARMONIC, 32)],
)
def test_three_means_of_twenty_and_eighty(kind, expected):
    assert combine_children(np.array([20.0, 80.0]), HALVES, kind, min_share=0) == pytest.approx(
        expected
    )


@pytest.mark.parametrize(
    ("power", "expected"), [(1, 50), (0, 40), (-1, 32), (2, 3400**0.5), (0.5, (20 + 80 + 80) / 4)]
)
def test_generalised_means_of_twenty_and_eighty(power, expected):
    """docs/method/index.md: power 1/2 gives ((sqrt 20 + sqrt 80) / 2)^2 = 45."""
    kind = Aggregation.GENERALISED
    got = combine_children(np.array([20.0, 80.0]), HALVES, kind, min_share=0, power=power)
    assert got == pytest.approx(expected)


@pytest.mark.parametrize("power", [0.0, -2.0])
def test_a_child_at_zero_or_just_below_by_rounding_makes_a_mean_of_low_power_zero(power):
    kind = Aggregation.GENERALISED
    for zero in (0.0, -1e-14):
        got = combine_children(np.array([zero, 80.0]), HALVES, kind, min_share=0, power=power)
        assert got == 0


def test_power_of_a_node_reaches_the_climb():
    nodes = [node("x", aggregation=Aggregation.GENERALISED, power=2.0)]
    tree = build_tree(instrument([item("a", "x"), item("b", "x")], nodes))
    values = climb(np.array([[20.0, 80.0], [NAN, 80.0]]), tree)
    np.testing.assert_allclose(values[:, tree.place["x"]], [3400**0.5, 80])


@pytest.mark.parametrize("kind", [Aggregation.GEOMETRIC, Aggregation.HARMONIC])
def test_a_child_at_zero_makes_the_mean_zero(kind):
    assert combine_children(np.array([0.0, 80.0]), HALVES, kind, min_share=0) == 0


@pytest.mark.parametrize("kind", list(Aggregation))
def test_missing_child_hands_its_weight_to_the_others(kind):
    children = np.array([30.0, NAN, 30.0])
    weights = np.array([0.2, 0.5, 0.3])
    assert combine_children(children, weights, kind, min_share=0.5) == pytest.approx(30)
    assert np.isnan(combine_children(children, weights, kind, min_share=0.51))


def test_share_that_equals_the_rule_up_to_rounding_is_enough():
    children, weights = np.array([10.0, 20.0, NAN]), np.array([0.1, 0.2, 0.7])
    assert not np.isnan(combine_children(children, weights, Aggregation.ARITHMETIC, min_share=0.3))


def test_node_without_any_scored_child_has_no_score():
    assert np.isnan(
        combine_children(np.array([NAN, NAN]), HALVES, Aggregation.ARITHMETIC, min_share=0)
    )


def test_worked_example_of_the_method_page():
    """docs/method/index.md: two dimensions, one turned, weights 1 and 3."""
    asked = instrument(
        [item("a", "calm"), item("b", "calm", weight=3), item("c", "clash")],
        [node("calm", weight=1, direction=-1), node("clash", weight=3)],
    )
    values = climb(np.array([40.0, 80.0, 30.0]), build_tree(asked))
    root, calm, clash = values[3:]
    assert (calm, clash) == (pytest.approx(70), pytest.approx(30))
    assert root == pytest.approx((1 * (100 - 70) + 3 * 30) / 4)


def test_given_score_wins_over_its_children():
    asked = instrument([item("a", "x")], [node("x"), node("y")])
    tree = build_tree(asked)
    given = np.array([NAN, 70.0, 50.0])
    values = climb(np.array([10.0]), tree, given=given)
    assert values[tree.place["x"]] == 70
    assert values[tree.root] == 60


def test_node_without_children_never_has_a_score():
    tree = build_tree(instrument([item("a", "x")], [node("x"), node("empty")]))
    values = climb(np.array([10.0]), tree)
    assert np.isnan(values[tree.place["empty"]])
    assert values[tree.root] == 10


def test_leading_axes_are_regions_and_replicates():
    tree = build_tree(instrument([item("a"), item("b")]))
    assert climb(np.zeros((7, 3, 2)), tree).shape == (7, 3, 3)
