"""Removing the example, to begin empty."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from waspada_web.start.operations import clear_example
from waspada_web.start.queries import example_rounds


@login_required
@require_http_methods(["GET", "POST"])
def example_clear(request: HttpRequest) -> HttpResponse:
    rounds = example_rounds(request.user)
    if not rounds:
        raise Http404
    if request.method == "POST":
        user = request.user
        assert user.is_authenticated
        clear_example(by=user)
        messages.success(request, gettext("The example is removed. You begin empty now."), "good")
        return redirect("home")
    return render(
        request,
        "start/example_clear.html",
        {"rounds": rounds, "is_synthetic": True, "task": "prepare"},
    )
