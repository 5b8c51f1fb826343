"""A server of its own and a Chromium: what a person's task needs.

The server is the real one, started as `./waspada run` starts it, in a folder of its own.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 120
"""The promise of the README: the first page within two minutes."""

PHONE = 360
DESK = 1280
SCREENSHOTS = Path(__file__).parent / "screenshots"


@dataclass(frozen=True)
class Server:
    address: str
    first_link: str

    def url(self, path: str, language: str = "id") -> str:
        return f"{self.address}{'' if language == 'id' else '/en'}{path}"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PYTHONPATH": str(repository / "src"), "PYTHONUTF8": "1"}
    environment.pop("WASPADA_DATA_DIR", None)
    messages = folder / "messages.txt"
    with messages.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "waspada_web.config.serve"]
            + ["--port", str(port), "--data", str(folder / "data")],  # noqa: RUF005
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
            cwd=folder,
        )
    try:
        yield _announced(process, messages)
    finally:
        process.terminate()
        process.wait(timeout=20)
        assert process.stdout is not None
        process.stdout.close()


def _announced(process: subprocess.Popen[str], messages: Path) -> Server:
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    lines: list[str] = []
    while len(lines) < 2 and time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"The server did not start: {messages.read_text()}")
        lines.append(line.strip())
    return Server(*lines)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_FLAGS), headless=True
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def session_of_official(server: Server, browser: Browser) -> Iterator[str]:
    """The cookies of the example's person, logged in through the one-time link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.first_link)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(server.url("/"))
    yield context.storage_state()  # type: ignore[misc]
    context.close()


def look_at(page: Page, name: str) -> None:
    """Take the picture that people look at, and hold the page to what pictures do not show."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{name} scrolls sideways by {wider} px"
    results = Axe().run(page)
    assert results.violations_count == 0, f"{name}:\n{results.generate_report()}"
    text = page.inner_text("body")
    assert not re.search(r"%\(|\{\{|\bNone\b|\bnan\b", text), f"{name} shows raw program text"
