"""`waspada analyse` from files to files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("waspada.index.composite.build", reason="the chain of steps is not here yet")

from typer.testing import CliRunner

from waspada.cli.main import app

META = """Level,iCode,iName,Direction,Weight,Parent,Type
1,a,Ants,1,1,left,Indicator
1,b,Bees,-1,1,left,Indicator
1,c,Cats,1,2,right,Indicator
1,d,Dogs,1,1,right,Indicator
2,left,Left,1,1,top,Aggregate
2,right,Right,1,1,top,Aggregate
3,top,Top,1,1,,Aggregate
"""

METHOD = """title: Small
steps:
  - normalise: {method: minmax, lower: 1, upper: 100}
  - weigh: {method: given}
  - aggregate: {method: MEAN}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    values = np.random.default_rng(3).uniform(1, 9, size=(12, 4)).round(3)
    lines = [f"u{k:02},{','.join(map(str, row))}" for k, row in enumerate(values)]
    (tmp_path / "data.csv").write_text("uCode,a,b,c,d\n" + "\n".join(lines) + "\n")
    (tmp_path / "meta.csv").write_text(META)
    (tmp_path / "method.yaml").write_text(METHOD.replace("MEAN", "arithmetic"))
    (tmp_path / "other.yaml").write_text(METHOD.replace("MEAN", "geometric"))
    (tmp_path / "sources.csv").write_text("iCode,source\na,census\nc,census\nb,survey\n")
    return tmp_path


def run(files: Path, *more: str, method: str = "method.yaml") -> tuple[int, str]:
    words = [
        "analyse", str(files / "data.csv"), "--meta", str(files / "meta.csv"),
        "--method", str(files / method), "--out", str(files / "out"), *more,
    ]  # fmt: skip
    result = CliRunner().invoke(app, words)
    return result.exit_code, result.output


def rows(files: Path, name: str) -> list[dict[str, str]]:
    with (files / "out" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_table_is_written_and_listed(files: Path) -> None:
    code, output = run(
        files, "--sources", str(files / "sources.csv"), "--compare", str(files / "other.yaml")
    )
    assert code == 0, output
    listed = set(json.loads((files / "out" / "analysis.json").read_text())["files"])
    written = {path.name for path in (files / "out").iterdir()} - {"analysis.json"}
    assert listed == written
    assert len(rows(files, "statistics_raw")) == 4
    assert [row["left_out"] for row in rows(files, "leave_source_out")] == ["census", "survey"]
    assert len(rows(files, "comparison")) == 12
    weights = {
        row["iCode"]: float(row["effective_weight"]) for row in rows(files, "effective_weights")
    }
    assert weights["c"] == pytest.approx(1 / 3)


def test_an_index_that_is_not_arithmetic_is_run_again_without_each_indicator(files: Path) -> None:
    assert run(files, method="other.yaml")[0] == 0
    found = {row["left_out"]: row for row in rows(files, "leave_one_out")}
    assert set(found) == {"a", "b", "c", "d", "left", "right"}
    assert all(row["n_compared"] == "12" for row in found.values())


def test_a_second_analysis_takes_the_place_of_the_first(files: Path) -> None:
    run(files, "--compare", str(files / "other.yaml"))
    assert run(files)[0] == 0
    assert not (files / "out" / "comparison.csv").exists()


def test_a_source_of_an_unknown_indicator_is_refused(files: Path) -> None:
    (files / "sources.csv").write_text("iCode,source\nz,census\n")
    code, output = run(files, "--sources", str(files / "sources.csv"))
    assert code == 2
    assert "row 2" in output


def test_an_unknown_correlation_is_refused(files: Path) -> None:
    code, output = run(files, "--correlation", "polychoric")
    assert code == 2
    assert "kendall" in output


def test_a_folder_of_other_files_is_not_written_into(files: Path) -> None:
    (files / "out").mkdir()
    (files / "out" / "mine.txt").write_text("mine")
    assert run(files)[0] == 2
    assert run(files, "--force")[0] == 0


@pytest.mark.parametrize("method", ["method.yaml", "other.yaml"])
def test_leave_one_out_is_what_a_whole_run_without_the_indicator_gives(
    files: Path, method: str
) -> None:
    """b has direction -1: it is turned once, by the step that normalises, however often one
    aggregates again."""
    assert run(files, method=method)[0] == 0
    left_out = {row["uCode"]: row for row in rows(files, "leave_one_out_scores")}
    for code in "abcd":
        words = [
            "index", str(files / "data.csv"), "--meta", str(files / "meta.csv"),
            "--method", str(files / method), "--out", str(files / code),
            "--set", f"weigh.weights={{{code}: 0}}",
        ]  # fmt: skip
        assert CliRunner().invoke(app, words).exit_code == 0
        with (files / code / "scores.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                ours = float(left_out[row["uCode"]][code])
                assert ours == pytest.approx(float(row["top"]), rel=1e-12)
