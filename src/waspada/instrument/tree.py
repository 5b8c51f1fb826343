"""Reads the sheet `index`: the tree that turns items or given scores into one number."""

from __future__ import annotations

from math import isfinite

from waspada.instrument.cells import Cells, Table, Unique
from waspada.instrument.columns import LEVELS
from waspada.instrument.faults import FaultCode
from waspada.instrument.model import Aggregation, Evidence, Node

MAX_DEPTH = 20


def read_nodes(table: Table, evidence: Evidence) -> tuple[tuple[Node, ...], dict[str, Cells]]:
    """Nodes with parents before children, otherwise in the order of the sheet, and their rows."""
    unique = Unique("node")
    nodes: dict[str, Node] = {}
    cells_of: dict[str, Cells] = {}
    for cells in table.rows():
        node = _node(cells, evidence)
        if unique.admit(cells, "code", node.code):
            nodes[node.code] = node
            cells_of[node.code] = cells
    _check_parents(nodes, cells_of)
    _check_root(table, nodes, cells_of)
    _check_shape(nodes, cells_of)
    return _parents_first(nodes), cells_of


def _node(cells: Cells, evidence: Evidence) -> Node:
    aggregation = cells.word(
        "aggregation",
        Aggregation,
        FaultCode.UNKNOWN_AGGREGATION,
        default=Aggregation.ARITHMETIC,
    )
    return Node(
        code=cells.code("code"),
        parent=cells.text("parent") or None,
        level=_level(cells),
        label=cells.translated("label"),
        weight=cells.weight(),
        direction=cells.direction(),
        aggregation=aggregation,
        min_share=_min_share(cells),
        evidence=cells.word("evidence", Evidence, FaultCode.UNKNOWN_EVIDENCE, default=evidence),
        status=cells.text("status"),
        power=_power(cells, aggregation),
    )


def _level(cells: Cells) -> str:
    level = cells.required_text("level")
    if level and level not in LEVELS:
        cells.unknown_word("level", FaultCode.UNKNOWN_LEVEL, level, LEVELS)
    return level


def _power(cells: Cells, aggregation: Aggregation) -> float:
    text, value = cells.text("power"), cells.number("power")
    if aggregation is not Aggregation.GENERALISED:
        if text:
            cells.fault(
                FaultCode.BAD_POWER,
                "power",
                f'"{text}" stands beside the aggregation "{aggregation}", which has no power.',
                "Leave it empty, or write generalised under aggregation.",
            )
        return Node.power
    if value is None or not isfinite(value):
        cells.fault(
            FaultCode.BAD_POWER,
            "power",
            f'"{text}" is no power.' if text else "A generalised mean needs its power.",
            "Write a number: 1 is the arithmetic mean, 0 the geometric, -1 the harmonic.",
        )
        return Node.power
    return value


def _min_share(cells: Cells) -> float:
    text, value = cells.text("min_share"), cells.number("min_share")
    if not text:
        return Node.min_share
    if value is None or not 0 < value <= 1:
        cells.fault(
            FaultCode.BAD_MIN_SHARE,
            "min_share",
            f'"{text}" is no share.',
            "Write a number above 0 and at most 1; 1 refuses any missing child.",
        )
        return Node.min_share
    return value


def _check_parents(nodes: dict[str, Node], cells_of: dict[str, Cells]) -> None:
    for code, node in nodes.items():
        if node.parent is not None and node.parent not in nodes:
            cells_of[code].fault(
                FaultCode.UNKNOWN_PARENT,
                "parent",
                f'There is no node "{node.parent}".',
                "Write the code of another row of this sheet, or add that row.",
            )


def _check_root(table: Table, nodes: dict[str, Node], cells_of: dict[str, Cells]) -> None:
    roots = [code for code, node in nodes.items() if node.parent is None]
    if not roots:
        table.faults.add(
            FaultCode.NO_ROOT,
            table.sheet.place(column="parent"),
            "No row is the top of the index.",
            "Leave the parent of exactly one row empty.",
        )
    for code in roots[1:]:
        cells_of[code].fault(
            FaultCode.SEVERAL_ROOTS,
            "parent",
            f'"{code}" has no parent, but "{roots[0]}" is the top of the index already.',
            "Name the parent of this row.",
        )


def _check_shape(nodes: dict[str, Node], cells_of: dict[str, Cells]) -> None:
    """Report each node that is its own ancestor, and a tree too deep for any reader."""
    for code, node in nodes.items():
        above = _ancestors(node, nodes)
        if code in above:
            cells_of[code].fault(
                FaultCode.CYCLE,
                "parent",
                f'"{code}" lies below itself.',
                "Name a parent that is nearer to the top of the index.",
            )
        elif len(above) >= MAX_DEPTH and len(set(above)) == len(above):
            cells_of[code].fault(
                FaultCode.TOO_DEEP,
                "parent",
                f'"{code}" has {MAX_DEPTH} or more nodes above it.',
                f"Use at most {MAX_DEPTH} levels; five carry any index we know.",
            )


def _ancestors(node: Node, nodes: dict[str, Node]) -> list[str]:
    """Codes above a node, nearest first, at most MAX_DEPTH of them."""
    above: list[str] = []
    while node.parent in nodes and len(above) < MAX_DEPTH:
        above.append(node.parent)
        node = nodes[node.parent]
    return above


def _parents_first(nodes: dict[str, Node]) -> tuple[Node, ...]:
    """The sheet's order, each node moved down behind its parent where needed.

    Nodes of a cycle or with an unknown parent, reported above, come last.
    """
    ordered: dict[str, Node] = {}
    for _ in range(MAX_DEPTH):
        waiting = [node for node in nodes.values() if node.code not in ordered]
        for node in waiting:
            if node.parent is None or node.parent in ordered:
                ordered[node.code] = node
    return tuple((ordered | nodes).values())
