"""The operator's pages, from the empty home to the opened region."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.collection.conftest import Hall
from tests.web.factories import make_election, make_instrument, make_person
from tests.web.people import login
from waspada_web.accounts.models import RoleKind, User
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.errors import StateError
from waspada_web.collection.models import Meeting, Round, RoundRegion, State
from waspada_web.collection.operations import open_region, resume_intake, stop_intake
from waspada_web.elections.models import Election
from waspada_web.regions.models import Region


def round_data(**changes: object) -> dict[str, object]:
    version = make_instrument()
    election = Election.objects.first() or make_election()
    return {
        "title": "Rapat Koordinasi Kewaspadaan Dini",
        "instrument": version.pk,
        "form": "core",
        "election": election.pk,
        "starts_on": "2024-09-01",
        "ends_on": "2024-09-30",
        "organiser": "Badan Kesbangpol Kabupaten Balangan",
        "contact": "0526-000000",
        "regions": [Region.objects.get(code="63.11").pk],
    } | changes


def test_without_a_round_home_says_what_to_begin_with(operator: User) -> None:
    page = login(operator).get("/").content.decode()
    assert "Belum ada putaran di Kabupaten Balangan" in page
    assert "/putaran/baru/" in page


@pytest.mark.parametrize("kind", [RoleKind.VIEWER, RoleKind.HEAD])
def test_who_only_reads_is_led_to_the_results(operator: User, kind: RoleKind) -> None:
    person = make_person(kind, "63.11", email=f"{kind.value}@kesbangpol.example")
    assert login(person).get("/")["Location"] == "/hasil/"


def test_every_page_leads_to_the_password(operator: User) -> None:
    assert "/akun/sandi/" in login(operator).get("/").content.decode()


def test_logged_out_home_says_what_is_measured_and_what_is_never_done(db: None) -> None:
    page = Client().get("/").content.decode()
    assert "/isi/" in page
    assert "/masuk/" in page
    assert "Tidak ada yang melihat jawaban perorangan" in page


@pytest.mark.parametrize("address", ["/putaran/", "/putaran/baru/", "/kumpulkan/"])
def test_a_visitor_is_sent_to_the_log_in(db: None, address: str) -> None:
    assert Client().get(address)["Location"] == f"/masuk/?next={address}"


def test_making_a_round_leaves_a_draft_and_an_audit_row(operator: User) -> None:
    response = login(operator).post("/putaran/baru/", round_data())
    member = RoundRegion.objects.get()
    assert response["Location"] == f"/putaran/{member.round_id}/63.11/"
    assert member.state == State.DRAFT
    assert not member.round.is_synthetic
    assert AuditEntry.objects.get(verb="open-round").by == operator


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Beri nama putaran ini."),
        ("instrument", "999", "Kuesioner ini tidak ada."),
        ("starts_on", "kemarin", "tahun-bulan-hari"),
        ("ends_on", "2024-08-01", "Hari terakhir mendahului hari pertama."),
        ("contact", " ", "Tulis ke mana peserta dapat bertanya."),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_the_rest_is_kept(
    operator: User, field: str, value: str, sentence: str
) -> None:
    response = login(operator).post("/putaran/baru/", round_data(**{field: value}))
    page = response.content.decode()
    assert response.status_code == 400
    assert sentence in page
    assert f'href="#id_{field}"' in page
    assert "Badan Kesbangpol Kabupaten Balangan" in page
    assert not Round.objects.exists()


def test_a_region_of_somebody_else_cannot_be_chosen(operator: User) -> None:
    foreign = Region.objects.get(code="63.05").pk
    response = login(operator).post("/putaran/baru/", round_data(regions=[foreign]))
    assert response.status_code == 400
    assert not Round.objects.exists()


@pytest.mark.parametrize("kind", [RoleKind.VIEWER, RoleKind.HEAD])
def test_who_may_not_run_a_round_finds_no_such_page(operator: User, kind: RoleKind) -> None:
    person = make_person(kind, "63.11", email=f"{kind.value}@kesbangpol.example")
    assert login(person).get("/putaran/baru/").status_code == 404


def test_a_province_operator_chooses_among_its_regions(operator: User) -> None:
    make_instrument()
    person = make_person(RoleKind.OPERATOR, "63", email="prov@kesbangpol.example")
    page = login(person).get("/putaran/baru/").content.decode()
    assert page.count('type="checkbox"') == 13


def test_a_meeting_needs_somebody_and_shows_its_bowls(operator: User, member: RoundRegion) -> None:
    client = login(operator)
    address = f"/putaran/{member.round_id}/63.11/rapat/"
    data = {"held_on": "2024-09-18", "venue": "Aula", "agenda": ""}
    assert client.post(address, data).status_code == 400
    assert not Meeting.objects.exists()
    response = client.post(
        address, {**data, "people_youth": "12", "people_academics": "3", "people_news_media": "4"}
    )
    meeting = Meeting.objects.get()
    assert meeting.expected == {"youth": 12, "academics": 3, "news_media": 4}
    page = client.get(response["Location"]).content.decode()
    assert "24 kartu dalam 2 mangkuk" in page


@pytest.mark.parametrize("number", ["-1", "2001", "dua", "1.5"])
def test_a_number_of_people_is_whole_and_between_0_and_2000(
    operator: User, member: RoundRegion, number: str
) -> None:
    response = login(operator).post(
        f"/putaran/{member.round_id}/63.11/rapat/",
        {"held_on": "2024-09-18", "venue": "Aula", "people_youth": number},
    )
    assert response.status_code == 400
    assert 'href="#id_people_youth"' in response.content.decode()


def test_the_page_of_a_region_has_exactly_one_next_task(operator: User, printed_hall: Hall) -> None:
    client = login(operator)
    address = f"/putaran/{printed_hall.member.round_id}/63.11/"
    page = client.get(address).content.decode()
    assert page.count('<li class="next">') == 1
    assert f"{address}buka/" in page


@pytest.mark.parametrize("tail", ["", "rapat/", "tutup/", "rapat/1/", "rapat/1/kartu/"])
def test_a_round_of_another_region_does_not_exist_for_me(
    printed_hall: Hall, outsider: User, tail: str
) -> None:
    address = f"/putaran/{printed_hall.member.round_id}/63.11/{tail}"
    assert login(outsider).get(address).status_code == 404


@pytest.mark.parametrize("step", ["buka", "hentikan", "lanjutkan", "hitung"])
def test_a_step_in_another_region_does_not_exist_for_me(
    printed_hall: Hall, outsider: User, step: str
) -> None:
    address = f"/putaran/{printed_hall.member.round_id}/63.11/{step}/"
    assert login(outsider).post(address).status_code == 404
    assert RoundRegion.objects.get(pk=printed_hall.member.pk).state == State.DRAFT


def test_opening_freezes_the_instrument(hall: Hall) -> None:
    hall.member.round.instrument_version.refresh_from_db()
    assert hall.member.round.instrument_version.frozen_at is not None


def test_a_region_without_cards_does_not_open(operator: User, member: RoundRegion) -> None:
    with pytest.raises(StateError):
        open_region(by=operator, round_region=member)
    page = login(operator).post(f"/putaran/{member.round_id}/63.11/buka/", follow=True)
    assert "Belum ada kartu yang dicetak" in page.content.decode()


def test_clicking_twice_tells_the_present_state(hall: Hall) -> None:
    page = login(hall.operator).post(f"/putaran/{hall.member.round_id}/63.11/buka/", follow=True)
    assert "orang lain lebih dahulu" in page.content.decode()


def test_a_stopped_intake_can_be_taken_up_again(hall: Hall) -> None:
    stop_intake(by=hall.operator, round_region=hall.member)
    resume_intake(by=hall.operator, round_region=hall.member)
    assert hall.send(hall.cards[0].typed).status_code == 200


def test_reaching_a_step_by_address_changes_nothing(hall: Hall) -> None:
    """As after a log-in that interrupted the step: the page of the round, not an empty one."""
    base = f"/putaran/{hall.member.round_id}/63.11/"
    for step in ("buka", "hentikan", "lanjutkan", "hitung"):
        assert login(hall.operator).get(f"{base}{step}/")["Location"] == base
    hall.member.refresh_from_db()
    assert hall.member.state == State.OPEN


def test_a_number_too_long_for_the_database_finds_nothing(operator: User) -> None:
    client = login(operator)
    for number in ("9" * 18, "9" * 30):
        for address in (
            f"/putaran/{number}/63.11/",
            f"/hasil/{number}/",
            f"/kumpulkan/{number}/x/",
        ):
            assert client.get(address).status_code == 404


HOSTILE = """<script>alert(1)</script> "><img src=x> {{ 7 }} {% now %} =cmd|' /C calc'!A0 😀"""


def test_a_hostile_name_is_shown_as_it_was_typed_and_does_nothing(operator: User) -> None:
    client = login(operator)
    hostile = round_data(title=HOSTILE, organiser=HOSTILE, contact=HOSTILE)
    page = client.post("/putaran/baru/", hostile, follow=True).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 }}" in page


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\x07"])
def test_a_name_that_turns_the_writing_around_is_refused(operator: User, hidden: str) -> None:
    response = login(operator).post("/putaran/baru/", round_data(title=f"Rapat {hidden}trebor"))
    assert response.status_code == 400
    assert "karakter yang tidak terlihat" in response.content.decode()


def test_a_name_of_ten_thousand_characters_is_refused_with_both_numbers(operator: User) -> None:
    response = login(operator).post("/putaran/baru/", round_data(title="a" * 10_000))
    assert response.status_code == 400
    assert "10000 karakter. Paling banyak 200" in response.content.decode()
