"""The operator's pages: what is next, rounds, meetings, cards, counting, the hall."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from waspada.instrument.model import Form
from waspada_web.accounts.authorisation import Permission, require
from waspada_web.accounts.kept import form_data, login_required_keeping_input
from waspada_web.collection import operations
from waspada_web.collection.errors import StateError
from waspada_web.collection.forms import PEOPLE, MeetingForm, RoundForm
from waspada_web.collection.models import CardState, Meeting, RoundRegion, State
from waspada_web.collection.printing import cards_pdf, qr_svg
from waspada_web.collection.queries import (
    askable_versions,
    bowl_label,
    bowls_of,
    example_day,
    instrument_of_round,
    progress_of,
    regions_to_measure,
    round_region_of,
    round_regions,
    work_on,
)
from waspada_web.collection.sentences import state_sentence

COUNTED_STATES = (State.OPEN, State.INTAKE_STOPPED)
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def _member(request: HttpRequest, round_id: int, code: str) -> RoundRegion:
    """The round in the region, for somebody who may run it there; otherwise 404."""
    try:
        member = round_region_of(round_id, code)
    except RoundRegion.DoesNotExist:
        raise Http404 from None
    require(request.user, Permission.RUN_ROUND, member.region)
    return member


def _meeting(member: RoundRegion, meeting_id: int) -> Meeting:
    try:
        meeting = member.meetings.get(pk=meeting_id)
    except Meeting.DoesNotExist:
        raise Http404 from None
    meeting.round_region = member
    return meeting


def _frame(member: RoundRegion, task: str) -> dict[str, Any]:
    return {
        "round_region": member,
        "round": member.round,
        "region": member.region,
        "is_synthetic": member.round.is_synthetic,
        "task": task,
    }


def _back_to(member: RoundRegion) -> HttpResponse:
    return redirect("round_region", member.round_id, member.region.code)


def card_address(request: HttpRequest) -> str:
    """Where participants answer: the configured address, or the one this page was opened at.

    Always the Indonesian page, as the cards speak Indonesian; it offers English itself.
    """
    with override("id"):
        path = reverse("answer")
    if settings.PUBLIC_ADDRESS:
        return f"{settings.PUBLIC_ADDRESS}{path}"
    return request.build_absolute_uri(path)


def _is_loopback(address: str) -> bool:
    return address.partition("://")[2].partition("/")[0].rsplit(":", 1)[0] in LOOPBACK


# --- Home and rounds -----------------------------------------------------------------------------


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "collection/welcome.html")
    regions = list(regions_to_measure(request.user)[:2])
    if not regions:  # heads and viewers come to read
        return redirect("read")
    members = round_regions(request.user)
    own = members.filter(round__is_synthetic=False)
    unfinished = own.exclude(state__in=(State.MEASURED, State.RELEASED))
    current = unfinished.first() or own.first() or members.first()
    context: dict[str, Any] = {
        "has_own": own.exists(),
        "has_example": members.filter(round__is_synthetic=True).exists(),
        "region": regions[0] if len(regions) == 1 else None,
        "task": "prepare",
    }
    if current is None:
        return render(request, "collection/home_empty.html", context)
    return render(
        request,
        "collection/home.html",
        context | _frame(current, "prepare") | {"work": work_on(current)},
    )


@login_required
@require_safe
def prepare(request: HttpRequest) -> HttpResponse:
    members = list(round_regions(request.user))
    return render(
        request,
        "collection/prepare.html",
        {
            "members": members,
            "may_run": regions_to_measure(request.user).exists(),
            "is_synthetic": any(member.round.is_synthetic for member in members),
            "task": "prepare",
        },
    )


@login_required_keeping_input
@require_http_methods(["GET", "POST"])
def round_new(request: HttpRequest) -> HttpResponse:
    regions = list(regions_to_measure(request.user))
    if not regions:
        raise Http404
    versions = askable_versions()
    form = RoundForm(
        form_data(request),
        regions=regions,
        versions=versions,
        initial={"regions": regions if len(regions) == 1 else []},
    )
    if request.method == "POST" and form.is_valid():
        user = request.user
        assert user.is_authenticated
        data = form.cleaned_data
        round = operations.open_round(
            by=user,
            title=data["title"],
            instrument_version=data["instrument"],
            election=data["election"],
            form=Form(data["form"]),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            organiser=data["organiser"],
            contact=data["contact"],
            regions=data["regions"],
            today=example_day(),
        )
        chosen = list(data["regions"])
        if len(chosen) == 1:
            return redirect("round_region", round.pk, chosen[0].code)
        return redirect("prepare")
    return render(
        request,
        "collection/round_new.html",
        {
            "form": form,
            "has_versions": bool(versions),
            "example_day": example_day(),
            "region": form.only_region,
            "task": "prepare",
        },
        status=400 if request.method == "POST" else 200,
    )


@login_required
@require_safe
def round_region(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    member = _member(request, round_id, code)
    return render(
        request,
        "collection/round_region.html",
        _frame(member, "prepare") | {"work": work_on(member)},
    )


# --- Meetings and cards --------------------------------------------------------------------------


@login_required_keeping_input
@require_http_methods(["GET", "POST"])
def meeting(
    request: HttpRequest, round_id: int, code: str, meeting_id: int | None = None
) -> HttpResponse:
    """Add a meeting, or change one."""
    member = _member(request, round_id, code)
    known = _meeting(member, meeting_id) if meeting_id is not None else None
    form = MeetingForm(
        form_data(request),
        strata=instrument_of_round(member.round).strata,
        initial=_meeting_initial(known),
    )
    if request.method == "POST" and form.is_valid():
        user = request.user
        assert user.is_authenticated
        try:
            saved = operations.save_meeting(
                by=user,
                round_region=member,
                held_on=form.cleaned_data["held_on"],
                venue=form.cleaned_data["venue"],
                agenda=form.cleaned_data["agenda"],
                expected=form.expected,
                meeting=known,
            )
        except StateError as error:
            messages.error(request, state_sentence(error), "bad")
            return _back_to(member)
        return redirect("cards", round_id, code, saved.pk)
    return render(
        request,
        "collection/meeting.html",
        _frame(member, "prepare") | {"form": form, "meeting": known},
        status=400 if request.method == "POST" else 200,
    )


def _meeting_initial(meeting: Meeting | None) -> dict[str, Any]:
    if meeting is None:
        return {}
    people = {PEOPLE + code: number for code, number in meeting.expected.items()}
    return {
        "held_on": meeting.held_on,
        "venue": meeting.venue,
        "agenda": meeting.agenda,
    } | people


@login_required
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest, round_id: int, code: str, meeting_id: int) -> HttpResponse:
    """The plan of the bowls; posting it prints the cards as one PDF."""
    member = _member(request, round_id, code)
    held = _meeting(member, meeting_id)
    address = card_address(request)
    if request.method == "POST":
        printed = _printed(request, member, held, address)
        if printed is not None:
            return printed
    is_printed = held.cards.exclude(state=CardState.VOID).exists()
    instrument = instrument_of_round(member.round)
    bowls = bowls_of(held, instrument)
    return render(
        request,
        "collection/cards.html",
        _frame(member, "prepare")
        | {
            "meeting": held,
            "bowls": [
                {"bowl": bowl, "label": bowl_label(bowl.stratum, instrument)} for bowl in bowls
            ],
            "n_expected": sum(bowl.expected for bowl in bowls),
            "n_spares": sum(bowl.spares for bowl in bowls),
            "n_cards": sum(bowl.cards for bowl in bowls),
            "has_small_bowl": any(bowl.is_small for bowl in bowls),
            "is_printed": is_printed,
            "is_in_use": is_printed and member.state != State.DRAFT,
            "may_print": member.state in (State.DRAFT, State.OPEN),
            "asks_again": request.method == "POST",
            "address": address,
            "is_loopback": _is_loopback(address),
        },
    )


def _printed(
    request: HttpRequest, member: RoundRegion, held: Meeting, address: str
) -> HttpResponse | None:
    """The PDF; None where there are cards already and nobody has confirmed yet."""
    user = request.user
    assert user.is_authenticated
    try:
        printed = operations.print_cards(
            by=user, meeting=held, again=request.POST.get("again") == "yes"
        )
    except StateError as error:
        if error.code == "cards_printed" and member.state == State.DRAFT:
            return None
        messages.error(request, state_sentence(error), "bad")
        return _back_to(member)
    response = HttpResponse(
        cards_pdf(printed, meeting=held, address=address), content_type="application/pdf"
    )
    name = gettext("cards")
    response["Content-Disposition"] = (
        f'attachment; filename="{name}-{member.region.code}-{held.held_on.isoformat()}.pdf"'
    )
    response["Cache-Control"] = "no-store"
    return response


# --- States --------------------------------------------------------------------------------------

MOVES = {
    "open": operations.open_region,
    "stop": operations.stop_intake,
    "resume": operations.resume_intake,
}


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, round_id: int, code: str, step: str) -> HttpResponse:
    """Open the region, stop its intake or take it up again.

    Who was logged out in between comes back here by GET: nothing happens, the page is shown.
    """
    member = _member(request, round_id, code)
    if request.method == "GET":
        return _back_to(member)
    user = request.user
    assert user.is_authenticated
    try:
        MOVES[step](by=user, round_region=member)
    except StateError as error:
        messages.error(request, state_sentence(error), "bad")
        return _back_to(member)
    if step == "stop":
        return _back_to(member)
    return redirect("count", round_id, code)


# --- Counting ------------------------------------------------------------------------------------


@login_required
@require_safe
def collect(request: HttpRequest) -> HttpResponse:
    """Halls that are open now; with only one, straight to it."""
    members = list(round_regions(request.user).filter(state__in=COUNTED_STATES))
    if len(members) == 1:
        return redirect("count", members[0].round_id, members[0].region.code)
    return render(
        request,
        "collection/collect.html",
        {
            "members": members,
            "is_synthetic": any(member.round.is_synthetic for member in members),
            "task": "collect",
        },
    )


@login_required
@never_cache
@require_safe
def count(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """Who is still missing, in steps of five; htmx asks for the numbers alone."""
    member = _member(request, round_id, code)
    template = "collection/count_numbers.html" if _is_htmx(request) else "collection/count.html"
    return render(request, template, _frame(member, "collect") | {"progress": progress_of(member)})


@login_required
@never_cache
@require_safe
def hall(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """The screen in the hall: where to answer, how, and how far we are."""
    member = _member(request, round_id, code)
    context = _frame(member, "collect") | {"progress": progress_of(member)}
    if _is_htmx(request):
        return render(request, "collection/hall_numbers.html", context)
    address = card_address(request)
    held = work_on(member).meeting
    return render(
        request,
        "collection/hall.html",
        context
        | {
            "address": address.partition("://")[2].rstrip("/"),
            "qr": qr_svg(address),
            "meeting": held,
            "n_questions": len(instrument_of_round(member.round).items),
        },
    )


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
