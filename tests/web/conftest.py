"""What every test of the pages gets: a database in a file, keys of its own, plain static files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file, as in service: a database in memory has no log, no wash and other locks."""
    path = tmp_path_factory.mktemp("database") / "waspada.sqlite3"
    connections["default"].settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture(autouse=True)
def _own_keys_and_plain_files(settings: Settings, tmp_path: Path) -> None:
    settings.PEPPER_FILE = tmp_path / "keys" / "pepper"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
