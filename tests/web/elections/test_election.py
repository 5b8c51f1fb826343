"""An election in the database is the calendar of its file."""

from __future__ import annotations

from tests.web.factories import ROOT, make_election
from waspada.watch import read_calendar
from waspada_web.audit.models import AuditEntry
from waspada_web.elections.models import Election
from waspada_web.elections.queries import calendar_of


def test_the_stored_calendar_equals_the_file(db: None) -> None:
    assert calendar_of(make_election()) == read_calendar(ROOT / "calendars" / "pilkada-2024.csv")


def test_loading_again_replaces_the_stages_of_the_same_election(db: None) -> None:
    first, second = make_election(), make_election()
    assert first.pk == second.pk
    assert Election.objects.count() == 1
    assert [entry.verb for entry in AuditEntry.objects.all()] == [
        "load-election",
        "replace-calendar",
    ]
