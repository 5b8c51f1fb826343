"""The invited as the population: how much of it was reached, group by group."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from waspada.collection.model import EVERYONE
from waspada.errors import QualityError
from waspada.index.model import Floats, Sample

Invited = Mapping[str, Mapping[str, int]]
"""Region -> element -> people on the invited list; EVERYONE where answers carry no element."""


def sampled_share(sample: Sample, invited: Invited) -> Floats:
    """(n_blocks,) n_g / N_g, 0..1: the part of the invited whose answers carry the group.

    N_g adds up the invited of the group's elements that have answers. Regions that `invited` does
    not name have no finite population: 0.

    Raises QualityError: an unknown region or element, an element with answers and no number, or
    fewer invited than answers.
    """
    _refuse_unknown(sample, invited)
    share = np.zeros(len(sample.block_region))
    sizes = np.diff(sample.start)
    for region, code in enumerate(sample.regions):
        if code in invited:
            groups = _invited_of_groups(sample, region, invited[code])
            for block in sample.blocks_of[region]:
                people, n = groups[sample.block_group[block]], int(sizes[block])
                if people < n:
                    _refuse_too_few(sample, region, int(sample.block_group[block]), people, n)
                share[block] = n / people
    return share


def _invited_of_groups(sample: Sample, region: int, invited: Mapping[str, int]) -> dict[int, int]:
    """Invited people per group of a region, over the elements that have answers."""
    groups, found = sample.groups, dict[int, int]()
    for place in np.flatnonzero(groups.is_present[region]).tolist():
        element = groups.elements[place]
        if element not in invited:
            raise QualityError(
                f'The list of invited people has no number for element "{element}" in region '
                f'"{sample.regions[region]}", which has answers. Add it, or leave the region out '
                "of the list.",
                code="invited_missing",
                region=sample.regions[region],
                element=element,
            )
        group = int(groups.group[region, place])
        found[group] = found.get(group, 0) + int(invited[element])
    return found


def _refuse_unknown(sample: Sample, invited: Invited) -> None:
    known = set(sample.groups.elements)
    for region, elements in invited.items():
        strange = sorted(set(elements) - known)
        if region not in sample.regions or strange:
            what = f'element "{strange[0]}"' if region in sample.regions else f'region "{region}"'
            names = ", ".join(sorted(known)) if region in sample.regions else "those with answers"
            raise QualityError(
                f"The list of invited people names the {what}, which the answers do not know. "
                f"Known: {names}. Correct the list.",
                code="invited_unknown",
                region=region,
                element=strange[0] if strange else None,
            )


def _refuse_too_few(sample: Sample, region: int, group: int, people: int, n: int) -> None:
    inside = (sample.groups.group[region] == group) & sample.groups.is_present[region]
    names = [e for e, there in zip(sample.groups.elements, inside.tolist(), strict=True) if there]
    who = "" if names == [EVERYONE] else f" of {' and '.join(names)}"
    raise QualityError(
        f'Region "{sample.regions[region]}" has {n} answers{who}, but only {people} people were '
        "invited. Correct the list of invited people.",
        code="invited_too_few",
        region=sample.regions[region],
        elements=tuple(names),
        answers=n,
        invited=people,
    )
