"""Two rounds compared, from answers to tables."""

from dataclasses import replace

import numpy as np
import pytest

from tests.core.instruments import (
    AGREE5,
    FIXED,
    answers,
    instrument,
    item,
    node,
    only,
    random_answers,
    stratum,
)
from waspada.errors import QualityError
from waspada.index.model import GivenScores
from waspada.instrument.model import Aggregation, Polarity, Text
from waspada.pipeline import change, change_given, measure

STRATA = (stratum("a"), stratum("b"), stratum("c", "b"))
ASKED = instrument(
    [item("p", "x"), item("q", "x", direction=-1), item("r", "y"), item("s", "y")],
    [node("x", weight=2), node("y")],
    STRATA,
    [FIXED],
)
SIZES = {"63.01": 40, "63.02": 30, "63.03": 25, "63.04": 12}
BEFORE = random_answers(ASKED, SIZES, seed=1, elements="aabbc")
AFTER = random_answers(ASKED, {**SIZES, "63.05": 30}, seed=2, elements="aabbc")


def run(before=BEFORE, after=AFTER, asked=ASKED, **options):
    return change(before, after, asked, **{"seed": 3, "replicates": 200, **options})


def by_node(tables):
    return {(row.region, row.node): row for row in tables.changes}


def test_a_change_is_the_difference_of_what_both_rounds_show():
    rows = by_node(run())
    shown = [measure(r, ASKED, seed=3, replicates=200) for r in (BEFORE, AFTER)]
    old, new = ({(s.region, s.node): s for s in t.scores} for t in shown)
    for region in ("63.01", "63.02", "63.03"):
        for code in ("index", "x", "y"):
            row = rows[region, code]
            assert row.before == old[region, code].score
            assert row.after == new[region, code].score
            assert row.change == pytest.approx(row.after - row.before, abs=1e-12)
            assert row.lower < row.change < row.upper
            assert row.word in ("rose", "fell", "within_error")


def test_regions_without_enough_data_in_both_rounds_are_not_compared():
    """63.04 has 12 answers where the rule asks for 20, 63.05 took part once."""
    tables = run()
    for region in ("63.04", "63.05"):
        row = by_node(tables)[region, "index"]
        assert (row.change, row.before, row.after, row.word) == (None, None, None, "")
        assert row.flags == ("not_compared",)
    assert {row.region for row in tables.drivers} == {"63.01", "63.02", "63.03"}
    assert tables.record["counts"] == {
        "regions": 5, "regions_compared": 3, "tests": 9,
        "rose": sum(row.word == "rose" for row in tables.changes),
        "fell": sum(row.word == "fell" for row in tables.changes),
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(Aggregation)[:3])
def test_drivers_add_up_to_the_change_of_the_index(kind):
    asked = replace(ASKED, nodes=(replace(ASKED.nodes[0], aggregation=kind), *ASKED.nodes[1:]))
    tables = run(asked=asked)
    for region in ("63.01", "63.02", "63.03"):
        total = sum(row.contribution for row in tables.drivers if row.region == region)
        assert total == pytest.approx(by_node(tables)[region, "index"].change, abs=1e-11)


def test_interval_of_all_drivers_together_is_that_of_the_change():
    """Arithmetic tree: the covariance of the drivers holds the variance of their sum, up to the
    chance of resampling; the score's own error is linearised and makes up for blank answers."""
    tables = run(replicates=2000)
    for total in (s for s in tables.driver_sums if s.part == "total"):
        row = by_node(tables)[total.region, "index"]
        assert total.contribution == pytest.approx(row.change)
        gaps = (row.upper - row.lower) / (total.upper - total.lower)
        assert 0.95 < gaps < 1.2


def test_a_large_fall_of_one_region_is_found_and_said():
    chance = np.random.default_rng(5)
    rows = [
        ("63.01", "abc"[k % 3], [x, 100 - y, z, w])
        for k, (x, y, z, w) in enumerate(chance.choice([0, 25], (36, 4)).tolist())
    ]
    high = [(r, e, [100 - x for x in given]) for r, e, given in rows]
    found = by_node(run(answers(high, ASKED), answers(rows, ASKED)))["63.01", "index"]
    assert found.word == "fell" and found.q_value < 1e-6
    back = by_node(run(answers(rows, ASKED), answers(high, ASKED)))["63.01", "index"]
    assert back.word == "rose" and back.change == pytest.approx(-found.change)


def test_a_minimum_effect_calls_fewer_changes_real():
    plain, strict = run(), run(minimum_effect=10)
    real = [sum(row.word in ("rose", "fell") for row in t.changes) for t in (plain, strict)]
    assert real[1] <= real[0]
    assert strict.record["minimum_effect"] == 10
    for row, other in zip(plain.changes, strict.changes, strict=True):
        assert row.p_value is None or row.p_value <= other.p_value
    with pytest.raises(QualityError, match="minimum effect -1 is no number of points"):
        run(minimum_effect=-1)


