"""An election and its calendar of overlapping stages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language


class Election(models.Model):
    code = models.SlugField(unique=True)
    title_id = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    voting_day = models.DateField()

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_en if (get_language() or "id").startswith("en") else self.title_id


class Stage(models.Model):
    """catalogue_stages: codes of the mitigation catalogue that this stage stands for."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="stages")
    code = models.SlugField()
    order = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=40)
    name_id = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=300, blank=True)
    catalogue_stages = models.JSONField(default=list)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["election", "code"], name="stage_code_once"),
            models.CheckConstraint(
                condition=models.Q(start__isnull=True)
                | models.Q(end__isnull=True)
                | models.Q(end__gte=models.F("start")),
                name="stage_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.code
