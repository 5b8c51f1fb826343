"""All regions of a round: a ranked table that names no place."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web import factories
from tests.web.measured import REPLICATES, logged_in, text_of
from waspada_web.accounts.models import RoleKind, User
from waspada_web.collection.models import Round
from waspada_web.index.operations import measure_round
from waspada_web.interpretation.queries import reading_of
from waspada_web.interpretation.round_page import build_round_page

pytestmark = pytest.mark.django_db


def path(round: Round) -> str:
    return f"/hasil/{round.pk}/"


def test_every_region_has_a_tile_and_a_row(as_province: Client, example: Round) -> None:
    html = text_of(as_province, path(example))
    assert html.count('class="tile ') == 13
    assert html.count('<th scope="row">') == 13
    assert html.count('<circle class="dot"') == 12


def test_a_region_without_enough_data_keeps_its_row(as_province: Client, example: Round) -> None:
    html = text_of(as_province, path(example))
    row = next(row for row in html.split("<tr") if "Kotabaru" in row and 'class="gap"' in row)
    assert "Data belum cukup" in row
    assert "17 isian; perlu 20." in row
    assert not re.search(r"\d+,\d", row)


def test_ranks_are_bands(as_province: Client, example: Round) -> None:
    html = text_of(as_province, path(example))
    bands = re.findall(r'data-is="peringkat">([^<]*)<', html)
    assert len(bands) == 12
    assert all(re.fullmatch(r"\d+–\d+", band) for band in bands)


def test_regions_of_a_group_never_differ_and_groups_cannot_grow(example: Round) -> None:
    reading = reading_of(example)
    assert reading is not None
    told = reading.told
    for positions in reading.groups:
        members = [told[position] for position in positions]
        assert not any(reading.differ(a, b) for a in members for b in members if a != b)
        for other in set(told) - set(members):
            assert any(reading.differ(member, other) for member in members)
    assert reading.groups == sorted(set(reading.groups))


def test_a_regency_reads_its_siblings_but_opens_only_its_own(
    as_head: Client, example: Round
) -> None:
    html = text_of(as_head, path(example))
    assert html.count('<th scope="row">') == 13
    links = set(re.findall(rf'href="/hasil/{example.pk}/([\d.]+)/"', html))
    assert links == {"63.11"}


def test_a_sibling_shows_its_index_and_nothing_below_it(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    assert "Penyelenggaraan pemilu" not in html


def test_a_round_in_other_regions_does_not_exist(example: Round) -> None:
    other = factories.make_small_round({"63.10": factories.full_hall()})
    measure_round(other, by=None, seed=1, replicates=REPLICATES)
    person = factories.make_person(RoleKind.HEAD, "63.11")
    assert logged_in(person).get(path(other)).status_code == 404
    assert logged_in(person).get("/hasil/999/").status_code == 404


def test_real_and_synthetic_rounds_are_never_ranked_together(example: Round) -> None:
    real = factories.make_small_round({"63.11": factories.full_hall()}, is_synthetic=False)
    measure_round(real, by=None, seed=1, replicates=REPLICATES)
    reading = reading_of(real)
    assert reading is not None
    assert set(reading.regions) == {"63.11"}
    person = factories.make_person(RoleKind.HEAD, "63.11")
    assert 'class="sample"' not in text_of(logged_in(person), path(real))


def test_one_region_has_no_rank_and_the_page_says_why() -> None:
    round = factories.make_small_round({"63.11": factories.full_hall(), "63.10": {"youth": 8}})
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    person = factories.make_person(RoleKind.OPERATOR, "63")
    html = text_of(logged_in(person), path(round))
    assert "Belum ada peringkat" in html or 'data-is="peringkat"' in html


def test_a_round_that_was_never_measured_says_so() -> None:
    round = factories.make_round(["63.11"])
    person = factories.make_person(RoleKind.HEAD, "63.11")
    assert "Putaran ini belum dihitung" in text_of(logged_in(person), path(round))


def test_a_heading_claims_only_real_differences(example: Round) -> None:
    reading = reading_of(example)
    assert reading is not None
    page = build_round_page(reading, set(reading.regions))
    top, bottom = reading.told[0], reading.told[-1]
    if not reading.differ(top, bottom):
        assert reading.name(top) not in page.heading


def test_vigilance_has_its_own_hue_and_words() -> None:
    round = factories.make_small_round(
        {code: factories.full_hall() for code in ("63.11", "63.10", "63.09")},
        instrument="kewaspadaan-nasional-contoh",
    )
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    person = factories.make_person(RoleKind.OPERATOR, "63")
    html = text_of(logged_in(person), path(round))
    assert "cat v-" in html
    assert "cat k-" not in html
    assert "kurang waspada" in html.lower()
    region = text_of(logged_in(person), f"{path(round)}63.11/")
    assert "makin tinggi makin baik" in region
    assert "rawan" not in region.split("<main")[1].split("</main>")[0].lower()


def test_the_list_offers_one_next_thing(as_head: Client, example: Round) -> None:
    html = text_of(as_head, "/hasil/")
    assert html.count('class="button"') == 1
    assert f"/hasil/{example.pk}/63.11/" in html


def test_the_list_is_empty_for_a_person_without_rounds(example: Round) -> None:
    nobody = User.objects.create_user("nobody@example.org", factories.PASSWORD)
    html = text_of(logged_in(nobody), "/hasil/")
    assert "Hasil tampil di sini" in html


def test_band_groups_and_heading_agree(as_province: Client, example: Round) -> None:
    """A region with a place of its own shares no group with others; the heading claims no more."""
    reading = reading_of(example)
    assert reading is not None
    for code in reading.told:
        band = reading.rank(code)
        assert band is not None
        above, below = len(reading.lower_than(code)), len(reading.higher_than(code))
        assert band == (1 + above, len(reading.told) - below)
    alone = [code for code in reading.told if len(set(reading.rank(code) or (0, 1))) == 1]
    html = text_of(as_province, path(example))
    is_claimed = "dapat dipastikan paling" in html
    assert is_claimed == bool({reading.told[0], reading.told[-1]} & set(alone))
