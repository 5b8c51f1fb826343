"""Nothing of others is copied into the repository, and nothing of this machine is named in it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT, repository_files, text_of

MEGABYTE = 1_000_000
VENDORED = re.compile(
    r"\.min\.(js|css)$|\.(woff2?|ttf|otf|eot)$"
    r"|(^|/)(jquery|htmx|bootstrap|alpine|leaflet|d3|vega|axe)([.-][\w.-]*)?\.(js|css)$"
    r"|(^|/)(node_modules|vendor|third_party)/",
    re.IGNORECASE,
)
# Written in two pieces, so that this file does not find itself.
COPYRIGHT = re.compile("copy" + r"right\s*(\(c\)|©|\d{4})|SPDX-Licen" + "se-Identifier", re.I)
REGISTRIES = re.compile(
    "|".join(("py" + r"pi\.org", "python" + "hosted", r"registry\.npm" + "js", r"deb\.deb" + "ian"))
)
HOMES = re.compile(r"(?<![\w.])/(root|home/\w+|Users/\w+|work/\w)[\w-]*/")


def test_names_of_vendored_files_are_known() -> None:
    for name in ("ui/static/htmx.js", "a/jquery-3.7.js", "x.min.css", "fonts/inter.woff2"):
        assert VENDORED.search(name)
    for name in ("ui/static/live-count.js", "ui/static/charts.css", "ui/static/axes.css"):
        assert not VENDORED.search(name)


def test_no_file_is_vendored() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in repository_files()]
    assert len(names) > 20
    assert [name for name in names if VENDORED.search(name)] == []


def test_no_file_is_larger_than_a_megabyte() -> None:
    assert [path.name for path in repository_files() if path.stat().st_size > MEGABYTE] == []


def files_with(pattern: re.Pattern[str]) -> list[str]:
    texts = ((path, text_of(path)) for path in repository_files())
    return [path.relative_to(ROOT).as_posix() for path, text in texts if pattern.search(text or "")]


def test_only_the_licence_carries_a_copyright() -> None:
    assert files_with(COPYRIGHT) == ["LICENSE"]


def test_no_file_names_a_package_registry() -> None:
    assert REGISTRIES.search("https://" + "py" + "pi.org/simple")
    assert files_with(REGISTRIES) == []


def test_no_file_names_a_folder_of_this_machine() -> None:
    assert HOMES.search("see /ho" + "me/siti/waspada/data")
    assert files_with(HOMES) == []


# Data that may be compared with, but not handed on.
NOT_OURS_TO_COPY = ("data/pei", "golden")


def test_no_reference_data_is_copied(reference_data: Path) -> None:
    theirs = {
        digest(path)
        for folder in NOT_OURS_TO_COPY
        for path in (reference_data / folder).rglob("*")
        if path.is_file()
    }
    assert len(theirs) > 10
    assert [path.name for path in repository_files() if digest(path) in theirs] == []


def digest(path: Path) -> str:
    """Line endings do not make a copy another file."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n").strip()).hexdigest()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_copy_is_recognised_by_its_content(tmp_path: Path, ending: bytes) -> None:
    for name, line_end in (("original", b"\n"), ("copy", ending)):
        (tmp_path / name).write_bytes(line_end.join([b"a,b", b"1,2", b""]))
    assert digest(tmp_path / "original") == digest(tmp_path / "copy")
