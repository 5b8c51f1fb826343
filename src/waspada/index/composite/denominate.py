"""Denomination: divide quantities by the size of the unit, so that size alone does not win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.recipe import Cannot, Kind, Parameter, Recipe, settle
from waspada.index.model import Floats
from waspada.instrument.framework import Framework


def divide(values: Floats, divisor: Floats, *, factor: float = 1.0) -> Floats:
    """Values per unit of the divisor.

        y = factor x / d

    values, divisor: (n_rows,), NaN = missing; y is missing where either is.
    Raises Cannot where a value would be divided by 0, also 0 by 0.
    """
    zero = np.flatnonzero((divisor == 0) & ~np.isnan(values))
    if len(zero):
        raise Cannot(
            "The denominator is 0.",
            "Correct it, leave it empty where it is not known, or drop the unit by `screen`.",
            rows=zero.tolist(),
        )
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # COINr divides the denominator by the factor first; so do we, to the last digit.
        result: Floats = np.where(divisor == 0, np.nan, values / (divisor / factor))
    return result


def leave(values: Floats, divisor: Floats) -> Floats:
    """The values as they are."""
    return values


RECIPES: dict[str, Recipe] = {
    "divide": Recipe(
        "divide",
        divide,
        "Divides each indicator that has a Denominator in META, or a `by` in `per`, by it.",
        "y = factor * x / denominator",
        (
            Parameter(
                "by",
                Kind.TEXT,
                None,
                "denominator, for single indicators in `per`; that of META if left out",
            ),
            Parameter("factor", Kind.NUMBER, 1.0, "the result is multiplied by it", above=0.0),
        ),
        "COINr, Denominate",
    ),
    "none": Recipe("none", leave, "Leaves the indicator as it is; for use in `per`."),
}


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """Faults that need the framework: unknown codes, nothing to divide."""
    found = []
    known = ", ".join(framework.denominators) or "none"
    if "by" in options:
        remedy = "Write it for single indicators: `per: {CODE: {by: ...}}`."
        found.append(("`by` for all indicators would divide shares and scores too.", remedy))
    for code, entry in (options.get("per") or {}).items():
        if code not in framework.codes:
            remedy = "Correct the code of the indicator."
            found.append((f'"per" names "{code}", which META does not have.', remedy))
        by = entry.get("by") if isinstance(entry, dict) else None
        if by is not None and by not in framework.denominators:
            problem = f'For "{code}": META has no Denominator "{by}".'
            found.append((problem, f"It has: {known}."))
    if not found and not _plan(options, framework):
        problem = "No indicator has a denominator."
        found.append((problem, "Fill the column Denominator of META, or leave the step out."))
    return found


def _plan(
    options: Mapping[str, Any], framework: Framework
) -> dict[str, tuple[Recipe, str, dict[str, Any]]]:
    """Indicator -> recipe, denominator, parameters; only indicators that are divided."""
    base = {key: options[key] for key in ("factor",) if key in options}
    per = options.get("per") or {}
    found = {}
    for indicator in framework.indicators:
        entry = dict(per.get(indicator.code) or {})
        name = entry.pop("method", options.get("method", "divide"))
        by = entry.pop("by", None) or indicator.denominator
        recipe = RECIPES.get(name)
        if recipe is None or recipe.function is leave or by is None:
            continue
        given = settle(recipe, {**base, **entry})
        found[indicator.code] = (recipe, by, {"factor": given["factor"]})
    return found


def run(table: IndicatorTable, framework: Framework, step: Step) -> Stage:
    """Divide indicators by their denominators. Raises StepError for a denominator of 0."""
    values = table.values.copy()
    notes: list[str] = []
    rows = []
    for code, (recipe, by, given) in _plan(step.options, framework).items():
        k, divisor = table.indicators.index(code), table.denominators[by]
        try:
            values[:, k] = recipe.function(values[:, k], divisor, **given)
        except Cannot as error:
            units = [table.units[row] for row in error.rows]
            problem = f'The denominator "{by}" is 0.'
            raise StepError(
                problem, error.remedy, step=step.name, indicators=[code], units=units
            ) from error
        lost = np.isnan(values[:, k]) & ~np.isnan(table.values[:, k])
        if lost.any():
            units = [table.units[row] for row in np.flatnonzero(lost)]
            notes.append(f'"{code}" is missing where "{by}" is: {", ".join(units)}.')
        if (divisor < 0).any():
            units = [table.units[row] for row in np.flatnonzero(divisor < 0)]
            notes.append(f'"{code}": the denominator "{by}" is negative: {", ".join(units)}.')
        rows.append((code, by, given["factor"], int(lost.sum())))
    detail = Detail("divided", ("iCode", "Denominator", "ScaleFactor", "N_lost"), tuple(rows))
    return Stage(step.name, replace(table, values=values), (detail,), tuple(notes))
