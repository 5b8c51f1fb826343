"""COINr's tables and ours, side by side, joined by the columns that name a row."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.golden.reference import number, reference_data, rows_of

RELATIVE, ABSOLUTE = 1e-9, 1e-12


def theirs(name: str) -> list[dict[str, str]]:
    return rows_of(reference_data() / "golden/coinr_open" / f"{name}.csv")


def inputs(name: str) -> Path:
    return reference_data() / "golden/coinr_inputs" / name


def assert_same(
    ours: list[dict[str, str]],
    expected: list[dict[str, str]],
    *,
    key: str = "uCode",
    exact: bool = False,
) -> None:
    """The same rows, and the same numbers in every column that COINr's table has."""
    found = {row[key]: row for row in ours}
    assert found.keys() == {row[key] for row in expected}
    columns = [column for column in expected[0] if column != key]
    got, wanted = (
        np.array([[number(row[c]) for c in columns] for row in rows])
        for rows in ([found[row[key]] for row in expected], expected)
    )
    assert np.isfinite(wanted).any()
    if exact:
        np.testing.assert_array_equal(got, wanted)
    else:
        np.testing.assert_allclose(got, wanted, rtol=RELATIVE, atol=ABSOLUTE)
