"""Ways to fill the gaps of a table: columns, groups, rows, time, a joint distribution.

Each takes `Gaps` and parameters and returns `Filled`; what it cannot fill stays missing. Measured
values are never changed, and nothing filled in one step serves to fill another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.index.composite.multiple import conditional_means, draw_missing
from waspada.index.composite.recipe import Cannot
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

Basis = NDArray[np.object_]


class CannotFill(Cannot):
    """A recipe that works on several indicators at once cannot do its job on these columns."""

    def __init__(self, cause: Cannot, columns: NDArray[np.intp]) -> None:
        self.columns = columns
        super().__init__(cause.problem, cause.remedy, rows=cause.rows)


@dataclass(frozen=True)
class Gaps:
    """What imputation may look at: rows that belong together, all indicators, as measured.

    values: (n_rows, n_indicators), NaN = missing. wanted: (n_indicators,) those to fill.
    units, times: (n_rows,); times None without a time. groups: code -> (n_rows,) label, "" where
    none.
    """

    values: Floats
    wanted: NDArray[np.bool_]
    units: tuple[str, ...]
    times: NDArray[np.int64] | None
    groups: Mapping[str, NDArray[np.str_]]
    indicators: tuple[str, ...]
    framework: Framework

    def blocks(self, level: int) -> list[NDArray[np.intp]]:
        """Columns below the same node of a level, where there is a gap to fill."""
        if not 2 <= level <= self.framework.height:
            raise Cannot(
                f"There is no level {level} to impute within.",
                f"Give a level from 2 to {self.framework.height}; the highest takes all together.",
            )
        place = {code: column for column, code in enumerate(self.indicators)}
        found = (
            np.array([place[c] for c in self.framework.leaves(node) if c in place], dtype=np.intp)
            for node in self.framework.members(level)
        )
        gaps = np.isnan(self.values).any(axis=0) & self.wanted
        return [block for block in found if gaps[block].any()]

    def varied(self, level: int) -> list[NDArray[np.intp]]:
        """`blocks` without indicators that have all their values, and all the same."""
        least, most = _ends(self.values)
        silent = (least == most) & ~np.isnan(self.values).any(axis=0)
        return [block[~silent[block]] for block in self.blocks(level)]


@dataclass(frozen=True)
class Filled:
    """values: (n_rows, n_indicators); measured cells as they were, gaps filled where possible.

    basis: (n_rows, n_indicators) text, what a filled cell rests on; None where the recipe says
    it all. draws: (m, n_rows, n_indicators) the completed tables of a multiple imputation.
    """

    values: Floats
    basis: Basis | None = None
    draws: Floats | None = None


def leave(gaps: Gaps) -> Filled:
    """Nothing is filled."""
    return Filled(gaps.values)


def constant(gaps: Gaps, *, value: float) -> Filled:
    """x = value, in the unit of the indicator."""
    return Filled(_fill(gaps.values, np.float64(value)))


def column_centre(gaps: Gaps, *, centre: str, otherwise: str = "refuse") -> Filled:
    """x = mean or median of the measured values of the indicator."""
    return Filled(_fill(gaps.values, centre_of(gaps.values, centre)))


def group_centre(gaps: Gaps, *, centre: str, group: str, otherwise: str = "refuse") -> Filled:
    """x = mean or median of the measured values of the indicator in the unit's group.

    otherwise: "column" falls back to all units where a unit has no group or the group no value.
    Raises Cannot where the table has no such group.
    """
    if group not in gaps.groups:
        raise Cannot(
            f'The data have no group "{group}".',
            f"Name one of: {', '.join(gaps.groups) or 'none is there'}.",
        )
    labels = gaps.groups[group]
    values = gaps.values.copy()
    basis = np.full(values.shape, "", dtype=object)
    for label in np.unique(labels[labels != ""]):
        rows = np.flatnonzero(labels == label)
        values[rows] = _fill(gaps.values[rows], centre_of(gaps.values[rows], centre))
        basis[rows] = str(label)
    if otherwise == "column":
        basis[np.isnan(values)] = "all units"
        values = _fill(values, centre_of(gaps.values, centre))
    return Filled(values, basis)


def row_centre(
    gaps: Gaps, *, centre: str, level: int = 2, scale: str = "minmax", otherwise: str = "refuse"
) -> Filled:
    """x = mean or median of the unit's own values in the same part of the framework.

        z = (d x - min) / (max - min),    x = d (min + (max - min) centre of the unit's z)

    d: direction; min and max: of d x over the rows. scale: "minmax" as above, or "none" where the
    indicators share a scale already. level: indicators below the same node of this level count
    together; 2 = one parent. An indicator whose values are all equal has no scale: it says
    nothing about the others, and its own gaps get that value.
    """
    directions = {indicator.code: indicator.direction for indicator in gaps.framework.indicators}
    values = gaps.values.copy()
    for block in gaps.blocks(level):
        x = gaps.values[:, block]
        if scale == "none":
            values[:, block] = _fill(x, centre_of(x, centre, axis=1)[:, None])
            continue
        d = np.array([float(directions[gaps.indicators[column]]) for column in block])
        least, most = _ends(x * d)
        spread = most - least
        z = (x * d - least) / np.where(spread > 0, spread, np.nan)
        filling = d * (least + spread * centre_of(z, centre, axis=1)[:, None])
        values[:, block] = _fill(x, np.where(spread == 0, d * least, filling))
    return Filled(values)


def latest(
    gaps: Gaps, *, back: int | None = None, beginning: str = "leave", otherwise: str = "leave"
) -> Filled:
    """x = the unit's last measured value before; its time is the basis.

    back: how many times of the table to look back at most, None = all. beginning: "nearest"
    fills times before the first measured value with that one.
    """
    series, times, (row, time) = _series(gaps)
    before = _before(series)
    steps = np.arange(len(times))[None, :, None]
    reach = len(times) if back is None else back
    source = np.where(steps - before > reach, -1, before)
    if beginning == "nearest":
        first = _after(series)[:, :1]
        source = np.where((before < 0) & (first < len(times)), first, source)
    values = np.where(source < 0, np.nan, _take(series, np.maximum(source, 0)))
    basis = np.where(source < 0, "", times.astype(str)[source])
    return Filled(_fill(gaps.values, values[row, time]), basis[row, time].astype(object))


def linear(gaps: Gaps, *, ends: str = "nearest", otherwise: str = "leave") -> Filled:
    """x on the straight line in time between the unit's measured values before and after.

    ends: outside its measured times a unit gets the nearest value, or is left missing ("leave").
    """
    series, times, (row, time) = _series(gaps)
    before, after = _before(series), _after(series)
    last = len(times) - 1
    outside = (before < 0) | (after > last)
    left = np.where(before < 0, np.minimum(after, last), before)
    right = np.where(after > last, left, after)
    span = times[right] - times[left]
    share = (times[None, :, None] - times[left]) / np.where(span > 0, span, 1)
    low, high = _take(series, left), _take(series, right)
    values = np.where(span > 0, low + share * (high - low), low)
    if ends == "leave":
        values = np.where(outside, np.nan, values)
    names = times.astype(str)
    between = np.char.add(np.char.add(names[left], " to "), names[right])
    basis = np.where(span > 0, between, names[left])
    return Filled(_fill(gaps.values, values[row, time]), basis[row, time].astype(object))


def em(gaps: Gaps, *, level: int = 2, ridge: float = 0.0, otherwise: str = "refuse") -> Filled:
    """x = its expectation given what is measured of the unit; see `multiple.conditional_means`."""
    values = gaps.values.copy()
    for block in gaps.varied(level):
        try:
            values[:, block] = conditional_means(gaps.values[:, block], ridge=ridge)
        except Cannot as error:
            raise CannotFill(error, block) from error
    return Filled(values)


def multiple(
    gaps: Gaps,
    *,
    imputations: int = 20,
    seed: int = 1,
    level: int = 2,
    ridge: float = 0.0,
    limits: str = "none",
    otherwise: str = "refuse",
) -> Filled:
    """x drawn several times given what is measured of the unit; see `multiple.draw_missing`.

    values: the mean of the completed tables. limits: "observed" keeps draws between the lowest
    and the highest measured value of the indicator.
    """
    draws = np.repeat(gaps.values[None], imputations, axis=0)
    names = [
        unit if gaps.times is None else f"{unit}\0{gaps.times[row]}"
        for row, unit in enumerate(gaps.units)
    ]
    for block in gaps.varied(level):
        x = gaps.values[:, block]
        try:
            drawn = draw_missing(
                x,
                rows=names,
                columns=[gaps.indicators[column] for column in block],
                seed=seed,
                imputations=imputations,
                ridge=ridge,
            )
        except Cannot as error:
            raise CannotFill(error, block) from error
        draws[:, :, block] = np.clip(drawn, *_ends(x)) if limits == "observed" else drawn
    return Filled(_fill(gaps.values, draws.mean(axis=0)), draws=draws)


def centre_of(x: Floats, centre: str, axis: int = 0) -> Floats:
    """Mean or median of what is there along an axis; NaN where nothing is."""
    x = np.moveaxis(x, axis, 0)
    there = ~np.isnan(x)
    count = there.sum(axis=0)
    if centre == "mean":
        total = np.where(there, x, 0.0).sum(axis=0)
        return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    ordered = np.sort(x, axis=0)  # NaN comes last
    middle = np.stack([np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(x) - 1)])
    low, high = np.take_along_axis(ordered, middle, axis=0)
    return np.asarray((low + high) / 2.0)


def _fill(values: Floats, filling: Floats | np.float64) -> Floats:
    return np.where(np.isnan(values), filling, values)


def _ends(x: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest value of each column; NaN where there is none."""
    there = ~np.isnan(x)
    none = ~there.any(axis=0)
    least = np.where(there, x, np.inf).min(axis=0, initial=np.inf)
    most = np.where(there, x, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(none, np.nan, least), np.where(none, np.nan, most)


# Time ---------------------------------------------------------------------------------------------


def _series(
    gaps: Gaps,
) -> tuple[Floats, NDArray[np.int64], tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(n_units, n_times, n_indicators) values, NaN also where a unit lacks a time; the times; the
    place of each row."""
    if gaps.times is None:
        raise Cannot(
            "The data have no time, so there is no earlier or later value.",
            "Give the data a column Time, or impute by column, group or row.",
        )
    times, time = np.unique(gaps.times, return_inverse=True)
    units, unit = np.unique(np.array(gaps.units), return_inverse=True)
    series = np.full((len(units), len(times), gaps.values.shape[1]), np.nan)
    series[unit, time] = gaps.values
    return series, times, (unit, time)


def _before(series: Floats) -> NDArray[np.intp]:
    """Place of the last time with a value, this one or earlier; -1 where there is none."""
    steps = np.arange(series.shape[1])[None, :, None]
    return np.asarray(np.maximum.accumulate(np.where(np.isnan(series), -1, steps), axis=1))


def _after(series: Floats) -> NDArray[np.intp]:
    """Place of the next time with a value, this one or later; n_times where there is none."""
    backwards = _before(series[:, ::-1])[:, ::-1]
    return np.asarray(np.where(backwards < 0, series.shape[1], series.shape[1] - 1 - backwards))


def _take(series: Floats, places: NDArray[np.intp]) -> Floats:
    return np.take_along_axis(series, places, axis=1)
