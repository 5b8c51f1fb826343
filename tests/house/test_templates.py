"""Templates hold no arithmetic, and nothing that a strict Content-Security-Policy would stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.house.source_tree import WEB, repository_files

ARITHMETIC = re.compile(r"\|\s*add\s*:|\bwidthratio\b|\|\s*divisibleby\s*:")
TAG_OF_DJANGO = re.compile(
    r"\{%\s*comment.*?endcomment\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL
)
STOPPED_BY_POLICY = {
    "a script with a body; make it a module in static": re.compile(
        r"<script\b[^>]*>\s*[^\s<]", re.IGNORECASE
    ),
    "a style element; use a style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute; use a class": re.compile(r"(?<![\w-])style\s*=", re.IGNORECASE),
    "an event handler; attach it by data-*": re.compile(
        r"(?<![\w-])on[a-z]+\s*=\s*[\"']", re.IGNORECASE
    ),
}


def faults_of(source: str) -> Iterator[str]:
    if ARITHMETIC.search(source):
        yield "arithmetic; compute it in the core or in queries"
    # A value from Django inside a script or a handler still leaves the script and the handler.
    markup = TAG_OF_DJANGO.sub("X", source)
    yield from (what for what, pattern in STOPPED_BY_POLICY.items() if pattern.search(markup))


def test_templates_are_plain_markup() -> None:
    templates = [
        path for path in repository_files() if WEB in path.parents and "templates" in path.parts
    ]
    assert templates, "The pages have no templates."
    assert [
        f"{path.relative_to(WEB)}: {fault}"
        for path in templates
        for fault in faults_of(path.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ rank|add:1 }}",
        "{% widthratio score 100 width %}",
        "<script>alert(1)</script>",
        "<script type='module'>{{ code }}</script>",
        "<style>p { color: red }</style>",
        "<p style='color: red'>",
        '<rect style="{{ bar }}">',
        '<button onclick="go()">',
        "<body class='x'\n onload = 'go()'>",
    ],
)
def test_each_kind_of_bad_markup_is_found(source: str) -> None:
    assert len(list(faults_of(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        '<script type="module" src="{% static "live.js" %}"></script>',
        '{% include "bar.html" with style="wide" onset="late" %}',
        '<p data-style="wide" class="on">version = "x"</p>',
        "{{ scores|json_script:'scores' }}",
        "{% comment %} <p style='x'> {% endcomment %}",
    ],
)
def test_good_markup_is_left_alone(source: str) -> None:
    assert list(faults_of(source)) == []
