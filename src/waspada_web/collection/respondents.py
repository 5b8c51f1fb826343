"""What protects a participant on the way through the server: no cookie, no store, no log line."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PREFIX = "/isi/"
"""Where participants answer; in English under /en/isi/."""


def is_respondent_path(path: str) -> bool:
    return path.removeprefix("/en").startswith(PREFIX)


def respondent_privacy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Outermost middleware: on a participant's page no cookie is read, none is set.

    A phone that also belongs to an official sends that session's cookie; it is dropped before
    anything could look at it.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if not is_respondent_path(request.path_info):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = get_response(request)
        response.cookies.clear()
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.pop("Vary", None)
        return response

    return handle


class NoRespondentLines(logging.Filter):
    """Drops what Django would log about an answered page (a used card is a 409). A crash stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path_info", "")
        return bool(record.exc_info) or not is_respondent_path(path)
