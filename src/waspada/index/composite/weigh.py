"""weigh: how much each child counts in its parent.

A recipe is given `Siblings` and its parameters; it gives back `Weighed`, or None where it has
nothing to say about them (their weights stay).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite.balance import correlation_balanced
from waspada.index.composite.doubt import mean_doubt
from waspada.index.composite.judgement import ahp, budget_allocation
from waspada.index.composite.model import Detail, Step
from waspada.index.composite.principal import pca
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe, settle
from waspada.index.composite.siblings import (
    Aggregated,
    Siblings,
    Unfit,
    Weighed,
    arithmetic_scores,
    level_of,
)
from waspada.index.composite.spread import entropy
from waspada.instrument.framework import Framework


def given(
    siblings: Siblings,
    *,
    weights: Mapping[str, Any],
    sets: Mapping[str, Any],
    set: str,
    **_: object,
) -> Weighed:
    """Weights of the framework, a named set over them, single weights over both."""
    chosen = {**siblings.framework.weights, **(sets[set] if set else {}), **weights}
    return Weighed(tuple(float(chosen[code]) for code in siblings.codes))


def equal(siblings: Siblings, **_: object) -> Weighed:
    """The same weight for all siblings."""
    return Weighed((1.0,) * len(siblings.codes))


_LEVELS = Parameter(
    "levels",
    Kind.LIST,
    None,
    "Levels whose members are weighed; 1 = indicators. Other weights stay as they are.",
)
_SCOPE = "group: the children of each node by themselves; level: all members of a level at once."
_HANDBOOK = "OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 6"

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "given",
            given,
            "Weights as the framework has them, a named set or single weights over them.",
            "w_i = weight of i; in its parent i counts w_i / sum of its siblings' weights",
            (
                Parameter("weights", Kind.MAPPING, {}, "CODE: weight >= 0, single ones to change."),
                Parameter(
                    "sets",
                    Kind.MAPPING,
                    {},
                    "NAME: {CODE: weight}, sets to choose from; or a table beside the METHOD file, "
                    "with iCode and a column for each set.",
                ),
                Parameter("set", Kind.TEXT, "", "Name of the set to use; none if left out."),
                _LEVELS,
            ),
            _HANDBOOK,
        ),
        Recipe(
            "equal",
            equal,
            "The same weight for all siblings.",
            "w_i = 1",
            (_LEVELS,),
            _HANDBOOK,
        ),
        Recipe(
            "pca",
            pca,
            "Loadings of the first principal component of the siblings, level 1 unless said.",
            "R v = lambda_max v,  w_i = v_i,  sum v >= 0",
            (
                Parameter("scope", Kind.TEXT, "group", _SCOPE, choices=("group", "level")),
                Parameter(
                    "mixed_signs",
                    Kind.TEXT,
                    "refuse",
                    "What becomes of siblings whose loadings differ in sign: refuse; zero: "
                    "negative ones get no weight; equal: all siblings weigh the same.",
                    choices=("refuse", "zero", "equal"),
                ),
                Parameter("squared", Kind.FLAG, False, "Weights are squared loadings."),
                _LEVELS,
            ),
            "COINr 1.1.14 get_PCA; squared: OECD/JRC Handbook (2008), step 6",
        ),
        Recipe(
            "correlation_balanced",
            correlation_balanced,
            "Weights by which siblings correlate with their parent in the wished proportions.",
            "min_w sum_i (r_i / sum r - t_i / sum t)^2,  r_i = Pearson correlation of i with its "
            "parent (scope group) or with the index (scope level),  w >= 0",
            (
                Parameter("targets", Kind.MAPPING, {}, "CODE: wished share > 0; 1 if left out."),
                Parameter(
                    "aim",
                    Kind.TEXT,
                    "balance",
                    "balance: proportions as wished; maximise: the largest sum of correlations.",
                    choices=("balance", "maximise"),
                ),
                Parameter("scope", Kind.TEXT, "group", _SCOPE, choices=("group", "level")),
                _LEVELS,
            ),
            "Becker, Saisana, Paruolo, Vandecasteele, Ecological Indicators 80 (2017); "
            "COINr 1.1.14 get_opt_weights is scope level",
        ),
        Recipe(
            "budget_allocation",
            budget_allocation,
            "Mean of the points experts gave to siblings.",
            "w_i = mean over experts e of p_ie / sum_j p_je",
            (
                Parameter(
                    "points",
                    Kind.MAPPING,
                    REQUIRED,
                    "CODE: [points of expert 1, 2, ...]; or a table beside the METHOD file, with "
                    "iCode and a column for each expert.",
                ),
                Parameter(
                    "total",
                    Kind.NUMBER,
                    100.0,
                    "Points an expert has for one group of siblings.",
                    above=0.0,
                ),
                Parameter(
                    "any_total",
                    Kind.FLAG,
                    False,
                    "Experts may give away different totals; each counts alike.",
                ),
                _LEVELS,
            ),
            _HANDBOOK,
        ),
        Recipe(
            "ahp",
            ahp,
            "Principal eigenvector of pairwise comparisons, with Saaty's consistency ratio.",
            "A w = lambda_max w,  CR = (lambda_max - n) / (n - 1) / RI_n",
            (
                Parameter(
                    "comparisons",
                    Kind.MAPPING,
                    REQUIRED,
                    "NODE: [[1, 3], [1/3, 1]], row and column i = child i; a_ij = how many times i "
                    "counts more than j.",
                ),
                Parameter(
                    "accept_inconsistent", Kind.FLAG, False, "Accept a consistency ratio above 0.1."
                ),
                _LEVELS,
            ),
            "Saaty, The Analytic Hierarchy Process (1980)",
        ),
        Recipe(
            "entropy",
            entropy,
            "The more unequal an indicator is across units, the more it counts; values >= 0.",
            "w_j = (1 - e_j) / sum (1 - e),  e_j = - sum_i p_ij ln p_ij / ln n,  "
            "p_ij = x_ij / sum_i x_ij",
            (_LEVELS,),
            "Zeleny, Multiple Criteria Decision Making (1982), chapter 7",
        ),
        Recipe(
            "benefit_of_the_doubt",
            mean_doubt,
            "Mean over the units of the weights that suit each best; values >= 0, none missing.",
            "max_w sum_r w_r x_ir  with  sum_r w_r x_jr <= 1 for all j,  "
            "lower <= w_r x_ir / sum_s w_s x_is <= upper",
            (
                Parameter(
                    "lower_share",
                    Kind.NUMBER,
                    0.0,
                    "Least part of a unit's score that comes from one sibling, 0 to 1/k.",
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter(
                    "upper_share",
                    Kind.NUMBER,
                    1.0,
                    "Largest part of a unit's score that comes from one sibling, 1/k to 1.",
                    at_least=0.0,
                    at_most=1.0,
                ),
                Parameter("common", Kind.FLAG, False, "One set of weights for all units."),
                _LEVELS,
            ),
            "Cherchye, Moesen, Rogge, Van Puyenbroeck, Social Indicators Research 82 (2007)",
        ),
    )
}

FROM_DATA = frozenset({"pca", "correlation_balanced", "entropy", "benefit_of_the_doubt"})
"""Recipes that look at the values: they weigh level 1 unless told otherwise; others all levels."""

_OUTSIDE = frozenset({"method", "per", "over", "name"})


def check(options: Mapping[str, Any], framework: Framework) -> list[tuple[str, str]]:
    """Problems of the options that need the framework, each with its remedy."""
    per = _mapping(options, "per")
    own = {str(key): _inherited(options, inner) for key, inner in per.items() if _is_dict(inner)}
    found = list(_problems(options, framework, _reach(options, own, framework)))
    for key, inner in per.items():
        level = _level(key)
        if level is not None:
            reach = set(framework.members(level)) if 1 <= level < framework.height else set()
            if not reach:
                found.append(_no_level(level, framework))
        else:
            reach = set(framework.children(str(key)))
            if not reach:
                found.append(
                    (
                        f'"per" names "{key}", which is no node with children.',
                        "Name the parent of what is to be weighed, or a level.",
                    )
                )
        if _is_dict(inner) and reach:
            found += _problems(inner, framework, reach)
    return found


def _reach(
    options: Mapping[str, Any], per: Mapping[str, Mapping[str, Any]], framework: Framework
) -> set[str]:
    """Codes whose weights the options of the step decide, also by what `per` inherits."""
    method = options.get("method", "given")
    levels = options.get("levels")
    if not isinstance(levels, list) or not levels:
        levels = [1] if method in FROM_DATA else list(range(1, framework.height))
    numbers = {_level(level) for level in levels}
    reach = {code for code in framework.weights if level_of(framework, code) in numbers}
    for key, inner in per.items():
        level = _level(key)
        codes = framework.children(key) if level is None else framework.members(level)
        same = inner.get("method", method) == method
        reach = reach | set(codes) if same else reach - set(codes)
    return reach - {framework.index.code}


def _problems(
    options: Mapping[str, Any], framework: Framework, reach: set[str]
) -> Iterator[tuple[str, str]]:
    """reach: codes whose weights these options decide."""
    codes = framework.weights
    levels = options.get("levels")
    for level in levels if isinstance(levels, list) else ():
        number = _level(level)
        if number is None or not 1 <= number < framework.height:
            yield _no_level(level, framework)
    sets = _mapping(options, "sets")
    name = options.get("set")
    if isinstance(name, str) and name and name not in sets:
        yield (
            f'There is no weight set "{name}".',
            f"There are: {', '.join(map(str, sets)) or 'none'}.",
        )
    single = {word: _mapping(options, word) for word in ("weights", "targets")}
    for where, content in {**single, **{f"sets, {n}": c for n, c in sets.items()}}.items():
        if not _is_dict(content):
            yield f'"{where}" is no mapping.', "Write CODE: weight, one a line."
            continue
        for code, weight in content.items():
            if code not in codes:
                yield f'"{where}" names "{code}", which the framework lacks.', "Correct the code."
            elif where in single and code not in reach:
                yield _no_effect(where, code)
            elif not _is_weight(weight):
                yield (
                    f'"{where}" gives "{code}" the weight {weight!r}.',
                    "A weight is a number of 0 or more.",
                )
    for code in _mapping(options, "points"):
        if code not in codes:
            yield f'"points" names "{code}", which the framework lacks.', "Correct the code."
        elif code not in reach:
            yield _no_effect("points", code)
    for node in _mapping(options, "comparisons"):
        children = framework.children(str(node))
        if not children:
            yield (
                f'"comparisons" names "{node}", which is no node with children.',
                "Name the parent of what is compared.",
            )
        elif not reach & set(children):
            yield _no_effect("comparisons", node)


def _no_effect(where: str, code: object) -> tuple[str, str]:
    return (
        f'"{where}" names "{code}", which this does not weigh.',
        "Look at levels and per, or take it out.",
    )


def _mapping(options: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
    """An option that should be a mapping; empty where it is not: others say so."""
    found = options.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_dict(value: object) -> bool:
    return isinstance(value, Mapping)


def run(
    table: IndicatorTable,
    framework: Framework,
    step: Step,
    weights: Mapping[str, float],
    *,
    aggregated: Aggregated | None = None,
) -> tuple[dict[str, float], tuple[Detail, ...], tuple[str, ...]]:
    """Weights of every indicator and node, relative to their siblings, after this step.

    Levels are weighed from the bottom, so that a score of level 2 is made with the new weights of
    level 1. aggregated: how scores of nodes come from weights; weighted arithmetic means over what
    is there if left out.
    Raises StepError.
    """
    make = aggregated or (lambda w: arithmetic_scores(framework, table, w))
    result = dict(weights)
    details: list[Detail] = []
    notes: list[str] = []
    for node, codes, recipe, parameters in _plan(framework, step):
        siblings = Siblings(node, codes, framework, table, result, make)
        weighed = _weigh(siblings, recipe, parameters, step)
        if weighed is None:
            continue
        result = {**result, **dict(zip(codes, weighed.weights, strict=True))}
        details += weighed.details
        notes += weighed.notes
    _check_weights(framework, result, step)
    return result, _together(details), tuple(notes)


_Plan = tuple[str | None, tuple[str, ...], Recipe, Mapping[str, Any]]


def _plan(framework: Framework, step: Step) -> list[_Plan]:
    """Who is weighed, by which recipe with which parameters, from the lowest level up."""
    per = step.options.get("per", {})
    taken = {str(key) for key in per if _level(key) is None}
    levels_taken = {_level(key) for key in per} - {None}
    plans: list[_Plan] = []
    recipe, parameters = _settled(step, step.options)
    for level in _levels(framework, recipe, parameters):
        if level not in levels_taken:
            plans += _of_level(framework, level, taken, recipe, parameters)
    for key, options in per.items():
        recipe, parameters = _settled(step, _inherited(step.options, options))
        level_key = _level(key)
        if level_key is not None:
            plans += _of_level(framework, level_key, taken, recipe, parameters)
        else:
            plans.append((str(key), framework.children(str(key)), recipe, parameters))
    return sorted(plans, key=lambda plan: level_of(framework, plan[1][0]))


def _of_level(
    framework: Framework,
    level: int,
    taken: set[str],
    recipe: Recipe,
    parameters: Mapping[str, Any],
) -> list[_Plan]:
    """The members of a level: all at once, or group by group without those of `taken`."""
    if parameters.get("scope") == "level":
        return [(None, framework.members(level), recipe, parameters)]
    members = set(framework.members(level))
    groups = ((node.code, framework.children(node.code)) for node in framework.aggregates)
    return [
        (node, codes, recipe, parameters)
        for node, codes in groups
        if codes and codes[0] in members and node not in taken
    ]


def _inherited(options: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    """Options of an entry of `per`: those of the step too, where the method is the same."""
    method = options.get("method", "given")
    if own.get("method", method) != method:
        return own
    return {"method": method, **{k: v for k, v in options.items() if k not in _OUTSIDE}, **own}


def _settled(step: Step, options: Mapping[str, Any]) -> tuple[Recipe, Mapping[str, Any]]:
    name = options.get("method", "given")
    if name not in RECIPES:
        raise StepError(
            f'There is no way of weighing called "{name}".',
            f"There are: {', '.join(RECIPES)}.",
            step=step.name,
        )
    own = {key: value for key, value in options.items() if key not in _OUTSIDE}
    try:
        return RECIPES[name], settle(RECIPES[name], own)
    except Cannot as fault:
        raise StepError(fault.problem, fault.remedy, step=step.name) from fault


def _levels(framework: Framework, recipe: Recipe, parameters: Mapping[str, Any]) -> list[int]:
    if parameters["levels"]:
        return sorted({int(level) for level in parameters["levels"]})
    return [1] if recipe.name in FROM_DATA else list(range(1, framework.height))


def _weigh(
    siblings: Siblings, recipe: Recipe, parameters: Mapping[str, Any], step: Step
) -> Weighed | None:
    try:
        weighed: Weighed | None = recipe.function(siblings, **parameters)
    except Cannot as fault:
        columns = fault.columns if isinstance(fault, Unfit) else range(len(siblings.codes))
        raise StepError(
            f"{fault.problem} (Among the siblings of {siblings.label}.)",
            fault.remedy,
            step=step.name,
            indicators=[siblings.codes[k] for k in columns],
            units=[siblings.table.units[row] for row in fault.rows],
        ) from fault
    return weighed


def _check_weights(framework: Framework, weights: Mapping[str, float], step: Step) -> None:
    """Every weight finite and >= 0; not all siblings 0, unless their parent has weight 0."""
    bad = [code for code, weight in weights.items() if not isfinite(weight) or weight < 0]
    if bad:
        raise StepError(
            "A weight is negative or no number.",
            "Weights are numbers of 0 or more.",
            step=step.name,
            indicators=bad,
        )
    for node in framework.aggregates:
        children = framework.children(node.code)
        counts = node.parent is None or weights[node.code] > 0
        if counts and children and not any(weights[child] > 0 for child in children):
            raise StepError(
                f'All children of "{node.code}" have weight 0.',
                "Give one of them a weight, or the node itself the weight 0.",
                step=step.name,
                indicators=children,
            )


def _together(details: list[Detail]) -> tuple[Detail, ...]:
    """Side tables of the same name as one."""
    joined: dict[str, Detail] = {}
    for detail in details:
        before = joined.get(detail.name)
        joined[detail.name] = (
            detail if before is None else replace(before, rows=before.rows + detail.rows)
        )
    return tuple(joined.values())


def _level(key: object) -> int | None:
    """A level written as a number or as text; None for anything else."""
    if isinstance(key, bool):
        return None
    if isinstance(key, int):
        return key
    return int(key) if isinstance(key, str) and key.isdecimal() else None


def _is_weight(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and isfinite(value)
        and value >= 0
    )


def _no_level(level: object, framework: Framework) -> tuple[str, str]:
    return (
        f"Level {level!r} has no weights.",
        f"Levels with weights are 1 to {framework.height - 1}.",
    )
