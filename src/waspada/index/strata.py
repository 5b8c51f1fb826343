"""Elements that are too small to stand alone are merged once, or left out; nothing else moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import EVERYONE
from waspada.index.model import Counts, Groups
from waspada.instrument.model import Stratum, Text
from waspada.quality.model import MINIMUM_RESPONSES

ALL_IN_ONE = Stratum(code=EVERYONE, label=Text("Semua peserta", "All participants"))
"""Stands in where answers carry no element."""


def group_elements(
    n: Counts,
    strata: tuple[Stratum, ...],
    carrier: NDArray[np.intp] | None = None,
    weights: NDArray[np.float64] | None = None,
) -> Groups:
    """Merge small elements and share out the weight, for all regions at once.

    n: (n_regions, n_elements) responses with at least one scored answer.
    carrier: (n_regions, n_elements) the element under which the answers of each were counted:
    itself, or the first of those whose people drew from one bowl. None: each itself.
    weights: (n_regions, n_elements) in place of the instrument's; see `raking`.

    Judged on these first counts only, so the order of the sheet decides nothing:
    0. Elements of one bowl are one element from the start, with the weight of all.
    1. An element with 0 < n < its minimum moves into the group of its `merge_into`.
    2. Nobody moves twice. If A names B, and B is small too and has moved on to C, A stays in the
       place B left, alone or with others that named B.
    3. Two small elements that name each other form one group; a third that names either joins.
    4. A group below MINIMUM_RESPONSES is left out.
    5. A group's weight is the sum over its members; an absent element (n = 0) brings none. What
       is left out or absent gives its weight to the groups that stay, in proportion.
    """
    if carrier is None:
        carrier = np.broadcast_to(np.arange(len(strata)), n.shape)
    counted = np.take_along_axis(n, carrier, axis=1)
    minimum = np.array([max(s.minimum_count, MINIMUM_RESPONSES) for s in strata])[carrier]
    small = (counted > 0) & (counted < minimum)
    group = _groups(small, carrier[:, _targets(strata)], carrier)
    if weights is None:
        weights = stratum_weights(strata)
    member_weight = np.where(counted > 0, weights, 0.0)
    count = _sum_by_group(n, group).astype(np.int64)
    weight = np.where(count >= MINIMUM_RESPONSES, _sum_by_group(member_weight, group), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    return Groups(
        elements=tuple(s.code for s in strata),
        n=n,
        carrier=carrier,
        small=small,
        group=group,
        count=count,
        weight=np.divide(weight, total, out=np.zeros_like(weight), where=total > 0),
    )


def stratum_weights(strata: tuple[Stratum, ...]) -> NDArray[np.float64]:
    """(n_elements,) as the instrument gives them."""
    return np.array([s.weight for s in strata], dtype=float)


def _targets(strata: tuple[Stratum, ...]) -> NDArray[np.intp]:
    """(n_elements,) where each element goes when small; itself without `merge_into`."""
    position = {s.code: i for i, s in enumerate(strata)}
    return np.array(
        [i if s.merge_into is None else position[s.merge_into] for i, s in enumerate(strata)],
        dtype=np.intp,
    )


def _groups(
    small: NDArray[np.bool_], target: NDArray[np.intp], carrier: NDArray[np.intp]
) -> NDArray[np.intp]:
    """(n_regions, n_elements) group of each element's answers.

    target: (n_regions, n_elements) carrying element of where each one goes when small.
    """
    target = np.take_along_axis(target, carrier, axis=1)
    mutual = (np.take_along_axis(target, target, axis=1) == carrier) & (target != carrier)
    paired = mutual & small & np.take_along_axis(small, target, axis=1)
    home = np.where(paired, np.minimum(carrier, target), carrier)
    return np.where(small, np.take_along_axis(home, target, axis=1), home)


def _sum_by_group(
    values: NDArray[np.int64] | NDArray[np.float64], group: NDArray[np.intp]
) -> NDArray[np.float64]:
    sums = np.zeros(values.shape)
    np.add.at(sums, (np.arange(len(values))[:, None], group), values)
    return sums
