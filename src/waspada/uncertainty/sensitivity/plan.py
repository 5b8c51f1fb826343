"""From the text of a SENSITIVITY file to a `Plan`, or to all its faults at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from waspada.collection.indicators import IndicatorTable
from waspada.errors import Fault, MethodError
from waspada.index.composite.method import check_method, step_faults
from waspada.index.composite.model import Method, Step, StepKind
from waspada.instrument.framework import Framework
from waspada.instrument.model import Band, CategoryRule, RuleKind, Text
from waspada.uncertainty.sensitivity.chain import change_step
from waspada.uncertainty.sensitivity.model import (
    Choice,
    DirichletWeights,
    Exclusion,
    Imputations,
    Input,
    NoisyWeights,
    Plan,
    Special,
    WeightSets,
)

HEAD = ("title", "draws", "seed", "nodes", "vary", "categories")
CATEGORIES = ("labels", "cut_offs", "sd")
KINDS = ("choice", "weights", "imputations", "leave_out")
WEIGHTS = ("dirichlet", "noise", "sets")
LEFT_OUT = ("units", "indicators")
MOST_DRAWS = 10_000_000
TOLERANCE = 1e-9


@dataclass
class _Reading:
    """Where we are, and what was wrong so far.

    words: choices there are for answers, with their alternatives; None for a METHOD.
    """

    framework: Framework
    method: Method
    units: frozenset[str]
    words: Mapping[str, tuple[str, ...]] | None = None
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, place: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(code, place, problem, remedy))


def parse_plan(
    document: Any, framework: Framework, method: Method, table: IndicatorTable, *, source: str
) -> Plan:
    """Check a parsed SENSITIVITY file against the base run.

    document: as a YAML reader gives it. Raises MethodError with every fault: unknown keys, steps
    the base run lacks, options no recipe takes, probabilities that do not sum to 1, noise beyond
    100 %, unknown codes, fewer than two alternatives.
    """
    return _plan(_Reading(framework, method, frozenset(table.units)), document, source)


def parse_answers_plan(
    document: Any,
    framework: Framework,
    words: Mapping[str, tuple[str, ...]],
    *,
    source: str,
) -> Plan:
    """As `parse_plan`, for answers to an instrument: there is no METHOD, and choices are words.

    framework: of the instrument. words: choice -> its alternatives.
    """
    method = Method("", ())
    return _plan(_Reading(framework, method, frozenset(), words), document, source)


def _plan(reading: _Reading, document: Any, source: str) -> Plan:
    if not isinstance(document, dict):
        problem = "The file is not a mapping of keys."
        raise MethodError(source, [Fault("not_a_mapping", "top", problem, "Begin with vary:.")])
    for key in document:
        if key not in HEAD:
            reading.fault("unknown_key", str(key), "Unknown key.", f"Known: {', '.join(HEAD)}.")
    nodes = _nodes(reading, document.get("nodes"))
    inputs = _inputs(reading, document.get("vary"))
    draws = _whole(reading, document, "draws", at_least=2)
    seed = _whole(reading, document, "seed", at_least=0)
    rule = _categories(reading, document.get("categories"))
    if reading.faults:
        raise MethodError(source, reading.faults)
    return Plan(str(document.get("title", "")), inputs, nodes, draws, seed, source, rule)


def _categories(reading: _Reading, value: Any) -> CategoryRule | str | None:
    """The code of a rule of the instrument, or labels from low to high with what parts them:
    cut_offs in points of the scores, or sd, multiples of the standard deviation from the mean."""
    if value is None or (isinstance(value, str) and value and reading.words is None):
        return value
    if reading.words is not None:
        remedy = "Take it out: `waspada measure` names the categories of answers."
        reading.fault("categories", "categories", "Answers have none here.", remedy)
        return None
    if not isinstance(value, dict):
        remedy = "Write {labels: [low, high], cut_offs: [50]}, or the code of a rule."
        reading.fault("categories", "categories", f"{value!r} are no categories.", remedy)
        return None
    _known(reading, "categories", value, CATEGORIES)
    labels: Any = value.get("labels")
    kinds = [key for key in ("cut_offs", "sd") if key in value]
    named = isinstance(labels, list) and len(labels) == len(set(map(str, labels))) > 1
    if not named:
        remedy = "Give labels: a list of at least two different words, the lowest first."
        reading.fault("categories", "categories", f"labels is {labels!r}.", remedy)
    if len(kinds) != 1:
        remedy = "Give cut_offs: numbers, or sd: multiples of the standard deviation."
        reading.fault("categories", "categories", "It is unclear what parts them.", remedy)
    if not named or len(kinds) != 1:
        return None
    lines = value[kinds[0]]
    plain = isinstance(lines, list) and all(_is_number(line) for line in lines)
    if not plain or len(lines) != len(labels) - 1 or lines != sorted(set(lines)):
        remedy = f"Give {len(labels) - 1} rising numbers, one fewer than labels."
        reading.fault("categories", "categories", f"{kinds[0]} is {lines!r}.", remedy)
        return None
    ends = [float("-inf"), *map(float, lines), float("inf")]
    bands = tuple(
        Band(str(label), Text(str(label), str(label)), lower, upper)
        for label, lower, upper in zip(labels, ends, ends[1:], strict=False)
    )
    kind = RuleKind.FIXED if kinds[0] == "cut_offs" else RuleKind.MEAN_SD
    return CategoryRule("categories", kind, bands)


def _whole(
    reading: _Reading, document: Mapping[Any, Any], key: str, *, at_least: int
) -> int | None:
    value = document.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        remedy = f"Give a whole number of at least {at_least}."
        reading.fault("not_whole", key, f"{value!r} is no such number.", remedy)
        return None
    if key == "draws" and value > MOST_DRAWS:
        reading.fault("too_many", key, f"{value} draws.", f"Give at most {MOST_DRAWS:,}.")
    return value


def _nodes(reading: _Reading, value: Any) -> tuple[str, ...]:
    known = reading.framework.node_codes
    if value is None:
        return (reading.framework.index.code,)
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        reading.fault("not_a_list", "nodes", "No list of nodes.", f"Known: {', '.join(known)}.")
        return ()
    for name in names:
        if name not in known:
            problem = f'"{name}" is no node of the index.'
            reading.fault("unknown_node", "nodes", problem, f"Known: {', '.join(known)}.")
    return tuple(dict.fromkeys(map(str, names)))


def _inputs(reading: _Reading, value: Any) -> tuple[Input, ...]:
    if not isinstance(value, dict) or not value:
        remedy = "Name at least one choice under vary:, for example treat.at_most: [2, 3, 4]."
        reading.fault("nothing_varied", "vary", "Nothing is varied.", remedy)
        return ()
    found = [_input(reading, str(name), spec) for name, spec in value.items()]
    inputs = tuple(i for i in found if i is not None)
    _check_clashes(reading, inputs)
    return inputs


def _input(reading: _Reading, name: str, spec: Any) -> Input | None:
    place = f"vary, {name}"
    if isinstance(spec, list):
        spec = {"choice": name, "among": spec}
    if not isinstance(spec, dict):
        remedy = "Give a list of alternatives, or a mapping."
        reading.fault("not_an_input", place, f"{spec!r} varies nothing.", remedy)
        return None
    if name in reading.framework.weights or name in ("draw", "rep"):
        remedy = "Choose another name: draws.csv has a column of that name already."
        reading.fault("name_taken", place, f'"{name}" is taken.', remedy)
    kinds = [kind for kind in KINDS if kind in spec]
    if len(kinds) != 1:
        if not kinds and "among" in spec:
            return _choice(reading, name, place, {"choice": name, **spec})
        remedy = f"Give exactly one of: {', '.join(KINDS)}."
        reading.fault("no_kind", place, "It is unclear what is varied.", remedy)
        return None
    make = {
        "choice": _choice,
        "weights": _weights,
        "imputations": _imputations,
        "leave_out": _exclusion,
    }[kinds[0]]
    return make(reading, name, place, spec)


def _known(reading: _Reading, place: str, spec: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in spec:
        if key not in keys:
            problem = f'Unknown key "{key}".'
            reading.fault("unknown_key", place, problem, f"Known here: {', '.join(keys)}.")


def _alternatives(
    reading: _Reading, place: str, spec: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[Any, ...], tuple[float, ...]]:
    """Labels, values, probabilities of `among` (a list, or label -> value)."""
    among = spec.get("among")
    if isinstance(among, dict):
        labels, values = tuple(map(str, among)), tuple(among.values())
    elif isinstance(among, list):
        labels, values = tuple(map(label_of, among)), tuple(among)
    else:
        remedy = "Give among: a list, or label: alternative pairs."
        reading.fault("no_alternatives", place, "There are no alternatives.", remedy)
        return (), (), ()
    if len(values) < 2:
        remedy = "Give at least two alternatives; one of them may be given."
        reading.fault("one_alternative", place, f"{len(values)} alternatives.", remedy)
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        reading.fault("twice", place, f'The alternative "{label}" stands twice.', "Remove one.")
    return labels, values, _probabilities(reading, place, spec.get("probability"), labels)


def label_of(value: Any) -> str:
    """An alternative in one line, for the column of draws.csv."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {label_of(part)}" for key, part in value.items())
    if isinstance(value, list):
        return " + ".join(map(label_of, value)) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _probabilities(
    reading: _Reading, place: str, value: Any, labels: tuple[str, ...]
) -> tuple[float, ...]:
    n = len(labels)
    if value is None:
        return (1.0 / n,) * n if n else ()
    if isinstance(value, dict):
        if set(map(str, value)) != set(labels):
            remedy = f"Give one for each of: {', '.join(labels)}."
            reading.fault("probability", place, "The probabilities name other labels.", remedy)
            return ()
        by_label = {str(key): part for key, part in value.items()}
        value = [by_label[label] for label in labels]
    numbers = isinstance(value, list) and all(_is_number(p) and p > 0 for p in value)
    if not numbers or len(value) != n or abs(sum(value) - 1.0) > TOLERANCE:
        remedy = f"Give {n} numbers above 0 that sum to 1."
        reading.fault("probability", place, f"The probabilities are {value!r}.", remedy)
        return ()
    return tuple(float(p) for p in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _choice(reading: _Reading, name: str, place: str, spec: Mapping[str, Any]) -> Choice | None:
    _known(reading, place, spec, ("choice", "among", "probability"))
    target = str(spec["choice"])
    step, _, option = target.partition(".")
    labels, values, probabilities = _alternatives(reading, place, spec)
    if reading.words is not None:
        return _word(reading, place, Choice(name, target, None, labels, values, probabilities))
    names = [s.name for s in reading.method.steps]
    if step not in names:
        problem = f'The base run has no step "{step}".'
        remedy = (
            f"It has: {', '.join(names)}. Put the step into the METHOD (a sensitivity file "
            "changes or drops steps of the base run and adds none)."
        )
        reading.fault("step_missing", place, problem, remedy)
        return None
    whole = option in ("", "method")
    values = tuple(_value(value, whole) for value in values)
    choice = Choice(name, step, None if whole else option, labels, values, probabilities)
    if len(probabilities) == len(values):
        _check_choice(reading, place, choice)
    return choice


def _word(reading: _Reading, place: str, choice: Choice) -> Choice | None:
    """A choice of an instrument's method."""
    words = reading.words or {}
    if choice.step not in words:
        problem = f'An instrument has no choice "{choice.step}".'
        reading.fault("step_missing", place, problem, f"It has: {', '.join(words)}.")
        return None
    for value in choice.values:
        if value not in words[choice.step]:
            problem = f"{value!r} is no alternative."
            remedy = f"Known: {', '.join(words[choice.step])}."
            reading.fault("options", place, problem, remedy)
    return choice


def _value(value: Any, whole: bool) -> Any:
    """given and drop are what they say, for a whole step; a word there is a method."""
    if isinstance(value, str) and value in tuple(Special) and (whole or value == Special.GIVEN):
        return Special(value)
    return value


def _check_choice(reading: _Reading, place: str, choice: Choice) -> None:
    """Each alternative as a step of its own, by the same rules as in a METHOD."""
    base = reading.method.step(choice.step)
    for label, value in zip(choice.labels, choice.values, strict=True):
        here = f'{place}, alternative "{label}"'
        if value is Special.DROP:
            changed = without(reading.method, choice.step)
            if base.kind is StepKind.AGGREGATE:
                remedy = "Name another way to aggregate."
                reading.fault("cannot_drop", here, "Without it there is no index.", remedy)
            elif base.kind is StepKind.NORMALISE:
                _check_dropped(reading, here, changed)
        elif choice.option is None and not isinstance(value, dict | str):
            remedy = "Give a word, a mapping of options, given or drop."
            reading.fault("not_options", here, f"{value!r} are no options of a step.", remedy)
        elif value is Special.GIVEN and _is_ambiguous(base, choice):
            problem = 'Here "given" could be the METHOD as it is, or the method "given".'
            remedy = "Write {method: given} for the weights of META, or the options of the METHOD."
            reading.fault("ambiguous", here, problem, remedy)
        elif value is not Special.GIVEN:
            step = change_step(base, choice.option, value)
            for problem, remedy in step_faults(step, reading.framework):
                reading.fault("options", here, problem, remedy)


def _is_ambiguous(base: Step, choice: Choice) -> bool:
    whole = choice.option is None
    return whole and base.kind is StepKind.WEIGH and base.options.get("method") != "given"


def _check_dropped(reading: _Reading, place: str, changed: Method) -> None:
    try:
        check_method(changed, reading.framework)
    except MethodError as error:
        for fault in error.faults:
            reading.fault("cannot_drop", place, fault.problem, fault.remedy)


def without(method: Method, step: str) -> Method:
    return replace(method, steps=tuple(s for s in method.steps if s.name != step))


def _weights(reading: _Reading, name: str, place: str, spec: Mapping[str, Any]) -> Input | None:
    match spec["weights"]:
        case "dirichlet":
            return _dirichlet(reading, name, place, spec)
        case "noise":
            return _noise(reading, name, place, spec)
        case "sets":
            return _sets(reading, name, place, spec)
    problem = f"Unknown way of varying weights: {spec['weights']!r}."
    reading.fault("unknown_weights", place, problem, f"Known: {', '.join(WEIGHTS)}.")
    return None


def _dirichlet(
    reading: _Reading, name: str, place: str, spec: Mapping[str, Any]
) -> DirichletWeights | None:
    _known(reading, place, spec, ("weights", "concentration", "levels"))
    value = spec.get("concentration")
    if not _is_number(value) or not 0 < value < float("inf"):  # type: ignore[operator]
        remedy = "Give a number above 0: 10 spreads widely, 100 stays near the given weights."
        reading.fault("concentration", place, f"concentration is {value!r}.", remedy)
        return None
    levels = _levels(reading, place, spec.get("levels"))
    return DirichletWeights(name, float(value), _codes_at(reading.framework, levels))  # type: ignore[arg-type]


def _levels(reading: _Reading, place: str, value: Any) -> tuple[int, ...]:
    """Levels whose members' weights are varied; all below the index if not given."""
    known = range(1, reading.framework.height)
    if value is None:
        return tuple(known)
    names: dict[int | str, int] = {level: level for level in known}
    names |= {str(level): level for level in known}
    plain = isinstance(value, list) and all(isinstance(v, int | str) for v in value)
    if not plain or not value or not set(value) <= set(names):
        remedy = f"Give a list of levels from 1 (indicators) to {known[-1]}."
        reading.fault("levels", place, f"levels is {value!r}.", remedy)
        return ()
    return tuple(names[level] for level in value)


def _codes_at(framework: Framework, levels: Sequence[int]) -> tuple[str, ...]:
    return tuple(code for level in sorted(set(levels)) for code in framework.members(level))


def _noise(
    reading: _Reading, name: str, place: str, spec: Mapping[str, Any]
) -> NoisyWeights | None:
    """share: one number, or level -> number."""
    _known(reading, place, spec, ("weights", "share", "levels"))
    share = spec.get("share")
    if isinstance(share, dict):
        levels = _levels(reading, place, list(share))
        by_level = dict(zip(levels, share.values(), strict=False))
    else:
        levels = _levels(reading, place, spec.get("levels"))
        by_level = dict.fromkeys(levels, share)
    for level, value in by_level.items():
        if not _is_number(value) or not 0 < value <= 1:
            problem = f"The noise at level {level} is {value!r}."
            remedy = "Give a share above 0 and at most 1: beyond 100 % weights become negative."
            reading.fault("noise", place, problem, remedy)
            return None
    codes = {c: by_level[lv] for lv in by_level for c in reading.framework.members(lv)}
    return NoisyWeights(name, codes)


def _sets(reading: _Reading, name: str, place: str, spec: Mapping[str, Any]) -> WeightSets | None:
    _known(reading, place, spec, ("weights", "among", "probability"))
    if not isinstance(spec.get("among"), dict):
        remedy = "Give among: NAME: {CODE: weight, ...} for each set."
        reading.fault("no_sets", place, "The sets have no names.", remedy)
        return None
    labels, values, probabilities = _alternatives(reading, place, spec)
    sets = [_set(reading, f'{place}, set "{s}"', v) for s, v in zip(labels, values, strict=True)]
    return WeightSets(name, labels, tuple(sets), probabilities)


def _set(reading: _Reading, place: str, value: Any) -> Mapping[str, float]:
    if value == Special.GIVEN:
        return {}
    if not isinstance(value, dict):
        reading.fault("set", place, "It is no mapping.", "Give CODE: weight pairs, or given.")
        return {}
    known = reading.framework.weights
    for code, weight in value.items():
        if code not in known:
            remedy = "Use codes of indicators and nodes."
            reading.fault("unknown_code", place, f'There is no "{code}".', remedy)
        elif not _is_number(weight) or not 0 <= weight < float("inf"):
            remedy = "Give a number of at least 0."
            reading.fault("weight", place, f'The weight of "{code}" is {weight!r}.', remedy)
    return {str(code): float(w) for code, w in value.items() if _is_number(w)}


def _imputations(
    reading: _Reading, name: str, place: str, spec: Mapping[str, Any]
) -> Imputations | None:
    _known(reading, place, spec, ("imputations", "step"))
    m, steps = spec["imputations"], reading.method.steps
    if isinstance(m, bool) or not isinstance(m, int) or m < 2:
        remedy = "Give a whole number of at least 2; 20 is usual."
        reading.fault("imputations", place, f"imputations is {m!r}.", remedy)
        return None
    names = [s.name for s in steps if s.kind is StepKind.IMPUTE]
    step = spec.get("step", names[0] if names else "impute")
    if step not in names:
        remedy = "Put an impute step with method: multiple into the METHOD."
        problem = f'The base run has no impute step "{step}".'
        reading.fault("step_missing", place, problem, remedy)
        return None
    if not _draws_values(reading.method.step(step)):
        problem = f'The step "{step}" fills each gap with one value.'
        remedy = "Give it method: multiple in the METHOD, so that there are tables to draw from."
        reading.fault("not_multiple", place, problem, remedy)
        return None
    return Imputations(name, str(step), tuple(str(i + 1) for i in range(m)), (1.0 / m,) * m)


def _draws_values(step: Step) -> bool:
    """Whether the step, or an indicator under per, is imputed by drawing."""
    per = step.options.get("per") or {}
    methods = [step.options.get("method"), *(entry.get("method") for entry in per.values())]
    return "multiple" in methods


def _exclusion(
    reading: _Reading, name: str, place: str, spec: Mapping[str, Any]
) -> Exclusion | None:
    _known(reading, place, spec, ("leave_out", "among", "probability"))
    what = spec["leave_out"]
    if what not in LEFT_OUT:
        remedy = f"Give one of: {', '.join(LEFT_OUT)}."
        reading.fault("leave_out", place, f"leave_out is {what!r}.", remedy)
        return None
    labels, values, probabilities = _alternatives(reading, place, spec)
    known = reading.units if what == "units" else frozenset(reading.framework.codes)
    sets = []
    for label, value in zip(labels, values, strict=True):
        codes = [] if value in (None, "none") else value if isinstance(value, list) else [value]
        for code in codes:
            if str(code) not in known:
                problem = f'There is no {what[:-1]} "{code}".'
                remedy = f"Use codes of {what}, lists of them, or none."
                reading.fault("unknown_code", f'{place}, alternative "{label}"', problem, remedy)
        sets.append(tuple(map(str, codes)))
    return Exclusion(name, what == "units", labels, tuple(sets), probabilities)


def _check_clashes(reading: _Reading, inputs: Sequence[Input]) -> None:
    """Two inputs that would overwrite each other."""
    seen: dict[tuple[str, str], Choice] = {}
    for one in inputs:
        if not isinstance(one, Choice):
            continue
        for key, other in seen.items():
            if key[0] == one.step and (None in (one.option, other.option) or key[1] == one.option):
                problem = f'It changes the same step as "{other.name}".'
                remedy = "Join the two into one list of alternatives."
                reading.fault("clash", f"vary, {one.name}", problem, remedy)
        seen[(one.step, one.option or "")] = one
    _check_weights_clash(reading, inputs)


def _check_weights_clash(reading: _Reading, inputs: Sequence[Input]) -> None:
    taken: dict[str, str] = {}
    for one in inputs:
        match one:
            case NoisyWeights():
                codes = set(one.share)
            case DirichletWeights():
                codes = set(one.codes)
            case _:
                continue
        clash = sorted({taken[code] for code in codes if code in taken})
        for other in clash:
            problem = f'It varies weights that "{other}" varies too.'
            reading.fault("clash", f"vary, {one.name}", problem, "Give them different levels.")
        taken.update(dict.fromkeys(codes, one.name))
