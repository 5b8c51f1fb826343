"""`waspada index` as somebody types it."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from waspada.cli.main import app

META = """Level,iCode,Direction,Weight,Parent,Type
1,x,1,1,top,Indicator
1,y,-1,1,top,Indicator
2,top,1,1,,Aggregate
"""
DATA = "uCode,uName,x,y\nB,Bee,2,5\nA,Aye,1,7\nC,[Cee],3,\n"
METHOD = "title: Little\nsteps:\n  - normalise: minmax\n  - aggregate\n"


@pytest.fixture
def run(tmp_path):
    for name, text in (("data.csv", DATA), ("meta.csv", META), ("m.yaml", METHOD)):
        (tmp_path / name).write_text(text)

    def running(*options, data="data.csv", meta="meta.csv", method="m.yaml"):
        line = ["index", str(tmp_path / data), "--meta", str(tmp_path / meta)]
        line += ["--method", str(tmp_path / method)] if method else []
        return CliRunner().invoke(app, [*line, *options])

    return running


def test_the_ranked_table_goes_to_stdout_and_the_rest_to_stderr(run, tmp_path):
    found = run("--out", str(tmp_path / "out"))
    assert found.exit_code == 0, found.output
    assert found.stdout.splitlines() == [
        "Little",
        "rank  uCode  uName  top",
        "1     C      [Cee]  100.00",
        "2     B      Bee    75.00",
        "3     A      Aye    0.00",
    ]
    assert "Tables written to" in found.stderr


def test_the_record_tells_files_choices_and_method(run, tmp_path):
    run("--set", "normalise.upper=10", "--out", str(tmp_path / "out"))
    record = json.loads((tmp_path / "out/record.json").read_text())
    assert record["files_read"] == {"data": "data.csv", "meta": "meta.csv", "method": "m.yaml"}
    assert record["choices"]["set"] == ["normalise.upper=10"]
    assert record["method"][0]["upper"] == 10
    with (tmp_path / "out/scores.csv").open() as file:
        assert [row["top"] for row in csv.DictReader(file)] == ["0", "7.5", "10"]


def test_columns_nobody_names_are_told_once(run, tmp_path):
    (tmp_path / "more.csv").write_text("uCode,x,y,colour\nA,1,2,red\nB,2,3,blue\n")
    found = run(data="more.csv")
    assert found.stderr.count("colour") == 1
    assert found.exit_code == 0


def test_the_missing_method_is_told_where_ready_ones_are(run):
    found = run(method=None)
    assert found.exit_code == 2
    assert "examples/methods/" in found.stderr


@pytest.mark.parametrize(
    ("files", "options", "code", "told"),
    [
        ({"meta": "none.csv"}, (), 10, "does not exist"),
        ({"method": "none.yaml"}, (), 10, "no such file"),
        ({"data": "none.csv"}, (), 11, "no such file"),
        ({}, ("--set", "normalise.uper=1"), 10, 'Did you mean "upper"?'),
        ({}, ("--set", "treat.at_most=5"), 10, 'The method has no step "treat"'),
        ({}, ("--drop", "treat"), 10, 'The method has no step "treat"'),
        ({}, ("--drop", "normalise"), 10, "direction -1"),
        ({}, ("--set", "normalise.upper"), 2, "STEP.OPTION=VALUE"),
        ({}, ("--set", "normalise.upper=1", "--set", "normalise.upper=2"), 2, "set twice"),
        ({}, ("--time", "2020"), 11, 'The file has no column "Time"'),
        ({"data": "constant.csv"}, (), 12, 'indicator "x"'),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence_and_a_code(
    run, tmp_path, files, options, code, told
):
    (tmp_path / "constant.csv").write_text("uCode,x,y\nA,1,2\nB,1,3\n")
    found = run(*options, **files)
    assert found.exit_code == code, found.output
    assert told in " ".join(found.stderr.replace("│", " ").split())
    assert "Traceback" not in found.output


def test_a_file_that_only_a_choice_makes_right_is_welcome(run, tmp_path):
    (tmp_path / "m.yaml").write_text("steps:\n  - denominate\n  - normalise\n  - aggregate\n")
    assert "No indicator has a denominator" in run().stderr
    assert run("--drop", "denominate").exit_code == 0


def test_an_instrument_may_stand_for_meta(run, tmp_path):
    from tests.golden.reference import ROOT

    instrument = ROOT / "instruments/ikp-2024"
    from waspada.instrument.framework_read import read_framework

    codes = read_framework(instrument).codes
    with (tmp_path / "facts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["uCode", *codes])
        writer.writerow(["A", *range(len(codes))])
        writer.writerow(["B", *[2 * k + 1 for k in range(len(codes))]])
    found = CliRunner().invoke(
        app,
        [
            "index",
            str(tmp_path / "facts.csv"),
            "--meta",
            str(instrument),
            "--method",
            str(tmp_path / "m.yaml"),
        ],
    )
    assert found.exit_code == 0, found.output
    assert "1     B" in found.stdout
