"""Step "aggregate": the scores of indicators climb the framework, node by node.

`run` climbs once and says what was missing; `climb_weights` climbs for many sets of weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.indicators import IndicatorTable
from waspada.errors import StepError
from waspada.index.composite import means
from waspada.index.composite.copeland import NET_WINS, SHARES, copeland
from waspada.index.composite.doubt import own_scores
from waspada.index.composite.model import Detail, Step
from waspada.index.composite.normalise import not_mappings
from waspada.index.composite.recipe import REQUIRED, Cannot, Kind, Parameter, Recipe, settle
from waspada.index.model import Flags, Floats
from waspada.instrument.framework import Framework

COUNTED, WEIGHTED = "counted", "weighted"
ALL, TIME = "all", "time"

SHARE_TOLERANCE = 1e-12
"""So that 0.1 + 0.2 carries a rule that asks for 0.3."""

CELLS_AT_ONCE = 4_000_000
"""Numbers of one temporary array in `climb_weights`; 32 MB."""

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


# One set of weights ----------------------------------------------------------------------------


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
    climber = _Climber(framework, plan, step.name, table.units, _blocks(table, step.options))
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


def _blocks(table: IndicatorTable, options: Mapping[str, Any]) -> list[NDArray[np.intp]]:
    """Rows that are compared with each other by recipes that compare units."""
    if options.get("over", ALL) == ALL or table.times is None:
        return [np.arange(len(table))]
    times = np.array(table.times)
    return [np.flatnonzero(times == time) for time in sorted(set(table.times))]


def check_weights(weights: Floats, framework: Framework, *, step: str = "aggregate") -> None:
    """Refuse weights that are negative, not finite, or 0 for all children of a node that counts.

    weights: (n_draws, n_entries), entries as in `framework.entries`. Raises StepError.
    """
    codes = [entry.code for entry in framework.entries]
    bad = ~np.isfinite(weights) | (weights < 0)
    if bad.any():
        draws = np.flatnonzero(bad.any(axis=1))
        raise StepError(
            "A weight is below 0 or no number" + _of_draws(draws, len(weights)) + ".",
            "Weights are 0 or more.",
            step=step,
            indicators=[codes[i] for i in np.flatnonzero(bad.any(axis=0))],
        )
    place = {code: i for i, code in enumerate(codes)}
    for node in framework.aggregates:
        children = [place[child] for child in framework.children(node.code)]
        empty = ~(weights[:, children] > 0).any(axis=1)
        if node.parent is not None:
            empty &= weights[:, place[node.code]] > 0
        if empty.any():
            raise StepError(
                "All children have weight 0" + _of_draws(np.flatnonzero(empty), len(weights)) + ".",
                "Give one of them a weight, or the node itself the weight 0.",
                step=step,
                indicators=[node.code],
            )


def _of_draws(draws: NDArray[np.intp], of: int) -> str:
    if of == 1:
        return ""
    return f" in {len(draws):,} of {of:,} draws, first in draw {int(draws[0]) + 1:,}"


class _Climber:
    """Climbs a framework by a plan; weights may have a leading axis of draws."""

    def __init__(
        self,
        framework: Framework,
        plan: Plan,
        step: str,
        units: Sequence[str],
        blocks: Sequence[NDArray[np.intp]],
    ) -> None:
        self.framework, self.plan, self.step = framework, plan, step
        self.units, self.blocks = units, blocks
        self.place = {entry.code: i for i, entry in enumerate(framework.entries)}
        self.children = {
            node.code: np.array([self.place[c] for c in framework.children(node.code)], np.intp)
            for node in framework.aggregates
        }
        self.direction = np.array([e.direction for e in framework.aggregates], dtype=np.float64)

    def climb(self, values: Floats, weights: Floats) -> Floats:
        """values (n_rows, n_indicators), weights (..., n_entries) -> (..., n_rows, n_nodes)."""
        lead, n = weights.shape[:-1], len(self.framework.indicators)
        scores = np.full((*lead, len(values), len(self.framework.aggregates)), np.nan)
        for k, node in enumerate(self.framework.aggregates):
            children = self.entering(node.code, values, scores)
            own = weights[..., None, self.children[node.code]]
            scores[..., k] = self._combine(node.code, children, own)
        assert n == values.shape[1]
        return scores

    def entering(self, code: str, values: Floats, scores: Floats) -> Floats:
        """(..., n_rows, n_children) children of a node as they enter it, turned where needed."""
        places, n = self.children[code], values.shape[1]
        if (places < n).all():
            return values[:, places]
        above = np.maximum(places - n, 0)
        nodes = scores[..., above]
        turned = (self.direction[above] < 0) & (places >= n)
        if turned.any():
            lower, upper = self.plan[code].parameters["scale"]
            nodes = np.where(turned, lower + upper - nodes, nodes)
        if (places >= n).all():
            return nodes
        return np.where(places < n, values[:, np.minimum(places, n - 1)], nodes)

    def _combine(self, code: str, children: Floats, weights: Floats) -> Floats:
        rule = self.plan[code]
        if not children.shape[-1]:  # a leaf without indicators, of weight 0
            return np.full(np.broadcast_shapes(children.shape[:-1], weights.shape[:-1]), np.nan)
        enough = enough_children(children, weights, rule)
        children = np.where(enough[..., None], children, np.nan)
        try:
            if rule.recipe.name not in COMPARING:
                with np.errstate(over="ignore", invalid="ignore"):  # refused below
                    result: Floats = rule.recipe.function(children, weights, **rule.parameters)
            else:
                children = np.broadcast_to(
                    children, np.broadcast_shapes(children.shape, weights.shape)
                )
                result = np.empty(children.shape[:-1])
                for rows in self.blocks:
                    result[..., rows] = self._compared(rule, children, weights, rows)
        except Cannot as fault:
            raise self._refusal(code, fault) from fault
        there = (~np.isnan(children) & (weights > 0)).any(axis=-1)
        lost = np.isinf(result) | (np.isnan(result) & there)
        if lost.any():
            where = np.flatnonzero(lost.reshape(-1, lost.shape[-1]).any(axis=0)).tolist()
            problem = "The score is too large for a computer number."
            raise self._refusal(code, Cannot(problem, "Normalise the values first.", rows=where))
        return result

    def _compared(
        self, rule: Rule, children: Floats, weights: Floats, rows: NDArray[np.intp]
    ) -> Floats:
        """Scores of some rows, compared with each other alone."""
        try:
            found: Floats = rule.recipe.function(children[..., rows, :], weights, **rule.parameters)
        except Cannot as fault:
            fault.rows = tuple(int(rows[row]) for row in fault.rows)
            raise
        return found

    def _refusal(self, code: str, fault: Cannot) -> StepError:
        children = self.framework.children(code)
        concerned = getattr(fault, "children", range(len(children)))
        return StepError(
            f'Node "{code}": {fault.problem}',
            fault.remedy,
            step=self.step,
            indicators=[children[i] for i in concerned],
            units=list(dict.fromkeys(self.units[row] for row in fault.rows)),
        )


def share_available(children: Floats, weights: Floats, availability: str) -> Floats:
    """Share of the children that count (weight above 0) which have a score: of their number, or
    of their weight. (..., n_rows, n_children) -> (..., n_rows); NaN where none counts."""
    carry = (weights > 0).astype(np.float64) if availability == COUNTED else weights
    total = carry.sum(axis=-1)
    known = np.where(np.isnan(children), 0.0, carry).sum(axis=-1)
    share: Floats = known / np.where(total > 0, total, np.nan)
    return share


def enough_children(children: Floats, weights: Floats, rule: Rule) -> Flags:
    """(..., n_rows) whether a node may have a score by its rule min_share."""
    share = share_available(children, weights, rule.parameters["availability"])
    enough: Flags = share + SHARE_TOLERANCE >= rule.parameters["min_share"]
    return enough


def _availability(
    climber: _Climber,
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


# Many sets of weights ---------------------------------------------------------------------------


def effective_weights(framework: Framework, weights: Floats) -> Floats:
    """Weight of each indicator in the index.

        e_i = product, from the indicator up to the index, of w / (sum of w over its siblings)

    weights: (..., n_entries) >= 0, entries as in `framework.entries`; the index's own is ignored.
    Returns (..., n_indicators), sum 1. An all-arithmetic index of complete data is values @ e.
    Raises StepError as `check_weights`.
    """
    return effective_entries(framework, weights)[..., : len(framework.indicators)]


def effective_entries(framework: Framework, weights: Floats) -> Floats:
    """As `effective_weights`, for every entry, (..., n_entries); each level sums to 1."""
    check_weights(weights.reshape(-1, weights.shape[-1]), framework)
    place = {entry.code: i for i, entry in enumerate(framework.entries)}
    effective = np.zeros(weights.shape)
    effective[..., -1] = 1.0
    for node in reversed(framework.aggregates):
        children = [place[child] for child in framework.children(node.code)]
        own = weights[..., children]
        total = own.sum(axis=-1, keepdims=True)
        shares = own / np.where(total > 0, total, 1.0)
        effective[..., children] = effective[..., [place[node.code]]] * shares
    return effective


def climb_weights(
    values: Floats,
    framework: Framework,
    weights: Floats,
    plan: Plan,
    *,
    nodes: Sequence[str] | None = None,
    step: str = "aggregate",
    units: Sequence[str] = (),
) -> Floats:
    """Scores under many sets of weights.

    values: (n_rows, n_indicators) normalised, NaN = missing, columns as in `framework.codes`.
    weights: (n_draws, n_entries), entries as in `framework.entries`. plan: see `plan_of`.
    nodes: codes of the nodes wanted; all if None. units: (n_rows,) names for messages.
    Returns (n_draws, n_rows, n_nodes). Memory besides the result does not grow with n_draws.
    Raises StepError; unlike a single climb it compares all rows with each other in Copeland.

    All-arithmetic trees of complete data are one matrix product with `effective_weights` per
    node wanted; the others climb, draws side by side.
    """
    check_weights(weights, framework, step=step)
    wanted = tuple(framework.node_codes if nodes is None else nodes)
    place = {code: k for k, code in enumerate(framework.node_codes)}
    result = np.empty((len(weights), len(values), len(wanted)))
    if _is_linear(values, framework, plan):
        for k, code in enumerate(wanted):
            result[..., k] = effective_below(framework, weights, code) @ values.T
        return result
    names = units or [f"row {i + 1}" for i in range(len(values))]
    climber = _Climber(framework, plan, step, names, [np.arange(len(values))])
    columns = [place[code] for code in wanted]
    for draws in _chunks(len(weights), len(values) * len(framework.entries)):
        result[draws] = climber.climb(values, weights[draws])[..., columns]
    return result


def effective_below(framework: Framework, weights: Floats, code: str) -> Floats:
    """(n_draws, n_indicators) weight of each indicator in one node; 0 outside it. NaN in a draw
    where the node's children all have weight 0."""
    place = {entry.code: i for i, entry in enumerate(framework.entries)}
    effective = np.zeros(weights.shape)
    effective[:, place[code]] = 1.0
    for node in reversed(framework.aggregates):
        own = effective[:, [place[node.code]]]
        if not own.any():
            continue
        children = [place[child] for child in framework.children(node.code)]
        total = weights[:, children].sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(own > 0, weights[:, children] / total, 0.0)
        effective[:, children] = own * share
    return effective[:, : len(framework.indicators)]


def _is_linear(values: Floats, framework: Framework, plan: Plan) -> bool:
    return (
        all(rule.recipe.name == "arithmetic" for rule in plan.values())
        and all(node.direction > 0 for node in framework.aggregates)
        and not bool(np.isnan(values).any())
    )


def _chunks(n: int, cells_each: int) -> Iterator[slice]:
    size = max(1, CELLS_AT_ONCE // max(1, cells_each))
    for start in range(0, n, size):
        yield slice(start, start + size)
