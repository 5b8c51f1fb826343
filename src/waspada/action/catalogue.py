"""The mitigation catalogue read from its file, with every fault of it at once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from waspada.action.model import Action, Body, Catalogue, Factor, Mode, Purpose, Term
from waspada.errors import CatalogueError, Fault
from waspada.instrument.model import Instrument, Text

try:  # the parser in C is about ten times faster; not every build of PyYAML has it
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # pragma: no cover
    from yaml import SafeLoader  # type: ignore[assignment]

Closed = TypeVar("Closed", bound=StrEnum)


def read_catalogue(path: Path) -> Catalogue:
    """Read a mitigation catalogue from its YAML file.

    Raises CatalogueError with every fault of the file at once.
    """
    faults: list[Fault] = []
    content = _load(path)
    catalogue = _build(_Entry(content, "the file", faults))
    faults.extend(_duplicates(catalogue))
    faults.extend(_broken_links(catalogue))
    if faults:
        raise CatalogueError(path.name, faults)
    return catalogue


def check_links(instrument: Instrument, catalogue: Catalogue) -> None:
    """Check that every factor and stage named by an item exists in the catalogue.

    Raises CatalogueError with every broken link at once.
    """
    faults: list[Fault] = []
    for item in instrument.items:
        place = f'item "{item.code}" of instrument "{instrument.code}"'
        faults.extend(_unknown("factor", item.factors, catalogue.factor_by_code, place))
        faults.extend(_unknown("stage", item.stages, catalogue.stage_by_code, place))
    if faults:
        raise CatalogueError(instrument.code, faults)


# --- From YAML to objects ----------------------------------------------------------------------


class _Loader(SafeLoader):
    """Refuses a key that stands twice in one mapping; YAML itself would keep the last silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                problem = f'key "{name}" stands twice in one mapping'
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        fault = Fault("unreadable", "the file", f"It cannot be read: {error}.", "Repair it.")
        raise CatalogueError(path.name, [fault]) from error
    if not isinstance(content, dict):
        problem = "It holds no mapping of names to values."
        fault = Fault("unreadable", "the file", problem, "Start from catalogues/mitigation.yaml.")
        raise CatalogueError(path.name, [fault])
    return content


@dataclass
class _Entry:
    """One mapping of the file. Its methods read a value and note what is wrong with it."""

    values: Mapping[str, Any]
    place: str
    faults: list[Fault] = field(repr=False)

    def fault(self, code: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(code, self.place, problem, remedy))

    def word(self, key: str) -> str:
        """A text that is not empty."""
        value = self.values.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.fault("missing_value", f'"{key}" is missing or no text.', "Write it.")
        return ""

    def words(self, key: str, *, at_least: int = 0) -> tuple[str, ...]:
        """A list of texts; an absent list is empty."""
        value = self.values.get(key) or []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.fault("not_a_list", f'"{key}" is no list of texts.', "Begin each with a dash.")
            return ()
        if len(value) < at_least:
            self.fault("missing_value", f'"{key}" is empty.', f"Name at least {at_least}.")
        return tuple(value)

    def text(self, key: str) -> Text:
        """A text in both languages."""
        value = self.values.get(key)
        both = value if isinstance(value, dict) else {}
        for language in ("id", "en"):
            if not (isinstance(both.get(language), str) and both[language].strip()):
                self.fault(
                    "missing_translation",
                    f'"{key}" has no text in language "{language}".',
                    "Write it in both languages.",
                )
        return Text(str(both.get("id") or "").strip(), str(both.get("en") or "").strip())

    def optional_text(self, key: str) -> Text | None:
        return self.text(key) if key in self.values else None

    def one_of(self, key: str, closed: type[Closed]) -> Closed:
        """A member of a closed set; its first member, and a fault, where the value is none."""
        value = self.values.get(key)
        members = {str(member): member for member in closed}
        if value in members:
            return members[value]
        problem = f'"{key}" is "{value}", which does not exist.'
        self.fault(f"unknown_{closed.__name__.lower()}", problem, f"Use {', '.join(members)}.")
        return next(iter(closed))

    def entry(self, key: str) -> _Entry:
        value = self.values.get(key)
        if not isinstance(value, dict):
            self.fault("missing_value", f'"{key}" is missing or no mapping.', "Write it.")
            value = {}
        return _Entry(value, f'"{key}"', self.faults)

    def entries(self, key: str, *, name: str, by: str = "code") -> tuple[_Entry, ...]:
        """Mappings of a list; their place is called after `name` and the value of `by`."""
        value = self.values.get(key)
        if not isinstance(value, list) or not value:
            self.fault("missing_value", f'"{key}" is missing or no list.', "Write it.")
            return ()
        if not all(isinstance(entry, dict) for entry in value):
            self.fault("not_a_mapping", f'"{key}" holds more than mappings.', "Repair the list.")
        found = [entry for entry in value if isinstance(entry, dict)]
        return tuple(
            _Entry(entry, f'{name} "{entry.get(by, f"number {number}")}"', self.faults)
            for number, entry in enumerate(found, start=1)
        )


