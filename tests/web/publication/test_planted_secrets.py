"""Cells nobody may see are planted; every page, table, report and record is searched for them."""

from __future__ import annotations

import csv
import io
import json
import random
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.web import factories
from tests.web.measured import logged_in
from waspada.instrument.model import Item
from waspada_web.accounts.models import RoleKind
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.models import Round
from waspada_web.index.models import Run
from waspada_web.index.operations import measure_round

pytestmark = pytest.mark.django_db

FEW = "candidacy_unrest"
"""Answered by a handful only."""
ALIKE = "women_safe"
"""Answered the same by all."""
SMALL = "63.02"
"""Three people came."""


def planted(chance: random.Random, region: str, element: str, item: Item) -> str:
    if item.code == FEW and (element != "academics" or chance.random() > 0.5):
        return ""
    if item.code == ALIKE:
        return first_choice(item)
    return factories.by_chance()(chance, region, element, item)


def first_choice(item: Item) -> str:
    return next(c.code for c in factories._SCALES[item.scale] if c.score is not None)


@pytest.fixture
def outputs() -> dict[str, str]:
    """Address -> text of everything that leaves, after a second round of the same regions."""
    plan = {
        "63.11": factories.full_hall() | {"youth": 2},
        "63.05": factories.full_hall(),
        SMALL: {"civil_servants": 3},
    }
    for seed in (4, 5):
        round = factories.make_small_round(plan, answer=planted, seed=seed)
        measure_round(round, by=None, seed=1, replicates=100)
    client = logged_in(factories.make_person(RoleKind.OPERATOR, "63"))
    return {address: text(client, address) for address in addresses(round)}


def addresses(round: Round) -> list[str]:
    found = ["/", "/putaran/", "/kumpulkan/", "/hasil/", "/tindak-lanjut/", f"/hasil/{round.pk}/"]
    found += [f"/hasil/{round.pk}/tabel/{name}.csv" for name in ("scores", "ranks", "categories")]
    for code in ("63.11", "63.05", SMALL):
        base = f"/hasil/{round.pk}/{code}/"
        found += [base, f"{base}laporan.pdf", f"/tindak-lanjut/{round.pk}/{code}/"]
        found += [f"{base}tabel/{name}.csv" for name in ("scores", "ranks", "drivers")]
        found += [f"/kumpulkan/{round.pk}/{code}/", f"/kumpulkan/{round.pk}/{code}/layar/"]
    return found + [f"/en{address}" for address in found]


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    if response["Content-Type"] == "application/pdf":
        pages = PdfReader(io.BytesIO(response.content)).pages
        return " ".join(page.extract_text() for page in pages)
    return str(response.content.decode())


def test_planted_secrets_stand_in_no_output(outputs: dict[str, str]) -> None:
    names = (FEW, ALIKE, "Penetapan calon diper", "Keamanan perempuan")
    for address, content in outputs.items():
        for name in names:
            assert name not in content, f"{address} speaks of {name}"


def test_planted_secrets_stand_in_no_stored_change(outputs: dict[str, str]) -> None:
    del outputs
    stored = json.loads(Run.objects.latest("id").changes)[0]["tables"]
    told = {row["item"] for row in stored["drivers"]}
    assert len(told) > 10
    assert not told & {FEW, ALIKE}
    of_small = [row for row in stored["changes"] if row["region"] == SMALL]
    assert of_small and all(row["after"] is row["change"] is None for row in of_small)


def test_a_region_of_three_people_has_no_number_anywhere(outputs: dict[str, str]) -> None:
    for address, content in outputs.items():
        if address.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(content)):
                if row["region"] == SMALL:
                    numbers = {k: v for k, v in row.items() if k in COUNTS and v not in ZERO}
                    assert numbers == {}, address
        elif f"/{SMALL}/" in address:
            assert not re.search(r"\b3 (orang|isian|jawaban|answers?|people)\b", content), address


COUNTS = ("score", "lower", "upper", "rank", "rank_lower", "rank_upper", "n_responses")
COUNTS += ("share_answered", "probability_low", "probability_medium", "probability_high")
ZERO = ("", "0", "0.000000")


def test_an_element_of_two_is_never_counted(outputs: dict[str, str]) -> None:
    for address, content in outputs.items():
        assert not re.search(r"[Pp]emuda[^<.]{0,20}\b2\b|[Yy]outh[^<.]{0,20}\b2\b", content), (
            address
        )


def test_no_record_holds_a_small_count_of_answers(outputs: dict[str, str]) -> None:
    del outputs
    for details in AuditEntry.objects.exclude(verb__in=["open-round", "load-regions"]).values_list(
        "details", flat=True
    ):
        assert not re.search(r'"(used|answers|voided)": [1-4]\b', json.dumps(details))
