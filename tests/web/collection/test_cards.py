"""Printing cards."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pypdf import PdfReader

from tests.web.collection.conftest import Hall
from tests.web.people import login
from waspada_web.accounts.models import User
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.codes import ALPHABET, grouped
from waspada_web.collection.errors import CardError, StateError
from waspada_web.collection.models import Card, CardState
from waspada_web.collection.operations import print_cards, save_meeting
from waspada_web.collection.queries import check_pepper, find_card

TYPED = re.compile(rf"\b[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}\b")


def path(hall: Hall) -> str:
    return f"/putaran/{hall.member.round_id}/63.11/rapat/{hall.meeting.pk}/kartu/"


def codes_in(pdf: bytes) -> list[str]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [code for page in pages for code in TYPED.findall(page.extract_text())]


def test_the_pdf_holds_one_working_card_for_each_stored_one(printed_hall: Hall) -> None:
    response = login(printed_hall.operator).post(path(printed_hall), {"again": "yes"})
    assert response["Content-Type"] == "application/pdf"
    codes = codes_in(response.content)
    valid = Card.objects.filter(state=CardState.UNUSED)
    assert len(codes) == len(set(codes)) == valid.count() == 15 + 10
    found = [find_card(code) for code in codes]
    assert {card.pk for card in found} == set(valid.values_list("pk", flat=True))
    assert [card.stratum for card in found] == ["civil_servants"] * 15 + ["youth"] * 10


def test_sheets_are_full_and_each_bowl_begins_a_new_one(printed_hall: Hall) -> None:
    response = login(printed_hall.operator).post(path(printed_hall), {"again": "yes"})
    pages = PdfReader(io.BytesIO(response.content)).pages
    assert [len(TYPED.findall(page.extract_text())) for page in pages] == [0, 10, 5, 10]
    cover = pages[0].extract_text()
    assert "Kartu untuk Kabupaten Balangan" in cover
    assert "selamat pagi" in cover  # the facilitator's script


def test_printing_again_asks_first_and_makes_the_old_cards_void(printed_hall: Hall) -> None:
    client = login(printed_hall.operator)
    asked = client.post(path(printed_hall))
    assert "menjadi batal" in asked.content.decode()
    assert not Card.objects.filter(state=CardState.VOID).exists()
    client.post(path(printed_hall), {"again": "yes"})
    old = find_card(printed_hall.cards[0].typed)
    assert old.state == CardState.VOID
    assert AuditEntry.objects.filter(verb="print-cards").count() == 2


@pytest.mark.parametrize("answers", [0, 1])
def test_cards_of_an_open_region_are_not_printed_again(hall: Hall, answers: int) -> None:
    """Answered or not, page and refusal are the same: neither tells when the first person sent."""
    for card in hall.cards[:answers]:
        hall.send(card.typed)
    with pytest.raises(StateError):
        print_cards(by=hall.operator, meeting=hall.meeting)
    for data in ({}, {"again": "yes"}):
        page = login(hall.operator).post(path(hall), data, follow=True)
        assert "Tambahkan rapat kedua" in page.content.decode()
    assert "Kartu ini sedang dipakai" in login(hall.operator).get(path(hall)).content.decode()
    assert find_card(hall.cards[1].typed).state == CardState.UNUSED


def test_changed_numbers_make_printed_cards_void(printed_hall: Hall) -> None:
    save_meeting(
        by=printed_hall.operator,
        round_region=printed_hall.member,
        held_on=printed_hall.meeting.held_on,
        venue=printed_hall.meeting.venue,
        agenda="",
        expected={"youth": 9},
        meeting=printed_hall.meeting,
    )
    assert not Card.objects.filter(state=CardState.UNUSED).exists()


def test_no_code_and_no_pepper_is_in_the_database(printed_hall: Hall) -> None:
    pepper = Path(settings.PEPPER_FILE).read_text()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [row[0] for row in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    content = repr(rows)
    assert pepper not in content
    for card in printed_hall.cards:
        assert card.typed not in content
        assert grouped(card.typed) not in content
        assert card.secret not in content


def test_another_pepper_opens_no_card(printed_hall: Hall, tmp_path: Path) -> None:
    settings.PEPPER_FILE = tmp_path / "other" / "pepper"
    with pytest.raises(CardError):
        find_card(printed_hall.cards[0].typed)


def test_the_pepper_file_is_readable_by_its_owner_only(printed_hall: Hall) -> None:
    assert Path(settings.PEPPER_FILE).stat().st_mode & 0o077 == 0


def test_cards_of_another_region_do_not_exist_for_me(printed_hall: Hall, outsider: User) -> None:
    client = login(outsider)
    assert client.get(path(printed_hall)).status_code == 404
    assert client.post(path(printed_hall), {"again": "yes"}).status_code == 404
    assert find_card(printed_hall.cards[0].typed).state == CardState.UNUSED


def test_a_double_click_never_voids_a_batch_that_was_just_printed(printed_hall: Hall) -> None:
    with pytest.raises(StateError):
        print_cards(by=printed_hall.operator, meeting=printed_hall.meeting, again=False)
    assert find_card(printed_hall.cards[0].typed).state == CardState.UNUSED


def test_printed_cards_without_their_key_are_not_served(printed_hall: Hall, tmp_path: Path) -> None:
    check_pepper()
    settings.PEPPER_FILE = tmp_path / "lost" / "pepper"
    with pytest.raises(ImproperlyConfigured, match="backup"):
        check_pepper()
    assert not settings.PEPPER_FILE.exists()
    Card.objects.update(state=CardState.VOID)
    check_pepper()
