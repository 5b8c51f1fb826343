from dataclasses import replace

import numpy as np
import pytest

from tests.core.instruments import (
    FIXED,
    SPREAD,
    answers,
    instrument,
    item,
    node,
    only,
    random_answers,
    shuffled,
    stratum,
)
from waspada.collection.model import BLANK
from waspada.errors import AnswersError, QualityError
from waspada.index.model import GivenScores
from waspada.index.sample import draw_sample, fingerprint_answers
from waspada.instrument.model import Aggregation
from waspada.pipeline import combine, measure

STRATA = (
    stratum("a", required=True),
    stratum("b", required=True),
    stratum("c", "b", required=True),
    stratum("d"),
)
ASKED = instrument(
    [item("p", "x"), item("q", "x", direction=-1), item("r", "y"), item("out", None)],
    [node("x", weight=2), node("y")],
    STRATA,
    [FIXED, SPREAD],
)
SIZES = {"63.01": 40, "63.02": 30, "63.03": 25, "63.04": 12, "63.05": 3}
RESPONSES = random_answers(ASKED, SIZES, elements="aabbc")


def run(responses=RESPONSES, asked=ASKED, **options):
    return measure(responses, asked, **{"seed": 7, "replicates": 200, **options})


def root_of(tables):
    return {row.region: row for row in tables.scores if row.node == "index"}


def test_every_region_has_a_row_everywhere_and_small_ones_say_why():
    tables = run()
    root = root_of(tables)
    assert list(root) == list(SIZES)
    assert root["63.05"].score is None and "too_few" in root["63.05"].flags
    assert all(row.lower < row.score < row.upper for row in root.values() if row.score is not None)
    assert {row.region for row in tables.ranks if row.rank is None} == {"63.04", "63.05"}
    assert "63.05" not in {row.region for row in tables.quality}
    assert "63.05" not in {row.region for row in tables.drivers}


def test_same_seed_same_tables_and_another_seed_other_replicates():
    """Score and interval are linearised and owe nothing to chance; drivers are resampled."""
    assert run() == run()
    one, other = run(), run(seed=8)
    assert one.scores == other.scores
    assert one.drivers[0].contribution == other.drivers[0].contribution
    assert one.drivers[0].lower != other.drivers[0].lower


def test_finite_population_narrows_the_interval_and_is_recorded():
    free, bound = run(), run(invited={"63.01": {"a": 40, "b": 40, "c": 40}})
    one, other = root_of(free)["63.01"], root_of(bound)["63.01"]
    assert one.score == other.score
    assert one.lower < other.lower < other.upper < one.upper
    assert root_of(free)["63.02"] == root_of(bound)["63.02"]
    assert (free.record["finite_population"], bound.record["finite_population"]) == (
        None,
        ["63.01"],
    )


def test_meetings_that_nobody_knows_are_tried_with_three_correlations():
    tables = run()
    rows = [row for row in tables.meeting_effect if row.region == "63.01"]
    score = root_of(tables)["63.01"]
    assert [row.correlation for row in rows] == [0.01, 0.05, 0.1]
    assert {row.basis for row in rows} == {"assumed"}
    assert rows[1].design_effect == pytest.approx(1 + (score.n_responses - 1) * 0.05)
    assert rows[2].lower < rows[1].lower < rows[0].lower < score.lower
    shown = {row.region for row in tables.scores if row.node == "index" and row.score is not None}
    assert {row.region for row in tables.meeting_effect} == shown


def test_order_of_rows_and_regions_changes_nothing():
    assert run(shuffled(RESPONSES)) == run()


def test_adding_a_region_changes_no_other_score_or_interval():
    three = only(RESPONSES, "63.01", "63.02", "63.03")
    fewer, more = root_of(run(three)), root_of(run())
    assert all(fewer[region] == more[region] for region in fewer)


def test_drivers_add_up_to_the_distance_from_the_mean_of_regions():
    tables = run()
    assert tables.driver_reference == "mean_of_regions"
    compared = {row.region for row in tables.drivers}
    assert compared == {"63.01", "63.02", "63.03"}
    for region in compared:
        total = sum(d.contribution for d in tables.drivers if d.region == region)
        distance = root_of(tables)[region].score - tables.node_means["index"]
        assert total == pytest.approx(distance, abs=1e-9)


def test_a_region_without_enough_data_keeps_its_score_and_is_compared_with_nobody():
    """63.04 has 12 answers and the rule asks for 20: it changes nothing for the others."""
    with_it, without = (
        run(only(RESPONSES, "63.01", "63.02", "63.04")),
        run(only(RESPONSES, "63.01", "63.02")),
    )
    assert root_of(with_it)["63.04"].score is not None
    assert with_it.node_means == without.node_means
    assert with_it.node_mean_intervals == without.node_mean_intervals
    for one, other in zip(with_it.drivers, without.drivers, strict=True):
        assert (one.region, one.item, one.contribution) == (
            other.region,
            other.item,
            other.contribution,
        )
        assert (one.lower, one.upper) == pytest.approx((other.lower, other.upper), rel=1e-12)
    assert with_it.difference_pairs == without.difference_pairs
    ranked = [row for row in with_it.ranks if row.rank is not None]
    assert ranked == list(without.ranks)
    assert with_it.record["counts"]["regions_compared"] == 2