def alike(region, n):
    """Everybody says the same to item r; the others vary."""
    chance = np.random.default_rng(4)
    scores = [0, 25, 50, 75, 100]
    return [
        (region, "ab"[k % 2], [*chance.choice(scores, 2), 50, chance.choice(scores)])
        for k in range(n)
    ]


def test_what_one_round_withholds_the_change_withholds():
    """Item r is unanimous in the later round: its change is joined with others, and a node that
    tells it is withheld."""
    later = answers(alike("63.01", 30), ASKED)
    tables = run(only(BEFORE, "63.01"), later)
    items = {row.item for row in tables.drivers}
    assert "r" not in items and "" in items
    assert max(row.joined for row in tables.drivers) >= 2
    shown = measure(later, ASKED, seed=3, replicates=200)
    hidden = {s.node for s in shown.scores if s.score is None}
    for row in tables.changes:
        assert (row.change is None) == (row.node in hidden)


def test_swapping_two_hidden_items_changes_no_number():
    """Differencing: r and s of the later round change places; nothing shown tells."""
    rows = alike("63.01", 30)
    one = answers(rows, ASKED)
    swapped = answers([(r, e, [a, b, d, c]) for r, e, (a, b, c, d) in rows], ASKED)
    before = only(BEFORE, "63.01")
    tables, other = run(before, one), run(before, swapped)
    told = {row.item: row for row in tables.drivers}
    also = {row.item: row for row in other.drivers}
    assert set(told) == set(also)
    for code, row in told.items():
        assert row.contribution == pytest.approx(also[code].contribution, abs=1e-9)


def test_another_version_needs_the_anchors():
    later = replace(ASKED, version="2", fingerprint="other")
    with pytest.raises(QualityError, match=r"different versions.*--anchors"):
        run(asked=later, earlier_instrument=ASKED)


def anchored(version, **texts):
    items = [
        item("p", "x", anchor=True),
        item("q", "x", direction=-1, anchor=True),
        item("r", "y", anchor=True),
        item("s", "y"),
    ]
    items = [replace(i, label=texts.get(i.code, i.label)) for i in items]
    base = instrument(items, [node("x", weight=2), node("y")], STRATA, [FIXED])
    return replace(base, version=version, fingerprint=version)


def test_anchors_compare_what_both_versions_ask_alike():
    """r was reworded and s is no anchor: p and q are left, and branch y falls away."""
    earlier, later = anchored("1"), anchored("2", r=Text("Lain", "Other"))
    tables = run(asked=later, earlier_instrument=earlier, anchors=True)
    assert tables.record["anchors"] == ["p", "q"]
    assert {row.node for row in tables.changes} == {"index", "x"}
    rows = by_node(tables)
    assert rows["63.01", "index"].change == pytest.approx(rows["63.01", "x"].change)
    assert any("2 anchor items" in note for note in tables.record["notes"])
    assert any("not asked alike after all, left out: r" in n for n in tables.record["notes"])


def test_versions_without_a_shared_anchor_or_with_opposite_polarity_are_refused():
    with pytest.raises(QualityError, match="share no anchor item"):
        run(earlier_instrument=ASKED, anchors=True)
    turned = replace(anchored("2"), polarity=Polarity.BETTER)
    with pytest.raises(QualityError, match="opposite polarities"):
        run(asked=turned, earlier_instrument=anchored("1"), anchors=True)


def test_an_element_the_later_version_lacks_is_refused():
    later = replace(ASKED, strata=STRATA[:1])
    with pytest.raises(QualityError, match="does not know: b, c"):
        run(after=only(AFTER, "63.01"), asked=later, earlier_instrument=later)


def test_given_scores_have_differences_and_no_interval():
    old = GivenScores(("A", "B"), ("x", "y"), np.array([[40.0, 50], [60, 70]]))
    new = GivenScores(("B", "A"), ("x", "y"), np.array([[60.0, 40], [np.nan, 50]]))
    tables = change_given(old, new, ASKED)
    rows = by_node(tables)
    assert rows["B", "y"].change == -30
    assert (rows["B", "y"].lower, rows["B", "y"].p_value, rows["B", "y"].word) == (None, None, "")
    assert rows["B", "y"].flags == ("no_interval",)
    assert rows["A", "x"].change is None
    assert "nobody knows their error" in tables.record["notes"][0]


def test_scales_of_an_anchor_must_be_alike():
    later = anchored("2")
    shorter = replace(AGREE5, choices=AGREE5.choices[:4])
    with pytest.raises(QualityError, match="share no anchor item"):
        run(asked=replace(later, scales=(shorter,)), earlier_instrument=anchored("1"), anchors=True)
