"""Every dependency has its reason, is pinned with hashes, and no lock holds an address."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.house.source_tree import ROOT

PIN = re.compile(
    r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?: ; ([^\\\n]+?))? \\\n((?:    --hash=.*\n)+)", re.M
)
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
LEVELS = ("run", "test")


def lock(level: str) -> str:
    return (ROOT / "requirements" / f"{level}.txt").read_text("utf-8")


def pins(text: str) -> set[tuple[str, str, str]]:
    """(name, version, marker)"""
    return {(match[1], match[2], (match[3] or "").strip()) for match in PIN.finditer(text)}


def canonical(requirement: str) -> str:
    found = NAME.match(requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def wanted(level: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    lines = (
        project["dependencies"] + optional["web"] + (optional["test"] if level == "test" else [])
    )
    return {canonical(line) for line in lines}


def faults_of_lock(text: str) -> Iterator[str]:
    if not text.startswith("# ") or "make lock" not in text.split("\n\n")[0][:400]:
        yield "The top does not say how the file is made."
    if "http" in text or "--index" in text or "--find-links" in text:
        yield "It holds an address."
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    if len(lines) != len(pins(text)):
        yield "A line is not a pin with hashes."
    for block in PIN.finditer(text):
        for line in block[4].strip().splitlines():
            if not re.fullmatch(r"--hash=sha256:[0-9a-f]{64}( \\)?", line.strip()):
                yield f"{block[1]} has a broken hash."


@pytest.mark.parametrize("level", LEVELS)
def test_lock_holds_pins_with_hashes_and_no_address(level: str) -> None:
    assert len(pins(lock(level))) > 20
    assert list(faults_of_lock(lock(level))) == []


@pytest.mark.parametrize("level", LEVELS)
def test_every_dependency_of_the_project_is_pinned(level: str) -> None:
    assert wanted(level) <= {canonical(name) for name, _, _ in pins(lock(level))}


def test_test_level_holds_all_of_the_run_level() -> None:
    """The launcher lets an environment of level test serve run."""
    assert pins(lock("run")) <= pins(lock("test"))


GOOD = "# Made by: make lock\nnumpy==2.4.6 ; x < '3' \\\n    --hash=sha256:" + "a" * 64 + "\n"


def test_a_good_lock_is_left_alone() -> None:
    assert list(faults_of_lock(GOOD)) == []
    assert pins(GOOD) == {("numpy", "2.4.6", "x < '3'")}


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("# Made by: make lock\n", ""),
        GOOD + "# from http" + "s://mirror.example/simple\n",
        GOOD + "scipy==1.17.1\n",
        GOOD + "scipy>=1.17.1 \\\n    --hash=sha256:" + "b" * 64 + "\n",
        GOOD.replace("a" * 64, "a" * 63),
    ],
)
def test_a_bad_lock_is_found(text: str) -> None:
    assert len(list(faults_of_lock(text))) == 1


# Reasons ----------------------------------------------------------------------------------------

DEPENDENCY = re.compile(r'^    "[A-Za-z][^"]*",(.*)$', re.MULTILINE)


def without_reason(text: str) -> list[str]:
    return [
        match.group().strip()
        for match in DEPENDENCY.finditer(text)
        if not re.fullmatch(r"\s*# \S.{8,}", match[1])
    ]


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8").partition("[project.scripts]")[0]
    assert len(DEPENDENCY.findall(text)) >= len(wanted("test"))
    assert without_reason(text) == []


def test_a_dependency_without_reason_is_found() -> None:
    assert without_reason('    "numpy>=2",\n    "rich>=14",  # tables in the terminal\n') == [
        '"numpy>=2",'
    ]
