"""Logging in: wrong passwords, the lock, where a log-in leads, what the cookies say."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.factories import PASSWORD, make_person, make_regions
from waspada_web.accounts.models import RoleKind, User

WRONG = "not the password of anybody"


@pytest.fixture
def person(db: None) -> User:
    make_regions()
    return make_person(RoleKind.OPERATOR, "63.11")


def try_to_log_in(email: str, password: str, *, client: Client | None = None, next: str = ""):  # type: ignore[no-untyped-def]
    client = client or Client()
    return client.post("/masuk/", {"login": email, "password": password, "next": next})


def test_an_account_is_locked_after_ten_wrong_passwords_and_no_other_account_is(
    person: User,
) -> None:
    other = make_person(RoleKind.VIEWER, "63.11")
    for _ in range(10):
        response = try_to_log_in(person.email, WRONG)
    assert response.status_code == 403
    assert "terkunci" in response.content.decode()
    assert try_to_log_in(person.email, PASSWORD).status_code == 403
    assert try_to_log_in(other.email, PASSWORD).status_code == 302


def test_capitals_and_blanks_do_not_go_around_the_lock(person: User) -> None:
    for number in range(10):
        email = person.email.upper() if number % 2 else f" {person.email} "
        response = try_to_log_in(email, WRONG)
    assert response.status_code == 403
    assert try_to_log_in(person.email, PASSWORD).status_code == 403


def test_an_unknown_address_is_answered_like_a_wrong_password(person: User) -> None:
    unknown, wrong = "nobody@kesbangpol.example", person.email
    for _ in range(11):
        pages = [
            try_to_log_in(email, WRONG).content.decode().replace(email, "")
            for email in (unknown, wrong)
        ]
        pages = [page.split("<main")[1] for page in pages]
        without_token = [page.split("csrfmiddlewaretoken")[0] for page in pages]
        assert without_token[0] == without_token[1]
