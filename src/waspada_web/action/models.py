"""The plan of a region: steps that somebody owns, with a date. Offices, never persons."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from waspada_web.collection.models import RoundRegion
from waspada_web.index.models import Run


class Mode(models.TextChoices):
    """What Kesbangpol may do with a body; it can order few of them."""

    ASSIGN = "assign", _("Assign")
    REQUEST = "request", _("Request")
    COORDINATE = "coordinate", _("Coordinate")
    INVITE = "invite", _("Invite")
    INFORM = "inform", _("Inform")


class StepState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")


class Plan(models.Model):
    round_region = models.OneToOneField(RoundRegion, on_delete=models.CASCADE, related_name="plan")
    run = models.ForeignKey(Run, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"plan {self.round_region_id}"


class Step(models.Model):
    """action, factor, lead and support are codes of the mitigation catalogue; the text is kept
    as it was when chosen, since the catalogue goes on."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=20)
    factor = models.CharField(max_length=20)
    items = models.JSONField(default=list)
    text_id = models.TextField()
    text_en = models.TextField()
    lead = models.CharField(max_length=40)
    support = models.JSONField(default=list)
    mode = models.CharField(max_length=12, choices=Mode)
    due_on = models.DateField(null=True, blank=True)
    due_stage = models.CharField(max_length=50, blank=True)
    state = models.CharField(max_length=12, choices=StepState, default=StepState.PROPOSED)
    chosen_at = models.DateTimeField(auto_now_add=True)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "action"], name="step_once_per_plan"),
            models.CheckConstraint(
                condition=models.Q(mode__in=Mode.values), name="step_mode_known"
            ),
        ]

    def __str__(self) -> str:
        return self.action
