"""Aggregate what a build aggregated once more, with other weights."""

from __future__ import annotations

from collections.abc import Mapping

from waspada.index.composite import aggregate
from waspada.index.composite.model import Built
from waspada.index.model import Floats


def aggregate_again(built: Built, weights: Mapping[str, float]) -> Floats:
    """Scores of all nodes, (n_rows, n_nodes), from the same table and the same last step.

    weights: indicator and node -> weight relative to siblings, >= 0.
    """
    scores: Floats = aggregate.run(built.table, built.framework, built.method.steps[-1], weights)[0]
    return scores