def test_without_a_rule_every_region_with_a_score_is_compared():
    tables = run(asked=replace(ASKED, category_rules=()))
    assert {row.region for row in tables.ranks if row.rank is None} == {"63.05"}
    assert tables.record["counts"]["regions_compared"] == 4


def test_sums_of_drivers_have_intervals_and_hold_what_the_headlines_leave():
    tables = run()
    for region in ("63.01", "63.02", "63.03"):
        rows = [d for d in tables.drivers if d.region == region]
        sums = {s.part: s for s in tables.driver_sums if s.region == region}
        assert sums["total"].contribution == pytest.approx(sum(d.contribution for d in rows))
        assert sums["total"].items == sum(d.joined for d in rows)
        told = sum(d.contribution for d in rows if d.headline)
        rest = sums["rest"].contribution if "rest" in sums else 0.0
        assert told + rest == pytest.approx(sums["total"].contribution)
        for part in sums.values():
            assert part.lower < part.contribution < part.upper


def test_the_mean_of_regions_is_surer_than_any_of_them():
    tables = run()
    lower, upper = tables.node_mean_intervals["index"]
    assert lower < tables.node_means["index"] < upper
    widths = [
        row.upper - row.lower
        for region, row in root_of(tables).items()
        if region in ("63.01", "63.02", "63.03")
    ]
    assert upper - lower < min(widths)


def test_drivers_of_a_single_region_add_up_to_the_distance_from_fifty():
    tables = run(only(RESPONSES, "63.01"))
    assert tables.driver_reference == "scale_middle"
    total = sum(d.contribution for d in tables.drivers)
    assert total == pytest.approx(root_of(tables)["63.01"].score - 50, abs=1e-9)


def test_categories_wait_for_twenty_answers_and_for_the_required_elements():
    rows = {row.region: row for row in run().categories}
    assert rows["63.01"].category in ("low", "medium", "high")
    assert sum(rows["63.01"].probabilities.values()) == pytest.approx(1)
    assert rows["63.04"].category == "not_enough_data"
    assert "too_few_answers" in rows["63.04"].flags
    lonely = random_answers(ASKED, {"63.01": 30}, elements="d")
    (row,) = run(lonely).categories
    assert (row.category, row.flags) == ("not_enough_data", ("elements_missing",))


def test_answers_without_elements_name_a_category_and_say_so():
    tables = run(random_answers(ASKED, {"63.01": 30}))
    (row,) = tables.categories
    assert row.category != "not_enough_data"
    assert row.flags == ("elements_unknown",)
    assert "do not tell the element" in tables.record["notes"][0]
    assert tables.elements == ()


def test_elements_tell_what_became_of_them():
    """63.04 has 6, 4 and 2 answers of a, b and c; b and c reach five together only."""
    rows = {r.element: r for r in run(only(RESPONSES, "63.04")).elements}
    assert {e: (r.state, r.merged_with) for e, r in rows.items()} == {
        "a": ("counted", ()),
        "b": ("merged", ("c",)),
        "c": ("merged", ("b",)),
        "d": ("absent", ()),
    }


def test_rule_that_needs_more_regions_is_refused_when_asked_for_and_noted_when_default():
    two = only(RESPONSES, "63.01", "63.02")
    with pytest.raises(QualityError, match="it needs 3"):
        run(two, rule="spread")
    tables = run(two, replace(ASKED, category_rules=(SPREAD,)))
    assert {row.category for row in tables.categories} == {"not_enough_data"}
    assert "needs at least three" in tables.record["notes"][0]


def test_unknown_rule_and_nothing_to_measure_are_refused():
    with pytest.raises(QualityError, match='no category rule "x"'):
        run(rule="x")
    with pytest.raises(QualityError, match="no response"):
        run(only(RESPONSES))


def test_too_many_geometric_children_cost_the_drivers_only():
    asked = instrument([item(f"i{k}") for k in range(13)], aggregation=Aggregation.GEOMETRIC)
    tables = run(random_answers(asked, {"63.01": 20}, missing=0), asked)
    assert tables.drivers == ()
    assert "too many children" in tables.record["notes"][0]
    assert root_of(tables)["63.01"].score is not None


def test_record_tells_how_to_make_the_numbers_again():
    record = run(rule="spread").record
    assert record["seed"] == 7 and record["replicates"] == 200
    assert record["category_rule"]["code"] == "spread"
    assert record["category_rule"]["cut_offs"][0] is None
    assert len(record["answers_fingerprint"]) == 64
    assert record["answers_fingerprint"] == run(shuffled(RESPONSES)).record["answers_fingerprint"]


def test_unanimous_region_gives_no_score_away():
    rows = [("63.01", e, [50, 50, 50, 0]) for e in "aabb" * 6]
    tables = run(answers(rows, ASKED))
    assert all(row.score is None for row in (*tables.scores, *tables.items))
    assert tables.drivers == () and tables.node_means == {}
    (row,) = tables.categories
    assert row.category == "not_enough_data" and "unanimous" in row.flags


