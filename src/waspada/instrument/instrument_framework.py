"""An instrument as a framework: its lowest parts are the indicators, its nodes the levels."""

from __future__ import annotations

from waspada.instrument.framework import Aggregate, Framework, Indicator
from waspada.instrument.model import Instrument


def framework_from_instrument(instrument: Instrument, *, source: str = "") -> Framework:
    """Items are indicators where a node has items; a lowest node without items is one itself.

    A node's level is one above its highest child, so a leaf may hang beside deeper branches.
    Weights and directions are the instrument's; its aggregation rules are not used: the METHOD
    says how to combine.
    """
    parents = {node.parent for node in instrument.nodes}
    asked = {item.node for item in instrument.index_items}
    lowest = {node.code for node in instrument.nodes if node.code not in parents | asked}
    levels = _levels(instrument, lowest)
    items = tuple(
        Indicator(
            code=item.code,
            name=item.indicator.en or item.label.en,
            parent=item.node or "",
            direction=item.direction,
            weight=item.weight,
        )
        for item in instrument.index_items
    )
    leaves = tuple(
        Indicator(node.code, node.label.en, node.parent or "", node.direction, node.weight)
        for node in instrument.nodes
        if node.code in lowest
    )
    nodes = [
        Aggregate(
            code=node.code,
            name=node.label.en,
            level=levels[node.code],
            parent=node.parent,
            direction=node.direction,
            weight=node.weight,
        )
        for node in instrument.nodes
        if node.code not in lowest
    ]
    return Framework(
        indicators=(*leaves, *items),
        aggregates=tuple(sorted(nodes, key=lambda node: node.level)),
        source=source or instrument.code,
    )


def _levels(instrument: Instrument, lowest: set[str]) -> dict[str, int]:
    """Level of each node; nodes come parents first, so they are visited from the end."""
    levels = {node.code: 1 if node.code in lowest else 2 for node in instrument.nodes}
    for node in reversed(instrument.nodes):
        if node.parent is not None:
            levels[node.parent] = max(levels[node.parent], levels[node.code] + 1)
    return levels
