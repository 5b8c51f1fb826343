import numpy as np
import pytest
from scipy import special

from waspada.uncertainty.student import normal_quantile, t_quantile

DF = np.array([1, 1.3, 2, 3.7, 4, 9, 30, 99.5, 1999.9, 2000, 1e5, np.inf])


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
def test_quantiles_agree_with_scipy(level):
    np.testing.assert_allclose(
        t_quantile(DF, level), special.stdtrit(DF, (1 + level) / 2), rtol=1e-9
    )


def test_normal_quantile_agrees_with_scipy():
    assert normal_quantile(0.95) == pytest.approx(special.ndtri(0.975), abs=1e-12)


def test_shape_and_missing_values_are_kept():
    found = t_quantile(np.array([[4.0, np.nan], [np.inf, 9.0]]), 0.95)
    assert found.shape == (2, 2)
    assert np.isnan(found[0, 1]) and not np.isnan(found[[0, 1, 1], [0, 0, 1]]).any()
