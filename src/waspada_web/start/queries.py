"""What the start of a server has to know about its database."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AnonymousUser

from waspada_web.accounts.authorisation import Permission, visible_regions
from waspada_web.accounts.models import User
from waspada_web.collection.models import Round


def is_untouched() -> bool:
    """No person and no round: nobody has begun anything here."""
    return not User.objects.exists() and not Round.objects.exists()


def first_without_password() -> User | None:
    """Whom to let in by a link: the first person, as long as nobody has set a password."""
    people = User.objects.filter(is_active=True)
    if people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return None
    return people.order_by("pk").first()


def example_rounds(user: User | AnonymousUser) -> list[Round]:
    """Example rounds with a region that this person runs."""
    regions = visible_regions(user, Permission.RUN_ROUND)
    return list(Round.objects.filter(is_synthetic=True, regions__region__in=regions).distinct())
