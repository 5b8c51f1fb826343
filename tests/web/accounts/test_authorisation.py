"""Who sees which regions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from tests.web.factories import make_person, make_regions
from waspada_web.accounts.authorisation import Permission, require, visible_regions
from waspada_web.accounts.models import RoleKind
from waspada_web.regions.models import Region


@pytest.fixture(autouse=True)
def _regions(db: None) -> None:
    make_regions()


@pytest.mark.parametrize(
    ("code", "number"), [("63.11", 9), ("63", 22), ("00", 23), ("63.11.01", 1)]
)
def test_a_role_reaches_its_region_and_everything_below(code: str, number: int) -> None:
    person = make_person(RoleKind.VIEWER, code)
    assert visible_regions(person).count() == number


def test_a_code_that_only_begins_alike_is_not_below(db: None) -> None:
    Region.objects.create(code="63.1", kind="regency", name="Rekaan")
    person = make_person(RoleKind.VIEWER, "63.1")
    assert [region.code for region in visible_regions(person)] == ["63.1"]


def test_a_visitor_sees_no_region() -> None:
    assert not visible_regions(AnonymousUser()).exists()


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (RoleKind.VIEWER, {Permission.READ_RESULT}),
        (RoleKind.HEAD, {Permission.READ_RESULT, Permission.PLAN_STEPS}),
        (RoleKind.OPERATOR, set(Permission)),
    ],
)
def test_each_role_may_do_what_its_office_does(kind: RoleKind, allowed: set[Permission]) -> None:
    person = make_person(kind, "63.11")
    region = Region.objects.get(code="63.11")
    for permission in Permission:
        if permission in allowed:
            require(person, permission, region)
        else:
            with pytest.raises(Http404):
                require(person, permission, region)
