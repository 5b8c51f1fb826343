"""A hall in Balangan: an operator, a draft round, printed cards, an open region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.web.factories import make_person, make_regions, make_round
from waspada_web.accounts.models import RoleKind, User
from waspada_web.collection.codes import CardCodes
from waspada_web.collection.models import Meeting, RoundRegion
from waspada_web.collection.operations import open_region, print_cards, save_meeting

CODE = "63.11"
SUBMISSION = "0123456789abcdef" * 2
EXPECTED = {"civil_servants": 12, "youth": 8}


@dataclass
class Hall:
    operator: User
    member: RoundRegion
    meeting: Meeting
    cards: list[CardCodes]
    strata: list[str]

    def send(
        self,
        code: str,
        answers: Mapping[str, str] | None = None,
        *,
        submission: str = SUBMISSION,
        to: str = "send",
        language: str = "",
    ) -> HttpResponse:
        data = {"code": code, "submission": submission, "to": to}
        data |= {f"a.{item}": choice for item, choice in (answers or {}).items()}
        response = Client().post(f"{language}/isi/", data)
        assert isinstance(response, HttpResponse)
        return response


@pytest.fixture
def operator(db: None) -> User:
    make_regions()
    return make_person(RoleKind.OPERATOR, CODE, title="Operator Kesbangpol Balangan")


@pytest.fixture
def outsider(operator: User) -> User:
    return make_person(RoleKind.OPERATOR, "63.05", title="Operator Kesbangpol Tapin")


@pytest.fixture
def member(operator: User) -> RoundRegion:
    return make_round([CODE], is_synthetic=False).regions.get()


@pytest.fixture
def printed_hall(operator: User, member: RoundRegion) -> Hall:
    """Cards are printed; the region is still a draft."""
    meeting = save_meeting(
        by=operator,
        round_region=member,
        held_on=date(2024, 9, 18),
        venue="Aula kantor bupati, Paringin",
        agenda="",
        expected=EXPECTED,
    )
    printed = print_cards(by=operator, meeting=meeting)
    return Hall(
        operator=operator,
        member=member,
        meeting=meeting,
        cards=[card.codes for card in printed],
        strata=[card.bowl.stratum for card in printed],
    )


@pytest.fixture
def hall(printed_hall: Hall) -> Hall:
    """The same, opened."""
    open_region(by=printed_hall.operator, round_region=printed_hall.member)
    return printed_hall
