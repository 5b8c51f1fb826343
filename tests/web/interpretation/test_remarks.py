"""Remarks on how answers were given: calm, of the region, for its own office, and no number of
people below five."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import translation

from tests.web import factories
from tests.web.measured import logged_in, text_of
from tests.web.rounds import two_rounds
from waspada.publication.model import CheckRow, Tables, WithoutRow
from waspada.quality.model import Measure
from waspada_web.accounts.models import RoleKind
from waspada_web.collection.models import Round
from waspada_web.elections.queries import calendar_of
from waspada_web.interpretation import remarks
from waspada_web.interpretation.queries import reading_of
from waspada_web.interpretation.reading import Reading
from waspada_web.interpretation.region_page import build_region_page
from waspada_web.interpretation.round_page import build_round_page

pytestmark = pytest.mark.django_db

ROW = WithoutRow("63.11", "kerawanan_pilkada", 61.0, 62.1, 1.1, 8, False)


@pytest.fixture
def flagged() -> Round:
    return two_rounds()[1]


def head_of(code: str) -> Client:
    return logged_in(factories.make_person(RoleKind.HEAD, code))


def reading(round: Round, **changed: object) -> Reading:
    found = reading_of(round)
    assert found is not None
    tables: Tables = replace(found.tables, **changed)  # type: ignore[arg-type]
    return replace(found, tables=tables)


def main_of(html: str) -> str:
    return html.split("<main")[1].split("</main>")[0]


def test_copied_answers_stand_as_a_remark_beside_the_number(flagged: Round) -> None:
    html = text_of(head_of("63.11"), f"/hasil/{flagged.pk}/63.11/")
    assert "Mutu isian: 2 catatan" in html
    assert "isian hampir sama persis dengan isian lain" in html
    assert "Tidak ada yang dihapus" in html
    assert re.search(r"Tanpa isian tersebut nilainya menjadi \d+,\d, bukan \d+,\d", html)


def test_the_remark_changes_neither_number_nor_heading(flagged: Round) -> None:
    found = reading(flagged)
    page = build_region_page(found, "63.11", calendar_of(flagged.election))
    quiet = build_region_page(reading(flagged, checks=()), "63.11", calendar_of(flagged.election))
    assert page.remarks is not None and quiet.remarks is None
    assert (page.headline, page.heading) == (quiet.headline, quiet.heading)


def test_a_region_without_a_flag_says_that_its_answers_were_looked_at(flagged: Round) -> None:
    html = main_of(text_of(head_of("63.07"), f"/hasil/{flagged.pk}/63.07/"))
    assert "Mutu isian" not in html
    assert "tidak ada yang menonjol" in html


def test_a_run_that_did_not_look_says_nothing(as_head: Client, example: Round) -> None:
    html = main_of(text_of(as_head, f"/hasil/{example.pk}/63.11/"))
    assert "Mutu isian" not in html
    assert "tidak ada yang menonjol" not in html


def test_a_neighbour_never_learns_of_a_remark(flagged: Round) -> None:
    assert "Mutu isian" not in text_of(head_of("63.07"), f"/hasil/{flagged.pk}/")
    assert "Mutu isian: 2 catatan" in text_of(head_of("63.11"), f"/hasil/{flagged.pk}/")


def test_the_province_sees_which_of_its_regions_have_remarks(flagged: Round) -> None:
    page = build_round_page(reading(flagged), {"63.11", "63.07"})
    told = {row.name: row.remarks for row in page.rows}
    assert told["Balangan"] == "Mutu isian: 2 catatan"
    assert told["Hulu Sungai Tengah"] == ""


@pytest.mark.parametrize("address", ["/", "/jawab/", "/en/"])
def test_who_is_not_logged_in_reads_no_remark(client: Client, flagged: Round, address: str) -> None:
    del flagged
    response = client.get(address)
    assert "Mutu isian" not in response.content.decode()
    assert "Quality of the answers" not in response.content.decode()


def test_a_region_without_enough_data_gets_no_number_from_a_remark(flagged: Round) -> None:
    found = reading(flagged)
    poor = tuple(
        replace(row, category="not_enough_data", probabilities={}, kept=False)
        if row.region == "63.11"
        else row
        for row in found.tables.categories
    )
    page = build_region_page(
        reading(flagged, categories=poor), "63.11", calendar_of(flagged.election)
    )
    assert page.remarks is None and page.change is None and page.headline is None


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_measure_has_its_words_with_and_without_a_share(
    measure: Measure, language: str
) -> None:
    with translation.override(language):
        told = CheckRow("63.11", measure.value, "flag", 0.2, 0.013, 0.0034, 0.01)
        bare = CheckRow("63.11", measure.value, "flag")
        assert "20\N{NO-BREAK SPACE}%" in remarks.seen(told)
        assert "%" not in remarks.seen(bare)
        assert remarks.name(told)
        assert "100" in remarks.rarity(told)
        assert re.search(r"\b5\b", remarks.rarity(bare))


@pytest.mark.parametrize(("p", "count"), [(1 / 300, 1), (0.0101, 2), (0.02, 2), (0.0401, 5)])
def test_rarity_is_rounded_up(p: float, count: int) -> None:
    with translation.override("en"):
        sentence = remarks.rarity(CheckRow("63.11", "incomplete", "flag", 0.2, 0.1, p, p))
        assert f"at most {count} look" in sentence


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW, "62.1 instead of 61.0 (+1.1). That is small"),
        (replace(ROW, matters=True), "more than half of the interval"),
        (replace(ROW, without=None, difference=None, flags=("unanimous",)), "what they say"),
        (replace(ROW, without=None, difference=None, flags=("too_few",)), "too few"),
    ],
)
def test_the_value_without_them_is_told_or_the_reason_is(row: WithoutRow, words: str) -> None:
    with translation.override("en"):
        assert words in remarks.without(row)


def test_no_sentence_counts_people(flagged: Round) -> None:
    html = main_of(text_of(head_of("63.11"), f"/hasil/{flagged.pk}/63.11/"))
    details = html.split('class="remarks"')[1].split("</details>")[0]
    assert not re.search(r"\b\d+ (orang|peserta)\b", details)
    assert not re.search(r"\b[1-4] isian\b", details)
