"""What changed since the last round: a rise or fall only where it is real; and the kept word."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from tests.web import factories
from tests.web.measured import logged_in, text_of
from tests.web.rounds import FIRST_TITLE, two_rounds
from waspada_web.accounts.models import RoleKind
from waspada_web.collection.models import Round
from waspada_web.index.models import Run
from waspada_web.interpretation.change_page import change_figure, mark
from waspada_web.interpretation.queries import reading_of
from waspada_web.interpretation.reading import Reading
from waspada_web.interpretation.wording import distance, kept_word

pytestmark = pytest.mark.django_db


@pytest.fixture
def later() -> Round:
    return two_rounds(check=False)[1]


def reading(round: Round) -> Reading:
    found = reading_of(round)
    assert found is not None
    return found


def head_of(code: str) -> Client:
    return logged_in(factories.make_person(RoleKind.HEAD, code))


def test_a_real_rise_is_called_a_rise_with_its_interval(later: Round) -> None:
    html = text_of(head_of("63.10"), f"/hasil/{later.pk}/63.10/")
    assert re.search(rf"Naik dari \d+,\d menjadi \d+,\d sejak “{FIRST_TITLE}”", html)
    row = reading(later).change_row("63.10")
    assert row is not None and row.word == "rose" and row.lower is not None
    assert f"+{row.lower:.1f} sampai".replace(".", ",") in html


def test_noise_is_never_called_a_rise_or_a_fall(later: Round) -> None:
    row = reading(later).change_row("63.07")
    assert row is not None and row.word == "within_error"
    html = text_of(head_of("63.07"), f"/hasil/{later.pk}/63.07/")
    assert f"Nilainya belum dapat dibedakan dari nilai “{FIRST_TITLE}”" in html
    assert not re.search(r"<h2>(Naik|Turun)", html)


def test_a_fall_is_told_by_arrow_and_word(later: Round) -> None:
    row = reading(later).change_row("63.11")
    assert row is not None
    told = mark(row)
    assert told is not None
    assert row.word == "fell"
    assert told.word == "turun"
    assert "<path" in told.shape
    assert told.figure.startswith("\N{MINUS SIGN}")


def test_the_shown_parts_of_a_change_add_up_to_it(later: Round) -> None:
    found = reading(later)
    stored, row = found.change("63.11"), found.change_row("63.11")
    assert stored is not None and row is not None and row.change is not None
    shown = sum(d.contribution for d in stored.tables.drivers if d.region == "63.11" and d.headline)
    rest = next(
        s.contribution for s in stored.tables.driver_sums if (s.region, s.part) == ("63.11", "rest")
    )
    assert shown + rest == pytest.approx(row.change)
    figure = change_figure(found, "63.11")
    assert figure is not None and len(figure.drivers) > 1


def test_the_first_round_has_no_section_on_change(as_head: Client, example: Round) -> None:
    html = text_of(as_head, f"/hasil/{example.pk}/63.11/")
    assert 'id="change"' not in html
    assert "Sejak putaran sebelumnya" not in text_of(as_head, f"/hasil/{example.pk}/")


def test_a_round_page_tells_the_change_of_regions_the_reader_may_open(later: Round) -> None:
    own = text_of(head_of("63.07"), f"/hasil/{later.pk}/")
    assert own.count('class="moved') == 1
    province = logged_in(factories.make_person(RoleKind.OPERATOR, "63"))
    assert text_of(province, f"/hasil/{later.pk}/").count('class="moved') == 4


def test_a_region_not_comparable_says_why(later: Round) -> None:
    run = Run.objects.filter(round=later).latest("id")
    changes = json.loads(run.changes)
    for row in changes[0]["tables"]["changes"]:
        if row["region"] == "63.07":
            empty = ("before", "after", "change", "lower", "upper", "p_value", "q_value")
            row.update(dict.fromkeys(empty), word="", flags=["not_compared"])
    Run.objects.filter(pk=run.pk).update(changes=json.dumps(changes))
    html = text_of(head_of("63.07"), f"/hasil/{later.pk}/63.07/")
    assert "belum dapat dibandingkan" in html
    assert "Data salah satu dari dua putaran itu belum cukup." in html


def test_the_title_of_an_earlier_round_cannot_break_out(later: Round) -> None:
    run = Run.objects.filter(round=later).latest("id")
    evil = run.changes.replace(FIRST_TITLE, "<script>alert(1)</script>")
    Run.objects.filter(pk=run.pk).update(changes=evil)
    assert "<script>alert" not in text_of(head_of("63.10"), f"/hasil/{later.pk}/63.10/")


# --- Kept word ---


def test_a_kept_word_is_explained_with_the_margin(later: Round) -> None:
    html = text_of(head_of("63.11"), f"/hasil/{later.pk}/63.11/")
    assert "Kategori tetap “rawan tinggi” seperti pada putaran sebelumnya." in html
    assert "jarak pengaman 2,5" in html
    assert "tetap rawan tinggi; menurut batas saja rawan sedang" in html


def test_a_word_that_follows_the_cut_offs_needs_no_explanation(later: Round) -> None:
    assert kept_word(reading(later), "63.07") == ""


def test_the_distance_to_the_next_word_is_that_of_the_tables(later: Round) -> None:
    found = reading(later)
    row = found.category("63.11")
    assert row is not None and row.word_down is not None and row.word_up is None
    points = f"{row.word_down:.1f}".replace(".", ",")
    assert distance(found, "63.11") == f"Nilainya butuh turun {points} untuk menjadi “sedang”."
    assert "“tinggi”, atau turun" in distance(found, "63.07")
