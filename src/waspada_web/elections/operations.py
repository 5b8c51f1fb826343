"""Storing an election from its calendar."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from waspada.watch import read_calendar
from waspada_web.accounts.models import User
from waspada_web.audit.operations import record
from waspada_web.elections.models import Election, Stage


@transaction.atomic
def load_election(path: Path, *, by: User | None) -> Election:
    """Check and store the calendar in a file; a newer file replaces the stages of its election.

    Raises CatalogueError with every fault of the file.
    """
    calendar = read_calendar(path)
    election, is_new = Election.objects.update_or_create(
        code=calendar.code,
        defaults={
            "title_id": calendar.title.id,
            "title_en": calendar.title.en,
            "voting_day": calendar.voting_day,
        },
    )
    election.stages.all().delete()
    Stage.objects.bulk_create(
        Stage(
            election=election,
            code=stage.code,
            order=order,
            phase=stage.phase,
            name_id=stage.name.id,
            name_en=stage.name.en,
            start=stage.start,
            end=stage.end,
            status=stage.status,
            catalogue_stages=list(stage.catalogue_stages),
            note_id=stage.note.id if stage.note else "",
            note_en=stage.note.en if stage.note else "",
        )
        for order, stage in enumerate(calendar.stages, start=1)
    )
    record(
        by=by,
        verb="load-election" if is_new else "replace-calendar",
        subject=f"election {election.code}",
        stages=len(calendar.stages),
    )
    return election
