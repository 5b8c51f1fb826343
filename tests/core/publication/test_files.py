import csv
import json
from dataclasses import replace

import pytest

from tests.core.instruments import FIXED, answers, instrument, item, node, random_answers, stratum
from waspada.pipeline import measure
from waspada.publication.files import (
    FolderInUseError,
    categories_csv,
    csv_text,
    drivers_csv,
    scores_csv,
    write_tables,
)
from waspada.publication.stored import tables_from_json, tables_to_json

ASKED = instrument(
    [item("p", "x"), item("q", "x"), item("r", "y")],
    [node("x"), node("y")],
    (stratum("a"), stratum("b"), stratum("c", "b")),
    [FIXED],
)


LATER_COLUMNS = ["by_line", "kept", "line_up", "line_down", "word_up", "word_down"]


@pytest.fixture(scope="module")
def tables():
    responses = random_answers(ASKED, {"63.01": 40, "63.02": 25, "63.03": 3}, elements="abc")
    return measure(responses, ASKED, seed=1, replicates=200)


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def test_json_keeps_every_bit(tables):
    stored = json.loads(json.dumps(tables_to_json(tables)))
    assert tables_from_json(stored) == tables


def test_a_run_stored_before_the_later_tables_reads_as_empty_there(tables):
    stored = json.loads(json.dumps(tables_to_json(tables)))
    for name in ("rank_probabilities", "pairs", "groups", "shrinkage"):
        del stored[name]
    for row in stored["categories"]:
        for name in (*LATER_COLUMNS, "probabilities_held"):
            del row[name]
    read = tables_from_json(stored)
    assert (read.rank_probabilities, read.pairs, read.groups, read.shrinkage) == ((), (), (), ())
    assert read.scores == tables.scores
    assert read.categories[0].by_line == "" and not read.categories[0].kept


def test_json_of_another_format_is_refused(tables):
    with pytest.raises(ValueError, match="format 99"):
        tables_from_json({**tables_to_json(tables), "format": 99})


def test_scores_hold_one_line_per_region_and_node(tables):
    rows = rows_of(scores_csv(tables))
    header = scores_csv(tables).partition("\n")[0]
    assert header == "region,node,level,score,lower,upper,n_responses,share_answered,flags,evidence"
    assert [(r["region"], r["node"]) for r in rows[:3]] == [
        ("63.01", "index"), ("63.01", "x"), ("63.01", "y"),
    ]  # fmt: skip
    assert len(rows[0]["score"].split(".")[1]) == 6
    small = rows[-1]
    assert (small["score"], small["lower"], small["n_responses"]) == ("", "", "3")
    assert small["flags"].split(";")[0] == "too_few"
    assert float(small["share_answered"]) == 0


def test_categories_have_a_column_per_category_and_a_header_without_a_rule(tables):
    rows = rows_of(categories_csv(tables))
    assert list(rows[0])[2:5] == ["probability_low", "probability_medium", "probability_high"]
    assert list(rows[0])[5:] == LATER_COLUMNS
    assert rows[-1]["category"] == "not_enough_data"
    assert rows[-1]["probability_low"] == ""
    bare = replace(tables, categories=(), record={**tables.record, "category_rule": None})
    assert categories_csv(bare) == ",".join(["region", "category", *LATER_COLUMNS]) + "\n"


def test_drivers_of_a_region_add_up_to_its_distance_from_the_mean(tables):
    rows = rows_of(drivers_csv(tables))
    root = {s.region: s.score for s in tables.scores if s.node == "index"}
    total = sum(float(r["contribution"]) for r in rows if r["region"] == "63.01")
    assert total == pytest.approx(root["63.01"] - tables.node_means["index"], abs=1e-5)


def test_numbers_are_rounded_without_minus_zero():
    assert csv_text(["x", "y"], [[-1e-9, None], [2 / 3, 1]]) == "x,y\n0.000000,\n0.666667,1\n"


def test_folder_with_other_files_is_refused_and_an_earlier_run_is_replaced(tables, tmp_path):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(FolderInUseError, match="holds other files"):
        write_tables(tables, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]
    written = write_tables(tables, tmp_path, force=True)
    assert {p.name for p in written} == {
        "scores.csv", "ranks.csv", "rank_probabilities.csv", "pairs.csv", "groups.csv",
        "categories.csv", "drivers.csv", "shrinkage.csv", "run.json",
        "meeting_effect.csv",
    }  # fmt: skip
    assert (tmp_path / "letter.txt").read_text() == "keep me"
    for name in ("set_aside.csv", "changes.csv", "checks.csv"):
        (tmp_path / name).write_text("of the earlier run")
    assert [*write_tables(tables, tmp_path)] == [*written]
    assert not (tmp_path / "set_aside.csv").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"letter.txt", *(p.name for p in written)}
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_same_run_gives_the_same_files(tables, tmp_path):
    first = [p.read_bytes() for p in write_tables(tables, tmp_path / "one")]
    again = [p.read_bytes() for p in write_tables(tables, tmp_path / "two")]
    assert first == again


def test_no_file_holds_a_number_of_a_single_person(tables, tmp_path):
    """Per-respondent rows would show as more lines than regions x nodes or items."""
    write_tables(tables, tmp_path)
    regions = 3
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 1 + regions * 3
    assert len((tmp_path / "drivers.csv").read_text().splitlines()) <= 1 + regions * 3
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["counts"] == {
        "regions": 3,
        "regions_with_score": 2,
        "regions_compared": 2,
        "responses": 68,
        "responses_counted": record["counts"]["responses_counted"],
        "responses_with_score": 68,
    }


def test_hidden_items_are_joined_in_one_driver_row():
    asked = instrument([item(c) for c in "pqrs"])
    scores = (0, 25, 50, 75, 100, 50)
    rows = [("63.01", "", [50, s, t, t]) for s, t in zip(scores, reversed(scores), strict=True)]
    rows += [("63.02", "", [s, s, s, t]) for s, t in zip(scores, reversed(scores), strict=True)]
    found = measure(answers(rows, asked), asked, seed=1, replicates=100)
    hidden = {r.node for r in found.items if r.region == "63.01" and r.score is None}
    joined = [d for d in found.drivers if d.region == "63.01" and d.item == ""]
    assert len(hidden) == 2 and joined[0].joined == 2
    assert hidden.isdisjoint(d.item for d in found.drivers if d.region == "63.01")
    flags = {r.node: r.flags for r in found.items if r.region == "63.01" and r.score is None}
    assert flags["p"] == ("unanimous",)
    assert set(flags.values()) == {("unanimous",), ("protects_another",)}
