"""Screening: leave out units that lack too much data, or are zero too often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.model import Detail, Stage, Step
from waspada.index.composite.recipe import Kind, Parameter, Recipe, settle
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework

EQUAL = 1e-12
"""Shares closer than this to the limit reach it: 1 - 3/10 is not below 0.7."""


@dataclass(frozen=True)
class Shares:
    """What is known of each row. missing, zero: (n_rows,) counts.

    available: 1 - missing / indicators. nonzero: 1 - zero / (indicators - missing), NaN in a row
    without any value.
    """

    missing: Floats
    zero: Floats
    available: Floats
    nonzero: Floats


def shares(values: Floats) -> Shares:
    """Shares of a table. values: (n_rows, n_indicators), NaN = missing."""
    missing = np.isnan(values).sum(axis=1).astype(float)
    zero = (values == 0).sum(axis=1).astype(float)
    count = values.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        nonzero = 1 - zero / (count - missing)
    return Shares(missing, zero, 1 - missing / count, nonzero)


def enough_available(found: Shares, *, at_least: float, **_: Any) -> Flags:
    """(n_rows,) whether the share of indicators with a value reaches the limit."""
    return found.available >= at_least - EQUAL


def enough_nonzero(found: Shares, *, nonzero_at_least: float, **_: Any) -> Flags:
    """(n_rows,) whether the share of values that are not 0 reaches the limit."""
    return ~(found.nonzero < nonzero_at_least - EQUAL) & ~np.isnan(found.nonzero)


def enough_of_both(found: Shares, **limits: Any) -> Flags:
    """(n_rows,) whether both limits are reached."""
    return enough_available(found, **limits) & enough_nonzero(found, **limits)


def everybody(found: Shares, **_: Any) -> Flags:
    """(n_rows,) all True; only `drop` leaves units out."""
    return np.ones(len(found.missing), dtype=bool)


_AT_LEAST = Parameter(
    "at_least",
    Kind.NUMBER,
    2 / 3,
    "share of indicators that must have a value, 0 to 1",
    at_least=0.0,
    at_most=1.0,
)
_NONZERO = Parameter(
    "nonzero_at_least",
    Kind.NUMBER,
    0.05,
    "share of the values that must differ from 0, 0 to 1",
    at_least=0.0,
    at_most=1.0,
)
_ALWAYS = (
    Parameter("keep", Kind.LIST, [], "codes of units that stay, whatever they lack"),
    Parameter("drop", Kind.LIST, [], "codes of units that go, whatever they have"),
    Parameter(
        "measured_on",
        Kind.TEXT,
        "current",
        "the values that are counted: those of this stage, or the data as read",
        choices=("current", "raw"),
    ),
)
_SOURCE = "COINr, Screen"

RECIPES: dict[str, Recipe] = {
    "available": Recipe(
        "available",
        enough_available,
        "A unit stays if enough of its indicators have a value.",
        "1 - missing / indicators >= at_least",
        (_AT_LEAST, *_ALWAYS),
        f"{_SOURCE} (byNA)",
    ),
    "nonzero": Recipe(
        "nonzero",
        enough_nonzero,
        "A unit stays if enough of its values differ from 0. A unit without any value goes.",
        "1 - zeros / (indicators - missing) >= nonzero_at_least",
        (_NONZERO, *_ALWAYS),
        f"{_SOURCE} (byzeros)",
    ),
    "both": Recipe(
        "both",
        enough_of_both,
        "A unit stays if it passes `available` and `nonzero`.",
        "both of the above",
        (_AT_LEAST, _NONZERO, *_ALWAYS),
        f"{_SOURCE} (byNAandzeros)",
    ),
    "none": Recipe(
        "none",
        everybody,
        "Every unit stays but those in `drop`.",
        "",
        _ALWAYS,
        f"{_SOURCE} (Force)",
    ),
}


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """Faults of options that are right one by one."""
    found = []
    if "per" in options:
        found.append(('"screen" looks at whole units, not at indicators.', "Leave `per` out."))
    lists = [options.get(key) or [] for key in ("keep", "drop")]
    if all(isinstance(units, list) for units in lists):
        both = sorted({str(unit) for unit in lists[0]} & {str(unit) for unit in lists[1]})
        if both:
            problem = f"`keep` and `drop` both name {', '.join(both)}."
            found.append((problem, "Name a unit in one of them."))
    return found


def run(
    table: IndicatorTable,
    framework: Framework,
    step: Step,
    raw: IndicatorTable | None = None,
) -> Stage:
    """Leave units out. raw: the data as read, for `measured_on: raw`.

    In a panel each row, a unit at a time, is judged by itself; `keep` and `drop` hold for all its
    times. Raises StepError for an unknown unit, or if nobody stays.
    """
    recipe = RECIPES[step.options["method"]]
    given = {k: v for k, v in step.options.items() if k not in ("method", "over", "per")}
    limits = settle(recipe, given)
    keep, drop = ({str(unit) for unit in limits[key]} for key in ("keep", "drop"))
    unknown = sorted((keep | drop) - set((raw or table).units))
    if unknown:
        problem = "The data have no such unit."
        raise StepError(problem, "Correct `keep` or `drop`.", step=step.name, units=unknown)
    measured = table if limits["measured_on"] == "current" or raw is None else _aligned(raw, table)
    found = shares(measured.values)
    enough = recipe.function(found, **limits)
    forced_in = np.array([unit in keep for unit in table.units], dtype=bool)
    forced_out = np.array([unit in drop for unit in table.units], dtype=bool)
    stays = (enough | forced_in) & ~forced_out
    if not stays.any():
        problem = "No unit passes."
        raise StepError(problem, "Lower the limit, or impute before screening.", step=step.name)
    reasons = np.select(
        [forced_out, forced_in & ~enough, ~enough & np.isnan(found.nonzero), ~enough],
        ["dropped by name", "kept by name", "no value", recipe.name],
        default="",
    )
    gone = _labels(table.pick(np.flatnonzero(~stays)))
    notes = (f"Left out: {', '.join(gone)}.",) if gone else ()
    details = (_detail(table, found, stays, reasons.tolist()),)
    return Stage(step.name, table.pick(np.flatnonzero(stays)), details, notes)


def _aligned(raw: IndicatorTable, table: IndicatorTable) -> IndicatorTable:
    """Rows of the data as read, in the order of the table at hand."""
    place = {key: row for row, key in enumerate(_keys(raw))}
    return raw.pick(np.array([place[key] for key in _keys(table)], dtype=np.intp))


def _keys(table: IndicatorTable) -> list[tuple[str, int]]:
    return list(zip(table.units, table.times or [0] * len(table), strict=True))


def _labels(table: IndicatorTable) -> list[str]:
    if not table.is_panel:
        return list(table.units)
    return [f"{unit} {time}" for unit, time in _keys(table)]


def _detail(table: IndicatorTable, found: Shares, stays: Flags, reasons: list[str]) -> Detail:
    """One line per row, with COINr's names."""
    panel = table.is_panel
    rows = zip(
        _keys(table),
        found.missing.astype(int).tolist(),
        found.zero.astype(int).tolist(),
        found.available.tolist(),
        [None if share != share else share for share in found.nonzero.tolist()],
        stays.tolist(),
        reasons,
        strict=True,
    )
    return Detail(
        "units",
        (
            "uCode",
            *(["Time"] if panel else []),
            "N_missing",
            "N_zero",
            "Dat_Avail",
            "Non_Zero",
            "Included",
            "Reason",
        ),
        tuple(
            (key[0], *([key[1]] if panel else []), *rest[:-2], int(rest[-2]), rest[-1])
            for key, *rest in rows
        ),
    )
