"""Step "treat": bring the shape of indicators within limits before they are normalised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.columns import choose, faults, parts, row_names
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.recipe import Cannot, settle
from waspada.index.composite.transformations import TRANSFORMATIONS
from waspada.index.composite.treatment import MARK_NAMES, RECIPES, Mark, Treated
from waspada.index.composite.winsorise import passes
from waspada.instrument.framework import Framework

__all__ = ["RECIPES", "check", "run"]


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """Faults of the options beyond names and ranges of parameters."""
    found = faults(options, RECIPES, framework.codes)
    for entry in (options, *_entries(options)):
        then = str(entry.get("then", "log_ct"))
        given = entry.get("parameters", {})
        if then in TRANSFORMATIONS and isinstance(given, Mapping):
            try:
                settle(TRANSFORMATIONS[then], given)
            except Cannot as error:
                found.append((f'In "parameters": {error.problem}', error.remedy))
    return found


def _entries(options: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Entries under `per`, each with what it takes over from the step."""
    per = options.get("per")
    if not isinstance(per, Mapping):
        return []
    return [{**options, **entry} for entry in per.values() if isinstance(entry, Mapping)]


def run(table: IndicatorTable, framework: Framework, step: Step) -> Stage:
    """Treat every indicator by its recipe, over all rows or each time on its own (`over`).

    Details: `treatment`, one row per indicator (and time); `treated_points`, one row per changed
    cell. Raises StepError where a recipe cannot be done.
    """
    for problem, remedy in check(step.options, framework):
        raise StepError(problem, remedy, step=step.name)
    values = table.values.copy()
    log = _Log(table)
    for choice in choose(step.options, RECIPES, table.indicators):
        for rows in parts(table, step.options.get("over", "all")):
            for column in choice.columns:
                try:
                    treated = choice.recipe.function(
                        table.values[rows, column], **choice.parameters
                    )
                except Cannot as error:
                    raise StepError(
                        error.problem,
                        error.remedy,
                        step=step.name,
                        indicators=(table.indicators[column],),
                        units=row_names(table, rows[list(error.rows)].tolist()),
                    ) from error
                values[rows, column] = treated.values
                log.add(int(column), rows, choice.recipe.name, choice.parameters, treated)
    by_time = step.options.get("over") == "time" and table.times is not None
    return Stage(
        step.name,
        replace(table, values=values),
        (log.treatment(by_time=by_time), log.points()),
        log.notes(),
    )


class _Log:
    """Collects what was done, for the tables of the stage."""

    def __init__(self, table: IndicatorTable) -> None:
        self.table = table
        self.entries: list[tuple[int, NDArray[np.intp], str, Mapping[str, Any], Treated]] = []

    def add(
        self,
        column: int,
        rows: NDArray[np.intp],
        recipe: str,
        parameters: Mapping[str, Any],
        treated: Treated,
    ) -> None:
        self.entries.append((column, rows, recipe, parameters, treated))

    def treatment(self, *, by_time: bool) -> Detail:
        header = (
            *(("indicator", "time") if by_time else ("indicator",)),
            *("recipe", "outcome"),
            *("skewness_before", "kurtosis_before", "passes_before"),
            *("winsorised_high", "winsorised_low"),
            *("skewness_winsorised", "kurtosis_winsorised", "passes_winsorised"),
            *("skewness_after", "kurtosis_after", "passes_after", "flags"),
        )
        times = self.table.times
        body = []
        for column, rows, recipe, parameters, t in sorted(self.entries, key=lambda e: e[0]):
            limits = (parameters.get("skew", 2.0), parameters.get("kurtosis", 3.5))
            kept = bool(t.marks.any())
            where = (self.table.indicators[column],)
            body.append(
                (
                    *(where if not by_time or times is None else (*where, times[rows[0]])),
                    recipe,
                    "+".join(filter(None, ("winsorise" if kept else "", t.changed_by))) or "none",
                    *_judged(t.before, limits),
                    *((None, None) if t.winsorised is None else (t.high, t.low)),
                    *_judged(t.winsorised, limits),
                    *_judged(t.after, limits),
                    "; ".join(t.flags),
                )
            )
        return Detail("treatment", header, tuple(body))

    def points(self) -> Detail:
        table = self.table
        body = []
        for column, rows, _, _, t in sorted(self.entries, key=lambda e: e[0]):
            before = table.values[rows, column]
            moved = (before != t.values) & ~np.isnan(before)
            for place in np.flatnonzero(moved | (t.marks != 0)):
                row = int(rows[place])
                names = (
                    MARK_NAMES[Mark(int(t.marks[place]))],
                    t.changed_by if moved[place] else "",
                )
                body.append(
                    (
                        table.units[row],
                        None if table.times is None else table.times[row],
                        table.indicators[column],
                        "+".join(filter(None, names)),
                        float(before[place]),
                        float(t.values[place]),
                    )
                )
        header = ("unit", "time", "indicator", "mark", "before", "after")
        return Detail("treated_points", header, tuple(body))

    def notes(self) -> tuple[str, ...]:
        by_flag: dict[str, list[str]] = {}
        for column, _, _, _, treated in sorted(self.entries, key=lambda e: e[0]):
            for flag in treated.flags:
                names = by_flag.setdefault(flag, [])
                if self.table.indicators[column] not in names:
                    names.append(self.table.indicators[column])
        return tuple(f"Treatment: {flag} ({', '.join(names)})." for flag, names in by_flag.items())


def _judged(
    shape_of: tuple[float, float] | None, limits: tuple[float, float]
) -> tuple[float | None, float | None, str | None]:
    """Skewness, kurtosis and whether they pass; None where not defined."""
    if shape_of is None or math.isnan(shape_of[0]):
        return None, None, None
    g1, g2 = shape_of
    if math.isnan(g2):
        return g1, None, None
    return g1, g2, "yes" if passes(g1, g2, skew=limits[0], kurtosis=limits[1]) else "no"
