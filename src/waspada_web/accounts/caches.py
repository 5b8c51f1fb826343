"""Pages of a log-in stay out of shared caches, and leave the browser with the log-out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def private_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. Not "no-store": going back to a form would then lose what was typed."""

    def handle(request: HttpRequest) -> HttpResponse:
        was_in = request.user.is_authenticated
        response = get_response(request)
        if was_in or request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if was_in and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = '"cache"'
        return response

    return handle
