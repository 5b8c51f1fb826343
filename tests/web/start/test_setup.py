"""`waspada setup`: a real server's first person."""

from __future__ import annotations

import io
from urllib.parse import urlparse

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from waspada_web.accounts.models import User
from waspada_web.collection.models import Round

GIVEN = {"email": "op@balangan.example", "title": "Operator Kesbangpol", "region": "63.11"}


def test_setup_prints_a_link_that_logs_in_and_loads_no_example(db: None) -> None:
    out = io.StringIO()
    call_command("setup", stdout=out, stderr=io.StringIO(), **GIVEN)
    link = out.getvalue().strip()
    assert link.startswith("http://127.0.0.1:8000/masuk/tautan/")
    client = Client()
    assert client.post(urlparse(link).path)["Location"] == "/"
    assert "Belum ada putaran di Kabupaten Balangan" in client.get("/").content.decode()
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "nobody"}, "is no e-mail address"),
        ({"region": "99.99"}, 'No region has the code "99.99"'),
    ],
)
def test_a_wrong_value_is_told_with_the_way_out(
    db: None, change: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("setup", stdout=io.StringIO(), stderr=io.StringIO(), **{**GIVEN, **change})
    assert not User.objects.exists()


def test_the_same_address_twice_is_refused(db: None) -> None:
    call_command("setup", stdout=io.StringIO(), stderr=io.StringIO(), **GIVEN)
    with pytest.raises(CommandError, match="is there already"):
        call_command("setup", stdout=io.StringIO(), stderr=io.StringIO(), **GIVEN)
