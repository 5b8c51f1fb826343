"""Changes of an account that allauth makes: each leaves its audit row."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_set
from django.dispatch import receiver

from waspada_web.accounts.models import User
from waspada_web.audit.operations import record


@receiver(password_set)
def record_password_set(user: User, **_given: Any) -> None:
    record(by=user, verb="set-password", subject=f"user {user.pk}")


@receiver(password_changed)
def record_password_changed(user: User, **_given: Any) -> None:
    record(by=user, verb="change-password", subject=f"user {user.pk}")
