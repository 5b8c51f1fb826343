"""Treatment of one indicator: Winsorise, transform, and say what that did to its shape.

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

from waspada.index.composite.moments import LEAST_FOR_KURTOSIS, shape
from waspada.index.composite.recipe import Cannot, Kind, Parameter, Recipe, settle
from waspada.index.composite.transformations import COINR, TRANSFORMATIONS
from waspada.index.composite.winsorise import Stop, Winsorised, passes, winsorise
from waspada.index.model import Floats

SAME_SHAPE = 1e-9
"""A change of skewness and kurtosis below this is none: the column was only rescaled."""


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
    before = _shape_of(x)
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
    changed = _transformed(start, then, settled)
    after = _shape_of(changed)
    base = result if combine else replace(result, marks=marks)
    final = replace(base, values=changed, changed_by=then, after=after)
    final = _flag(final, _usefulness(_shape_of(start), after))
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
    before = _shape_of(x)
    return Treated(x, np.zeros(len(x), dtype=np.int8), before, before)


def transform_column(
    x: Floats, *, name: str, when: str, skew: float, kurtosis: float, **parameters: Any
) -> Treated:
    """One transformation, always or only where the column fails |G1| < skew or G2 < kurtosis."""
    before = _shape_of(x)
    marks = np.zeros(len(x), dtype=np.int8)
    if when == "failing":
        if flag := _undefined(x, before):
            return Treated(x, marks, before, before, flags=(flag,))
        if passes(*before, skew=skew, kurtosis=kurtosis):
            return Treated(x, marks, before, before)
    changed = _transformed(x, name, parameters)
    after = _shape_of(changed)
    result = Treated(changed, marks, before, after, changed_by=name)
    if name.startswith("cap"):
        return result if not np.isnan(after[0]) else _flag(result, "constant after the cap")
    return _flag(result, _usefulness(before, after))


def _transformed(x: Floats, name: str, parameters: Mapping[str, Any]) -> Floats:
    with np.errstate(over="ignore"):
        changed: Floats = TRANSFORMATIONS[name].function(x, **parameters)
    if (beyond := np.flatnonzero(~np.isfinite(changed) & ~np.isnan(x))).size:
        raise Cannot(
            f'By "{name}" the values grow beyond what a computer holds.',
            "Use a larger unit of measurement, or another transformation.",
            rows=beyond.tolist(),
        )
    return changed


def _shape_of(x: Floats) -> tuple[float, float]:
    """Skewness and kurtosis of what is there."""
    return shape(np.sort(x[~np.isnan(x)]))


def _undefined(x: Floats, before: tuple[float, float]) -> str:
    """Why a column has no shape to judge; "" if it has one."""
    count = int((~np.isnan(x)).sum())
    if count == 0:
        return "no value"
    if count < LEAST_FOR_KURTOSIS:
        return "too few values"
    return "constant" if math.isnan(before[1]) else ""


def _usefulness(before: tuple[float, float], after: tuple[float, float]) -> str:
    if all(abs(a - b) < SAME_SHAPE for a, b in zip(before, after, strict=True)):
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
