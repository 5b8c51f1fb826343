"""A node above indicators and nodes at once, as an instrument may have."""

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.report import analyse
from waspada.index.analysis.table import groups_at
from waspada.index.composite.build import aggregated, build
from waspada.index.composite.method import parse_method
from waspada.instrument.framework import Aggregate, Framework, Indicator

FRAMEWORK = Framework(
    indicators=(
        Indicator("a", "A", "top"), Indicator("b", "B", "low"), Indicator("c", "C", "low"),
    ),
    aggregates=(Aggregate("low", "Low", 2, "top"), Aggregate("top", "Top", 3, None)),
)  # fmt: skip


def test_a_group_belongs_to_the_level_of_its_highest_child():
    assert groups_at(FRAMEWORK, 1) == [("low", ("b", "c"))]
    assert groups_at(FRAMEWORK, 2) == [("top", ("a", "low"))]


def test_an_index_of_mixed_levels_is_analysed():
    values = np.random.default_rng(2).normal(50, 9, (9, 3))
    units = tuple("ABCDEFGHI")
    table = IndicatorTable(units, units, ("a", "b", "c"), values)
    method = parse_method("steps:\n  - normalise\n  - aggregate\n", framework=FRAMEWORK)
    built = build(FRAMEWORK, table, method)
    tables = {d.name: d for d in analyse(built, lambda weights: aggregated(built, weights))}
    groups = [row[0] for row in tables["reliability"].rows]
    assert groups == ["low", "top"]
    assert [row[0] for row in tables["reliability_raw"].rows] == ["low"]
