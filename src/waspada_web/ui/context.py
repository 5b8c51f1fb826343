"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language


def shell(request: HttpRequest) -> dict[str, Any]:
    """The address of this page in the other language; the phone pages need no session for it."""
    other = "en" if (get_language() or "id").startswith("id") else "id"
    return {
        "other_language": other,
        "other_language_url": translate_url(request.get_full_path(), other),
    }
