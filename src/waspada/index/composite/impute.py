"""Imputation: fill missing values, and say of every filled cell that it was filled.

RECIPES: their `function` takes `fill.Gaps` and the parameters and returns `fill.Filled`. What a
recipe cannot fill, the step refuses with unit and indicator, or leaves where the method says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import fill
from waspada.index.composite.columns import Choice, choose, faults, parts, row_names
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

COINR = "COINr 1.1 (Becker and others, JOSS 2022)"
ALONG_TIME = ("latest", "linear")
"""Recipes that look at other times of the same unit."""

# Recipes ------------------------------------------------------------------------------------------


def _otherwise(default: str, *more: str) -> Parameter:
    return Parameter(
        "otherwise",
        Kind.TEXT,
        default,
        "What to do with a gap that has nothing to be filled from: refuse, leave it missing"
        + (", or take the centre of all units (column)." if more else "."),
        choices=("refuse", "leave", *more),
    )


_GROUP = Parameter("group", Kind.TEXT, REQUIRED, "Code of a grouping column of the data.")
_LEVEL = Parameter(
    "level",
    Kind.WHOLE,
    2,
    "Indicators below the same node of this level are used together; 2 = one parent.",
    at_least=2,
)
_SCALE = Parameter(
    "scale",
    Kind.TEXT,
    "minmax",
    "Bring indicators to 0..1 first and back after, or none where they share a scale already.",
    choices=("minmax", "none"),
)
_RIDGE = Parameter(
    "ridge",
    Kind.NUMBER,
    0.0,
    "Share, 0 .. 1, by which covariances are drawn towards independence; 0 = maximum likelihood.",
    at_least=0.0,
    at_most=1.0,
)


def _centres(centre: str) -> tuple[Recipe, ...]:
    return (
        Recipe(
            f"column_{centre}",
            partial(fill.column_centre, centre=centre),
            f"The {centre} of the measured values of the indicator.",
            f"x = {centre} over units",
            (_otherwise("refuse"),),
            f"{COINR}, i_{centre}",
        ),
        Recipe(
            f"group_{centre}",
            partial(fill.group_centre, centre=centre),
            f"The {centre} of the measured values of the indicator in the unit's group.",
            f"x = {centre} over units of the group",
            (_GROUP, _otherwise("refuse", "column")),
            f"{COINR}, i_{centre}_grp",
        ),
        Recipe(
            f"row_{centre}",
            partial(fill.row_centre, centre=centre),
            f"The {centre} of the unit's own values in the same part of the framework.",
            f"z = (d x - min) / (max - min); x = d (min + (max - min) {centre} of the unit's z)",
            (_LEVEL, _SCALE, _otherwise("refuse")),
            f"{COINR}, Impute with impute_by = row and group_level",
        ),
    )


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("none", fill.leave, "Missing values stay missing."),
        Recipe(
            "constant",
            fill.constant,
            "A fixed value.",
            "x = value",
            (Parameter("value", Kind.NUMBER, REQUIRED, "In the unit of the indicator."),),
        ),
        *_centres("mean"),
        *_centres("median"),
        Recipe(
            "latest",
            fill.latest,
            "The unit's last measured value before.",
            "x_t = x_s, s the last time before t with a value",
            (
                Parameter(
                    "back",
                    Kind.WHOLE,
                    None,
                    "How many times of the data to look back at most; left out = all.",
                    at_least=1,
                ),
                Parameter(
                    "beginning",
                    Kind.TEXT,
                    "leave",
                    "Times before the first measured value: leave missing, or take that value.",
                    choices=("leave", "nearest"),
                ),
                _otherwise("leave"),
            ),
            f"{COINR}, impute_panel with latest (beginning: leave) or constant (nearest)",
        ),
        Recipe(
            "linear",
            fill.linear,
            "The straight line in time between the unit's measured values.",
            "x_t = x_a + (t - a) / (b - a) (x_b - x_a)",
            (
                Parameter(
                    "ends",
                    Kind.TEXT,
                    "nearest",
                    "Outside the measured times: take the nearest value, or leave missing.",
                    choices=("nearest", "leave"),
                ),
                _otherwise("leave"),
            ),
            f"{COINR}, impute_panel with linear",
        ),
        Recipe(
            "em",
            fill.em,
            "The expectation given the unit's other values, under a joint normal distribution.",
            "x_m = mu_m + S_mo S_oo^-1 (x_o - mu_o), mu and S by EM",
            (_LEVEL, _RIDGE, _otherwise("refuse")),
            "Dempster, Laird, Rubin (1977)",
        ),
        Recipe(
            "multiple",
            fill.multiple,
            "Several draws given the unit's other values; their mean stands in the table, all of "
            "them serve the uncertainty.",
            "x_m ~ N(mu_m + S_mo S_oo^-1 (x_o - mu_o), S_mm - S_mo S_oo^-1 S_om), "
            "mu and S by EM under random weights",
            (
                Parameter(
                    "imputations", Kind.WHOLE, 20, "Completed tables, 2 or more.", at_least=2
                ),
                Parameter("seed", Kind.WHOLE, 1, "Start number of the draws.", at_least=0),
                _LEVEL,
                _RIDGE,
                Parameter(
                    "limits",
                    Kind.TEXT,
                    "none",
                    "Whether draws are kept within the measured range of the indicator (observed).",
                    choices=("none", "observed"),
                ),
                _otherwise("refuse"),
            ),
            "Honaker and King, AJPS 54 (2010); Rubin (1987)",
        ),
    )
}


# The step -----------------------------------------------------------------------------------------


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """Faults of the options beyond names and ranges of parameters."""
    found = faults(options, RECIPES, framework.codes)
    if found:
        return found
    if len(_imputations(options, framework.codes)) > 1:
        found.append(
            (
                "The indicators ask for different numbers of imputations.",
                "Give all of them the same number.",
            )
        )
    if options.get("over") == "time":
        for choice in choose(options, RECIPES, framework.codes):
            if choice.recipe.name in ALONG_TIME:
                found.append(
                    (
                        f'"{choice.recipe.name}" looks along time and cannot run each time alone.',
                        "Leave out over: time, or give these indicators a step of their own.",
                    )
                )
    return found


def run(table: IndicatorTable, framework: Framework, step: Step) -> Stage:
    """Fill the gaps of every indicator by its recipe, over all rows or each time alone (`over`).

    Details: `imputed`, one row per filled cell; `imputation_spread` where values were drawn;
    `left_missing` where the method leaves gaps. Raises StepError for a gap that cannot be filled.
    """
    done = _impute(table, framework, step)
    details = [done.imputed()]
    if done.spread:
        header = ("unit", "time", "indicator", "mean", "between_sd")
        details.append(Detail("imputation_spread", header, tuple(done.spread)))
    left = done.left()
    if left.rows:
        details.append(left)
    return Stage(step.name, replace(table, values=done.values), tuple(details), done.notes())


def multiply_impute(
    table: IndicatorTable,
    framework: Framework,
    step: Step,
    *,
    seed: int | None = None,
    m: int | None = None,
) -> list[IndicatorTable]:
    """The completed tables of an imputation step that draws; the next steps run on each.

    seed, m: instead of those of the method. Indicators with another recipe are the same in all.
    Combine what comes out of the tables by `multiple.combine_rubin`.
    Raises StepError where no indicator of the step has the method "multiple".
    """
    if m is not None and m < 2:
        raise ValueError(f"m is {m}; a variance between tables needs 2.")
    _refuse_faults(step, framework)
    counts = _imputations(step.options, table.indicators)
    if not counts:
        raise StepError(
            "No indicator is imputed by drawing.",
            'Give the step, or an indicator under per, the method "multiple".',
            step=step.name,
        )
    m = m or max(counts)
    done = _impute(table, framework, step, seed=seed, m=m)
    if done.draws is None:
        return [replace(table, values=done.values)] * m
    return [replace(table, values=values) for values in done.draws]


def _refuse_faults(step: Step, framework: Framework) -> None:
    for problem, remedy in check(step.options, framework):
        raise StepError(problem, remedy, step=step.name)


def _imputations(options: Mapping[str, Any], codes: Sequence[str]) -> set[int]:
    chosen = choose(options, RECIPES, codes)
    return {c.parameters["imputations"] for c in chosen if c.recipe.name == "multiple"}


@dataclass
class _Done:
    """What an imputation step did, cell by cell."""

    table: IndicatorTable
    values: Floats
    recipes: NDArray[np.object_]
    basis: NDArray[np.object_]
    draws: Floats | None = None
    spread: list[tuple[Any, ...]] = field(default_factory=list)

    def cells(self, where: NDArray[np.bool_]) -> list[tuple[int, int]]:
        """Places (row, indicator), indicator by indicator."""
        return [(int(row), int(column)) for column, row in zip(*np.nonzero(where.T), strict=True)]

    def label(self, row: int, column: int) -> tuple[str, int | None, str]:
        times = self.table.times
        time = None if times is None else times[row]
        return self.table.units[row], time, self.table.indicators[column]

    def imputed(self) -> Detail:
        header = ("unit", "time", "indicator", "value", "recipe", "basis")
        rows = tuple(
            (
                *self.label(row, column),
                float(self.values[row, column]),
                self.recipes[row, column],
                self.basis[row, column],
            )
            for row, column in self.cells(np.isnan(self.table.values) & ~np.isnan(self.values))
        )
        return Detail("imputed", header, rows)

    def left(self) -> Detail:
        cells = self.cells(np.isnan(self.values))
        rows = tuple((*self.label(*cell), self.recipes[cell]) for cell in cells)
        return Detail("left_missing", ("unit", "time", "indicator", "recipe"), rows)

    def notes(self) -> tuple[str, ...]:
        missing, left = (int(np.isnan(v).sum()) for v in (self.table.values, self.values))
        notes = [f"Imputation: {missing - left} of {self.values.size} values were filled in."]
        if left:
            notes.append(f"Imputation: {left} values stay missing.")
        if self.draws is not None:
            notes.append(
                "Imputation: where values were drawn, the table holds the mean of "
                f"{len(self.draws)} draws; the draws themselves serve the uncertainty."
            )
        return tuple(notes)


def _impute(
    table: IndicatorTable,
    framework: Framework,
    step: Step,
    *,
    seed: int | None = None,
    m: int | None = None,
) -> _Done:
    _refuse_faults(step, framework)
    shape = table.values.shape
    done = _Done(
        table,
        table.values.copy(),
        np.full(shape, "", dtype=object),
        np.full(shape, "", dtype=object),
    )
    for choice in choose(step.options, RECIPES, table.indicators):
        parameters = dict(choice.parameters)
        if choice.recipe.name == "multiple":
            parameters["seed"] = parameters["seed"] if seed is None else seed
            parameters["imputations"] = parameters["imputations"] if m is None else m
        chosen = replace(choice, parameters=parameters)
        for rows in parts(table, step.options.get("over", "all")):
            _fill_part(done, framework, step, chosen, rows)
    return done


def _fill_part(
    done: _Done, framework: Framework, step: Step, choice: Choice, rows: NDArray[np.intp]
) -> None:
    """Fill the columns of one recipe in rows that belong together."""
    table, columns = done.table, choice.columns
    wanted = np.zeros(len(table.indicators), dtype=np.bool_)
    wanted[columns] = True
    gaps = fill.Gaps(
        table.values[rows],
        wanted,
        tuple(table.units[row] for row in rows),
        None if table.times is None else np.asarray(table.times)[rows],
        {code: np.asarray(labels, dtype=str)[rows] for code, labels in table.groups.items()},
        table.indicators,
        framework,
    )
    empty = np.isnan(gaps.values) & wanted
    if not empty.any():
        return
    try:
        filled = choice.recipe.function(gaps, **choice.parameters)
    except Cannot as error:
        concerned = error.columns if isinstance(error, fill.CannotFill) else columns
        raise StepError(
            error.problem,
            error.remedy,
            step=step.name,
            indicators=tuple(
                table.indicators[column] for column in concerned if empty[:, column].any()
            ),
            units=row_names(table, rows[list(error.rows)].tolist()),
        ) from error
    _refuse_rest(done, step, choice, rows, empty & np.isnan(filled.values))
    here = np.ix_(rows, columns)
    done.values[here] = filled.values[:, columns]
    done.recipes[here] = choice.recipe.name
    if filled.basis is not None:
        done.basis[here] = filled.basis[:, columns]
    if filled.draws is not None:
        _keep_draws(done, rows, columns, filled.draws, empty)
    elif done.draws is not None:
        done.draws[:, rows[:, None], columns] = filled.values[:, columns]


def _refuse_rest(
    done: _Done,
    step: Step,
    choice: Choice,
    rows: NDArray[np.intp],
    rest: NDArray[np.bool_],
) -> None:
    if not rest.any() or choice.parameters.get("otherwise", "leave") == "leave":
        return
    table = done.table
    raise StepError(
        f"{int(rest.sum())} missing value{'s have' if rest.sum() > 1 else ' has'} nothing to be "
        f'filled from by "{choice.recipe.name}".',
        "Give the step otherwise: leave, another method under per, or take the unit or indicator "
        "out (step screen).",
        step=step.name,
        indicators=tuple(table.indicators[c] for c in np.flatnonzero(rest.any(axis=0))),
        units=row_names(table, rows[rest.any(axis=1)].tolist()),
    )


def _keep_draws(
    done: _Done,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    draws: Floats,
    empty: NDArray[np.bool_],
) -> None:
    if done.draws is None:
        done.draws = np.repeat(done.values[None], len(draws), axis=0)
    done.draws[:, rows[:, None], columns] = draws[:, :, columns]
    spread = draws.std(axis=0, ddof=1)
    for column in columns:
        for row in np.flatnonzero(empty[:, column] & ~np.isnan(draws[0, :, column])):
            mean = float(draws[:, row, column].mean())
            done.spread.append(
                (*done.label(int(rows[row]), int(column)), mean, float(spread[row, column]))
            )
