"""The page of one region: what it says, to whom, and what it never says."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from django.test import Client

from tests.web import factories
from tests.web.measured import REPLICATES, logged_in, text_of
from waspada.instrument.model import Item
from waspada.publication.model import MeetingRow
from waspada_web.accounts.models import RoleKind, User
from waspada_web.collection.models import Round
from waspada_web.elections.queries import calendar_of
from waspada_web.index.operations import measure_round
from waspada_web.interpretation import wording
from waspada_web.interpretation.queries import reading_of
from waspada_web.interpretation.region_page import build_region_page

pytestmark = pytest.mark.django_db


def path(round: Round, code: str = "63.11", language: str = "") -> str:
    return f"{language}/hasil/{round.pk}/{code}/"


# --- Works ---


def test_the_number_stands_beside_its_interval(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    reading = reading_of(example)
    assert reading is not None
    row = reading.score("63.11")
    assert row is not None and row.score and row.lower and row.upper
    big = re.search(r'class="big">([^<]+)</p><p class="within">([^<]+)<', html)
    assert big is not None
    assert big[1] == f"{row.score:.1f}".replace(".", ",")
    assert f"{row.lower:.1f} sampai {row.upper:.1f}".replace(".", ",") in big[2]


def test_numbers_follow_the_language_of_the_page(as_head: Client, example: Round) -> None:
    indonesian, english = (
        text_of(as_head, path(example)),
        text_of(as_head, path(example, language="/en")),
    )
    assert re.search(r'class="big">\d+,\d<', indonesian)
    assert re.search(r'class="big">\d+\.\d<', english)
    assert "Seberapa kuat dasar angka ini" in indonesian
    assert "How firm the ground of this number is" in english


def test_the_page_of_an_example_says_that_it_is_synthetic(as_head: Client, example: Round) -> None:
    assert 'class="sample"' in text_of(as_head, path(example))


def test_a_rank_is_a_band_and_never_a_single_place(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    assert re.search(r"Peringkat antara \d+ dan \d+", html)
    assert not re.search(r"[Pp]eringkat (ke-)?\d+\b(?!–)", html)
    english = text_of(as_head, path(example, language="/en"))
    assert not re.search(r"[Rr]ank(ed)? \d+\b(?!–)", english)


def test_every_dimension_has_a_row_with_a_plot(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    table = html.split("Nilai tiap dimensi</caption>")[1].split("</table>")[0]
    assert table.count('class="dot"') == 4
    assert table.count('<td class="val">') == 4


def test_contributions_are_told_with_their_reference(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    assert "rata-rata 12 daerah" in html
    assert "bukan bukti sebab" in html


def test_other_regions_are_named_only_where_the_difference_is_real(example: Round) -> None:
    reading = reading_of(example)
    assert reading is not None
    page = build_region_page(reading, "63.07", calendar_of(example.election))
    assert page.standing is not None
    named = set(reading.higher_than("63.07"))
    assert named
    for code in reading.told:
        if code != "63.07":
            assert (reading.name(code) in page.standing.differences) == (code in named)


def test_a_page_computes_no_figure_that_the_tables_do_not_hold(example: Round) -> None:
    reading = reading_of(example)
    assert reading is not None
    page = build_region_page(reading, "63.11", calendar_of(example.election))
    assert page.headline is not None and page.dimensions is not None
    stored = {row.score for row in reading.tables.scores if row.region == "63.11"}
    assert page.headline.score in stored
    assert {row.score for row in page.dimensions.rows} <= stored


def test_a_heading_names_a_driver_only_if_its_printed_interval_leaves_out_zero(
    example: Round,
) -> None:
    reading = reading_of(example)
    assert reading is not None
    for code in reading.told:
        page = build_region_page(reading, code, calendar_of(example.election))
        assert page.drivers is not None
        for row in reading.drivers(code):
            if not row.item or row.lower is None or row.upper is None:
                continue
            printed_zero = round(row.lower, 1) <= 0 <= round(row.upper, 1)
            if printed_zero:
                name = reading.item_name(row.item)
                assert name[1:] not in page.drivers.heading


# --- Wrong person ---


def test_a_stranger_is_asked_to_log_in(client: Client, example: Round) -> None:
    response = client.get(path(example))
    assert response.status_code == 302
    assert "/masuk/" in response["Location"]


@pytest.mark.parametrize("code", ["63.10", "63.99", "99"])
def test_a_region_of_others_answers_like_one_that_does_not_exist(
    as_head: Client, example: Round, code: str
) -> None:
    assert as_head.get(path(example, code)).status_code == 404


def test_what_is_forbidden_and_what_is_missing_read_the_same(
    as_head: Client, example: Round
) -> None:
    forbidden = as_head.get(path(example, "63.10")).content.decode()
    missing = as_head.get(path(example, "63.98")).content.decode()
    # The page repeats its own address in the link to the other language; nothing else differs.
    assert forbidden.replace("63.10", "") == missing.replace("63.98", "")


def test_the_province_reads_each_of_its_regions(as_province: Client, example: Round) -> None:
    for code in ("63.01", "63.72"):
        text_of(as_province, path(example, code))


def test_a_person_without_any_role_sees_nothing(example: Round) -> None:
    nobody = User.objects.create_user("nobody@example.org", factories.PASSWORD)
    assert logged_in(nobody).get(path(example)).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_result_cannot_be_written_to(as_head: Client, example: Round, method: str) -> None:
    assert getattr(as_head, method)(path(example)).status_code == 405


def test_a_name_from_the_database_cannot_break_out(as_head: Client, example: Round) -> None:
    Round.objects.filter(pk=example.pk).update(title="<script>alert(1)</script>")
    assert "<script>alert" not in text_of(as_head, path(example))


# --- Not enough ---


def test_too_few_answers_give_a_sentence_and_no_number(example: Round) -> None:
    person = factories.make_person(RoleKind.HEAD, "63.02")
    html = text_of(logged_in(person), path(example, "63.02"))
    assert "Kabupaten Kotabaru: data belum cukup" in html
    assert "Baru ada 17 isian; diperlukan paling sedikit 20, jadi kurang 3." in html
    assert "Adakan rapat lagi" in html
    assert 'class="big"' not in html
    assert 'class="band"' not in html
    reading = reading_of(example)
    assert reading is not None
    row = reading.score("63.02")
    if row is not None and row.score is not None:
        assert f"{row.score:.1f}".replace(".", ",") not in html


def test_fewer_than_five_answers_are_never_counted_exactly() -> None:
    round = factories.make_small_round({"63.11": {"youth": 3}, "63.10": factories.full_hall()})
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    html = text_of(logged_in(factories.make_person(RoleKind.HEAD, "63.11")), path(round, "63.11"))
    main = html.split("<main")[1].split("</main>")[0]
    assert "kurang dari 5 isian" in main
    assert not re.search(r"\b3 isian", main)
    assert "kurang 17" not in main


def test_missing_elements_are_named_even_with_enough_answers() -> None:
    plan = {"civil_servants": 30, "youth": 10}
    round = factories.make_small_round({"63.11": plan, "63.10": factories.full_hall()})
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    html = text_of(logged_in(factories.make_person(RoleKind.HEAD, "63.11")), path(round, "63.11"))
    assert "Unsur wajib yang belum hadir atau terlalu sedikit" in html
    assert "tokoh agama" in html
    assert 'class="big"' not in html


@pytest.mark.parametrize(
    ("plan", "is_shared_out"),
    [
        (factories.full_hall() | {"other_community": 3}, True),
        (dict.fromkeys(factories.full_hall(), 1), False),
    ],
)
def test_weight_is_said_to_go_to_others_only_where_there_are_any(
    plan: dict[str, int], is_shared_out: bool
) -> None:
    round = factories.make_small_round({"63.11": plan, "63.10": factories.full_hall()})
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    html = text_of(logged_in(factories.make_person(RoleKind.HEAD, "63.11")), path(round, "63.11"))
    assert "Tidak dihitung karena pesertanya terlalu sedikit: " in html
    assert ("Bobotnya dibagikan kepada unsur lain." in html) == is_shared_out


def test_a_region_that_is_still_open_says_so(example: Round) -> None:
    factories.make_regions()
    other = factories.make_round(["63.11"], title="Putaran lain")
    person = factories.make_person(RoleKind.VIEWER, "63.11", email="v@example.org")
    assert "belum dihitung" in text_of(logged_in(person), path(other))


def test_a_single_region_says_why_there_is_no_rank() -> None:
    round = factories.make_small_round({"63.11": factories.full_hall()})
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    html = text_of(logged_in(factories.make_person(RoleKind.HEAD, "63.11")), path(round, "63.11"))
    assert "Tidak ada peringkat" in html
    assert "Peringkat antara" not in html
    assert "titik tengah skala" in html


# --- Small cells ---

UNANIMOUS = ("reluctant_voters", "voter_information", "ignored_groups", "warning_follow_up")


def secretive(chance: random.Random, region: str, element: str, item: Item) -> str:
    """In Balangan all answer participation alike, and two people only know about vote buying."""
    if region == "63.11" and item.node in ("voter_participation", "community_participation"):
        form = factories._SCALES[item.scale]
        return form[0].code if item.direction == 1 else form[4].code
    if region == "63.11" and item.code == "vote_buying" and chance.random() < 0.95:
        return "dont_know"
    return factories.by_chance()(chance, region, element, item)


@pytest.fixture
def secret_round(db: None) -> Round:
    plan = {code: factories.full_hall() for code in ("63.11", "63.10", "63.09")}
    round = factories.make_small_round(plan, answer=secretive)
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    return round


def test_a_unanimous_dimension_keeps_its_row_without_a_number(secret_round: Round) -> None:
    person = factories.make_person(RoleKind.HEAD, "63.11")
    html = text_of(logged_in(person), path(secret_round))
    table = html.split("Nilai tiap dimensi</caption>")[1].split("</table>")[0]
    row = next(row for row in table.split("<tr") if "Partisipasi" in row)
    assert "Tidak ditampilkan" in row
    assert 'class="dot"' not in row
    assert not re.search(r"\d+,\d", row)


def test_a_hidden_item_is_named_nowhere_with_a_number(secret_round: Round) -> None:
    reading = reading_of(secret_round)
    assert reading is not None
    shown = {row.item for row in reading.drivers("63.11") if row.item}
    hidden = {item.code for item in reading.instrument.index_items} - shown
    assert {"vote_buying", *UNANIMOUS} <= hidden
    person = factories.make_person(RoleKind.HEAD, "63.11")
    html = text_of(logged_in(person), path(secret_round))
    drivers = html.split("Pendorong nilai</caption>")[1].split("</section>")[0]
    for code in hidden:
        assert f">{reading.item_name(code)}<" not in drivers


def test_the_page_says_what_likeness_within_a_meeting_would_do(
    as_head: Client, example: Round
) -> None:
    text = text_of(as_head, f"/hasil/{example.pk}/63.11/")
    said = re.search(
        r"Selang ini menganggap peserta mengisi sendiri-sendiri\. Bila isian peserta dalam satu "
        r"rapat sedikit serupa \(korelasi 0,05\), selangnya menjadi (\d+,\d) sampai (\d+,\d)\.",
        text,
    )
    assert said
    lower, upper = (float(end.replace(",", ".")) for end in said.groups())
    row = next(
        row
        for row in reading_of(example).tables.scores
        if (row.region, row.level) == ("63.11", "index")
    )
    assert lower < row.lower and upper > row.upper


def test_a_meeting_effect_that_was_measured_is_told_as_such(example: Round) -> None:
    found = reading_of(example)
    row = MeetingRow("63.11", "observed", 2, 0.03, 1.6, 1.0, 40.0, 66.0)
    measured = replace(found, tables=replace(found.tables, meeting_effect=(row,)))
    assert wording.alike_in_a_meeting(measured, "63.11") == (
        "Isian dalam satu rapat cenderung serupa; bila hal itu diperhitungkan, selangnya 40,0 "
        "sampai 66,0."
    )
    assert wording.alike_in_a_meeting(measured, "63.10") == ""
