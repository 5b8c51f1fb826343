import numpy as np
import pytest

from tests.core.instruments import FIXED, SPREAD, instrument, item, stratum
from waspada.errors import QualityError
from waspada.index.strata import group_elements
from waspada.interpretation.categories import (
    band_of,
    categorise,
    choose_rule,
    missing_required,
    reasons_against,
    refuse_few_regions,
)

NAN = np.nan
LOW, MEDIUM, HIGH = 0, 1, 2


def fine(n):
    return [()] * n


def test_cut_off_belongs_to_the_upper_band_and_the_last_band_is_closed():
    cut_offs = np.array([0, 40, 60, 100.0])
    assert band_of(np.array([0, 39.999, 40, 59.999, 60, 100, NAN]), cut_offs).tolist() == [
        0, 0, 1, 1, 2, 2, -1,
    ]  # fmt: skip


def test_score_a_rounding_error_below_the_cut_off_has_reached_it():
    assert band_of(np.array([59.99999999999]), np.array([0, 40, 60, 100.0])).tolist() == [2]


def test_mean_and_sample_sd_give_the_cut_offs():
    found = categorise(SPREAD, np.array([30, 50, 70, 50.0]), None, fine(4))
    sd = np.sqrt(800 / 3)
    np.testing.assert_allclose(found.cut_offs, [-np.inf, 50 - sd, 50 + sd, np.inf])
    assert found.category.tolist() == [LOW, MEDIUM, HIGH, MEDIUM]


def test_probability_is_the_share_of_the_replicates():
    replicates = np.array([[39.0], [41], [42], [61]])
    found = categorise(FIXED, np.array([45.0]), replicates, fine(1))
    assert found.probability.tolist() == [[0.25, 0.5, 0.25]]


def test_cut_offs_are_recomputed_in_each_replicate():
    """All regions 30 points higher in one replicate: nobody changes category."""
    scores = np.array([30, 50, 70.0])
    found = categorise(SPREAD, scores, np.stack([scores, scores + 30]), fine(3))
    assert found.probability.max(axis=1).tolist() == [1, 1, 1]


def test_region_without_score_or_with_a_reason_gets_no_category():
    found = categorise(FIXED, np.array([NAN, 50]), np.full((3, 2), 50.0), [(), ("why",)])
    assert found.category.tolist() == [-1, -1]
    assert np.isnan(found.probability).all()


def test_regions_without_score_do_not_move_the_cut_offs():
    one = categorise(SPREAD, np.array([30, 50, 70.0]), None, fine(3)).cut_offs
    two = categorise(SPREAD, np.array([30, 50, NAN, 70.0]), None, fine(4)).cut_offs
    np.testing.assert_array_equal(one, two)


def test_two_regions_are_too_few_for_mean_and_sd():
    found = categorise(SPREAD, np.array([30, 50.0]), None, fine(2))
    assert found.category.tolist() == [-1, -1]
    assert found.flags == (("too_few_regions",),) * 2
    with pytest.raises(QualityError, match="2 have a score, it needs 3"):
        refuse_few_regions(SPREAD, np.array([30, 50, NAN]))
    refuse_few_regions(FIXED, np.array([30.0]))


def test_probabilities_sum_to_one():
    replicates = np.random.default_rng(0).uniform(0, 100, (100, 4))
    found = categorise(SPREAD, np.array([10, 20, 60, 90.0]), replicates, fine(4))
    np.testing.assert_allclose(found.probability.sum(axis=1), 1)


REQUIRED = (
    stratum("a", required=True),
    stratum("b", required=True),
    stratum("c", "d", required=True),
    stratum("d"),
)


@pytest.mark.parametrize(
    ("n", "missing", "flags"),
    [
        ([5, 5, 5, 5], 0, ()),
        ([0, 5, 10, 5], 1, ()),
        ([0, 4, 10, 6], 2, ("elements_missing",)),
        ([0, 10, 3, 7], 1, ()),
        ([9, 0, 4, 0], 2, ("too_few_answers", "elements_missing")),
    ],
)
def test_absent_and_left_out_elements_are_missing_and_merged_ones_are_not(n, missing, flags):
    asked = instrument([item("p")], strata=REQUIRED)
    groups = group_elements(np.array([n]), REQUIRED)
    assert missing_required(asked, groups).tolist() == [missing]
    assert reasons_against(FIXED, asked, groups, np.array([sum(n)])) == [flags]


def test_rule_is_chosen_by_code_or_by_default():
    asked = instrument([item("p")], rules=[FIXED, SPREAD])
    assert choose_rule(asked, None) is FIXED
    assert choose_rule(asked, "spread") is SPREAD
    assert choose_rule(instrument([item("p")]), None) is None
    with pytest.raises(QualityError, match="Its rules: thirds, spread"):
        choose_rule(asked, "quarters")


def test_probability_with_held_cut_offs_moves_where_the_recomputed_one_stands():
    """All regions 30 points higher in one of two replicates: by moving lines nobody changes, by
    the lines of the estimate all are high half of the time."""
    scores = np.array([30, 50, 70.0])
    found = categorise(SPREAD, scores, np.stack([scores, scores + 30]), fine(3))
    assert found.probability[1].tolist() == [0, 1, 0]
    assert found.probability_held[1].tolist() == [0, 0.5, 0.5]


def test_fixed_cut_offs_have_one_probability():
    replicates = np.random.default_rng(1).uniform(0, 100, (50, 2))
    found = categorise(FIXED, np.array([45.0, 70]), replicates, fine(2))
    np.testing.assert_array_equal(found.probability, found.probability_held)
