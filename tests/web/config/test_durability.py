"""A database that could lose an answer is not served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from waspada_web.config.durability import check_durability

SAFE = {"synchronous": "FULL", "secure_delete": "ON", "foreign_keys": "ON"}


@pytest.fixture
def _restored(transactional_db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        for name, value in SAFE.items():
            cursor.execute(f"PRAGMA {name}={value}")


@pytest.mark.usefixtures("_restored")
def test_the_settings_of_the_project_pass() -> None:
    check_durability()


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "DELETE"),
        ("synchronous", "NORMAL"),
        ("secure_delete", "OFF"),
        ("foreign_keys", "OFF"),
    ],
)
def test_a_weaker_pragma_is_refused_by_name(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}={value}")
    with pytest.raises(ImproperlyConfigured, match=name):
        check_durability()


@pytest.mark.parametrize(("option", "value"), [("transaction_mode", "DEFERRED"), ("timeout", 5)])
def test_a_weaker_way_of_opening_is_refused(
    db: None, monkeypatch: pytest.MonkeyPatch, option: str, value: object
) -> None:
    options = {**connection.settings_dict["OPTIONS"], option: value}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    with pytest.raises(ImproperlyConfigured, match="IMMEDIATE"):
        check_durability()
