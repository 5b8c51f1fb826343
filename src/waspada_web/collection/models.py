"""Rounds, meetings, cards and answers.

A response holds answers, region, element and lens: no time, address, device, card or number in a
row of arrivals. While a region is open its answers lie in `OpenResponse`; closing copies them in
the order of fresh random keys into `Response` and deletes the open ones.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from waspada.instrument.model import Form
from waspada_web.elections.models import Election
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.regions.models import Region

STRATUM_LENGTH = 650
"""Ten element codes of 64 characters, joined: all that could share one bowl."""


class State(models.TextChoices):
    """States of a round in one region; each step is an operation with its checks."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    INTAKE_STOPPED = "intake_stopped", _("Intake stopped")
    CLOSED = "closed", _("Closed")
    MEASURED = "measured", _("Measured")
    RELEASED = "released", _("Released")


class Lens(models.TextChoices):
    """Who looks: never averaged silently."""

    SELF = "self", _("Participants from the region")
    OUTSIDE = "outside", _("Assessors from outside")
    RECORD = "record", _("Records")


class Round(models.Model):
    """An instrument version x regions x a period.

    today: the date the pages take as "today" for an example of the past; None means the real day.
    """

    title = models.CharField(max_length=200)
    instrument_version = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT)
    election = models.ForeignKey(Election, on_delete=models.PROTECT)
    form = models.CharField(
        max_length=10, choices=[(form.value, form.value) for form in Form], default=Form.CORE.value
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    organiser = models.CharField(max_length=200)
    contact = models.CharField(max_length=200)
    retention_months = models.PositiveSmallIntegerField(default=12)
    is_synthetic = models.BooleanField(default=False)
    today = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="round_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RoundRegion(models.Model):
    """A round in one region; states belong here, so one hall never waits for another."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="regions")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)

    class Meta:
        ordering = ["region__code"]
        constraints = [
            models.UniqueConstraint(fields=["round", "region"], name="round_region_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="round_region_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.region_id} {self.state}"


class Meeting(models.Model):
    """One coordination meeting in one region. expected: element code -> people expected."""

    round_region = models.ForeignKey(RoundRegion, on_delete=models.CASCADE, related_name="meetings")
    held_on = models.DateField()
    venue = models.CharField(max_length=200)
    agenda = models.TextField(blank=True)
    expected = models.JSONField(default=dict)

    class Meta:
        ordering = ["held_on", "id"]

    def __str__(self) -> str:
        return f"{self.venue} {self.held_on}"


class CardState(models.TextChoices):
    UNUSED = "unused", _("Unused")
    USED = "used", _("Used")
    VOID = "void", _("Void")


class Card(models.Model):
    """The right to answer once, tied to nobody. Only keyed hashes of its two codes are kept."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="cards")
    stratum = models.CharField(max_length=STRATUM_LENGTH)
    batch = models.PositiveSmallIntegerField()
    secret_hash = models.BinaryField(max_length=32, unique=True)
    typed_hash = models.BinaryField(max_length=32, unique=True)
    state = models.CharField(max_length=10, choices=CardState, default=CardState.UNUSED)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=CardState.values), name="card_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.stratum} {self.state}"


class OpenResponse(models.Model):
    """An answer while its region is open. submission and body_hash make sending again harmless;
    both are deleted at closing."""

    round_region = models.ForeignKey(RoundRegion, on_delete=models.CASCADE, related_name="+")
    submission = models.CharField(max_length=32, unique=True)
    body_hash = models.BinaryField(max_length=32)
    stratum = models.CharField(max_length=STRATUM_LENGTH)
    lens = models.CharField(max_length=10, choices=Lens, default=Lens.SELF)
    answers = models.JSONField()

    def __str__(self) -> str:
        return f"{self.round_region_id} {self.stratum}"


class Response(models.Model):
    """A washed answer: stored in the order of random keys, linked to nothing."""

    key = models.CharField(max_length=32, primary_key=True)
    round_region = models.ForeignKey(
        RoundRegion, on_delete=models.CASCADE, related_name="responses"
    )
    stratum = models.CharField(max_length=STRATUM_LENGTH)
    lens = models.CharField(max_length=10, choices=Lens, default=Lens.SELF)
    answers = models.JSONField()

    def __str__(self) -> str:
        return f"{self.round_region_id} {self.stratum}"
