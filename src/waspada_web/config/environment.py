"""Typed readers of environment variables that fail loudly, with the name and the way out."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_bool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def read_list(name: str, *, default: list[str]) -> list[str]:
    value = os.environ.get(name, "").strip()
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def read_path(name: str, *, default: Path) -> Path:
    value = os.environ.get(name, "").strip()
    return Path(value).expanduser().resolve() if value else default


def read_secret(path: Path) -> str:
    """The secret in a file; made on first use, readable by its owner only."""
    try:
        secret = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _make_secret(path)
    except UnicodeDecodeError:
        secret = ""
    if len(secret) < 43:
        raise ImproperlyConfigured(
            f"{path} is damaged: it holds fewer than 43 readable characters. Delete it only if "
            "nothing was stored yet; otherwise restore it from your backup."
        )
    return secret


def _make_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was faster
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret
