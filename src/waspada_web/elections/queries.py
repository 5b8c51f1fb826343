"""Reading an election as the core's calendar."""

from __future__ import annotations

from waspada.instrument.model import Text
from waspada.watch import Calendar, Stage
from waspada_web.elections.models import Election


def calendar_of(election: Election) -> Calendar:
    """The election with its stages in their stored order."""
    return Calendar(
        code=election.code,
        title=Text(election.title_id, election.title_en),
        voting_day=election.voting_day,
        stages=tuple(
            Stage(
                code=stage.code,
                name=Text(stage.name_id, stage.name_en),
                phase=stage.phase,
                start=stage.start,
                end=stage.end,
                status=stage.status,
                catalogue_stages=tuple(stage.catalogue_stages),
                note=Text(stage.note_id, stage.note_en) if stage.note_id else None,
            )
            for stage in election.stages.all()
        ),
    )
