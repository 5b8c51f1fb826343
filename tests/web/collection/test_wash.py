"""Closing leaves no trace of who came when."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from scipy.stats import spearmanr

from tests.web.collection.conftest import Hall
from tests.web.people import login
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.errors import StateError
from waspada_web.collection.models import (
    Card,
    CardState,
    OpenResponse,
    Response,
    RoundRegion,
    State,
)
from waspada_web.collection.operations import close_region, stop_intake
from waspada_web.index.models import Run

N = 3000


def database_bytes() -> bytes:
    """Everything on disk: the file and its write-ahead log."""
    path = Path(str(connection.settings_dict["NAME"]))
    return b"".join(
        file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name)
    )


def close(hall: Hall) -> None:
    stop_intake(by=hall.operator, round_region=hall.member)
    close_region(by=hall.operator, round_region=hall.member)


@pytest.mark.django_db(transaction=True)
def test_stored_order_says_nothing_about_arrival(hall: Hall) -> None:
    OpenResponse.objects.bulk_create(
        OpenResponse(
            round_region=hall.member,
            submission=f"{arrival:032x}",
            body_hash=b"",
            stratum="youth",
            answers={"arrival": arrival},
        )
        for arrival in range(N)
    )
    close(hall)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM collection_response ORDER BY rowid")
        by_row = [int(row[0].split(":")[1].rstrip("}")) for row in cursor.fetchall()]
        cursor.execute("SELECT answers FROM collection_response ORDER BY key")
        by_key = [int(row[0].split(":")[1].rstrip("}")) for row in cursor.fetchall()]
    assert sorted(by_row) == list(range(N))
    for order in (by_row, by_key):
        assert abs(spearmanr(np.arange(N), order).statistic) <= 0.07


@pytest.mark.django_db(transaction=True)
def test_submission_ids_and_hashes_are_gone_from_the_file(hall: Hall) -> None:
    chance = random.Random(7)
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(5)]
    for submission, card in zip(ids, hall.cards, strict=False):
        hall.send(card.typed, {"clashes_between_residents": "never"}, submission=submission)
    hashes = [bytes(value) for value in OpenResponse.objects.values_list("body_hash", flat=True)]
    before = database_bytes()
    assert all(submission.encode() in before for submission in ids)
    close(hall)
    after = database_bytes()
    assert not any(submission.encode() in after for submission in ids)
    assert not any(value in after for value in hashes)
    assert not OpenResponse.objects.exists()
    assert Response.objects.filter(round_region=hall.member).count() == 5


@pytest.mark.django_db(transaction=True)
def test_closing_one_hall_leaves_the_open_answers_of_another_alone(hall: Hall) -> None:
    from tests.web.factories import make_round

    other = make_round(["63.05"], title="Putaran Tapin").regions.get()
    OpenResponse.objects.create(
        round_region=other, submission="a" * 32, body_hash=b"x", stratum="youth", answers={}
    )
    hall.send(hall.cards[0].typed)
    close(hall)
    assert OpenResponse.objects.get().round_region_id == other.pk


@pytest.mark.django_db(transaction=True)
def test_unused_cards_become_void_and_are_counted_in_the_audit(hall: Hall) -> None:
    for number, card in enumerate(hall.cards[:5]):
        hall.send(card.typed, submission=f"{number:032x}")
    close(hall)
    assert not Card.objects.filter(state=CardState.UNUSED).exists()
    entry = AuditEntry.objects.get(verb="close-region")
    assert entry.by == hall.operator
    assert entry.details == {"used": 5, "voided": len(hall.cards) - 5}


@pytest.mark.django_db(transaction=True)
def test_a_region_closes_once(hall: Hall) -> None:
    hall.send(hall.cards[0].typed)
    close(hall)
    with pytest.raises(StateError):
        close_region(by=hall.operator, round_region=hall.member)


@pytest.mark.django_db(transaction=True)
def test_closing_needs_the_intake_stopped_first(hall: Hall) -> None:
    with pytest.raises(StateError):
        close_region(by=hall.operator, round_region=hall.member)
    assert RoundRegion.objects.get(pk=hall.member.pk).state == State.OPEN


@pytest.mark.django_db(transaction=True)
def test_the_page_says_what_becomes_irreversible_and_then_measures(hall: Hall) -> None:
    chance = random.Random(3)
    for number, card in enumerate(hall.cards):
        choice = chance.choice(["never", "one_or_two", "three_to_five"])
        hall.send(card.typed, {"clashes_between_residents": choice}, submission=f"{number:032x}")
    stop_intake(by=hall.operator, round_region=hall.member)
    client = login(hall.operator)
    path = f"/putaran/{hall.member.round_id}/63.11/tutup/"
    assert "Ini tidak dapat dibatalkan" in client.get(path).content.decode()
    response = client.post(path)
    assert response["Location"] == f"/hasil/{hall.member.round_id}/63.11/"
    assert RoundRegion.objects.get(pk=hall.member.pk).state == State.MEASURED
    assert Run.objects.filter(round=hall.member.round).count() == 1
    assert client.get(response["Location"]).status_code == 200
    assert client.post(path)["Location"] == f"/putaran/{hall.member.round_id}/63.11/"
    assert Run.objects.filter(round=hall.member.round).count() == 1
