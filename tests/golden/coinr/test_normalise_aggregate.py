"""Normalisation and aggregation give COINr's numbers on the ASEM example."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.golden.reference import number, reference_data, rows_of
from waspada.collection.indicators import IndicatorTable
from waspada.index.composite import aggregate, climb, normalise, rules
from waspada.index.composite.model import Step, StepKind
from waspada.instrument.framework import Aggregate, Framework, Indicator


def folder() -> Path:
    return reference_data() / "golden"


def framework() -> Framework:
    meta = rows_of(folder() / "coinr_inputs/asem_iMeta.csv")

    def common(row: dict[str, str]) -> dict[str, object]:
        return {"direction": int(row["Direction"]), "weight": float(row["Weight"])}

    indicators = [
        Indicator(
            row["iCode"], row["iName"], row["Parent"], target=number(row["Target"]), **common(row)
        )
        for row in meta
        if row["Type"] == "Indicator"
    ]
    aggregates = [
        Aggregate(
            row["iCode"], row["iName"], int(row["Level"]), row["Parent"] or None, **common(row)
        )
        for row in meta
        if row["Type"] == "Aggregate"
    ]
    return Framework(tuple(indicators), tuple(sorted(aggregates, key=lambda a: a.level)))


def table(name: str, columns: tuple[str, ...]) -> IndicatorTable:
    rows = sorted(rows_of(folder() / f"coinr_open/{name}.csv"), key=lambda row: row["uCode"])
    units = tuple(row["uCode"] for row in rows)
    values = np.array([[number(row[code]) for code in columns] for row in rows])
    return IndicatorTable(units, units, columns, values)


def normalised(stage: str, **options: object) -> IndicatorTable:
    asem = framework()
    step = Step("normalise", StepKind.NORMALISE, options)
    data = table(stage, asem.codes)
    if options["method"] == "rank":
        data = with_the_last_bit(data)
    return normalise.run(data, asem, step).table


LOST_BITS = ("BGR", "CZE", "NOR")


def with_the_last_bit(data: IndicatorTable) -> IndicatorTable:
    """COINr's own numbers, where the printed 15 digits made three pairs of values equal.

    In R, TolMin of Bulgaria and the Czech Republic (5.1) is one unit in the last place away from
    that of Greece, and that of Norway (3.4) from that of Japan; ranking sees the difference.
    """
    values, column = data.values.copy(), data.indicators.index("TolMin")
    for unit in LOST_BITS:
        row = data.units.index(unit)
        values[row, column] = np.nextafter(values[row, column], -np.inf)
    return replace(data, values=values)


def test_without_the_lost_bits_only_those_three_ranks_differ() -> None:
    asem = framework()
    step = Step("normalise", StepKind.NORMALISE, {"method": "rank"})
    got = normalise.run(table("base_stage_treated", asem.codes), asem, step).table
    wanted = table("norm_rank", asem.codes)
    rows, columns = np.nonzero(got.values != wanted.values)
    assert {asem.codes[i] for i in columns} == {"TolMin"}
    assert tuple(got.units[i] for i in rows) == LOST_BITS
    np.testing.assert_array_equal(wanted.values[rows, columns] - got.values[rows, columns], 1)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("base_stage_normalised", {"method": "minmax"}),
        ("norm_zscore_0_1", {"method": "zscore"}),
        ("norm_rank", {"method": "rank"}),
    ],
)
def test_normalised_values_agree(expected: str, options: dict[str, object]) -> None:
    got = normalised("base_stage_treated", **options)
    wanted = table(expected, got.indicators)
    assert got.units == wanted.units
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-9, atol=1e-12)


CHAINS = [
    ("base_minmax_amean", "base_stage_treated", {"method": "minmax"}, "arithmetic"),
    ("zscore01_amean", "base_stage_treated", {"method": "zscore"}, "arithmetic"),
    (
        "zscore10_2_gmean",
        "base_stage_treated",
        {"method": "zscore", "mean": 10.0, "sd": 2.0},
        "geometric",
    ),
    ("rank_amean", "base_stage_treated", {"method": "rank"}, "arithmetic"),
    (
        "minmax1_100_gmean",
        "base_stage_treated",
        {"method": "minmax", "lower": 1, "upper": 100},
        "geometric",
    ),
    ("noimpute_minmax_amean", "base_stage_denominated", {"method": "minmax"}, "arithmetic"),
]


@pytest.mark.parametrize(("name", "stage", "options", "mean"), CHAINS)
def test_scores_and_ranks_of_every_node_agree(
    name: str, stage: str, options: dict[str, object], mean: str
) -> None:
    asem = framework()
    step = Step("aggregate", StepKind.AGGREGATE, {"method": mean})
    data = normalised(stage, **options)
    scores, _, _ = aggregate.run(data, asem, step, asem.weights)
    wanted = table(f"{name}_scores", asem.node_codes)
    assert data.units == wanted.units
    np.testing.assert_allclose(scores, wanted.values, rtol=1e-9, atol=1e-12)
    ranks = table(f"{name}_ranks", asem.node_codes).values
    ahead = (scores[:, None] < scores[None] - 1e-9).sum(axis=1)
    level = (np.abs(scores[:, None] - scores[None]) <= 1e-9).sum(axis=1)
    assert (ranks > ahead).all() and (ranks <= ahead + level).all()
    np.testing.assert_array_equal(ranks[level == 1], ahead[level == 1] + 1)
    if np.finfo(np.longdouble).nmant == 63:  # R sums in 80 bits, and so do we where we can
        np.testing.assert_array_equal(ranks, (scores[:, None] < scores[None]).sum(axis=1) + 1)


def test_effective_weights_of_equal_weights_agree() -> None:
    asem = framework()
    weights = np.array([entry.weight for entry in asem.entries])
    got = climb.effective_entries(asem, weights)
    rows = rows_of(folder() / "coinr_open/eff_weights_equal.csv")
    wanted = {row["iCode"]: number(row["EffWeight"]) for row in rows if row["EffWeight"]}
    for entry, share in zip(asem.entries, got, strict=True):
        assert share == pytest.approx(wanted[entry.code], rel=1e-9)


def test_scores_of_two_hundred_weight_draws_agree_with_one_draw_at_a_time() -> None:
    asem = framework()
    data = normalised("base_stage_treated", method="minmax", lower=1.0)
    draws = np.random.default_rng(1).uniform(0.5, 1.5, (200, len(asem.entries)))
    for mean in ("arithmetic", "geometric"):
        step = Step("aggregate", StepKind.AGGREGATE, {"method": mean})
        together = climb.climb_weights(data.values, asem, draws, rules.plan_of(step.options, asem))
        for draw in (0, 7, 199):
            weights = dict(zip((entry.code for entry in asem.entries), draws[draw], strict=True))
            alone, _, _ = aggregate.run(data, replace(asem), step, weights)
            np.testing.assert_allclose(together[draw], alone, rtol=1e-12)
