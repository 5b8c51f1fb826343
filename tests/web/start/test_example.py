"""The example: there at once, labelled everywhere, gone on request."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.factories import make_person, make_round
from tests.web.people import login
from waspada_web.accounts.models import RoleKind, User
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.models import Response, Round, RoundRegion, State
from waspada_web.elections.models import Election
from waspada_web.index.models import Run
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.regions.models import Region
from waspada_web.start.operations import clear_example, load_example
from waspada_web.start.queries import first_without_password, is_untouched

LABEL = "contoh - data sintetis"


@pytest.fixture
def person(db: None) -> User:
    return load_example()


def test_the_example_is_thirteen_measured_regions(person: User) -> None:
    round = Round.objects.get()
    assert round.is_synthetic
    states = list(RoundRegion.objects.values_list("state", flat=True))
    assert states == [State.MEASURED] * 13
    assert Response.objects.count() == 660
    assert Run.objects.get().seed == 20240918


def test_its_person_is_operator_and_head_of_balangan(person: User) -> None:
    assert {(role.kind, role.region.code) for role in person.roles.all()} == {
        (RoleKind.OPERATOR, "63.11"),
        (RoleKind.HEAD, "63.11"),
    }
    assert not person.has_usable_password()


def test_loading_again_changes_nothing(person: User) -> None:
    assert load_example() == person
    assert (Round.objects.count(), Run.objects.count(), User.objects.count()) == (1, 1, 1)


def test_a_start_that_was_interrupted_before_measuring_is_taken_up(person: User) -> None:
    Run.objects.all().delete()
    load_example()
    assert Run.objects.count() == 1


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_that_shows_the_example_says_so(person: User, language: str) -> None:
    client = login(person)
    round = Round.objects.get()
    label = LABEL if not language else "example - synthetic data"
    for path in (
        "/",
        "/putaran/",
        f"/putaran/{round.pk}/63.11/",
        f"/kumpulkan/{round.pk}/63.11/",
        f"/kumpulkan/{round.pk}/63.11/layar/",
        f"/hasil/{round.pk}/",
        f"/hasil/{round.pk}/63.11/",
        "/contoh/hapus/",
    ):
        response = client.get(f"{language}{path}")
        assert response.status_code == 200, path
        assert label in response.content.decode(), path


def test_clearing_asks_first_and_then_begins_empty(person: User) -> None:
    client = login(person)
    assert "Hapus contoh dan mulai kosong?" in client.get("/contoh/hapus/").content.decode()
    assert Round.objects.exists()
    page = client.post("/contoh/hapus/", follow=True).content.decode()
    assert "Belum ada putaran di Kabupaten Balangan" in page
    assert LABEL not in page
    assert not Round.objects.exists()
    assert not Run.objects.exists()
    assert not Response.objects.exists()


def test_clearing_keeps_person_tables_and_real_rounds(person: User) -> None:
    real = make_round(["63.11"], is_synthetic=False)
    assert clear_example(by=person) == 1
    assert list(Round.objects.all()) == [real]
    assert User.objects.get() == person
    assert Region.objects.count() == 23
    assert Election.objects.count() == 1
    assert InstrumentVersion.objects.count() == 2
    assert AuditEntry.objects.get(verb="clear-example").by == person


def test_nothing_is_left_to_clear_afterwards(person: User) -> None:
    clear_example(by=person)
    assert login(person).get("/contoh/hapus/").status_code == 404
    assert clear_example(by=person) == 0


def test_who_runs_no_region_of_the_example_cannot_clear_it(person: User) -> None:
    head = make_person(RoleKind.HEAD, "63.11", email="kepala@kesbangpol.example")
    assert login(head).post("/contoh/hapus/").status_code == 404
    assert Client().post("/contoh/hapus/").status_code == 302
    assert Round.objects.exists()


def test_a_server_is_untouched_until_there_is_a_person(db: None) -> None:
    assert is_untouched()
    load_example()
    assert not is_untouched()


def test_the_link_is_offered_until_somebody_has_a_password(person: User) -> None:
    assert first_without_password() == person
    person.set_password("a password that is long enough")
    person.save()
    assert first_without_password() is None


def practice_round(person: User) -> Round:
    page = login(person).post(
        "/putaran/baru/",
        {
            "title": "Latihan",
            "instrument": InstrumentVersion.objects.get(code="kerawanan_pilkada").pk,
            "form": "core",
            "election": Election.objects.get().pk,
            "starts_on": "2024-09-02",
            "ends_on": "2024-09-30",
            "organiser": "Badan Kesbangpol Kabupaten Balangan",
            "contact": "meja kartu",
            "regions": Region.objects.get(code="63.11").pk,
        },
    )
    assert page.status_code == 302
    return Round.objects.get(title="Latihan")


def test_a_round_beside_the_example_speaks_on_its_day(person: User) -> None:
    """Its election lies in the past: on the real day no stage and no due date would be left."""
    assert "18 September 2024" in login(person).get("/putaran/baru/").content.decode()
    assert practice_round(person).today == Round.objects.get(is_synthetic=True).today


def test_after_the_example_is_gone_every_round_speaks_on_the_real_day(person: User) -> None:
    practice = practice_round(person)
    clear_example(by=person)
    practice.refresh_from_db()
    assert practice.today is None
    assert "Putaran latihan" not in login(person).get("/putaran/baru/").content.decode()
