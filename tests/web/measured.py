"""Fixtures: a measured example of 13 regions, and people who read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.web import factories
from waspada_web.accounts.models import RoleKind, User
from waspada_web.collection.models import Round
from waspada_web.index.operations import measure_round

SEED = 20240918
REPLICATES = 200
"""Enough for a page; the statistics are proven elsewhere."""


@pytest.fixture(autouse=True)
def plain_static(settings: Any, tmp_path: Path) -> None:
    """Style sheets under their own names; nothing has to be collected first."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def example(db: None) -> Round:
    """The synthetic round, measured but for the check of answers, which takes seconds.

    Kotabaru (63.02) has 17 answers, not enough.
    """
    round = factories.make_example_round()
    measure_round(round, by=None, seed=SEED, replicates=REPLICATES, check=False)
    return round


@pytest.fixture
def head(example: Round) -> User:
    """Head of Kesbangpol of Balangan (63.11)."""
    return factories.make_person(RoleKind.HEAD, "63.11")


@pytest.fixture
def province(example: Round) -> User:
    return factories.make_person(RoleKind.OPERATOR, "63")


@pytest.fixture
def as_head(head: User) -> Client:
    return logged_in(head)


@pytest.fixture
def as_province(province: User) -> Client:
    return logged_in(province)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()
