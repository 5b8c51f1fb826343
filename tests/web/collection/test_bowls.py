"""Which cards lie in which bowl."""

from __future__ import annotations

import pytest

from waspada.instrument.model import Stratum, Text
from waspada_web.collection.bowls import Bowl, share_out

STRATA = [
    Stratum(code, Text(code, code), merge_into=into)
    for code, into in [
        ("asn", "lain"),
        ("pers", "akademisi"),
        ("akademisi", "pers"),
        ("pemuda", "ormas"),
        ("ormas", "lain"),
        ("lain", None),
    ]
]


def test_each_element_of_five_or_more_has_its_own_bowl() -> None:
    bowls = share_out({"asn": 12, "pemuda": 5, "ormas": 0}, STRATA)
    assert bowls == (Bowl("asn", ("asn",), 12), Bowl("pemuda", ("pemuda",), 5))


def test_a_small_element_shares_the_bowl_of_the_element_it_merges_into() -> None:
    bowls = share_out({"pemuda": 4, "ormas": 9}, STRATA)
    assert bowls == (Bowl("ormas", ("pemuda", "ormas"), 13),)


def test_two_small_elements_that_name_each_other_share_one_bowl() -> None:
    bowls = share_out({"pers": 3, "akademisi": 2}, STRATA)
    assert bowls == (Bowl("pers", ("pers", "akademisi"), 5),)


def test_a_bowl_that_is_still_small_goes_on_to_the_next_one() -> None:
    bowls = share_out({"pemuda": 2, "ormas": 1, "lain": 6}, STRATA)
    assert bowls == (Bowl("lain", ("pemuda", "ormas", "lain"), 9),)


def test_a_bowl_with_nowhere_to_go_stays_small_and_says_so() -> None:
    (bowl,) = share_out({"lain": 3}, STRATA)
    assert bowl.is_small


@pytest.mark.parametrize(("expected", "cards"), [(5, 7), (10, 12), (11, 14), (60, 72)])
def test_a_fifth_is_added_as_spares_and_never_fewer_than_two(expected: int, cards: int) -> None:
    assert Bowl("asn", ("asn",), expected).cards == cards


def test_nobody_expected_means_no_bowl() -> None:
    assert share_out({}, STRATA) == ()
