"""Build a composite index: the steps of a method in order, every stage kept.

After each step the chain looks for itself: no value is infinite, no unit vanishes but by
screening, no indicator loses all its values, and what became missing or constant is noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.method import (
    check_method,
    step_module,
    with_choices,
    without_step,
)
from waspada.index.composite.model import Built, Method, Stage, Step, StepKind
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

RAW = "raw"
"""Name of the stage before the first step."""

MOST_NAMED = 12
"""Units or indicators a note names."""


@dataclass(frozen=True)
class State:
    """Where a build stands.

    stages: so far, "raw" first. weights: code -> weight after each of them. turned: whether
    indicators were turned by their direction already.
    """

    stages: tuple[Stage, ...]
    weights: tuple[Mapping[str, float], ...]
    turned: bool = False

    @property
    def table(self) -> IndicatorTable:
        return self.stages[-1].table


def build(framework: Framework, table: IndicatorTable, method: Method) -> Built:
    """The index, its levels and all stages.

    table: indicators in the order of the framework. Directions are applied once, by the first
    step that normalises; for later steps every indicator counts as direction +1.
    Raises MethodError for a method that does not fit the framework, StepError where a step cannot
    do its job, both before anything half done comes out.
    """
    check_method(method, framework)
    if table.indicators != framework.codes:
        raise ValueError("The columns of the table are not the indicators of the framework.")
    start = Stage(RAW, table, notes=_constant_notes(table, None))
    _refuse_infinite(table, RAW)
    return _go_on(framework, method, State((start,), (framework.weights,)), method.steps)


def rebuild(built: Built, choices: Mapping[str, Any], drop: Sequence[str] = ()) -> Built:
    """The same build with options changed and steps left out; see `with_choices`.

    Stages before the first changed step are taken over, not computed again.
    """
    changed = built.method
    for name in drop:
        changed = without_step(changed, name, built.framework)
    if choices:
        changed = with_choices(changed, choices, built.framework)
    return rebuild_as(built, changed)


def rebuild_as(built: Built, method: Method) -> Built:
    """Another method on the same data; equal first steps are not computed again."""
    check_method(method, built.framework)
    same = 0
    for old, new in zip(built.method.steps, method.steps, strict=False):
        if old != new or new.kind is StepKind.AGGREGATE:
            break
        same += 1
    turned = any(step.kind is StepKind.NORMALISE for step in method.steps[:same])
    state = State(built.stages[: same + 1], built.weights_after[: same + 1], turned)
    return _go_on(built.framework, method, state, method.steps[same:])


def _go_on(framework: Framework, method: Method, state: State, steps: Sequence[Step]) -> Built:
    for step in steps[:-1]:
        state = advance(framework, state, step, steps[-1])
    return _finish(framework, method, state, steps[-1])


def advance(framework: Framework, state: State, step: Step, last: Step) -> State:
    """One step further.

    framework: with the directions of the raw indicators. step: any but the aggregation. last: the
    aggregation, for weights that look at scores of nodes.
    Raises StepError where the step cannot do its job or leaves what no later step may see.
    """
    module, table = step_module(step.kind), state.table
    facing = all_upward(framework) if state.turned else framework
    weights = state.weights[-1]
    if step.kind is StepKind.WEIGH:

        def scores_with(tried: Mapping[str, float]) -> Floats:
            scores: Floats = step_module(last.kind).run(table, facing, last, tried)[0]
            return scores

        weights, details, notes = module.run(table, facing, step, weights, aggregated=scores_with)
        stage = Stage(step.name, table, tuple(details), tuple(notes))
    elif step.kind is StepKind.SCREEN:
        stage = module.run(table, facing, step, state.stages[0].table)
    else:
        stage = module.run(table, facing, step)
    return State(
        (*state.stages, _watched(stage, table, step)),
        (*state.weights, weights),
        state.turned or step.kind is StepKind.NORMALISE,
    )


def all_upward(framework: Framework) -> Framework:
    """The framework after its indicators were turned: every direction is +1. Nodes keep theirs."""
    return replace(
        framework, indicators=tuple(replace(i, direction=1) for i in framework.indicators)
    )


def _finish(framework: Framework, method: Method, state: State, step: Step) -> Built:
    table, weights = state.table, state.weights[-1]
    refuse_empty(table, framework, weights, step.name)
    facing = all_upward(framework) if state.turned else framework
    scores, details, notes = step_module(step.kind).run(table, facing, step, weights)
    if np.isinf(scores).any():
        rows, nodes = np.nonzero(np.isinf(scores))
        raise StepError(
            "A score is infinite.",
            "Look for values near 0 under a geometric or harmonic mean.",
            step=step.name,
            indicators=[framework.node_codes[k] for k in sorted(set(nodes.tolist()))],
            units=[table.labels[row] for row in sorted(set(rows.tolist()))],
        )
    if np.isnan(scores[:, -1]).all():
        problem = f'No unit has a score of the index "{framework.index.code}".'
        raise StepError(problem, "Impute, or lower the share asked for.", step=step.name)
    return Built(
        framework=framework,
        method=method,
        stages=state.stages,
        weights=weights,
        scores=scores,
        notes=(*_own_notes(method), *notes),
        details=tuple(details),
        weights_after=state.weights,
    )


def aggregated(built: Built, weights: Mapping[str, float]) -> Floats:
    """(n_rows, n_nodes) scores of what was aggregated, under other weights. Raises StepError.

    Indicators have been turned by their direction, by the step that normalised; aggregation turns
    nodes only, so no direction counts twice.
    """
    turned = any(step.kind is StepKind.NORMALISE for step in built.method.steps)
    facing = all_upward(built.framework) if turned else built.framework
    last = built.method.steps[-1]
    scores: Floats = step_module(last.kind).run(built.table, facing, last, weights)[0]
    return scores


def _own_notes(method: Method) -> tuple[str, ...]:
    if any(step.kind is StepKind.NORMALISE for step in method.steps):
        return ()
    return ("No step normalises: the values are combined on the scales they have.",)


# What the chain looks for ---------------------------------------------------------------------


def _watched(stage: Stage, before: IndicatorTable, step: Step) -> Stage:
    """The stage with notes on what became missing or constant; StepError for what may not be."""
    after = stage.table
    if after is before:
        return stage
    _refuse_infinite(after, step.name)
    if step.kind is not StepKind.SCREEN and _keys(after) != _keys(before):
        raise StepError("Units came or went.", "Only `screen` may do that.", step=step.name)
    same = before if len(after) == len(before) else _rows_of(before, after)
    gone = np.isnan(after.values) & ~np.isnan(same.values)
    lost = np.isnan(after.values).all(axis=0) & ~np.isnan(before.values).all(axis=0)
    if lost.any():
        raise StepError(
            "No unit has a value any more.",
            "Leave the indicator out of META, or give it another treatment in `per`.",
            step=step.name,
            indicators=[after.indicators[k] for k in np.flatnonzero(lost)],
        )
    notes = (*stage.notes, *_lost_notes(after, gone, step), *_constant_notes(after, before))
    return replace(stage, notes=notes)


def _keys(table: IndicatorTable) -> list[tuple[str, int]]:
    return list(zip(table.units, table.times or [0] * len(table), strict=True))


def _rows_of(before: IndicatorTable, after: IndicatorTable) -> IndicatorTable:
    place = {key: row for row, key in enumerate(_keys(before))}
    return before.pick(np.array([place[key] for key in _keys(after)], dtype=np.intp))


def _refuse_infinite(table: IndicatorTable, step: str) -> None:
    infinite = np.isinf(table.values)
    if infinite.any():
        raise StepError(
            "A value is infinite.",
            "Correct it in the data; a division or logarithm of 0 makes one too.",
            step=step,
            indicators=[table.indicators[k] for k in np.flatnonzero(infinite.any(axis=0))],
            units=[table.labels[row] for row in np.flatnonzero(infinite.any(axis=1))],
        )


def refuse_empty(
    table: IndicatorTable, framework: Framework, weights: Mapping[str, float], step: str
) -> None:
    """Raise StepError for an indicator of weight above 0 that nobody has a value of: its siblings
    would speak for it. step: the aggregation about to run."""
    empty = np.isnan(table.values).all(axis=0)
    codes = [table.indicators[k] for k in np.flatnonzero(empty)]
    counting = [code for code in codes if weights.get(code, 1.0) > 0]
    if counting:
        raise StepError(
            "No unit has a value.",
            "Give it weight 0 or take it out of META, or add its data.",
            step=step,
            indicators=counting,
        )


def _lost_notes(table: IndicatorTable, gone: Any, step: Step) -> tuple[str, ...]:
    if step.kind is StepKind.DENOMINATE or not gone.any():
        return ()  # denomination tells what it lost, with the reason
    labels = table.labels
    cells = [f"{table.indicators[k]} of {labels[row]}" for row, k in np.argwhere(gone).tolist()]
    return (f"{len(cells)} values became missing: {_listed(cells)}.",)


def _constant_notes(table: IndicatorTable, before: IndicatorTable | None) -> tuple[str, ...]:
    """Indicators in which no unit differs from another, where that is new."""
    new = _constant(table.values)
    if before is not None:
        new &= ~_constant(before.values)
    if len(table) < 2 or not new.any():
        return ()
    codes = [table.indicators[k] for k in np.flatnonzero(new)]
    return (f"All units have the same value of {_listed(codes)}: it tells none apart.",)


def _constant(values: Floats) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(n_indicators,) columns with values that are all the same."""
    there = ~np.isnan(values)
    low = np.where(there, values, np.inf).min(axis=0, initial=np.inf)
    high = np.where(there, values, -np.inf).max(axis=0, initial=-np.inf)
    return np.asarray(low == high)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
