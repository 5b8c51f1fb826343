"""Analysis of the ASEM example against COINr 1.1.14: each table as its `get_*` function gives it."""

from __future__ import annotations

import csv
from math import floor, log10
from pathlib import Path

import numpy as np
import pytest

from tests.golden.reference import number, reference_data, rows_of
from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.availability import node_availability, unit_availability
from waspada.index.analysis.correlation import correlation_table
from waspada.index.analysis.influence import (
    arithmetic_without,
    each_alone,
    effective_weights,
    leave_out,
    leave_out_tables,
)
from waspada.index.analysis.reliability import cronbach_alpha
from waspada.index.analysis.statistics import HEADER, indicator_statistics
from waspada.index.composite.siblings import arithmetic_scores
from waspada.instrument.framework import Aggregate, Framework, Indicator

NOT_INDICATORS = {"uCode", "uName", "Time"}
FLAGS = {"ok": "ok", "low": "LOW", "outliers": "OUT"}


@pytest.fixture(scope="module")
def open_tables() -> Path:
    return reference_data() / "golden" / "coinr_open"


@pytest.fixture(scope="module")
def framework() -> Framework:
    rows = rows_of(reference_data() / "golden" / "coinr_inputs" / "asem_iMeta.csv")
    indicators = tuple(
        Indicator(
            row["iCode"], row["iName"], row["Parent"], int(row["Direction"]),
            float(row["Weight"]), row["Unit"], denominator=row["Denominator"] or None,
        )
        for row in rows
        if row["Type"] == "Indicator"
    )  # fmt: skip
    nodes = tuple(
        Aggregate(row["iCode"], row["iName"], int(row["Level"]), row["Parent"] or None)
        for row in rows
        if row["Type"] == "Aggregate"
    )
    return Framework(indicators, nodes)


def table_of(path: Path, framework: Framework) -> IndicatorTable:
    """A wide table of COINr, sorted by unit, indicators in the framework's order."""
    rows = sorted(rows_of(path), key=lambda row: row["uCode"])
    values = np.array(
        [[number(row[code].replace("NA", "")) for code in framework.codes] for row in rows]
    )
    units = tuple(row["uCode"] for row in rows)
    return IndicatorTable(units, units, framework.codes, values)


@pytest.fixture(scope="module")
def raw(framework: Framework) -> IndicatorTable:
    return table_of(reference_data() / "golden" / "coinr_inputs" / "asem_iData.csv", framework)


@pytest.fixture(scope="module")
def normalised(framework: Framework, open_tables: Path) -> IndicatorTable:
    return table_of(open_tables / "base_stage_normalised.csv", framework)


LOST_IN_PRINT = {("TolMin", "n_unique"), ("TolMin", "share_unique")}
"""COINr counts 42 values there, but only 40 differ in the 15 digits its tables are printed with."""


def rounds_to(value: float, printed: float, digits: int = 3) -> bool:
    """Whether a value, rounded to significant digits, may be what is printed."""
    if printed == 0:
        return value == 0
    half = 0.5 * 10.0 ** (floor(log10(abs(printed))) - digits + 1)
    return abs(value - printed) <= half * (1 + 1e-9)


@pytest.mark.parametrize("stage", ["raw", "treated"])
def test_statistics_are_those_of_get_stats(
    stage: str, framework: Framework, raw: IndicatorTable, open_tables: Path
) -> None:
    table = raw if stage == "raw" else table_of(open_tables / "base_stage_treated.csv", framework)
    golden = {row["iCode"]: row for row in rows_of(open_tables / f"stats_{stage}.csv")}
    with (open_tables / f"stats_{stage}.csv").open() as file:
        columns = next(csv.reader(file))
    found = indicator_statistics(table)
    assert len(found.rows) == len(golden) == 49
    for row in found.rows:
        expected = golden[row[0]]
        for ours, theirs, name in zip(row[1:], columns[1:], HEADER[1:], strict=True):
            if isinstance(ours, str):
                assert FLAGS[ours] == expected[theirs], (row[0], name)
            else:
                assert rounds_to(float(ours), float(expected[theirs])) is (
                    (row[0], name) not in LOST_IN_PRINT
                ), (row[0], name)


def test_availability_by_unit_is_that_of_get_data_avail(
    raw: IndicatorTable, open_tables: Path
) -> None:
    golden = {row["uCode"]: row for row in rows_of(open_tables / "data_avail_units.csv")}
    found = unit_availability(raw)
    assert len(found.rows) == len(golden) == 51
    for unit, *numbers in found.rows:
        assert numbers == pytest.approx([float(golden[unit][c]) for c in list(golden[unit])[1:]])


