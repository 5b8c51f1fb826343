"""COINr's tables by the command line a reader would type."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.golden.coinr.tables import assert_same, inputs, theirs
from tests.golden.reference import ROOT, rows_of
from waspada.cli.main import app

BASE = ROOT / "examples/methods/asem-base.yaml"
PILLARS = ("Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin")


class Run:
    """Folders of results, each made once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: dict[tuple[str, ...], Path] = {}

    def __call__(self, *options: str) -> Path:
        if options not in self.made:
            out = self.root / str(len(self.made))
            data = inputs("asem_iData.csv")
            if "normalise.method=rank" in options:
                data = with_the_last_bits(data, self.root / "last_bits.csv")
            line = ["index", data, "--meta", inputs("asem_iMeta.csv"),
                    "--method", BASE, "--out", out, *options]  # fmt: skip
            found = CliRunner().invoke(app, [str(word) for word in line])
            assert found.exit_code == 0, found.output
            self.made[options] = out
        return self.made[options]


LOST_BITS = ("BGR", "CZE", "NOR")


def with_the_last_bits(data: Path, copy: Path) -> Path:
    """The data with COINr's own numbers, where printing 15 digits made three pairs equal.

    In R, TolMin of Bulgaria and the Czech Republic (5.1) is one unit in the last place below that
    of Greece, and that of Norway (3.4) below that of Japan; ranking sees the difference.
    """
    rows = rows_of(data)
    for row in rows:
        if row["uCode"] in LOST_BITS:
            row["TolMin"] = repr(float(np.nextafter(float(row["TolMin"]), 0.0)))
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return copy


def test_without_the_lost_bits_only_those_three_ranks_differ(run, tmp_path):
    line = ["index", inputs("asem_iData.csv"), "--meta", inputs("asem_iMeta.csv"),
            "--method", BASE, "--out", tmp_path, "--set", "normalise.method=rank"]  # fmt: skip
    assert CliRunner().invoke(app, [str(word) for word in line]).exit_code == 0
    found = {row["uCode"]: row for row in rows_of(tmp_path / "stages/5_normalise.csv")}
    differ = [
        (row["uCode"], code)
        for row in theirs("norm_rank")
        for code, rank in row.items()
        if found[row["uCode"]][code] != rank
    ]
    assert differ == [(unit, "TolMin") for unit in LOST_BITS]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("coinr"))


def choices(*texts: str) -> list[str]:
    return [word for text in texts for word in ("--set", text)]


@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("1_denominate", "denominated"),
        ("2_impute", "imputed"),
        ("3_screen", "screened"),
        ("4_treat", "treated"),
        ("5_normalise", "normalised"),
    ],
)
def test_every_stage_of_the_base_method_agrees(run, file, table):
    assert_same(rows_of(run() / f"stages/{file}.csv"), theirs(f"base_stage_{table}"))


VARIANTS = {
    "base_minmax_amean": [],
    "zscore01_amean": choices("normalise.method=zscore", "normalise.mean=0", "normalise.sd=1"),
    "zscore10_2_gmean": choices(
        "normalise.method=zscore",
        "normalise.mean=10",
        "normalise.sd=2",
        "aggregate.method=geometric",
    ),
    "rank_amean": choices("normalise.method=rank"),
    "minmax1_100_gmean": choices("normalise.lower=1", "aggregate.method=geometric"),
    "noimpute_minmax_amean": ["--drop", "impute", "--drop", "screen", "--drop", "treat"],
}


@pytest.mark.parametrize("table", VARIANTS)
def test_scores_agree(run, table):
    assert_same(rows_of(run(*VARIANTS[table]) / "scores.csv"), theirs(f"{table}_scores"))


SPLIT_BY_NOISE = "rank_amean"


@pytest.mark.parametrize("table", [name for name in VARIANTS if name != SPLIT_BY_NOISE])
def test_ranks_agree_exactly(run, table):
    ranks = rows_of(run(*VARIANTS[table]) / "ranks.csv")
    assert_same(ranks, theirs(f"{table}_ranks"), exact=True)


def test_ranks_of_ranks_agree_and_scores_that_are_equal_share_the_better_place(run):
    """Means of whole numbers tie. COINr's scores then differ in the sixteenth digit, by the order
    of its additions, and it ranks them apart; here they share the best of their places."""
    scores, ranks = theirs(f"{SPLIT_BY_NOISE}_scores"), theirs(f"{SPLIT_BY_NOISE}_ranks")
    place: dict[tuple[str, float], int] = {}
    for score, rank in zip(scores, ranks, strict=True):
        assert score["uCode"] == rank["uCode"]
        for node in list(score)[1:]:
            tie = (node, round(float(score[node]), 9))
            place[tie] = min(place.get(tie, len(ranks)), int(rank[node]))
    expected = [
        {"uCode": row["uCode"]} | {n: str(place[n, round(float(row[n]), 9)]) for n in list(row)[1:]}
        for row in scores
    ]
    changed = sum(e[n] != r[n] for e, r in zip(expected, ranks, strict=True) for n in e)
    assert changed == 11
    assert_same(rows_of(run(*VARIANTS[SPLIT_BY_NOISE]) / "ranks.csv"), expected, exact=True)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="R sums in 80 bits; here are less")
