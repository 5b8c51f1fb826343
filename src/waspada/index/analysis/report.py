"""All tables of an analysis of a build, in the order in which one reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from waspada.errors import StepError
from waspada.index.analysis.availability import node_availability, unit_availability
from waspada.index.analysis.comparison import compare_versions
from waspada.index.analysis.components import component_tables
from waspada.index.analysis.correlation import (
    CorrelationKind,
    correlation_flags,
    correlation_table,
    cross_correlations,
    denominator_correlations,
    parent_correlations,
)
from waspada.index.analysis.influence import (
    arithmetic_without,
    each_alone,
    effective_weights_table,
    leave_out,
    leave_out_tables,
)
from waspada.index.analysis.profile import strengths_and_weaknesses, unit_summary
from waspada.index.analysis.reliability import reliability_tables
from waspada.index.analysis.statistics import indicator_statistics
from waspada.index.composite.model import Built, Detail, Step
from waspada.index.model import Floats

Rerun = Callable[[Mapping[str, float]], Floats]
"""Weights of every code -> scores of all nodes, by the aggregation of the build."""


def analyse(
    built: Built,
    rerun: Rerun,
    *,
    kind: CorrelationKind = CorrelationKind.PEARSON,
    sources: Mapping[str, Sequence[str]] | None = None,
    other: Built | None = None,
) -> tuple[Detail, ...]:
    """Every table that can be made of a build; names are unique.

    rerun: aggregates the same table with other weights; used where the closed form does not hold.
    sources: name of a source -> indicators that come from it. other: a second version to compare.
    """
    return (
        *_of_data(built, kind),
        *_of_structure(built, kind),
        *_of_influence(built, rerun, sources or {}),
        *_of_units(built),
        *(_compared(built, other) if other is not None else ()),
    )


def _of_data(built: Built, kind: CorrelationKind) -> list[Detail]:
    """Statistics after every step that changed the values; availability as measured."""
    found: list[Detail] = []
    before = None
    for stage in built.stages:
        if stage.table is not before:
            found.append(indicator_statistics(stage.table, name=f"statistics_{stage.step}"))
        before = stage.table
    raw = built.stages[0].table
    return [
        *found,
        unit_availability(raw),
        node_availability(built.framework, raw),
        denominator_correlations(raw, kind=kind),
    ]


def _of_structure(built: Built, kind: CorrelationKind) -> list[Detail]:
    """Correlations, components and reliability on what was aggregated."""
    framework, table, scores = built.framework, built.table, built.scores
    found = [
        correlation_table(
            framework, table, scores, levels=(level, level), kind=kind,
            name=f"correlations_level_{level}",
        )
        for level in range(1, framework.height)
    ]  # fmt: skip
    found.append(parent_correlations(framework, table, scores, kind=kind))
    found.append(cross_correlations(framework, table, scores, kind=kind))
    found.append(correlation_flags(framework, table, kind=kind))
    levels = range(1, framework.height)
    found += _joined([component_tables(framework, table, scores, level=lev) for lev in levels])
    found += _joined([reliability_tables(framework, table, scores, level=lev) for lev in levels])
    raw, _ = reliability_tables(framework, built.stages[0].table)
    return [*found, replace(raw, name="reliability_raw")]


def _joined(of_levels: Sequence[tuple[Detail, ...]]) -> list[Detail]:
    """Tables of the same kind of several levels as one."""
    return [
        replace(same[0], rows=tuple(row for detail in same for row in detail.rows))
        for same in zip(*of_levels, strict=True)
    ]


def _of_influence(built: Built, rerun: Rerun, sources: Mapping[str, Sequence[str]]) -> list[Detail]:
    framework = built.framework
    with_weights = scores_with(built, rerun)
    alone = each_alone(framework, range(1, framework.height))
    found = leave_out(framework, built.weights, alone, with_weights)
    tables = [
        effective_weights_table(framework, built.weights),
        *leave_out_tables(built.table, found),
    ]
    if sources:
        without = leave_out(framework, built.weights, sources, with_weights)
        tables += leave_out_tables(built.table, without, name="leave_source_out")
    return tables


def scores_with(built: Built, rerun: Rerun) -> Callable[[Sequence[Mapping[str, float]]], Floats]:
    """Scores of the index under sets of weights: in closed form where the index is arithmetic on a
    fixed table, else by aggregating again; weights the aggregation refuses give NaN."""
    framework, table = built.framework, built.table
    if is_plain_arithmetic(built.method.steps[-1]) and all(
        node.direction > 0 for node in framework.aggregates
    ):
        return lambda weights: arithmetic_without(framework, table, weights)

    def again(weights: Sequence[Mapping[str, float]]) -> Floats:
        columns = []
        for one in weights:
            try:
                columns.append(rerun(one)[:, -1])
            except StepError:
                columns.append(np.full(len(table), np.nan))
        return np.column_stack(columns)

    return again


def is_plain_arithmetic(step: Step) -> bool:
    """Whether every node is the weighted mean of whatever children have a score."""
    options = {key: value for key, value in step.options.items() if value not in (None, {})}
    plain = options.get("method") == "arithmetic" and not options.get("min_share", 0.0)
    return plain and set(options) <= {"method", "min_share", "availability", "scale", "over"}


def _of_units(built: Built) -> list[Detail]:
    return [
        unit_summary(built.framework, built.table, built.scores),
        strengths_and_weaknesses(built.framework, built.table),
    ]


def _compared(built: Built, other: Built) -> tuple[Detail, ...]:
    return compare_versions(
        (_keys(built), _keys(other)), (built.scores[:, -1], other.scores[:, -1])
    )


def _keys(built: Built) -> list[str]:
    table = built.table
    if table.times is None or len(set(table.times)) < 2:
        return list(table.units)
    return [f"{unit} {time}" for unit, time in zip(table.units, table.times, strict=True)]
