"""Statistics and availability of small tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.core.index.analysis.small import FRAMEWORK, table
from waspada.index.analysis.availability import node_availability, unit_availability
from waspada.index.analysis.statistics import HEADER, Limits, indicator_statistics
from waspada.index.analysis.table import ancestor, ranks

NAN = np.nan


def of(column: list[float], **limits: Any) -> dict[str, Any]:
    data = replace(table(np.array([column]).T.repeat(6, axis=1)))
    row = indicator_statistics(data, limits=Limits(**limits)).rows[0]
    return dict(zip(HEADER, row, strict=True))


def test_worked_example_of_statistics() -> None:
    found = of([0, 2, 2, 8, NAN])
    assert (found["minimum"], found["maximum"], found["mean"], found["median"]) == (0, 8, 3, 2)
    assert found["standard_deviation"] == pytest.approx(12**0.5)
    assert found["skewness"] == pytest.approx(8 * 3**0.5 / 9)
    assert found["kurtosis"] == pytest.approx(26 / 9)
    counts = ("n_available", "n_nonzero", "n_unique", "n_same")
    assert [found[name] for name in counts] == [4, 3, 3, 2]
    shares = ("share_available", "share_nonzero", "share_unique", "share_same")
    assert [found[name] for name in shares] == [0.8, 0.75, 0.75, 0.5]


def test_flags_follow_their_limits() -> None:
    found = of([0, 0, 0, 5, NAN, NAN])
    assert [found[f"flag_{name}"] for name in ("available", "nonzero", "unique")] == [
        "ok",
        "low",
        "ok",
    ]
    assert of([1, 2, NAN, NAN])["flag_available"] == "low"
    assert of([1, 2, NAN, NAN], available=0.5)["flag_available"] == "ok"
    assert of([1] * 9 + [50])["flag_outliers"] == "outliers"
    assert of([1] * 9 + [50], skew=4)["flag_outliers"] == "ok"


def test_a_constant_indicator_has_no_skewness_and_says_so() -> None:
    found = of([3, 3, 3, 3, 3])
    assert found["skewness"] is None and found["kurtosis"] is None
    assert found["flag_outliers"] == "undefined"
    assert found["standard_deviation"] == 0


def test_an_indicator_without_values_has_empty_cells() -> None:
    found = of([NAN, NAN])
    assert found["mean"] is None
    assert found["n_available"] == 0
    assert found["flag_available"] == "low"
    assert found["flag_unique"] == "none"


def test_one_value_has_no_spread() -> None:
    assert of([7, NAN])["standard_deviation"] is None


def test_worked_example_of_availability() -> None:
    values = np.array([[1, NAN, 0, 4, 5, NAN], [NAN] * 6])
    units, nodes = unit_availability(table(values)), node_availability(FRAMEWORK, table(values))
    assert units.rows[0] == ("u00", 2, 1, 3, pytest.approx(4 / 6), 0.75)
    assert units.rows[1] == ("u01", 6, 0, 6, 0, None)
    assert nodes.header == ("uCode", "left", "right", "lone", "top")
    assert nodes.rows[0] == ("u00", pytest.approx(2 / 3), 1, 0, pytest.approx(4 / 6))


def test_rows_of_a_panel_are_named_by_unit_and_time() -> None:
    panel = table(np.ones((2, 6)), times=(2020, 2021))
    assert unit_availability(panel).rows[1][:2] == ("u01", 2021)


def test_ranks_of_equal_scores_are_the_better_place() -> None:
    values = np.array([[3.0, 1], [5, NAN], [3 + 1e-14, 2], [1, 0.1 + 0.2], [NAN, 0.3]])
    assert ranks(values)[:, 0] == pytest.approx([2, 1, 2, 4, NAN], nan_ok=True)
    assert ranks(values)[:, 1] == pytest.approx([2, NAN, 1, 3, 3], nan_ok=True)


def test_small_measured_values_beside_a_huge_one_keep_their_order() -> None:
    values = np.array([[1e12], [1.0], [2.0], [0.0], [0.0], [-5.0]])
    assert ranks(values, measured=True)[:, 0].tolist() == [1, 3, 2, 4, 4, 6]


def test_each_time_is_ranked_by_itself() -> None:
    values = np.array([[1.0], [5], [2], [4]])
    assert ranks(values, (2020, 2021, 2020, 2021))[:, 0].tolist() == [2, 1, 1, 2]


def test_ancestors_are_found_at_each_level() -> None:
    assert [ancestor(FRAMEWORK, "a", level) for level in (1, 2, 3, 4)] == [
        "a",
        "left",
        "top",
        None,
    ]
    assert ancestor(FRAMEWORK, "left", 2) == "left"
