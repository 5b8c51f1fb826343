"""Principal components, KMO and Bartlett."""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.index.analysis import slow_analysis as slow
from tests.core.index.analysis.small import FRAMEWORK, listed, table
from waspada.index.analysis.components import component_tables, sampling_adequacy
from waspada.index.composite.principal import principal_components
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import arithmetic_scores


def test_components_rebuild_the_correlation_matrix() -> None:
    x = table().values
    found = principal_components(x)
    rebuilt = found.loadings @ found.loadings.T
    assert rebuilt == pytest.approx(np.corrcoef(x, rowvar=False), abs=1e-12)
    assert found.eigenvalues == pytest.approx(np.linalg.svd(rebuilt, compute_uv=False))
    assert found.explained.sum() == pytest.approx(1)


def test_signs_of_components_are_fixed_whatever_the_order_of_units() -> None:
    x = table().values
    found, turned = principal_components(x), principal_components(x[::-1])
    assert found.vectors == pytest.approx(turned.vectors, abs=1e-10)
    assert (found.vectors.sum(axis=0) >= 0).all()


def test_kmo_matches_gauss_jordan() -> None:
    x = table().values
    assert sampling_adequacy(x).kmo == pytest.approx(slow.kmo([listed(c) for c in x.T]))


def test_worked_example_of_kmo_and_bartlett_of_two_columns() -> None:
    x = np.array([[1.0, 1], [2, 3], [3, 2], [4, 10]])
    found = sampling_adequacy(x)
    r2 = 169 / 250
    assert found.kmo == pytest.approx(0.5)  # with two columns partial and plain are the same
    assert found.chi_square == pytest.approx(-(4 - 1 - 9 / 6) * np.log(1 - r2))
    assert found.df == 1
    assert found.p == pytest.approx(0.1936, abs=1e-4)


def test_columns_that_follow_from_others_have_no_adequacy() -> None:
    x = table().values.copy()
    x[:, 2] = x[:, 0] + x[:, 1]
    with pytest.raises(Cannot, match="less than 6 things"):
        sampling_adequacy(x)
    with pytest.raises(Cannot, match="less than 6 things"):
        sampling_adequacy(table().values[:5])
    with pytest.raises(Cannot, match="One indicator"):
        sampling_adequacy(table().values[:, :1])


def test_tables_have_every_group_and_say_why_one_is_missing() -> None:
    data = table()
    data.values[:, 4] = 3
    components, loadings, adequacy = component_tables(FRAMEWORK, data)
    assert [row[0] for row in components.rows] == ["left"] * 3 + ["lone"]
    assert len(loadings.rows) == 9 + 1
    problems = {row[0]: row[-1] for row in adequacy.rows}
    assert problems["left"] == ""
    assert problems["right"].startswith("e: The same value")
    assert problems["lone"].startswith("One indicator")


def test_components_of_a_higher_level_look_at_scores() -> None:
    data = table()
    scores = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)
    components, _, adequacy = component_tables(FRAMEWORK, data, scores, level=2)
    expected = principal_components(scores[:, :3]).eigenvalues
    assert [row[2] for row in components.rows] == pytest.approx(expected)
    assert {row[0] for row in adequacy.rows} == {"top"}
