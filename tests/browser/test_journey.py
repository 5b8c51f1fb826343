"""The founding story: the example as it ships, then a round of one's own from cards to plan."""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, Server, look_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXAMPLE = 1
BALANGAN = "63.11"
PER_ELEMENT = 10
REQUIRED_ELEMENTS = 6
LANGUAGES = ("id", "en")

PAGES_OF_THE_EXAMPLE = {
    "welcome": "/",
    "home": "/",
    "prepare": "/putaran/",
    "collect": "/kumpulkan/",
    "read": "/hasil/",
    "province": f"/hasil/{EXAMPLE}/",
    "region": f"/hasil/{EXAMPLE}/{BALANGAN}/",
    "follow-up": "/tindak-lanjut/",
    "plan": f"/tindak-lanjut/{EXAMPLE}/{BALANGAN}/",
    "publish": "/terbitkan/",
    "login": "/masuk/",
    "card": "/isi/",
    "clear": "/contoh/hapus/",
}
LOGGED_OUT = {"welcome", "login", "card"}
SHOWS_SYNTHETIC_NUMBERS = {"read", "province", "region", "follow-up", "plan"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", PAGES_OF_THE_EXAMPLE)
def test_each_page_of_the_example_reads_well_on_phone_and_desk(
    name: str, width: int, language: str, server: Server, browser: Browser, session_of_official: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        storage_state=None if name in LOGGED_OUT else session_of_official,
    )
    page = context.new_page()
    answer = page.goto(server.url(PAGES_OF_THE_EXAMPLE[name], language))
    assert answer is not None
    assert answer.status == 200
    assert page.get_attribute("html", "lang") == language
    if name in SHOWS_SYNTHETIC_NUMBERS:
        expect(page.locator(".sample")).to_contain_text("sinteti" if language == "id" else "synth")
    look_at(page, f"{name}-{width}-{language}")
    context.close()


def test_dark_pages_keep_their_contrast(
    server: Server, browser: Browser, session_of_official: str
) -> None:
    context = browser.new_context(
        viewport={"width": PHONE, "height": 800},
        storage_state=session_of_official,
        color_scheme="dark",
    )
    page = context.new_page()
    for name in ("home", "province", "region", "plan"):
        page.goto(server.url(PAGES_OF_THE_EXAMPLE[name]))
        look_at(page, f"{name}-{PHONE}-dark")
    context.close()


def test_example_result_speaks_with_its_error(
    server: Server, browser: Browser, session_of_official: str
) -> None:
    context = browser.new_context(storage_state=session_of_official)
    page = context.new_page()
    page.goto(server.url(f"/hasil/{EXAMPLE}/{BALANGAN}/", "en"))
    text = page.inner_text("main")
    assert re.search(r"95\s%\s+interval: \d+\.\d to \d+\.\d", text)
    assert re.search(r"Rank between \d+ and \d+", text)
    assert "Medium vulnerability" in text
    context.close()


@pytest.fixture(scope="module")
def office(server: Server, browser: Browser, session_of_official: str) -> Page:
    context = browser.new_context(
        viewport={"width": DESK, "height": 900},
        storage_state=session_of_official,
        accept_downloads=True,
    )
    return context.new_page()


class TestARoundOfOnesOwn:
    """In order: each step needs the one before, as in the hall."""

    codes: dict[str, list[str]]
    addresses: list[str]
    round_id: int

    def test_make_a_round_for_balangan(self, office: Page, server: Server) -> None:
        office.goto(server.url("/putaran/baru/"))
        look_at(office, "round-new-1280-id")
        office.get_by_role("button", name="Buat putaran").click()
        look_at(office, "round-new-mistakes-1280-id")
        office.get_by_label("Nama putaran").fill("Rapat Koordinasi September 2024")
        office.get_by_label("Hari pertama").fill("2024-09-02")
        office.get_by_label("Hari terakhir").fill("2024-09-30")
        office.get_by_label("Penyelenggara").fill("Badan Kesbangpol Kabupaten Balangan")
        office.get_by_label("Kontak").fill("Meja Kesbangpol, 0526-000000")
        office.get_by_role("button", name="Buat putaran").click()
        office.wait_for_url(re.compile(r"/putaran/\d+/63\.11/$"))
        type(self).round_id = int(office.url.rstrip("/").split("/")[-2])
        look_at(office, "round-draft-1280-id")

    def test_set_the_meeting_and_print_cards(self, office: Page, server: Server) -> None:
        office.get_by_role("link", name="Tetapkan rapat").first.click()
        office.get_by_label("Tanggal").fill("2024-09-18")
        office.get_by_label("Tempat").fill("Aula kantor bupati, Paringin")
        required = office.locator(".people").first.locator("input[type=number]")
        assert required.count() == REQUIRED_ELEMENTS
        for place in range(REQUIRED_ELEMENTS):
            required.nth(place).fill(str(PER_ELEMENT))
        look_at(office, "meeting-1280-id")
        office.locator("main form button[type=submit]").click()
        look_at(office, "cards-1280-id")
        with office.expect_download() as download:
            office.get_by_role("button", name="Cetak").click()
        path = SCREENSHOTS / "cards.pdf"
        download.value.save_as(path)
        type(self).codes, type(self).addresses = read_cards(path)
        bowls = {element: len(codes) for element, codes in self.codes.items()}
        assert len(bowls) == REQUIRED_ELEMENTS
        assert set(bowls.values()) == {PER_ELEMENT + 2}
        assert len(self.addresses) == sum(bowls.values())

    def test_a_card_waits_until_the_region_is_open(self, browser: Browser, server: Server) -> None:
        context = phone(browser)
        page = context.new_page()
        page.goto(self.addresses[0])
        expect(page.get_by_role("heading", level=1)).to_contain_text("belum dibuka")
        look_at(page, "phone-not-open-360-id")
        context.close()

    def test_open_the_region(self, office: Page, server: Server) -> None:
        office.goto(server.url(f"/putaran/{self.round_id}/{BALANGAN}/"))
        office.get_by_role("button", name="Buka").click()
        expect(office.get_by_role("heading", level=1)).to_be_visible()
        look_at(office, "round-open-1280-id")
        office.goto(server.url(f"/kumpulkan/{self.round_id}/{BALANGAN}/layar/"))
        look_at(office, "hall-1280-id")

    def test_sixty_people_answer_on_their_phones(self, browser: Browser, server: Server) -> None:
        chance = random.Random(20261125)
        context = phone(browser)
        page = context.new_page()
        number = 0
        for codes in self.codes.values():
            for code in codes[:PER_ELEMENT]:
                language = LANGUAGES[number % 2]
                page.goto(server.url("/isi/", language))
                page.locator("#code").fill(code.lower() if number % 3 else code)
                go_on(page, "main form button[type=submit]")
                answer_as_person(page, chance, pictures=language if number < 2 else "")
                number += 1
        assert number >= 60
        assert Counter(len(codes[:PER_ELEMENT]) for codes in self.codes.values()) == {
            PER_ELEMENT: REQUIRED_ELEMENTS
        }
        assert context.cookies() == [], "a respondent's phone was given a cookie"
        context.close()

    def test_desk_screens_show_the_questions_too(self, browser: Browser) -> None:
        context = browser.new_context(viewport={"width": DESK, "height": 900})
        page = context.new_page()
        page.goto(self.addresses[-1])
        look_at(page, "phone-notice-1280-id")
        page.locator("main form button[type=submit]").first.click()
        look_at(page, "phone-question-1280-id")
        context.close()

    def test_a_scanned_card_opens_without_typing_and_leaves_no_secret_in_the_address(
        self, browser: Browser
    ) -> None:
        """The last card of the print is a spare; its QR leads to the notice."""
        context = phone(browser)
        page = context.new_page()
        page.goto(self.addresses[-1])
        expect(page.get_by_role("heading", level=1)).to_contain_text("Sebelum mulai")
        assert "#" not in page.url
        context.close()

    def test_a_used_card_says_so(self, browser: Browser, server: Server) -> None:
        context = phone(browser)
        page = context.new_page()
        page.goto(server.url("/isi/"))
        page.locator("#code").fill(next(iter(self.codes.values()))[0])
        page.locator("main form button[type=submit]").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("sudah dipakai")
        look_at(page, "phone-used-360-id")
        context.close()

    def test_the_count_moves_in_steps_of_five(self, office: Page, server: Server) -> None:
        office.goto(server.url(f"/kumpulkan/{self.round_id}/{BALANGAN}/"))
        expect(office.locator("main")).to_contain_text("60")
        look_at(office, "count-1280-id")

    def test_stop_and_close(self, office: Page, server: Server) -> None:
        office.goto(server.url(f"/putaran/{self.round_id}/{BALANGAN}/"))
        office.get_by_role("button", name="Hentikan pengisian").click()
        office.get_by_role("link", name=re.compile("penutupan", re.I)).click()
        look_at(office, "close-1280-id")
        box = office.locator("main form input[type=checkbox]")
        if box.count():
            box.first.check()
        office.locator("main form button[type=submit]").first.click()
        office.wait_for_load_state()

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("width", [PHONE, DESK])
    def test_read_the_result(self, width: int, language: str, office: Page, server: Server) -> None:
        office.set_viewport_size({"width": width, "height": 900})
        office.goto(server.url(f"/hasil/{self.round_id}/{BALANGAN}/", language))
        text = office.inner_text("main")
        assert office.locator(".sample").count() == 0
        assert re.search(r"\d+,\d" if language == "id" else r"\d+\.\d", text)
        assert ("peringkat" if language == "id" else "rank") in text.lower()
        assert "63.72" not in text
        assert "60" in text
        look_at(office, f"own-region-{width}-{language}")

    def test_choose_steps_and_print_one_report(self, office: Page, server: Server) -> None:
        office.set_viewport_size({"width": DESK, "height": 900})
        office.goto(server.url(f"/tindak-lanjut/{self.round_id}/{BALANGAN}/"))
        boxes = office.locator("input[name=action]")
        assert boxes.count() >= 3
        text = office.inner_text("main")
        assert re.search(r"Tenggat\s+\d+ (September|November) 2024", text)
        assert re.search("Tugaskan|Minta|Koordinasikan|Undang", text)
        look_at(office, "own-plan-empty-1280-id")
        for place in range(3):
            boxes.nth(place).check()
        office.locator("main form .actions button[type=submit]").click()
        look_at(office, "own-plan-1280-id")
        assert office.locator(".step:not(.offer)").count() == 3
        with office.expect_download() as download:
            office.evaluate(
                "path => { const a = document.createElement('a'); a.href = path; "
                "a.download = 'laporan.pdf'; document.body.append(a); a.click(); }",
                f"/hasil/{self.round_id}/{BALANGAN}/laporan.pdf",
            )
        path = SCREENSHOTS / "report.pdf"
        download.value.save_as(path)
        text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
        assert "Balangan" in text
        assert "sintetis" not in text
        picture(path, "report")

    def test_a_late_phone_learns_that_the_region_is_closed(
        self, browser: Browser, server: Server
    ) -> None:
        context = phone(browser)
        page = context.new_page()
        page.goto(self.addresses[0])
        expect(page.get_by_role("heading", level=1)).to_contain_text("ditutup")
        look_at(page, "phone-closed-360-id")
        context.close()


def phone(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": PHONE, "height": 720}, has_touch=True)


def answer_as_person(page: Page, chance: random.Random, *, pictures: str) -> None:
    """From the notice to the thanks, choosing in every question of every section."""
    if pictures:
        look_at(page, f"phone-notice-360-{pictures}")
    go_on(page, "main form button[type=submit]")
    leaning = chance.choice((1, 2, 2, 3))
    section = 0
    while page.locator("fieldset.item").count():
        section += 1
        for question in page.locator("fieldset.item").all():
            choices = question.locator("input[type=radio]")
            n = min(choices.count(), 5)
            place = min(max(leaning + chance.choice((-1, 0, 0, 1)), 0), n - 1)
            if chance.random() < 0.05:
                place = choices.count() - 3  # don't know
            choices.nth(place).check()
        if pictures and section in (1, 2):
            look_at(page, f"phone-question-{section}-360-{pictures}")
        go_on(page, "main form .actions button[type=submit]")
    if pictures:
        look_at(page, f"phone-review-360-{pictures}")
    go_on(page, "button[value=send]")
    expect(page.locator(".banner.good")).to_be_visible()
    if pictures:
        look_at(page, f"phone-sent-360-{pictures}")


def go_on(page: Page, button: str) -> None:
    """Press and wait for the next page; without the wait the old one would be counted again."""
    with page.expect_navigation():
        page.locator(button).first.click()


def read_cards(path: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Element -> typed codes, and the addresses in the QR codes, read back from the print."""
    codes: dict[str, list[str]] = {}
    for page in PdfReader(path).pages[1:]:
        for element, code in CARD.findall(page.extract_text()):
            codes.setdefault(" ".join(element.split()), []).append(code)
    addresses = [
        found.text
        for rendered in rendered_pages(path)
        for found in zxingcpp.read_barcodes(rendered)
        if "#" in found.text
    ]
    return codes, addresses


CARD = re.compile(r"Paringin\n((?:.+\n)+?)Pindai(?:.*\n)+?([0-9A-Z]{5}-[0-9A-Z]{5})\n?")
"""Venue, element, how to, code: the lines of one card."""


def rendered_pages(path: Path) -> list[object]:
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    return [page.render(scale=3).to_pil() for page in document]


def picture(path: Path, name: str) -> None:
    for number, page in enumerate(rendered_pages(path), 1):
        page.save(SCREENSHOTS / f"{name}-{number}.png")  # type: ignore[attr-defined]
