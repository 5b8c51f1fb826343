"""Counts move in steps of five, everywhere."""

from __future__ import annotations

import re

import pytest

from tests.web.collection.conftest import Hall
from tests.web.people import login
from waspada_web.accounts.models import User
from waspada_web.collection.models import OpenResponse, State
from waspada_web.collection.operations import stop_intake
from waspada_web.collection.queries import in_steps, progress_of


def receive(hall: Hall, number: int, stratum: str = "civil_servants") -> None:
    start = OpenResponse.objects.count()
    OpenResponse.objects.bulk_create(
        OpenResponse(
            round_region=hall.member,
            submission=f"{start + i:032x}",
            body_hash=b"",
            stratum=stratum,
            answers={},
        )
        for i in range(number)
    )


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (4, 0), (5, 5), (9, 5), (14, 10)])
def test_a_count_is_rounded_down_to_steps_of_five(count: int, shown: int) -> None:
    assert in_steps(count) == shown


@pytest.mark.parametrize("number", range(13))
def test_answered_and_missing_tell_no_more_than_the_rounded_number(hall: Hall, number: int) -> None:
    receive(hall, number)
    element = progress_of(hall.member).elements[0]
    shown = (element.received, element.missing, element.percent)
    rounded = in_steps(number)
    assert shown == (rounded, in_steps(12 - rounded), 100 * rounded // 12)


@pytest.mark.parametrize("tail", ["", "layar/"])
def test_pages_show_only_steps_of_five(hall: Hall, tail: str) -> None:
    receive(hall, 7)
    receive(hall, 6, "youth")
    client = login(hall.operator)
    address = f"/kumpulkan/{hall.member.round_id}/63.11/{tail}"
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(address, headers=headers).content.decode()
        shown = {int(number) for number in re.findall(r"<(?:b|strong)>(\d+)</", page)}
        assert shown <= {5, 10}


def test_the_live_part_is_asked_for_by_htmx_and_by_a_link(hall: Hall) -> None:
    client = login(hall.operator)
    address = f"/kumpulkan/{hall.member.round_id}/63.11/"
    page = client.get(address).content.decode()
    assert f'hx-get="{address}"' in page
    assert "Perbarui" in page
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_no_page_tells_how_many_cards_were_used(hall: Hall) -> None:
    client = login(hall.operator)
    address = f"/putaran/{hall.member.round_id}/63.11/"
    before = client.get(address).content.decode()
    receive(hall, 3)
    for number, card in enumerate(hall.cards[:3]):
        hall.send(card.typed, submission=f"{100 + number:032x}")
    stop_intake(by=hall.operator, round_region=hall.member)
    after = client.get(address).content.decode()
    cards = re.compile(r"\d+ kartu")
    assert set(cards.findall(after)) == set(cards.findall(before)) == {"25 kartu"}


def test_with_one_open_hall_collecting_leads_straight_to_it(hall: Hall) -> None:
    response = login(hall.operator).get("/kumpulkan/")
    assert response["Location"] == f"/kumpulkan/{hall.member.round_id}/63.11/"


def test_without_an_open_hall_collecting_says_so(printed_hall: Hall) -> None:
    page = login(printed_hall.operator).get("/kumpulkan/").content.decode()
    assert "Belum ada aula yang sedang mengisi" in page


def test_another_halls_count_does_not_exist_for_me(hall: Hall, outsider: User) -> None:
    client = login(outsider)
    for tail in ("", "layar/"):
        address = f"/kumpulkan/{hall.member.round_id}/63.11/{tail}"
        assert client.get(address).status_code == 404


def test_the_screen_shows_the_address_without_a_code(hall: Hall) -> None:
    for language in ("", "/en"):
        address = f"{language}/kumpulkan/{hall.member.round_id}/63.11/layar/"
        page = login(hall.operator).get(address)
        assert ">testserver/isi<" in page.content.decode()
    assert not any(card.typed in page.content.decode() for card in hall.cards)
    assert hall.member.state == State.OPEN
