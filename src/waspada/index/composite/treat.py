"""Treatment of outliers: bring the shape of an indicator within limits before it is normalised.

RECIPES: their `function` takes one column (n,), NaN = missing, and the parameters; it returns
`Treated`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import transform
from waspada.index.composite.columns import choose, faults, parts, row_names
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.moments import LEAST_FOR_KURTOSIS, shape
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe, settle
from waspada.index.composite.winsorise import Stop, Winsorised, passes, winsorise
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

SAME_SHAPE = 1e-9
"""A change of skewness and kurtosis below this is none: the column was only rescaled."""

COINR = "COINr 1.1 (Becker and others, JOSS 2022)"


class Mark(IntEnum):
    """What happened to a cell."""

    NONE = 0
    HIGH = 1
    LOW = -1


MARK_NAMES = {Mark.NONE: "", Mark.HIGH: "winsorised_high", Mark.LOW: "winsorised_low"}


@dataclass(frozen=True)
class Treated:
    """A column after its treatment, and the way there.

    values: (n,). marks: (n,) `Mark` of points whose Winsorising stands in `values`.
    changed_by: name of the transformation that stands in `values`, "" if none.
    before, winsorised, after: (G1, G2) of the column as given, after Winsorising (None where it
    was not tried), as it ends; NaN where not defined.
    high, low: points Winsorised at each end when it was tried, whether or not that stands.
    flags: what a reader should know, as short phrases.
    """

    values: Floats
    marks: NDArray[np.int8]
    before: tuple[float, float]
    after: tuple[float, float]
    changed_by: str = ""
    winsorised: tuple[float, float] | None = None
    high: int = 0
    low: int = 0
    flags: tuple[str, ...] = ()


# Recipes ------------------------------------------------------------------------------------------


def treat_column(
    x: Floats,
    *,
    at_most: int | None = 5,
    skew: float = 2.0,
    kurtosis: float = 3.5,
    force: bool = False,
    ties: str = "stop",
    then: str | None = "log_ct",
    parameters: Mapping[str, Any] | None = None,
    combine: bool = False,
    still_failing: str = "transformed",
) -> Treated:
    """Winsorise at most so many points; where that is not enough, transform the column.

        passes:  |G1| < skew  or  G2 < kurtosis

    x: (n,), NaN = missing. then: name of a transformation in `TRANSFORMATIONS`, or None to stop
    after Winsorising. parameters: of that transformation. combine: transform what Winsorising
    left instead of the column as given. still_failing: what to keep where the transformed column
    fails too: "transformed", "winsorised" or "untreated".
    A column without a defined shape (constant, too few values) is left alone and flagged.
    Raises Cannot where the transformation cannot be done.

    Source: COINr 1.1, `Treat` with `winsorise` and `log_CT`.
    """
    before = shape(x[~np.isnan(x)])
    marks = np.zeros(len(x), dtype=np.int8)
    if flag := _undefined(x, before):
        return Treated(x, marks, before, before, flags=(flag,))
    if passes(*before, skew=skew, kurtosis=kurtosis):
        return Treated(x, marks, before, before)
    done = winsorise(x, at_most=at_most, skew=skew, kurtosis=kurtosis, force=force, ties=ties)
    result = _after_winsorising(done, marks, before, at_most)
    if passes(*result.after, skew=skew, kurtosis=kurtosis):
        return result
    if then is None:
        return _flag(result, "still fails")
    start = done.values if combine else x
    settled = settle(TRANSFORMATIONS[then], parameters or {})
    changed = TRANSFORMATIONS[then].function(start, **settled)
    after = shape(changed[~np.isnan(changed)])
    base = result if combine else replace(result, marks=marks)
    final = replace(base, values=changed, changed_by=then, after=after)
    final = _flag(final, _usefulness(shape(start[~np.isnan(start)]), after))
    if passes(*after, skew=skew, kurtosis=kurtosis):
        return final
    match still_failing:
        case "winsorised":
            return _flag(result, f"still fails, {then} not kept")
        case "untreated":
            kept = replace(result, values=x, marks=marks, after=before)
            return _flag(kept, f"still fails, {then} not kept")
        case _:
            return _flag(final, "still fails")


def _after_winsorising(
    done: Winsorised, marks: NDArray[np.int8], before: tuple[float, float], at_most: int | None
) -> Treated:
    marks = marks.copy()
    marks[list(done.rows_high)] = Mark.HIGH
    marks[list(done.rows_low)] = Mark.LOW
    flags = []
    if done.stop in (Stop.TIES, Stop.CONSTANT):
        flags.append(f"Winsorising stopped: {done.stop}")
    if at_most is not None and done.count > at_most:
        flags.append("more points moved than the limit, because of ties")
    ends = (done.skewness, done.kurtosis)
    return Treated(
        done.values,
        marks,
        before,
        ends,
        winsorised=ends,
        high=len(done.rows_high),
        low=len(done.rows_low),
        flags=tuple(flags),
    )


def _only_winsorise(x: Floats, **parameters: Any) -> Treated:
    return treat_column(x, then=None, **parameters)


def _leave(x: Floats) -> Treated:
    before = shape(x[~np.isnan(x)])
    return Treated(x, np.zeros(len(x), dtype=np.int8), before, before)


def transform_column(
    x: Floats, *, name: str, when: str, skew: float, kurtosis: float, **parameters: Any
) -> Treated:
    """One transformation, always or only where the column fails |G1| < skew or G2 < kurtosis."""
    before = shape(x[~np.isnan(x)])
    marks = np.zeros(len(x), dtype=np.int8)
    if when == "failing":
        if flag := _undefined(x, before):
            return Treated(x, marks, before, before, flags=(flag,))
        if passes(*before, skew=skew, kurtosis=kurtosis):
            return Treated(x, marks, before, before)
    changed = TRANSFORMATIONS[name].function(x, **parameters)
    after = shape(changed[~np.isnan(changed)])
    result = Treated(changed, marks, before, after, changed_by=name)
    if name.startswith("cap"):
        return result if not np.isnan(after[0]) else _flag(result, "constant after the cap")
    return _flag(result, _usefulness(before, after))


def _undefined(x: Floats, before: tuple[float, float]) -> str:
    """Why a column has no shape to judge; "" if it has one."""
    count = int((~np.isnan(x)).sum())
    if count == 0:
        return "no value"
    if count < LEAST_FOR_KURTOSIS:
        return "too few values"
    return "constant" if math.isnan(before[1]) else ""


def _usefulness(before: tuple[float, float], after: tuple[float, float]) -> str:
    if np.allclose(before, after, rtol=0.0, atol=SAME_SHAPE, equal_nan=True):
        return "the transformation changes nothing but the scale"
    if not abs(after[0]) < abs(before[0]):
        return "the transformation takes skewness further from 0"
    return ""


def _flag(treated: Treated, flag: str) -> Treated:
    return replace(treated, flags=(*treated.flags, flag)) if flag else treated


# Tables of recipes --------------------------------------------------------------------------------

_SKEW = Parameter(
    "skew",
    Kind.NUMBER,
    2.0,
    "Limit of absolute skewness (G1); a column passes below it.",
    above=0.0,
)
_KURTOSIS = Parameter(
    "kurtosis", Kind.NUMBER, 3.5, "Limit of excess kurtosis (G2); a column passes below it."
)
_WHEN = Parameter(
    "when",
    Kind.TEXT,
    "always",
    "Whether to transform always, or only indicators that fail the limits (failing).",
    choices=("always", "failing"),
)
_WINSORISE = (
    Parameter(
        "at_most",
        Kind.WHOLE,
        5,
        "Points moved per indicator in all, 0 or more; the number of units for no limit.",
        at_least=0,
    ),
    _SKEW,
    _KURTOSIS,
    Parameter(
        "force",
        Kind.FLAG,
        False,
        "Whether an indicator that fails is Winsorised up to the limit even if it passes earlier.",
    ),
    Parameter(
        "ties",
        Kind.TEXT,
        "stop",
        "Equal points that would exceed at_most: stop before them, or move them together (COINr).",
        choices=("stop", "together"),
    ),
)


def _bound(
    name: str,
    meaning: str,
    default: Any,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
) -> Parameter:
    return Parameter(
        name, Kind.NUMBER, default, meaning, at_least=at_least, at_most=at_most, above=above
    )


TRANSFORMATIONS: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "log",
            transform.log,
            "Logarithm of the value plus an offset.",
            "y = ln(x + offset) / ln(base)",
            (
                _bound("offset", "Added first, in the unit of the indicator.", 0.0),
                _bound("base", "Base of the logarithm, above 1; e if left out.", math.e, above=1.0),
            ),
        ),
        Recipe(
            "log_ct",
            transform.log_ct,
            "Logarithm above the lowest value, the offset being 1 % of the range.",
            "y = ln(x - min + 0.01 (max - min))",
            (),
            f"{COINR}, log_CT",
        ),
        Recipe(
            "log_ct_orig",
            transform.log_ct_orig,
            "Logarithm above the lowest value, the offset being 1.",
            "y = ln(x - min + 1)",
            (),
            f"{COINR}, log_CT_orig; the COIN tool of the JRC",
        ),
        Recipe(
            "log_gii",
            transform.log_gii,
            "Logarithm as in the Global Innovation Index; from 0 to ln(max).",
            "y = ln((max f - 1) (x - min) / (max - min) + 1)",
            (
                _bound(
                    "factor",
                    "f, above 0, a power of ten that brings the highest value above 1.",
                    1.0,
                    above=0.0,
                ),
            ),
            "Global Innovation Index 2020, appendix on method",
        ),
        Recipe(
            "box_cox",
            transform.box_cox,
            "Box-Cox power; without an exponent, the one that brings skewness to 0.",
            "y = (z^l - 1) / l, ln z at l = 0;  z = x - min + 1",
            (
                _bound(
                    "exponent",
                    "l (lambda), -5 .. 5; ~ (empty) seeks it.",
                    None,
                    at_least=-transform.STEEPEST,
                    at_most=transform.STEEPEST,
                ),
                Parameter(
                    "shift",
                    Kind.FLAG,
                    True,
                    "Whether the lowest value is moved to 1 first; else all have to be above 0.",
                ),
            ),
            f"Box and Cox (1964); {COINR}, boxcox",
        ),
        Recipe(
            "power",
            transform.power,
            "Power that keeps the sign; 0.5 is the square root.",
            "y = sign(x) |x|^p",
            (_bound("exponent", "p, above 0.", REQUIRED, above=0.0),),
        ),
        Recipe(
            "cap",
            transform.cap,
            "Values held between two fixed ones.",
            "y = min(max(x, lower), upper)",
            (
                _bound("lower", "Lowest value kept, in the unit of the indicator.", None),
                _bound("upper", "Highest value kept, in the unit of the indicator.", None),
            ),
        ),
        Recipe(
            "cap_percentiles",
            transform.cap_percentiles,
            "Values held between two percentiles of the indicator.",
            "y = min(max(x, P_lower), P_upper)",
            (
                _bound("lower", "Percentile, 0 .. 100.", 0.0, at_least=0.0, at_most=100.0),
                _bound("upper", "Percentile, 0 .. 100.", 100.0, at_least=0.0, at_most=100.0),
            ),
            "percentiles: Hyndman and Fan (1996), type 7",
        ),
        Recipe(
            "cap_fences",
            transform.cap_fences,
            "Values held within the fences of a box plot.",
            "y = min(max(x, Q1 - k (Q3 - Q1)), Q3 + k (Q3 - Q1))",
            (_bound("fences", "k, above 0.", 1.5, above=0.0),),
            "Tukey, Exploratory Data Analysis (1977)",
        ),
        Recipe(
            "cap_deviations",
            transform.cap_deviations,
            "Values held within k standard deviations around the mean.",
            "y = min(max(x, mean - k s), mean + k s)",
            (_bound("deviations", "k, above 0.", 3.0, above=0.0),),
        ),
    )
}

_THEN = (
    Parameter(
        "then",
        Kind.TEXT,
        "log_ct",
        "Transformation of indicators that Winsorising does not bring within the limits.",
        choices=tuple(name for name in TRANSFORMATIONS if not name.startswith("cap")),
    ),
    Parameter("parameters", Kind.MAPPING, {}, "Parameters of `then`, for example {exponent: 0.5}."),
    Parameter(
        "combine",
        Kind.FLAG,
        False,
        "Whether to transform the Winsorised values instead of the untreated ones.",
    ),
    Parameter(
        "still_failing",
        Kind.TEXT,
        "transformed",
        "What to keep of an indicator that fails even after `then`.",
        choices=("transformed", "winsorised", "untreated"),
    ),
)

RECIPES: dict[str, Recipe] = {
    "none": Recipe("none", _leave, "The indicator is left as it is."),
    "winsorise": Recipe(
        "winsorise",
        _only_winsorise,
        "The outermost points are moved to the next value until the indicator passes.",
        "passes: |G1| < skew or G2 < kurtosis",
        _WINSORISE,
        f"{COINR}, winsorise",
    ),
    "winsorise_else_log": Recipe(
        "winsorise_else_log",
        treat_column,
        "Winsorise; where that is not enough, transform the untreated values.",
        "passes: |G1| < skew or G2 < kurtosis",
        (*_WINSORISE, *_THEN),
        f"{COINR}, Treat and qTreat",
    ),
    **{
        name: replace(
            recipe,
            function=partial(transform_column, name=name),
            parameters=(*recipe.parameters, _WHEN, _SKEW, _KURTOSIS),
        )
        for name, recipe in TRANSFORMATIONS.items()
    },
}


# The step -----------------------------------------------------------------------------------------


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
