"""Weights of tables however poor: numbers of 0 or more, or a refusal that names the step."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite.test_weigh import FRAMEWORK, MINIMAL, step, table
from tests.dose import examples
from waspada.errors import StepError
from waspada.index.composite.doubt import benefit_of_the_doubt
from waspada.index.composite.judgement import priorities
from waspada.index.composite.spread import entropies
from waspada.index.composite.weigh import RECIPES, run

cell = st.sampled_from([0.0, 1.0, 2.0, 2.0, 3.5, 40.0, -1.0, 1e9, np.nan])


@pytest.mark.parametrize("name", RECIPES)
@given(
    rows=st.lists(st.lists(cell, min_size=5, max_size=5), min_size=1, max_size=8),
    constant=st.sets(st.integers(0, 4), max_size=2),
)
@settings(max_examples=examples(15), deadline=None)
def test_poor_tables_give_weights_of_0_or_more_or_a_refusal(
    name: str, rows: list[list[float]], constant: set[int]
) -> None:
    data = table(np.array(rows))
    for k in constant:
        data.values[:, k] = 4.0
    try:
        weights, _, _ = run(data, FRAMEWORK, step(name, **MINIMAL.get(name, {})), FRAMEWORK.weights)
    except StepError as refusal:
        assert 'Step "weigh"' in refusal.message
    else:
        assert all(isfinite(weight) and weight >= 0 for weight in weights.values())


positive = st.floats(0.1, 100).map(lambda x: round(x, 3))


@given(st.lists(st.lists(positive, min_size=3, max_size=3), min_size=2, max_size=8))
@settings(max_examples=examples(25), deadline=None)
def test_a_unit_better_everywhere_never_scores_lower_in_the_doubt(rows: list[list[float]]) -> None:
    values = np.array(rows)
    scores, weights = benefit_of_the_doubt(values)
    assert scores.max() == pytest.approx(1)
    assert (weights >= 0).all()
    better = (values[:, None] >= values[None]).all(axis=2)
    assert (scores[:, None] >= scores[None] - 1e-9)[better].all()


@given(st.lists(positive, min_size=2, max_size=9))
@settings(max_examples=examples(30), deadline=None)
def test_consistent_comparisons_give_back_the_weights_they_were_made_of(w: list[float]) -> None:
    found = priorities(np.array(w)[:, None] / np.array(w)[None, :])
    assert found.weights == pytest.approx(np.array(w) / sum(w), rel=1e-6)
    assert np.isnan(found.ratio) or found.ratio < 1e-6


@given(st.lists(positive, min_size=2, max_size=20), st.floats(0.01, 100))
@settings(max_examples=examples(30), deadline=None)
def test_entropy_lies_between_0_and_1_and_knows_no_unit_of_measure(
    x: list[float], c: float
) -> None:
    column = np.array(x)[:, None]
    assert -1e-12 <= entropies(column)[0] <= 1 + 1e-12
    assert entropies(c * column)[0] == pytest.approx(entropies(column)[0])


@given(st.floats(0.01, 100), st.floats(-50, 50))
@settings(max_examples=examples(10), deadline=None)
def test_pca_weights_know_no_unit_of_measure(factor: float, shift: float) -> None:
    data = table()
    other = replace(data, values=data.values * [factor, 1, 1, 1, 1] + [shift, 0, 0, 0, 0])
    first, second = (run(t, FRAMEWORK, step("pca"), FRAMEWORK.weights)[0] for t in (data, other))
    assert list(first.values()) == pytest.approx(list(second.values()), rel=1e-6)
