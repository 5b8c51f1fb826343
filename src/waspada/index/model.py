"""The objects of the index: the tree, the elements after merging, the sample, the estimate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from waspada.instrument.model import Aggregation

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Branch:
    """One node and what it is made of.

    position, children: places in the value vector (items first, then nodes).
    weights: (n_children,) shares, sum 1. directions: (n_children,) +1 or -1; items are +1 because
    their scores were turned when they were read. power: of a generalised mean.
    """

    position: int
    children: NDArray[np.intp]
    weights: Floats
    directions: Floats
    aggregation: Aggregation
    min_share: float
    power: float = 1.0


@dataclass(frozen=True)
class Tree:
    """The index tree as arithmetic over one vector: items first, then nodes.

    items, nodes: codes, in the instrument's order; the root is nodes[0].
    branches: children before parents; a node without children has none and never has a score.
    below: (n_items, n_items + n_nodes) whether an item lies at or below a place of the vector.
    """

    items: tuple[str, ...]
    nodes: tuple[str, ...]
    branches: tuple[Branch, ...]
    below: Flags

    @property
    def root(self) -> int:
        """Place of the root in the value vector."""
        return len(self.items)

    @property
    def size(self) -> int:
        return len(self.items) + len(self.nodes)

    @cached_property
    def place(self) -> dict[str, int]:
        """Place of each node in the value vector."""
        return {code: len(self.items) + i for i, code in enumerate(self.nodes)}


class ElementState(StrEnum):
    """What became of an element in a region."""

    COUNTED = "counted"
    MERGED = "merged"
    LEFT_OUT = "left_out"
    ABSENT = "absent"


@dataclass(frozen=True)
class Groups:
    """Elements after merging, per region. Arrays are (n_regions, n_elements).

    group: the group an element's answers fall into, named by the position of an element.
    count, weight: responses and share of the region's weight per group; the weights of a region
    sum to 1, or are all 0 where no group reached MINIMUM_RESPONSES.
    small: the element has answers, but fewer than its minimum.
    n: responses per carrying element. carrier: the element under which each one's answers are
    counted, itself unless people of several drew from one bowl.
    """

    elements: tuple[str, ...]
    n: Counts
    carrier: NDArray[np.intp]
    small: Flags
    group: NDArray[np.intp]
    count: Counts
    weight: Floats

    @cached_property
    def is_present(self) -> Flags:
        """(n_regions, n_elements) whether anybody answered under the element, or its bowl."""
        present: Flags = np.take_along_axis(self.n, self.carrier, axis=1) > 0
        return present

    @cached_property
    def state(self) -> NDArray[np.object_]:
        """(n_regions, n_elements) of ElementState."""
        present = self.is_present
        survives = np.take_along_axis(self.weight > 0, self.group, axis=1)
        company = _size_of_own(self.group, present) > 1
        shares = _size_of_own(self.carrier, present) > 1
        order = [~present, ~survives, self.small & company | shares]
        states = (ElementState.ABSENT, ElementState.LEFT_OUT, ElementState.MERGED)
        chosen = np.select(order, [0, 1, 2], default=3)
        names: NDArray[np.object_] = np.array([*states, ElementState.COUNTED], dtype=object)
        state: NDArray[np.object_] = names[chosen]
        return state


def _size_of_own(place: NDArray[np.intp], present: Flags) -> Counts:
    """(n_regions, n_elements) how many present elements stand in the same place as each."""
    sizes = np.zeros(place.shape, dtype=np.int64)
    np.add.at(sizes, (np.arange(len(sizes))[:, None], place), present)
    return np.take_along_axis(sizes, place, axis=1)


@dataclass(frozen=True)
class Sample:
    """The answers that carry the index, in canonical order: region, group, then content.

    regions: (n_regions) codes, sorted.
    choice: (n, n_items) position of the choice, BLANK where empty; index items only; each row has
    at least one scored answer.
    start: (n_blocks + 1,) first row of each block; a block is one group of one region.
    block_region, block_group, block_weight: (n_blocks,) the group is named as in `Groups`; the
    weight is 0 for a group that is left out.
    table: (n_items, width) score in millionths of a point, turned by direction; NaN = missing.
    facts: (n_regions, n_items) recorded scores 0..100 that stand in for answers; NaN = none.
    meeting: (n,) as in `Responses`, or None.
    """

    regions: tuple[str, ...]
    choice: NDArray[np.int16]
    start: NDArray[np.intp]
    block_region: NDArray[np.intp]
    block_group: NDArray[np.intp]
    block_weight: Floats
    table: Floats
    groups: Groups
    tree: Tree
    facts: Floats | None = None
    meeting: NDArray[np.intp] | None = None

    def block_scores(self, block: int) -> Floats:
        """(rows, n_items) scores in millionths, NaN where missing."""
        rows = self.choice[self.start[block] : self.start[block + 1]]
        return self.table[np.arange(rows.shape[1]), rows]

    @cached_property
    def is_asked(self) -> Flags:
        """(n_items,) whether people answer the item; facts come from records."""
        asked = np.asarray(~np.isnan(self.table).all(axis=1), dtype=bool)
        return asked if self.facts is None else asked & np.isnan(self.facts).all(axis=0)

    @cached_property
    def blocks_of(self) -> tuple[NDArray[np.intp], ...]:
        """For each region the blocks that count."""
        counted = np.flatnonzero(self.block_weight > 0)
        owner = self.block_region[counted]
        return tuple(counted[owner == region] for region in range(len(self.regions)))


@dataclass(frozen=True)
class Estimate:
    """Point estimates of all regions; the last axis is the tree's value vector.

    values: (n_regions, n_items + n_nodes) 0..100, NaN where there is no score.
    n_responses: responses with a scored answer at or below the place, all groups.
    n_used: the same, only groups that count. n_answers: scored answers below, all groups.
    varies: some item at or below differs within some group that counts.
    block_n: (n_blocks, n_items + n_nodes) responses with a scored answer, per block.
    block_answers: (n_blocks, n_items) scored answers to each item, per block.
    """

    values: Floats
    n_responses: Counts
    n_used: Counts
    n_answers: Counts
    varies: Flags
    block_n: Counts
    block_answers: Counts


@dataclass(frozen=True)
class GivenScores:
    """Scores that were published or recorded elsewhere, one row per region.

    regions: (n_regions) names or codes. nodes: (n_given) codes of index nodes at any level.
    values: (n_regions, n_given) 0..100, NaN where none was given.
    """

    regions: tuple[str, ...]
    nodes: tuple[str, ...]
    values: Floats
