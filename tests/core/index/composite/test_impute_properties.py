"""Imputation agrees with the slow way, and holds what it promises, for all tables."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_impute_treat as slow
from tests.dose import examples
from waspada.collection.indicators import IndicatorTable
from waspada.index.composite import impute
from waspada.index.composite.model import Step, StepKind
from waspada.instrument.framework import Aggregate, Framework, Indicator

cell = st.integers(-20, 20).map(float) | st.just(math.nan)
centres = st.sampled_from(["mean", "median"])


def rows_of(columns):
    return st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=2, max_size=12)


def run(rows, directions=(1, 1, 1), times=None, units=None, labels=None, **options):
    codes = tuple("ABC"[: len(rows[0])])
    units = units or tuple(f"U{row:02d}" for row in range(len(rows)))
    framework = Framework(
        tuple(Indicator(c, c, "top", direction=d) for c, d in zip(codes, directions, strict=False)),
        (Aggregate("top", "Top", 2, None),),
    )
    groups = {"kind": tuple(labels)} if labels else {}
    table = IndicatorTable(units, units, codes, np.array(rows), times=times, groups=groups)
    step = Step("impute", StepKind.IMPUTE, {"otherwise": "leave", **options})
    stage = impute.run(table, framework, step)
    measured = ~np.isnan(table.values)
    assert (stage.table.values[measured] == table.values[measured]).all()
    assert len(stage.details[0].rows) == int(
        (np.isnan(table.values) & ~np.isnan(stage.table.values)).sum()
    )
    return stage.table.values


def same(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=examples(60), deadline=None)
@given(rows_of(3), centres)
def test_column_centres_are_those_of_the_slow_way(rows, kind):
    same(run(rows, method=f"column_{kind}"), slow.column_centre(rows, kind))


@settings(max_examples=examples(60), deadline=None)
@given(rows_of(2), centres, st.lists(st.sampled_from(["", "x", "y"]), min_size=12, max_size=12))
def test_group_centres_are_those_of_the_slow_way(rows, kind, labels):
    labels = labels[: len(rows)]
    same(
        run(rows, labels=labels, method=f"group_{kind}", group="kind"),
        slow.group_centre(rows, labels, kind),
    )


@settings(max_examples=examples(60), deadline=None)
@given(
    rows_of(3).filter(lambda rows: all(slow.there(c) for c in zip(*rows, strict=True))),
    st.lists(st.sampled_from([1, -1]), min_size=3, max_size=3),
    centres,
)
def test_row_centres_are_those_of_the_slow_way(rows, directions, kind):
    same(run(rows, directions, method=f"row_{kind}"), slow.row_centre(rows, directions, kind))


@settings(max_examples=examples(80), deadline=None)
@given(
    st.lists(
        st.dictionaries(st.integers(2000, 2009), cell, min_size=1, max_size=8),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from(["nearest", "leave"]),
)
def test_filling_along_time_is_that_of_the_slow_way(units, back, ends):
    series = [sorted(unit.items()) for unit in units]
    rows = [[value] for unit in series for _, value in unit]
    times = tuple(time for unit in series for time, _ in unit)
    names = tuple(f"U{i}" for i, unit in enumerate(series) for _ in unit)
    every = sorted(set(times))
    latest = [
        v
        for unit in series
        for v in slow.latest([t for t, _ in unit], [v for _, v in unit], every, back)
    ]
    same(run(rows, times=times, units=names, method="latest", back=back)[:, 0], latest)
    linear = [
        v for unit in series for v in slow.linear([t for t, _ in unit], [v for _, v in unit], ends)
    ]
    same(run(rows, times=times, units=names, method="linear", ends=ends)[:, 0], linear)