def test_availability_by_node_is_that_of_get_data_avail(
    framework: Framework, raw: IndicatorTable, open_tables: Path
) -> None:
    golden = {row["uCode"]: row for row in rows_of(open_tables / "data_avail_groups.csv")}
    found = node_availability(framework, raw)
    assert len(found.rows) == len(golden) == 51
    for row in found.rows:
        for code, share in zip(found.header[1:], row[1:], strict=True):
            assert share == pytest.approx(float(golden[row[0]][code]), rel=1e-12)


def test_effective_weights_are_those_of_get_eff_weights(
    framework: Framework, open_tables: Path
) -> None:
    golden = rows_of(open_tables / "eff_weights_equal.csv")
    found = effective_weights(framework, framework.weights)
    assert len(found) == len(golden) == 60
    for row in golden:
        assert found[row["iCode"]] == pytest.approx(float(row["EffWeight"]), rel=1e-12)


@pytest.mark.parametrize("stage", ["raw", "normalised"])
def test_alpha_of_the_pillars_is_that_of_get_cronbach(
    stage: str,
    framework: Framework,
    raw: IndicatorTable,
    normalised: IndicatorTable,
    open_tables: Path,
) -> None:
    table = raw if stage == "raw" else normalised
    golden = rows_of(open_tables / "cronbach_pillars.csv")
    assert len(golden) == 8
    for row in golden:
        columns = [table.indicators.index(code) for code in framework.children(row["group"])]
        found = cronbach_alpha(table.values[:, columns])
        assert found == pytest.approx(float(row[stage]), rel=1e-9, abs=1e-12)


def test_correlations_of_indicators_are_those_of_get_corr(
    framework: Framework, normalised: IndicatorTable, open_tables: Path
) -> None:
    golden = rows_of(open_tables / "corr_pearson_level1_normalised.csv")
    found = {
        frozenset((first, second)): r
        for first, second, r, *_ in correlation_table(framework, normalised).rows
    }
    assert len(golden) == 49 * 49
    for row in golden:
        if row["Var1"] != row["Var2"]:
            r = found[frozenset((row["Var1"], row["Var2"]))]
            assert r == pytest.approx(float(row["Correlation"]), rel=1e-9, abs=1e-12)


def test_correlations_with_the_parent_are_empty_where_they_may_be_chance(
    framework: Framework, normalised: IndicatorTable, open_tables: Path
) -> None:
    golden = rows_of(open_tables / "corr_pearson_ind_parent_p05.csv")
    scores = arithmetic_scores(framework, normalised, framework.weights)
    table = correlation_table(
        framework, normalised, scores, levels=(1, 2), family=True, largest_p=0.05
    )
    found = {(first, second): r for first, second, r, *_ in table.rows}
    assert len(found) == len(golden) == 49
    for row in golden:
        r = found[row["Var2"], row["Var1"]]
        if row["Correlation"] in ("", "NA"):
            assert r is None
        else:
            assert r == pytest.approx(float(row["Correlation"]), rel=1e-9)


def test_index_without_each_pillar_is_that_of_remove_elements(
    framework: Framework, normalised: IndicatorTable, open_tables: Path
) -> None:
    left_out = leave_out(
        framework,
        framework.weights,
        each_alone(framework, [2]),
        lambda weights: arithmetic_without(framework, normalised, weights),
    )
    summary, scores, ranks = leave_out_tables(normalised, left_out)
    for detail, file in ((scores, "scores"), (ranks, "ranks")):
        golden = {row["uCode"]: row for row in rows_of(open_tables / f"remove_level2_{file}.csv")}
        assert len(detail.rows) == len(golden) == 51
        for row in detail.rows:
            for code, ours in zip(detail.header[1:], row[1:], strict=True):
                expected = float(golden[row[0]]["Nominal" if code == "baseline" else code])
                assert ours == pytest.approx(expected, rel=1e-9 if file == "scores" else 0)
    means = {row["iCode"]: row for row in rows_of(open_tables / "remove_level2_meanabs.csv")}
    assert len(summary.rows) == 8
    for name, mean, *_ in summary.rows:
        assert mean == pytest.approx(float(means[name]["MeanAbsRankDiff"]), rel=1e-9)
