"""Anchoring vignettes after King and Wand (2007)."""

from itertools import product
from math import log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.instruments import instrument, item
from waspada.errors import QualityError
from waspada.instrument import read_instrument
from waspada.interpretation.vignettes import (
    find_vignettes,
    least_entropy,
    places,
    use_of_vignettes,
)

ROOT = Path(__file__).parents[3]

EXAMPLES = {  # own, z_1, z_2: the 13 cases of table 1, places low to high
    (1, 2, 3): (1, 1), (2, 2, 3): (2, 2), (2, 1, 3): (3, 3), (3, 1, 3): (4, 4), (3, 1, 2): (5, 5),
    (1, 2, 2): (1, 1), (2, 2, 2): (2, 4), (3, 2, 2): (5, 5), (1, 3, 2): (1, 1), (2, 3, 2): (1, 4),
    (2, 3, 1): (1, 5), (2, 2, 1): (2, 5), (3, 2, 1): (5, 5),
}  # fmt: skip


def slow_places(own, vignettes):
    found = []
    levels = [-np.inf, *vignettes, np.inf]
    for j in range(len(levels) - 1):
        if levels[j] < own < levels[j + 1]:
            found.append(2 * j + 1)
        if j > 0 and own == levels[j]:
            found.append(2 * j)
    return min(found), max(found)


@pytest.mark.parametrize(("case", "expected"), EXAMPLES.items())
def test_the_thirteen_cases_of_king_and_wand(case, expected):
    low, high = places(np.array([case[0]]), np.array([case[1:]]))
    assert (low[0], high[0]) == expected == slow_places(case[0], case[1:])


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 4), min_size=1, max_size=20))
def test_places_equal_the_slow_rule(rows):
    table = np.array(rows, dtype=float)
    low, high = places(table[:, 0], table[:, 1:])
    expected = [slow_places(row[0], row[1:]) for row in table.tolist()]
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == expected


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=6))
def test_least_entropy_is_the_least_of_all_choices(ranges):
    lows = np.array([low for low, _ in ranges])
    highs = np.minimum(lows + np.array([width for _, width in ranges]), 5)
    best = min(
        sum(-c / len(chosen) * log2(c / len(chosen)) for c in map(chosen.count, set(chosen)))
        for chosen in product(
            *(range(a, b + 1) for a, b in zip(lows.tolist(), highs.tolist(), strict=True))
        )
    )
    assert least_entropy(lows, highs, 5) == pytest.approx(best, abs=1e-12)


def test_two_regions_with_the_same_rating_but_another_use_of_the_scale():
    """docs/method/interpretation.md: all say 50; those who rate every vignette lower place their
    own region above the middle one."""
    vignettes = np.array([[0.0, 25.0, 75.0], [0.0, 25.0, 75.0]])
    found = use_of_vignettes(np.array([50.0, 50.0]), vignettes)
    assert (found.own, found.adjusted) == (50.0, pytest.approx(400 / 6))
    assert found.entropy == found.least_entropy == found.interval == 0


def test_orders_ties_and_blanks_are_counted():
    vignettes = np.array([[25, 50, 75], [50, 25, 75], [25, 25, 75], [25, np.nan, 75]], dtype=float)
    found = use_of_vignettes(np.array([50.0, 50.0, 25.0, 50.0]), vignettes)
    assert found.n == 3
    assert (found.order_violated, found.ties, found.interval) == pytest.approx(
        (1 / 3,) * 2 + (2 / 3,)
    )
    assert found.least_entropy <= found.entropy


def test_nobody_with_vignettes_and_too_many_vignettes_are_refused():
    with pytest.raises(QualityError, match="Nobody rated"):
        use_of_vignettes(np.array([np.nan]), np.zeros((1, 3)))
    with pytest.raises(QualityError, match="4 vignettes"):
        use_of_vignettes(np.zeros(1), np.zeros((1, 4)))


def test_the_vulnerability_questionnaire_has_three_vignettes_in_order_and_others_none():
    asked = read_instrument(ROOT / "instruments" / "kerawanan-pilkada-contoh")
    own, vignettes = find_vignettes(asked)
    assert own == "overall_vulnerability_self"
    assert vignettes == ("vignette_low", "vignette_medium", "vignette_high")
    assert find_vignettes(instrument([item("p")])) is None
