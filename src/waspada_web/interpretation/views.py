"""Reading results: the rounds, all regions of a round, one region."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from waspada_web.elections.queries import calendar_of
from waspada_web.interpretation.queries import (
    common_parent,
    member_for,
    openable_codes,
    readable_rounds,
    reading_of,
    round_for,
)
from waspada_web.interpretation.region_page import build_region_page
from waspada_web.interpretation.round_page import build_round_page


@login_required
@require_safe
def read(request: HttpRequest) -> HttpResponse:
    rounds = readable_rounds(request.user)
    ready = [entry for entry in rounds if entry.has_result]
    return render(
        request,
        "interpretation/read.html",
        {
            "task": "read",
            "next": ready[0] if ready else None,
            "rounds": [entry for entry in rounds if not ready or entry is not ready[0]],
            "is_synthetic": any(entry.round.is_synthetic for entry in ready),
        },
    )


@login_required
@require_safe
def round_result(request: HttpRequest, round_id: int) -> HttpResponse:
    round = round_for(request.user, round_id)
    reading = reading_of(round)
    openable = openable_codes(request.user, round)
    return render(
        request,
        "interpretation/round.html",
        {
            "task": "read",
            "is_synthetic": round.is_synthetic,
            "region": common_parent(round),
            "round": round,
            "page": build_round_page(reading, openable) if reading else None,
        },
    )


@login_required
@require_safe
def region_result(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    member = member_for(request.user, round_id, code)
    reading = reading_of(member.round)
    is_measured = reading is not None and reading.is_measured(code)
    return render(
        request,
        "interpretation/region.html",
        {
            "task": "read",
            "is_synthetic": member.round.is_synthetic,
            "region": member.region,
            "round": member.round,
            "member": member,
            "page": build_region_page(reading, code, calendar_of(member.round.election))
            if reading and is_measured
            else None,
        },
    )
