"""Who may read which result, and the run with all that a page needs to speak of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from waspada.instrument.model import Form
from waspada_web.accounts.authorisation import visible_regions
from waspada_web.accounts.models import User
from waspada_web.collection.models import Round, RoundRegion, State
from waspada_web.collection.queries import today_of
from waspada_web.index.earlier import changes_of
from waspada_web.index.queries import latest_run, tables_of
from waspada_web.instrument.queries import instrument_of
from waspada_web.interpretation.reading import Reading
from waspada_web.regions.models import Region

Reader = User | AnonymousUser


@dataclass(frozen=True)
class ReadableRound:
    """A round on the list. own: the one region of this reader that was measured, if it is one.

    measured, total: how many of its regions have a result.
    """

    round: Round
    own: Region | None
    measured: int
    total: int

    @property
    def has_result(self) -> bool:
        return self.measured > 0


def readable_rounds(user: Reader) -> list[ReadableRound]:
    """Rounds with a region that this person may read, real ones first, the newest first."""
    rounds = (
        Round.objects.filter(regions__region__in=visible_regions(user))
        .select_related("election")
        .order_by("is_synthetic", "-starts_on", "-pk")
        .distinct()
    )
    mine = set(visible_regions(user).values_list("pk", flat=True))
    return [_readable(round, mine) for round in rounds]


def _readable(round: Round, mine: set[int]) -> ReadableRound:
    members = list(RoundRegion.objects.filter(round=round).select_related("region"))
    has_run = latest_run(round) is not None
    measured = [m for m in members if has_run and m.state in (State.MEASURED, State.RELEASED)]
    own = [member.region for member in measured if member.region_id in mine]
    return ReadableRound(
        round, own[0] if len(own) == 1 else None, measured=len(measured), total=len(members)
    )


def round_for(user: Reader, round_id: int) -> Round:
    """The round, if a region of this person takes part in it; else as if it did not exist."""
    mine = visible_regions(user)
    found = (
        Round.objects.filter(pk=round_id, regions__region__in=mine)
        .select_related("election", "instrument_version")
        .first()
    )
    if found is None:
        raise Http404
    return found


def member_for(user: Reader, round_id: int, code: str) -> RoundRegion:
    """The round in one region of the person's own subtree; else as if it did not exist."""
    found = (
        RoundRegion.objects.filter(
            round_id=round_id, region__code=code, region__in=visible_regions(user)
        )
        .select_related("region__parent", "round__election", "round__instrument_version")
        .first()
    )
    if found is None:
        raise Http404
    return found


def openable_codes(user: Reader, round: Round) -> set[str]:
    """Regions of the round whose own page this person may open."""
    return set(
        round.regions.filter(region__in=visible_regions(user)).values_list(
            "region__code", flat=True
        )
    )


def common_parent(round: Round) -> Region | None:
    """The province whose regions a round holds; None where they have no parent in common."""
    parents = {member.region.parent for member in round.regions.select_related("region__parent")}
    return parents.pop() if len(parents) == 1 else None


def reading_of(round: Round) -> Reading | None:
    """The latest run of a round, ready to be read; None before the first."""
    run = latest_run(round)
    if run is None:
        return None
    members = RoundRegion.objects.filter(round=round).select_related("region")
    return Reading(
        round=round,
        run=run,
        instrument=instrument_of(round.instrument_version, Form(round.form)),
        tables=tables_of(run),
        regions={member.region.code: member.region for member in members},
        today=today_of(round),
        changes=changes_of(run),
    )
