"""The page on METHOD files lists exactly the recipes and parameters there are."""

from __future__ import annotations

import re

import pytest

from tests.house.source_tree import ROOT
from waspada.index.composite.method import parse_method
from waspada.publication.method_page import with_recipes

PAGE = ROOT / "docs/reference/method-file.md"


def test_the_page_lists_the_recipes_there_are() -> None:
    text = PAGE.read_text("utf-8")
    again = "python -m waspada.publication.method_page docs/reference/method-file.md"
    assert text == with_recipes(text), f"Write it afresh: {again}"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        with_recipes("# A page\n")


def test_the_ready_methods_are_named_on_the_page() -> None:
    named = set(re.findall(r"examples/methods/([\w-]+\.yaml)", PAGE.read_text("utf-8")))
    assert named == {path.name for path in (ROOT / "examples/methods").glob("*.yaml")}


def test_the_first_example_of_the_page_is_a_method() -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert [step.name for step in parse_method(blocks[0]).steps] == [
        "normalise",
        "weigh",
        "aggregate",
    ]
