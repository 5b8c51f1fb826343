"""How the cards of a meeting are shared out over bowls, one bowl for each group of five or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from waspada.collection.model import JOINT
from waspada.instrument.model import Stratum

SMALLEST = 5
SPARE_SHARE = 0.2
FEWEST_SPARES = 2


@dataclass(frozen=True)
class Bowl:
    """Cards of one bowl. members: the elements that draw from it, in the instrument's order."""

    members: tuple[str, ...]
    expected: int

    @property
    def stratum(self) -> str:
        """What all its cards carry: the element, or several joined. The method then counts the
        people of the bowl as one element with the weight of all."""
        return JOINT.join(self.members)

    @property
    def spares(self) -> int:
        return max(FEWEST_SPARES, ceil(self.expected * SPARE_SHARE))

    @property
    def cards(self) -> int:
        return self.expected + self.spares

    @property
    def is_small(self) -> bool:
        """Fewer than five draw from it: their answers join no other, so they may not count."""
        return self.expected < SMALLEST


def share_out(expected: Mapping[str, int], strata: Sequence[Stratum]) -> tuple[Bowl, ...]:
    """Bowls in the instrument's order.

    An element of fewer than five shares the bowl of the element it merges into; a bowl that is
    still smaller goes on to the next one, since a card of a tiny bowl would point at few people.
    """
    order = [stratum.code for stratum in strata]
    target = {stratum.code: stratum.merge_into for stratum in strata}
    members = {code: [code] for code in order if expected.get(code, 0) > 0}
    settled: set[str] = set()

    def size(code: str) -> int:
        return sum(expected.get(member, 0) for member in members[code])

    while small := [code for code in members if size(code) < SMALLEST and code not in settled]:
        code = min(small, key=lambda code: (size(code), order.index(code)))
        into = target[code]
        if into is None or into == code:
            settled.add(code)
            continue
        holder = next((bowl for bowl, inside in members.items() if into in inside), into)
        if holder == code:  # the target already draws from this bowl
            settled.add(code)
            continue
        members[holder] = sorted([*members.get(holder, []), *members.pop(code)], key=order.index)
    return tuple(
        Bowl(members=tuple(members[code]), expected=size(code)) for code in order if code in members
    )
