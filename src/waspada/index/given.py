"""Scores that come from outside: published totals, recorded dimensions."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from waspada.errors import AnswersError, Fault
from waspada.index.model import Floats, GivenScores, Tree
from waspada.index.tree import climb


def climb_given(given: GivenScores, tree: Tree) -> tuple[Floats, Floats]:
    """Scores of all nodes from scores given at any level.

    A given score wins over what its children would make of it; where none is given, children are
    combined by the node's own rule. Items carry nothing here.

    Returns given and climbed scores, (n_regions, n_nodes) each, regions in sorted order.
    Raises AnswersError for a score outside 0..100, for a node the tree does not have, and for a
    region given twice.
    """
    _check(given, tree)
    order = sorted(range(len(given.regions)), key=lambda r: given.regions[r])
    entered = np.full((len(given.regions), len(tree.nodes)), np.nan)
    columns = [tree.nodes.index(node) for node in given.nodes]
    entered[:, columns] = given.values[order]
    items = np.full((len(order), len(tree.items)), np.nan)
    return entered, climb(items, tree, given=entered)[:, tree.root :]


def fingerprint_scores(given: GivenScores) -> str:
    """SHA-256 of the given scores: node, region and every bit of the value; order is irrelevant
    and empty cells, columns and regions without a score do not count."""
    rows, columns = np.nonzero(~np.isnan(given.values))
    scores = sorted(
        (given.nodes[column], given.regions[row], float(given.values[row, column]).hex())
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return hashlib.sha256(json.dumps(scores, ensure_ascii=False).encode()).hexdigest()


def _check(given: GivenScores, tree: Tree) -> None:
    faults = [
        Fault(
            "unknown_node",
            f'column "{node}"',
            "The instrument has no index node of this code.",
            f"Use one of: {', '.join(tree.nodes)}.",
        )
        for node in given.nodes
        if node not in tree.nodes
    ]
    with np.errstate(invalid="ignore"):
        outside = np.argwhere((given.values < 0) | (given.values > 100) | np.isinf(given.values))
    faults += [
        Fault(
            "score_outside_scale",
            f'region "{given.regions[r]}", column "{given.nodes[c]}"',
            f"The score {given.values[r, c]:g} lies outside 0 to 100.",
            "Correct it, or bring the column to the scale 0 to 100 first.",
        )
        for r, c in outside.tolist()
    ]
    seen: set[str] = set()
    for region in given.regions:
        if region in seen:
            faults.append(
                Fault(
                    "region_twice",
                    f'region "{region}"',
                    "The region has more than one row.",
                    "Keep one row per region.",
                )
            )
        seen.add(region)
    if faults:
        raise AnswersError("given scores", faults)
