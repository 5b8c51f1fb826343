from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.slow import index_of
from tests.core.instruments import (
    SCORES,
    answers,
    instrument,
    item,
    node,
    random_answers,
    shuffled,
    stratum,
)
from tests.dose import examples
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample, fingerprint_answers, order_rows, pack_rows
from waspada.index.scores import score_respondents
from waspada.instrument.model import Aggregation

STRATA = (
    stratum("a", "b", weight=2),
    stratum("b", "a"),
    stratum("c", "d"),
    stratum("d", "a", weight=0.5),
)


def three_levels(aggregation=Aggregation.ARITHMETIC, strata=STRATA):
    return instrument(
        [
            item("p", "x"),
            item("q", "x", weight=2, direction=-1),
            item("r", "y"),
            item("s", "y"),
            item("outside", None),
        ],
        [
            node("x", weight=3, aggregation=aggregation, power=0.5),
            node("y", direction=-1, min_share=1.0),
        ],
        strata,
    )


ASKED = three_levels()
given_score = st.sampled_from([*SCORES, None, -1])
row = st.tuples(
    st.sampled_from(["63.01", "63.02"]),
    st.sampled_from("abcd"),
    st.lists(given_score, min_size=5, max_size=5),
)


def scores_of(responses, asked):
    sample = draw_sample(responses, asked)
    values = estimate(sample).values
    names = (*sample.tree.items, *sample.tree.nodes)
    return {
        region: {name: None if np.isnan(v) else v for name, v in zip(names, values[r], strict=True)}
        for r, region in enumerate(sample.regions)
    }


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for region, scores in expected.items():
        for name, score in scores.items():
            if score is None:
                assert found[region][name] is None, (region, name)
            else:
                assert found[region][name] == pytest.approx(score, abs=1e-9), (region, name)


@pytest.mark.parametrize("aggregation", list(Aggregation))
@settings(max_examples=examples(60), deadline=None)
@given(rows=st.lists(row, min_size=1, max_size=60))
def test_index_agrees_with_the_slow_one(aggregation, rows):
    asked = three_levels(aggregation)
    responses = answers(rows, asked)
    assert_same(scores_of(responses, asked), index_of(responses, asked))


@settings(max_examples=examples(40), deadline=None)
@given(rows=st.lists(row, min_size=1, max_size=40), seed=st.integers(0, 99))
def test_order_of_rows_and_regions_is_irrelevant(rows, seed):
    responses = answers(rows, ASKED)
    other = shuffled(responses, seed=seed)
    one, two = estimate(draw_sample(responses, ASKED)), estimate(draw_sample(other, ASKED))
    np.testing.assert_array_equal(one.values, two.values)
    assert fingerprint_answers(responses, ASKED) == fingerprint_answers(other, ASKED)


@settings(max_examples=examples(30), deadline=None)
@given(factor=st.sampled_from([0.001, 3.0, 1e6]), seed=st.integers(0, 50))
def test_scaling_all_weights_changes_nothing(factor, seed):
    responses = random_answers(ASKED, {"63.01": 30}, seed=seed, elements="abcd")
    scaled = replace(
        ASKED,
        items=tuple(replace(i, weight=i.weight * factor) for i in ASKED.items),
        nodes=tuple(replace(n, weight=n.weight * factor) for n in ASKED.nodes),
        strata=tuple(replace(s, weight=s.weight * factor) for s in ASKED.strata),
    )
    np.testing.assert_allclose(
        estimate(draw_sample(responses, ASKED)).values,
        estimate(draw_sample(responses, scaled)).values,
        rtol=1e-12,
    )


@settings(max_examples=examples(60), deadline=None)
@given(rows=st.lists(row, min_size=8, max_size=40), which=st.integers(0, 7), up=st.integers(1, 4))
def test_a_higher_answer_never_lowers_its_own_region(rows, which, up):
    asked = instrument([item(c) for c in "pqrst"], strata=STRATA)
    region, element, given = rows[which]
    if given[0] in (None, -1):
        given = [0, *given[1:]]
    raised = [SCORES[min(4, SCORES.index(given[0]) + up)], *given[1:]]
    before = [*rows[:which], (region, element, given), *rows[which + 1 :]]
    after = [*rows[:which], (region, element, raised), *rows[which + 1 :]]
    low, high = scores_of(answers(before, asked), asked), scores_of(answers(after, asked), asked)
    if low[region]["index"] is not None:
        assert high[region]["index"] >= low[region]["index"] - 1e-9


def test_identical_answers_have_the_same_fingerprint_and_others_have_not():
    one = answers([("63.01", "a", [0, 25, 50, 75, 100])] * 2, ASKED)
    other = answers([("63.01", "a", [0, 25, 50, 75, 75])] * 2, ASKED)
    assert fingerprint_answers(one, ASKED) == fingerprint_answers(one, ASKED)
    assert fingerprint_answers(one, ASKED) != fingerprint_answers(other, ASKED)


def test_packed_rows_sort_as_the_columns_do():
    chance = np.random.default_rng(3)
    rows = chance.integers(-1, 7, (500, 60)).astype(np.int16)
    rows[::3] = rows[0]
    packed = np.lexsort(tuple(reversed(pack_rows(rows))))
    plain = np.lexsort(tuple(reversed(rows.T)))
    np.testing.assert_array_equal(rows[packed], rows[plain])
    assert len(pack_rows(rows)) > 1


@settings(max_examples=examples(40), deadline=None)
@given(
    n=st.integers(0, 60), keys=st.integers(1, 6), most=st.integers(1, 8), seed=st.integers(0, 99)
)
def test_rows_are_ordered_as_by_all_keys_at_once(n, keys, most, seed):
    drawn = list(np.random.default_rng(seed).integers(0, most, (keys, n)))
    np.testing.assert_array_equal(order_rows(drawn), np.lexsort(drawn[::-1]))


def test_response_without_a_score_does_not_make_its_element_larger():
    asked = instrument([item("p")], strata=STRATA)
    rows = [("63.01", "a", [100])] * 4 + [("63.01", "a", [-1])] * 3
    assert scores_of(answers(rows, asked), asked)["63.01"]["index"] is None


def test_respondent_scores_average_what_was_answered():
    responses = answers([("63.01", "a", [100, 100, 25, None, None])], ASKED)
    found = score_respondents(responses, ASKED)
    x = (1 * 100 + 2 * 0) / 3
    np.testing.assert_allclose(found, [[(3 * x + 1 * (100 - 25)) / 4, x, 25]])
