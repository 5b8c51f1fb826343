"""The dated tree of territories."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionKind(models.TextChoices):
    NATION = "nation", _("Nation")
    PROVINCE = "province", _("Province")
    REGENCY = "regency", _("Regency")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")


class RegionQuerySet(models.QuerySet["Region"]):
    def below(self, roots: Iterable[Region]) -> RegionQuerySet:
        """The given regions and everything under them: a code begins with its parent's code."""
        chosen = models.Q(pk__in=[])
        for root in roots:
            chosen |= models.Q(code=root.code) | models.Q(code__startswith=f"{root.code}.")
        return self.filter(chosen)


class Region(models.Model):
    """code: Kemendagri code (63.11); bps_code: code of the statistics office, differs below
    regency. valid_to: last day of this form of the region, None while it exists."""

    code = models.CharField(max_length=13, unique=True)
    bps_code = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=10, choices=RegionKind)
    name = models.CharField(max_length=100)  # without "Kabupaten" or "Kota"
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    tile_row = models.PositiveSmallIntegerField(null=True, blank=True)
    tile_column = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=RegionKind.values), name="region_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """ "Kabupaten Balangan" in Indonesian, "Balangan Regency" in English."""
        form = {
            RegionKind.NATION: "%(name)s",
            RegionKind.PROVINCE: _("%(name)s Province"),
            RegionKind.REGENCY: _("%(name)s Regency"),
            RegionKind.CITY: _("%(name)s City"),
            RegionKind.DISTRICT: _("%(name)s District"),
        }[RegionKind(self.kind)]
        return str(form) % {"name": self.name}
