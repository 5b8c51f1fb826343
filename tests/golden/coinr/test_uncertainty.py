"""The 200 replicates of COINr's uncertainty analysis, recomputed from their parameters."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.golden.reference import ROOT, reference_data, rows_of
from waspada.cli.main import app

SENSITIVITY = """
title: Winsorised points, normalisation and weights of two levels
nodes: [Index]
vary:
  winmax: {choice: treat.at_most, among: [1, 2, 3, 4, 5]}
  norm:
    choice: normalise
    among:
      "n_minmax(1:100)": {method: minmax, lower: 1, upper: 100}
      "n_zscore(10:2)": {method: zscore, mean: 10, sd: 2}
  weights: {weights: noise, share: {2: 0.25, 3: 0.25}}
"""
STEM = "ua_winmax_norm_weights_N200_"


def opened(name: str) -> Path:
    return reference_data() / "golden/coinr_open" / f"{STEM}{name}.csv"


def numbers(path: Path, first: int) -> tuple[list[str], np.ndarray]:
    """Codes of units, and the columns from `first` on."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    unit = 0 if path.parent.name == "coinr_open" else 1
    return [row[unit] for row in rows], np.array([[float(x) for x in r[first:]] for r in rows])


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vary")
    sensitivity = folder / "sensitivity.yaml"
    sensitivity.write_text(SENSITIVITY, encoding="utf-8")
    inputs = reference_data() / "golden/coinr_inputs"
    said = CliRunner().invoke(
        app,
        [
            *("vary", str(inputs / "asem_iData.csv"), "--meta", str(inputs / "asem_iMeta.csv")),
            *("--method", str(ROOT / "examples/methods/asem-base.yaml")),
            *("--sensitivity", str(sensitivity), "--parameters", str(opened("parameters"))),
            *("--out", str(folder / "out")),
        ],
    )
    assert said.exit_code == 0, said.output
    return folder / "out"


def test_all_scores_are_those_of_coinr(out):
    units, expected = numbers(opened("scores"), 1)
    found_units, found = numbers(out / "scores.csv", 3)
    assert found_units == units and found.shape == (51, 201)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_all_ranks_are_those_of_coinr(out):
    units, expected = numbers(opened("ranks"), 1)
    found_units, found = numbers(out / "ranks.csv", 3)
    assert found_units == units
    assert (found == expected).all()


def test_rank_statistics_are_those_of_coinr(out):
    found = {r["uCode"]: r for r in rows_of(out / "statistics.csv") if r["quantity"] == "rank"}
    columns = {"Nominal": "nominal", "Mean": "mean", "Median": "median", "Q5": "q05", "Q95": "q95"}
    expected = rows_of(opened("rankstats"))
    assert len(expected) == len(found) == 51
    for row in expected:
        for theirs, ours in columns.items():
            assert float(found[row["uCode"]][ours]) == pytest.approx(float(row[theirs]), rel=1e-9)


def test_no_draw_failed_and_the_record_says_so(out):
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    assert (record["draws"], record["draws_failed"]) == (200, 0)
    assert rows_of(out / "failed.csv") == []
