import numpy as np
import pytest

from tests.core.instruments import stratum
from waspada.index.strata import group_elements

A, B, C = 0, 1, 2


def groups(n, *strata):
    return group_elements(np.array([n]), strata)


def states(found):
    return [state.value for state in found.state[0]]


def test_small_element_joins_its_target_and_brings_its_weight():
    found = groups([3, 8], stratum("a", "b", weight=2), stratum("b"))
    assert found.group[0].tolist() == [B, B]
    assert found.count[0].tolist() == [0, 11]
    assert found.weight[0].tolist() == [0, 1]
    assert states(found) == ["merged", "counted"]


def test_weight_of_a_merged_group_is_the_sum_of_its_members():
    found = groups([3, 8, 9], stratum("a", "b", weight=2), stratum("b"), stratum("c"))
    np.testing.assert_allclose(found.weight[0], [0, 3 / 4, 1 / 4])


def test_two_small_elements_that_name_each_other_form_one_group():
    found = groups([3, 4], stratum("a", "b"), stratum("b", "a"))
    assert found.count[0].max() == 7
    assert found.weight[0].sum() == 1
    assert states(found) == ["merged", "merged"]


def test_a_third_small_element_joins_the_pair_it_names():
    found = groups([2, 2, 2], stratum("a", "b"), stratum("b", "a"), stratum("c", "b"))
    assert found.count[0].max() == 6
    assert states(found) == ["merged"] * 3


def test_nobody_moves_twice():
    """a names b, b is small and moves to c: a stays where b was, alone, and is left out."""
    found = groups([3, 4, 9], stratum("a", "b"), stratum("b", "c"), stratum("c"))
    assert found.group[0].tolist() == [B, C, C]
    assert states(found) == ["left_out", "merged", "counted"]
    np.testing.assert_allclose(found.weight[0], [0, 0, 1])


def test_two_small_elements_that_name_the_same_moving_element_stay_together():
    found = groups(
        [3, 3, 4, 9], stratum("a", "c"), stratum("b", "c"), stratum("c", "d"), stratum("d")
    )
    assert states(found) == ["merged", "merged", "merged", "counted"]
    np.testing.assert_allclose(found.weight[0], [0, 0, 0.5, 0.5])


def test_order_of_the_sheet_decides_nothing():
    one = groups([3, 4, 9], stratum("a", "b"), stratum("b", "c"), stratum("c"))
    other = groups([9, 4, 3], stratum("c"), stratum("b", "c"), stratum("a", "b"))
    assert states(one) == states(other)[::-1]


def test_group_that_stays_small_is_left_out_and_gives_its_weight_away():
    found = groups([2, 2, 10], stratum("a", "b"), stratum("b"), stratum("c"))
    assert states(found) == ["left_out", "left_out", "counted"]
    assert found.weight[0].tolist() == [0, 0, 1]


def test_absent_element_gives_its_weight_to_all_and_is_no_member_of_a_group():
    found = groups(
        [0, 3, 6, 6], stratum("a", weight=9), stratum("b", "c"), stratum("c"), stratum("d")
    )
    assert states(found) == ["absent", "merged", "counted", "counted"]
    np.testing.assert_allclose(found.weight[0, 2:], [2 / 3, 1 / 3])


def test_small_element_whose_target_is_absent_stands_alone():
    found = groups([4, 0, 6], stratum("a", "b"), stratum("b"), stratum("c"))
    assert states(found) == ["left_out", "absent", "counted"]


@pytest.mark.parametrize(("n", "state"), [(9, "merged"), (10, "counted")])
def test_an_element_may_ask_for_more_than_five(n, state):
    found = groups([n, 20], stratum("a", "b", minimum_count=10), stratum("b"))
    assert states(found)[0] == state


def test_without_a_group_of_five_a_region_has_no_weight():
    found = groups([4, 1], stratum("a"), stratum("b"))
    assert found.weight[0].sum() == 0


def bowl(n, carrier, *strata):
    return group_elements(np.array([n]), strata, np.array([carrier]))


def test_elements_of_one_bowl_count_as_one_with_the_weight_of_all():
    """Three of a drew from the bowl of b: 11 cards carry both."""
    found = bowl([11, 0, 9], [A, A, C], stratum("a"), stratum("b"), stratum("c"))
    assert states(found) == ["merged", "merged", "counted"]
    np.testing.assert_allclose(found.weight[0], [2 / 3, 0, 1 / 3])


def test_a_bowl_that_stays_small_moves_on_as_one():
    found = bowl([4, 0, 9], [A, A, C], stratum("a", "c"), stratum("b", "a"), stratum("c"))
    assert found.group[0].tolist() == [C, C, C]
    assert states(found) == ["merged", "merged", "counted"]
    assert found.weight[0].tolist() == [0, 0, 1]


def test_a_small_bowl_whose_elements_name_each_other_is_left_out():
    found = bowl([4, 0, 9], [A, A, C], stratum("a", "b"), stratum("b", "a"), stratum("c"))
    assert states(found) == ["left_out", "left_out", "counted"]


def test_a_bowl_nobody_answered_from_is_absent():
    found = bowl([0, 0, 9], [A, A, C], stratum("a"), stratum("b"), stratum("c"))
    assert states(found) == ["absent", "absent", "counted"]
