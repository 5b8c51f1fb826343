"""Read a METHOD file: the steps of a composite index, checked, all faults at once.

`docs/reference/method-file.md` says how to write one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from waspada.errors import Fault, MethodError
from waspada.index.composite import beside, plain_yaml
from waspada.index.composite.model import Method, Step, StepKind, Ties
from waspada.index.composite.plain_yaml import YamlFault
from waspada.index.composite.recipe import REQUIRED, Cannot, Parameter, Recipe, settle
from waspada.instrument.framework import Framework

LARGEST_FILE = 1_000_000
"""Bytes; a METHOD file with goalposts of a thousand indicators has 0.1 MB."""

DEFAULTS = {
    StepKind.DENOMINATE: "divide",
    StepKind.NORMALISE: "minmax",
    StepKind.WEIGH: "given",
    StepKind.AGGREGATE: "arithmetic",
}
"""What a step does that names no `method`; the others have to name one."""

COMMON = ("method", "per", "over")
"""Options that are no parameters of a recipe."""

OVER = ("all", "time")
"""One parameter set for all times, or each time on its own."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

Wording = tuple[str, str]
"""What is wrong and what to do, a sentence each."""


def step_module(kind: StepKind) -> Any:
    """The module that does a step: its RECIPES, `run`, and `check` where it has one."""
    return import_module(f"waspada.index.composite.{kind.value}")


def recipes_of(kind: StepKind) -> dict[str, Recipe]:
    recipes: dict[str, Recipe] = step_module(kind).RECIPES
    return recipes


# Reading --------------------------------------------------------------------------------------


