"""Closing through the page: few answers, nobody, two people at once, clicking twice."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.web.collection.conftest import *  # noqa: F403 - the hall and its people
from tests.web.collection.conftest import Hall
from tests.web.people import login
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.models import State
from waspada_web.collection.operations import stop_intake
from waspada_web.index.models import Run


def path(hall: Hall, step: str) -> str:
    return f"/putaran/{hall.member.round_id}/63.11/{step}/"


def closed(hall: Hall, answers: int) -> Client:
    """Answers come in, the intake stops, the operator closes."""
    for number, card in enumerate(hall.cards[:answers]):
        assert hall.send(card.typed, submission=f"{number:032x}").status_code == 200
    stop_intake(by=hall.operator, round_region=hall.member)
    client = login(hall.operator)
    client.post(path(hall, "tutup"))
    return client


@pytest.mark.parametrize("answers", [1, 4, 5])
def test_a_hall_with_few_answers_closes_and_says_what_is_missing(hall: Hall, answers: int) -> None:
    client = closed(hall, answers)
    hall.member.refresh_from_db()
    assert hall.member.state == State.MEASURED
    page = client.get(f"/hasil/{hall.member.round_id}/63.11/").content.decode()
    assert "data belum cukup" in page
    assert ("kurang dari 5 isian" in page) == (answers < 5)
    for address in ("laporan.pdf", "tabel/scores.csv"):
        assert client.get(f"/hasil/{hall.member.round_id}/63.11/{address}").status_code == 200
    for address in ("/hasil/", f"/hasil/{hall.member.round_id}/", "/tindak-lanjut/", "/"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(("answers", "told"), [(1, None), (4, None), (5, 5), (7, 7)])
def test_the_record_of_closing_counts_used_cards_from_five_on(
    hall: Hall, answers: int, told: int | None
) -> None:
    closed(hall, answers)
    details = AuditEntry.objects.get(verb="close-region").details
    assert details.get("used") == told
    assert ("voided" in details) == (told is not None), "printed minus void would tell"


def test_no_record_before_closing_counts_used_cards(hall: Hall) -> None:
    for number, card in enumerate(hall.cards[:3]):
        hall.send(card.typed, submission=f"{number:032x}")
    stop_intake(by=hall.operator, round_region=hall.member)
    told = json.dumps(list(AuditEntry.objects.values_list("details", flat=True)))
    assert "used" not in told
    assert AuditEntry.objects.get(verb="stop-intake").details == {}


def test_the_second_of_two_who_close_hears_that_it_is_done(hall: Hall) -> None:
    client = closed(hall, 5)
    response = client.post(path(hall, "tutup"), follow=True)
    assert "sudah ditutup" in response.content.decode()
    assert Run.objects.count() == 1


def test_computing_again_does_not_draw_another_seed(hall: Hall) -> None:
    """The numbers of a measured round stay as they were read out."""
    client = closed(hall, 5)
    response = client.post(path(hall, "hitung"))
    assert response["Location"] == f"/hasil/{hall.member.round_id}/63.11/"
    assert Run.objects.count() == 1


def test_a_hall_where_nobody_answered_is_not_closed_and_shows_the_way_out(hall: Hall) -> None:
    client = closed(hall, 0)
    hall.member.refresh_from_db()
    assert hall.member.state == State.INTAKE_STOPPED
    page = client.get(f"/putaran/{hall.member.round_id}/63.11/").content.decode()
    assert "Belum ada yang mengisi" in page
    assert "Lanjutkan pengisian" in page
