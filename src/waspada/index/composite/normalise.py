"""Step "normalise": every indicator on a common scale, the higher the better."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import scaling
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe, settle
from waspada.index.composite.scaling import (
    FEWEST,
    INVERSE,
    MEAN,
    MIDDLE,
    MOST,
    PERCENTILES,
    POPULATION,
    REFUSE,
    SAMPLE,
    SIGNED,
    VALUES,
)
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework

ALL, TIME = "all", "time"

_CONSTANT = Parameter(
    "constant",
    Kind.TEXT,
    REFUSE,
    "What becomes of an indicator whose values are all equal: refuse, or middle of the scale.",
    choices=(REFUSE, MIDDLE),
)
_TIES = Parameter(
    "ties",
    Kind.TEXT,
    FEWEST,
    "Rank of equal values: the min, mean or max of the ranks they take up.",
    choices=(FEWEST, MEAN, MOST),
)
_CAP = Parameter("cap", Kind.FLAG, False, "Whether scores above the scale are cut to it.")
_HANDBOOK = "OECD/JRC, Handbook on Constructing Composite Indicators (2008), normalisation"


def _number(name: str, default: Any, meaning: str, *, above: float | None = None) -> Parameter:
    return Parameter(name, Kind.NUMBER, default, meaning, above=above)


def _scale(default: float) -> Parameter:
    return _number("scale", default, "Score of a share of 1; above 0.", above=0)


def _recipe(
    name: str,
    function: Callable[..., Floats],
    meaning: str,
    formula: str,
    *parameters: Parameter,
    source: str = _HANDBOOK,
) -> Recipe:
    return Recipe(name, function, meaning, formula, parameters, source)


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _recipe(
            "minmax",
            scaling.minmax,
            "The worst value to the lower end, the best to the upper, the others in proportion.",
            "(s - min s) / (max s - min s) (upper - lower) + lower, s = direction * x",
            _number("lower", 0.0, "Score of the worst value."),
            _number("upper", 100.0, "Score of the best value; above lower."),
            _CONSTANT,
        ),
        _recipe(
            "scaled",
            scaling.scaled,
            "A fixed straight line, 0 at lower and scale at upper; nothing is cut off.",
            "(s - lower) / (upper - lower) scale, s = direction * x",
            _number("lower", 0.0, "Signed value (direction * x) that scores 0."),
            _number("upper", 100.0, "Signed value (direction * x) that scores the scale."),
            _scale(100.0),
            source="COINr, n_scaled",
        ),
        _recipe(
            "zscore",
            scaling.zscore,
            "Distance from the mean in standard deviations.",
            "(s - mean of s) / (sd of s) sd + mean, s = direction * x",
            _number("mean", 0.0, "Mean of the scores."),
            _number("sd", 1.0, "Standard deviation of the scores; above 0.", above=0),
            Parameter(
                "spread",
                Kind.TEXT,
                SAMPLE,
                "sample divides by n - 1, population by n.",
                choices=(SAMPLE, POPULATION),
            ),
            _CONSTANT,
        ),
        _recipe(
            "rank",
            scaling.rank,
            "Place among the units that have a value, 1 = worst.",
            "rank of direction * x",
            _TIES,
        ),
        _recipe(
            "percentile_rank",
            scaling.percentile_rank,
            "Share of the other units that are behind.",
            "(rank - 1) / (n - 1) scale",
            _TIES,
            _scale(1.0),
        ),
        _recipe(
            "borda",
            scaling.borda,
            "Borda points: how many units are behind; brought between lower and upper if given.",
            "rank - 1, or lower + (rank - 1) / (n - 1) (upper - lower)",
            _number("lower", None, "Score of the last unit; with upper."),
            _number("upper", None, "Score of the first unit; with lower."),
            _TIES,
        ),
        _recipe(
            "goalposts",
            scaling.goalposts,
            "Fixed limits in the unit of the indicator; values beyond are cut off.",
            "(x - lower) / (upper - lower) scale + floor; "
            "for direction -1 (upper - x) / (upper - lower) scale + floor",
            _number("lower", REQUIRED, "Lower goalpost, in the unit of the indicator."),
            _number("upper", REQUIRED, "Upper goalpost, in the unit of the indicator."),
            _scale(100.0),
            _number("floor", 0.0, "Score at the worse goalpost."),
            Parameter("truncate", Kind.FLAG, True, "Whether values beyond a goalpost are cut off."),
            source="UNDP, Human Development Report, technical notes",
        ),
        _recipe(
            "distance_to_maximum",
            scaling.distance_to_maximum,
            "1 at the best value, 0 at the worst.",
            "(1 - (max s - s) / (max s - min s)) scale, s = direction * x",
            _scale(1.0),
            _CONSTANT,
        ),
        _recipe(
            "distance_to_reference",
            scaling.distance_to_reference,
            "1 at the value of a reference unit, 0 at the worst value.",
            "(1 - (r - s) / (r - min s)) scale, s = direction * x, r = direction * x of the unit",
            Parameter("unit", Kind.TEXT, REQUIRED, "Code of the reference unit."),
            Parameter("time", Kind.WHOLE, None, "Its time, where a panel is normalised together."),
            _CAP,
            _scale(1.0),
        ),
        _recipe(
            "distance_to_target",
            scaling.distance_to_target,
            "1 at the target, 0 at the worst value.",
            "(x - min x) / (target - min x) scale; "
            "for direction -1 (max x - x) / (max x - target) scale",
            _number(
                "target",
                None,
                "Target in the unit of the indicator; empty: the column Target of the framework.",
            ),
            _CAP,
            _scale(1.0),
        ),
        _recipe(
            "fraction_of_maximum",
            scaling.fraction_of_maximum,
            "Share of the greatest value.",
            "x / max x scale; for direction -1 refused, min x / x, or x / min x (falling)",
            Parameter(
                "falling",
                Kind.TEXT,
                REFUSE,
                "For direction -1: refuse, inverse (min x / x), or signed (x / min x, which gives "
                "the worst unit the highest score, as COINr does).",
                choices=(REFUSE, INVERSE, SIGNED),
            ),
            _scale(1.0),
        ),
        _recipe(
            "share_of_maximum",
            scaling.share_of_maximum,
            "The greatest value is 100: the rule of Bawaslu's IKP. Values of at least 0.",
            "x / max x 100; for direction -1 100 - x / max x 100",
            Parameter(
                "all_zero",
                Kind.TEXT,
                REFUSE,
                "An indicator that is 0 everywhere: refuse, or take the share as zero.",
                choices=(REFUSE, "zero"),
            ),
            source="Bawaslu, Indeks Kerawanan Pemilu 2024",
        ),
        _recipe(
            "categorical",
            scaling.categorical,
            "The score of the class a value falls into; reaching a threshold is in the better one.",
            "scores[number of thresholds reached]",
            Parameter("thresholds", Kind.LIST, REQUIRED, "Rising numbers, low to high."),
            Parameter(
                "scores",
                Kind.LIST,
                None,
                "One more than thresholds, worst class first; empty: 0 to 100 in equal steps.",
            ),
            Parameter(
                "of",
                Kind.TEXT,
                VALUES,
                "Thresholds are values in the unit of the indicator, or percentiles of "
                "direction * x.",
                choices=(VALUES, PERCENTILES),
            ),
        ),
        _recipe(
            "none",
            scaling.none,
            "The value as it is, for values that share a scale already.",
            "direction * x",
        ),
    )
}

_OWN_OPTIONS = ("method", "per", "over", "name")


@dataclass(frozen=True)
class Portion:
    """Indicators normalised by one call. columns: their positions. directions: (n_columns,).

    parameters: by name, numbers as arrays (n_columns,).
    """

    recipe: Recipe
    columns: NDArray[np.intp]
    directions: Floats
    parameters: Mapping[str, Any]


Plan = tuple[Portion, ...]


Choice = tuple[Recipe, dict[str, Any]]
"""A recipe and its parameters, settled."""


def settled(options: Mapping[str, Any], framework: Framework) -> dict[str, Choice]:
    """Recipe and parameters of every indicator. Raises Cannot for what `check` reports."""
    base = {k: v for k, v in options.items() if k not in _OWN_OPTIONS}
    method, per = options.get("method", "minmax"), options.get("per") or {}
    return {
        indicator.code: _settled(method, base, per.get(indicator.code, {}), indicator.target)
        for indicator in framework.indicators
    }


def _settled(
    method: str, base: Mapping[str, Any], own: Mapping[str, Any], target: float | None
) -> Choice:
    chosen = own.get("method", method)
    if chosen not in RECIPES:
        raise Cannot(
            f'There is no normalisation "{chosen}".', f"Choose one of {', '.join(RECIPES)}."
        )
    handed_on = base if chosen == method else {}
    given = {**handed_on, **{k: v for k, v in own.items() if k != "method"}}
    parameters = settle(RECIPES[chosen], given)
    if chosen == "distance_to_target" and parameters["target"] is None:
        parameters["target"] = None if target is None else float(target)
    return RECIPES[chosen], parameters


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


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """What the options ask for that cannot be: unknown codes, limits out of order, no target."""
    if bad := not_mappings(options.get("per")):
        return bad
    found = []
    for code in options.get("per") or {}:
        if code not in framework.codes:
            found.append(
                (
                    f'"per" names "{code}", which is no indicator.',
                    "Use codes of indicators of the framework.",
                )
            )
    if options.get("over", ALL) not in (ALL, TIME):
        found.append((f'"over" is "{options["over"]}".', 'Write "all" or "time".'))
    per = {"": {}, **(options.get("per") or {})}
    base = {k: v for k, v in options.items() if k not in _OWN_OPTIONS}
    for code, own in per.items():
        if not code and framework.codes and set(framework.codes) <= set(per):
            continue  # every indicator has its own
        try:
            _, parameters = _settled(options.get("method", "minmax"), base, own, 0.0)
            _check_limits(parameters)
        except Cannot as fault:
            where = f'Indicator "{code}": ' if code else ""
            found.append((f"{where}{fault.problem}", fault.remedy))
    if found:
        return found
    lacking = [
        code
        for code, (recipe, parameters) in settled(options, framework).items()
        if recipe.name == "distance_to_target" and parameters["target"] is None
    ]
    if lacking:
        found.append(
            (
                f"No target is known for {', '.join(lacking[:6])}"
                + (f" and {len(lacking) - 6} more." if len(lacking) > 6 else "."),
                "Fill the column Target of the framework, or give target for each in per.",
            )
        )
    return found


def _check_limits(parameters: Mapping[str, Any]) -> None:
    if parameters.get("lower") is not None and parameters.get("upper") is not None:
        scaling.in_order(parameters["lower"], parameters["upper"])
    if "thresholds" in parameters:
        scaling.check_classes(parameters["thresholds"], parameters["scores"], of=parameters["of"])


def plan_of(options: Mapping[str, Any], framework: Framework) -> Plan:
    """Indicators that share a recipe gathered into one call each, for `apply`.

    Raises Cannot for what `check` reports.
    """
    portions: dict[Any, list[tuple[int, Recipe, dict[str, Any]]]] = {}
    for i, (recipe, parameters) in enumerate(settled(options, framework).values()):
        fixed = tuple(
            (k, None if _is_number(v) else repr(v)) for k, v in sorted(parameters.items())
        )
        portions.setdefault((recipe.name, fixed), []).append((i, recipe, parameters))
    directions = np.array([i.direction for i in framework.indicators], dtype=np.float64)
    return tuple(_portion(members, directions) for members in portions.values())


def _portion(members: list[tuple[int, Recipe, dict[str, Any]]], directions: Floats) -> Portion:
    columns = np.array([i for i, _, _ in members], dtype=np.intp)
    _, recipe, first = members[0]
    parameters = {
        k: np.array([own[k] for _, _, own in members]) if _is_number(v) else v
        for k, v in first.items()
    }
    return Portion(recipe, columns, directions[columns], parameters)


def _is_number(value: Any) -> bool:
    return isinstance(value, float)


def apply(values: Floats, plan: Plan, *, reference: int | None = None) -> Floats:
    """Normalise a table whose rows are normalised together; the quick way, without names.

    values: (n_rows, n_indicators), NaN = missing, columns as in the framework of the plan.
    reference: row of the reference unit, for `distance_to_reference`.
    Returns (n_rows, n_indicators). Raises Cannot, without saying which indicator; `run` does.
    """
    scores = np.empty(values.shape)
    for portion in plan:
        x = values[:, portion.columns]
        scores[:, portion.columns] = portion.recipe.function(
            x, direction=portion.directions, **_given(portion, x, reference)
        )
    return scores


def _given(portion: Portion, x: Floats, reference: int | None) -> dict[str, Any]:
    """Parameters as the function takes them: the reference unit becomes its values."""
    given = dict(portion.parameters)
    if portion.recipe.name == "distance_to_reference":
        del given["unit"], given["time"]
        given["reference"] = np.full(x.shape[1], np.nan) if reference is None else x[reference]
    return given


def run(table: IndicatorTable, framework: Framework, step: Step) -> Stage:
    """The table with every indicator normalised, and the table "normalisation" of what was used.

    Option over: "all" rows together (default; one set of parameters over all times) or each
    "time" on its own. An indicator without any value at one time stays missing there, with a
    note. Raises StepError naming indicators and units.
    """
    for problem, remedy in check(step.options, framework):
        raise StepError(problem, remedy, step=step.name)
    place = {code: i for i, code in enumerate(table.indicators)}
    present = tuple(i for i in framework.indicators if i.code in place)
    known = replace(framework, indicators=present)
    columns = np.array([place[code] for code in known.codes], dtype=np.intp)
    scores = table.values.copy()
    lines: list[tuple[Any, ...]] = []
    notes: list[str] = []
    _refuse_empty(table, columns, step)
    for time, rows in _blocks(table, step.options):
        values = table.values[np.ix_(rows, columns)]
        scores[np.ix_(rows, columns)] = _block(values, known, table, rows, step, notes, time)
        lines += _lines(values, known, step, time)
    header = ("indicator", "time", "method", "direction", "n", "least", "greatest", "parameters")
    detail = Detail("normalisation", header, tuple(lines))
    return Stage(step.name, replace(table, values=scores), (detail,), tuple(notes))


def _refuse_empty(table: IndicatorTable, columns: NDArray[np.intp], step: Step) -> None:
    empty = np.isnan(table.values[:, columns]).all(axis=0)
    if empty.any():
        raise StepError(
            "There is no value in any unit.",
            "Leave the indicator out, or impute its values.",
            step=step.name,
            indicators=[table.indicators[i] for i in columns[empty]],
        )


def _blocks(
    table: IndicatorTable, options: Mapping[str, Any]
) -> list[tuple[int | None, NDArray[np.intp]]]:
    if options.get("over", ALL) == ALL or table.times is None:
        return [(None, np.arange(len(table)))]
    times = np.array(table.times)
    return [(time, np.flatnonzero(times == time)) for time in sorted(set(table.times))]


def _block(
    values: Floats,
    framework: Framework,
    table: IndicatorTable,
    rows: NDArray[np.intp],
    step: Step,
    notes: list[str],
    time: int | None,
) -> Floats:
    """Rows that are normalised together; refusals get the names of indicators and units."""
    scores = np.full(values.shape, np.nan)
    refused: dict[tuple[str, str], tuple[list[str], set[int]]] = {}
    filled: Flags = np.any(~np.isnan(values), axis=0)
    if not filled.all():
        codes = [c for c, has in zip(framework.codes, filled, strict=True) if not has]
        notes.append(f"No value at time {time}, left missing: {', '.join(codes)}.")
    for portion in plan_of(step.options, framework):
        portion = _narrowed(portion, filled[portion.columns])
        if not len(portion.columns):
            continue
        reference = _reference(portion, table, rows, step)
        try:
            scores[:, portion.columns] = _call(portion, values, reference)
        except Cannot:
            for one in _singles(portion):
                try:
                    _call(one, values, reference)
                except Cannot as fault:
                    names, units = refused.setdefault((fault.problem, fault.remedy), ([], set()))
                    names.append(framework.codes[one.columns[0]])
                    units.update(fault.rows)
    if refused:
        (problem, remedy), (names, units) = next(iter(refused.items()))
        at = f" (time {time})" if time is not None else ""
        raise StepError(
            f"{problem[:-1]}{at}." if at else problem,
            remedy,
            step=step.name,
            indicators=names,
            units=list(dict.fromkeys(table.units[rows[i]] for i in sorted(units))),
        )
    return scores


def _call(portion: Portion, values: Floats, reference: int | None) -> Floats:
    x = values[:, portion.columns]
    with np.errstate(over="ignore", invalid="ignore"):  # refused below
        result: Floats = portion.recipe.function(
            x, direction=portion.directions, **_given(portion, x, reference)
        )
    if np.isinf(result).any() or (np.isnan(result) & ~np.isnan(x)).any():
        raise Cannot(
            "The scores are too large or too small for a computer number.",
            "Bring the values to another unit, or choose another normalisation.",
        )
    return result


def _narrowed(portion: Portion, keep: Flags) -> Portion:
    if keep.all():
        return portion
    return replace(
        portion,
        columns=portion.columns[keep],
        directions=portion.directions[keep],
        parameters={
            k: v[keep] if isinstance(v, np.ndarray) else v for k, v in portion.parameters.items()
        },
    )


def _singles(portion: Portion) -> list[Portion]:
    n = len(portion.columns)
    return [_narrowed(portion, np.arange(n) == i) if n > 1 else portion for i in range(n)]


def _reference(
    portion: Portion, table: IndicatorTable, rows: NDArray[np.intp], step: Step
) -> int | None:
    """Row, within the block, of the reference unit."""
    if portion.recipe.name != "distance_to_reference":
        return None
    unit, time = portion.parameters["unit"], portion.parameters["time"]
    found = [
        i
        for i, row in enumerate(rows)
        if table.units[row] == unit
        and (time is None or table.times is None or table.times[row] == time)
    ]
    if len(found) == 1:
        return found[0]
    problem, remedy = "The reference unit is not in the table.", "Name a unit of the table."
    if time is not None:
        problem = f"The reference unit has no row at time {time} among those normalised together."
    if len(found) > 1:
        problem = "The reference unit has several times."
        remedy = "Name one of them (time: ...), or normalise each time on its own (over: time)."
    raise StepError(problem, remedy, step=step.name, units=[unit])


def _lines(
    values: Floats, framework: Framework, step: Step, time: int | None
) -> list[tuple[Any, ...]]:
    lines: list[tuple[Any, ...]] = []
    choices = list(settled(step.options, framework).values())
    for i, indicator in enumerate(framework.indicators):
        recipe, parameters = choices[i]
        known = values[~np.isnan(values[:, i]), i]
        lines.append(
            (
                indicator.code,
                time,
                recipe.name,
                indicator.direction,
                len(known),
                float(known.min()) if len(known) else None,
                float(known.max()) if len(known) else None,
                ", ".join(f"{k}={_shown(v)}" for k, v in parameters.items() if v is not None),
            )
        )
    return lines


def _shown(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
