"""The one place that says who may do what where.

A view asks `require(user, permission, region)`; a query narrows with `visible_regions(user)`.
What a person may not see answers exactly like what does not exist.
"""

from __future__ import annotations

from enum import Enum

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from waspada_web.accounts.models import RoleKind, User
from waspada_web.regions.models import Region


class Permission(Enum):
    READ_RESULT = "read_result"
    RUN_ROUND = "run_round"
    PLAN_STEPS = "plan_steps"


GRANTS: dict[Permission, frozenset[str]] = {
    Permission.READ_RESULT: frozenset({RoleKind.VIEWER, RoleKind.OPERATOR, RoleKind.HEAD}),
    Permission.RUN_ROUND: frozenset({RoleKind.OPERATOR}),
    Permission.PLAN_STEPS: frozenset({RoleKind.OPERATOR, RoleKind.HEAD}),
}


def visible_regions(
    user: User | AnonymousUser, permission: Permission = Permission.READ_RESULT
) -> QuerySet[Region]:
    """Regions in the subtrees of the person's roles that grant the permission."""
    if not user.is_authenticated:
        return Region.objects.none()
    roles = user.roles.filter(kind__in=GRANTS[permission]).select_related("region")
    return Region.objects.below(role.region for role in roles)


def require(user: User | AnonymousUser, permission: Permission, region: Region) -> None:
    """Raise Http404 unless the person may do this in this region."""
    if not visible_regions(user, permission).filter(pk=region.pk).exists():
        raise Http404
