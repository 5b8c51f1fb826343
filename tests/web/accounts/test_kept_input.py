"""A session that ended while somebody was typing."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.collection.test_rounds import round_data
from tests.web.factories import PASSWORD, make_instrument, make_person, make_regions
from waspada_web.accounts.models import RoleKind, User
from waspada_web.collection.models import Round

NEW = "/putaran/baru/"


@pytest.fixture
def operator(db: None) -> User:
    make_regions()
    make_instrument()
    return make_person(RoleKind.OPERATOR, "63.11")


def log_in(client: Client, user: User, to: str) -> str:
    response = client.post(to, {"login": user.email, "password": PASSWORD})
    return str(response["Location"])


def test_what_was_typed_is_there_again_after_the_log_in(operator: User) -> None:
    client = Client()
    response = client.post(NEW, round_data(title="Rapat yang panjang ceritanya"))
    assert not Round.objects.exists()
    back = log_in(client, operator, response["Location"])
    assert back == NEW
    page = client.get(back).content.decode()
    assert "Rapat yang panjang ceritanya" in page
    assert "Isian Anda masih ada" in page
    assert "Rapat yang panjang" not in client.get(NEW).content.decode(), "kept once only"


def test_nothing_is_kept_for_another_address_or_beyond_measure(operator: User) -> None:
    client = Client()
    client.post(NEW, round_data(title="a" * 30_000))
    assert "kept_input" not in client.session
    client.post("/putaran/1/63.11/rapat/", {"venue": "Aula rahasia"})
    log_in(client, operator, "/masuk/")
    assert "Aula rahasia" not in client.get(NEW).content.decode()
