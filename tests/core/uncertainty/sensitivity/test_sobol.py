"""Sobol indices where the true values are known, and what must not matter."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.uncertainty.sensitivity import slow
from tests.dose import examples
from waspada.uncertainty.sensitivity.sobol import sobol_indices, sobol_points


def design(function, n, dimensions, seed=1, groups=None):
    """f at A, at B and at A with each group of columns from B."""
    a, b = sobol_points(n, dimensions, seed=seed)
    mixed = []
    for group in groups or [[i] for i in range(dimensions)]:
        x = a.copy()
        x[:, group] = b[:, group]
        mixed.append(function(x))
    return function(a)[:, None], function(b)[:, None], np.array(mixed)[:, :, None]


def indices(a, b, mixed, resamples=50):
    return sobol_indices(a, b, mixed, chance=np.random.default_rng(0), resamples=resamples)


def ishigami(x, *, a=7.0, b=0.1):
    z = math.pi * (2.0 * x - 1.0)
    return np.sin(z[:, 0]) + a * np.sin(z[:, 1]) ** 2 + b * z[:, 2] ** 4 * np.sin(z[:, 0])


def ishigami_truth(a=7.0, b=0.1):
    first = 0.5 * (1.0 + b * math.pi**4 / 5.0) ** 2
    second = a**2 / 8.0
    both = b**2 * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    v = first + second + both
    return [first / v, second / v, 0.0], [(first + both) / v, second / v, both / v]


def test_ishigami_has_its_analytic_indices():
    runs = [indices(*design(ishigami, 4096, 3, seed=seed), resamples=2) for seed in range(8)]
    first, total = ishigami_truth()
    assert np.mean([r.first[:, 0] for r in runs], axis=0) == pytest.approx(first, abs=0.006)
    assert np.mean([r.total[:, 0] for r in runs], axis=0) == pytest.approx(total, abs=0.006)


def test_more_rows_come_closer_to_ishigami():
    truth = np.concatenate(ishigami_truth())
    errors = []
    for n in (64, 512, 4096):
        runs = [indices(*design(ishigami, n, 3, seed=s), resamples=2) for s in range(8)]
        found = np.array([np.concatenate([r.first[:, 0], r.total[:, 0]]) for r in runs])
        errors.append(np.sqrt(((found - truth) ** 2).mean()))
    assert errors[1] < errors[0] / 2 and errors[2] < errors[1] / 2


def test_a_sum_has_indices_in_proportion_to_the_variances():
    weights = np.array([1.0, 2.0, 3.0, 0.0])
    found = indices(*design(lambda x: 50.0 + x @ weights, 4096, 4))
    truth = weights**2 / (weights**2).sum()
    assert found.first[:, 0] == pytest.approx(truth, abs=0.005)
    assert found.total[:, 0] == pytest.approx(truth, abs=0.005)


def test_a_product_of_two_has_an_interaction_of_a_seventh():
    """x y with x, y uniform on 0..1: V = 7/144, V_x = 1/48, so S = 3/7 and T = 4/7."""
    found = indices(*design(lambda x: x[:, 0] * x[:, 1], 4096, 2))
    assert found.first[:, 0] == pytest.approx([3 / 7, 3 / 7], abs=0.005)
    assert found.total[:, 0] == pytest.approx([4 / 7, 4 / 7], abs=0.005)


def test_a_group_of_inputs_counts_as_one():
    weights = np.array([1.0, 2.0, 3.0])
    found = indices(*design(lambda x: x @ weights, 4096, 3, groups=[[0, 1], [2]]))
    assert found.first[:, 0] == pytest.approx([5 / 14, 9 / 14], abs=0.005)


def test_the_intervals_of_ishigami_hold_the_truth():
    found = indices(*design(ishigami, 2048, 3), resamples=500)
    first, total = ishigami_truth()
    for truth, interval in ((first, found.first_interval), (total, found.total_interval)):
        assert (interval[0, :, 0] <= truth).all() and (truth <= interval[1, :, 0]).all()


@given(
    st.floats(-1e3, 1e3, allow_nan=False), st.integers(0, 1000), st.sampled_from([1.0, 0.01, 30.0])
)
@settings(max_examples=examples(40), deadline=None)
def test_adding_a_constant_to_the_output_changes_nothing(constant, seed, scale):
    chance = np.random.default_rng(seed)
    a, b = scale * chance.random((2, 32, 2))
    mixed = np.where(chance.random((3, 32, 2)) < 0.5, a, b)
    before, after = indices(a, b, mixed), indices(a + constant, b + constant, mixed + constant)
    for name in ("first", "total", "first_interval", "total_interval"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), rel=1e-9, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=examples(40), deadline=None)
def test_indices_are_those_computed_row_by_row(seed):
    chance = np.random.default_rng(seed)
    a, b, mixed = chance.random((16, 1)), chance.random((16, 1)), chance.random((3, 16, 1))
    found = indices(a, b, mixed, resamples=2)
    first, total = slow.sobol(a[:, 0].tolist(), b[:, 0].tolist(), mixed[:, :, 0].tolist())
    assert found.first[:, 0] == pytest.approx(first, rel=1e-10, abs=1e-10)
    assert found.total[:, 0] == pytest.approx(total, rel=1e-10, abs=1e-10)


def test_a_row_with_a_failed_run_is_left_out_and_counted():
    chance = np.random.default_rng(3)
    a, b, mixed = chance.random((8, 2)), chance.random((8, 2)), chance.random((2, 8, 2))
    mixed[1, 5, 0] = np.nan
    found = indices(a, b, mixed)
    rest = np.delete(np.arange(8), 5)
    without = indices(a[rest], b[rest], mixed[:, rest])
    assert found.n.tolist() == [7.0, 8.0]
    assert found.first[:, 0] == pytest.approx(without.first[:, 0], rel=1e-12)


def test_an_output_that_never_moves_has_no_indices():
    a = np.full((8, 1), 41.3)
    found = indices(a, a, np.array([a, a]))
    assert np.isnan(found.first).all() and np.isnan(found.total_interval).all()


def test_the_number_of_points_is_a_power_of_two():
    with pytest.raises(ValueError, match="power of two"):
        sobol_points(100, 2, seed=1)
