"""A framework: the indicators of a composite index and the levels they climb.

It is what COINr calls iMeta; an `Instrument` gives one too. Level 1 holds the indicators, each
higher level the nodes that gather the one below, the highest level the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Indicator:
    """A measured quantity. direction: +1, or -1 where a high value pulls the index down.

    weight: relative to its siblings, >= 0. target: the value to be reached, where there is one.
    denominator: code of the quantity it is divided by. unit: as printed, may be empty.
    """

    code: str
    name: str
    parent: str
    direction: int = 1
    weight: float = 1.0
    unit: str = ""
    target: float | None = None
    denominator: str | None = None


@dataclass(frozen=True)
class Aggregate:
    """A node that gathers the level below. parent: None at the index."""

    code: str
    name: str
    level: int
    parent: str | None
    direction: int = 1
    weight: float = 1.0


@dataclass(frozen=True)
class Framework:
    """Indicators in the order of their table; aggregates by rising level, the index last.

    groups, denominators: codes of columns of the data table that are no indicators.
    source: name of the file, for messages.
    """

    indicators: tuple[Indicator, ...]
    aggregates: tuple[Aggregate, ...]
    groups: tuple[str, ...] = ()
    denominators: tuple[str, ...] = ()
    source: str = ""

    @property
    def entries(self) -> tuple[Indicator | Aggregate, ...]:
        """Indicators, then aggregates by rising level."""
        return (*self.indicators, *self.aggregates)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of the indicators."""
        return tuple(indicator.code for indicator in self.indicators)

    @cached_property
    def node_codes(self) -> tuple[str, ...]:
        """Codes of the aggregates, by rising level; the index last."""
        return tuple(node.code for node in self.aggregates)

    @property
    def index(self) -> Aggregate:
        return self.aggregates[-1]

    @property
    def height(self) -> int:
        """Level of the index; 1 is the level of the indicators."""
        return self.index.level

    def children(self, code: str) -> tuple[str, ...]:
        """Codes of what a node gathers, in the order of the tables; () for an indicator."""
        return self._children.get(code, ())

    def members(self, level: int) -> tuple[str, ...]:
        """Codes at a level, 1 .. height."""
        if level == 1:
            return self.codes
        return tuple(node.code for node in self.aggregates if node.level == level)

    def leaves(self, code: str) -> tuple[str, ...]:
        """Indicators at or below a node, in the order of the table."""
        if code not in self._children:
            return (code,)
        below = {leaf for child in self.children(code) for leaf in self.leaves(child)}
        return tuple(c for c in self.codes if c in below)

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight of every indicator and node as given, not normalised."""
        return {entry.code: entry.weight for entry in self.entries}

    @cached_property
    def parents(self) -> dict[str, str | None]:
        return {entry.code: entry.parent for entry in self.entries}

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, tuple[str, ...]] = {node.code: () for node in self.aggregates}
        for code, parent in self.parents.items():
            if parent is not None:
                children[parent] = (*children[parent], code)
        return children
