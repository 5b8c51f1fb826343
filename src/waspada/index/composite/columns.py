"""Which recipe each indicator gets: the step's own, or that of its entry under `per`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.recipe import Cannot, Recipe, settle

OVER = ("all", "time")
NOT_PARAMETERS = ("method", "per", "name", "over")
"""Options of a step that are no parameters of its recipe."""


@dataclass(frozen=True)
class Choice:
    """A recipe with all its parameters. columns: places of the indicators that get it."""

    recipe: Recipe
    parameters: Mapping[str, Any]
    columns: NDArray[np.intp]


def choose(
    options: Mapping[str, Any], recipes: Mapping[str, Recipe], codes: Sequence[str]
) -> tuple[Choice, ...]:
    """One choice per recipe and set of parameters, in the order of the indicators.

    An entry under `per` that names no method, or the step's own one, starts from the step's
    parameters; one with another method starts from the defaults of that method. Without a method
    of its own a step leaves alone the indicators that `per` does not name. The options have no
    `faults`.
    """
    found: dict[str, tuple[Recipe, dict[str, Any], list[int]]] = {}
    per = options.get("per") or {}
    for place, code in enumerate(codes):
        method, given = _entry(options, per.get(code, {}))
        parameters = settle(recipes[method], given)
        key = f"{method} {sorted(parameters.items())!r}"
        found.setdefault(key, (recipes[method], parameters, []))[2].append(place)
    return tuple(Choice(r, p, np.array(c, dtype=np.intp)) for r, p, c in found.values())


def faults(
    options: Mapping[str, Any], recipes: Mapping[str, Recipe], codes: Sequence[str]
) -> list[tuple[str, str]]:
    """What is wrong with the options of a step: (problem, remedy) each."""
    found: list[tuple[str, str]] = []
    per = options.get("per") or {}
    over = options.get("over", "all")
    if over not in OVER:
        found.append((f'"over" is {over!r}.', f"It takes one of: {', '.join(OVER)}."))
    if not isinstance(per, Mapping):
        return [*found, ('"per" is no mapping.', "Write it as {CODE: {method: ...}, ...}.")]
    if "method" not in options and not per:
        found.append(("No method is named.", f"Name one of: {', '.join(recipes)}."))
    for code in per:
        if code not in codes:
            found.append((f'"per" names "{code}", which is no indicator.', "Correct the code."))
    for code, entry in (("", {}), *per.items()):
        where = f' for "{code}"' if code else ""
        if not isinstance(entry, Mapping | str):
            found.append((f'The entry{where} under "per" is {entry!r}.', "Write {method: ...}."))
            continue
        method, given = _entry(options, entry)
        if method not in recipes:
            found.append(
                (f'There is no method "{method}"{where}.', f"Name one of: {', '.join(recipes)}.")
            )
            continue
        try:
            settle(recipes[method], given)
        except Cannot as error:
            found.append((f"{error.problem[:-1]}{where}.", error.remedy))
    return found


def _entry(options: Mapping[str, Any], entry: Any) -> tuple[str, dict[str, Any]]:
    """Method and parameters of one indicator."""
    own = str(options.get("method", "none"))
    given = {"method": entry} if isinstance(entry, str) else dict(entry)
    method = str(given.pop("method", own))
    if method != own:
        return method, given
    base = {name: value for name, value in options.items() if name not in NOT_PARAMETERS}
    return method, {**base, **given}


def parts(table: IndicatorTable, over: str) -> Iterator[NDArray[np.intp]]:
    """Rows that share one set of parameters: all, or those of one time after the other."""
    if over == "time" and table.times is not None:
        times = np.asarray(table.times)
        for time in sorted(set(table.times)):  # np.unique would load numpy.ma
            yield np.flatnonzero(times == time)
    else:
        yield np.arange(len(table), dtype=np.intp)


def row_name(table: IndicatorTable, row: int) -> str:
    """The unit of a row as messages name it, with its time where there is one."""
    unit = table.units[row]
    return unit if table.times is None else f"{unit} {table.times[row]}"


def row_names(table: IndicatorTable, rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(row_name(table, row) for row in rows)
