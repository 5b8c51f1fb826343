"""`waspada vary` from files to tables, and what it refuses."""

import csv
import json

import pytest
from typer.testing import CliRunner

from tests.golden.reference import ROOT
from waspada.cli.main import app

META = """Level,iCode,iName,Direction,Weight,Parent,Type
1,a,A,1,1,x,Indicator
1,b,B,-1,2,x,Indicator
1,c,C,1,1,y,Indicator
1,d,D,1,1,y,Indicator
2,x,X,1,1,index,Aggregate
2,y,Y,1,1,index,Aggregate
3,index,Index,1,1,,Aggregate
"""
DATA = """uCode,a,b,c,d
u1,1.0,7,3,2
u2,2.5,3,1,9
u3,4.0,5,8,4
u4,0.5,6,2,7
u5,3.0,1,6,5
"""
METHOD = """title: t
steps:
  - normalise: {method: minmax, lower: 0, upper: 100}
  - weigh
  - aggregate: {method: arithmetic}
"""
SENSITIVITY = """title: s
draws: 40
seed: 3
vary:
  aggregate: [arithmetic, geometric]
  weights: {weights: dirichlet, concentration: 20}
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in (
        ("meta.csv", META),
        ("data.csv", DATA),
        ("method.yaml", METHOD),
        ("sensitivity.yaml", SENSITIVITY),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def vary(folder, *more, out="out"):
    arguments = [
        *("vary", folder / "data.csv", "--meta", folder / "meta.csv"),
        *("--method", folder / "method.yaml", "--sensitivity", folder / "sensitivity.yaml"),
        *("--out", folder / out, *more),
    ]
    return CliRunner().invoke(app, [str(a) for a in arguments])


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_and_record_say_how_many_draws_failed_and_why(folder):
    said = vary(folder)
    assert said.exit_code == 0, said.output
    record = json.loads((folder / "out/record.json").read_text(encoding="utf-8"))
    failed = rows(folder / "out/failed.csv")
    assert record["draws"] == 40 and record["draws_failed"] == len(failed) > 0
    assert f"{len(failed)} of 40 draws have no scores" in said.stderr
    assert {row["step"] for row in failed} == {"aggregate"}
    assert failed[0]["units"] and failed[0]["indicators"]
    over = {row["draws"] for row in rows(folder / "out/statistics.csv")}
    assert over == {str(40 - len(failed))}
    drawn = rows(folder / "out/draws.csv")
    geometric = [row["draw"] for row in drawn if row["aggregate"] == "geometric"]
    assert [row["draw"] for row in failed] == geometric


def test_a_variation_in_which_every_draw_fails_is_no_success(folder):
    text = SENSITIVITY.replace("[arithmetic, geometric]", "[geometric, harmonic]")
    (folder / "sensitivity.yaml").write_text(text, encoding="utf-8")
    said = vary(folder)
    assert said.exit_code == 12
    assert "No draw gave a score" in said.stderr
    assert len(rows(folder / "out/failed.csv")) == 40


def test_draws_are_fed_back(folder):
    assert vary(folder).exit_code == 0
    again = vary(folder, "--parameters", folder / "out/draws.csv", out="again")
    assert again.exit_code == 0, again.output
    for name in ("scores.csv", "ranks.csv", "draws.csv", "statistics.csv", "failed.csv"):
        assert (folder / "again" / name).read_text() == (folder / "out" / name).read_text()


def test_sobol_indices_are_written_with_their_intervals(folder):
    text = SENSITIVITY.replace("[arithmetic, geometric]", "[given, {method: copeland}]")
    (folder / "sensitivity.yaml").write_text(text, encoding="utf-8")
    assert vary(folder, "--sobol", "64").exit_code == 0
    found = rows(folder / "out/sobol.csv")
    assert {row["input"] for row in found} == {"aggregate", "weights"}
    assert {row["quantity"] for row in found} == {"score", "rank", "mean_rank_shift"}
    first = next(row for row in found if row["input"] == "aggregate")
    assert float(first["first_lower"]) < float(first["first"]) < float(first["first_upper"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--sobol", "100"], "power of two"),
        (["--sobol", "64", "--parameters", "x.csv"], "design of their own"),
        (["--instrument", "x"], "go with a table of indicators"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(folder, options, sentence):
    said = vary(folder, *options)
    assert said.exit_code == 2 and sentence in " ".join(said.stderr.split())


def test_neither_method_nor_instrument_is_a_usage_error(folder):
    arguments = ["vary", folder / "data.csv", "--sensitivity", folder / "sensitivity.yaml"]
    said = CliRunner().invoke(app, [str(a) for a in arguments])
    assert said.exit_code == 2 and "--instrument" in said.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("vary: {impute.method: [a, b]}", 'The base run has no step "impute"'),
        ("vary: {q: {weights: noise, share: 1.5}}", "weights become negative"),
        ("vary: [", "sensitivity.yaml"),
    ],
)
def test_a_file_with_faults_ends_with_10(folder, text, sentence):
    (folder / "sensitivity.yaml").write_text(text, encoding="utf-8")
    said = vary(folder)
    assert said.exit_code == 10 and sentence in said.stderr


def test_answers_are_crossed_with_the_method(tmp_path):
    plan = tmp_path / "sensitivity.yaml"
    plan.write_text(
        "vary:\n  weights: {weights: noise, share: 0.5}\n  elements: [given, equal]\n",
        encoding="utf-8",
    )
    arguments = [
        *("vary", ROOT / "examples/pilkada-2024-kalsel-synthetic.csv", "--form", "core"),
        *("--instrument", ROOT / "instruments/kerawanan-pilkada-contoh", "--sensitivity", plan),
        *("--draws", "10", "--replicates", "12", "--out", tmp_path / "out"),
    ]
    said = CliRunner().invoke(app, [str(a) for a in arguments])
    assert said.exit_code == 0, said.output
    found = rows(tmp_path / "out/total.csv")
    assert len(found) == 13
    told = [row for row in found if row["score"]]
    for row in told:
        shares = (row["survey_share"], row["method_share"], row["interaction_share"])
        assert sum(map(float, shares)) == pytest.approx(1.0)
        assert float(row["lower"]) < float(row["score"]) < float(row["upper"])
    hidden = [row["region"] for row in found if not row["score"]]
    assert hidden == ["63.02"] and len(told) == 12


def test_a_panel_has_its_changes_and_asked_for_categories_their_probabilities(folder):
    data = (folder / "data.csv").read_text(encoding="utf-8").splitlines()
    head, *units = data
    again = [unit.replace(",", ",7.5,", 1).rsplit(",", 1)[0] for unit in units]
    lines = [f"{head},Time", *(f"{u},2020" for u in units), *(f"{u},2022" for u in again)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = SENSITIVITY + "categories: {labels: [low, high], cut_offs: [50]}\n"
    text = text.replace("[arithmetic, geometric]", "[arithmetic, {method: generalised, power: 2}]")
    (folder / "sensitivity.yaml").write_text(text, encoding="utf-8")
    said = vary(folder)
    assert said.exit_code == 0, said.output
    change = rows(folder / "out/change.csv")
    assert [row["uCode"] for row in change] == ["u1", "u2", "u3", "u4", "u5"]
    for row in change:
        assert (row["t_first"], row["t_latest"], row["draws"]) == ("2020", "2022", "40")
        assert float(row["lower"]) <= float(row["median"]) <= float(row["upper"])
        assert float(row["rises"]) + float(row["falls"]) <= 1
    categories = rows(folder / "out/categories.csv")
    assert len(categories) == 10
    for row in categories:
        assert float(row["low"]) + float(row["high"]) == pytest.approx(1)
        assert row["nominal"] in ("low", "high")
    listed = json.loads((folder / "out/record.json").read_text(encoding="utf-8"))["files"]
    assert {"change.csv", "categories.csv"} <= set(listed)
