"""What holds on every page, found or not."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.views.csrf import csrf_failure
from django.views.defaults import bad_request, server_error

from tests.web.people import login
from waspada_web.collection.models import Round
from waspada_web.start.operations import load_example

PUBLIC = ["/", "/en/", "/isi/", "/en/isi/", "/masuk/", "/akun/daftar/", "/tidak/ada/"]
OFFICE = [
    "/",
    "/putaran/",
    "/putaran/baru/",
    "/kumpulkan/",
    "/hasil/",
    "/tindak-lanjut/",
    "/keluar/",
    "/akun/sandi/baru/",
    "/contoh/hapus/",
]


def assert_strict(response: object) -> None:
    policy = response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"  # type: ignore[attr-defined]
    assert response.headers["X-Frame-Options"] == "DENY"  # type: ignore[attr-defined]
    content = response.content.decode()  # type: ignore[attr-defined]
    assert " style=" not in content
    assert "<script>" not in content


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_has_a_strict_policy(db: None, path: str) -> None:
    assert_strict(Client().get(path))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_office_page_has_a_strict_policy(db: None, prefix: str) -> None:
    client = login(load_example())
    round = Round.objects.get()
    for path in [*OFFICE, f"/putaran/{round.pk}/63.11/", f"/kumpulkan/{round.pk}/63.11/layar/"]:
        response = client.get(prefix + path)
        assert response.status_code == 200, path
        assert_strict(response)


def test_the_language_is_in_the_address_and_in_no_cookie(db: None) -> None:
    client = Client()
    for path, language in (("/", "id"), ("/en/", "en"), ("/isi/", "id"), ("/en/isi/", "en")):
        response = client.get(path, headers={"Accept-Language": "de,en;q=0.5"})
        assert f'<html lang="{language}"' in response.content.decode()
    assert not client.cookies


def test_a_missing_page_says_so_in_words(db: None) -> None:
    response = Client().get("/tidak/ada/")
    assert response.status_code == 404
    assert "Halaman ini tidak ada untuk Anda" in response.content.decode()


def test_faults_have_pages_of_their_own(db: None) -> None:
    request = RequestFactory().get("/")
    assert "formulir" in csrf_failure(request).content.decode().lower()
    assert "mulai dari awal" in bad_request(request, ValueError()).content.decode()
    assert "kesalahan pada program" in server_error(request).content.decode()


@pytest.mark.parametrize("message", ["database is locked", "database or disk is full"])
def test_a_database_that_cannot_store_is_a_sentence_also_for_officials(
    db: None, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    def fail(**_given: object) -> None:
        raise OperationalError(message)

    client = login(load_example())
    monkeypatch.setattr("waspada_web.start.views.clear_example", fail)
    for prefix, said in (("", "Tidak ada yang berubah"), ("/en", "Nothing was changed")):
        response = client.post(f"{prefix}/contoh/hapus/")
        assert response.status_code == 503
        assert int(response["Retry-After"]) > 0
        assert said in response.content.decode()
        assert_strict(response)


def test_a_form_of_another_site_is_refused(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/masuk/", {"login": "a@b.example", "password": "x"})
    assert response.status_code == 403
    assert_strict(response)
