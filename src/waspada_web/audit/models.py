"""What officials did. Append-only; never a word about a respondent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from waspada_web.regions.models import Region


class AuditEntry(models.Model):
    """One act of one official. `subject` names the object, for example "round 3"."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    verb = models.SlugField()
    subject = models.CharField(max_length=200)
    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An audit entry is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("An audit entry is never deleted.")
