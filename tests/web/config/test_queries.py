"""A page asks the database as often for thirteen regions as for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web import factories
from tests.web.people import login
from waspada_web.accounts.models import RoleKind
from waspada_web.index.operations import measure_round

pytestmark = pytest.mark.django_db


def asked(client: Client, address: str) -> int:
    client.get(address)  # instruments and runs are parsed once
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200, address
    return len(queries)


@pytest.fixture
def count_for() -> Callable[[list[str]], dict[str, int]]:
    def count(codes: list[str]) -> dict[str, int]:
        round = factories.make_small_round({code: factories.full_hall() for code in codes})
        measure_round(round, by=None, seed=1, replicates=50)
        person = factories.make_person(
            RoleKind.OPERATOR, "63", email=f"operator{len(codes)}@kalsel.example"
        )
        client = login(person)
        addresses = [
            *("/", "/putaran/", "/kumpulkan/", "/hasil/", "/tindak-lanjut/", "/terbitkan/"),
            *(f"/{path}/{round.pk}/{codes[0]}/" for path in ("putaran", "hasil", "tindak-lanjut")),
            *(f"/kumpulkan/{round.pk}/{codes[0]}/{tail}" for tail in ("", "layar/")),
            *(f"/hasil/{round.pk}/", f"/hasil/{round.pk}/{codes[0]}/laporan.pdf"),
        ]
        found = {
            address.replace(f"/{round.pk}/", "/R/"): asked(client, address) for address in addresses
        }
        round.delete()
        return found

    return count


def test_more_regions_never_mean_more_queries(
    count_for: Callable[[list[str]], dict[str, int]],
) -> None:
    few = count_for(["63.11"])
    many = count_for(["63.11", *(f"63.0{number}" for number in range(1, 10))])
    assert many == few
    assert max(many.values()) <= 20
