"""A gap taken apart, against Shapley shares written out as orders of arrival."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import instrument, item, node
from tests.dose import examples
from waspada.errors import QualityError
from waspada.index.tree import build_tree, climb, combine_children
from waspada.instrument.model import Aggregation
from waspada.interpretation.gaps import explain_gap, log_mean

ARITHMETIC, GEOMETRIC, HARMONIC = (
    Aggregation.ARITHMETIC,
    Aggregation.GEOMETRIC,
    Aggregation.HARMONIC,
)
KINDS = (ARITHMETIC, GEOMETRIC, HARMONIC)


def tree_of(top, branch, direction=-1):
    return build_tree(
        instrument(
            [item("a", "x"), item("b", "x", weight=3), item("c", "y"), item("d", "y")],
            [
                node("x", weight=2, aggregation=branch, min_share=0.1),
                node("y", direction=direction, min_share=0.6),
            ],
            aggregation=top,
        )
    )


def slow_shapley(x, y, weights, kind):
    """By the definition: let the children arrive in every order."""
    orders = list(permutations(range(len(x))))
    share = np.zeros(len(x))
    for order in orders:
        at = np.array(y, dtype=float)
        for child in order:
            before = combine_children(at, weights, kind, min_share=0)
            at[child] = x[child]
            share[child] += combine_children(at, weights, kind, min_share=0) - before
    return share / len(orders)


score = st.one_of(st.just(0.0), st.floats(1e-6, 100))  # means of answers are 0 or far above
side = st.lists(st.one_of(score, st.just(float("nan"))), min_size=4, max_size=4)


@pytest.mark.parametrize("top", KINDS)
@pytest.mark.parametrize("branch", KINDS)
@settings(max_examples=examples(60), deadline=None)
@given(side, side)
def test_contributions_add_up_to_the_gap_also_with_other_items_missing(top, branch, one, other):
    tree = tree_of(top, branch)
    start, end = climb(np.array([one]), tree), climb(np.array([other]), tree)
    if np.isnan(start[0, tree.root]) or np.isnan(end[0, tree.root]):
        return
    brought = explain_gap(start, end, tree)
    gap = end[0, tree.root] - start[0, tree.root]
    assert brought.sum() == pytest.approx(gap, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_are_exact_to_the_last_digits(kind):
    chance = np.random.default_rng(0)
    tree = tree_of(kind, kind)
    start, end = climb(chance.uniform(5, 95, (2, 200, 4)), tree)
    np.testing.assert_allclose(
        explain_gap(start, end, tree).sum(axis=1),
        end[:, tree.root] - start[:, tree.root],
        atol=1e-12,
        rtol=0,
    )


def test_an_arithmetic_gap_is_weight_times_distance():
    tree = tree_of(ARITHMETIC, ARITHMETIC)
    start, end = (
        climb(np.array([[80.0, 40, 10, 70]]), tree),
        climb(np.array([[60.0, 50, 30, 70]]), tree),
    )
    np.testing.assert_allclose(
        explain_gap(start, end, tree)[0],
        [2 / 3 / 4 * -20, 2 / 3 * 3 / 4 * 10, -1 / 6 * 20, 0],
        atol=1e-12,
    )


def test_a_geometric_gap_is_split_by_logarithms():
    """By hand: M = sqrt(ab); 20, 45 -> 30 and 80, 45 -> 60. b stands still and brings nothing."""
    tree = build_tree(instrument([item("a"), item("b")], aggregation=GEOMETRIC))
    start, end = climb(np.array([[20.0, 45]]), tree), climb(np.array([[80.0, 45]]), tree)
    np.testing.assert_allclose(explain_gap(start, end, tree)[0], [30, 0], atol=1e-12)
    start, end = climb(np.array([[10.0, 40]]), tree), climb(np.array([[40.0, 90]]), tree)
    lengths = np.log([4, 9 / 4])
    np.testing.assert_allclose(
        explain_gap(start, end, tree)[0], 40 * lengths / lengths.sum(), atol=1e-12
    )


def test_the_logarithmic_mean_lies_between_geometric_and_arithmetic():
    assert log_mean(np.array(30.0), np.array(30.0)) == 30
    assert 40 < log_mean(np.array(20.0), np.array(80.0)) < 50
    assert log_mean(np.array(20.0), np.array(80.0)) == pytest.approx(60 / np.log(4))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(score, min_size=3, max_size=3), st.lists(score, min_size=3, max_size=3))
def test_a_harmonic_node_is_split_by_shapley_shares(x, y):
    weights = np.array([0.2, 0.3, 0.5])
    items = [item(c, weight=w) for c, w in zip("abc", weights, strict=True)]
    tree = build_tree(instrument(items, aggregation=HARMONIC))
    start, end = climb(np.array([y]), tree), climb(np.array([x]), tree)
    np.testing.assert_allclose(
        explain_gap(start, end, tree)[0], slow_shapley(x, y, weights, HARMONIC), atol=1e-6
    )


def test_a_geometric_node_in_a_mixed_tree_and_one_with_a_zero_are_split_by_shapley_shares():
    weights, x, y = np.array([0.2, 0.3, 0.5]), [80.0, 30, 0], [10.0, 60, 40]
    items = [item(c, weight=w) for c, w in zip("abc", weights, strict=True)]
    tree = build_tree(instrument(items, aggregation=GEOMETRIC))
    start, end = climb(np.array([y]), tree), climb(np.array([x]), tree)
    expected = slow_shapley(x, y, weights, GEOMETRIC)
    np.testing.assert_allclose(explain_gap(start, end, tree)[0], expected, atol=1e-10)

    mixed = build_tree(
        instrument(
            [item(c, "x", weight=w) for c, w in zip("abc", weights, strict=True)]
            + [item("d", "y")],
            [node("x", aggregation=GEOMETRIC), node("y")],
        )
    )
    x, y = [80.0, 30, 20, 50], [10.0, 60, 40, 90]
    start, end = climb(np.array([y]), mixed), climb(np.array([x]), mixed)
    expected = [*slow_shapley(x[:3], y[:3], weights, GEOMETRIC) / 2, -20]
    np.testing.assert_allclose(explain_gap(start, end, mixed)[0], expected, atol=1e-10)


def test_children_that_cancel_out_still_get_their_share():
    """x stands still because a and b cancel; the change is in its parts all the same."""
    tree = tree_of(HARMONIC, ARITHMETIC)
    start = climb(np.array([[80.0, 40, 10, 70]]), tree)
    end = climb(np.array([[50.0, 50, 10, 70]]), tree)
    brought = explain_gap(start, end, tree)[0]
    assert brought[0] < -1 and brought[1] == pytest.approx(-brought[0], rel=1e-6)
    assert brought.sum() == pytest.approx(0, abs=1e-9)


def test_one_start_serves_all_regions_and_the_way_back_is_the_opposite():
    tree = tree_of(GEOMETRIC, HARMONIC)
    values = climb(np.array([[80.0, 40, 10, 70], [20, 30, 40, 50], [50, 60, 20, 90]]), tree)
    forth = explain_gap(values[0], values, tree)
    np.testing.assert_allclose(forth[0], 0, atol=1e-12)
    back = explain_gap(values, values[0], tree)
    np.testing.assert_allclose(forth, -back, atol=1e-9)


def test_an_item_nobody_answered_before_brings_its_distance_from_the_rest():
    tree = build_tree(instrument([item("a"), item("b")]))
    start, end = climb(np.array([[40.0, np.nan]]), tree), climb(np.array([[40.0, 60]]), tree)
    np.testing.assert_allclose(explain_gap(start, end, tree)[0], [0, 10])


def test_too_many_children_are_refused_with_the_node():
    items = [item(f"i{k}") for k in range(13)]
    tree = build_tree(instrument(items, aggregation=HARMONIC))
    values = climb(np.full((1, 13), 50.0), tree)
    with pytest.raises(QualityError, match='node "index" has too many children'):
        explain_gap(values, values, tree)


@pytest.mark.parametrize("power", [-2.0, 0.5, 2.0])
def test_the_power_of_a_generalised_mean_counts(power):
    generalised = Aggregation.GENERALISED
    children = [item("a", "x"), item("b", "x", weight=3), item("c", "x")]
    tree = build_tree(instrument(children, [node("x", aggregation=generalised, power=power)]))
    x, y, w = np.array([60.0, 30, 45]), np.array([20.0, 70, 45]), np.array([0.2, 0.6, 0.2])
    start, end = climb(y[None], tree), climb(x[None], tree)
    share = np.zeros(3)
    for order in permutations(range(3)):
        at = y.copy()
        for child in order:
            before = (w @ at**power) ** (1 / power)
            at[child] = x[child]
            share[child] += ((w @ at**power) ** (1 / power) - before) / 6
    brought = explain_gap(start, end, tree)[0]
    assert brought == pytest.approx(share, abs=1e-9)
    assert brought.sum() == pytest.approx((end - start)[0, tree.root], abs=1e-9)
