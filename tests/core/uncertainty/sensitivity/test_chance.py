"""Draws are a pure function of seed, input and number."""

import numpy as np
import pytest

from waspada.uncertainty.sensitivity.chance import dirichlet, gamma, uniform


def test_a_draw_computed_alone_is_the_same_draw():
    everything = np.arange(500)
    alone = np.array([421, 3, 77])
    shape = np.tile(np.array([0.0, 0.2, 1.0, 7.5, 300.0]), (500, 1))
    assert np.array_equal(uniform(7, "a", alone, 5), uniform(7, "a", everything, 5)[alone])
    assert np.array_equal(gamma(7, "a", alone, shape[:3]), gamma(7, "a", everything, shape)[alone])


def test_seeds_and_inputs_have_streams_of_their_own():
    draws = np.arange(20)
    one = uniform(7, "a", draws, 3)
    assert not np.isin(one, uniform(8, "a", draws, 3)).any()
    assert not np.isin(one, uniform(7, "b", draws, 3)).any()


def test_uniform_values_fill_the_open_interval_evenly():
    found = uniform(1, "u", np.arange(20_000), 3)
    assert found.min() > 0.0 and found.max() < 1.0
    assert found.mean(axis=0) == pytest.approx([0.5] * 3, abs=0.01)
    assert found.var(axis=0) == pytest.approx([1 / 12] * 3, abs=0.002)
    assert np.abs(np.corrcoef(found.T) - np.eye(3)).max() < 0.03


@pytest.mark.parametrize("shape", [0.15, 0.9, 1.0, 2.5, 40.0])
def test_gamma_values_have_a_gamma_distribution(shape):
    from scipy.stats import kstest

    found = gamma(3, "g", np.arange(20_000), np.full((20_000, 1), shape))[:, 0]
    assert kstest(found, "gamma", args=(shape,)).pvalue > 0.001


def test_dirichlet_shares_have_their_means_and_variances():
    """Mean a_i / a, variance a_i (a - a_i) / a^2 (a + 1)."""
    a = np.array([1.0, 3.0, 6.0, 0.0])
    found = dirichlet(5, "d", np.arange(40_000), np.tile(a, (40_000, 1)))
    assert found.sum(axis=1) == pytest.approx(np.ones(40_000), abs=1e-12)
    assert found.mean(axis=0) == pytest.approx(a / 10, abs=0.005)
    assert found.var(axis=0) == pytest.approx(a * (10 - a) / 1100, abs=0.001)
    assert (found[:, 3] == 0.0).all()


def test_a_tiny_concentration_gives_everything_to_one():
    found = dirichlet(5, "d", np.arange(200), np.full((200, 3), 1e-4))
    assert found.sum(axis=1) == pytest.approx(np.ones(200))
    assert not np.isnan(found).any()