def test_one_hidden_score_does_not_follow_from_the_mean_of_regions():
    rows = [("63.01", e, [50, 50, 50, 0]) for e in "aabb" * 6]
    rows += [("63.02", e, [s, s, 25, 0]) for e, s in zip("aabb" * 6, [0, 25] * 12, strict=True)]
    tables = run(answers(rows, ASKED))
    shown = root_of(tables)["63.02"].score
    assert tables.node_means["index"] == shown


def given_scores(regions, nodes, values):
    return GivenScores(tuple(regions), tuple(nodes), np.array(values, dtype=float))


def test_combine_uses_the_highest_level_that_was_given():
    given = given_scores("AB", ["index", "x", "y"], [[80, 10, 10], [np.nan, 60, 30]])
    tables = combine(given, ASKED)
    root = root_of(tables)
    assert (root["A"].score, root["A"].flags) == (80, ("given", "no_interval"))
    assert (root["B"].score, root["B"].flags) == (pytest.approx(50), ("no_interval",))
    assert tables.node_means["index"] == pytest.approx(65)
    assert [(r.region, r.rank, r.rank_lower) for r in tables.ranks if r.node == "index"] == [
        ("A", 1, None), ("B", 2, None),
    ]  # fmt: skip
    assert [(c.category, c.probabilities) for c in tables.categories] == [
        ("high", {}), ("medium", {}),
    ]  # fmt: skip


def test_combine_refuses_scores_outside_the_scale_and_rules_without_regions():
    with pytest.raises(AnswersError, match='region "B", column "index": The score 101 lies'):
        combine(given_scores("AB", ["index"], [[80], [101]]), ASKED)
    with pytest.raises(AnswersError, match="more than one row"):
        combine(given_scores("AA", ["index"], [[80], [10]]), ASKED)
    with pytest.raises(AnswersError, match="no index node"):
        combine(given_scores("A", ["z"], [[80]]), ASKED)
    with pytest.raises(QualityError, match="it needs 3"):
        combine(given_scores("AB", ["index"], [[80], [10]]), ASKED, rule="spread")


def test_combine_leaves_a_region_without_enough_scores_empty():
    given = given_scores("AB", ["y"], [[80], [10]])
    strict = replace(ASKED, nodes=(replace(ASKED.root, min_share=1.0), *ASKED.nodes[1:]))
    tables = combine(given, strict)
    assert root_of(tables)["A"].flags == ("children_missing",)
    assert tables.categories[0].category == "not_enough_data"


def with_bowl(responses, code, *, of):
    """The same answers, with the people of some elements drawing from one bowl."""
    strata = (*responses.strata, code)
    members = [responses.strata.index(element) for element in of]
    stratum = np.where(
        np.isin(responses.stratum, members), len(responses.strata), responses.stratum
    )
    return replace(responses, strata=strata, stratum=stratum)


def test_people_of_a_shared_bowl_count_for_all_of_its_elements():
    """No required element is missing, although no card carries b or c alone."""
    tables = run(with_bowl(only(RESPONSES, "63.01"), "b+c", of="bc"))
    (row,) = tables.categories
    assert row.category != "not_enough_data"
    states = {e.element: (e.state, e.merged_with) for e in tables.elements}
    assert states["b"] == ("merged", ("c",))
    assert states["c"] == ("merged", ("b",))


def test_a_shared_bowl_weighs_as_much_as_its_elements_together():
    """With equal answers inside the bowl its weight alone decides; it is that of two elements."""
    apart, together = RESPONSES, with_bowl(RESPONSES, "b+c", of="bc")
    groups = [draw_sample(r, ASKED).groups for r in (apart, together)]
    bowls = [g.weight[0, g.group[0, 1:3]] for g in groups]
    assert bowls[0].sum() == pytest.approx(2 / 3)
    assert bowls[1][0] == bowls[1][1] == pytest.approx(2 / 3)


def test_the_fingerprint_tells_a_shared_bowl_from_separate_ones():
    together = with_bowl(RESPONSES, "b+c", of="bc")
    assert fingerprint_answers(together, ASKED) != fingerprint_answers(RESPONSES, ASKED)
    assert fingerprint_answers(shuffled(together), ASKED) == fingerprint_answers(together, ASKED)


def test_an_item_that_nobody_answered_is_no_driver():
    """It moves the region away from the others by its absence; named alone it would read as if
    people here had said something about it."""
    column = [item.code for item in ASKED.items].index("q")
    choice = RESPONSES.choice.copy()
    choice[RESPONSES.region == RESPONSES.regions.index("63.01"), column] = BLANK
    tables = run(replace(RESPONSES, choice=choice))
    told = [d for d in tables.drivers if d.region == "63.01"]
    assert "q" not in {d.item for d in told}
    total = sum(d.contribution for d in told)
    distance = root_of(tables)["63.01"].score - tables.node_means["index"]
    assert total == pytest.approx(distance, abs=1e-9)
