import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dose import examples
from waspada.interpretation.shrinkage import (
    restricted_likelihood,
    shrink,
    slope_and_curvature,
)

Z = 1.959963984540054
MANY = np.full(5, Z)


def slow(x, se, grid):
    """By the formulas, one region at a time; A from a walk over a grid, I by differences."""
    v = [s * s for s in se]

    def likelihood(a):
        w = [1 / (b + a) for b in v]
        mu = sum(p * q for p, q in zip(w, x, strict=True)) / sum(w)
        fit = sum(p * (q - mu) ** 2 for p, q in zip(w, x, strict=True))
        return np.log(a) + 0.5 * (sum(np.log(w)) - np.log(sum(w)) - fit)

    a = max(grid, key=likelihood)
    h = 1e-3
    bend = 2 * likelihood(a) - likelihood(a * np.exp(h)) - likelihood(a * np.exp(-h))
    bend /= h * h
    w = [1 / (b + a) for b in v]
    mu = sum(p * q for p, q in zip(w, x, strict=True)) / sum(w)
    shrunken, variance = [], []
    for xi, vi in zip(x, v, strict=True):
        b = vi / (vi + a)
        shrunken.append((1 - b) * xi + b * mu)
        vb = (b * (1 - b)) ** 2 / (bend + b * (1 - b))
        variance.append((1 - b) * vi + b * b / sum(w) + vb * (xi - mu) ** 2)
    return a, mu, shrunken, variance


def test_equal_errors_by_hand():
    """n = 5, V = 4, S = 250: log A - 2 log(A + 4) - 125 / (A + 4) is largest where
    (A + 4)^2 - 2 A (A + 4) + 125 A = 0, that is A^2 - 125 A - 16 = 0."""
    x = np.array([40, 45, 50, 55, 60.0])
    found = shrink(x, np.full(5, 2.0), MANY)
    a = (125 + np.sqrt(125**2 + 64)) / 2
    assert found.between == pytest.approx(a)
    assert found.mean == pytest.approx(50)
    np.testing.assert_allclose(found.share, 4 / (4 + a))
    np.testing.assert_allclose(found.score, 50 + (1 - 4 / (4 + a)) * (x - 50))


def test_agrees_with_the_formulas_written_out():
    x, se = [38.0, 45, 51, 52, 66, 49], [1.0, 4, 2, 6, 3, 2.5]
    found = shrink(np.array(x), np.array(se), np.full(6, Z))
    grid = np.linspace(found.between - 1, found.between + 1, 20001)
    a, mu, shrunken, variance = slow(x, se, grid)
    assert found.between == pytest.approx(a, abs=1e-4)
    assert found.mean == pytest.approx(mu, abs=1e-4)
    np.testing.assert_allclose(found.score, shrunken, atol=1e-4)
    np.testing.assert_allclose(found.upper - found.score, 1.959964 * np.sqrt(variance), rtol=1e-4)


def test_regions_that_differ_by_chance_only_are_drawn_together_the_more_the_more_they_are():
    """Without any spread 1 / A = (n - 1) / 2 / (A + V): B = (n - 3) / (n - 1)."""
    for n in (5, 13, 34):
        found = shrink(np.full(n, 50.0), np.full(n, 5.0), np.full(n, Z))
        np.testing.assert_allclose(found.share, (n - 3) / (n - 1))
        np.testing.assert_allclose(found.score, 50)
        assert (found.upper - found.lower < 2 * 1.96 * 5).all()


def test_four_regions_or_errors_of_zero_are_refused():
    x = np.array([40, 50, 60, 70, np.nan])
    assert shrink(x, np.full(5, 2.0), MANY) is None
    assert shrink(np.arange(5) * 10.0, np.array([0, 1, 1, 1, 1.0]), MANY) is None


def test_region_without_a_score_takes_no_part():
    x, se = np.array([40, np.nan, 45, 50, 55, 60.0]), np.full(6, 2.0)
    found = shrink(x, se, np.full(6, 2.0))
    others = shrink(x[[0, 2, 3, 4, 5]], se[:5], np.full(5, 2.0))
    assert np.isnan(found.score[1])
    np.testing.assert_allclose(found.score[[0, 2, 3, 4, 5]], others.score)


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.5, 15)), min_size=5, max_size=20),
)
def test_the_variance_is_at_the_top_and_scores_move_towards_the_mean(regions):
    x, se = (np.array(column) for column in zip(*regions, strict=True))
    found = shrink(x, se, np.full(len(x), 2.0))

    def height(a):
        return np.log(a) + restricted_likelihood(a, x, se**2)

    for a in np.geomspace(1e-3, 1e4, 300):
        assert height(a) <= height(found.between) + 1e-7
    slope, curvature = slope_and_curvature(found.between, x, se**2)
    assert slope == pytest.approx(0, abs=1e-6) and curvature >= 0
    h = 1e-4
    bend = 2 * height(1.0) - height(np.exp(h)) - height(np.exp(-h))
    assert slope_and_curvature(1.0, x, se**2)[1] == pytest.approx(bend / h**2, abs=1e-2, rel=1e-3)
    assert ((found.score - x) * (found.score - found.mean) <= 1e-9).all()


@pytest.mark.parametrize(("between", "worst"), [(0.0, 0.97), (4.0, 0.91), (8.0, 0.91)])
def test_intervals_cover_and_the_error_is_smaller_than_that_of_the_score(between, worst):
    """500 rounds of 13 regions: spread between them, standard errors 2 to 6."""
    chance = np.random.default_rng(3)
    se = np.linspace(2, 6, 13)
    hits, own, drawn = np.zeros(13), 0.0, 0.0
    for _ in range(500):
        truth = chance.normal(50, between, 13)
        x = chance.normal(truth, se)
        found = shrink(x, se, np.full(13, Z))
        hits += (found.lower <= truth) & (truth <= found.upper)
        own += np.square(x - truth).sum()
        drawn += np.square(found.score - truth).sum()
    assert hits.min() / 500 > worst
    assert hits.mean() / 500 > 0.94
    assert drawn < own
