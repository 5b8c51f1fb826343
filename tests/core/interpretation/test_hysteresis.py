"""Words kept between rounds, and distances to another word."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import FIXED, SPREAD
from tests.dose import examples
from waspada.errors import QualityError
from waspada.instrument.model import Band, RuleKind
from waspada.interpretation.categories import categorise, cut_offs_of
from waspada.interpretation.hysteresis import crossing, keep_words
from waspada.interpretation.model import PreviousWord

NAN = np.nan
SLUGGISH = replace(FIXED, hysteresis_margin=2.5)  # low < 40 <= medium < 60 <= high
SLUGGISH_SPREAD = replace(SPREAD, hysteresis_margin=2.5)
STEPS = replace(
    FIXED,
    code="steps",
    kind=RuleKind.STEPS,
    bands=tuple(
        replace(band, lower=low, upper=high)
        for band, low, high in zip(FIXED.bands, (-50, -12.5, 12.5), (-12.5, 12.5, 50), strict=True)
    ),
)
NAMES = [band.category for band in FIXED.bands]
LOW, MEDIUM, HIGH = range(3)


def words(rule, scores, past=None):
    """past: per region (word, by the line) as positions, or None."""
    scores = np.array(scores, dtype=float)
    regions = tuple(f"r{i}" for i in range(len(scores)))
    previous = {
        region: PreviousWord(NAMES[pair[0]], NAMES[pair[1]])
        for region, pair in zip(regions, past or [None] * len(scores), strict=True)
        if pair is not None
    }
    categories = categorise(rule, scores, None, [()] * len(scores))
    return keep_words(categories, scores, regions, previous)


def slow_word(rule, scores, r, x, past):
    """The rule of the README of the questionnaires, one region at a time; cut-offs recomputed."""
    moved = np.array(scores, dtype=float)
    moved[r] = x
    cut = cut_offs_of(rule, moved[None])[0]
    line = int((x >= cut[1:-1]).sum())
    if past is None:
        return line
    word, line_before = past
    if line in (word, line_before):
        return line
    if line > word:
        return line if x >= cut[word + 1] + rule.hysteresis_margin else word
    return line if x < cut[word] - rule.hysteresis_margin else word


@pytest.mark.parametrize(
    ("score", "past", "word", "kept"),
    [
        (41, None, MEDIUM, False),
        (41, (LOW, LOW), LOW, True),
        (42.4, (LOW, LOW), LOW, True),
        (42.5, (LOW, LOW), MEDIUM, False),
        (41, (LOW, MEDIUM), MEDIUM, False),  # two rounds in a row agree
        (39, (MEDIUM, MEDIUM), MEDIUM, True),
        (37.5, (MEDIUM, MEDIUM), MEDIUM, True),
        (37.4, (MEDIUM, MEDIUM), LOW, False),
        (61, (LOW, LOW), HIGH, False),  # clear of the line of the word it had
        (39, (LOW, MEDIUM), LOW, False),
    ],
)
def test_a_word_stays_until_the_score_is_clear_of_the_line_or_two_rounds_agree(
    score, past, word, kept
):
    found = words(SLUGGISH, [score], [past])
    assert (found.word[0], found.kept[0]) == (word, kept)
    assert found.by_line[0] == (score >= 40) + (score >= 60)


def test_without_a_margin_no_word_is_kept():
    found = words(FIXED, [41.0], [(LOW, LOW)])
    assert (found.word[0], found.kept[0]) == (MEDIUM, False)


def test_region_without_a_category_has_no_word_and_no_distance():
    found = words(SLUGGISH, [NAN, 50.0], [(LOW, LOW), None])
    assert (found.word[0], found.kept[0]) == (-1, False)
    assert np.isnan([found.line_up[0], found.line_down[0], found.word_up[0]]).all()


def test_distances_are_what_the_score_lacks():
    """By hand: low kept at 41 rises at 42.5; to fall by the line it needs to pass 40."""
    found = words(SLUGGISH, [41.0], [(LOW, LOW)])
    assert (found.line_up[0], found.line_down[0]) == (pytest.approx(19), pytest.approx(1))
    assert found.word_up[0] == pytest.approx(1.5)
    assert np.isnan(found.word_down[0])


def test_the_round_after_a_word_was_kept_needs_no_margin_on_the_side_of_the_line():
    found = words(SLUGGISH, [39.0], [(LOW, MEDIUM)])
    assert found.word_up[0] == pytest.approx(1.0)


def test_steps_count_from_the_middle_of_the_scale():
    found = words(STEPS, [37.4, 37.5, 62.5])
    assert found.word.tolist() == [LOW, MEDIUM, HIGH]
    np.testing.assert_allclose(cut_offs_of(STEPS, np.zeros((1, 1)))[0], [0, 37.5, 62.5, 100])


def test_own_score_moves_the_cut_offs_by_hand():
    """Others 40, 50, 60 (mean 50, S = 200), n = 4, k = 1: u^2 (9/16 - 1/4) = 200 / 3."""
    at = crossing(SPREAD, np.array([55.0, 40, 50, 60]), np.array([2]), np.zeros(4))[0, 0]
    assert at == pytest.approx(50 + np.sqrt(200 / 3 / (9 / 16 - 1 / 4)))
    moved = np.array([at, 40, 50, 60])
    assert at == pytest.approx(moved.mean() + moved.std(ddof=1))


def test_a_line_no_value_can_reach_is_infinitely_far():
    """(n - 1) / sqrt(n) = 1.15 for three regions: nobody lies 1.5 sd out."""
    wide = replace(
        SPREAD,
        bands=(
            Band("low", SPREAD.bands[0].label, -np.inf, -1.5),
            Band("medium", SPREAD.bands[1].label, -1.5, 1.5),
            Band("high", SPREAD.bands[2].label, 1.5, np.inf),
        ),
    )
    found = words(wide, [30.0, 50, 90])
    assert found.word.tolist() == [MEDIUM] * 3
    assert np.isnan(found.line_up).all() and np.isnan(found.line_down).all()


def test_a_word_of_another_rule_is_refused():
    categories = categorise(FIXED, np.array([50.0]), None, [()])
    with pytest.raises(QualityError, match='region "r" the category "safe"; the rule "thirds"'):
        keep_words(categories, np.array([50.0]), ("r",), {"r": PreviousWord("safe", "safe")})


band = st.integers(0, 2)
past = st.one_of(st.none(), st.tuples(band, band))
region = st.tuples(st.floats(1, 99), past)


@pytest.mark.parametrize("rule", [FIXED, SLUGGISH, STEPS, SPREAD, SLUGGISH_SPREAD])
@settings(max_examples=examples(60), deadline=None)
@given(st.lists(region, min_size=4, max_size=7, unique_by=lambda pair: round(pair[0], 1)))
def test_distances_are_the_smallest_changes_that_flip_the_word(rule, regions):
    """Against a plain walk: just short of the distance the word stands, just beyond it is gone."""
    scores, before = [x for x, _ in regions], [p for _, p in regions]
    found = words(rule, scores, before)
    for r, x in enumerate(scores):
        if min(abs(x - c) for c in cut_offs_of(rule, np.array([scores]))[0]) < 1e-6:
            continue
        assert found.word[r] == slow_word(rule, scores, r, x, before[r])
        for distance, sign in ((found.word_up[r], 1), (found.word_down[r], -1)):
            reach = distance if not np.isnan(distance) else (100 - x if sign > 0 else x)
            for share in np.linspace(0.01, 0.999, 23):
                at = x + sign * (share * reach - 1e-6)
                assert slow_word(rule, scores, r, at, before[r]) == found.word[r]
            if not np.isnan(distance):
                there = slow_word(rule, scores, r, x + sign * (distance + 1e-6), before[r])
                assert there != found.word[r]
