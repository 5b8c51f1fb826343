"""Choosing steps for a region, and taking one back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction

from waspada_web.accounts.models import User
from waspada_web.action.models import Plan, Step
from waspada_web.action.queries import propose
from waspada_web.audit.operations import record
from waspada_web.collection.models import RoundRegion
from waspada_web.interpretation.reading import Reading


@transaction.atomic
def choose_steps(
    *, by: User, round_region: RoundRegion, reading: Reading, actions: Collection[str], today: date
) -> list[Step]:
    """Add proposed steps to the plan of a region; returns those that were added.

    actions: codes of the catalogue. One that is not proposed on this day, or is in the plan
    already, is passed over, so that sending the form twice changes nothing.
    """
    plan, _ = Plan.objects.get_or_create(round_region=round_region, defaults={"run": reading.run})
    taken = set(plan.steps.values_list("action", flat=True))
    wanted = [
        proposed
        for proposed in propose(reading, round_region, today)
        if proposed.id in actions and proposed.id not in taken
    ]
    steps = [
        Step.objects.create(
            plan=plan,
            action=proposed.id,
            factor=proposed.factor.code,
            items=list(proposed.drivers),
            text_id=proposed.text.id,
            text_en=proposed.text.en,
            lead=proposed.lead.code,
            support=[body.code for body in proposed.support],
            mode=proposed.mode.value,
            due_on=proposed.due,
            due_stage=proposed.due_stage.code if proposed.due_stage else "",
            chosen_by=by,
        )
        for proposed in wanted
    ]
    if steps:
        record(
            by=by,
            verb="choose-steps",
            subject=f"plan {plan.pk}",
            region=round_region.region,
            actions=[step.action for step in steps],
        )
    return steps


@transaction.atomic
def remove_step(*, by: User, round_region: RoundRegion, step_id: int) -> None:
    """Take a step out of the plan. Raises Step.DoesNotExist where the plan has no such step."""
    step = Step.objects.get(pk=step_id, plan__round_region=round_region)
    record(
        by=by,
        verb="remove-step",
        subject=f"plan {step.plan_id}",
        region=round_region.region,
        action=step.action,
    )
    step.delete()
