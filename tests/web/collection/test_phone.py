"""The participant's pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from tests.web.collection.conftest import SUBMISSION, Hall
from tests.web.people import login
from waspada_web.collection.models import Card, CardState, OpenResponse
from waspada_web.collection.operations import close_region, print_cards, stop_intake
from waspada_web.collection.queries import instrument_of_round

ANSWERS = {"clashes_between_residents": "never", "vignette_low": "not_vulnerable"}


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_way_from_code_to_thanks_works_without_script_and_cookie(hall: Hall) -> None:
    client = Client()
    assert "Ketik kode pada kartu Anda" in text(client.get("/isi/"))
    typed = hall.cards[0].typed.lower()
    notice = client.post("/isi/", {"code": f"{typed[:5]} {typed[5:]}"})
    assert "Saya mengerti, mulai" in text(notice)
    assert "Kabupaten Balangan" in text(notice)
    assert "{{" not in text(notice)
    submission = re.findall(r'name="submission" value="([0-9a-f]{32})"', text(notice))[0]
    first = re.findall(r'name="to" value="(page_\w+)"', text(notice))[0]
    carried = {"code": typed, "submission": submission}
    page = client.post("/isi/", {**carried, "to": first, "a.clashes_between_residents": "never"})
    assert "Bagian 1 dari 7" in text(page)
    assert 'name="a.clashes_between_residents" value="never"' in text(page)
    carried |= {f"a.{item}": choice for item, choice in ANSWERS.items()}
    assert "Anda menjawab 2 dari 28 pertanyaan" in text(
        client.post("/isi/", {**carried, "to": "review"})
    )
    assert not OpenResponse.objects.exists()
    thanks = client.post("/isi/", {**carried, "to": "send"})
    assert thanks.status_code == 200
    assert "Terkirim" in text(thanks)
    assert not client.cookies
    stored = OpenResponse.objects.get()
    assert stored.answers == ANSWERS
    assert stored.stratum == hall.strata[0]


def test_a_scanned_secret_opens_the_same_card_as_the_typed_code(hall: Hall) -> None:
    assert hall.send(hall.cards[0].secret, to="notice").status_code == 200
    hall.send(hall.cards[0].secret)
    assert hall.send(hall.cards[0].typed, submission="f" * 32).status_code == 409


def test_thanks_are_the_same_for_everybody(hall: Hall) -> None:
    first = hall.send(hall.cards[0].typed, ANSWERS)
    second = hall.send(hall.cards[-1].typed, {}, submission="f" * 32)
    assert first.content == second.content


def test_changing_the_language_keeps_the_answers(hall: Hall) -> None:
    page = hall.send(hall.cards[0].typed, ANSWERS, to="review", language="/en")
    assert "You answered 2 of 28 questions" in text(page)
    assert 'formaction="/isi/"' in text(page)
    assert 'name="a.vignette_low" value="not_vulnerable"' in text(page)


def test_back_shows_what_was_chosen(hall: Hall) -> None:
    page = hall.send(hall.cards[0].typed, ANSWERS, to="page_invented_regions")
    assert re.search(r'name="a.vignette_low" value="not_vulnerable" checked', text(page))


def test_not_taking_part_leaves_the_card_unused(hall: Hall) -> None:
    assert "Tidak ada yang dicatat" in text(hall.send(hall.cards[0].typed, to="decline"))
    assert not Card.objects.filter(state=CardState.USED).exists()


def test_skipping_every_question_is_an_answer_too(hall: Hall) -> None:
    assert hall.send(hall.cards[0].typed, {}).status_code == 200
    assert OpenResponse.objects.get().answers == {}


@pytest.mark.parametrize("code", ["", "7K3QF-9M2XX", "ABC", "7K3QF9M2XA7K3QF9M2XA", "UUUUU-UUUUU"])
def test_a_mistyped_code_is_answered_beside_the_field(hall: Hall, code: str) -> None:
    response = hall.send(code, to="notice")
    assert response.status_code == 400
    assert 'aria-invalid="true"' in text(response)


def test_a_well_formed_code_of_no_card_is_answered_beside_the_field(hall: Hall) -> None:
    response = hall.send("0000000000", to="notice")
    assert response.status_code == 400
    assert "Tidak ada kartu dengan kode ini" in text(response)


@pytest.mark.parametrize(
    "answers", [{"no_such_question": "never"}, {"clashes_between_residents": "sometimes_maybe"}]
)
@pytest.mark.parametrize("to", ["review", "send"])
def test_an_unknown_answer_is_refused_and_nothing_is_stored(
    hall: Hall, answers: dict[str, str], to: str
) -> None:
    response = hall.send(hall.cards[0].typed, answers, to=to)
    assert response.status_code == 400
    assert "kartu Anda belum terpakai" in text(response)
    assert not OpenResponse.objects.exists()
    assert not Card.objects.filter(state=CardState.USED).exists()


def test_a_card_of_a_draft_says_not_open_yet(printed_hall: Hall) -> None:
    response = printed_hall.send(printed_hall.cards[0].typed)
    assert response.status_code == 409
    assert "Kuesioner belum dibuka" in text(response)


def test_a_used_card_says_so_and_what_to_do(hall: Hall) -> None:
    hall.send(hall.cards[0].typed, ANSWERS)
    response = hall.send(hall.cards[0].typed, ANSWERS, submission="f" * 32)
    assert response.status_code == 409
    assert "Kode sudah dipakai" in text(response)
    assert OpenResponse.objects.count() == 1


def test_a_replaced_card_says_take_a_new_one(printed_hall: Hall) -> None:
    print_cards(by=printed_hall.operator, meeting=printed_hall.meeting)
    response = printed_hall.send(printed_hall.cards[0].typed)
    assert response.status_code == 409
    assert "Kartu ini tidak berlaku lagi" in text(response)


def test_a_late_phone_learns_that_an_answer_sent_before_counts(hall: Hall) -> None:
    stop_intake(by=hall.operator, round_region=hall.member)
    response = hall.send(hall.cards[0].typed, ANSWERS)
    assert response.status_code == 410
    assert "jawaban Anda sudah dihitung" in text(response)


@pytest.mark.django_db(transaction=True)
def test_after_closing_a_used_card_too_hears_closed(hall: Hall) -> None:
    hall.send(hall.cards[0].typed, ANSWERS)
    stop_intake(by=hall.operator, round_region=hall.member)
    close_region(by=hall.operator, round_region=hall.member)
    for card in (hall.cards[0], hall.cards[1]):
        response = hall.send(card.typed, ANSWERS)
        assert response.status_code == 410
        assert "jawaban Anda sudah dihitung" in text(response)


def test_a_repeated_submission_with_other_answers_is_refused(hall: Hall) -> None:
    hall.send(hall.cards[0].typed, ANSWERS)
    response = hall.send(hall.cards[0].typed, {})
    assert response.status_code == 409
    assert OpenResponse.objects.get().answers == ANSWERS


@pytest.mark.parametrize("message", ["database is locked", "database or disk is full"])
def test_a_database_that_cannot_store_answers_503_and_keeps_the_form(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    def fail(**_kwargs: object) -> None:
        raise OperationalError(message)

    monkeypatch.setattr("waspada_web.collection.phone.submit", fail)
    response = hall.send(hall.cards[0].typed, ANSWERS)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert f'name="submission" value="{SUBMISSION}"' in text(response)
    assert 'name="a.vignette_low" value="not_vulnerable"' in text(response)


@pytest.mark.parametrize("to", ["notice", "page_invented_regions", "review", "send", "decline"])
def test_no_cookie_is_read_or_set_on_a_participants_page(hall: Hall, to: str) -> None:
    client = login(hall.operator)
    data = {"code": hall.cards[0].typed, "submission": SUBMISSION, "to": to}
    response = client.post("/isi/", data)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert not response.cookies
    assert "Vary" not in response.headers
    assert response["Cache-Control"] == "no-store"
    assert hall.operator.title not in text(response)
    assert "Content-Security-Policy" in response.headers


def test_a_participants_page_leaves_no_line_in_the_log(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        hall.send(hall.cards[0].typed, ANSWERS)
        hall.send(hall.cards[0].typed, ANSWERS, submission="f" * 32)
        hall.send("nothing")
    assert [
        record.getMessage() for record in caplog.records if "/isi/" in record.getMessage()
    ] == []


def test_a_participants_page_is_light(hall: Hall) -> None:
    instrument = instrument_of_round(hall.member.round)
    sizes = [
        len(hall.send(hall.cards[0].typed, ANSWERS, to=section.code).content)
        for section in instrument.sections
    ]
    assert max(sizes) < 40_000


def test_only_get_and_post_are_answered(hall: Hall) -> None:
    assert Client().put("/isi/").status_code == 405
