"""Screening and denomination."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_chain
from tests.core.index.composite.chain_of_tests import FRAMEWORK, NAN, TABLE
from tests.dose import examples
from waspada.errors import StepError
from waspada.index.composite import denominate, screen
from waspada.index.composite.model import Step, StepKind
from waspada.index.composite.recipe import Cannot

cell = st.one_of(st.none(), st.just(0.0), st.floats(-9, 9, allow_subnormal=False))
table = st.integers(1, 12).flatmap(
    lambda k: st.lists(st.lists(cell, min_size=k, max_size=k), min_size=1, max_size=6)
)
share = st.integers(0, 12).map(lambda n: Fraction(n, 12))


def array(rows):
    return np.array([[NAN if v is None else v for v in row] for row in rows])


def screening(**options):
    return Step("screen", StepKind.SCREEN, {"method": "available", **options})


def units(stage):
    return stage.table.units


@settings(max_examples=examples(200), deadline=None)
@given(table, share, share)
def test_a_row_passes_exactly_where_its_shares_reach_the_limits(rows, least, nonzero):
    found = screen.shares(array(rows))
    limits = {"at_least": float(least), "nonzero_at_least": float(nonzero)}
    both = screen.enough_of_both(found, **limits).tolist()
    assert both == [slow_chain.passes(r, at_least=least, nonzero_at_least=nonzero) for r in rows]
    available = screen.enough_available(found, **limits).tolist()
    assert available == [slow_chain.passes(r, at_least=least) for r in rows]


@pytest.mark.parametrize(
    ("options", "stay"),
    [
        ({"at_least": 0.9}, ("A", "B")),
        ({"at_least": 2 / 3}, ("A", "B", "C", "D")),
        ({"at_least": 0.9, "keep": ["D"]}, ("A", "B", "D")),
        ({"at_least": 0.0, "drop": ["B", "C"]}, ("A", "D")),
        ({"method": "nonzero", "nonzero_at_least": 0.7}, ("B", "C", "D")),
        ({"method": "both", "at_least": 0.9, "nonzero_at_least": 0.7}, ("B",)),
        ({"method": "none", "drop": ["A"]}, ("B", "C", "D")),
    ],
)
def test_units_that_stay(options, stay):
    stage = screen.run(TABLE, FRAMEWORK, screening(**options))
    assert units(stage) == stay
    assert stage.table.groups["Zone"] == tuple("nnss"["ABCD".index(u)] for u in stay)
    assert len(stage.table.denominators["Pop"]) == len(stay)
    included = {row[0]: row[5] for row in stage.details[0].rows}
    assert included == {u: int(u in stay) for u in "ABCD"}


def test_the_side_table_says_why():
    step = screening(at_least=0.9, keep=["D"], drop=["B"])
    (detail,) = screen.run(TABLE, FRAMEWORK, step).details
    assert detail.header == (
        "uCode",
        "N_missing",
        "N_zero",
        "Dat_Avail",
        "Non_Zero",
        "Included",
        "Reason",
    )
    assert [row[-1] for row in detail.rows] == ["", "dropped by name", "available", "kept by name"]
    assert detail.rows[0][1:5] == (0, 1, 1.0, 1 - 1 / 3)


def test_a_unit_without_any_value_is_told_apart():
    values = TABLE.values.copy()
    values[1] = NAN
    empty = replace(TABLE, values=values)
    stage = screen.run(empty, FRAMEWORK, screening(method="nonzero"))
    assert units(stage) == ("A", "C", "D")
    assert stage.details[0].rows[1][-3:] == (None, 0, "no value")


def test_the_limit_is_reached_in_spite_of_floating_point():
    found = screen.shares(array([[None] * 3 + [1.0] * 7, [None] * 4 + [1.0] * 6]))
    assert screen.enough_available(found, at_least=0.7).tolist() == [True, False]


def test_raw_values_can_be_measured_after_imputation():
    filled = replace(TABLE, values=np.nan_to_num(TABLE.values, nan=1.0)).pick(np.array([3, 0, 2]))
    step = screening(at_least=0.9, measured_on="raw")
    assert units(screen.run(filled, FRAMEWORK, step, TABLE)) == ("A",)
    assert units(screen.run(filled, FRAMEWORK, screening(at_least=0.9), TABLE)) == ("D", "A", "C")


def test_a_panel_is_screened_row_by_row_but_named_units_go_altogether():
    panel = replace(TABLE, units=("A", "A", "B", "B"), times=(1, 2, 1, 2))
    stage = screen.run(panel, FRAMEWORK, screening(at_least=0.9))
    assert (stage.table.units, stage.table.times) == (("A", "A"), (1, 2))
    assert stage.details[0].header[:2] == ("uCode", "Time")
    assert stage.notes == ("Left out: B 1, B 2.",)
    stage = screen.run(panel, FRAMEWORK, screening(method="none", drop=["A"]))
    assert stage.table.units == ("B", "B")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"at_least": 1.0, "drop": ["A", "B"]}, "No unit passes"),
        ({"keep": ["Atlantis"]}, 'unit "Atlantis": The data have no such unit'),
    ],
)
def test_a_screen_that_cannot_be_is_refused(options, told):
    with pytest.raises(StepError, match=told):
        screen.run(TABLE, FRAMEWORK, screening(**options))


# Denomination ---------------------------------------------------------------------------------


def dividing(**options):
    return Step("denominate", StepKind.DENOMINATE, {"method": "divide", **options})


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=8), st.floats(0.01, 1000))
def test_division_is_division_and_refuses_0(pairs, factor):
    values, divisor = array(pairs).T
    zero = [i for i, (v, d) in enumerate(pairs) if v is not None and d == 0]
    if zero:
        with pytest.raises(Cannot) as caught:
            denominate.divide(values, divisor, factor=factor)
        assert caught.value.rows == tuple(zero)
        return
    slow = [None if d == 0 else slow_chain.divided(v, d, factor) for v, d in pairs]
    found = denominate.divide(values, divisor, factor=factor)
    np.testing.assert_allclose(found, array([slow])[0], rtol=1e-12)


def test_indicators_are_divided_by_the_denominator_of_meta():
    stage = denominate.run(TABLE, FRAMEWORK, dividing())
    np.testing.assert_array_equal(stage.table.values[:, 0], [2, 4, 3, 4])
    np.testing.assert_array_equal(stage.table.values[:, 1:], TABLE.values[:, 1:])
    assert stage.details[0].rows == (("a", "Pop", 1.0, 0),)
    np.testing.assert_array_equal(TABLE.values[:, 0], [2, 4, 9, 8])


def test_another_denominator_and_a_factor_for_one_indicator():
    per = {"a": {"method": "none"}, "c": {"by": "Area", "factor": 10}}
    stage = denominate.run(TABLE, FRAMEWORK, dividing(per=per))
    np.testing.assert_array_equal(stage.table.values[:, 0], TABLE.values[:, 0])
    np.testing.assert_array_equal(stage.table.values[:, 2], [0, 25, 100, NAN])


def test_a_missing_denominator_makes_the_value_missing_and_says_so():
    table = replace(TABLE, denominators={"Pop": np.array([1.0, NAN, 3.0, -2.0])})
    stage = denominate.run(table, FRAMEWORK, dividing())
    np.testing.assert_array_equal(stage.table.values[:, 0], [2, NAN, 3, -4])
    assert stage.notes == (
        '"a" is missing where "Pop" is: B.',
        '"a": the denominator "Pop" is negative: D.',
    )


def test_a_denominator_of_0_is_refused_with_unit_indicator_and_step():
    table = replace(TABLE, denominators={"Pop": np.array([1.0, 0.0, 3.0, 0.0])})
    with pytest.raises(StepError) as caught:
        denominate.run(table, FRAMEWORK, dividing())
    assert caught.value.facts == {"step": "denominate", "indicators": ("a",), "units": ("B", "D")}
    assert 'Step "denominate", indicator "a", units "B", "D": The denominator "Pop" is 0.' in str(
        caught.value
    )


def test_a_denominator_of_0_below_a_missing_value_harms_nobody():
    values = TABLE.values.copy()
    values[1, 0] = NAN
    table = replace(TABLE, values=values, denominators={"Pop": np.array([1.0, 0.0, 3.0, 2.0])})
    stage = denominate.run(table, FRAMEWORK, dividing())
    np.testing.assert_array_equal(stage.table.values[:, 0], [2, NAN, 3, 4])
