"""The published figures once more, by the command lines a reader would type."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.golden.reference import ROOT
from waspada.cli.main import app

INSTRUMENTS = ROOT / "instruments"


@pytest.fixture(params=["facts", "reference"])
def folder(request):
    """Our own copies of the records, and the records of others they were taken from."""
    if request.param == "facts":
        return ROOT / "facts"
    return request.getfixturevalue("reference_data") / "data"


def table_of(folder: Path, topic: str, name: str) -> Path:
    return folder / name if folder.name == "facts" else folder / topic / name


def run(*arguments):
    found = CliRunner().invoke(app, [str(a) for a in arguments])
    assert found.exit_code == 0, found.output
    return found.stdout


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_node(file, node):
    return {row["region"]: row for row in rows(file) if row["node"] == node}


def test_combine_recomputes_the_four_published_rows(folder, tmp_path):
    table = table_of(folder, "ikp", "ikp_2024_recompute_checks.csv")
    region = next(iter(rows(table)[0]))
    run(
        "combine", table, "--instrument", INSTRUMENTS / "ikp-2024", "--region-column", region,
        "--out", tmp_path,
    )  # fmt: skip
    found = of_node(tmp_path / "scores.csv", "ikp_2024")
    assert len(found) == 4
    for row in rows(table):
        score, published = float(found[row[region]]["score"]), float(row["published_score"])
        assert score == pytest.approx(published, abs=float(row["tolerance"]))
        assert "given" not in found[row[region]]["flags"]


def test_combine_finds_the_published_category_of_every_province(folder, tmp_path):
    table = table_of(folder, "ikp", "ikp_2024_provinces.csv")
    names, options = ("region", "category_published"), []
    if folder.name != "facts":
        names = ("province", "category_id")
        options = ["--region-column", "province", "--column", "ikp_2024=ikp_2024_score"]
    out = ["--out", tmp_path]
    run("combine", table, "--instrument", INSTRUMENTS / "ikp-2024", *options, *out)
    words = {"rawan rendah": "low", "rawan sedang": "medium", "rawan tinggi": "high"}
    published = {row[names[0]]: words.get(row[names[1]], row[names[1]]) for row in rows(table)}
    found = {row["region"]: row["category"] for row in rows(tmp_path / "categories.csv")}
    assert found == published
    assert Counter(found.values()) == {"high": 5, "medium": 21, "low": 8}


def test_combine_gives_the_vigilance_mean_and_the_rank_of_balangan(folder, tmp_path):
    table = table_of(folder, "ikn", "ikn_2024_south_kalimantan.csv")
    instrument, root = INSTRUMENTS / "kewaspadaan-nasional-contoh", "kewaspadaan_nasional"
    options = [] if folder.name == "facts" else ["--column", f"{root}=ikn_2024_score"]
    said = run("combine", table, "--instrument", instrument, *options, "--out", tmp_path)
    assert "mean of the 13 regions: 77.44" in said
    ranks = of_node(tmp_path / "ranks.csv", root)
    assert ranks["Kabupaten Balangan"]["rank"] == "5"
    published = {row["region"]: row["rank_in_province"] for row in rows(table)}
    assert {region: row["rank"] for region, row in ranks.items()} == published
