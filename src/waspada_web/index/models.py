"""Stored runs: one computation with everything needed to repeat it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from waspada_web.collection.models import Round


class Run(models.Model):
    """tables: the result as `waspada.publication` wrote it, small cells already withheld.

    changes: a list of comparisons with earlier rounds, one for each of them; "" where there is none
    (`waspada_web.index.earlier`).
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="runs")
    computed_at = models.DateTimeField(auto_now_add=True)
    computed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    method_version = models.CharField(max_length=20)
    seed = models.BigIntegerField()
    replicates = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    tables = models.TextField()
    changes = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.round_id} {self.fingerprint[:8]}"
