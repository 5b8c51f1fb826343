"""What every test may ask for, and what `./waspada test --strict` means."""

from __future__ import annotations

import io
import os
import shutil
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import coverage
import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("waspada")
    group.addoption(
        "--strict-skips",
        action="store_true",
        default=os.environ.get("WASPADA_STRICT") == "1",
        help="a skipped or expectedly failing test is a failure",
    )
    group.addoption("--full", action="store_true", help="twenty times the cases of the long suites")


# How long a case takes is the machine's business; benchmarks measure time, tests do not.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # Started in the background by a shell: what we start would never hear that it should end.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Before the tests are read: their decorators ask how many cases to try."""
    if config.getoption("full"):
        os.environ["WASPADA_FULL_DOSE"] = "1"  # tests/dose.py reads it


def pytest_sessionstart() -> None:
    from waspada_web.ui.catalogue import compile_catalogues

    compile_catalogues()


# Strict: what was not tried is not proven -------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.config.getoption("strict_skips"):
        refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if collector.config.getoption("strict_skips"):
        refuse_skip(report)
    return report


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip, also that of an expected failure, into a failure that tells the reason."""
    if report.skipped:
        report.longrepr = f"Nothing may be skipped under --strict. {reason_of(report)}"
        report.outcome = "failed"
        report.__dict__.pop("wasxfail", None)


def reason_of(report: Any) -> str:
    if hasattr(report, "wasxfail"):
        return f"Expected to fail: {report.wasxfail or 'no reason given'}"
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        return f"{reason} ({path}:{line})"
    return str(report.longrepr)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the share of lines reached, before pytest's own closing line."""
    measured = coverage.Coverage.current()
    if measured is not None:
        measured.stop()
        total = measured.report(file=io.StringIO(), skip_empty=True)
        terminalreporter.write_line(f"Coverage total: {total:.1f} % of lines and branches")


# What a machine may lack ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top folder of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Published data and the results of other software; they are not ours to copy."""
    chosen = os.environ.get("WASPADA_REFERENCE_DATA", "")
    if not chosen:
        pytest.skip("Set WASPADA_REFERENCE_DATA to the folder of reference data to run this.")
    folder = Path(chosen)
    if not (folder / "data").is_dir():
        pytest.fail(f"WASPADA_REFERENCE_DATA is {chosen}, which has no folder named data.")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that Playwright may drive."""
    chosen = os.environ.get("WASPADA_CHROMIUM", "")
    found = (
        shutil.which(chosen)
        if chosen
        else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    )
    if chosen and not found:
        pytest.fail(f"WASPADA_CHROMIUM is {chosen}, which is no program that can be started.")
    if not found:
        pytest.skip("Install Chromium, or set WASPADA_CHROMIUM to its path, to run this.")
    return found
