from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dose import examples
from waspada.interpretation.groups import groups_of
from waspada.interpretation.model import Ranks


def ranked(n, pairs, without=()):
    """Regions 0..n-1 from the highest to the lowest."""
    taking_part = np.array([r for r in range(n) if r not in without], dtype=np.intp)
    rank = np.zeros(n, dtype=np.int64)
    rank[taking_part] = 1 + np.arange(len(taking_part))
    return Ranks(rank, rank, rank, tuple(pairs), taking_part)


def told_apart(group, pairs):
    return any((i, j) in pairs or (j, i) in pairs for i, j in combinations(group, 2))


def test_regions_far_apart_stand_alone_and_alike_ones_together():
    assert groups_of(ranked(3, [(0, 1), (0, 2), (1, 2)])) == ((0,), (1,), (2,))
    assert groups_of(ranked(3, [])) == ((0, 1, 2),)


def test_neighbouring_groups_overlap():
    assert groups_of(ranked(4, [(0, 2), (0, 3), (1, 3)])) == ((0, 1), (1, 2), (2, 3))


def test_a_pair_that_is_alike_across_a_region_that_differs_gets_its_own_group():
    """0 and 2 are told apart from 1, which is measured well, but not from each other."""
    assert groups_of(ranked(3, [(0, 1), (1, 2)])) == ((0, 2), (1,))


def test_region_without_a_rank_set_is_in_no_group():
    assert groups_of(ranked(3, [], without=(1,))) == ((0, 2),)
    assert groups_of(ranked(2, [], without=(0, 1))) == ()


pairs_of_seven = st.sets(st.sampled_from(list(combinations(range(7), 2))))


@settings(max_examples=examples(200))
@given(pairs_of_seven)
def test_two_regions_share_a_group_exactly_when_they_cannot_be_told_apart(pairs):
    groups = groups_of(ranked(7, pairs))
    together = {pair for group in groups for pair in combinations(sorted(group), 2)}
    assert together == set(combinations(range(7), 2)) - pairs
    assert {region for group in groups for region in group} == set(range(7))
    assert len(set(groups)) == len(groups)


@settings(max_examples=examples(200))
@given(pairs_of_seven)
def test_no_further_region_fits_into_a_group(pairs):
    for group in groups_of(ranked(7, pairs)):
        assert not told_apart(group, pairs)
        for other in set(range(7)) - set(group):
            assert told_apart((*group, other), pairs)


@settings(max_examples=examples(100))
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(1, 60))
def test_with_errors_alike_there_are_no_more_groups_than_regions(scores, gap):
    scores = sorted(scores, reverse=True)
    n = len(scores)
    pairs = [(i, j) for i, j in combinations(range(n), 2) if scores[i] - scores[j] > gap]
    groups = groups_of(ranked(n, pairs))
    assert len(groups) <= n
    assert all(list(g) == list(range(g[0], g[-1] + 1)) for g in groups)