def _build(file: _Entry) -> Catalogue:
    return Catalogue(
        version=file.word("schema_version"),
        title=file.text("title"),
        note=file.text("notes"),
        status=file.entry("review").word("status"),
        stages=_terms(file, "stages", name="stage"),
        dimensions=_terms(file, "dimensions", name="dimension"),
        action_kinds=_terms(file, "action_kinds", name="kind of action"),
        evidence_types=_terms(file, "evidence_types", name="type of evidence"),
        bodies=tuple(_body(entry) for entry in file.entries("agencies", name="body")),
        factors=tuple(_factor(entry) for entry in file.entries("factors", name="factor", by="id")),
    )


def _terms(file: _Entry, key: str, *, name: str) -> tuple[Term, ...]:
    entries = file.entries(key, name=name)
    return tuple(Term(entry.word("code"), entry.text("name")) for entry in entries)


def _body(entry: _Entry) -> Body:
    return Body(
        code=entry.word("code"),
        name=entry.text("name"),
        kind=entry.word("type"),
        mode=entry.one_of("engagement", Mode),
    )


def _factor(entry: _Entry) -> Factor:
    code = entry.word("id")
    return Factor(
        code=code,
        dimension=entry.word("dimension"),
        name=entry.text("name"),
        description=entry.text("description"),
        stages=entry.words("stages", at_least=1),
        sources=entry.words("source"),
        actions=tuple(
            _action(action, factor=code)
            for action in entry.entries("actions", name="action", by="id")
        ),
        guardrail=entry.optional_text("guardrail"),
    )


def _action(entry: _Entry, *, factor: str) -> Action:
    return Action(
        id=entry.word("id"),
        factor=factor,
        kind=entry.word("kind"),
        purpose=entry.one_of("purpose", Purpose),
        lead=entry.word("lead"),
        support=entry.words("support"),
        evidence=entry.word("evidence"),
        text=entry.text("text"),
    )


# --- Do the codes fit together -----------------------------------------------------------------


def _duplicates(catalogue: Catalogue) -> Iterable[Fault]:
    kinds = (
        ("stage", [term.code for term in catalogue.stages]),
        ("dimension", [term.code for term in catalogue.dimensions]),
        ("kind of action", [term.code for term in catalogue.action_kinds]),
        ("type of evidence", [term.code for term in catalogue.evidence_types]),
        ("body", [body.code for body in catalogue.bodies]),
        ("factor", [factor.code for factor in catalogue.factors]),
        ("action", [action.id for action in catalogue.actions]),
    )
    for name, codes in kinds:
        for code in sorted({code for code in codes if code and codes.count(code) > 1}):
            problem = f"It stands in the file {codes.count(code)} times."
            yield Fault("duplicate_code", f'{name} "{code}"', problem, "Give each its own code.")


def _broken_links(catalogue: Catalogue) -> Iterable[Fault]:
    dimensions = {term.code for term in catalogue.dimensions}
    kinds = {term.code for term in catalogue.action_kinds}
    bodies = catalogue.body_by_code
    for factor in catalogue.factors:
        place = f'factor "{factor.code}"'
        yield from _unknown("dimension", [factor.dimension], dimensions, place)
        yield from _unknown("stage", factor.stages, catalogue.stage_by_code, place)
    for action in catalogue.actions:
        place = f'action "{action.id}"'
        yield from _unknown("kind", [action.kind], kinds, place)
        yield from _unknown("evidence", [action.evidence], catalogue.evidence_by_code, place)
        yield from _unknown("lead", [action.lead], bodies, place)
        yield from _unknown("support", action.support, bodies, place)


def _unknown(
    name: str, codes: Iterable[str], known: Collection[str], place: str
) -> Iterable[Fault]:
    for code in codes:
        if code and code not in known:
            problem = f'The catalogue has no {name} "{code}".'
            if name in ("lead", "support"):
                problem = f'The catalogue has no body "{code}", named as {name}.'
            yield Fault(f"unknown_{name}", place, problem, "Correct the code, or define it.")
