"""Who may do what where: people, and roles scoped to a region's subtree."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from waspada_web.regions.models import Region


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Store a person; without a password only a one-time link lets them in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """A person of an office. `title` is the office held, shown instead of a personal name."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("office e-mail address"), unique=True)
    title = models.CharField(_("office"), max_length=200, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.title or self.email


class RoleKind(models.TextChoices):
    """What a person may do in the region of the role and below it."""

    VIEWER = "viewer", _("Viewer")
    OPERATOR = "operator", _("Operator")
    HEAD = "head", _("Head of Kesbangpol")


class Role(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=RoleKind)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "region"], name="role_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=RoleKind.values), name="role_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.region_id}"
