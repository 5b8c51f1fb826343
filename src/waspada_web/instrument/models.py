"""Stored instrument versions."""

from __future__ import annotations

from django.db import models


class InstrumentVersion(models.Model):
    """One version of an instrument, kept as its text twin.

    frozen_at: set when the first round with it opens; from then on nothing of it may change.
    """

    code = models.SlugField(max_length=100, allow_unicode=False)
    version = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64, unique=True)
    twin = models.TextField()
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="instrument_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
