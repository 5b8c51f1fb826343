"""One unit at a time: its place at every node, where it is strong and where it is weak."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.table import ancestor, cell, ranks, row_names, values_of
from waspada.index.composite.model import Detail
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework


class LastPlace(StrEnum):
    """Whether an indicator in which a unit shares the last place is passed over."""

    NO_STRENGTH = "no_strength"
    PASSED_OVER = "passed_over"
    KEPT = "kept"


def unit_summary(
    framework: Framework,
    table: IndicatorTable,
    scores: Floats,
    *,
    levels: Sequence[int] | None = None,
    units: Sequence[str] | None = None,
) -> Detail:
    """Score and rank of units at nodes and indicators, the index first.

    levels: which ones, all if left out. units: which ones, all if left out. Ranks are over all rows
    of the table, 1 = highest, and empty without a score.
    """
    wanted = sorted(set(levels or range(1, framework.height + 1)), reverse=True)
    members = [(level, code) for level in wanted for code in framework.members(level)]
    codes = [code for _, code in members]
    names = {entry.code: entry.name for entry in framework.entries}
    values = values_of(framework, table, scores, codes)
    places = ranks(values)
    head, rows = row_names(table)
    shown = _rows(table, units)
    body = tuple(
        (
            *rows[row], level, code, names[code], cell(values[row, k]),
            None if np.isnan(places[row, k]) else int(places[row, k]),
        )
        for row in shown
        for k, (level, code) in enumerate(members)
    )  # fmt: skip
    return Detail("unit_summary", (*head, "level", "code", "name", "score", "rank"), body)


def strengths_and_weaknesses(
    framework: Framework,
    table: IndicatorTable,
    *,
    count: int = 5,
    units: Sequence[str] | None = None,
    turn: bool = False,
    within: str | None = None,
    least_unique: float = 0.0,
    last_place: LastPlace = LastPlace.NO_STRENGTH,
    level: int = 2,
) -> Detail:
    """The indicators in which a unit ranks best, and those in which it ranks worst.

    An indicator without a value of the unit is passed over. Equal ranks stand in the order of the
    framework; of indicators it ranks worst in, the worst stands last.
    turn: values are as measured, so those of direction -1 are turned first. within: a group column;
    ranks are then those within the unit's own group. least_unique: indicators whose share of
    distinct values is not above this are passed over (0 keeps all). last_place: an indicator in
    which the unit shares the worst rank is no strength (default), passed over altogether, or kept.
    level: of the node that is named with each indicator.
    """
    directions = np.array([indicator.direction for indicator in framework.indicators], dtype=float)
    values = values_of(framework, table, None, framework.codes)
    groups = table.groups[within] if within is not None else ("",) * len(table)
    places, worst = _grouped_ranks(values * directions if turn else values, groups)
    usable = _distinct_enough(values, least_unique)
    head, rows = row_names(table)
    body: list[tuple[object, ...]] = []
    for row in _rows(table, units):
        there = ~np.isnan(places[row]) & usable
        last = places[row] == worst[row]
        for word, chosen in _chosen(places[row], there, last, count, last_place):
            for position, k in enumerate(chosen, start=1):
                indicator = framework.indicators[k]
                body.append(
                    (
                        *rows[row], word, position, indicator.code, indicator.name,
                        ancestor(framework, indicator.code, level) or "",
                        int(places[row, k]), cell(values[row, k]), indicator.unit,
                    )
                )  # fmt: skip
    header = (
        *head, "kind", "position", "indicator", "name", "group", "rank", "value", "unit_of_measure",
    )  # fmt: skip
    return Detail("strengths_weaknesses", header, tuple(body))


def _rows(table: IndicatorTable, units: Sequence[str] | None) -> list[int]:
    return [row for row, unit in enumerate(table.units) if units is None or unit in units]


def _grouped_ranks(values: Floats, groups: Sequence[str]) -> tuple[Floats, Floats]:
    """Ranks within the group of each row, and the worst rank there."""
    labels = np.array(groups)
    places, worst = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for label in sorted(set(groups)):
        members = labels == label
        found = ranks(values[members])
        places[members] = found
        worst[members] = np.where(np.isnan(found), -np.inf, found).max(axis=0)
    return places, worst


def _distinct_enough(values: Floats, least: float) -> Flags:
    """(n_indicators,) share of distinct values, a missing one being one more, above `least`."""
    shares = [len(np.unique(column)) / len(column) for column in values.T]
    return np.array(shares) > least


def _chosen(
    places: Floats, there: Flags, last: Flags, count: int, rule: LastPlace
) -> list[tuple[str, list[int]]]:
    """Positions of the strengths, best first, and of the weaknesses, worst last."""

    def ordered(flags: Flags) -> list[int]:
        positions = np.flatnonzero(flags)
        return [int(k) for k in positions[np.argsort(places[positions], kind="stable")]]

    strong = there if rule is LastPlace.KEPT else there & ~last
    weak = there & ~last if rule is LastPlace.PASSED_OVER else there
    worst = ordered(weak)
    return [
        ("strength", ordered(strong)[:count]),
        ("weakness", worst[max(len(worst) - count, 0) :]),
    ]
