"""Making people and letting them in for the first time."""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from waspada_web.accounts.models import Role, RoleKind, User
from waspada_web.audit.operations import record
from waspada_web.regions.models import Region


@transaction.atomic
def invite(
    *, by: User | None, email: str, title: str, roles: list[tuple[RoleKind, Region]]
) -> User:
    """Store a person with roles and without a password; `one_time_path` lets them in."""
    user = User.objects.create_user(email, title=title)
    for kind, region in roles:
        Role.objects.create(user=user, kind=kind, region=region)
    record(
        by=by,
        verb="invite",
        subject=f"user {user.pk}",
        region=roles[0][1] if roles else None,
        roles=[[kind.value, region.code] for kind, region in roles],
    )
    return user


def one_time_path(user: User) -> str:
    """Address that logs this person in once: it dies with the log-in and after three days.

    The token covers the last log-in and the password, so using either one ends it.
    """
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("one_time_link", args=[uid, default_token_generator.make_token(user)])
