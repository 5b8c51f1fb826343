"""The mitigation catalogue of this installation, read once per process and file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from waspada.action import Catalogue, read_catalogue


def catalogue() -> Catalogue:
    return _read(Path(settings.REPOSITORY) / "catalogues" / "mitigation.yaml")


@lru_cache(maxsize=4)
def _read(path: Path) -> Catalogue:
    return read_catalogue(path)
