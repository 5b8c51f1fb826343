"""A participant answers on a phone: with a scan, without JavaScript, by keyboard."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.web.collection.conftest import Hall, hall, member, operator, printed_hall
from tests.web.conftest import _own_keys_and_plain_files, django_db_modify_db_settings
from tests.web.people import login
from waspada_web.collection.models import OpenResponse

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = [
    "_own_keys_and_plain_files",
    "django_db_modify_db_settings",
    "hall",
    "member",
    "operator",
    "printed_hall",
]
"""Fixtures that this module uses from those of the pages."""

AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 760}, "has_touch": True}


@pytest.fixture(scope="session", autouse=True)
def _beside_a_browser() -> Iterator[None]:
    """Playwright runs a loop in this thread, which Django would take for an asynchronous view;
    and the live server looks for collected files before a test can say that there are none."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def phone(browser: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console complained about; nothing may be kept in the phone."""
    context = browser.new_context(**{**PHONE, **options})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    yield page, complaints
    assert context.cookies() == []
    context.close()


def answer_everything(page: Page) -> None:
    """Press the first choice of every question, section by section, up to the last look."""
    while not page.locator("button[value=send]").count():
        for question in page.locator("fieldset.item").all():
            question.locator("label.choice").first.click()
        page.locator(".actions button").first.click()


@pytest.mark.parametrize("language", ["", "/en"])
def test_scanning_a_card_leads_to_the_notice_and_hides_the_secret(
    browser: Browser, live_server: Any, hall: Hall, language: str
) -> None:
    with phone(browser) as (page, complaints):
        page.goto(f"{live_server.url}{language}/isi/#{hall.cards[0].secret}")
        page.locator("button[value=decline]").wait_for()
        assert page.url == f"{live_server.url}{language}/isi/"
        page.locator(".actions button").first.click()
        answer_everything(page)
        page.click("button[value=send]")
        assert page.locator(".banner.good").is_visible()
        assert complaints == []
    assert len(OpenResponse.objects.get().answers) == 28


def test_everything_works_without_javascript(
    browser: Browser, live_server: Any, hall: Hall
) -> None:
    with phone(browser, java_script_enabled=False) as (page, _complaints):
        page.goto(f"{live_server.url}/isi/#{hall.cards[0].secret}")
        page.fill("#code", hall.cards[0].typed)
        page.click("button[type=submit]")
        page.locator(".actions button").first.click()
        page.locator("label.choice").first.click()
        page.locator(".actions button").first.click()
        page.locator(".actions button").nth(1).click()  # back: the answer is still there
        assert page.locator("input:checked").count() == 1
        answer_everything(page)
        page.click("button[value=send]")
        assert page.locator(".banner.good").is_visible()
    assert OpenResponse.objects.count() == 1


def test_the_keyboard_alone_is_enough(browser: Browser, live_server: Any, hall: Hall) -> None:
    with phone(browser) as (page, _complaints):
        page.goto(f"{live_server.url}/isi/")
        page.focus("#code")
        page.keyboard.type(hall.cards[0].typed)
        page.keyboard.press("Enter")
        page.locator("button[value=decline]").wait_for()
        page.locator(".actions button").first.focus()
        page.keyboard.press("Enter")
        page.locator("fieldset.item input").first.focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("input:checked").count() == 1
        page.keyboard.press("Enter")  # the default button goes on, never back
        page.locator("text=Bagian 2 dari 7").wait_for()


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_no_page_has_an_accessibility_fault_or_scrolls_sideways(
    browser: Browser, live_server: Any, hall: Hall, width: int, scheme: str, language: str
) -> None:
    options = {"viewport": {"width": width, "height": 700}, "color_scheme": scheme}
    with phone(browser, bypass_csp=True, **options) as (page, _complaints):
        page.goto(f"{live_server.url}{language}/isi/")
        look(page)
        page.fill("#code", "ABC")
        page.click("button[type=submit]")
        look(page)
        page.fill("#code", hall.cards[0].typed)
        page.click("button[type=submit]")
        while not page.locator("button[value=send]").count():
            look(page)
            page.locator(".actions button").first.click()
        look(page)
        page.click("button[value=send]")
        look(page)


def look(page: Page) -> None:
    page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    faults = page.evaluate(
        "async () => (await axe.run(document)).violations.map(v => [v.id, v.nodes[0].html])"
    )
    assert faults == []
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .choice, main a.tap")]
            .map(e => [e.innerText, e.getBoundingClientRect()])
            .filter(([_, box]) => box.height < 44 || box.width < 44)
            .map(([text]) => text)"""
    )
    assert small == []


def test_the_hall_counts_by_itself_under_the_strict_policy(
    browser: Browser, live_server: Any, hall: Hall
) -> None:
    session = login(hall.operator).cookies["sessionid"].value
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{live_server.url}/kumpulkan/{hall.member.round_id}/63.11/layar/")
    assert page.locator(".strip .time b").inner_text() == "< 5"
    for number, card in enumerate(hall.cards[:6]):
        hall.send(card.typed, submission=f"{number:032x}")
    page.locator(".strip .time b", has_text="5").filter(has_not_text="<").wait_for(timeout=15_000)
    assert complaints == []
    context.close()
