"""Ways of normalising: the recipes, and which indicator goes by which.

`plan_of` gathers indicators that share a recipe; `apply` normalises a bare array by such a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.index.composite import scaling
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe, settle
from waspada.index.composite.scaling import (
    FEWEST,
    INVERSE,
    MEAN,
    MIDDLE,
    MOST,
    PERCENTILES,
    POPULATION,
    REFUSE,
    SAMPLE,
    SIGNED,
    VALUES,
)
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

_CONSTANT = Parameter(
    "constant",
    Kind.TEXT,
    REFUSE,
    "What becomes of an indicator whose values are all equal: refuse, or middle of the scale.",
    choices=(REFUSE, MIDDLE),
)
_TIES = Parameter(
    "ties",
    Kind.TEXT,
    FEWEST,
    "Rank of equal values: the min, mean or max of the ranks they take up.",
    choices=(FEWEST, MEAN, MOST),
)
_CAP = Parameter("cap", Kind.FLAG, False, "Whether scores above the scale are cut to it.")
_HANDBOOK = "OECD/JRC, Handbook on Constructing Composite Indicators (2008), normalisation"


def _number(name: str, default: Any, meaning: str, *, above: float | None = None) -> Parameter:
    return Parameter(name, Kind.NUMBER, default, meaning, above=above)


def _scale(default: float) -> Parameter:
    return _number("scale", default, "Score of a share of 1; above 0.", above=0)


def _recipe(
    name: str,
    function: Callable[..., Floats],
    meaning: str,
    formula: str,
    *parameters: Parameter,
    source: str = _HANDBOOK,
) -> Recipe:
    return Recipe(name, function, meaning, formula, parameters, source)


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _recipe(
            "minmax",
            scaling.minmax,
            "The worst value to the lower end, the best to the upper, the others in proportion.",
            "(s - min s) / (max s - min s) (upper - lower) + lower, s = direction * x",
            _number("lower", 0.0, "Score of the worst value."),
            _number("upper", 100.0, "Score of the best value; above lower."),
            _CONSTANT,
        ),
        _recipe(
            "scaled",
            scaling.scaled,
            "A fixed straight line, 0 at lower and scale at upper; nothing is cut off.",
            "(s - lower) / (upper - lower) scale, s = direction * x",
            _number("lower", 0.0, "Signed value (direction * x) that scores 0."),
            _number("upper", 100.0, "Signed value (direction * x) that scores the scale."),
            _scale(100.0),
            source="COINr, n_scaled",
        ),
        _recipe(
            "zscore",
            scaling.zscore,
            "Distance from the mean in standard deviations.",
            "(s - mean of s) / (sd of s) sd + mean, s = direction * x",
            _number("mean", 0.0, "Mean of the scores."),
            _number("sd", 1.0, "Standard deviation of the scores; above 0.", above=0),
            Parameter(
                "spread",
                Kind.TEXT,
                SAMPLE,
                "sample divides by n - 1, population by n.",
                choices=(SAMPLE, POPULATION),
            ),
            _CONSTANT,
        ),
        _recipe(
            "rank",
            scaling.rank,
            "Place among the units that have a value, 1 = worst.",
            "rank of direction * x",
            _TIES,
        ),
        _recipe(
            "percentile_rank",
            scaling.percentile_rank,
            "Share of the other units that are behind.",
            "(rank - 1) / (n - 1) scale",
            _TIES,
            _scale(1.0),
        ),
        _recipe(
            "borda",
            scaling.borda,
            "Borda points: how many units are behind; brought between lower and upper if given.",
            "rank - 1, or lower + (rank - 1) / (n - 1) (upper - lower)",
            _number("lower", None, "Score of the last unit; with upper."),
            _number("upper", None, "Score of the first unit; with lower."),
            _TIES,
        ),
        _recipe(
            "goalposts",
            scaling.goalposts,
            "Fixed limits in the unit of the indicator; values beyond are cut off.",
            "(x - lower) / (upper - lower) scale + floor; "
            "for direction -1 (upper - x) / (upper - lower) scale + floor",
            _number("lower", REQUIRED, "Lower goalpost, in the unit of the indicator."),
            _number("upper", REQUIRED, "Upper goalpost, in the unit of the indicator."),
            _scale(100.0),
            _number("floor", 0.0, "Score at the worse goalpost."),
            Parameter("truncate", Kind.FLAG, True, "Whether values beyond a goalpost are cut off."),
            source="UNDP, Human Development Report, technical notes",
        ),
        _recipe(
            "distance_to_maximum",
            scaling.distance_to_maximum,
            "1 at the best value, 0 at the worst.",
            "(1 - (max s - s) / (max s - min s)) scale, s = direction * x",
            _scale(1.0),
            _CONSTANT,
        ),
        _recipe(
            "distance_to_reference",
            scaling.distance_to_reference,
            "1 at the value of a reference unit, 0 at the worst value.",
            "(1 - (r - s) / (r - min s)) scale, s = direction * x, r = direction * x of the unit",
            Parameter("unit", Kind.TEXT, REQUIRED, "Code of the reference unit."),
            Parameter("time", Kind.WHOLE, None, "Its time, where a panel is normalised together."),
            _CAP,
            _scale(1.0),
        ),
        _recipe(
            "distance_to_target",
            scaling.distance_to_target,
            "1 at the target, 0 at the worst value.",
            "(x - min x) / (target - min x) scale; "
            "for direction -1 (max x - x) / (max x - target) scale",
            _number(
                "target",
                None,
                "Target in the unit of the indicator; empty: the column Target of the framework.",
            ),
            _CAP,
            _scale(1.0),
        ),
        _recipe(
            "fraction_of_maximum",
            scaling.fraction_of_maximum,
            "Share of the greatest value.",
            "x / max x scale; for direction -1 refused, min x / x, or x / min x (falling)",
            Parameter(
                "falling",
                Kind.TEXT,
                REFUSE,
                "For direction -1: refuse, inverse (min x / x), or signed (x / min x, which gives "
                "the worst unit the highest score, as COINr does).",
                choices=(REFUSE, INVERSE, SIGNED),
            ),
            _scale(1.0),
        ),
        _recipe(
            "share_of_maximum",
            scaling.share_of_maximum,
            "The greatest value is 100: the rule of Bawaslu's IKP. Values of at least 0.",
            "x / max x 100; for direction -1 100 - x / max x 100",
            Parameter(
                "all_zero",
                Kind.TEXT,
                REFUSE,
                "An indicator that is 0 everywhere: refuse, or take the share as zero.",
                choices=(REFUSE, "zero"),
            ),
            source="Bawaslu, Indeks Kerawanan Pemilu 2024",
        ),
        _recipe(
            "categorical",
            scaling.categorical,
            "The score of the class a value falls into; reaching a threshold is in the better one.",
            "scores[number of thresholds reached]",
            Parameter("thresholds", Kind.LIST, REQUIRED, "Rising numbers, low to high."),
            Parameter(
                "scores",
                Kind.LIST,
                None,
                "One more than thresholds, worst class first; empty: 0 to 100 in equal steps.",
            ),
            Parameter(
                "of",
                Kind.TEXT,
                VALUES,
                "Thresholds are values in the unit of the indicator, or percentiles of "
                "direction * x.",
                choices=(VALUES, PERCENTILES),
            ),
        ),
        _recipe(
            "none",
            scaling.none,
            "The value as it is, for values that share a scale already.",
            "direction * x",
        ),
    )
}

OWN_OPTIONS = ("method", "per", "over", "name")


@dataclass(frozen=True)
class Portion:
    """Indicators normalised by one call. columns: their positions. directions: (n_columns,).

    parameters: by name, numbers as arrays (n_columns,).
    """

    recipe: Recipe
    columns: NDArray[np.intp]
    directions: Floats
    parameters: Mapping[str, Any]


Plan = tuple[Portion, ...]


Choice = tuple[Recipe, dict[str, Any]]
"""A recipe and its parameters, settled."""


def settled(options: Mapping[str, Any], framework: Framework) -> dict[str, Choice]:
    """Recipe and parameters of every indicator. Raises Cannot for what `check` reports."""
    base = {k: v for k, v in options.items() if k not in OWN_OPTIONS}
    method, per = options.get("method", "minmax"), options.get("per") or {}
    return {
        indicator.code: settle_one(method, base, per.get(indicator.code, {}), indicator.target)
        for indicator in framework.indicators
    }


def settle_one(
    method: str, base: Mapping[str, Any], own: Mapping[str, Any], target: float | None
) -> Choice:
    chosen = own.get("method", method)
    if chosen not in RECIPES:
        raise Cannot(
            f'There is no normalisation "{chosen}".', f"Choose one of {', '.join(RECIPES)}."
        )
    handed_on = base if chosen == method else {}
    given = {**handed_on, **{k: v for k, v in own.items() if k != "method"}}
    parameters = settle(RECIPES[chosen], given)
    if chosen == "distance_to_target" and parameters["target"] is None:
        parameters["target"] = None if target is None else float(target)
    return RECIPES[chosen], parameters


def plan_of(options: Mapping[str, Any], framework: Framework) -> Plan:
    """Indicators that share a recipe gathered into one call each, for `apply`.

    Raises Cannot for what `check` reports.
    """
    portions: dict[Any, list[tuple[int, Recipe, dict[str, Any]]]] = {}
    for i, (recipe, parameters) in enumerate(settled(options, framework).values()):
        fixed = tuple(
            (k, None if _is_number(v) else repr(v)) for k, v in sorted(parameters.items())
        )
        portions.setdefault((recipe.name, fixed), []).append((i, recipe, parameters))
    directions = np.array([i.direction for i in framework.indicators], dtype=np.float64)
    return tuple(_portion(members, directions) for members in portions.values())


def _portion(members: list[tuple[int, Recipe, dict[str, Any]]], directions: Floats) -> Portion:
    columns = np.array([i for i, _, _ in members], dtype=np.intp)
    _, recipe, first = members[0]
    parameters = {
        k: np.array([own[k] for _, _, own in members]) if _is_number(v) else v
        for k, v in first.items()
    }
    return Portion(recipe, columns, directions[columns], parameters)


def _is_number(value: Any) -> bool:
    return isinstance(value, float)


def apply(values: Floats, plan: Plan, *, reference: int | None = None) -> Floats:
    """Normalise a table whose rows are normalised together; the quick way, without names.

    values: (n_rows, n_indicators), NaN = missing, columns as in the framework of the plan.
    reference: row of the reference unit, for `distance_to_reference`.
    Returns (n_rows, n_indicators). Raises Cannot, without saying which indicator; `run` does.
    """
    scores = np.empty(values.shape)
    for portion in plan:
        x = values[:, portion.columns]
        scores[:, portion.columns] = portion.recipe.function(
            x, direction=portion.directions, **given_to(portion, x, reference)
        )
    return scores


def given_to(portion: Portion, x: Floats, reference: int | None) -> dict[str, Any]:
    """Parameters as the function takes them: the reference unit becomes its values."""
    given = dict(portion.parameters)
    if portion.recipe.name == "distance_to_reference":
        del given["unit"], given["time"]
        given["reference"] = np.full(x.shape[1], np.nan) if reference is None else x[reference]
    return given