def test_ranks_of_ranks_are_those_of_coinr_where_every_bit_counts(tmp_path):
    method = tmp_path / "exact.yaml"
    method.write_text("ties: exact\n" + BASE.read_text(encoding="utf-8"), encoding="utf-8")
    data = with_the_last_bits(inputs("asem_iData.csv"), tmp_path / "last_bits.csv")
    line = ["index", data, "--meta", inputs("asem_iMeta.csv"), "--method", method,
            "--out", tmp_path / "out", "--set", "normalise.method=rank"]  # fmt: skip
    assert CliRunner().invoke(app, [str(word) for word in line]).exit_code == 0
    assert_same(rows_of(tmp_path / "out/ranks.csv"), theirs(f"{SPLIT_BY_NOISE}_ranks"), exact=True)


def test_table_of_results_agrees_row_by_row(run):
    ours, expected = rows_of(run() / "results.csv"), theirs("results_table_aggs")
    assert list(ours[0]) == list(expected[0])
    assert [row["uCode"] for row in ours] == [row["uCode"] for row in expected]
    assert_same(ours, expected)


@pytest.mark.parametrize(
    ("variant", "file", "table"),
    [
        ("zscore01_amean", "5_normalise", "norm_zscore_0_1"),
        ("rank_amean", "5_normalise", "norm_rank"),
    ],
)
def test_normalised_values_agree(run, variant, file, table):
    assert_same(rows_of(run(*VARIANTS[variant]) / f"stages/{file}.csv"), theirs(table))


def test_column_means_agree(run):
    out = run(*choices("impute.method=column_mean"))
    assert_same(rows_of(out / "stages/2_impute.csv"), theirs("impute_column_mean"))


def test_effective_weights_are_products_of_shares(run):
    rows = {row["iCode"]: row for row in rows_of(run() / "weights.csv")}
    expected = theirs("eff_weights_equal")
    assert rows.keys() == {row["iCode"] for row in expected}
    for row in expected:
        code, product = row["iCode"], 1.0
        while code:
            product *= float(rows[code]["Share"])
            code = rows[code]["Parent"]
        assert product == pytest.approx(float(row["EffWeight"]), rel=1e-9)
        assert rows[row["iCode"]]["Level"] == row["Level"]


def test_weight_0_takes_a_pillar_out(run):
    indices, ranks = [], []
    for pillar in ("Nominal", *PILLARS):
        options = choices(f"weigh.weights={{{pillar}: 0}}") if pillar != "Nominal" else []
        out = run(*options)
        indices.append({r["uCode"]: r["Index"] for r in rows_of(out / "scores.csv")})
        ranks.append({r["uCode"]: r["Index"] for r in rows_of(out / "ranks.csv")})
    for found, table, exact in (
        (indices, "remove_level2_scores", False),
        (ranks, "remove_level2_ranks", True),
    ):
        ours = [
            {"uCode": unit, **{p: found[k][unit] for k, p in enumerate(("Nominal", *PILLARS))}}
            for unit in found[0]
        ]
        assert_same(ours, theirs(table), exact=exact)
    nominal = np.array([int(rank) for rank in ranks[0].values()])
    moved = {
        pillar: np.abs(np.array([int(rank) for rank in ranks[k].values()]) - nominal).mean()
        for k, pillar in enumerate(("Nominal", *PILLARS))
    }
    expected = {
        row["iCode"]: float(row["MeanAbsRankDiff"]) for row in theirs("remove_level2_meanabs")
    }
    assert moved == pytest.approx(expected, rel=1e-9)


def test_availability_of_units_agrees(run):
    out = run(*choices("screen.measured_on=raw"))
    ours, expected = rows_of(out / "stages/3_screen_units.csv"), theirs("data_avail_units")
    there = [{k: v for k, v in row.items() if k != "N_miss_or_zero"} for row in expected]
    assert_same(ours, there)


def test_units_come_in_the_order_of_their_codes(run):
    units = [row["uCode"] for row in rows_of(run() / "scores.csv")]
    assert units == sorted(units) == [row["uCode"] for row in theirs("base_minmax_amean_scores")]
