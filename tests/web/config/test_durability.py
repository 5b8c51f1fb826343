"""A database that could lose an answer is not served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from waspada_web.config import durability
from waspada_web.config.durability import check_durability


@pytest.fixture
def apart(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseWrapper]:
    """A database of its own, opened as the project opens it: no other test holds it open."""
    opened = DatabaseWrapper({**connection.settings_dict, "NAME": tmp_path / "apart.sqlite3"})
    monkeypatch.setattr(durability, "connection", opened)
    yield opened
    opened.close()


def test_the_settings_of_the_project_pass(apart: DatabaseWrapper) -> None:
    check_durability()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "DELETE"),
        ("synchronous", "NORMAL"),
        ("secure_delete", "OFF"),
        ("foreign_keys", "OFF"),
    ],
)
def test_a_weaker_pragma_is_refused_by_name(apart: DatabaseWrapper, name: str, value: str) -> None:
    with apart.cursor() as cursor:
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
