"""Alpha and omega."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.index.analysis import slow_analysis as slow
from tests.core.index.analysis.small import FRAMEWORK, listed, table, with_gaps
from waspada.index.analysis.reliability import (
    cronbach_alpha,
    omega_total,
    one_factor,
    reliability_tables,
    standardised_alpha,
)
from waspada.index.composite.recipe import Cannot


@pytest.mark.parametrize("gaps", [False, True])
def test_alpha_matches_loops(gaps: bool) -> None:
    x = (with_gaps() if gaps else table()).values
    expected = slow.alpha([listed(column) for column in x.T])
    assert cronbach_alpha(x) == pytest.approx(expected, rel=1e-12)


def test_worked_example_of_alpha() -> None:
    x = np.array([[1.0, 1], [2, 3], [3, 2], [4, 10]])
    # variances 5/3 and 50/3, covariance 13/3: 2 (1 - 55/3 / 27)
    assert cronbach_alpha(x) == pytest.approx(2 * (1 - 55 / 81))
    r = 13 / 250**0.5
    assert standardised_alpha(x) == pytest.approx(2 * r / (1 + r))


def test_alpha_of_columns_that_are_the_same_is_one() -> None:
    x = np.arange(5.0)[:, None].repeat(3, axis=1)
    assert cronbach_alpha(x) == pytest.approx(1)


def test_alpha_refuses_one_indicator_and_covariances_that_sum_to_nothing() -> None:
    with pytest.raises(Cannot, match="two indicators"):
        cronbach_alpha(table().values[:, :1])
    x = np.array([1.0, 2, 4])
    with pytest.raises(Cannot, match="positive number"):
        cronbach_alpha(np.column_stack([x, -x]))
    with pytest.raises(Cannot, match="positive number"):
        cronbach_alpha(np.ones((4, 3)))


def test_a_constant_indicator_lowers_alpha_and_has_no_standardised_one() -> None:
    x = table().values.copy()
    x[:, 0] = 2
    assert cronbach_alpha(x) < cronbach_alpha(x[:, 1:])
    with pytest.raises(Cannot, match="has no correlation"):
        standardised_alpha(x)


def test_omega_finds_the_loadings_of_one_factor_exactly() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.4])
    r = np.outer(loadings, loadings)
    np.fill_diagonal(r, 1.0)
    assert one_factor(r) == pytest.approx(loadings, abs=1e-9)
    root = np.linalg.cholesky(r)
    rng = np.random.default_rng(2)
    z = rng.normal(size=(50, 4))
    z -= z.mean(axis=0)
    z = np.linalg.solve(np.linalg.cholesky(z.T @ z), z.T).T  # exactly uncorrelated
    common = loadings.sum() ** 2
    expected = common / (common + (1 - loadings**2).sum())
    assert omega_total(z @ root.T) == pytest.approx(expected, abs=1e-8)


def test_worked_example_omega_of_equal_correlations_is_standardised_alpha() -> None:
    r = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    assert one_factor(r) == pytest.approx([0.5**0.5] * 4)
    assert pytest.approx(4 * 0.5 / (1 + 3 * 0.5)) == 8 / (8 + 2)


def test_one_factor_is_the_fixed_point_of_principal_axis_factoring() -> None:
    r = np.corrcoef(table().values, rowvar=False)
    communalities = np.full(6, 0.5)
    for _ in range(2000):
        reduced = r - np.diag(1 - communalities)
        values, vectors = np.linalg.eigh(reduced)
        communalities = vectors[:, -1] ** 2 * values[-1]
    assert one_factor(r) ** 2 == pytest.approx(communalities, abs=1e-8)


def test_omega_refuses_two_indicators_and_a_communality_of_one() -> None:
    with pytest.raises(Cannot, match="three indicators"):
        omega_total(table().values[:, :2])
    heywood = np.array([[1, 0.9, 0.8], [0.9, 1, 0.4], [0.8, 0.4, 1]])
    with pytest.raises(Cannot, match="Heywood"):
        one_factor(heywood)


def test_tables_tell_alpha_without_each_indicator_and_why_one_is_missing() -> None:
    data = table()
    groups, deleted = reliability_tables(FRAMEWORK, data)
    rows = {row[0]: row for row in groups.rows}
    assert rows["left"][2] == pytest.approx(cronbach_alpha(data.values[:, :3]))
    assert rows["right"][4] is None and "three indicators" in rows["right"][5]
    assert rows["lone"][2] is None and "two indicators" in rows["lone"][5]
    without = {(row[0], row[1]): row for row in deleted.rows}
    assert without["left", "b"][2] == pytest.approx(cronbach_alpha(data.values[:, [0, 2]]))
    rest = data.values[:, [0, 2]].mean(axis=1)
    assert without["left", "b"][3] == pytest.approx(slow.pearson(data.values[:, 1], rest))
    assert without["right", "d"][2] is None
