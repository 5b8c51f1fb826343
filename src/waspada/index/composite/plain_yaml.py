"""YAML as people mean it: text, numbers, true, false and null; nothing else happens.

YAML 1.1 reads `NO` (Norway) as false, `010` as eight, `1:30` as ninety and `1e3` as text. Here
only true and false are truth values, a number is one as written, and every key is text. Aliases,
repeated keys, tags, deep nesting and several documents are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

DEEPEST = 12
"""Levels of nesting; a METHOD file needs six."""

_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "True": True, "false": False, "False": False}
_NOTHING = ("", "~", "null", "Null", "NULL")


class YamlFault(Exception):  # noqa: N818 - caught and told by who knows the file
    """What cannot be read, and where. problem, remedy: whole sentences."""

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        self.place, self.problem, self.remedy = place, problem, remedy
        super().__init__(f"{place}: {problem} {remedy}")


class Mapping(dict[str, Any]):
    """A mapping that knows its line."""

    line = 0


def load(text: str) -> Any:
    """The value a text spells: dict (Mapping), list, str, int, float, bool or None.

    Raises YamlFault at the first place that cannot be read.
    """
    import yaml

    events = _events(text)
    value: Any = None
    seen = 0
    for event in events:
        if isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
            continue
        if isinstance(event, yaml.DocumentStartEvent):
            seen += 1
            if seen > 1:
                problem = "A second document begins."
                raise YamlFault(_line(event), problem, "Keep one document, without a line ---.")
            continue
        value = _value(event, events, 0)
    return value


def _events(text: str) -> Iterator[Any]:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise YamlFault(
            place,
            f"It is not YAML: {problem}.",
            "Check indentation and brackets of this line and the line above.",
        ) from error


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"


def _value(event: Any, events: Iterator[Any], depth: int) -> Any:
    import yaml

    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        problem = "A value is named and pointed to from elsewhere (& or *)."
        raise YamlFault(_line(event), problem, "Write the value out wherever it is meant.")
    if getattr(event, "tag", None) not in (None, "!"):
        raise YamlFault(_line(event), f'There is a tag "{event.tag}".', "Leave it out.")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if depth >= DEEPEST:
        problem = f"Something is nested more than {DEEPEST} deep."
        raise YamlFault(_line(event), problem, "Write it flatter.")
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(inner, events, depth + 1) for inner in _until(yaml.SequenceEndEvent, events)]
    return _mapping(event, events, depth)


def _mapping(start: Any, events: Iterator[Any], depth: int) -> Mapping:
    import yaml

    found = Mapping()
    found.line = start.start_mark.line + 1
    for event in _until(yaml.MappingEndEvent, events):
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlFault(_line(event), "A name is no text.", "Name it by a word.")
        if event.value in found:
            problem = f'The name "{event.value}" is given twice.'
            raise YamlFault(_line(event), problem, "Keep one of them.")
        found[event.value] = _value(next(events), events, depth + 1)
    return found


def _until(end: type, events: Iterator[Any]) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0] or event.style in ("'", '"', "|", ">"):
        return text
    if text in _NOTHING:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text) and len(text) < 16:
        return int(text)
    if _NUMBER.fullmatch(text) and not re.match(r"[+-]?0[0-9]", text):
        value = float(text)
        return value if abs(value) != float("inf") else text
    return text
