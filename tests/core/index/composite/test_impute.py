"""Imputation by column, group, row and time: worked examples, refusals, what is reported."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import impute
from waspada.index.composite.model import Step, StepKind
from waspada.instrument.framework import Aggregate, Framework, Indicator

NAN = math.nan
UNITS = ("AA", "BB", "CC", "DD")

FRAMEWORK = Framework(
    (
        Indicator("A", "A", "left"),
        Indicator("B", "B", "left", direction=-1),
        Indicator("C", "C", "left"),
        Indicator("D", "D", "right"),
    ),
    (
        Aggregate("left", "Left", 2, "top"),
        Aggregate("right", "Right", 2, "top"),
        Aggregate("top", "Top", 3, None),
    ),
    groups=("kind",),
)

TABLE = IndicatorTable(
    UNITS,
    UNITS,
    ("A", "B", "C", "D"),
    np.array(
        [
            [0.0, 100.0, NAN, 1.0],
            [10.0, 50.0, 40.0, 2.0],
            [NAN, 0.0, 20.0, NAN],
            [4.0, 80.0, 30.0, 9],
        ]
    ),
    groups={"kind": ("x", "x", "y", "y")},
)

PANEL = IndicatorTable(
    ("P", "P", "P", "P", "Q", "Q", "Q"),
    ("P", "P", "P", "P", "Q", "Q", "Q"),
    ("A", "B", "C", "D"),
    np.array(
        [
            [3.0, NAN, 7.0, 1.0],
            [NAN, 5.0, 8.0, 1.0],
            [NAN, NAN, NAN, 1.0],
            [9.0, 6.0, NAN, 1.0],
            [1.0, 1.0, NAN, NAN],
            [2.0, NAN, NAN, 4.0],
            [3.0, 1.0, NAN, NAN],
        ]
    ),
    times=(2019, 2020, 2021, 2023, 2019, 2021, 2023),
)


def run(table=TABLE, framework=FRAMEWORK, **options):
    return impute.run(table, framework, Step("impute", StepKind.IMPUTE, options))


def filled(stage):
    """(unit, indicator) -> value, as the stage reports it."""
    return {(row[0], row[2]): row[3] for row in stage.details[0].rows}


def values(stage, code):
    return stage.table.values[:, stage.table.indicators.index(code)].tolist()


# Columns, groups, constants -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "a", "c", "d"), [("column_mean", 14 / 3, 30, 4), ("column_median", 4, 30, 2)]
)
def test_a_gap_gets_the_centre_of_its_column(method, a, c, d):
    assert filled(run(method=method)) == pytest.approx(
        {("CC", "A"): a, ("AA", "C"): c, ("CC", "D"): d}
    )


def test_a_gap_gets_the_centre_of_its_group():
    stage = run(method="group_mean", group="kind")
    assert filled(stage) == {("CC", "A"): 4, ("AA", "C"): 40, ("CC", "D"): 9}
    assert {row[4:] for row in stage.details[0].rows} == {
        ("group_mean", "x"),
        ("group_mean", "y"),
    }


def test_every_filled_cell_is_listed_and_no_measured_value_changes():
    stage = run(method="column_median")
    measured = ~np.isnan(TABLE.values)
    assert (stage.table.values[measured] == TABLE.values[measured]).all()
    detail = stage.details[0]
    assert detail.name == "imputed"
    assert detail.header == ("unit", "time", "indicator", "value", "recipe", "basis")
    assert len(detail.rows) == int((~measured).sum())
    assert stage.notes == ("Imputation: 3 of 16 values were filled in.",)


def test_a_group_without_a_value_is_refused_with_unit_indicator_and_step():
    table = replace(TABLE, groups={"kind": ("x", "x", "y", "x")})
    with pytest.raises(StepError, match="nothing to be filled from") as caught:
        run(table, method="group_mean", group="kind")
    assert caught.value.facts == {
        "step": "impute",
        "indicators": ("A", "D"),
        "units": ("CC",),
    }


def test_a_unit_without_a_group_is_refused_left_or_given_the_column():
    table = replace(TABLE, groups={"kind": ("x", "x", "", "y")})
    with pytest.raises(StepError, match='unit "CC"'):
        run(table, method="group_mean", group="kind")
    left = run(table, method="group_mean", group="kind", otherwise="leave")
    assert np.isnan(left.table.values).sum() == 2
    assert left.details[1].name == "left_missing"
    assert left.details[1].rows == (
        ("CC", None, "A", "group_mean"),
        ("CC", None, "D", "group_mean"),
    )
    assert left.notes[1] == "Imputation: 2 values stay missing."
    column = run(table, method="group_mean", group="kind", otherwise="column")
    assert filled(column)["CC", "D"] == 4
    assert ("CC", None, "D", 4.0, "group_mean", "all units") in column.details[0].rows


def test_a_group_the_data_do_not_have_is_refused():
    with pytest.raises(StepError, match=r'no group "size"\. Name one of: kind'):
        run(method="group_mean", group="size")


def test_an_indicator_without_any_value_is_refused():
    table = replace(TABLE, values=np.where([True, True, True, False], TABLE.values, NAN))
    with pytest.raises(StepError, match='indicator "D", units "AA", "BB", "CC", "DD"'):
        run(table, method="column_mean")
    assert np.isnan(values(run(table, method="column_mean", otherwise="leave"), "D")).all()


def test_a_constant_fills_every_gap():
    assert set(filled(run(method="constant", value=0)).values()) == {0.0}


def test_a_table_without_gaps_passes_through():
    table = replace(TABLE, values=np.ones((4, 4)))
    for method in ("column_mean", "row_mean", "em", "multiple"):
        stage = run(table, method=method)
        assert (stage.table.values == 1).all()
        assert [(d.name, d.rows) for d in stage.details] == [("imputed", ())]


# Rows ---------------------------------------------------------------------------------------------


def test_worked_example_of_a_row_mean():
    # CC: B is 0, the best with direction -1, so 1; C is 20, the lowest, so 0; their mean 0.5
    # of the range 0..10 of A. AA: A 0 -> 0, B 100 -> 0; their mean 0 of the range 20..40 of C.
    stage = run(method="row_mean", per={"D": "none"})
    assert filled(stage) == pytest.approx({("CC", "A"): 5, ("AA", "C"): 20})


def test_a_row_without_another_value_in_its_part_is_refused():
    with pytest.raises(StepError, match='indicator "D", unit "CC"'):
        run(method="row_mean")


def test_rows_can_be_taken_over_the_whole_framework():
    # CC: 1 and 0 again; D has the range 1..9
    stage = run(method="row_median", level=3)
    assert filled(stage)["CC", "D"] == pytest.approx(5)
    with pytest.raises(StepError, match="no level 4"):
        run(method="row_mean", level=4)


def test_rows_of_one_scale_need_no_scaling():
    stage = run(method="row_mean", scale="none", per={"D": "none"})
    assert filled(stage) == {("CC", "A"): 10, ("AA", "C"): 50}


def test_a_constant_indicator_does_not_spoil_a_row():
    table = replace(
        TABLE, values=np.array([[7, 10, 1.0, 1], [7, 0, 3.0, 1], [NAN, 5, NAN, 1], [7, 5, 2, 1]])
    )
    stage = run(table, method="row_mean")
    assert filled(stage) == {("CC", "A"): 7, ("CC", "C"): 2}


# Time ---------------------------------------------------------------------------------------------


def test_the_latest_value_before_fills_a_gap_and_says_its_time():
    stage = run(PANEL, method="latest")
    assert values(stage, "A")[:4] == [3, 3, 3, 9]
    assert values(stage, "C")[:4] == [7, 8, 8, 8]
    assert np.isnan(values(stage, "B")[0])
    rows = stage.details[0].rows
    assert ("P", 2023, "C", 8.0, "latest", "2020") in rows
    assert ("Q", 2023, "D", 4.0, "latest", "2021") in rows
    assert {row[:3] for row in stage.details[1].rows} == {
        ("P", 2019, "B"),
        ("Q", 2019, "C"),
        ("Q", 2021, "C"),
        ("Q", 2023, "C"),
        ("Q", 2019, "D"),
    }


def test_looking_back_counts_times_of_the_data_and_not_years():
    stage = run(PANEL, method="latest", back=1)
    assert values(stage, "C")[:3] == [7, 8, 8]
    assert np.isnan(values(stage, "C")[3])
    # Q has no row in 2020: one time back from 2021 is 2020, two are 2019
    assert np.isnan(values(stage, "B")[5])
    assert values(run(PANEL, method="latest", back=2), "B")[5] == 1


def test_the_beginning_can_take_the_first_value():
    assert values(run(PANEL, method="latest", beginning="nearest"), "B")[0] == 5


def test_a_line_in_time_uses_the_distance_in_years():
    stage = run(PANEL, method="linear")
    assert values(stage, "A")[:4] == [3, 4.5, 6, 9]
    assert values(stage, "B")[:4] == pytest.approx([5, 5, 5 + 1 / 3, 6])
    assert values(stage, "C")[:4] == [7, 8, 8, 8]
    assert values(stage, "D")[4:] == [4, 4, 4]
    assert ("P", 2021, "B", pytest.approx(16 / 3), "linear", "2020 to 2023") in list(
        stage.details[0].rows
    )


def test_a_line_in_time_can_stop_at_the_measured_times():
    stage = run(PANEL, method="linear", ends="leave")
    assert np.isnan(values(stage, "B")[0])
    assert values(stage, "B")[2] == pytest.approx(5 + 1 / 3)
    assert np.isnan(values(stage, "D")[4])


def test_what_time_cannot_fill_can_be_refused():
    with pytest.raises(StepError, match='indicator "C", units "Q 2019", "Q 2021", "Q 2023"'):
        run(PANEL, method="linear", otherwise="refuse")


@pytest.mark.parametrize("method", ["latest", "linear"])
def test_without_time_there_is_no_earlier_value(method):
    with pytest.raises(StepError, match="The data have no time"):
        run(method=method)
    with pytest.raises(StepError, match="looks along time"):
        run(PANEL, method=method, over="time")


def test_each_time_can_be_imputed_on_its_own():
    stage = run(PANEL, method="column_mean", over="time", otherwise="leave")
    assert values(stage, "D")[4:] == [1, 4, 1]
    # 2021: P has none and Q 2
    assert values(stage, "A")[2] == 2


# Options ------------------------------------------------------------------------------------------


def test_single_indicators_get_their_own_recipe():
    stage = run(
        method="group_mean",
        group="kind",
        per={"A": {"method": "constant", "value": 1}, "D": {"otherwise": "column"}},
    )
    assert filled(stage) == {("CC", "A"): 1, ("AA", "C"): 40, ("CC", "D"): 9}
    assert {row[4] for row in stage.details[0].rows} == {"constant", "group_mean"}


def test_what_one_indicator_is_filled_with_does_not_fill_another():
    alone = run(method="row_mean", per={"D": "none"})
    mixed = run(method="row_mean", per={"A": {"method": "constant", "value": 900}, "D": "none"})
    assert filled(alone)["AA", "C"] == filled(mixed)["AA", "C"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "mean"}, 'no method "mean"'),
        ({}, "No method is named"),
        ({"method": "group_mean"}, '"group" is missing'),
        ({"method": "column_mean", "otherwise": "guess"}, "otherwise"),
        ({"method": "none", "per": {"Z": "constant"}}, '"per" names "Z"'),
        (
            {"method": "multiple", "per": {"A": {"imputations": 3}}},
            "different numbers of imputations",
        ),
    ],
)
def test_faults_of_the_options_are_told_before_anything_is_filled(options, words):
    assert any(words in problem for problem, _ in impute.check(options, FRAMEWORK))
    with pytest.raises(StepError, match='Step "impute"'):
        run(**options)


def test_every_recipe_says_what_it_means():
    for name, recipe in impute.RECIPES.items():
        assert recipe.name == name
        assert recipe.meaning.endswith(".")
