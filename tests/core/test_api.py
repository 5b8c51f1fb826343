"""`import waspada` in a notebook: what the documents show is what happens."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import waspada
from tests.house.source_tree import ROOT
from waspada import api

PAGE = ROOT / "docs/how-to/use-in-a-notebook.md"


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("module", [waspada, api], ids=["waspada", "api"])
def test_examples_in_the_docstrings_are_true(module: object) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_examples_on_the_notebook_page_are_true() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 5
    assert found.failed == 0


def test_every_function_is_typed_documented_and_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    for name in api.__all__:
        function = getattr(waspada, name)
        assert inspect.getdoc(function)
        hints = inspect.signature(function)
        assert hints.return_annotation is not inspect.Signature.empty
        assert all(p.annotation is not inspect.Parameter.empty for p in hints.parameters.values())
        kinds = {p.kind for p in hints.parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD not in kinds, "a reader sees every option by its name"
        assert re.search(rf"`{name}`", page), name
    assert set(api.__all__) == {n for n in waspada.__all__ if n.islower() and n[0] != "_"}


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, waspada; print([m for m in ('numpy', 'scipy', 'yaml') if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert run.stdout.strip() == "[]"


def test_an_unknown_name_is_no_function() -> None:
    with pytest.raises(AttributeError, match="no attribute"):
        waspada.predict_votes  # noqa: B018


def test_saving_writes_what_the_command_writes(tmp_path: Path) -> None:
    built = waspada.build_index(
        "examples/composite/human_development_data.csv",
        "examples/composite/human_development_meta.csv",
        "examples/methods/human-development.yaml",
        choices={"aggregate.per.hdi.method": "arithmetic"},
    )
    waspada.save(built, tmp_path / "built")
    assert (tmp_path / "built/scores.csv").is_file()
    ikp = waspada.read_instrument("instruments/ikp-2024")
    tables = waspada.combine(waspada.read_scores("facts/ikp_2024_provinces.csv", ikp), ikp)
    waspada.save(tables, tmp_path / "combined")
    assert (tmp_path / "combined/run.json").is_file()
