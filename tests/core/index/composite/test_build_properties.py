"""What holds for every table: the order of rows, the size of weights, the kind of file."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.core.index.composite.chain_of_tests import FRAMEWORK, NAN, TABLE, method_of
from tests.dose import examples
from waspada.collection.indicators import read_indicators
from waspada.errors import StepError
from waspada.index.composite.build import build, rebuild

METHOD = method_of("denominate", "normalise", "weigh", "aggregate")

value = st.one_of(st.just(NAN), st.integers(-50, 50).map(float), st.floats(-1e6, 1e6, width=32))
values = st.lists(st.lists(value, min_size=3, max_size=3), min_size=4, max_size=4)


def built_of(rows, framework=FRAMEWORK, method=METHOD):
    table = replace(TABLE, values=np.array(rows, dtype=float))
    try:
        return build(framework, table, method)
    except StepError:
        assume(False)


@settings(max_examples=examples(60), deadline=None)
@given(values, st.floats(0.001, 1000), st.floats(0.001, 1000))
def test_only_ratios_of_weights_among_siblings_matter(rows, below_left, below_top):
    heavier = replace(
        FRAMEWORK,
        indicators=tuple(
            replace(i, weight=i.weight * (below_left if i.parent == "left" else 1))
            for i in FRAMEWORK.indicators
        ),
        aggregates=tuple(replace(n, weight=n.weight * below_top) for n in FRAMEWORK.aggregates),
    )
    one, other = built_of(rows), built_of(rows, heavier)
    np.testing.assert_allclose(other.scores, one.scores, rtol=1e-9, atol=1e-9)


@settings(max_examples=examples(60), deadline=None)
@given(values)
def test_every_score_lies_on_the_scale_or_is_missing_where_nothing_is_below(rows):
    built = built_of(rows)
    scores, there = built.scores, ~np.isnan(built.table.values)
    assert ((scores > -1e-9) & (scores < 100 + 1e-9) | np.isnan(scores)).all()
    expected = [there[:, :2].any(axis=1), there[:, 2], there.any(axis=1)]
    np.testing.assert_array_equal(~np.isnan(scores), np.column_stack(expected))


@settings(max_examples=examples(30), deadline=None)
@given(values, st.floats(-5, 5), st.floats(10, 20), st.booleans())
def test_a_rebuild_equals_a_build(rows, lower, upper, drop):
    base = built_of(rows)
    dropped = ("denominate",) if drop else ()
    try:
        again = rebuild(base, {"normalise.lower": lower, "normalise.upper": upper}, dropped)
    except StepError:
        assume(False)
    afresh = build(FRAMEWORK, base.stages[0].table, again.method)
    np.testing.assert_array_equal(again.scores, afresh.scores)


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(values, st.permutations(range(4)), st.permutations(range(7)))
def test_the_order_of_rows_and_columns_is_irrelevant(tmp_path, rows, order, columns):
    header = ["uCode", "Zone", "Pop", "Area", "a", "b", "c"]
    lines = [
        [u, z, u_pop, 1, *r]
        for u, z, u_pop, r in zip("ABCD", "nnss", (1, 1, 3, 2), rows, strict=True)
    ]
    found = []
    for picked, across in ((range(4), range(7)), (order, columns)):
        with (tmp_path / "data.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([header[c] for c in across])
            for r in picked:
                cells = ["" if x != x else x for x in lines[r]]
                writer.writerow([cells[c] for c in across])
        found.append(read_indicators(tmp_path / "data.csv", FRAMEWORK))
    one, other = found
    assert one.units == other.units and one.groups == other.groups
    np.testing.assert_array_equal(one.values, np.array(rows))
    np.testing.assert_array_equal(one.values, other.values)


def test_an_infinite_parameter_is_recorded_as_text():
    from waspada.publication.composite import _json

    assert _json({"power": float("inf"), "per": {"x": [-float("inf"), 1.5]}}) == {
        "power": ".inf",
        "per": {"x": ["-.inf", 1.5]},
    }


def test_a_note_on_a_panel_names_unit_and_time():
    panel = replace(
        TABLE,
        units=("A", "A", "B", "B"),
        times=(1, 2, 1, 2),
        denominators={"Pop": np.array([1.0, NAN, 1.0, 2.0])},
    )
    built = build(FRAMEWORK, panel, METHOD)
    assert built.stage("denominate").notes == ('"a" is missing where "Pop" is: A 2.',)
    zero = replace(panel, denominators={"Pop": np.array([1.0, 1.0, 1.0, 0.0])})
    with pytest.raises(StepError, match='unit "B 2"'):
        build(FRAMEWORK, zero, METHOD)