def read_method(path: Path, framework: Framework | None = None) -> Method:
    """The method in a file; see `parse_method`. Raises MethodError."""
    source = path.name or str(path)
    if not os.path.exists(path):  # Path.exists raises for a name that is too long
        raise _refusal(source, "no_file", "There is no such file.", "Check name and folder.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            problem = f"It is larger than {LARGEST_FILE // 1_000_000} MB."
            raise _refusal(source, "too_large", problem, "Check that this is the METHOD file.")
        return parse_method(
            path.read_text(encoding="utf-8-sig"),
            source=source,
            framework=framework,
            folder=path.parent,
        )
    except UnicodeDecodeError as error:
        problem, remedy = "It is not UTF-8 text.", "Save it again with the encoding UTF-8."
        raise _refusal(source, "not_utf8", problem, remedy) from error
    except OSError as error:
        problem = f"It cannot be read: {error.strerror or error}."
        raise _refusal(source, "no_file", problem, "Check that you may read it.") from error


def _refusal(source: str, code: str, problem: str, remedy: str, place: str = "file") -> MethodError:
    return MethodError(source, [Fault(code, place, problem, remedy)])


def parse_method(
    text: str,
    *,
    source: str = "METHOD",
    framework: Framework | None = None,
    folder: Path | None = None,
) -> Method:
    """The method a text spells. framework: checks codes of indicators and nodes too.

    folder: where tables are looked for that `weigh` names (see `beside`); none are without it.

    Raises MethodError with every fault: what is no YAML, unknown steps, recipes and parameters,
    values out of range, an order that makes no sense.
    """
    try:
        found = plain_yaml.load(text)
    except YamlFault as error:
        raise _refusal(source, "no_yaml", error.problem, error.remedy, error.place) from error
    faults: list[Fault] = []
    if not isinstance(found, dict):
        problem = "It holds no `steps`."
        raise _refusal(source, "no_steps", problem, "Begin with `title:` and `steps:`.")
    if folder is not None:
        beside.fill_in(found, folder, source)
    for key in found:
        if key not in ("title", "ties", "steps"):
            remedy = "A METHOD file has `title`, `ties` and `steps`; begin other lines with #."
            faults.append(Fault("unknown_key", f'"{key}"', "Nothing reads this.", remedy))
    title = found.get("title")
    if title is not None and not isinstance(title, str | int | float):
        faults.append(Fault("no_title", '"title"', "The title is no text.", "Write a short text."))
    ties = found.get("ties", Ties.SHARE)
    if ties not in tuple(Ties):
        problem = f"It is {json.dumps(ties, ensure_ascii=False, default=str)}."
        faults.append(Fault("bad_ties", '"ties"', problem, 'Write "share" or "exact".'))
        ties = Ties.SHARE
    read = list(_steps(found.get("steps"), faults))
    steps = tuple(step for step, _ in read)
    method = Method("" if title is None else str(title), steps, source, Ties(ties))
    raw = found.get("steps")
    unread = isinstance(raw, list) and len(raw) != len(steps)  # a misspelt step is not missing too
    missing = ("no_aggregate", "not_turned") if unread or not steps else ()
    found_faults = _faults_of(method, framework, [place for _, place in read])
    faults += [fault for fault in found_faults if fault.code not in missing]
    if faults:
        raise MethodError(source, faults)
    return method


def _steps(raw: Any, faults: list[Fault]) -> Iterator[tuple[Step, str]]:
    """Each step that can be read, and where it stands."""
    if not isinstance(raw, list) or not raw:
        problem = "There is no list of steps."
        remedy = "Write each step on a line of its own, beginning with a hyphen."
        faults.append(Fault("no_steps", '"steps"', problem, remedy))
        return
    for number, entry in enumerate(raw, start=1):
        line = f" (line {entry.line})" if hasattr(entry, "line") else ""
        step = _step(entry, f"step {number}{line}", faults)
        if step is not None:
            yield step, f'step {number} "{step.name}"{line}'


def _step(entry: Any, place: str, faults: list[Fault]) -> Step | None:
    word, options = entry, None
    if isinstance(entry, dict) and len(entry) == 1:
        word, options = next(iter(entry.items()))
    if not isinstance(word, str):
        remedy = "Write `- word` or `- word: {method: ..., ...}`."
        faults.append(Fault("no_step", place, "This is no step.", remedy))
        return None
    if word not in list(StepKind):
        remedy = f"{_close(word, list(StepKind))}The steps are {', '.join(StepKind)}."
        faults.append(Fault("unknown_step", place, f'There is no step "{word}".', remedy))
        return None
    if isinstance(options, str):
        options = {"method": options}
    if not isinstance(options, dict | None):
        problem = f'The options of "{word}" are no list of names and values.'
        faults.append(Fault("no_options", place, problem, f"Write `- {word}: {{method: ...}}`."))
        return None
    options = dict(options or {})
    name = options.pop("name", word)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        problem = f"{name!r} cannot be the name of a step."
        remedy = "Use small letters, digits and _, beginning with a letter."
        faults.append(Fault("bad_name", place, problem, remedy))
        name = word
    return Step(name, StepKind(word), _tidied(StepKind(word), options))


def _tidied(kind: StepKind, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with their `method` first, and short forms of `per` written out."""
    tidy = dict(options)
    method = tidy.pop("method", None) or DEFAULTS.get(kind)
    if isinstance(tidy.get("per"), dict):
        tidy["per"] = {
            code: {"method": entry} if isinstance(entry, str) else entry
            for code, entry in tidy["per"].items()
        }
    return ({} if method is None else {"method": method}) | tidy


def _close(word: object, known: list[str]) -> str:
    close = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"? ' if close else ""


# Checking -------------------------------------------------------------------------------------


def check_method(method: Method, framework: Framework | None = None) -> None:
    """Raises MethodError with every fault of a method, however it came about."""
    places = [f'step {number} "{step.name}"' for number, step in enumerate(method.steps, start=1)]
    faults = _faults_of(method, framework, places)
    if faults:
        raise MethodError(method.source or "METHOD", faults)


def _faults_of(method: Method, framework: Framework | None, places: list[str]) -> list[Fault]:
    """places: where each step stands, for messages."""
    at = {id(step): place for step, place in zip(method.steps, places, strict=True)}
    faults = [
        Fault("bad_step", at[id(step)], problem, remedy)
        for step in method.steps
        for problem, remedy in step_faults(step, framework)
    ]
    return faults + list(_order_faults(method, framework, at))


def step_faults(step: Step, framework: Framework | None = None) -> list[Wording]:
    """What is wrong with the options of one step."""
    recipes = recipes_of(step.kind)
    listed = ", ".join(recipes)
    name = step.options.get("method")
    if name is None:
        return [(f'The "{step.kind}" names no method.', f"Add `method:` with one of {listed}.")]
    recipe = recipes.get(name) if isinstance(name, str) else None
    if recipe is None:
        remedy = f"{_close(name, list(recipes))}It takes one of {listed}."
        return [(f'"{step.kind}" has no method "{name}".', remedy)]
    per = step.options.get("per") or {}
    if not isinstance(per, dict):
        remedy = "Write `per: {CODE: {method: ..., ...}}`."
        return [('"per" is no list of codes with their options.', remedy)]
    given = {key: value for key, value in step.options.items() if key not in COMMON}
    may_miss = _speaks_for_all(step.kind, set(per), framework)
    found = [*_parameter_faults(recipe, given, may_miss=may_miss), *_over_faults(step)]
    for code, entry in per.items():
        own = _entry_faults(step, recipe, given, entry)
        found += [(f'For "{code}": {problem}', remedy) for problem, remedy in own]
    return list(dict.fromkeys(found)) or _framework_faults(step, framework)


def _speaks_for_all(kind: StepKind, per: set[str], framework: Framework | None) -> bool:
    """Whether `per` names everybody, so that the step itself need not give what it requires.

    Without a framework any `per` may; the check with one comes later.
    """
    if framework is None or kind is StepKind.WEIGH:
        return bool(per)
    if kind is StepKind.AGGREGATE:
        return all({node.code, str(node.level)} & per for node in framework.aggregates)
    return per >= set(framework.codes)


def _entry_faults(
    step: Step, recipe: Recipe, given: Mapping[str, Any], entry: Any
) -> Iterator[Wording]:
    """Faults of one entry of `per`. Without a method of its own, or with the same, it inherits the
    parameters of the step."""
    if not isinstance(entry, dict):
        yield "There are no options.", "Write `{method: ..., ...}` or the name of a method."
        return
    recipes = recipes_of(step.kind)
    inherits = step.kind is not StepKind.WEIGH
    name = entry.get("method", recipe.name if inherits else DEFAULTS[StepKind.WEIGH])
    own = recipes.get(name) if isinstance(name, str) else None
    if own is None:
        remedy = f"{_close(name, list(recipes))}It takes one of {', '.join(recipes)}."
        yield f'"{step.kind}" has no method "{name}".', remedy
        return
    mine = {key: value for key, value in entry.items() if key != "method"}
    inherited = given if own is recipe and inherits else {}
    known = {parameter.name for parameter in own.parameters}
    merged = {**{k: v for k, v in inherited.items() if k in known}, **mine}
    yield from _parameter_faults(own, merged)


def _parameter_faults(
    recipe: Recipe, given: Mapping[str, Any], *, may_miss: bool = False
) -> Iterator[Wording]:
    known = {parameter.name: parameter for parameter in recipe.parameters}
    for name in given:
        if name not in known:
            remedy = f"{_close(name, list(known))}It takes: {', '.join(known) or 'none'}."
            yield f'"{recipe.name}" has no parameter "{name}".', remedy
    for parameter in recipe.parameters:
        if parameter.name in given or not (may_miss and parameter.default is REQUIRED):
            yield from _value_faults(recipe, parameter, given)


def _value_faults(
    recipe: Recipe, parameter: Parameter, given: Mapping[str, Any]
) -> Iterator[Wording]:
    value = {parameter.name: given[parameter.name]} if parameter.name in given else {}
    try:
        settle(replace(recipe, parameters=(parameter,)), value)
    except Cannot as error:
        yield error.problem, error.remedy


def _over_faults(step: Step) -> list[Wording]:
    if "over" not in step.options:
        return []
    if step.kind in (StepKind.WEIGH, StepKind.SCREEN, StepKind.DENOMINATE):
        return [(f'"{step.kind}" takes no `over`: it is the same for all times.', "Leave it out.")]
    if step.options["over"] not in OVER:
        return [(f'"over" is {step.options["over"]!r}.', "Write `over: all` or `over: time`.")]
    return []


def _framework_faults(step: Step, framework: Framework | None) -> list[Wording]:
    """Codes in `per`, and what only the step's own module can tell."""
    if framework is None:
        return []
    module = step_module(step.kind)
    if hasattr(module, "check"):
        return list(module.check(step.options, framework))
    codes = framework.codes if step.kind is not StepKind.AGGREGATE else framework.node_codes
    levels = [str(level) for level in range(2, framework.height + 1)]
    known = [*codes, *(levels if step.kind is StepKind.AGGREGATE else [])]
    return [
        (f'"per" names "{code}", which META does not have.', f"{_close(code, known)}Correct it.")
        for code in step.options.get("per") or {}
        if code not in known
    ]


def _order_faults(
    method: Method, framework: Framework | None, at: Mapping[int, str]
) -> Iterator[Fault]:
    seen: dict[str, Step] = {}
    done: list[StepKind] = []
    for step in method.steps:
        if step.name in seen:
            problem = f'Another step is called "{step.name}".'
            remedy = f"Give this one a name, for example `name: {step.name}_again`."
            yield Fault("duplicate_step", at[id(step)], problem, remedy)
        seen[step.name] = step
        if StepKind.AGGREGATE in done:
            problem = "It stands after the aggregation."
            yield Fault("wrong_order", at[id(step)], problem, "Put `aggregate` last, and once.")
        elif step.kind is StepKind.DENOMINATE and StepKind.NORMALISE in done:
            problem = "Normalised values are no quantities that could be divided."
            yield Fault("wrong_order", at[id(step)], problem, "Put it before `normalise`.")
        elif step.kind is StepKind.DENOMINATE and StepKind.DENOMINATE in done:
            problem = "Indicators would be divided twice."
            yield Fault("wrong_order", at[id(step)], problem, "Keep one `denominate`; see `per`.")
        done.append(step.kind)
    if method.steps and StepKind.AGGREGATE not in done:
        problem = "There is no step `aggregate`."
        yield Fault("no_aggregate", '"steps"', problem, "Add it as the last step.")
    if framework is not None and StepKind.NORMALISE not in done:
        turned = [f'"{i.code}"' for i in framework.indicators if i.direction < 0]
        if turned:
            problem = (
                "No step normalises, so nothing turns the indicators with direction -1: "
                f"{', '.join(turned[:6])}{' and others' if len(turned) > 6 else ''}."
            )
            remedy = "Add `normalise`, or turn them in the data and give them direction 1."
            yield Fault("not_turned", '"steps"', problem, remedy)


# Choices --------------------------------------------------------------------------------------


def with_choice(
    method: Method, path: str, value: Any, framework: Framework | None = None
) -> Method:
    """The method with one option changed; see `with_choices`."""
    return with_choices(method, {path: value}, framework)


def with_choices(
    method: Method, choices: Mapping[str, Any], framework: Framework | None = None
) -> Method:
    """The method with options changed.

    choices: "STEP.key" or "STEP.per.CODE.key" -> value; a text is read as YAML, null takes the
    option away. A new `method` takes the parameters of the old one away, for they were chosen for
    it; choices that set parameters of the new one count, in whatever order they are given.
    Raises MethodError: a step the method lacks, or what the changed method makes wrong.
    """
    source = method.source or "METHOD"
    parsed = [_Choice.read(method, path, value, source) for path, value in choices.items()]
    steps = {step.name: step for step in method.steps}
    for choice in sorted(parsed, key=lambda choice: choice.key != "method"):
        steps[choice.step] = choice.apply(steps[choice.step])
    changed = replace(method, steps=tuple(steps[step.name] for step in method.steps))
    check_method(changed, framework)
    return changed


def without_step(method: Method, name: str, framework: Framework | None = None) -> Method:
    """The method without a step. Raises MethodError for a step it lacks, or cannot do without."""
    _known_step(method, name, method.source or "METHOD", f"--drop {name}")
    changed = replace(method, steps=tuple(step for step in method.steps if step.name != name))
    check_method(changed, framework)
    return changed


def _known_step(method: Method, name: str, source: str, place: str) -> None:
    names = [step.name for step in method.steps]
    if name not in names:
        problem = f'The method has no step "{name}".'
        remedy = f"{_close(name, names)}Its steps: {', '.join(names)}. Add it to the METHOD file."
        raise _refusal(source, "no_such_step", problem, remedy, place)


@dataclass(frozen=True)
class _Choice:
    step: str
    code: str | None
    key: str
    value: Any

    @classmethod
    def read(cls, method: Method, path: str, value: Any, source: str) -> _Choice:
        place = f"--set {path}"
        name, _, rest = path.partition(".")
        code: str | None = None
        if rest.startswith("per.") and rest.count(".") >= 2:
            code, _, rest = rest.removeprefix("per.").rpartition(".")
        if not name or not rest or rest == "name":
            problem = f'"{path}" names no option of a step.'
            remedy = "Write STEP.OPTION=VALUE or STEP.per.CODE.OPTION=VALUE."
            raise _refusal(source, "bad_choice", problem, remedy, place)
        _known_step(method, name, source, place)
        if isinstance(value, str):
            try:
                value = plain_yaml.load(value)
            except YamlFault as error:
                problem = f'"{value}" cannot be read.'
                raise _refusal(source, "bad_choice", problem, error.remedy, place) from error
        return cls(name, code, rest, value)

    def apply(self, step: Step) -> Step:
        options = dict(step.options)
        if self.code is None:
            return replace(step, options=_tidied(step.kind, self._changed(options)))
        per = dict(options.get("per") or {})
        per[self.code] = self._changed(dict(per.get(self.code) or {}))
        if not per[self.code]:
            del per[self.code]
        options["per"] = per
        return replace(step, options=options)

    def _changed(self, options: dict[str, Any]) -> dict[str, Any]:
        if self.key == "method" and self.value != options.get("method"):
            options = {key: value for key, value in options.items() if key in COMMON}
        options.pop(self.key, None)
        if self.value is not None:
            options[self.key] = self.value
        return options


# Writing --------------------------------------------------------------------------------------


def method_text(method: Method) -> str:
    """The method as a METHOD file that reads back to the same steps."""
    lines = [f"title: {json.dumps(method.title, ensure_ascii=False)}"]
    if method.ties != Ties.SHARE:
        lines.append(f"ties: {method.ties}")
    lines.append("steps:")
    for step in method.steps:
        options = dict(step.options)
        if step.name != step.kind:
            options = {"name": step.name} | options
        lines.append(f"  - {step.kind}: {plain_yaml.flow(options)}")
    return "\n".join(lines) + "\n"
