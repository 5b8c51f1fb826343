"""Which account a log-in is counted for; axes locks it after repeated wrong passwords."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def account_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The address as accounts store it, so that capitals and blanks do not begin a new count.

    allauth hands the address over as "email"; before that it stands in the form as "login".
    """
    given = credentials or {}
    name = given.get("email") or given.get("username") or request.POST.get("login", "")
    return str(name).strip().lower()
