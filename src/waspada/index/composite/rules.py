"""Rules of aggregation: by which recipe, with which parameters, each node comes about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from waspada.index.composite import means
from waspada.index.composite.copeland import NET_WINS, SHARES, copeland
from waspada.index.composite.doubt import own_scores
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe, settle
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

COUNTED, WEIGHTED = "counted", "weighted"

COMMON = (
    Parameter(
        "min_share",
        Kind.NUMBER,
        0.0,
        "Share of a node's children that must have a score, 0 to 1; below it the node has none.",
        at_least=0,
        at_most=1,
    ),
    Parameter(
        "availability",
        Kind.TEXT,
        COUNTED,
        "Whether min_share counts the children or adds up their weights.",
        choices=(COUNTED, WEIGHTED),
    ),
    Parameter(
        "scale",
        Kind.LIST,
        None,
        "Lower and upper end of the scale, [0, 100] for example; a node of direction -1 enters its "
        "parent as lower + upper - x. Needed only where there is one.",
    ),
)
"""Parameters of all recipes; a node inherits those of the step."""

_ZERO = Parameter(
    "zero",
    Kind.TEXT,
    means.REFUSE,
    'What becomes of a child at 0: refuse the run, or take the limit, a mean of 0 ("limit").',
    choices=(means.REFUSE, means.LIMIT),
)
_HANDBOOK = (
    "OECD/JRC, Handbook on Constructing Composite Indicators (2008), weighting and aggregation"
)


def _recipe(
    name: str,
    function: Callable[..., Floats],
    meaning: str,
    formula: str,
    *own: Parameter,
    source: str = _HANDBOOK,
) -> Recipe:
    return Recipe(name, function, meaning, formula, (*own, *COMMON), source)


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _recipe(
            "arithmetic",
            means.arithmetic,
            "Weighted mean: a strong child makes up in full for a weak one.",
            "sum w x / sum w",
        ),
        _recipe(
            "geometric",
            means.geometric,
            "Weighted geometric mean: a weak child pulls more than a strong one lifts. "
            "Needs values above 0.",
            "exp( sum w ln x / sum w )",
            _ZERO,
        ),
        _recipe(
            "reversed_geometric",
            means.reversed_geometric,
            "Geometric mean of what is lacking to the upper end, turned back: one high child pulls "
            "more than a low one.",
            "upper - (g - 1) / 9 (upper - lower), g = geometric mean of "
            "1 + 9 (upper - x) / (upper - lower)",
            Parameter("lower", Kind.NUMBER, 0.0, "Lower end of the children's scale."),
            Parameter("upper", Kind.NUMBER, 10.0, "Upper end of the children's scale."),
            source="INFORM Risk Index, Concept and Methodology (JRC, 2017)",
        ),
        _recipe(
            "harmonic",
            means.harmonic,
            "Weighted harmonic mean: pulled down by a weak child more than the geometric mean. "
            "Needs values above 0.",
            "sum w / sum (w / x)",
            _ZERO,
        ),
        _recipe(
            "generalised",
            means.generalised,
            "Power mean: 1 is arithmetic, 0 geometric, -1 harmonic, -.inf the smallest child, "
            ".inf the largest. Needs values of at least 0, above 0 for a power of at most 0.",
            "( sum w x^p / sum w )^(1/p)",
            Parameter("power", Kind.NUMBER, REQUIRED, "The power p, any number."),
            _ZERO,
            source="Hardy, Littlewood and Polya, Inequalities (1934), chapter 2",
        ),
        _recipe(
            "median",
            means.median,
            "Weighted median: outlying children do not count by how far they lie.",
            "the value with half of the weight on either side",
        ),
        _recipe(
            "mazziotta_pareto",
            means.mazziotta_pareto,
            "Mean less (or plus) a penalty for imbalance. For values around 100: zscore with "
            "mean 100 and sd 10, or minmax from 70 to 130.",
            "M - S^2 / M, or M + S^2 / M",
            Parameter(
                "penalty",
                Kind.TEXT,
                means.DOWNWARD,
                "Downward where a high index is good, upward where it is bad.",
                choices=(means.DOWNWARD, means.UPWARD),
            ),
            source="Mazziotta and Pareto (2016, weights 2022)",
        ),
        _recipe(
            "copeland",
            copeland,
            "How many units it beats, less how many beat it, weighing each child's comparison. "
            "Only the order within each child counts.",
            "#{j: o_ij > 1/2} - #{j: o_ij < 1/2}, o_ij = share of weight in which i is ahead of j",
            Parameter(
                "score",
                Kind.TEXT,
                NET_WINS,
                "net_wins counts pairs; shares adds up the shares of weight.",
                choices=(NET_WINS, SHARES),
            ),
            source="Copeland (1951); Munda and Nardo (2009)",
        ),
        _recipe(
            "benefit_of_the_doubt",
            own_scores,
            "Score of each unit under the weights that suit it best; no unit scores above 1 under "
            "them. The weights of the framework play no part, but for 0. Values >= 0; a unit has "
            "all children or none.",
            "max_w sum_r w_r x_ir  with  sum_r w_r x_jr <= 1 for all j,  "
            "lower <= w_r x_ir / sum_s w_s x_is <= upper",
            Parameter(
                "lower_share",
                Kind.NUMBER,
                0.0,
                "Least part of a unit's score that comes from one child, 0 to 1/k.",
                at_least=0,
                at_most=1,
            ),
            Parameter(
                "upper_share",
                Kind.NUMBER,
                1.0,
                "Largest part of a unit's score that comes from one child, 1/k to 1.",
                at_least=0,
                at_most=1,
            ),
            source="Cherchye, Moesen, Rogge, Van Puyenbroeck, Social Indicators Research 82 (2007)",
        ),
    )
}

COMPARING = frozenset({"copeland", "benefit_of_the_doubt"})
"""Recipes by which a unit's score depends on the other units."""


