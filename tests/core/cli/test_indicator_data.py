"""META, groups and denominators, as `index`, `analyse` and `vary` read them alike."""

from __future__ import annotations

import csv

import pytest
from typer.testing import CliRunner

from tests.golden.reference import ROOT
from waspada.cli.main import app

META = """Level,iCode,iName,Direction,Weight,Parent,Type,Denominator
1,a,A,1,1,index,Indicator,Pop
1,b,B,-1,2,index,Indicator,
2,index,Index,1,1,,Aggregate,
,Pop,People,,,,Denominator,
"""
DATA = """uCode,Zone,a,b
u1,n,10,7
u2,n,25,3
u3,s,40,
u4,s,5,6
"""
DENOMINATORS = """uCode,uName,Pop,Area,Income
u4,Four,2.5,1,low
u3,Three,5,2,high
u2,Two,5,3,high
u1,One,1,4,
elsewhere,Five,9,9,
"""
METHOD = """steps:
  - denominate
  - normalise: {method: minmax, lower: 1, upper: 100}
  - aggregate
"""
SENSITIVITY = "draws: 4\nvary: {aggregate: [given, geometric]}\n"
FILES = {
    "meta.csv": META,
    "data.csv": DATA,
    "denominators.csv": DENOMINATORS,
    "m.yaml": METHOD,
    "s.yaml": SENSITIVITY,
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder, *more, command="index", meta="meta.csv"):
    line = [command, folder / "data.csv", "--meta", folder / meta, "--method", folder / "m.yaml"]
    line += ["--out", folder / command, *more]
    if command == "vary":
        line += ["--sensitivity", folder / "s.yaml"]
    return CliRunner().invoke(app, [str(word) for word in line])


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_denominators_of_a_file_of_their_own_are_matched_by_unit(folder):
    """a / Pop: 10, 5, 8, 2."""
    found = run(folder, "--denominators", folder / "denominators.csv", "--stages")
    assert found.exit_code == 0, found.output
    divided = rows(folder / "index/stages/1_denominate.csv")
    assert [float(row["a"]) for row in divided] == [10, 5, 8, 2]


@pytest.mark.parametrize("command", ["analyse", "vary"])
def test_the_other_commands_take_them_too(folder, command):
    found = run(folder, "--denominators", folder / "denominators.csv", command=command)
    assert found.exit_code == 0, found.output


def test_a_column_that_meta_does_not_name_may_be_divided_by(folder):
    per = "denominate: {per: {b: {by: Area, factor: 10}}}"
    (folder / "m.yaml").write_text(METHOD.replace("denominate", per), encoding="utf-8")
    assert run(folder, "--denominators", folder / "denominators.csv").exit_code == 0
    b = [row["b"] for row in rows(folder / "index/stages/1_denominate.csv")]
    assert b == ["17.5", "10", "", "60"]


def test_what_differs_by_time_is_matched_by_time(folder):
    data = "uCode,Time,Zone,a,b\nu1,2020,n,10,7\nu1,2021,n,30,3\nu2,2020,n,2,4\nu2,2021,n,6,1\n"
    given = "uCode,Time,Pop\nu1,2021,3\nu1,2020,1\nu2,2020,2\nu2,2021,1\nu9,2021,1\n"
    (folder / "data.csv").write_text(data, encoding="utf-8")
    (folder / "denominators.csv").write_text(given, encoding="utf-8")
    assert run(folder, "--denominators", folder / "denominators.csv").exit_code == 0
    divided = rows(folder / "index/stages/1_denominate.csv")
    assert [row["a"] for row in divided] == ["10", "10", "1", "6"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DENOMINATORS.replace("u3,", "u5,"), 'unit "u3": There is no row'),
        (DENOMINATORS.replace(",5,2", ",five,2"), '"five" is no number'),
        ("uCode,uName\nu1,One\n", "no column of denominators"),
        ("uCode,Time,Pop\nu1,2020,1\n", "the data have none"),
        (DENOMINATORS + "u1,One,3,3,\n", "stands in row"),
    ],
)
def test_a_file_of_denominators_that_does_not_fit_is_refused(folder, text, words):
    (folder / "denominators.csv").write_text(text, encoding="utf-8")
    found = run(folder, "--denominators", folder / "denominators.csv")
    assert found.exit_code == 11
    assert words in found.output.replace("\n", " ")


def write_facts(folder):
    """Six units in two zones; "A" lacks the first indicator."""
    from waspada.instrument.framework_read import read_framework

    codes = read_framework(ROOT / "instruments/ikp-2024").codes
    with (folder / "data.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["uCode", "Zone", *codes])
        for k, unit in enumerate("ABCDEF"):
            values = [(11 * k * (place + 3) + place) % 97 + 1 for place in range(1, len(codes))]
            writer.writerow([unit, "n" if k < 3 else "s", k or "", *values])


IMPUTED = """steps:
  - impute: {method: group_mean, group: Zone}
  - normalise: {method: minmax, lower: 1, upper: 100}
  - aggregate
"""


@pytest.mark.parametrize("command", ["index", "analyse", "vary"])
def test_an_instrument_may_stand_for_meta_and_a_column_of_data_for_its_groups(folder, command):
    write_facts(folder)
    (folder / "m.yaml").write_text(IMPUTED, encoding="utf-8")
    instrument = ROOT / "instruments/ikp-2024"
    without = run(folder, command=command, meta=instrument)
    assert without.exit_code == 12 and "Zone" in without.output
    found = run(folder, "--group", "Zone", command=command, meta=instrument)
    assert found.exit_code == 0, found.output


def test_a_group_may_not_be_an_indicator(folder):
    found = run(folder, "--group", "a", "--denominators", folder / "denominators.csv")
    assert found.exit_code == 2


def test_scores_are_named_by_a_rule_of_the_instrument_that_is_meta(folder):
    write_facts(folder)
    (folder / "m.yaml").write_text(IMPUTED, encoding="utf-8")
    instrument = ROOT / "instruments/ikp-2024"
    from waspada.instrument import read_instrument

    rule = read_instrument(instrument).category_rules[0]
    text = SENSITIVITY + f"categories: {rule.code}\n"
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    found = run(folder, "--group", "Zone", command="vary", meta=instrument)
    assert found.exit_code == 0, found.output
    words = rows(folder / "vary/categories.csv")
    assert len(words) == 6
    for row in words:
        assert sum(float(row[band.category]) for band in rule.bands) == pytest.approx(1)
    (folder / "s.yaml").write_text(SENSITIVITY + "categories: none_such\n", encoding="utf-8")
    wrong = run(folder, "--group", "Zone", "--force", command="vary", meta=instrument)
    assert wrong.exit_code == 12 and rule.code in wrong.output
