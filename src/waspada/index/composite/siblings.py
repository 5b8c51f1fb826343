"""What a recipe of weights is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.model import Floats
from waspada.instrument.framework import Framework

Aggregated = Callable[[Mapping[str, float]], Floats]
"""Weights of every code -> scores (n_rows, n_nodes), nodes as in `framework.aggregates`."""


class Unfit(Cannot):
    """A function on bare arrays cannot use some columns. columns: their positions."""

    def __init__(
        self, problem: str, remedy: str, *, columns: Iterable[int], rows: Sequence[int] = ()
    ) -> None:
        self.columns = tuple(int(column) for column in columns)
        super().__init__(problem, remedy, rows=rows)


@dataclass(frozen=True)
class Siblings:
    """The children of one node, or all members of a level.

    node: their parent; None for a whole level. codes: of the children, in the framework's order.
    weights: of every code as they stand. aggregated: makes node scores from weights.
    """

    node: str | None
    codes: tuple[str, ...]
    framework: Framework
    table: IndicatorTable
    weights: Mapping[str, float]
    aggregated: Aggregated

    @property
    def top(self) -> str:
        """The node whose score the siblings are held against: parent, or index for a level."""
        return self.node if self.node is not None else self.framework.index.code

    @property
    def label(self) -> str:
        """For the first column of a side table."""
        if self.node is not None:
            return self.node
        return f"level {level_of(self.framework, self.codes[0])}"

    def values(self) -> Floats:
        """(n_rows, n_codes) indicators as they stand, or node scores made with `weights`."""
        return columns_of(self.framework, self.table, self.codes, self.weights, self.aggregated)


@dataclass(frozen=True)
class Weighed:
    """Weights of siblings, in their order, relative to each other; side tables; notes."""

    weights: tuple[float, ...]
    details: tuple[Detail, ...] = ()
    notes: tuple[str, ...] = ()


def level_of(framework: Framework, code: str) -> int:
    """Level of an indicator (1) or a node."""
    nodes = {node.code: node.level for node in framework.aggregates}
    return nodes.get(code, 1)


def columns_of(
    framework: Framework,
    table: IndicatorTable,
    codes: Sequence[str],
    weights: Mapping[str, float],
    aggregated: Aggregated,
) -> Floats:
    """(n_rows, n_codes) values of indicators and scores of nodes."""
    places = {code: place for place, code in enumerate(table.indicators)}
    if all(code in places for code in codes):
        return table.values[:, [places[code] for code in codes]]
    nodes = {code: place for place, code in enumerate(framework.node_codes)}
    scores = aggregated(weights)
    return np.column_stack(
        [
            table.values[:, places[code]] if code in places else scores[:, nodes[code]]
            for code in codes
        ]
    )


def arithmetic_scores(
    framework: Framework, table: IndicatorTable, weights: Mapping[str, float]
) -> Floats:
    """Scores of all nodes by weighted arithmetic means over what is there.

        y = sum_i w_i x_i / sum_i w_i over the children with a value

    Returns (n_rows, n_nodes), NaN where no child with a weight has a value.
    """
    columns = {code: table.values[:, k] for k, code in enumerate(table.indicators)}
    for node in framework.aggregates:
        children = framework.children(node.code)
        x = np.column_stack([columns[child] for child in children])
        w = np.array([weights[child] for child in children])
        there = ~np.isnan(x)
        carried = there @ w
        total = np.where(there, x, 0.0) @ w
        columns[node.code] = np.divide(
            total, carried, out=np.full(len(x), np.nan), where=carried > 0
        )
    return np.column_stack([columns[code] for code in framework.node_codes])
