"""Answers: every survey replicate under every draw of the method.

    (region, survey replicate 0..R, method draw 0..M) -> score;  0 is the estimate, the instrument

So the spread along one axis, along the other and what only both together bring can be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from waspada.index.estimate import estimate
from waspada.index.model import Counts, Flags, Floats, Sample, Tree
from waspada.index.tree import combine_children, turned
from waspada.instrument.framework import Framework
from waspada.instrument.model import Aggregation
from waspada.uncertainty.bootstrap import replicate_region
from waspada.uncertainty.draws import stream_key
from waspada.uncertainty.sensitivity.model import Choice, Draws, Plan
from waspada.uncertainty.sensitivity.run import draw_points
from waspada.uncertainty.sensitivity.split import VarianceSplit, split_variance
from waspada.uncertainty.sensitivity.statistics import quantiles
from waspada.uncertainty.sensitivity.weights import move_weights, weight_codes

ELEMENTS, AGGREGATE = "elements", "aggregate"
"""What of an instrument's method can be chosen otherwise."""

GIVEN, EQUAL = "given", "equal"

CHOICES: Mapping[str, tuple[str, ...]] = {
    ELEMENTS: (GIVEN, EQUAL),
    AGGREGATE: (GIVEN, *(aggregation.value for aggregation in Aggregation)),
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Crossed:
    """values: node -> (n_regions, 1 + n_survey, 1 + n_method), NaN = no score."""

    regions: tuple[str, ...]
    nodes: tuple[str, ...]
    draws: Draws
    values: Mapping[str, Floats]

    def both(self, node: str) -> Floats:
        """(n_regions, n_survey x n_method) scores of all pairs."""
        inner = self.values[node][:, 1:, 1:]
        return inner.reshape(len(inner), -1)

    def survey(self, node: str) -> Floats:
        """(n_regions, n_survey) under the instrument's own method."""
        return self.values[node][:, 1:, 0]

    def method(self, node: str) -> Floats:
        """(n_regions, n_method) of the answers as they are."""
        return self.values[node][:, 0, 1:]

    def estimate(self, node: str) -> Floats:
        return self.values[node][:, 0, 0]

    def split(self, node: str) -> VarianceSplit:
        """Components per region, over replicates and draws."""
        return split_variance(np.moveaxis(self.values[node][:, 1:, 1:], 0, -1))

    def interval(self, node: str, level: float) -> Floats:
        """(n_regions, 2) percentiles over all pairs; NaN where a pair has no score."""
        tail = (1.0 - level) / 2.0
        scores = self.both(node)
        whole = ~np.isnan(scores).any(axis=1)
        found = np.full((len(scores), 2), np.nan)
        found[whole] = quantiles(scores[whole], (tail, 1.0 - tail))
        return found


def cross(
    sample: Sample,
    equal: Sample,
    framework: Framework,
    plan: Plan,
    *,
    seed: int,
    replicates: int,
    draws: int,
    progress: Progress | None = None,
) -> Crossed:
    """Survey replicates of item means, each climbed under each draw of the method.

    sample: with the instrument's element weights. equal: the same answers, elements weighing the
    same. framework: of the instrument; its weights are those around which draws lie.
    A region has the same people drawn in replicate r whatever the method, so the two are crossed.
    Memory: the nodes of the plan for all pairs; items of one region at a time.
    """
    points = draw_points(plan, seed=seed, first=0, last=draws)
    codes = weight_codes(framework)
    base = np.array([[framework.weights[code] for code in codes]]).repeat(draws, axis=0)
    weights = move_weights(
        base, framework, plan, points.chosen, points.noise, points.keys, seed=seed
    )
    methods = _Methods.of(sample.tree, codes, base[:1], weights, plan, points.chosen)
    shape = (len(sample.regions), replicates + 1, draws + 1)
    values = {node: np.full(shape, np.nan) for node in plan.nodes}
    points_of = {GIVEN: estimate(sample).values, EQUAL: estimate(equal).values}
    root = sample.tree.root
    for region, code in enumerate(sample.regions):
        if len(sample.blocks_of[region]):
            items = {}
            for name, one in ((GIVEN, sample), (EQUAL, equal)):
                if name in methods.elements:
                    drawn, _ = replicate_region(one, region, stream_key(seed, code), replicates)
                    own = points_of[name][region : region + 1, :root]
                    items[name] = np.concatenate((own, drawn[:, :root]))
            found = methods.climb(items)
            for node in plan.nodes:
                values[node][region] = found[..., sample.tree.place[node] - root]
        if progress is not None:
            progress(region + 1, len(sample.regions))
    used = Draws(points.number, points.chosen, codes, weights)
    return Crossed(sample.regions, plan.nodes, used, values)


@dataclass(frozen=True)
class _Methods:
    """Draws of the method, the instrument's own first, grouped by what is not a weight.

    groups: (element weights, aggregation or "given", places of the draws).
    weights: branch -> (1 + n_draws, n_children), sum 1.
    """

    tree: Tree
    groups: tuple[tuple[str, str, Counts], ...]
    weights: tuple[Floats, ...]

    @property
    def elements(self) -> frozenset[str]:
        return frozenset(element for element, _, _ in self.groups)

    @classmethod
    def of(
        cls,
        tree: Tree,
        codes: Sequence[str],
        base: Floats,
        drawn: Floats,
        plan: Plan,
        chosen: Counts,
    ) -> _Methods:
        names = (*tree.items, *tree.nodes)
        place = {code: column for column, code in enumerate(codes)}
        everything = np.concatenate((base, drawn))
        weights = []
        for branch in tree.branches:
            own = everything[:, [place[names[child]] for child in branch.children]]
            total = own.sum(axis=1, keepdims=True)
            weights.append(own / np.where(total > 0, total, np.nan))
        elements = _labels(plan, chosen, ELEMENTS)
        rules = _labels(plan, chosen, AGGREGATE)
        pairs = list(zip(elements, rules, strict=True))
        groups = tuple(
            (*pair, np.array([i for i, other in enumerate(pairs) if other == pair], dtype=np.int64))
            for pair in dict.fromkeys(pairs)
        )
        return cls(tree, groups, tuple(weights))

    def climb(self, items: Mapping[str, Floats]) -> Floats:
        """items: element weights -> (n_survey, n_items). Returns (n_survey, n_draws, n_nodes)."""
        n_survey = len(next(iter(items.values())))
        n_draws = sum(len(rows) for _, _, rows in self.groups)
        found = np.full((n_survey, n_draws, len(self.tree.nodes)), np.nan)
        for element, rule, rows in self.groups:
            found[:, rows] = self._climb(items[element], rule, rows)
        return found

    def _climb(self, items: Floats, rule: str, rows: Counts) -> Floats:
        tree = self.tree
        values = np.full((len(items), len(rows), tree.size), np.nan)
        values[..., : tree.root] = items[:, None, :]
        for branch, weights in zip(tree.branches, self.weights, strict=True):
            own = weights[rows]
            aggregation = branch.aggregation if rule == GIVEN else Aggregation(rule)
            lowest = bool((branch.children < tree.root).all())  # the same under every draw
            children = items[:, None, branch.children] if lowest else values[..., branch.children]
            combined = combine_children(
                turned(children, branch),
                np.where(np.isnan(own), 0.0, own),
                aggregation,
                min_share=branch.min_share,
            )
            values[..., branch.position] = combined
        return values[..., tree.root :]


def _labels(plan: Plan, chosen: Counts, target: str) -> list[str]:
    """Alternative of every draw, the instrument's own first."""
    for column, one in enumerate(plan.discrete):
        if isinstance(one, Choice) and one.step == target:
            return [GIVEN, *(str(one.values[place]) for place in chosen[:, column])]
    return [GIVEN] * (len(chosen) + 1)


def without(crossed: Crossed, hidden: Mapping[str, Flags]) -> Crossed:
    """The same with nothing said of some regions, which then take no place in ranks either.

    hidden: node -> (n_regions,).
    """
    values = {
        node: np.where(hidden[node][:, None, None], np.nan, scores)
        for node, scores in crossed.values.items()
    }
    return replace(crossed, values=values)
