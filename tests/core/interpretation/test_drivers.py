from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import instrument, item, node
from tests.dose import examples
from waspada.index.attribution import attribute, too_wide
from waspada.index.tree import build_tree, climb, combine_children
from waspada.instrument.model import Aggregation
from waspada.interpretation.drivers import explain, headlines, item_weights

ARITHMETIC, GEOMETRIC, HARMONIC, GENERALISED = Aggregation


def tree_of(top, branch, direction=-1):
    return build_tree(
        instrument(
            [item("a", "x"), item("b", "x", weight=3), item("c", "y"), item("d", "y")],
            [
                node("x", weight=2, aggregation=branch, min_share=0.1, power=-1.5),
                node("y", direction=direction, min_share=0.1),
            ],
            aggregation=top,
        )
    )


scores = st.lists(
    st.lists(st.one_of(st.floats(0, 100), st.just(float("nan"))), min_size=4, max_size=4),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("top", list(Aggregation))
@pytest.mark.parametrize("branch", list(Aggregation))
@settings(max_examples=examples(40), deadline=None)
@given(scores=scores)
def test_attributions_add_up_to_the_index_minus_fifty(top, branch, scores):
    tree = tree_of(top, branch)
    values = climb(np.array(scores), tree)
    values = values[~np.isnan(values[:, tree.root])]
    np.testing.assert_allclose(
        attribute(values, tree).sum(axis=1), values[:, tree.root] - 50, atol=1e-9
    )


def test_arithmetic_attribution_is_weight_times_distance_from_the_middle():
    tree = tree_of(ARITHMETIC, ARITHMETIC)
    values = climb(np.array([[80.0, 40, 10, 70]]), tree)
    w = np.array([2 / 3 / 4, 2 / 3 * 3 / 4, -1 / 6, -1 / 6])
    np.testing.assert_allclose(attribute(values, tree)[0], w * (np.array([80, 40, 10, 70]) - 50))
    np.testing.assert_allclose(item_weights(tree), np.abs(w))


@pytest.mark.parametrize("last", [0.0, 50.0, 50.00001, 49.9998, 100.0])
@pytest.mark.parametrize(
    ("kind", "power"),
    [(GEOMETRIC, 1), (HARMONIC, 1), *((GENERALISED, p) for p in (2.0, 0.5, 0.0, -1.5, 1.0))],
)
def test_shapley_shares_are_the_mean_over_all_orders(kind, power, last):
    """The definition, written out: let the children arrive in every order."""
    weights, x = np.array([0.2, 0.3, 0.5]), np.array([80.0, 30.0, last])

    def mean(children):
        return combine_children(children, weights, kind, min_share=0, power=power)

    items = [item(c, weight=w) for c, w in zip("abc", weights, strict=True)]
    tree = build_tree(instrument(items, aggregation=kind, power=power))
    expected = np.zeros(3)
    for order in permutations(range(3)):
        at = np.full(3, 50.0)
        for child in order:
            before = mean(at)
            at[child] = x[child]
            expected[child] += (mean(at) - before) / 6
    np.testing.assert_allclose(attribute(climb(x[None], tree), tree)[0], expected, atol=1e-9)


@pytest.mark.parametrize(("power", "like"), [(0.0, GEOMETRIC), (-1.0, HARMONIC)])
def test_generalised_mean_shares_like_the_means_it_contains(power, like):
    items = [item(c, weight=w) for c, w in zip("abc", (1, 2, 3), strict=True)]
    x = np.array([[80.0, 30.0, 10.0], [50.00003, 20, 50], [0, 100, 50], [50, 50, np.nan]])
    one = build_tree(instrument(items, aggregation=GENERALISED, power=power))
    two = build_tree(instrument(items, aggregation=like))
    np.testing.assert_allclose(
        attribute(climb(x, one), one), attribute(climb(x, two), two), atol=1e-9
    )


def test_children_that_cancel_out_still_get_their_share():
    """x stands at 50 because a and b cancel; passing down shares of x would divide 0 by 0."""
    tree = tree_of(GEOMETRIC, ARITHMETIC)
    values = climb(np.array([[80.0, 40, 10, 70]]), tree)
    assert values[0, tree.place["x"]] == pytest.approx(50)
    brought = attribute(values, tree)[0]
    assert brought[0] > 1 and brought[1] == pytest.approx(-brought[0])


def test_thirteen_children_are_too_many_for_shapley_only():
    many = [item(f"i{k}") for k in range(13)]
    assert too_wide(build_tree(instrument(many, aggregation=GEOMETRIC))) == ["index"]
    assert too_wide(build_tree(instrument(many[:12], aggregation=GEOMETRIC))) == []
    assert too_wide(build_tree(instrument(many))) == []


def explained(items, hidden=None, shown=None, covariance=None, top=ARITHMETIC):
    tree = tree_of(top, ARITHMETIC)
    values = climb(np.array(items, dtype=float), tree)
    n = len(values)
    hidden = np.zeros((n, 4), dtype=bool) if hidden is None else np.array(hidden)
    shown = np.ones(n, dtype=bool) if shown is None else np.array(shown)
    covariance = np.zeros((n, 4, 4)) if covariance is None else covariance
    found = explain(values, tree, covariance, np.full(n, 2.0), hidden, shown, concern=1)
    return found, values[:, tree.root]


@pytest.mark.parametrize("top", list(Aggregation))
def test_contributions_add_up_to_the_index_minus_the_mean_of_regions(top):
    items = [[10, 20, 30, 40], [90, np.nan, 20, 35], [60, 50, 40, np.nan]]
    found, root = explained(items, top=top)
    np.testing.assert_allclose(found.contribution.sum(axis=1), root - root.mean(), atol=1e-9)
    assert found.reference == "mean_of_regions"


def test_a_single_region_is_compared_with_the_middle_of_the_scale():
    found, root = explained([[10, 20, 30, 40]])
    assert found.contribution.sum() == pytest.approx(root[0] - 50)
    assert found.reference == "scale_middle"


def test_region_that_is_not_shown_moves_no_reference():
    items = [[10, 20, 30, 40], [60, 50, 40, 20], [99, 99, 99, 99]]
    three, _ = explained(items, shown=[True, True, False])
    two, _ = explained(items[:2])
    np.testing.assert_allclose(three.contribution[:2], two.contribution)


def test_hidden_items_are_levelled_so_that_others_do_not_give_them_away():
    """Swap what two hidden items of a region say: nothing shown anywhere changes."""
    hidden = [[False] * 4, [False, False, True, True], [False] * 4]
    one, _ = explained([[10, 20, 30, 40], [90, 10, 20, 35], [60, 50, 40, 20]], hidden)
    two, _ = explained([[10, 20, 30, 40], [90, 10, 35, 20], [60, 50, 40, 20]], hidden)
    np.testing.assert_allclose(one.contribution, two.contribution, atol=1e-9)
    np.testing.assert_allclose(one.joined, two.joined, atol=1e-9)
    assert one.joined[1] == pytest.approx(one.contribution[1, 2:].sum())
    np.testing.assert_allclose(one.contribution.sum(axis=1).sum(), 0, atol=1e-9)


def test_interval_of_a_contribution_counts_the_error_of_the_reference():
    """Var(a_r - mean of three) = (2/3)^2 4 + (1/9) (9 + 1)."""
    covariance = np.zeros((3, 4, 4))
    covariance[:, 0, 0] = [4, 9, 1]
    found, _ = explained([[10, 20, 30, 40]] * 3, covariance=covariance)
    half = found.upper[0, 0] - found.contribution[0, 0]
    assert half == pytest.approx(2 * np.sqrt((4 / 9) * 4 + (9 + 1) / 9))


def test_interval_of_a_sum_comes_from_the_covariance_not_from_adding_intervals():
    """Two perfectly opposed items: each is unsure, together they are certain."""
    covariance = np.zeros((1, 4, 4))
    covariance[0, :2, :2] = [[4.0, -4.0], [-4.0, 4.0]]
    found, _ = explained([[90, 70, 50, 50]], covariance=covariance)
    assert found.upper[0, 0] - found.lower[0, 0] == pytest.approx(2 * 2.0 * 2.0)
    assert found.total_upper[0] - found.total_lower[0] == pytest.approx(0.0, abs=1e-9)


def test_headlines_are_the_strongest_towards_and_away_from_concern():
    push = np.array([[9.0, 8, 7, 6, 5, -1, -2, -3, -4, 0]])
    chosen = headlines(push, np.ones_like(push, dtype=bool))
    assert np.flatnonzero(chosen[0]).tolist() == [0, 1, 2, 3, 6, 7, 8]


def test_a_hidden_item_makes_no_headline():
    push = np.array([[9.0, 8, 7, -4]])
    told = np.array([[False, True, True, True]])
    assert not headlines(push, told)[0, 0]


def test_one_item_alone_outside_the_headlines_takes_the_weakest_with_it():
    """Index minus the headlines would otherwise tell the one that is left."""
    push = np.array([[5.0, 4, 3, 2, 1, -1.5]])
    chosen = headlines(push, np.ones_like(push, dtype=bool))
    assert np.flatnonzero(~chosen[0]).tolist() == [4, 5]
