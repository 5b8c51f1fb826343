import csv
import json

import pytest
from typer.testing import CliRunner

from tests.core.cli.test_measure_command import PEI, PILKADA, ROOT
from waspada.cli.main import app

EXAMPLE = ROOT / "examples" / "pilkada-2024-kalsel-synthetic.csv"
CORE = ("--instrument", PILKADA, "--form", "core", "--replicates", 100)


def invoke(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    out = tmp_path_factory.mktemp("first")
    found = invoke("measure", EXAMPLE, *CORE, "--out", out)
    assert found.exit_code == 0, found.output
    return out


def test_change_prints_one_line_per_region_and_writes_the_tables(tmp_path):
    """The first half of the answers of each region against the second."""
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    halves = []
    for part in (0, 1):
        path = tmp_path / f"{part}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows[part::2]])
        halves.append(path)
    out = tmp_path / "change"
    found = invoke("change", *halves, *CORE, "--minimum-effect", 1, "--out", out)
    assert found.exit_code == 0, found.output
    assert "change (95 % interval)" in found.stdout and "tests over all nodes" in found.stdout
    assert "independent samples" in found.stderr
    changes = rows_of(out / "changes.csv")
    assert {row["word"] for row in changes} <= {"rose", "fell", "within_error", ""}
    root = [row for row in changes if row["level"] == "index" and row["change"]]
    assert len(root) >= 2
    drivers = rows_of(out / "change_drivers.csv")
    for row in root:
        total = sum(float(d["contribution"]) for d in drivers if d["region"] == row["region"])
        assert total == pytest.approx(float(row["change"]), abs=1e-4)
    record = json.loads((out / "run.json").read_text())
    assert (record["kind"], record["minimum_effect"]) == ("change", 1)
    again = invoke("change", *halves, *CORE, "--minimum-effect", 1, "--out", tmp_path / "again")
    assert again.exit_code == 0
    for name in ("changes.csv", "change_drivers.csv"):
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_given_scores_are_compared_without_an_interval(tmp_path):
    for name, score in (("old", 40), ("new", 45.5)):
        (tmp_path / f"{name}.csv").write_text(f"region,ikp_2024\nA,{score}\n")
    found = invoke(
        "change", tmp_path / "old.csv", tmp_path / "new.csv", "--given",
        "--instrument", ROOT / "instruments" / "ikp-2024",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "+5.5" in found.stdout and "error unknown" in found.stdout
    assert "nobody knows their error" in found.stderr


def test_a_minimum_effect_below_zero_is_refused():
    found = invoke("change", EXAMPLE, EXAMPLE, *CORE, "--minimum-effect", -2)
    assert found.exit_code == 12
    assert "smallest change that matters" in found.stderr


def test_new_tables_hold_only_regions_that_are_compared(measured):
    compared = {r["region"] for r in rows_of(measured / "ranks.csv") if r["rank"]}
    assert {r["region"] for r in rows_of(measured / "rank_probabilities.csv")} == compared
    pairs = rows_of(measured / "pairs.csv")
    assert len(pairs) == len(compared) * (len(compared) - 1) / 2
    assert {r["region"] for r in rows_of(measured / "groups.csv")} == compared
    assert {r["region"] for r in rows_of(measured / "shrinkage.csv")} == compared
    for pair in pairs:
        assert float(pair["probability_above"]) >= 0.5 or pair["told_apart"] == "0"


def test_a_region_keeps_the_word_of_an_earlier_result_near_a_line(measured, tmp_path):
    """Change the earlier words by hand; those whose score is clear of the line are given up."""
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    (earlier / "run.json").write_bytes((measured / "run.json").read_bytes())
    rows = rows_of(measured / "categories.csv")
    for row in rows:
        if row["by_line"] == "medium":
            row["category"] = row["by_line"] = "low"
    with (earlier / "categories.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    out = tmp_path / "later"
    found = invoke("measure", EXAMPLE, *CORE, "--previous", earlier, "--out", out)
    assert found.exit_code == 0, found.output
    scores = {
        r["region"]: float(r["score"])
        for r in rows_of(measured / "scores.csv")
        if r["level"] == "index" and r["score"]
    }
    told = [row for row in rows_of(out / "categories.csv") if row["by_line"] == "medium"]
    assert told
    for row in told:
        near = scores[row["region"]] < 40.0  # the line is 37.5, the margin 2.5
        assert (row["category"], row["kept"]) == (("low", "1") if near else ("medium", "0"))


def test_an_earlier_result_of_another_instrument_or_rule_is_refused(measured, tmp_path):
    found = invoke("measure", EXAMPLE, "--instrument", PEI, "--previous", measured)
    assert found.exit_code == 12
    assert "named by another measure (instrument kerawanan_pilkada" in found.stderr
    (tmp_path / "notes.txt").write_text("nothing")
    found = invoke("measure", EXAMPLE, *CORE, "--previous", tmp_path)
    assert found.exit_code == 12
    assert "no earlier result" in found.stderr
