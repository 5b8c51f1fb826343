"""Documents name what exists: settings, commands, method pages, links, first commands."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT, STAGES, load_launcher, repository_files, text_of

SETTING = re.compile(r"WASPADA_[A-Z][A-Z_]*")
SETTING_ROW = re.compile(r"^\|\s*`(WASPADA_[A-Z_]+)`", re.MULTILINE)
COMMAND_HEADING = re.compile(r"^#{2,}\s+`(?:\./)?(?:waspada )?([a-z][a-z -]*)`", re.MULTILINE)
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)[^)]*\)")
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
READMES = ("README.md", "README.id.md")


# Settings ---------------------------------------------------------------------------------------


def settings_read(source: str) -> set[str]:
    """Names in string constants, docstrings left out."""
    tree = ast.parse(source)
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {word for word in constants if isinstance(word, str) and SETTING.fullmatch(word)}


def test_every_setting_is_described_and_every_described_setting_is_read() -> None:
    readers = [
        path
        for path in repository_files()
        if (path.suffix == ".py" and ROOT / "src" in path.parents)
        or path in (ROOT / "waspada", ROOT / "tests/conftest.py")
    ]
    read = set().union(*(settings_read(path.read_text(encoding="utf-8")) for path in readers))
    described = SETTING_ROW.findall((ROOT / "docs/reference/settings.md").read_text("utf-8"))
    assert len(described) == len(set(described))
    assert set(described) == read


def test_settings_are_read_from_code_and_not_from_prose() -> None:
    source = '"""See WASPADA_PROSE."""\nimport os\nos.environ.get("WASPADA_PORT", "WASPADA_ x")'
    assert settings_read(source) == {"WASPADA_PORT"}


# Commands ---------------------------------------------------------------------------------------


def launcher_verbs() -> set[str]:
    own = load_launcher()
    return {"run", *own.CHECKING_VERBS, *own.MANAGED_VERBS}


def command_line_verbs() -> set[str]:
    """ "measure", and "instrument check" for a command within a group."""
    import typer.main

    from waspada.cli.main import app

    return set(verbs_below(typer.main.get_command(app), ""))


def verbs_below(command: object, name: str) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if not children:
        yield name
    for child_name, child in (children or {}).items():
        if not getattr(child, "hidden", False):
            yield from verbs_below(child, f"{name} {child_name}".strip())


def headings(document: str) -> set[str]:
    text = CODE_BLOCK.sub("", (ROOT / document).read_text("utf-8"))
    return {name.strip() for name in COMMAND_HEADING.findall(text)}


def test_every_command_has_its_heading_and_every_heading_its_command() -> None:
    verbs = command_line_verbs()
    assert {"measure", "combine"} <= verbs
    assert headings("docs/reference/commands.md") == verbs


def test_every_verb_of_the_launcher_has_its_heading() -> None:
    assert headings("docs/reference/launcher.md") == launcher_verbs()


def test_help_of_the_launcher_names_its_verbs() -> None:
    named = set(re.findall(r"^    \./waspada ([a-z]+)", load_launcher().HELP, re.MULTILINE))
    assert launcher_verbs() <= named


def test_heading_of_a_command_is_told_from_other_headings(tmp_path: Path) -> None:
    page = tmp_path / "commands.md"
    page.write_text("## `measure`\n\n### `waspada facts check`\n\n## Exit codes\n\n## Why `x`\n")
    assert headings(str(page)) == {"measure", "facts check"}


def faults_of_console(text: str, verbs: set[str]) -> Iterator[str]:
    """Each command of a console block is one a reader can type at the top of the repository."""
    firsts = {verb.split()[0] for verb in verbs} | {"--help"}
    for block in CONSOLE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[0] != "./waspada":
                yield f"{line!r} does not start with ./waspada."
            elif len(words) > 1 and words[1] not in firsts:
                yield f"{line!r} names a verb that does not exist."


@pytest.mark.parametrize("document", READMES)
def test_commands_of_the_readme_can_be_typed(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    assert CONSOLE.search(text)
    assert "./waspada run" in text
    assert list(faults_of_console(text, launcher_verbs() | command_line_verbs())) == []


def test_readme_of_both_languages_shows_the_same_commands() -> None:
    first, second = (
        [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
        for blocks in (CONSOLE.findall((ROOT / name).read_text("utf-8")) for name in READMES)
    )
    assert [line for line in first if line] == [line for line in second if line]


@pytest.mark.parametrize("line", ["pip install waspada", "./waspada juggle", "$ waspada run"])
def test_a_command_that_cannot_be_typed_is_found(line: str) -> None:
    assert len(list(faults_of_console(f"```console\n{line}\n```\n", {"run", "measure"}))) == 1


# Pages and links --------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_its_method_page(stage: str) -> None:
    page = ROOT / "docs/method" / f"{stage}.md"
    assert page.is_file()
    assert page.read_text("utf-8").startswith("# ")


def broken_links(page: Path) -> Iterator[str]:
    text = CODE_BLOCK.sub("", page.read_text("utf-8"))
    for target in LINK.findall(text):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists():
            yield f"{page.name}: {target} leads nowhere."
        elif anchor and aim.suffix == ".md" and anchor not in anchors(aim.read_text("utf-8")):
            yield f"{page.name}: {target} names no heading of that page."


def anchors(text: str) -> set[str]:
    """As forges make them: lower case, spaces to hyphens, other signs dropped."""
    titles = re.findall(r"^#+\s+(.*?)\s*$", CODE_BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_relative_link_leads_somewhere() -> None:
    pages = [path for path in repository_files() if path.suffix == ".md"]
    assert ROOT / "README.md" in pages
    assert [fault for page in pages for fault in broken_links(page)] == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Two words, here\n[a](page.md) [b](#two-words-here) [c](https://example.org/x)\n"
        "![d](missing.png) [e](page.md#elsewhere)\n```\n[f](nothing.md)\n```\n"
    )
    assert [fault.split()[1] for fault in broken_links(page)] == [
        "missing.png",
        "page.md#elsewhere",
    ]


def test_decision_records_are_numbered_and_have_their_three_parts() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert records
    numbers = [record.name[:4] for record in records]
    assert len(numbers) == len(set(numbers))
    for record in records:
        text = text_of(record) or ""
        missing = [p for p in ("Context", "Decision", "Consequences") if f"## {p}" not in text]
        assert missing == [], record.name
