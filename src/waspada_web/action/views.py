"""Following up: my plans, and the plan of one region."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from waspada_web.accounts.authorisation import Permission, require, visible_regions
from waspada_web.accounts.models import User
from waspada_web.action.catalogue import catalogue
from waspada_web.action.models import Step
from waspada_web.action.operations import choose_steps, remove_step
from waspada_web.action.plan_page import build_plan_page
from waspada_web.action.queries import plans_for, propose, steps_of
from waspada_web.collection.models import RoundRegion
from waspada_web.collection.queries import today_of
from waspada_web.elections.queries import calendar_of
from waspada_web.interpretation.queries import member_for, reading_of
from waspada_web.interpretation.reading import Reading


@login_required
@require_safe
def follow_up(request: HttpRequest) -> HttpResponse:
    entries = plans_for(request.user)
    ready = [entry for entry in entries if entry.has_enough]
    return render(
        request,
        "action/follow_up.html",
        {
            "task": "follow_up",
            "entries": entries,
            "next": ready[0] if ready else None,
            "is_synthetic": any(entry.member.round.is_synthetic for entry in entries),
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def region_plan(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    member, reading = _measured(request, round_id, code)
    today = today_of(member.round)
    if request.method == "POST":
        return _choose(request, member, reading)
    proposed = propose(reading, member, today)
    page = build_plan_page(
        reading,
        code,
        calendar_of(member.round.election),
        catalogue(),
        proposed,
        steps_of(member),
        today,
    )
    return render(
        request,
        "action/plan.html",
        {
            "task": "follow_up",
            "is_synthetic": member.round.is_synthetic,
            "region": member.region,
            "round": member.round,
            "page": page,
            "may_plan": visible_regions(request.user, Permission.PLAN_STEPS)
            .filter(pk=member.region_id)
            .exists(),
        },
    )


def _choose(request: HttpRequest, member: RoundRegion, reading: Reading) -> HttpResponse:
    require(request.user, Permission.PLAN_STEPS, member.region)
    assert isinstance(request.user, User)
    steps = choose_steps(
        by=request.user,
        round_region=member,
        reading=reading,
        actions=request.POST.getlist("action"),
        today=today_of(member.round),
    )
    if steps:
        messages.success(
            request,
            ngettext(
                "%(count)s step was added to the plan.",
                "%(count)s steps were added to the plan.",
                len(steps),
            )
            % {"count": len(steps)},
            extra_tags="good",
        )
    else:
        messages.warning(
            request,
            gettext("No step was added. Tick at least one that is not in the plan yet."),
            extra_tags="care",
        )
    return redirect("region_plan", member.round_id, member.region.code)


@login_required
@require_http_methods(["GET", "POST"])
def drop_step(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    member, _ = _measured(request, round_id, code)
    if request.method == "GET":  # who was logged out in between comes back here
        return redirect("region_plan", round_id, code)
    require(request.user, Permission.PLAN_STEPS, member.region)
    assert isinstance(request.user, User)
    step = request.POST.get("step", "")
    try:
        remove_step(by=request.user, round_region=member, step_id=int(step))
    except (ValueError, Step.DoesNotExist):
        messages.warning(
            request, gettext("That step is not in the plan any more."), extra_tags="care"
        )
    else:
        messages.success(request, gettext("The step was taken out of the plan."), extra_tags="good")
    return redirect("region_plan", round_id, code)


def _measured(request: HttpRequest, round_id: int, code: str) -> tuple[RoundRegion, Reading]:
    member = member_for(request.user, round_id, code)
    reading = reading_of(member.round)
    if reading is None or not reading.is_measured(code):
        raise Http404
    return member, reading
