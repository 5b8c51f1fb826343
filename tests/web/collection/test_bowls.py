"""Which cards lie in which bowl."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.web.people import login
from waspada.instrument.model import Stratum, Text
from waspada_web.accounts.models import User
from waspada_web.collection.bowls import Bowl, share_out
from waspada_web.collection.models import RoundRegion
from waspada_web.collection.operations import (
    close_region,
    open_region,
    print_cards,
    save_meeting,
    stop_intake,
    submit,
)
from waspada_web.collection.queries import instrument_of_round
from waspada_web.index.operations import measure_round
from waspada_web.index.queries import tables_of

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
    assert bowls == (Bowl(("asn",), 12), Bowl(("pemuda",), 5))


def test_a_small_element_shares_the_bowl_of_the_element_it_merges_into() -> None:
    bowls = share_out({"pemuda": 4, "ormas": 9}, STRATA)
    assert bowls == (Bowl(("pemuda", "ormas"), 13),)


def test_two_small_elements_that_name_each_other_share_one_bowl() -> None:
    bowls = share_out({"pers": 3, "akademisi": 2}, STRATA)
    assert bowls == (Bowl(("pers", "akademisi"), 5),)


def test_a_bowl_that_is_still_small_goes_on_to_the_next_one() -> None:
    bowls = share_out({"pemuda": 2, "ormas": 1, "lain": 6}, STRATA)
    assert bowls == (Bowl(("pemuda", "ormas", "lain"), 9),)


def test_a_bowl_with_nowhere_to_go_stays_small_and_says_so() -> None:
    (bowl,) = share_out({"lain": 3}, STRATA)
    assert bowl.is_small


@pytest.mark.parametrize(("expected", "cards"), [(5, 7), (10, 12), (11, 14), (60, 72)])
def test_a_fifth_is_added_as_spares_and_never_fewer_than_two(expected: int, cards: int) -> None:
    assert Bowl(("asn",), expected).cards == cards


def test_nobody_expected_means_no_bowl() -> None:
    assert share_out({}, STRATA) == ()


def test_two_required_elements_that_share_a_bowl_are_both_represented(
    operator: User, member: RoundRegion
) -> None:
    """Press and academics of four each draw from one bowl; neither may count as missing, or the
    region would be told that its data are not enough although these people answered."""
    six = ("civil_servants", "religious_leaders", "community_organisations", "youth")
    expected = dict.fromkeys(six, 6) | {"news_media": 4, "academics": 4}
    meeting = save_meeting(
        by=operator,
        round_region=member,
        held_on=date(2024, 9, 18),
        venue="Aula",
        agenda="",
        expected=expected,
    )
    printed = print_cards(by=operator, meeting=meeting)
    open_region(by=operator, round_region=member)
    items = instrument_of_round(member.round).index_items
    for number, card in enumerate(printed):
        scale = instrument_of_round(member.round).scale_of(items[0])
        answers = {items[0].code: scale.choices[number % 5].code}
        submit(code=card.codes.typed, submission=f"{number:032x}", answers=answers)
    shared = {card.bowl.stratum for card in printed if len(card.bowl.members) > 1}
    assert shared == {"news_media+academics"}
    page = Client().post("/isi/", {"code": printed[-1].codes.typed}).content.decode()
    assert (
        "Media massa + Akademisi"
        in login(operator).get(f"/kumpulkan/{member.round_id}/63.11/").content.decode()
    )
    assert "sudah dipakai" in page
    stop_intake(by=operator, round_region=member)
    close_region(by=operator, round_region=member)
    tables = tables_of(measure_round(member.round, by=operator, seed=1, replicates=100))
    states = {row.element: row.state for row in tables.elements}
    assert states["news_media"] == states["academics"] == "merged"
    (category,) = tables.categories
    assert "elements_missing" not in category.flags
