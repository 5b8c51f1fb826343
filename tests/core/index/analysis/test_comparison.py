"""Two versions side by side."""

from __future__ import annotations

import numpy as np
import pytest

from waspada.index.analysis.comparison import compare_versions

FIRST = (("x", "y", "z", "w"), np.array([10.0, 20, 30, np.nan]))
SECOND = (("z", "y", "v", "x"), np.array([5.0, 25, 26, 5]))


def test_worked_example_of_a_comparison() -> None:
    table, movers, summary = compare_versions((FIRST[0], SECOND[0]), (FIRST[1], SECOND[1]))
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["z"] == (30, 5, 25, 1, 3, -2, 2)
    assert rows["y"] == (20, 25, -5, 2, 2, 0, 0)
    assert rows["x"] == (10, 5, 5, 3, 3, 0, 0)
    assert rows["v"] == (None, 26, None, None, 1, None, None)
    assert rows["w"] == (None,) * 7
    assert [row[0] for row in movers.rows] == ["z", "x", "y"]
    found = dict(summary.rows)
    assert (found["n_both"], found["n_only_first"], found["n_only_second"]) == (3, 0, 1)
    assert found["mean_rank_distance"] == pytest.approx(2 / 3)
    assert found["share_same_rank"] == pytest.approx(2 / 3)
    assert found["pearson_correlation"] == pytest.approx(0.0)


def test_a_version_compared_with_itself_differs_nowhere() -> None:
    table, movers, summary = compare_versions((FIRST[0], FIRST[0]), (FIRST[1], FIRST[1]), biggest=2)
    assert all(row[3] in (0, None) and row[6] in (0, None) for row in table.rows)
    assert len(movers.rows) == 2
    found = dict(summary.rows)
    assert found["kendall_correlation"] == pytest.approx(1)
    assert found["largest_rank_distance"] == 0


def test_versions_without_a_common_unit_have_no_agreement() -> None:
    _, movers, summary = compare_versions((("a",), ("b",)), (np.array([1.0]), np.array([2.0])))
    assert movers.rows == ()
    assert dict(summary.rows)["mean_rank_distance"] is None
    assert dict(summary.rows)["spearman_correlation"] is None
