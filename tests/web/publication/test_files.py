"""What leaves the house: tables, the printed report, and no release."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.web import factories
from tests.web.interpretation.test_region_result import UNANIMOUS, secretive
from tests.web.measured import REPLICATES, logged_in, text_of
from tests.web.rounds import FIRST_TITLE, two_rounds
from waspada_web.accounts.models import RoleKind
from waspada_web.collection.models import Round
from waspada_web.index.operations import measure_round
from waspada_web.interpretation.queries import reading_of

pytestmark = pytest.mark.django_db


def rows_of(client: Client, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def pdf_of(client: Client, path: str) -> PdfReader:
    response = client.get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(response.content))


def words_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


# --- Tables ---


def test_a_region_downloads_the_columns_of_the_command(as_head: Client, example: Round) -> None:
    base = f"/hasil/{example.pk}/63.11/tabel/"
    scores = rows_of(as_head, f"{base}scores.csv")
    assert list(scores[0]) == [
        *("region", "node", "level", "score", "lower", "upper"),
        *("n_responses", "share_answered", "flags", "evidence"),
    ]
    assert {row["region"] for row in scores} == {"63.11"}
    assert "rank" in rows_of(as_head, f"{base}ranks.csv")[0]
    assert "probability_high" in rows_of(as_head, f"{base}categories.csv")[0]
    assert "contribution" in rows_of(as_head, f"{base}drivers.csv")[0]


def test_of_its_siblings_a_region_downloads_the_index_only(as_head: Client, example: Round) -> None:
    scores = rows_of(as_head, f"/hasil/{example.pk}/tabel/scores.csv")
    assert len(scores) == 13
    assert {row["level"] for row in scores} == {"index"}
    ranks = rows_of(as_head, f"/hasil/{example.pk}/tabel/ranks.csv")
    assert {row["node"] for row in ranks} == {"kerawanan_pilkada"}
    assert as_head.get(f"/hasil/{example.pk}/tabel/drivers.csv").status_code == 404


def test_a_region_without_enough_data_keeps_its_row_without_a_number(
    as_province: Client, example: Round
) -> None:
    for path in ("tabel/scores.csv", "63.02/tabel/scores.csv"):
        rows = rows_of(as_province, f"/hasil/{example.pk}/{path}")
        kotabaru = [row for row in rows if row["region"] == "63.02"]
        assert kotabaru
        assert all(row["score"] == row["lower"] == row["upper"] == "" for row in kotabaru)
        assert all("not_enough_data" in row["flags"] for row in kotabaru)
    ranks = rows_of(as_province, f"/hasil/{example.pk}/tabel/ranks.csv")
    assert [row["rank"] for row in ranks if row["region"] == "63.02"] == [""]


@pytest.mark.parametrize(
    "path",
    [
        "63.10/tabel/scores.csv",
        "63.11/tabel/answers.csv",
        "63.11/tabel/../scores.csv",
        "63.10/laporan.pdf",
        "tabel/items.csv",
    ],
)
def test_what_may_not_be_read_does_not_exist(as_head: Client, example: Round, path: str) -> None:
    assert as_head.get(f"/hasil/{example.pk}/{path}").status_code == 404


def test_files_need_a_log_in_and_are_kept_by_no_cache(
    client: Client, as_head: Client, example: Round
) -> None:
    for path in ("63.11/tabel/scores.csv", "tabel/scores.csv", "63.11/laporan.pdf"):
        assert client.get(f"/hasil/{example.pk}/{path}").status_code == 302
        assert "no-store" in as_head.get(f"/hasil/{example.pk}/{path}")["Cache-Control"]


# --- Report ---


def test_the_report_holds_result_and_plan(as_head: Client, example: Round) -> None:
    plan = f"/tindak-lanjut/{example.pk}/63.11/"
    codes = re.findall(r'name="action" value="([^"]+)"', text_of(as_head, plan))
    as_head.post(plan, {"action": codes[:2]})
    words = words_of(pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf"))
    for expected in (
        "Kabupaten Balangan",
        "selang 95 %",
        "Peringkat antara",
        "Seberapa kuat dasar angka ini",
        "2 langkah untuk Kabupaten Balangan",
        "Penanggung jawab",
        "sehari sebelum",
        "benih acak 20240918",
    ):
        assert expected in words


def test_the_report_speaks_the_language_of_the_page(as_head: Client, example: Round) -> None:
    path = f"/hasil/{example.pk}/63.11/laporan.pdf"
    indonesian, english = pdf_of(as_head, path), pdf_of(as_head, f"/en{path}")
    assert re.search(r"\d+,\d", words_of(indonesian))
    assert "How firm the ground of this number is" in words_of(english)
    assert not re.search(r"\b\d\d,\d\b", words_of(english))
    languages = [str(pdf.trailer["/Root"]["/Lang"]) for pdf in (indonesian, english)]  # type: ignore[index]
    assert [language[:2] for language in languages] == ["id", "en"]


def test_the_report_tells_kept_word_change_and_remarks_in_a_sentence_each() -> None:
    _, later = two_rounds()
    head = logged_in(factories.make_person(RoleKind.HEAD, "63.11"))
    words = words_of(pdf_of(head, f"/hasil/{later.pk}/63.11/laporan.pdf"))
    assert "Kategori tetap “rawan tinggi” seperti pada putaran sebelumnya." in words
    change = rf"Turun dari \d+,\d menjadi \d+,\d sejak “{FIRST_TITLE}”: −\d,\d \(selang"
    assert re.search(change, words)
    assert "Mutu isian: 2 catatan (isian yang hampir sama persis; isian yang terlalu" in words
    assert "Tanpa isian tersebut" not in words


def test_the_report_of_a_first_round_without_remarks_is_silent_on_them(
    as_head: Client, example: Round
) -> None:
    words = words_of(pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf"))
    assert "Mutu isian" not in words
    assert "sejak “" not in words


def test_the_report_is_tagged_and_titled(as_head: Client, example: Round) -> None:
    pdf = pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf")
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert pdf.metadata is not None
    assert str(pdf.metadata.title).startswith("Kabupaten Balangan")


def test_every_page_of_an_example_says_that_it_is_synthetic(
    as_head: Client, example: Round
) -> None:
    pdf = pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf")
    assert len(pdf.pages) >= 2
    assert all("data sintetis" in page.extract_text() for page in pdf.pages)
    Round.objects.filter(pk=example.pk).update(is_synthetic=False)
    real = pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf")
    assert not any("sintetis" in page.extract_text() for page in real.pages)


def test_the_report_shows_a_rank_as_a_band_only(as_head: Client, example: Round) -> None:
    words = words_of(pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf"))
    assert not re.search(r"[Pp]eringkat (ke-)?\d", words)


def test_the_report_of_a_region_without_enough_data_holds_no_number(
    as_province: Client, example: Round
) -> None:
    words = words_of(pdf_of(as_province, f"/hasil/{example.pk}/63.02/laporan.pdf"))
    assert "data belum cukup" in words
    assert "kurang 3" in words
    assert "selang 95 %" not in words


# --- Small cells ---


def test_hidden_cells_stand_in_no_file() -> None:
    plan = {code: factories.full_hall() for code in ("63.11", "63.10", "63.09")}
    round = factories.make_small_round(plan, answer=secretive)
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    client = logged_in(factories.make_person(RoleKind.HEAD, "63.11"))
    reading = reading_of(round)
    assert reading is not None

    scores = rows_of(client, f"/hasil/{round.pk}/63.11/tabel/scores.csv")
    (participation,) = [row for row in scores if row["node"] == "participation"]
    assert participation["score"] == participation["lower"] == participation["upper"] == ""
    assert participation["flags"]

    drivers = rows_of(client, f"/hasil/{round.pk}/63.11/tabel/drivers.csv")
    assert not {"vote_buying", *UNANIMOUS} & {row["item"] for row in drivers}
    (joined,) = [row for row in drivers if row["item"] == ""]
    assert int(joined["joined"]) >= 5

    words = words_of(pdf_of(client, f"/hasil/{round.pk}/63.11/laporan.pdf"))
    after = words.split("Partisipasi", 1)[1][:60]
    assert "Tidak ditampilkan" in after
    for code in ("vote_buying", *UNANIMOUS):
        assert not re.search(re.escape(reading.item_name(code)) + r"[^.]{0,40}[+−]\d", words)


# --- Release ---


def test_release_is_disabled_with_a_sentence(as_head: Client) -> None:
    html = text_of(as_head, "/terbitkan/")
    assert re.search(r"<button[^>]*disabled", html)
    assert "belum tersedia" in html
    assert as_head.post("/terbitkan/").status_code == 405


def test_a_name_that_no_font_can_show_does_not_cost_the_report(
    as_head: Client, example: Round
) -> None:
    Round.objects.filter(pk=example.pk).update(
        title='Rapat 😀 \u202eabc قلم #image("x") <b> é', organiser="=1+1"
    )
    words = words_of(pdf_of(as_head, f"/hasil/{example.pk}/63.11/laporan.pdf"))
    assert 'Rapat ? ?abc ??? #image("x") <b> é' in words
