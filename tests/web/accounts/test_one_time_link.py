"""The first way in."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client

from tests.web.factories import make_regions
from tests.web.people import login
from waspada_web.accounts.models import RoleKind, User
from waspada_web.accounts.operations import invite, one_time_path
from waspada_web.audit.models import AuditEntry
from waspada_web.regions.models import Region

NEW_PASSWORD = "kalimat sandi yang panjang sekali"


@pytest.fixture
def person(db: None) -> User:
    make_regions()
    return invite(
        by=None,
        email="Operator@Balangan.example",
        title="Operator Kesbangpol Balangan",
        roles=[(RoleKind.OPERATOR, Region.objects.get(code="63.11"))],
    )


def test_opening_the_link_asks_first_and_a_click_logs_in(person: User) -> None:
    client = Client()
    path = one_time_path(person)
    assert "Operator Kesbangpol Balangan" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/"
    assert client.session["_auth_user_id"] == str(person.pk)
    assert AuditEntry.objects.get(verb="log-in-by-link").by == person


def test_the_link_dies_with_its_use(person: User) -> None:
    path = one_time_path(person)
    Client().post(path)
    for response in (Client().get(path), Client().post(path)):
        assert response.status_code == 410
        assert "Tautan ini tidak berlaku lagi" in response.content.decode()


def test_the_link_dies_after_three_days(person: User) -> None:
    path = one_time_path(person)
    later = datetime.now() + timedelta(days=3, seconds=5)
    with patch.object(default_token_generator, "_now", return_value=later):
        assert Client().get(path).status_code == 410


@pytest.mark.parametrize("path", ["MQ/x-y", "!!/abc", "OTk5OQ/abc-def"])
def test_a_made_up_link_says_the_same(db: None, path: str) -> None:
    assert Client().get(f"/masuk/tautan/{path}/").status_code == 410


def test_a_password_set_after_the_link_lets_in_again(person: User) -> None:
    client = Client()
    client.post(one_time_path(person))
    page = client.post(
        "/akun/sandi/baru/", {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True
    )
    assert page.status_code == 200
    fresh = Client()
    response = fresh.post("/masuk/", {"login": person.email, "password": NEW_PASSWORD})
    assert response["Location"] == "/"


def test_a_short_password_is_refused_beside_its_field(person: User) -> None:
    client = Client()
    client.post(one_time_path(person))
    page = client.post("/akun/sandi/baru/", {"password1": "pendek", "password2": "pendek"})
    assert re.search(r'class="error"[^>]*>.*15', page.content.decode(), re.DOTALL)


def test_a_wrong_password_says_so_and_nothing_about_the_address(person: User) -> None:
    known = Client().post("/masuk/", {"login": person.email, "password": "salah"})
    unknown = Client().post("/masuk/", {"login": "siapa@saja.example", "password": "salah"})
    for response in (known, unknown):
        assert response.status_code == 200
        assert 'class="error"' in response.content.decode()


def test_nobody_signs_up(db: None) -> None:
    for response in (Client().get("/akun/daftar/"), Client().post("/akun/daftar/", {})):
        assert response.status_code == 403
    assert not User.objects.exists()


def test_the_log_in_page_is_ours_and_shows_participants_their_way(db: None) -> None:
    page = Client().get("/masuk/").content.decode()
    assert "Masuk sebagai petugas" in page
    assert 'href="/isi/"' in page


def test_logging_out_needs_a_click(person: User) -> None:
    client = login(person)
    assert client.get("/keluar/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/keluar/")
    assert "_auth_user_id" not in client.session
