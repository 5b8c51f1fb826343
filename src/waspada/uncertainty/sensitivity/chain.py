"""The steps of a method up to aggregation, each computed once for all draws that share it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import build
from waspada.index.composite.impute import multiply_impute
from waspada.index.composite.model import Method, Stage, Step, StepKind
from waspada.instrument.framework import Framework
from waspada.uncertainty.sensitivity.model import (
    Choice,
    Discrete,
    Exclusion,
    Imputations,
    Special,
)

KEPT_BY_METHOD = ("per", "over")
"""Options that stay when another method is chosen by name, as `--set STEP.method=` keeps them."""


@dataclass(frozen=True)
class Prepared:
    """What is aggregated. rows: places of its rows in the raw table. weights: code -> weight.

    framework: directions as they are after normalising.
    """

    table: IndicatorTable
    framework: Framework
    rows: NDArray[np.intp]
    weights: dict[str, float]
    aggregate: Step


@dataclass
class Chain:
    """Runs variants of a method; what two variants have in common runs once.

    runs: steps computed so far.
    """

    framework: Framework
    table: IndicatorTable
    method: Method
    runs: int = 0
    _kept: dict[Hashable, Any] = field(default_factory=dict)

    def prepare(self, chosen: Sequence[tuple[Discrete, int]] = ()) -> Prepared:
        """chosen: an alternative (its place) for each discrete input; none: the method as it is.

        Raises StepError.
        """
        steps = varied_steps(self.method, chosen)
        outside = _left_out(chosen)
        imputed = {one.step: (k, len(one.labels)) for one, k in _imputations(chosen)}
        key: tuple[Hashable, ...] = ("without", *outside)
        state = self._once(key, partial(self._begin, outside))
        last = steps[-1]
        for step in steps[:-1]:
            draw = imputed.get(step.name)
            looks_on = repr(last.options) if step.kind is StepKind.WEIGH else ""
            key = (*key, step.name, repr(step.options), draw, looks_on)
            state = self._once(key, partial(self._advance, step, state, last, draw))
        return self._ready(state, last)

    def _once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """Computed, or as it was the last time; a refusal is kept too."""
        if key not in self._kept:
            self.runs += 1
            try:
                self._kept[key] = compute()
            except StepError as error:
                self._kept[key] = error
        found = self._kept[key]
        if isinstance(found, StepError):
            raise found
        return found

    def _begin(self, outside: Sequence[str]) -> build.State:
        kept = np.array([unit not in outside for unit in self.table.units], dtype=bool)
        if not kept.any():
            problem = "All units are left out."
            raise StepError(problem, "Leave out fewer.", step="leave_out", units=outside)
        table = self.table if kept.all() else self.table.pick(np.flatnonzero(kept))
        return build.State((Stage(build.RAW, table),), (self.framework.weights,))

    def _advance(
        self, step: Step, before: build.State, last: Step, draw: tuple[int, int] | None
    ) -> build.State:
        if draw is None or not np.isnan(before.table.values).any():
            return build.advance(self.framework, before, step, last)
        place, m = draw
        key = ("imputed", id(before), step.name, repr(step.options), m)
        draws = partial(multiply_impute, before.table, self.framework, step, m=m)
        tables = self._once(key, draws)
        return replace(
            before,
            stages=(*before.stages, Stage(step.name, tables[place])),
            weights=(*before.weights, before.weights[-1]),
        )

    def _ready(self, state: build.State, step: Step) -> Prepared:
        weights = dict(state.weights[-1])
        build.refuse_empty(state.table, self.framework, weights, step.name)
        facing = build.all_upward(self.framework) if state.turned else self.framework
        rows = self._places(state.table)
        return Prepared(state.table, facing, rows, weights, step)

    def _places(self, table: IndicatorTable) -> NDArray[np.intp]:
        """Places in the raw table of the rows that are left."""
        if table.units == self.table.units and table.times == self.table.times:
            return np.arange(len(table))
        place = {key: row for row, key in enumerate(row_keys(self.table))}
        return np.array([place[key] for key in row_keys(table)], dtype=np.intp)


def _left_out(chosen: Sequence[tuple[Discrete, int]]) -> tuple[str, ...]:
    groups = [one.sets[k] for one, k in chosen if isinstance(one, Exclusion) and one.of_units]
    return tuple(sorted({code for group in groups for code in group}))


def _imputations(chosen: Sequence[tuple[Discrete, int]]) -> list[tuple[Imputations, int]]:
    return [(one, k) for one, k in chosen if isinstance(one, Imputations)]


def varied_steps(method: Method, chosen: Sequence[tuple[Discrete, int]]) -> tuple[Step, ...]:
    """The steps of a method with the chosen alternatives in their place."""
    changes: dict[str, list[tuple[str | None, Any]]] = {}
    for one, place in chosen:
        if isinstance(one, Choice):
            changes.setdefault(one.step, []).append((one.option, one.values[place]))
    steps = []
    for step in method.steps:
        changed: Step | None = step
        for option, value in changes.get(step.name, []):
            if value is Special.DROP:
                changed = None
            elif changed is not None and value is not Special.GIVEN:
                changed = change_step(changed, option, value)
        if changed is not None:
            steps.append(changed)
    return tuple(steps)


def change_step(step: Step, option: str | None, value: Any) -> Step:
    """A step with one option changed.

    option: None for all options at once, or another method where value is a word; "method" keeps
    only `per` and `over` beside the new one; "per.CODE.OPTION" for a single indicator or node.
    """
    options = dict(step.options)
    if option is None and not isinstance(value, str):
        options = dict(value)
    elif option in (None, "method"):
        options = {"method": value, **{k: options[k] for k in KEPT_BY_METHOD if k in options}}
    elif option is not None and option.startswith("per.") and option.count(".") >= 2:
        code, _, name = option.removeprefix("per.").rpartition(".")
        per = dict(options.get("per") or {})
        options["per"] = {**per, code: {**dict(per.get(code) or {}), name: value}}
    elif option is not None:
        options[option] = value
    return replace(step, options=options)


def row_keys(table: IndicatorTable) -> list[tuple[str, int | None]]:
    """Unit and time of every row."""
    times: Sequence[int | None] = table.times or (None,) * len(table)
    return list(zip(table.units, times, strict=True))
