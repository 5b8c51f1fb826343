"""What leaves the house: tables as CSV, result and plan as PDF. Releasing is not open yet."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from waspada_web.action.catalogue import catalogue
from waspada_web.action.plan_page import build_plan_page
from waspada_web.action.queries import propose, steps_of
from waspada_web.collection.queries import today_of
from waspada_web.elections.queries import calendar_of
from waspada_web.interpretation.queries import member_for, reading_of, round_for
from waspada_web.interpretation.region_page import build_region_page
from waspada_web.publication.report import Report, report_pdf
from waspada_web.publication.tables import FILES, OF_A_ROUND, region_csv, round_csv


@login_required
@require_safe
def region_table(request: HttpRequest, round_id: int, code: str, name: str) -> HttpResponse:
    member = member_for(request.user, round_id, code)
    reading = reading_of(member.round)
    if reading is None or not reading.is_measured(code) or name not in FILES:
        raise Http404
    return _download(
        region_csv(reading, code, name).encode(),
        f"waspada-{round_id}-{code}-{name}.csv",
        "text/csv; charset=utf-8",
    )


@login_required
@require_safe
def round_table(request: HttpRequest, round_id: int, name: str) -> HttpResponse:
    reading = reading_of(round_for(request.user, round_id))
    if reading is None or name not in OF_A_ROUND:
        raise Http404
    return _download(
        round_csv(reading, name).encode(),
        f"waspada-{round_id}-{name}.csv",
        "text/csv; charset=utf-8",
    )


@login_required
@require_safe
def region_report(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    member = member_for(request.user, round_id, code)
    reading = reading_of(member.round)
    if reading is None or not reading.is_measured(code):
        raise Http404
    calendar, today = calendar_of(member.round.election), today_of(member.round)
    plan = build_plan_page(
        reading,
        code,
        calendar,
        catalogue(),
        propose(reading, member, today),
        steps_of(member),
        today,
    )
    pdf = report_pdf(Report(reading, code, build_region_page(reading, code, calendar), plan))
    return _download(pdf, f"waspada-{round_id}-{code}.pdf", "application/pdf")


@login_required
@require_safe
def publish(request: HttpRequest) -> HttpResponse:
    return render(request, "publication/publish.html", {"task": "publish"})


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file of a log-in: no shared cache may keep it."""
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
