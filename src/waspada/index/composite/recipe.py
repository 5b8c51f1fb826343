"""Recipes: the ways a step can be done, with the parameters a METHOD file may give.

Each step module has `RECIPES`, name -> `Recipe`. The same objects check a METHOD file, run the
step and fill the reference page, so the three cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a parameter may hold."""

    NUMBER = "number"
    WHOLE = "whole number"
    FLAG = "true or false"
    TEXT = "text"
    LIST = "list"
    MAPPING = "mapping"


REQUIRED = object()
"""Default of a parameter that has to be given."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a recipe. meaning: a short sentence with unit and range.

    choices: the only texts allowed, if not empty. at_least, at_most, above: bounds of a number.
    """

    name: str
    kind: Kind
    default: Any
    meaning: str
    choices: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Recipe:
    """A named way of doing a step. function: takes what its module says, and the parameters by
    name. formula: as plain text. source: where it is from."""

    name: str
    function: Callable[..., Any]
    meaning: str
    formula: str = ""
    parameters: tuple[Parameter, ...] = ()
    source: str = ""


class Cannot(Exception):  # noqa: N818 - reads as the sentence it begins
    """A function on bare arrays cannot do its job; who called it knows the names.

    problem, remedy: whole sentences without names of units or indicators. rows: positions of the
    units concerned, () where all are.
    """

    def __init__(self, problem: str, remedy: str, *, rows: Sequence[int] = ()) -> None:
        self.problem, self.remedy, self.rows = problem, remedy, tuple(rows)
        super().__init__(f"{problem} {remedy}")


def settle(recipe: Recipe, given: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a recipe: those given, and the defaults.

    Raises Cannot for an unknown name, a missing one, a wrong kind, a value out of range.
    """
    known = {parameter.name: parameter for parameter in recipe.parameters}
    for name in given:
        if name not in known:
            raise Cannot(
                f'"{recipe.name}" has no parameter "{name}".',
                f"It takes: {', '.join(known) or 'none'}.",
            )
    return {name: _settle(parameter, given) for name, parameter in known.items()}


def _settle(parameter: Parameter, given: Mapping[str, Any]) -> Any:
    if parameter.name not in given:
        if parameter.default is REQUIRED:
            raise Cannot(f'The parameter "{parameter.name}" is missing.', parameter.meaning)
        return parameter.default
    value = given[parameter.name]
    if value is None and parameter.default is None:
        return None
    if not _fits(parameter, value):
        raise Cannot(
            f'The parameter "{parameter.name}" is {value!r}; it takes a {_wanted(parameter)}.',
            parameter.meaning,
        )
    if parameter.kind is Kind.NUMBER:
        return float(value)
    return value


def _fits(parameter: Parameter, value: Any) -> bool:
    match parameter.kind:
        case Kind.NUMBER | Kind.WHOLE:
            kinds = (int,) if parameter.kind is Kind.WHOLE else (int, float)
            if isinstance(value, bool) or not isinstance(value, kinds):
                return False
            return (
                value == value
                and (parameter.at_least is None or value >= parameter.at_least)
                and (parameter.at_most is None or value <= parameter.at_most)
                and (parameter.above is None or value > parameter.above)
            )
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.TEXT:
            return isinstance(value, str) and (not parameter.choices or value in parameter.choices)
        case Kind.LIST:
            return isinstance(value, list)
        case Kind.MAPPING:
            return isinstance(value, dict)


def _wanted(parameter: Parameter) -> str:
    if parameter.choices:
        return f"one of {', '.join(parameter.choices)}".replace("a one", "one")
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (
            ("at least", parameter.at_least),
            ("at most", parameter.at_most),
            ("above", parameter.above),
        )
        if bound is not None
    ]
    return " ".join([parameter.kind.value, " and ".join(bounds)]).strip()


def not_mappings(per: Any) -> list[tuple[str, str]]:
    """Faults of `per` itself: it holds a mapping of options for each name."""
    if per is None or (
        isinstance(per, Mapping) and all(isinstance(own, Mapping) for own in per.values())
    ):
        return []
    return [
        (
            '"per" is no list of names with options.',
            "Write it as per: {CODE: {method: ...}, ...}.",
        )
    ]
