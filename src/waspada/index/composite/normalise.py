"""Step "normalise": every indicator on a common scale, the higher the better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import scaling
from waspada.index.composite.columns import parts
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.normalisation import (
    OWN_OPTIONS,
    RECIPES,
    Portion,
    given_to,
    plan_of,
    settle_one,
    settled,
)
from waspada.index.composite.recipe import Cannot, not_mappings
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework

__all__ = ["RECIPES", "check", "run"]

ALL, TIME = "all", "time"


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
    base = {k: v for k, v in options.items() if k not in OWN_OPTIONS}
    for code, own in per.items():
        if not code and framework.codes and set(framework.codes) <= set(per):
            continue  # every indicator has its own
        try:
            _, parameters = settle_one(options.get("method", "minmax"), base, own, 0.0)
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
    by_time = step.options.get("over", ALL) == TIME
    for rows in parts(table, step.options.get("over", ALL)):
        time = table.times[rows[0]] if by_time and table.times is not None else None
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
            x, direction=portion.directions, **given_to(portion, x, reference)
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
