"""How answers were given: each measure alone, and what a region's measures say together."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import quality as study
from tests.core.instruments import DONT_KNOW, instrument, item, node, shuffled
from tests.core.quality import slow_checks as slow
from tests.dose import examples
from waspada.pipeline import measure
from waspada.publication.tables import check_rows
from waspada.quality.agreement_of_pairs import compare, repeats
from waspada.quality.blocks import link_threshold
from waspada.quality.contradiction import contradictions, opposite_pairs
from waspada.quality.dont_know import share_t, t_tail
from waspada.quality.flags import check_answers, holm, set_aside
from waspada.quality.honest import (
    LEVELS,
    MISSING,
    Honest,
    asked_items,
    fit_honest,
    keyed,
    mean_correlation,
)
from waspada.quality.model import LEVEL, Check, Finding, Measure
from waspada.quality.standing_out import tail
from waspada.quality.straight_lining import long_runs, longest_runs

ASKED = study.instrument(24)
ITEMS = asked_items(ASKED)
PAIRS = opposite_pairs(ASKED, ITEMS)


def meeting(how="honest", *, sets=1, n=50, correlation=0.4, seed=5):
    chance = np.random.default_rng(seed)
    choice = study.honest(chance, ASKED, sets=sets, n=n, correlation=correlation)
    study.spoil(chance, choice, how)
    return study.responses(choice, chance)


def flags(how, **more):
    return check_answers(meeting(how, **more), ASKED, seed=1)[0].flags


# Each measure alone -----------------------------------------------------------------------------

cell_rows = st.lists(
    st.lists(st.integers(-1, 4), min_size=24, max_size=24), min_size=1, max_size=6
).map(lambda rows: np.array(rows, dtype=np.int8))


@settings(max_examples=examples(40))
@given(cell_rows)
def test_longest_runs_equal_the_slow_count(cells):
    fast = longest_runs(cells, ITEMS)
    for row, runs in zip(cells, fast, strict=True):
        places = [None if c < 0 else int(ITEMS.position[i, c]) for i, c in enumerate(row)]
        expected = slow.longest_run(places)
        assert runs.tolist() == [expected.get(k, 0) for k in range(5)]


def test_a_run_of_one_place_goes_on_over_reversed_items_and_ends_at_a_blank():
    """docs/method/quality.md: places 0 0 0 - 0 0 1: the longest run of place 0 is 3."""
    cells = ITEMS.read(np.array([[0, 0, 0, DONT_KNOW, 0, 0, 1, *[2, 3] * 8, 4]], dtype=np.int16))
    assert longest_runs(cells, ITEMS)[0].tolist() == [3, 1, 1, 1, 1]


def test_a_run_over_everything_counts_only_where_honest_people_hardly_have_one():
    honest = np.zeros((100, 2), dtype=np.int16)
    honest[:30, 0], honest[:, 1] = 10, 2
    assert long_runs(honest, 10).tolist() == [11, 3]


@settings(max_examples=examples(40))
@given(cell_rows)
def test_contradictions_equal_the_slow_count(cells):
    for row, found in zip(cells, contradictions(cells, ITEMS, PAIRS), strict=True):
        scores = [None if c < 0 else ITEMS.scores[i, c] for i, c in enumerate(row)]
        assert found == slow.contradictory(scores, PAIRS.tolist())


def test_only_items_of_one_node_and_opposite_direction_make_a_pair():
    asked = instrument(
        [item("p", "x"), item("q", "x", direction=-1), item("r", "y"), item("s", "x")],
        [node("x"), node("y")],
    )
    assert opposite_pairs(asked, asked_items(asked)).tolist() == [[0, 1], [1, 3]]


@settings(max_examples=examples(8), deadline=None)
@given(st.integers(0, 1000))
def test_agreement_of_two_people_equals_the_slow_formula(seed):
    cells = np.random.default_rng(seed).integers(0, 5, (4, 24)).astype(np.int8)
    honest = fit_honest(cells, ITEMS)
    pairs = compare(cells[None], honest)
    levels = LEVELS.tolist()
    for a, b in ((0, 1), (2, 3)):
        expected = slow.excess(
            cells[a].tolist(), cells[b].tolist(), honest.shares, honest.substance, levels
        )
        assert pairs.excess[0, a, b] == pytest.approx(expected, rel=1e-4, abs=1e-4)
        assert pairs.differing[0, a, b] == (cells[a] != cells[b]).sum()


def test_blanks_at_the_same_items_do_not_differ_and_do_not_agree():
    cells = np.random.default_rng(2).integers(0, 5, (9, 24)).astype(np.int8)
    cells[1] = cells[0]
    honest = fit_honest(cells, ITEMS)
    whole = compare(cells[None], honest)
    cells[:, :12] = MISSING
    half = compare(cells[None], honest)
    assert whole.differing[0, 0, 1] == half.differing[0, 0, 1] == 0
    assert half.excess[0, 0, 1] < whole.excess[0, 0, 1]


def test_all_but_the_first_of_linked_people_repeat_another():
    linked = np.zeros((6, 6), dtype=bool)
    for a, b in ((4, 2), (2, 5), (1, 3)):
        linked[a, b] = linked[b, a] = True
    assert np.flatnonzero(repeats(linked)).tolist() == [3, 4, 5]


def test_honest_sets_pass_the_link_threshold_a_quarter_time_each():
    honest = Honest(*fields_of(meeting()))
    pairs = compare(honest.answer(honest.draw_noise(keyed(1, "r", "x"), 80, 30)), honest)
    upper = pairs.excess[:, *np.triu_indices(30, k=1)]
    threshold = link_threshold(pairs)
    assert (upper > threshold).sum() < 20 <= (upper >= threshold).sum()


def fields_of(responses):
    honest = fit_honest(ITEMS.read(responses.choice), ITEMS)
    return honest.shares, honest.missing, honest.turn, honest.topic, 0.6, 0.2


def test_honest_people_keep_the_shares_and_the_correlation_they_were_given():
    shares = np.tile([0.5, 0.2, 0.1, 0.1, 0.1], (24, 1))
    turn = np.ones(24)
    honest = Honest(shares, np.zeros((1, 24), dtype=bool), turn, ITEMS.topic, 0.6, 0.2)
    noise = honest.draw_noise(keyed(1, "r", "x"), 1, 4000)
    drawn = honest.answer(noise)[0]
    seen = np.stack([(drawn == k).mean(axis=0) for k in range(5)], axis=1)
    np.testing.assert_allclose(seen, shares, atol=0.04)
    assert 0.5 < mean_correlation(drawn) < 0.7
    closer = honest.answer(noise, topic=0.2)[0]
    assert mean_correlation(closer[:, :6]) > mean_correlation(drawn[:, :6]) + 0.1


@pytest.mark.parametrize("cells", [np.zeros((5, 24), np.int8), np.full((5, 24), MISSING, np.int8)])
def test_items_that_do_not_vary_do_not_correlate(cells):
    assert mean_correlation(cells) == 0.0
    assert fit_honest(cells, ITEMS).substance == 0.6


def test_a_share_is_compared_with_the_other_regions():
    """docs/method/quality.md: five regions of ten people and ten cells each."""
    counts = np.array([[1, 0] * 5] * 4 + [[5, 5] * 5]).reshape(-1).astype(float)
    found = share_t(counts, 10, np.repeat(np.arange(5), 10), 5)
    y = [np.log(5.5 / 95.5)] * 4 + [np.log(50.5 / 50.5)]
    p = 20.5 / 401
    v = 1.0 / (100 * p * (1 - p))
    assert found[4, 0] == pytest.approx((y[4] - y[0]) / sqrt(v + v / 4))
    assert found[4, 1:].tolist() == pytest.approx([3, 5.5 / 101])
    assert t_tail(found[:, 0], found[:, 1])[4] < 0.01


def test_a_p_value_is_never_nought():
    assert tail(9, np.arange(9)) == 0.1
    assert tail(0, np.arange(9)) == 1.0


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=6))
def test_holm_equals_the_slow_rule_and_never_falls_below_p(p):
    adjusted = holm([Finding(Measure.BLOCKS, 0, 0, value) for value in p])
    assert adjusted == pytest.approx(slow.holm(p))
    assert all(a >= b for a, b in zip(adjusted, p, strict=True))


# A region's measures together -------------------------------------------------------------------


def test_honest_answers_raise_no_flag():
    assert flags("honest") == ()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("copied", Measure.DUPLICATES),
        ("one source", Measure.DUPLICATES),
        ("noisy source", Measure.BLOCKS),
        ("straight", Measure.STRAIGHT_LINING),
        ("agreeing", Measure.CONTRADICTION),
    ],
)
def test_what_a_fifth_of_a_meeting_did_is_flagged(how, expected):
    assert expected in flags(how)


def test_a_region_that_mostly_does_not_know_is_flagged_against_the_others():
    responses = meeting(sets=8, n=20)
    choice = responses.choice.copy()
    choice[:20, :8] = DONT_KNOW
    checks = check_answers(replace(responses, choice=choice), ASKED, seed=1)
    assert Measure.DONT_KNOW in checks[0].flags
    assert not any(Measure.DONT_KNOW in check.flags for check in checks[1:])


def test_order_of_rows_and_regions_changes_nothing_and_the_seed_decides():
    responses = meeting("copied", sets=3, n=120)
    one = check_rows(check_answers(responses, ASKED, seed=1))
    assert check_rows(check_answers(shuffled(responses), ASKED, seed=1)) == one
    assert check_rows(check_answers(responses, ASKED, seed=2)) != one


def test_other_regions_do_not_move_the_measures_on_single_answers():
    both = meeting("copied", sets=2)
    alone = replace(
        both,
        regions=both.regions[:1],
        **{name: getattr(both, name)[:50] for name in ("region", "stratum", "choice")},
    )
    one, two = (check_rows(check_answers(r, ASKED, seed=1))[:6] for r in (alone, both))
    assert one == two


def test_nine_answers_are_not_judged():
    rows = check_rows(check_answers(meeting(n=9), ASKED, seed=1))
    assert {row.verdict for row in rows} == {"not_judged"}
    assert len(rows) == len(Measure)


def test_a_measure_the_instrument_does_not_allow_is_not_judged():
    one_way = study.instrument(24, mixed=False)
    chance = np.random.default_rng(1)
    choice = study.honest(chance, one_way, sets=1, n=20, correlation=0.4)
    rows = check_rows(check_answers(study.responses(choice, chance), one_way, seed=1))
    verdicts = {row.measure: row.verdict for row in rows}
    assert verdicts["contradictory_pairs"] == verdicts["incomplete"] == "not_judged"
    assert verdicts["straight_lining"] == "no_flag"


@pytest.mark.parametrize("count", [1, 4, 5, 16])
def test_fewer_than_five_people_on_either_side_are_not_told(count):
    involved = np.arange(20) < count
    found = Finding(Measure.BLOCKS, count / 20, 0.01, 0.0025, involved, involved)
    check = Check("r", 20, np.arange(20), (found,), holm([found]))
    row = next(row for row in check_rows((check,)) if row.measure == "coordinated_blocks")
    assert (row.verdict == "flag") == (count >= 5)
    assert (row.statistic is not None) == (5 <= count <= 15)
    assert check.set_aside.sum() == (count if count >= 5 else 0)


# What difference the flagged answers make -------------------------------------------------------


def test_without_flagged_answers_the_index_is_that_of_the_others():
    responses = meeting("straight")
    tables = measure(responses, ASKED, seed=1, replicates=50, check=True, for_office=True)
    (row,) = tables.without_flagged
    checks = check_answers(responses, ASKED, seed=1)
    kept = ~set_aside(checks, 50)
    left = replace(
        responses, **{n: getattr(responses, n)[kept] for n in ("region", "stratum", "choice")}
    )
    again = measure(left, ASKED, seed=1, replicates=50)
    assert row.without == pytest.approx(again.scores[0].score)
    assert row.difference == pytest.approx(row.without - tables.scores[0].score)
    assert row.set_aside == (~kept).sum() >= 5
    assert tables.quality[0].flags == tuple(map(str, checks[0].flags))
    assert tables.scores == measure(responses, ASKED, seed=1, replicates=50, for_office=True).scores


def test_copies_of_one_answer_are_not_told_by_their_difference():
    responses = meeting("one source")
    choice = responses.choice.copy()
    choice[:10] = choice[10]
    tables = measure(
        replace(responses, choice=choice), ASKED, seed=1, replicates=50, check=True, for_office=True
    )
    (row,) = tables.without_flagged
    assert (row.without, row.difference, row.flags) == (None, None, ("unanimous",))
    assert row.matters in (True, False)


def test_the_index_is_told_again_only_where_that_is_asked_for():
    tables = measure(meeting("copied"), ASKED, seed=1, replicates=50, check=True)
    asked = measure(meeting("straight"), ASKED, seed=1, replicates=50, check=True, rerun=True)
    office = measure(meeting("straight"), ASKED, seed=1, replicates=50, check=True, for_office=True)
    assert tables.without_flagged == ()
    assert len(asked.without_flagged) == 1
    assert asked.without_flagged == office.without_flagged
    assert any(row.verdict == "flag" for row in tables.checks)
    assert measure(meeting("copied"), ASKED, seed=1, replicates=50).checks == ()


# How often --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("correlation", "spread"), [(0.2, "even"), (0.6, "skewed")])
def test_false_alarms_stay_below_and_detection_above_their_limits(correlation, spread):
    """A binomial with the promised rate passes these limits in 99.9 of 100 runs."""
    sets = examples(20)
    slack = 3.1 * sqrt(sets * LEVEL * (1 - LEVEL))
    options = {"sets": sets, "n": 50, "items": 24, "correlation": correlation, "spread": spread}
    by_measure, alone, any_flag = study.rates(how="honest", **options)
    assert any_flag * sets <= LEVEL * sets + slack
    assert max(alone.values()) * sets <= LEVEL * sets + slack
    assert max(by_measure.values()) <= any_flag
    assert study.rates(how="copied", **options)[2] * sets >= 0.9 * sets - 3.1 * sqrt(0.09 * sets)
