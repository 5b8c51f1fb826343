"""Logging in: wrong passwords, the lock, where a log-in leads, what the cookies say."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.factories import PASSWORD, make_person, make_regions
from waspada_web.accounts.models import RoleKind, User
from waspada_web.audit.models import AuditEntry

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


def test_a_password_once_changed_leads_home_and_says_so_in_our_words(person: User) -> None:
    client = Client()
    try_to_log_in(person.email, PASSWORD, client=client)
    new = "kalimat sandi yang panjang sekali"
    wrong = client.post("/akun/sandi/", {"oldpassword": WRONG, "password1": new, "password2": new})
    assert "Ini bukan kata sandi Anda" in wrong.content.decode()
    assert wrong.content.decode().count("Sedikitnya 15 karakter") == 1
    done = client.post(
        "/akun/sandi/", {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=True
    )
    assert done.redirect_chain[0][0] == "/"
    assert "Kata sandi sudah diubah." in done.content.decode()
    assert AuditEntry.objects.get(verb="change-password").by == person


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_a_log_in_never_leads_to_another_site(person: User, elsewhere: str) -> None:
    assert try_to_log_in(person.email, PASSWORD, next=elsewhere)["Location"] == "/"
    assert try_to_log_in(person.email, PASSWORD, next="/putaran/")["Location"] == "/putaran/"


def test_the_cookies_of_a_session_stay_out_of_scripts_and_other_sites(person: User) -> None:
    client = Client()
    client.get("/masuk/")
    try_to_log_in(person.email, PASSWORD, client=client)
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
    assert not client.cookies["sessionid"]["max-age"], "it ends with the browser"


def test_pages_of_a_log_in_stay_private_and_leave_with_it(person: User) -> None:
    client = Client()
    try_to_log_in(person.email, PASSWORD, client=client)
    for address in ("/", "/putaran/", "/hasil/", "/terbitkan/"):
        assert "private" in client.get(address)["Cache-Control"]
    assert client.post("/keluar/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/")
