"""The plan of one region as its page and its PDF show it: all words and figures ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from waspada.action.model import Catalogue, ProposedStep
from waspada.publication.model import DriverRow
from waspada.watch import days_until_voting
from waspada.watch.model import Calendar, Stage
from waspada_web.action import wording
from waspada_web.action.models import Mode, Step, StepState
from waspada_web.action.queries import FOLLOWED_DRIVERS
from waspada_web.interpretation.reading import Reading
from waspada_web.interpretation.region_page import is_certain, split_drivers
from waspada_web.interpretation.wording import days_left, listing
from waspada_web.ui import formats

LONGEST_TIMELINE = 7


@dataclass(frozen=True)
class StagePoint:
    """A point of the timeline. look: past, now, vote or "" for one to come."""

    name: str
    look: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class StepCard:
    """A chosen or proposed step. pk: of a chosen one; code: of the catalogue."""

    code: str
    text: str
    mode: str
    owner: str
    due: str
    pk: int | None = None
    state: str = ""
    late: str = ""
    proof: str = ""


@dataclass(frozen=True)
class DriverPlan:
    """A driver with the steps that answer it. guardrail: what its steps must never do."""

    name: str
    value: str
    interval: str
    certainty: str
    is_certain: bool
    factors: str
    guardrails: tuple[str, ...]
    chosen: tuple[StepCard, ...]
    proposed: tuple[StepCard, ...]


@dataclass(frozen=True)
class PlanPage:
    heading: str
    as_of: str
    lead: str
    authority: str
    stages: tuple[StagePoint, ...]
    drivers: tuple[DriverPlan, ...]
    others: tuple[StepCard, ...]
    has_enough: bool
    chosen_count: int
    proposed_count: int
    catalogue_version: str
    catalogue_is_draft: bool

    @property
    def chosen(self) -> tuple[StepCard, ...]:
        """All chosen steps, in the order of the drivers."""
        return (*(card for driver in self.drivers for card in driver.chosen), *self.others)


def build_plan_page(
    reading: Reading,
    region: str,
    calendar: Calendar,
    catalogue: Catalogue,
    proposed: Sequence[ProposedStep],
    steps: Sequence[Step],
    today: date,
) -> PlanPage:
    """proposed: what the catalogue offers today; steps: the stored plan."""
    enough = reading.has_enough(region)
    drivers = split_drivers(reading, region)[0][:FOLLOWED_DRIVERS] if enough else []
    codes = [row.item for row in drivers]
    taken = {step.action for step in steps}
    cards = {step.pk: _chosen(step, calendar, catalogue, today) for step in steps}
    home = {step.pk: _home(step.items, codes) for step in steps}
    plans = tuple(
        _driver_plan(
            reading,
            row,
            [found for found in proposed if found.drivers[0] == row.item],
            tuple(cards[step.pk] for step in steps if home[step.pk] == row.item),
            taken,
        )
        for row in drivers
    )
    return PlanPage(
        heading=wording.heading(
            len(steps),
            reading.regions[region].full_name,
            is_late=any(card.late for card in cards.values()),
            has_enough=enough,
        ),
        as_of=wording.as_of(today, is_example=reading.round.today is not None),
        lead=days_left(days_until_voting(calendar, today)),
        authority=wording.authority(),
        stages=timeline(calendar, proposed, today),
        drivers=plans,
        others=tuple(cards[step.pk] for step in steps if home[step.pk] is None),
        has_enough=enough,
        chosen_count=len(steps),
        proposed_count=sum(len(plan.proposed) for plan in plans),
        catalogue_version=catalogue.version,
        catalogue_is_draft=catalogue.status == "draft",
    )


def _home(items: Sequence[str], codes: Sequence[str]) -> str | None:
    """The strongest driver of today that a step answers; None once it is no driver any more."""
    return next((code for code in codes if code in items), None)


def _driver_plan(
    reading: Reading,
    row: DriverRow,
    proposed: Sequence[ProposedStep],
    chosen: tuple[StepCard, ...],
    taken: set[str],
) -> DriverPlan:
    language = formats.language()
    factors = list(dict.fromkeys(found.factor for found in proposed))
    return DriverPlan(
        name=reading.item_name(row.item),
        value=formats.signed(row.contribution),
        interval=formats.at_95(formats.signed_interval(row.lower, row.upper))
        if row.lower is not None and row.upper is not None
        else "",
        certainty=wording.driver_certainty(is_certain(row), reading.is_vulnerability),
        is_certain=is_certain(row),
        factors=listing([factor.name.in_language(language) for factor in factors])
        if factors
        else "",
        guardrails=tuple(
            factor.guardrail.in_language(language) for factor in factors if factor.guardrail
        ),
        chosen=chosen,
        proposed=tuple(_proposed(found) for found in proposed if found.id not in taken),
    )


def _proposed(found: ProposedStep) -> StepCard:
    language = formats.language()
    helpers = [body.name.in_language(language) for body in found.support]
    return StepCard(
        code=found.id,
        text=found.text.in_language(language),
        mode=str(Mode(found.mode.value).label),
        owner=wording.owner_of(found.lead.name.in_language(language), helpers),
        due=wording.due(found.due, found.due_stage),
        proof=found.evidence.name.in_language(language),
    )


def _chosen(step: Step, calendar: Calendar, catalogue: Catalogue, today: date) -> StepCard:
    stage = next((stage for stage in calendar.stages if stage.code == step.due_stage), None)
    is_late = step.due_on is not None and step.due_on < today and step.state != StepState.DONE
    action = catalogue.action_by_id.get(step.action)
    return StepCard(
        code=step.action,
        pk=step.pk,
        text=step.text_en if formats.language() == "en" else step.text_id,
        mode=str(Mode(step.mode).label),
        owner=wording.owner_of(
            wording.body(catalogue, step.lead),
            [wording.body(catalogue, code) for code in step.support],
        ),
        due=wording.due(step.due_on, stage),
        state=str(StepState(step.state).label),
        late=wording.late((today - step.due_on).days) if is_late and step.due_on else "",
        proof=catalogue.evidence_by_code[action.evidence].name.in_language(formats.language())
        if action
        else "",
    )


# --- Timeline ----------------------------------------------------------------------------------


def timeline(
    calendar: Calendar, proposed: Sequence[ProposedStep], today: date
) -> tuple[StagePoint, ...]:
    """Stages that matter now: running ones that steps refer to, those to come, voting day."""
    wanted = {
        stage.code
        for found in proposed
        for stage in (found.due_stage, found.running_stage)
        if stage is not None
    }
    dated = [stage for stage in calendar.stages if stage.is_dated and not stage.is_over(today)]
    shown = [
        stage
        for stage in dated
        if stage.code in wanted
        or wording.is_voting(stage, calendar)
        or (stage.start is not None and stage.start > today)
    ]
    spare = [
        stage
        for stage in shown
        if stage.code not in wanted and not wording.is_voting(stage, calendar)
    ]
    spare.sort(key=_length)
    for stage in spare[: max(0, len(shown) - LONGEST_TIMELINE)]:
        shown.remove(stage)
    shown.sort(key=lambda stage: (not stage.is_running(today), stage.start or date.min))
    return tuple(_point(stage, calendar, today) for stage in shown)


def _length(stage: Stage) -> int:
    """Days from the first to the last day; the shortest stages are the first to be left out."""
    return (stage.end - stage.start).days if stage.start and stage.end else 0


def _point(stage: Stage, calendar: Calendar, today: date) -> StagePoint:
    look = "now" if stage.is_running(today) else ""
    if wording.is_voting(stage, calendar):
        look = "vote"
    return StagePoint(
        name=stage.name.in_language(formats.language()),
        look=look,
        lines=tuple(wording.stage_when(stage, calendar, today)),
    )
