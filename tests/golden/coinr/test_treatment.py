"""COINr 1.1.14 on ASEM: imputation, treatment, skewness and kurtosis."""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.reference import number, reference_data, rows_of
from waspada.collection.indicators import IndicatorTable
from waspada.index.composite import impute, treat
from waspada.index.composite.model import Step, StepKind
from waspada.index.composite.moments import kurtosis, skewness
from waspada.instrument.framework import Aggregate, Framework, Indicator


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def framework():
    rows = rows_of(reference_data() / "golden/coinr_inputs/asem_iMeta.csv")
    indicators = tuple(
        Indicator(row["iCode"], row["iName"], row["Parent"], int(row["Direction"]))
        for row in rows
        if row["Type"] == "Indicator"
    )
    aggregates = sorted(
        (
            Aggregate(row["iCode"], row["iName"], int(row["Level"]), row["Parent"] or None)
            for row in rows
            if row["Type"] == "Aggregate"
        ),
        key=lambda node: node.level,
    )
    return Framework(indicators, tuple(aggregates), groups=("EurAsia_group",))


@pytest.fixture(scope="module")
def table_of(framework):
    inputs = rows_of(reference_data() / "golden/coinr_inputs/asem_iData.csv")
    group = {row["uCode"]: row["EurAsia_group"] for row in inputs}

    def read(name):
        rows = rows_of(reference_data() / f"golden/coinr_open/{name}.csv")
        rows.sort(key=lambda row: row["uCode"])
        units = tuple(row["uCode"] for row in rows)
        return IndicatorTable(
            units,
            units,
            framework.codes,
            np.array([[number(row[code]) for code in framework.codes] for row in rows]),
            groups={"EurAsia_group": tuple(group[unit] for unit in units)},
        )

    return read


@pytest.fixture(scope="module")
def treated(table_of, framework):
    options = {"method": "winsorise_else_log", "at_most": 5, "skew": 2, "kurtosis": 3.5}
    step = Step("treat", StepKind.TREAT, options)
    return treat.run(table_of("base_stage_screened"), framework, step)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"method": "group_mean", "group": "EurAsia_group"}, "base_stage_imputed"),
        ({"method": "column_mean"}, "impute_column_mean"),
    ],
)
def test_imputed_values_are_those_of_coinr(table_of, framework, options, expected):
    before, after = table_of("base_stage_denominated"), table_of(expected)
    stage = impute.run(before, framework, Step("impute", StepKind.IMPUTE, options))
    close(stage.table.values, after.values)
    filled = {row[0:3:2] for row in stage.details[0].rows}
    gaps = zip(*np.nonzero(np.isnan(before.values)), strict=True)
    assert filled == {(before.units[row], before.indicators[column]) for row, column in gaps}


def test_treated_values_are_those_of_coinr(table_of, treated):
    close(treated.table.values, table_of("base_stage_treated").values)


def test_treatment_details_are_those_of_coinr(treated):
    detail = treated.details[0]
    ours = [dict(zip(detail.header, row, strict=True)) for row in detail.rows]
    theirs = rows_of(reference_data() / "golden/coinr_open/base_treat_details.csv")
    assert [row["indicator"] for row in ours] == [row["iCode"] for row in theirs]
    for our, their in zip(ours, theirs, strict=True):
        for stage, suffix in (("before", "0"), ("winsorised", "1")):
            if not their[f"check_SkewKurt{suffix}.Pass"]:
                assert our[f"passes_{stage}"] is None
                continue
            close(our[f"skewness_{stage}"], float(their[f"check_SkewKurt{suffix}.Skew"]))
            close(our[f"kurtosis_{stage}"], float(their[f"check_SkewKurt{suffix}.Kurt"]))
            passed = their[f"check_SkewKurt{suffix}.Pass"] == "TRUE"
            assert our[f"passes_{stage}"] == ("yes" if passed else "no")
        moved = (our["winsorised_high"] or 0) + (our["winsorised_low"] or 0)
        assert moved == int(their["winsorise.nwin"] or 0)


def test_treated_points_are_those_of_coinr(treated):
    marks = {"winhi": "winsorised_high", "winlo": "winsorised_low"}
    rows = rows_of(reference_data() / "golden/coinr_open/base_treat_points.csv")
    theirs = {
        (row["uCode"], code, marks[mark])
        for row in rows
        for code, mark in row.items()
        if code != "uCode" and mark
    }
    assert {(row[0], row[2], row[3]) for row in treated.details[1].rows} == theirs


@pytest.mark.parametrize("name", ["stats_raw", "stats_treated"])
def test_skewness_and_kurtosis_to_three_figures_are_those_of_coinr(table_of, framework, name):
    if name == "stats_raw":
        inputs = rows_of(reference_data() / "golden/coinr_inputs/asem_iData.csv")
        values = np.array([[number(row[code]) for code in framework.codes] for row in inputs])
    else:
        values = table_of("base_stage_treated").values
    rows = rows_of(reference_data() / f"golden/coinr_open/{name}.csv")
    stats = {row["iCode"]: row for row in rows}
    for kind, moment in (("Skew", skewness(values)), ("Kurt", kurtosis(values))):
        rounded = [float(f"{value:.3g}") for value in moment]
        assert rounded == [float(stats[code][kind]) for code in framework.codes]
