"""Closing a region and computing its result: the step from collected answers to a stored run."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from waspada.errors import WaspadaError
from waspada_web.accounts.authorisation import Permission, require
from waspada_web.accounts.models import User
from waspada_web.collection.errors import StateError
from waspada_web.collection.models import RoundRegion, State
from waspada_web.collection.operations import close_region
from waspada_web.collection.queries import progress_of, round_region_of
from waspada_web.collection.sentences import state_sentence
from waspada_web.collection.wash import WashError
from waspada_web.index.operations import measure_round


def _member(request: HttpRequest, round_id: int, code: str) -> RoundRegion:
    try:
        member = round_region_of(round_id, code)
    except RoundRegion.DoesNotExist:
        raise Http404 from None
    require(request.user, Permission.RUN_ROUND, member.region)
    return member


@login_required
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """Say what becomes irreversible; when confirmed, wash, close and measure."""
    member = _member(request, round_id, code)
    user = request.user
    assert user.is_authenticated
    if request.method == "POST":
        try:
            close_region(by=user, round_region=member)
        except StateError as error:
            messages.error(request, state_sentence(error), "bad")
            return redirect("round_region", round_id, code)
        except (WashError, OperationalError):  # after the commit: the region is closed
            messages.warning(
                request,
                gettext(
                    "The region is closed and its answers are safe, but the database file could "
                    "not be rewritten yet. Ask the person who runs this server to restart it."
                ),
                "care",
            )
        return _measure(request, member, by=user)
    if member.state != State.INTAKE_STOPPED:
        wrong = StateError(f"is_{member.state}", f"The region is in state {member.state}.")
        messages.info(request, state_sentence(wrong))
        return redirect("round_region", round_id, code)
    context: dict[str, Any] = {
        "round_region": member,
        "round": member.round,
        "region": member.region,
        "is_synthetic": member.round.is_synthetic,
        "progress": progress_of(member),
        "task": "collect",
    }
    return render(request, "index/close.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def compute(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """Compute the round, for a region that was closed but not measured.

    A measured one keeps its numbers as they were read out: another seed would move them.
    """
    member = _member(request, round_id, code)
    if request.method == "GET":  # who was logged out in between comes back here
        return redirect("round_region", round_id, code)
    if member.state != State.CLOSED:
        is_measured = member.state in (State.MEASURED, State.RELEASED)
        return redirect("region_result" if is_measured else "round_region", round_id, code)
    user = request.user
    assert user.is_authenticated
    return _measure(request, member, by=user)


def _measure(request: HttpRequest, member: RoundRegion, *, by: User) -> HttpResponse:
    try:
        measure_round(member.round, by=by)
    except WaspadaError as error:
        messages.error(
            request,
            gettext(
                "The result could not be computed, but the answers are safe. Try again; if it "
                "fails once more, tell the person who runs this server this word: %(code)s."
            )
            % {"code": error.code},
            "bad",
        )
        return redirect("round_region", member.round_id, member.region.code)
    return redirect("region_result", member.round_id, member.region.code)
