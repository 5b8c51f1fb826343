"""The two indices of `docs/reference/method-file.md`, computed once more by hand."""

from __future__ import annotations

import csv
import math

import pytest
from typer.testing import CliRunner

from tests.golden.reference import ROOT, number, rows_of
from waspada.cli.main import app

FOLDER = ROOT / "examples/composite"


def run(name, method, out, *options):
    found = CliRunner().invoke(
        app,
        [
            *("index", str(FOLDER / f"{name}_data.csv")),
            *("--meta", str(FOLDER / f"{name}_meta.csv")),
            *("--method", str(ROOT / f"examples/methods/{method}.yaml")),
            *("--out", str(out), *options),
        ],
    )
    assert found.exit_code == 0, found.output
    return found.stdout


def between(x, lower, upper):
    return min(max((x - lower) / (upper - lower), 0.0), 1.0)


def test_human_development_by_hand(tmp_path):
    run("human_development", "human-development", tmp_path)
    found = {row["uCode"]: row for row in rows_of(tmp_path / "scores.csv")}
    for row in rows_of(FOLDER / "human_development_data.csv"):
        health = between(float(row["life"]), 20, 85)
        knowledge = (
            between(float(row["expected"]), 0, 18) + between(float(row["mean"]), 0, 15)
        ) / 2
        living = between(math.log(float(row["income"])), math.log(100), math.log(75_000))
        expected = [health, knowledge, living, (health * knowledge * living) ** (1 / 3)]
        got = [float(found[row["uCode"]][c]) for c in ("health", "knowledge", "living", "hdi")]
        assert got == pytest.approx(expected, rel=1e-12)
    ranked = [(row["Rank"], row["uCode"]) for row in rows_of(tmp_path / "results.csv")]
    assert ranked == [("1", "ECH"), ("2", "ALF"), ("3", "BRA"), ("4", "CHA"), ("5", "DEL")]
    assert round(float(found["CHA"]["hdi"]), 3) == 0.705


def test_risk_by_hand(tmp_path):
    run("risk", "risk", tmp_path)
    found = {(row["uCode"], row["Time"]): row for row in rows_of(tmp_path / "scores.csv")}
    for row in rows_of(FOLDER / "risk_data.csv"):
        x = {key: number(row[key]) for key in list(row)[4:]}
        score = {
            "flood": 10 * between(x["flood"], 0, 12),
            "drought": 10 * between(x["drought"], 0, 35),
            "poverty": 10 * between(x["poverty"], 0, 60),
            "displaced": 10 * between(1000 * x["displaced"] / x["people"], 0, 25),
        }
        score = {code: value for code, value in score.items() if not math.isnan(x[code])}
        beds, roads = 10 - 10 * between(x["beds"], 0.5, 6.5), 10 - 10 * between(x["roads"], 10, 100)
        hazard, vulnerability = (
            sum(there) / len(there)
            for there in (
                [score[c] for c in ("flood", "drought") if c in score],
                [score[c] for c in ("poverty", "displaced") if c in score],
            )
        )
        coping = (beds + 2 * roads) / 3
        expected = [hazard, vulnerability, coping, (hazard * vulnerability * coping) ** (1 / 3)]
        got = found[row["uCode"], row["Time"]]
        assert [float(got[c]) for c in ("hazard", "vulnerability", "coping", "risk")] == (
            pytest.approx(expected, rel=1e-12)
        )
    assert found["CC", "2022"]["risk"] == "0"


def test_a_choice_asks_for_every_indicator_of_a_dimension(tmp_path):
    run("risk", "risk", tmp_path, "--set", "aggregate.min_share=1")
    without = [
        (row["uCode"], row["Time"]) for row in rows_of(tmp_path / "ranks.csv") if not row["risk"]
    ]
    assert without == [("BB", "2022"), ("BB", "2024")]


def test_goalposts_that_lack_an_indicator_are_told(tmp_path):
    text = (ROOT / "examples/methods/risk.yaml").read_text(encoding="utf-8")
    method = tmp_path / "m.yaml"
    method.write_text("".join(line for line in text.splitlines(True) if "flood:" not in line))
    line = [
        "index",
        FOLDER / "risk_data.csv",
        "--meta",
        FOLDER / "risk_meta.csv",
        "--method",
        method,
    ]
    for options in ([], ["--set", "aggregate.min_share=1"]):
        found = CliRunner().invoke(app, [*map(str, line), *options])
        assert found.exit_code == 10
        assert 'The parameter "lower" is missing.' in found.stderr


def test_trends_of_risk(tmp_path):
    run("risk", "risk", tmp_path)
    scores = {
        (row["uCode"], row["Time"]): float(row["risk"]) for row in rows_of(tmp_path / "scores.csv")
    }
    trends = {
        row["uCode"]: row for row in rows_of(tmp_path / "trends.csv") if row["iCode"] == "risk"
    }
    assert {u: row["N"] for u, row in trends.items()} == {
        "AA": "3",
        "BB": "3",
        "CC": "2",
        "DD": "3",
    }
    first, last = scores["DD", "2022"], scores["DD", "2024"]
    row = trends["DD"]
    assert float(row["Change"]) == pytest.approx(last - first)
    assert float(row["ChangePerYear"]) == pytest.approx((last - first) / 2)
    assert float(row["CAGR"]) == pytest.approx(math.sqrt(last / first) - 1)
    assert trends["CC"]["CAGR"] == ""


def test_one_year_alone_has_the_scores_it_has_in_the_panel(tmp_path):
    run("risk", "risk", tmp_path / "panel")
    run("risk", "risk", tmp_path / "year", "--time", "2024")
    panel = {r["uCode"]: r for r in rows_of(tmp_path / "panel/scores.csv") if r["Time"] == "2024"}
    year = {r["uCode"]: r for r in rows_of(tmp_path / "year/scores.csv")}
    assert panel.keys() == year.keys()
    for unit, row in year.items():
        assert "Time" not in row
        assert row == {k: v for k, v in panel[unit].items() if k != "Time"}


@pytest.mark.parametrize("name", ["human_development", "risk"])
def test_the_examples_say_that_their_units_are_invented(name):
    with (FOLDER / f"{name}_data.csv").open(encoding="utf-8") as file:
        assert all("(invented)" in row["uName"] for row in csv.DictReader(file))