@dataclass(frozen=True)
class Rule:
    """How one node comes about. parameters: those of its recipe, settled."""

    recipe: Recipe
    parameters: Mapping[str, Any]


Plan = Mapping[str, Rule]
"""Rule of every node, by code."""

_OWN_OPTIONS = ("method", "per", "over", "name")


def plan_of(options: Mapping[str, Any], framework: Framework) -> Plan:
    """The rule of every node: the step's, that of its level, that of the node itself.

    Raises Cannot for what `check` reports.
    """
    base = {k: v for k, v in options.items() if k not in _OWN_OPTIONS}
    method = options.get("method", "arithmetic")
    per = {str(key): entry for key, entry in (options.get("per") or {}).items()}
    plan = {}
    for node in framework.aggregates:
        own = per.get(node.code, per.get(str(node.level), {}))
        plan[node.code] = _rule(method, base, own)
    return plan


def _rule(method: str, base: Mapping[str, Any], own: Mapping[str, Any]) -> Rule:
    chosen = own.get("method", method)
    if chosen not in RECIPES:
        raise Cannot(f'There is no aggregation "{chosen}".', f"Choose one of {', '.join(RECIPES)}.")
    common = {parameter.name for parameter in COMMON}
    handed_on = {k: v for k, v in base.items() if chosen == method or k in common}
    given = {**handed_on, **{k: v for k, v in own.items() if k != "method"}}
    rule = Rule(RECIPES[chosen], settle(RECIPES[chosen], given))
    scale = rule.parameters["scale"]
    if scale is not None and not _is_scale(scale):
        raise Cannot(
            f'The parameter "scale" is {scale!r}.',
            "Give the lower and the upper end of the scale, for example [0, 100].",
        )
    if chosen == "reversed_geometric" and not rule.parameters["lower"] < rule.parameters["upper"]:
        raise Cannot(
            "The parameters lower and upper are out of order.", "Give the smaller number first."
        )
    return rule


def _is_scale(scale: Sequence[Any]) -> bool:
    plain = all(isinstance(end, int | float) and not isinstance(end, bool) for end in scale)
    return len(scale) == 2 and plain and bool(np.all(np.isfinite(scale))) and scale[0] < scale[1]
