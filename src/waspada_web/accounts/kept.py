"""A form sent after the session had ended: what was typed waits until the person is logged in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext

NAME = "kept_input"
MOST = 20_000
"""Characters kept. Longer input than any form here has is no input worth a row."""

View = Callable[..., HttpResponse]


def login_required_keeping_input(view: View) -> View:
    """Like login_required; a form that was sent is kept in the session of this browser."""

    @wraps(view)
    def handle(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            fields = request.POST.copy()
            fields.pop("csrfmiddlewaretoken", None)
            text = fields.urlencode()
            if len(text) <= MOST:
                request.session[NAME] = {"path": request.path, "fields": text}
        return redirect_to_login(request.get_full_path())

    return handle


def form_data(request: HttpRequest) -> QueryDict | None:
    """What fills the form of this page: what was sent now, or what was kept for this address."""
    if request.method == "POST":
        return request.POST
    kept = request.session.pop(NAME, None)
    if kept is None or kept["path"] != request.path:
        return None
    messages.info(
        request,
        gettext(
            "You had been logged out, so nothing was saved. Your input is here: send it again."
        ),
        "care",
    )
    return QueryDict(kept["fields"])
