"""Step "aggregate": the scores of indicators climb the framework, node by node.

`run` climbs once and says what was missing; `climb` holds the climbing itself, `rules` the recipes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.climb import Climber, check_weights, share_available
from waspada.index.composite.columns import parts
from waspada.index.composite.model import Detail, Step
from waspada.index.composite.recipe import Cannot, not_mappings
from waspada.index.composite.rules import COUNTED, RECIPES, WEIGHTED, Plan, plan_of
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

__all__ = ["RECIPES", "check", "run"]

ALL, TIME = "all", "time"


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """What the options ask for that the framework does not have."""
    if bad := not_mappings(options.get("per")):
        return bad
    found = []
    levels = {str(node.level) for node in framework.aggregates}
    for key in options.get("per") or {}:
        if str(key) not in levels and key not in framework.node_codes:
            found.append(
                (
                    f'"per" names "{key}", which is neither a node nor a level of nodes.',
                    f"Levels are {', '.join(sorted(levels))}; "
                    f"nodes are {', '.join(framework.node_codes)}.",
                )
            )
    if options.get("over", ALL) not in (ALL, TIME):
        found.append((f'"over" is "{options["over"]}".', 'Write "all" or "time".'))
    try:
        plan = plan_of(options, framework)
    except Cannot as fault:
        return [*found, (fault.problem, fault.remedy)]
    for node in framework.aggregates:
        if node.direction < 0 and node.parent and plan[node.parent].parameters["scale"] is None:
            found.append(
                (
                    f'Node "{node.code}" has direction -1, and no scale is known to turn it on.',
                    "Give scale: [lower, upper] of the normalised values, or make its direction 1.",
                )
            )
    return found


def run(
    table: IndicatorTable, framework: Framework, step: Step, weights: Mapping[str, float]
) -> tuple[Floats, tuple[Detail, ...], tuple[str, ...]]:
    """Scores of all nodes.

    table: normalised values, NaN = missing. weights: code -> weight relative to its siblings.
    Returns scores (n_rows, n_nodes), the table "availability" of every node with a missing child,
    and notes. Raises StepError naming node, indicators and units.
    """
    for problem, remedy in check(step.options, framework):
        raise StepError(problem, remedy, step=step.name)
    plan = plan_of(step.options, framework)
    blocks = list(parts(table, step.options.get("over", ALL)))
    climber = Climber(framework, plan, step.name, table.units, blocks)
    row = _weight_row(weights, framework, step.name)
    check_weights(row[None], framework, step=step.name)
    values = _in_order(table, framework, step.name)
    scores = climber.climb(values, row)
    detail = _availability(climber, values, scores, row, table, framework, plan)
    return scores, (detail,) if detail.rows else (), _notes(scores, framework)


def _weight_row(weights: Mapping[str, float], framework: Framework, step: str) -> Floats:
    entries = [entry.code for entry in framework.entries]
    lacking = [c for c in entries if c not in weights and c != framework.index.code]
    if lacking:
        raise StepError(
            "There is no weight.", "Give each a weight of 0 or more.", step=step, indicators=lacking
        )
    return np.array([weights.get(code, 1.0) for code in entries], dtype=np.float64)


def _in_order(table: IndicatorTable, framework: Framework, step: str) -> Floats:
    place = {code: i for i, code in enumerate(table.indicators)}
    lacking = [code for code in framework.codes if code not in place]
    if lacking:
        raise StepError(
            "The table has no such column.",
            "Add it, or take the indicator out of the framework.",
            step=step,
            indicators=lacking,
        )
    values: Floats = table.values[:, [place[code] for code in framework.codes]]
    if np.isinf(values).any():
        rows, columns = np.nonzero(np.isinf(values))
        raise StepError(
            "The value is infinite.",
            "Correct it, or leave it empty where it is missing.",
            step=step,
            indicators=[framework.codes[i] for i in sorted(set(columns.tolist()))],
            units=[table.units[i] for i in sorted(set(rows.tolist()))],
        )
    return values


def _availability(
    climber: Climber,
    values: Floats,
    scores: Floats,
    row: Floats,
    table: IndicatorTable,
    framework: Framework,
    plan: Plan,
) -> Detail:
    """One line for each unit and node with a missing child."""
    lines = []
    for k, node in enumerate(framework.aggregates):
        children = climber.entering(node.code, values, scores)
        weights = row[climber.children[node.code]]
        counted = share_available(children, weights, COUNTED)
        weighted = share_available(children, weights, WEIGHTED)
        n = int((weights > 0).sum())
        for i in np.flatnonzero(~(counted >= 1.0)):
            state = "scored"
            if np.isnan(scores[i, k]):
                state = "below min_share" if counted[i] > 0 else "no child has a score"
            lines.append(
                (
                    table.units[i],
                    None if table.times is None else table.times[i],
                    node.code,
                    round(float(np.nan_to_num(counted[i])) * n),
                    n,
                    float(np.nan_to_num(counted[i])),
                    float(np.nan_to_num(weighted[i])),
                    plan[node.code].parameters["min_share"],
                    state,
                )
            )
    header = (
        *("unit", "time", "node", "available", "children"),
        *("share_of_children", "share_of_weight", "min_share", "state"),
    )
    return Detail("availability", header, tuple(lines))


def _notes(scores: Floats, framework: Framework) -> tuple[str, ...]:
    missing = int(np.isnan(scores[:, -1]).sum())
    if not missing:
        return ()
    return (
        f'{missing} of {len(scores)} rows have no score "{framework.index.code}"; '
        'the table "availability" says why.',
    )
