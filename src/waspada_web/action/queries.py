"""What is proposed for a region, and what its plan holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count

from waspada.action import ProposedStep, propose_steps
from waspada_web.accounts.authorisation import visible_regions
from waspada_web.accounts.models import User
from waspada_web.action.catalogue import catalogue
from waspada_web.action.models import Step
from waspada_web.collection.models import RoundRegion, State
from waspada_web.elections.queries import calendar_of
from waspada_web.interpretation.queries import reading_of
from waspada_web.interpretation.reading import Reading

FOLLOWED_DRIVERS = 3
"""How many of the strongest drivers lead to proposals."""


def propose(reading: Reading, round_region: RoundRegion, today: date) -> tuple[ProposedStep, ...]:
    """Steps for the drivers that raise concern most; none where the data are not enough."""
    region = round_region.region.code
    if not reading.has_enough(region):
        return ()
    return propose_steps(
        [(row.item, row.contribution) for row in reading.drivers(region)],
        reading.instrument,
        catalogue(),
        calendar_of(round_region.round.election),
        today,
        limit_drivers=FOLLOWED_DRIVERS,
    )


def steps_of(round_region: RoundRegion) -> Sequence[Step]:
    return list(Step.objects.filter(plan__round_region=round_region))


@dataclass(frozen=True)
class PlanEntry:
    """A measured region on the list of plans, with the number of its steps.

    has_enough: whether its data lead to drivers at all.
    """

    member: RoundRegion
    steps: int
    has_enough: bool

    @property
    def is_waiting(self) -> bool:
        return self.has_enough and not self.steps


def plans_for(user: User | AnonymousUser) -> list[PlanEntry]:
    """Measured regions that this person may read: real rounds first, waiting ones first."""
    members = (
        RoundRegion.objects.filter(
            region__in=visible_regions(user), state__in=(State.MEASURED, State.RELEASED)
        )
        .select_related("region", "round__election", "round__instrument_version")
        .annotate(n_steps=Count("plan__steps"))
        .order_by("round__is_synthetic", "-round__starts_on", "-round_id", "region__code")
    )
    readings: dict[int, Reading | None] = {}
    entries = []
    for member in members:
        if member.round_id not in readings:
            readings[member.round_id] = reading_of(member.round)
        reading = readings[member.round_id]
        enough = reading is not None and reading.has_enough(member.region.code)
        entries.append(PlanEntry(member, member.n_steps, enough))
    return sorted(entries, key=lambda e: (e.member.round.is_synthetic, not e.is_waiting))
