"""From children to parents: weighted means up the tree, with each node's missing-data rule."""

from __future__ import annotations

import numpy as np

from waspada.index.composite.means import LIMIT, generalised
from waspada.index.model import Branch, Flags, Floats, Tree
from waspada.instrument.model import Aggregation, Instrument, Node

SHARE_TOLERANCE = 1e-12
"""So that 0.1 + 0.2 carries a rule that asks for 0.3."""


def build_tree(instrument: Instrument) -> Tree:
    """The arithmetic of an instrument's tree; weights are normalised among siblings here."""
    items = tuple(item.code for item in instrument.index_items)
    nodes = tuple(node.code for node in instrument.nodes)
    place = {code: len(items) + i for i, code in enumerate(nodes)}
    item_place = {code: i for i, code in enumerate(items)}
    branches = tuple(
        _branch(instrument, node, place, item_place)
        for node in reversed(instrument.nodes)
        if instrument.items_of(node.code) or instrument.children(node.code)
    )
    return Tree(items, nodes, branches, _below(len(items), len(nodes), branches))


def _branch(
    instrument: Instrument, node: Node, place: dict[str, int], item_place: dict[str, int]
) -> Branch:
    items, nodes = instrument.items_of(node.code), instrument.children(node.code)
    weights = np.array([*(i.weight for i in items), *(n.weight for n in nodes)], dtype=float)
    return Branch(
        position=place[node.code],
        children=np.array(
            [*(item_place[i.code] for i in items), *(place[n.code] for n in nodes)], dtype=np.intp
        ),
        weights=weights / weights.sum(),
        directions=np.array([1.0] * len(items) + [float(n.direction) for n in nodes]),
        aggregation=node.aggregation,
        min_share=node.min_share,
        power=node.power,
    )


def _below(n_items: int, n_nodes: int, branches: tuple[Branch, ...]) -> Flags:
    below = np.zeros((n_items, n_items + n_nodes), dtype=bool)
    below[np.arange(n_items), np.arange(n_items)] = True
    for branch in branches:
        below[:, branch.position] = below[:, branch.children].any(axis=1)
    return below


def climb(items: Floats, tree: Tree, *, given: Floats | None = None, refuse: bool = True) -> Floats:
    """Scores of all nodes from the scores of the items.

        node = M(children that have a score; their weights, renormalised)

    items: (..., n_items), each in [0, 100] or NaN; leading axes are regions, replicates, ...
    given: (..., n_nodes) scores that are known already and win over the arithmetic; NaN = none.
    refuse: apply each node's min_share; False takes whatever children there are.
    Returns (..., n_items + n_nodes); NaN where a node has no score: no child has one, or the
    children that have one carry less than `min_share` of the weight.
    """
    values = np.full((*items.shape[:-1], tree.size), np.nan)
    values[..., : len(tree.items)] = items
    if given is not None:
        values[..., len(tree.items) :] = given
    for branch in tree.branches:
        computed = combine_children(
            turned(values[..., branch.children], branch),
            branch.weights,
            branch.aggregation,
            min_share=branch.min_share if refuse else 0.0,
            power=branch.power,
        )
        known = values[..., branch.position]
        values[..., branch.position] = np.where(np.isnan(known), computed, known)
    return values


def turned(children: Floats, branch: Branch) -> Floats:
    """Children as they enter their parent: x, or 100 - x where the direction is -1."""
    return np.where(branch.directions > 0, children, 100.0 - children)


def combine_children(
    children: Floats,
    weights: Floats,
    aggregation: Aggregation,
    *,
    min_share: float,
    power: float = 1.0,
) -> Floats:
    """Weighted mean of the children that have a score.

        arithmetic  sum w x / sum w
        geometric   exp( sum w ln x / sum w )
        harmonic    sum w / sum (w / x)
        generalised ( sum w x^p / sum w )^(1/p), p = power

    children: (..., n_children) in [0, 100], NaN = no score. weights: (n_children,) > 0, sum 1.
    A child at 0 makes the geometric and the harmonic mean 0, and the generalised one of a power
    of at most 0: that is their limit.
    Returns (...,): between lowest and highest child; NaN if the share of weight with a score is
    below min_share, or none has one.

    Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), weighting and
    aggregation.
    """
    has_score = ~np.isnan(children)
    available = np.where(has_score, weights, 0.0)
    total = available.sum(axis=-1)
    known = np.where(has_score, children, 50.0)
    refused = (total + SHARE_TOLERANCE < min_share) | ~has_score.any(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        match aggregation:
            case Aggregation.ARITHMETIC:
                mean = (available * known).sum(axis=-1) / total
            case Aggregation.GEOMETRIC:
                logs = np.where(has_score, np.log(known), 0.0)
                mean = np.exp((available * logs).sum(axis=-1) / total)
            case Aggregation.HARMONIC:
                mean = total / (available / known).sum(axis=-1)
            case Aggregation.GENERALISED:
                scores = np.maximum(children, 0.0)  # turned, 100 may have become -1e-14
                mean = generalised(scores, weights, power=power, zero=LIMIT)
    return np.where(refused, np.nan, mean)
