"""From drivers to steps: a person chooses, an office owns, nothing happens twice."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web import factories
from tests.web.measured import REPLICATES, logged_in, text_of
from waspada_web.accounts.models import RoleKind
from waspada_web.action.models import Mode, Step
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.models import Round
from waspada_web.index.operations import measure_round
from waspada_web.interpretation.queries import reading_of
from waspada_web.interpretation.region_page import split_drivers

pytestmark = pytest.mark.django_db


def path(round: Round, code: str = "63.11") -> str:
    return f"/tindak-lanjut/{round.pk}/{code}/"


def offered(html: str) -> list[str]:
    return re.findall(r'name="action" value="([^"]+)"', html)


# --- Works ---


def test_the_strongest_raising_drivers_lead_to_steps(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    reading = reading_of(example)
    assert reading is not None
    worse, better = split_drivers(reading, "63.11")
    for row in worse[:3]:
        assert reading.item_name(row.item) in html
    assert f"<h3>{reading.item_name(better[0].item)}</h3>" not in html
    assert offered(html)


def test_a_proposal_says_how_the_body_may_be_approached_and_until_when(
    as_head: Client, example: Round
) -> None:
    html = text_of(as_head, path(example))
    proposal = html.split('class="step offer"')[1].split("</li>")[0]
    assert re.search(
        r'class="tag action">(Tugaskan|Minta|Koordinasikan|Undang|Beri tahu)<', proposal
    )
    assert re.search(r"\d+ (September|Oktober|November) 2024, sehari sebelum: ", proposal)
    assert "Penanggung jawab" in proposal


def test_chosen_steps_go_into_the_plan(as_head: Client, example: Round) -> None:
    codes = offered(text_of(as_head, path(example)))
    response = as_head.post(path(example), {"action": codes[:2]}, follow=True)
    html = response.content.decode()
    assert "2 langkah dimasukkan ke rencana." in html
    assert "2 langkah untuk Kabupaten Balangan" in html
    assert offered(html) == codes[2:]
    step = Step.objects.first()
    assert step is not None
    assert step.mode in Mode.values
    assert step.due_on is not None and step.text_id and step.text_en and step.items
    assert AuditEntry.objects.get(verb="choose-steps").details == {"actions": codes[:2]}


def test_sending_the_form_twice_changes_nothing(as_head: Client, example: Round) -> None:
    codes = offered(text_of(as_head, path(example)))
    for _ in range(2):
        as_head.post(path(example), {"action": codes[:1]})
    assert Step.objects.count() == 1


def test_a_step_can_be_taken_out_again(as_head: Client, example: Round) -> None:
    codes = offered(text_of(as_head, path(example)))
    as_head.post(path(example), {"action": codes[:1]})
    step = Step.objects.get()
    response = as_head.post(f"{path(example)}hapus/", {"step": step.pk}, follow=True)
    assert "dikeluarkan dari rencana" in response.content.decode()
    assert not Step.objects.exists()
    assert AuditEntry.objects.filter(verb="remove-step").count() == 1


def test_the_plan_shows_the_time_that_is_left(as_head: Client, example: Round) -> None:
    html = text_of(as_head, path(example))
    assert "Masih 70 hari menuju pemungutan suara." in html
    assert 'class="vote"' in html
    assert "Rabu, 18 September 2024" in html


def test_the_plan_reads_in_english_too(as_head: Client, example: Round) -> None:
    html = text_of(as_head, "/en" + path(example))
    assert "70 days are left until voting day." in html
    assert "the day before: " in html
    assert re.search(r'class="tag action">(Assign|Request|Coordinate|Invite|Inform)<', html)


def test_the_page_says_that_kesbangpol_cannot_order_the_commission(
    as_head: Client, example: Round
) -> None:
    assert "hanya dapat meminta kepada KPU, Bawaslu, dan Polri" in text_of(as_head, path(example))


def test_a_step_past_its_date_is_called_overdue(as_head: Client, example: Round) -> None:
    codes = offered(text_of(as_head, path(example)))
    as_head.post(path(example), {"action": codes[:1]})
    Step.objects.update(due_on="2024-09-16")
    html = text_of(as_head, path(example))
    assert "Lewat tenggat 2 hari" in html
    assert "ada yang lewat tenggat" in html


def test_plans_name_the_region_that_waits(as_head: Client, example: Round) -> None:
    html = text_of(as_head, "/tindak-lanjut/")
    assert "Satu hasil menunggu langkah pertamanya" in html
    assert html.count('class="button"') == 1


# --- Wrong person ---


def test_a_viewer_reads_the_plan_and_cannot_change_it(example: Round) -> None:
    viewer = logged_in(factories.make_person(RoleKind.VIEWER, "63.11"))
    html = text_of(viewer, path(example))
    assert "disabled" in html
    assert 'type="submit"' not in html.split("<main")[1]
    codes = offered(html)
    assert viewer.post(path(example), {"action": codes[:1]}).status_code == 404
    assert not Step.objects.exists()


@pytest.mark.parametrize("code", ["63.10", "63.99"])
def test_the_plan_of_another_region_does_not_exist(
    as_head: Client, example: Round, code: str
) -> None:
    assert as_head.get(path(example, code)).status_code == 404
    assert as_head.post(path(example, code), {"action": ["PNY-06-A1"]}).status_code == 404
    assert as_head.post(f"{path(example, code)}hapus/", {"step": 1}).status_code == 404


def test_a_step_of_another_region_cannot_be_taken_out(
    as_head: Client, as_province: Client, example: Round
) -> None:
    codes = offered(text_of(as_province, path(example, "63.10")))
    as_province.post(path(example, "63.10"), {"action": codes[:1]})
    step = Step.objects.get()
    as_head.post(f"{path(example)}hapus/", {"step": step.pk})
    assert Step.objects.filter(pk=step.pk).exists()


def test_a_form_from_another_site_is_refused(head: object, example: Round) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(
        head,
        backend="allauth.account.auth_backends.AuthenticationBackend",  # type: ignore[arg-type]
    )
    assert strict.post(path(example), {"action": ["PNY-06-A1"]}).status_code == 403


# --- Bad input ---


@pytest.mark.parametrize("action", ["", "NO-SUCH-A1", "<script>", "KSP-01-A1'--"])
def test_an_action_that_is_not_proposed_is_not_added(
    as_head: Client, example: Round, action: str
) -> None:
    response = as_head.post(path(example), {"action": [action]}, follow=True)
    assert "Tidak ada langkah yang ditambahkan" in response.content.decode()
    assert not Step.objects.exists()


@pytest.mark.parametrize("step", ["", "x", "-1", "999999", "1e9"])
def test_a_step_that_is_not_there_gets_a_sentence(
    as_head: Client, example: Round, step: str
) -> None:
    response = as_head.post(f"{path(example)}hapus/", {"step": step}, follow=True)
    assert response.status_code == 200
    assert "sudah tidak ada di dalam rencana" in response.content.decode()


def test_taking_out_needs_a_form(as_head: Client, example: Round) -> None:
    assert as_head.get(f"{path(example)}hapus/")["Location"] == path(example)


def test_without_enough_data_no_step_is_proposed(as_province: Client, example: Round) -> None:
    html = text_of(as_province, path(example, "63.02"))
    assert "Data daerah ini belum cukup" in html
    assert not offered(html)
    as_province.post(path(example, "63.02"), {"action": ["PNY-06-A1"]})
    assert not Step.objects.exists()


def test_vigilance_without_factors_has_no_steps_and_says_so() -> None:
    round = factories.make_small_round(
        {code: factories.full_hall() for code in ("63.11", "63.10")},
        instrument="kewaspadaan-nasional-contoh",
    )
    measure_round(round, by=None, seed=1, replicates=REPLICATES)
    html = text_of(logged_in(factories.make_person(RoleKind.HEAD, "63.11")), path(round))
    assert "Pendorong 1" in html
