"""The part of `docs/reference/method-file.md` that lists steps, recipes and parameters.

Written from RECIPES, so that page and program cannot disagree; a test compares them.

    python -m waspada.publication.method_page docs/reference/method-file.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waspada.index.composite.method import DEFAULTS, recipes_of
from waspada.index.composite.model import StepKind
from waspada.index.composite.plain_yaml import flow
from waspada.index.composite.recipe import REQUIRED, Parameter, Recipe
from waspada.publication.files import write_whole

BEGIN, END = "<!-- recipes: written by the program -->", "<!-- end of recipes -->"


def recipes_markdown() -> str:
    """Every step with its recipes, formulas, parameters and sources."""
    return "\n".join(line for kind in StepKind for line in _step(kind))


def with_recipes(page: str) -> str:
    """The page with the part between the two marks written afresh."""
    head, _, rest = page.partition(BEGIN)
    _, mark, tail = rest.partition(END)
    if not mark:
        raise ValueError(f"The page lacks {BEGIN} or {END}.")
    return f"{head}{BEGIN}\n\n{recipes_markdown()}\n{END}{tail}"


def _step(kind: StepKind) -> Iterator[str]:
    yield f"### Step `{kind}`"
    yield ""
    if kind in DEFAULTS:
        yield f"Without `method` it is `{DEFAULTS[kind]}`."
        yield ""
    for recipe in recipes_of(kind).values():
        yield from _recipe(recipe)


def _recipe(recipe: Recipe) -> Iterator[str]:
    formula = f" Formula: `{recipe.formula}`." if recipe.formula else ""
    source = f" Source: {recipe.source}." if recipe.source else ""
    yield f"**`{recipe.name}`**: {_sentence(recipe.meaning)}{formula}{source}"
    yield ""
    if recipe.parameters:
        yield "| Parameter | Takes | Default | Meaning |"
        yield "|---|---|---|---|"
        yield from map(_parameter, recipe.parameters)
        yield ""


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _parameter(parameter: Parameter) -> str:
    default = "required" if parameter.default is REQUIRED else f"`{_short(parameter.default)}`"
    cells = (f"`{parameter.name}`", _takes(parameter), default, parameter.meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _short(value: Any) -> str:
    if not isinstance(value, float) or abs(value) >= 1e300:
        return flow(value)
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def _takes(parameter: Parameter) -> str:
    if parameter.choices:
        return ", ".join(f"`{choice}`" for choice in parameter.choices)
    bounds = (
        ("at least", parameter.at_least),
        ("at most", parameter.at_most),
        ("above", parameter.above),
    )
    said = [f"{word} {bound:g}" for word, bound in bounds if bound is not None]
    return " ".join([parameter.kind.value, " and ".join(said)]).strip()


def main(path: str) -> None:
    """Write the part of a page afresh."""
    page = Path(path)
    write_whole(page, with_recipes(page.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(sys.argv[1])
