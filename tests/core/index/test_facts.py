"""Recorded facts and published scores beside answers, in one tree."""

import numpy as np
import pytest

from tests.core.instruments import FIXED, answers, instrument, item, node, random_answers
from waspada.errors import AnswersError
from waspada.index.facts import fact_places
from waspada.index.model import GivenScores
from waspada.instrument.model import Aggregation, Evidence
from waspada.pipeline import measure

ASKED = instrument(
    [item("p", "x"), item("q", "x"), item("r", "y", evidence=Evidence.FACT)],
    [
        node("x"),
        node("y"),
        node("z", evidence=Evidence.PUBLISHED, weight=2, direction=-1),
    ],
    rules=[FIXED],
)
SIZES = {"A": 30, "B": 25, "C": 40}


def given(values, codes=("r", "z"), regions=("A", "B", "C")):
    return GivenScores(tuple(regions), tuple(codes), np.array(values, dtype=float))


def answered(seed=0):
    responses = random_answers(ASKED, SIZES, seed=seed)
    responses.choice[:, 2] = -1  # nobody is asked about a fact
    return responses


def run(facts, responses=None, asked=ASKED, **options):
    return measure(
        answered() if responses is None else responses,
        asked,
        seed=3,
        replicates=200,
        facts=facts,
        **options,
    )


def row(tables, region, code):
    return {(r.region, r.node): r for r in (*tables.scores, *tables.items)}[region, code]


def test_facts_climb_beside_answers_by_weight_and_direction():
    tables = run(given([[80, 10], [40, 60], [20, 100]]))
    x = row(tables, "A", "x").score
    assert row(tables, "A", "index").score == pytest.approx((x + 80 + 2 * (100 - 10)) / 4)
    assert row(tables, "C", "index").score == pytest.approx((row(tables, "C", "x").score + 20) / 4)


def test_every_score_names_its_kinds_of_evidence():
    tables = run(given([[80, 10], [40, 60], [20, 100]]))
    assert row(tables, "A", "x").evidence == "perception"
    assert row(tables, "A", "y").evidence == "fact"
    assert row(tables, "A", "z").evidence == "published"
    assert row(tables, "A", "index").evidence == "perception+fact+published"


def test_a_fact_has_no_sampling_error_and_the_index_keeps_that_of_its_answers():
    tables = run(given([[80, 10], [40, 60], [20, 100]]))
    fact, x, index = (row(tables, "A", code) for code in ("r", "x", "index"))
    assert (fact.score, fact.lower, fact.upper) == (80, None, None)
    assert {"given", "no_interval"} <= set(fact.flags)
    assert index.upper - index.lower == pytest.approx((x.upper - x.lower) / 4, rel=0.02)


def test_region_without_a_fact_shares_the_weight_out_among_what_it_has():
    tables = run(given([[80, np.nan], [40, 60], [np.nan, 100]]))
    x = row(tables, "A", "x").score
    assert row(tables, "A", "index").score == pytest.approx((x + 80) / 2)
    assert row(tables, "A", "index").evidence == "perception+fact"
    assert row(tables, "C", "y").score is None


def test_drivers_of_answers_and_facts_add_up_to_the_index():
    tables = run(given([[80, 10], [40, 60], [20, 100]]))
    mean = tables.node_means["index"]
    for region in SIZES:
        parts = [d for d in tables.drivers if d.region == region]
        assert {"z", "r", "p", "q"} == {d.item for d in parts}
        brought = sum(d.contribution for d in parts)
        assert brought == pytest.approx(row(tables, region, "index").score - mean, abs=1e-12)


def test_facts_of_regions_without_answers_wait_and_are_named():
    tables = run(given([[80, 10], [40, 60], [5, 5]], regions=("A", "B", "Z")))
    assert {r.region for r in tables.scores} == set(SIZES)
    assert any("Z" in note for note in tables.record["notes"])
    assert tables.record["facts"]["regions_without_answers"] == ["Z"]


def test_facts_leave_answers_fingerprint_and_completeness_alone():
    with_facts, without = run(given([[80, 10], [40, 60], [20, 100]])), run(None)
    assert with_facts.quality == without.quality
    same = "answers_fingerprint"
    assert with_facts.record[same] == without.record[same]
    assert "facts" not in without.record


def test_a_unanimous_branch_stays_hidden_beside_public_facts():
    asked = instrument(
        [item("p", "x")], [node("x"), node("z", evidence=Evidence.FACT)], rules=[FIXED]
    )
    responses = answers([("A", "", [75])] * 20 + [("B", "", [25]), ("B", "", [50])] * 10, asked)
    tables = run(given([[80], [40]], ("z",), ("A", "B")), responses, asked)
    assert row(tables, "A", "z").score == 80, "anybody can look a fact up"
    for code in ("p", "x", "index"):
        assert row(tables, "A", code).score is None, f"{code} would tell what each person said"
    assert row(tables, "B", "index").score is not None


def test_geometric_tree_takes_facts_and_its_drivers_add_up():
    asked = instrument(
        [item("p", "x")],
        [node("x"), node("z", evidence=Evidence.FACT, weight=3)],
        rules=[FIXED],
        aggregation=Aggregation.GEOMETRIC,
    )
    responses = random_answers(asked, SIZES, seed=4)
    tables = run(given([[80], [40], [20]], ("z",)), responses, asked)
    x, index = row(tables, "A", "x").score, row(tables, "A", "index").score
    assert index == pytest.approx(x**0.25 * 80**0.75)
    parts = sum(d.contribution for d in tables.drivers if d.region == "A")
    assert parts == pytest.approx(index - tables.node_means["index"], abs=1e-10)


def test_only_leaves_nobody_is_asked_about_take_facts():
    assert fact_places(ASKED) == ("r", "z")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (given([[1.0]] * 3, ("x",)), "rests on answers"),
        (given([[1.0]] * 3, ("zz",)), 'Did you mean "z"?'),
        (given([[101.0]] * 3, ("z",)), "outside 0 to 100"),
        (given([[1.0]] * 3, ("z",), ("A", "A", "B")), "more than one row"),
    ],
)
def test_facts_that_do_not_fit_are_refused_with_a_sentence(facts, says):
    with pytest.raises(AnswersError, match=says.replace("?", r"\?")):
        run(facts)
