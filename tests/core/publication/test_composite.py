"""The tables of a composite index."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_chain
from tests.core.index.composite.chain_of_tests import FRAMEWORK, NAN, TABLE, method_of
from tests.dose import examples
from waspada.index.composite.build import build
from waspada.index.composite.method import parse_method
from waspada.index.composite.model import Ties
from waspada.index.ranking import rank_scores
from waspada.publication.composite import (
    RECORD,
    composite_tables,
    fingerprint_table,
    sheet_csv,
    short_table,
    write_composite,
)
from waspada.publication.files import FolderInUseError

PLAIN = ("denominate", "normalise: {method: minmax, lower: 0, upper: 100}", "weigh", "aggregate")
PANEL = replace(TABLE, units=("A", "A", "B", "B"), times=(2020, 2023, 2020, 2023))


@pytest.fixture
def built():
    return build(FRAMEWORK, TABLE, method_of(*PLAIN))


@pytest.fixture
def panel():
    return build(FRAMEWORK, PANEL, method_of(*PLAIN))


def rows(tables, name):
    return list(csv.reader(io.StringIO(sheet_csv(tables.sheet(name)))))


score = st.one_of(st.none(), st.sampled_from([1.0, 1.0 + 1e-14, 2.0]), st.floats(-100, 100))


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(score, min_size=1, max_size=8))
def test_a_rank_is_one_more_than_the_number_of_higher_scores(scores):
    tie = 1e-12 * max((abs(s) for s in scores if s is not None), default=0.0)
    found = rank_scores(np.array([NAN if s is None else s for s in scores]))
    assert [rank or None for rank in found.tolist()] == slow_chain.ranks(scores, tie)


def test_a_difference_of_a_billionth_is_a_difference_and_float_noise_is_none():
    scores = np.array([50.0, 50.0 + 1e-8, 0.1 + 0.2, 0.3])
    assert rank_scores(scores).tolist() == [2, 1, 3, 3]
    assert rank_scores(scores, ties=Ties.EXACT).tolist() == [2, 1, 3, 4]


def test_ranks_know_small_scales_and_stay_within_a_time():
    assert rank_scores(np.array([3e-12, 1e-12, 2e-12])).tolist() == [1, 3, 2]
    assert rank_scores(np.array([5.0, 1.0, 9.0, 2.0]), (1, 1, 2, 2)).tolist() == [1, 2, 1, 2]


def test_scores_have_every_digit_and_the_order_of_the_units(built):
    found = rows(composite_tables(built), "scores.csv")
    assert found[0] == ["uCode", "left", "right", "top"]
    assert [row[0] for row in found[1:]] == ["A", "B", "C", "D"]
    again = [[float(c) if c else NAN for c in row[1:]] for row in found[1:]]
    np.testing.assert_array_equal(again, built.scores)


def test_ranks_are_taken_before_rounding(built):
    close = replace(
        built, scores=built.scores * 0 + [[1, 1, 0.3], [1, 1, 0.3000001], [1, 1, 0.29], [1, 1, 0.4]]
    )
    tables = composite_tables(close)
    assert [row[-1] for row in rows(tables, "ranks.csv")[1:]] == ["3", "2", "4", "1"]
    best = rows(tables, "results.csv")
    assert best[0] == ["uCode", "Rank", "top", "left", "right"]
    assert [row[:3] for row in best[1:3]] == [["D", "1", "0.4"], ["B", "2", "0.3"]]


def test_a_unit_without_a_score_has_an_empty_cell_and_comes_last(built):
    scores = built.scores.copy()
    scores[0, 2] = NAN
    tables = composite_tables(replace(built, scores=scores))
    assert rows(tables, "ranks.csv")[1][-1] == ""
    assert rows(tables, "results.csv")[-1][:3] == ["A", "", ""]
    assert tables.record["counts"]["units_with_score"] == 3


def test_weights_have_their_share_among_siblings(built):
    assert rows(composite_tables(built), "weights.csv") == [
        ["iCode", "Parent", "Level", "Weight", "Share"],
        ["a", "left", "1", "1", "0.25"],
        ["b", "left", "1", "3", "0.75"],
        ["c", "right", "1", "1", "1"],
        ["left", "top", "2", "1", "0.3333333333333333"],
        ["right", "top", "2", "2", "0.6666666666666666"],
        ["top", "", "3", "1", "1"],
    ]


def test_only_stages_that_changed_the_table_are_written(built):
    names = [sheet.name for sheet in composite_tables(built, stages=True).sheets]
    stages = [name for name in names if name.startswith("stages/") and name.count("_") == 1]
    assert stages == ["stages/0_raw.csv", "stages/1_denominate.csv", "stages/2_normalise.csv"]
    assert "stages/1_denominate_divided.csv" in names
    none = composite_tables(built, stages=False).sheets
    assert not any(sheet.name.startswith("stages/") for sheet in none)


def test_a_panel_has_a_column_time_and_trends(panel):
    tables = composite_tables(panel)
    assert rows(tables, "scores.csv")[0][:2] == ["uCode", "Time"]
    assert rows(tables, "results.csv")[1][:2] == ["B", "2020"]
    trends = rows(tables, "trends.csv")
    assert trends[0][:5] == ["uCode", "iCode", "N", "t_first", "t_latest"]
    assert len(trends) == 1 + 2 * 3
    a_left = trends[1]
    assert a_left[:7] == ["A", "left", "2", "2020", "2023", "75", "25"]
    assert [float(c) for c in a_left[7:]] == pytest.approx(
        [-50, -50 / 3, -50 / 3, (1 / 3) ** (1 / 3) - 1, -200 / 9, 1]
    )
    b_right = trends[5]
    assert b_right == ["B", "right", "1", "2020", "2020", "100", "100", "", "", "", "", "", "0.5"]


point = st.tuples(st.integers(1990, 2030), st.floats(-100, 100))


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(point, min_size=2, max_size=8, unique_by=lambda p: p[0]))
def test_the_slope_is_that_of_all_pairs(points):
    points.sort()
    times = tuple(t for t, _ in points)
    n = len(points)
    table = replace(
        TABLE, units=("A",) * n, names=("Aye",) * n, times=times, values=np.ones((n, 3))
    )
    base = build(FRAMEWORK, TABLE, method_of(*PLAIN))
    series = np.array([[0.0, 0.0, x] for _, x in points])
    moved = replace(base, stages=(replace(base.stages[0], table=table),), scores=series)
    row = rows(composite_tables(moved, stages=False), "trends.csv")[3]
    assert float(row[9]) == pytest.approx(slow_chain.slope(points), rel=1e-9, abs=1e-9)
    assert float(row[7]) == points[-1][1] - points[0][1]


def test_the_method_written_beside_the_tables_makes_them_again(built):
    tables = composite_tables(built)
    again = build(FRAMEWORK, TABLE, parse_method(tables.method, framework=FRAMEWORK))
    np.testing.assert_array_equal(again.scores, built.scores)
    assert json.loads(json.dumps(tables.record)) == tables.record


def test_fingerprint_sees_values_and_not_the_sign_of_zero():
    same = replace(TABLE, values=np.where(TABLE.values == 0, -0.0, TABLE.values))
    other = replace(TABLE, values=np.where(TABLE.values == 2, 2.0000001, TABLE.values))
    assert fingerprint_table(same) == fingerprint_table(TABLE) != fingerprint_table(other)


def test_files_of_an_earlier_run_make_way_and_others_stay(built, panel, tmp_path):
    write_composite(composite_tables(panel, stages=True), tmp_path)
    (tmp_path / "mine.txt").write_text("keep")
    assert (tmp_path / "trends.csv").is_file()
    written = write_composite(composite_tables(built, stages=False), tmp_path)
    assert written[-1] == tmp_path / RECORD
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == sorted(
        ["mine.txt", "method.yaml", "ranks.csv", RECORD, "results.csv", "scores.csv", "weights.csv"]
    )


def test_a_record_cannot_name_files_of_others_for_removal(built, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "precious.csv").write_text("keep")
    (out / RECORD).write_text(json.dumps({"files": ["../precious.csv", "/etc/passwd", 5]}))
    write_composite(composite_tables(built), out)
    assert (tmp_path / "precious.csv").read_text() == "keep"


def test_a_folder_with_other_files_is_refused(built, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FolderInUseError):
        write_composite(composite_tables(built), tmp_path)
    write_composite(composite_tables(built), tmp_path, force=True)


def test_the_short_table_names_units_best_first(built):
    lines = short_table(built)
    assert lines[0] == ["rank", "uCode", "uName", "top", "left", "right"]
    assert lines[1] == ["1", "C", "Cee", "83.33", "50.00", "100.00"]
