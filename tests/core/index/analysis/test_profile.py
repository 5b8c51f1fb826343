"""Strengths, weaknesses and summary of a unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.core.index.analysis import slow_analysis as slow
from tests.core.index.analysis.small import FRAMEWORK, listed, table, with_gaps
from waspada.index.analysis.profile import LastPlace, strengths_and_weaknesses, unit_summary
from waspada.index.composite.siblings import arithmetic_scores

VALUES = [
    [9, 1, 5, 3, 1, 2],
    [8, 2, 6, 2, 1, np.nan],
    [7, 3, 7, 1, 0, 4],
]


def found(kind: str, unit: str = "u00", **options: Any) -> list[tuple[str, int]]:
    detail = strengths_and_weaknesses(FRAMEWORK, table(VALUES), units=[unit], **options)
    return [(row[3], row[6]) for row in detail.rows if row[1] == kind]


def test_worked_example_of_strengths_and_weaknesses() -> None:
    assert found("strength", count=2) == [("a", 1), ("d", 1)]
    assert found("weakness", count=2) == [("b", 3), ("c", 3)]


def test_an_indicator_turned_by_its_direction_changes_sides() -> None:
    assert ("b", 1) in found("strength", turn=True)
    assert ("b", 3) in found("weakness", unit="u02", turn=True)


def test_last_place_is_no_strength_but_a_weakness() -> None:
    assert found("strength") == [("a", 1), ("d", 1), ("e", 1)]
    assert ("f", 2) in found("weakness")
    assert ("f", 2) not in found("weakness", last_place=LastPlace.PASSED_OVER)
    assert ("f", 2) in found("strength", last_place=LastPlace.KEPT)


def test_indicators_without_a_value_or_of_too_few_distinct_ones_are_passed_over() -> None:
    assert "f" not in {code for code, _ in found("weakness", unit="u01")}
    assert "e" not in {code for code, _ in found("strength", least_unique=0.7)}


def test_an_indicator_that_tells_no_unit_apart_is_neither_strength_nor_weakness() -> None:
    same = [[5.0, *row[1:]] for row in VALUES]
    rows = strengths_and_weaknesses(FRAMEWORK, table(same)).rows
    assert "a" not in {row[3] for row in rows}


def test_ranks_can_be_those_within_a_group() -> None:
    data = table(VALUES, groups={"size": ("big", "small", "big")})
    rows = strengths_and_weaknesses(FRAMEWORK, data, within="size", units=["u02"]).rows
    assert ("weakness", "a", 2) in {(row[1], row[3], row[6]) for row in rows}


def test_rows_name_indicator_group_and_unit_of_measure() -> None:
    row = strengths_and_weaknesses(FRAMEWORK, table(VALUES)).rows[0]
    assert row == ("u00", "strength", 1, "a", "Ants", "left", 1, 9, "nests")


def test_summary_of_a_unit_begins_with_the_index() -> None:
    data = with_gaps()
    scores = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)
    rows = unit_summary(FRAMEWORK, data, scores, units=["u03"]).rows
    assert [row[2] for row in rows][:5] == ["top", "left", "right", "lone", "a"]
    assert len(rows) == 10
    for _, _, code, _, score, rank in rows:
        column = listed(
            data.values[:, FRAMEWORK.codes.index(code)]
            if code in FRAMEWORK.codes
            else scores[:, FRAMEWORK.node_codes.index(code)]
        )
        assert score == (None if column[3] is None else pytest.approx(column[3]))
        assert rank == slow.rank(column, 3)


def test_summary_can_be_kept_to_some_levels() -> None:
    data = table()
    scores = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)
    rows = unit_summary(FRAMEWORK, data, scores, levels=[2, 3]).rows
    assert len(rows) == 40 * 4
