"""Groups of regions that cannot be told apart."""

from __future__ import annotations

from waspada.interpretation.model import Ranks


def groups_of(ranks: Ranks) -> tuple[tuple[int, ...], ...]:
    """Sets of regions in which no pair differs, such that two regions share a set exactly when
    they cannot be told apart.

    Each set is as large as it can be: no further region fits in. It begins with the highest
    region that has none yet and takes in the next ones, in the order of the scores, that differ
    from nobody inside; pairs that stay without a common set then begin one of their own, which
    happens only where errors differ much between regions. Letters of a comparison table say the
    same (insert and absorb, Piepho 2004), at times with fewer sets; finding the fewest is not
    possible in reasonable time in general.

    Returns positions of regions, each set from the highest to the lowest rank, sets likewise.
    Regions without a rank set are in none.
    """
    order = sorted(ranks.taking_part.tolist(), key=lambda region: (ranks.rank[region], region))
    place = {region: i for i, region in enumerate(order)}
    alike = [(1 << len(order)) - 1] * len(order)
    for high, low in ranks.pairs:
        alike[place[high]] &= ~(1 << place[low])
        alike[place[low]] &= ~(1 << place[high])
    covered = [0] * len(order)
    found: list[int] = []
    for first in range(len(order)):
        while missing := alike[first] & ~covered[first] & ~((1 << first) - 1):
            members = _fill((1 << first) | (missing & -missing), alike, first)
            found.append(members)
            for member in _positions(members):
                covered[member] |= members
    return tuple(tuple(order[i] for i in _positions(members)) for members in sorted_sets(found))


def sorted_sets(sets: list[int]) -> list[int]:
    """From the set with the highest regions on; bit 0 is the highest region."""
    return sorted(set(sets), key=_positions)


def _fill(members: int, alike: list[int], first: int) -> int:
    """The members with all that fit in: those below the first in order, then those above."""
    fits = -1
    for member in _positions(members):
        fits &= alike[member]
    below = fits & ~((1 << first) - 1)
    for candidates in (below, fits):
        left = candidates & fits & ~members
        while left:
            bit = left & -left
            members |= bit
            fits &= alike[bit.bit_length() - 1]
            left &= fits & ~members
    return members


def _positions(members: int) -> list[int]:
    """Places of the bits that are set, lowest first."""
    found = []
    while members:
        bit = members & -members
        found.append(bit.bit_length() - 1)
        members ^= bit
    return found
