"""Words of a plan: stages, due dates, owners, what Kesbangpol may do with whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext, ngettext

from waspada.action.model import Catalogue
from waspada.watch.model import Calendar, Stage
from waspada_web.interpretation.wording import listing
from waspada_web.ui import formats


def authority() -> str:
    return gettext(
        "Kesbangpol assigns offices of the local government through the head of the region, but "
        "it can only request something of KPU, Bawaslu and the police. The word on each step says "
        "which it is."
    )


def heading(chosen: int, region: str, *, is_late: bool, has_enough: bool) -> str:
    if not chosen and not has_enough:
        return gettext("No steps can be proposed for %(region)s yet") % {"region": region}
    if not chosen:
        return gettext("Choose the steps of %(region)s") % {"region": region}
    if is_late:
        return ngettext(
            "%(count)s step for %(region)s; something is overdue",
            "%(count)s steps for %(region)s; something is overdue",
            chosen,
        ) % {"count": formats.whole(chosen), "region": region}
    return ngettext("%(count)s step for %(region)s", "%(count)s steps for %(region)s", chosen) % {
        "count": formats.whole(chosen),
        "region": region,
    }


def as_of(today: date, is_example: bool) -> str:
    day = formats.weekday(today)
    return (
        gettext("The example takes %(day)s as its day.") % {"day": day}
        if is_example
        else gettext("As of %(day)s.") % {"day": day}
    )


def due(due_on: date | None, stage: Stage | None) -> str:
    """ "24 September 2024, before: Campaign"."""
    if due_on is None:
        return gettext("no date yet: the calendar has none for its stages")
    day = formats.day(due_on)
    if stage is None:
        return day
    values = {"day": day, "stage": stage.name.in_language(formats.language())}
    if stage.start and due_on < stage.start:
        return gettext("%(day)s, the day before: %(stage)s") % values
    return gettext("%(day)s, the last day of: %(stage)s") % values


def late(days: int) -> str:
    return ngettext("Overdue by %(days)s day", "Overdue by %(days)s days", days) % {
        "days": formats.whole(days)
    }


def body(catalogue: Catalogue, code: str) -> str:
    known = catalogue.body_by_code.get(code)
    return known.name.in_language(formats.language()) if known else code


def owner_of(lead: str, helpers: Sequence[str]) -> str:
    """The office that acts, and those at its side."""
    if not helpers:
        return lead
    return gettext("%(lead)s, together with %(support)s") % {
        "lead": lead,
        "support": listing(helpers),
    }


def driver_certainty(is_certain: bool, is_vulnerability: bool) -> str:
    if is_certain and is_vulnerability:
        return gettext("Certainly raising vulnerability: the whole interval lies above zero.")
    if is_certain:
        return gettext("Certainly lowering vigilance: the whole interval lies below zero.")
    return gettext(
        "Its effect is uncertain: the interval holds zero. Prefer steps that cost little and can "
        "be undone."
    )


def stage_when(stage: Stage, calendar: Calendar, today: date) -> list[str]:
    """Lines under a stage of the timeline."""
    if stage.is_over(today) and stage.end:
        return [gettext("ended %(day)s") % {"day": formats.short_day(stage.end)}]
    lines = [formats.date_range(stage.start, stage.end)]
    if stage.is_running(today):
        lines = (
            [gettext("until %(day)s") % {"day": formats.short_day(stage.end)}]
            if stage.end
            else lines
        )
        lines.append(gettext("running now"))
    elif is_voting(stage, calendar) and stage.start:
        days = (stage.start - today).days
        lines.append(
            ngettext("%(days)s day left", "%(days)s days left", days)
            % {"days": formats.whole(days)}
        )
    return lines


def is_voting(stage: Stage, calendar: Calendar) -> bool:
    return stage.start == stage.end == calendar.voting_day
