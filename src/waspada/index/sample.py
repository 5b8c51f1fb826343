"""Answers put in canonical order: region, group, content. Order of arrival leaves no trace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import BLANK, EVERYONE, JOINT, Responses
from waspada.index.model import Sample
from waspada.index.raking import Composition, rake_regions
from waspada.index.scores import EXACT_LIMIT, index_columns, score_table
from waspada.index.strata import ALL_IN_ONE, group_elements, stratum_weights
from waspada.index.tree import build_tree
from waspada.instrument.model import Instrument, Stratum

FEW_KEYS = 3
"""Keys to sort all rows by: region, element and the first questions, as a rule."""

ROWS_AT_ONCE = 20_000
"""Rows packed in one product: a few MB."""


def draw_sample(
    responses: Responses, instrument: Instrument, composition: Composition = ()
) -> Sample:
    """The rows that carry the index, grouped and sorted.

    composition: what is known of the people who could have come; () keeps the weights of the
    instrument.

    A response without any scored answer to an index item has nothing to say about the index; it
    counts for completeness only, not for the size of its element.
    """
    table = score_table(instrument)
    regions, region = _canonical_regions(responses)
    strata, carrier, element = _elements(responses, instrument, region, len(regions))
    columns = index_columns(instrument)
    choice = responses.choice
    if columns != list(range(choice.shape[1])):
        choice = choice[:, columns]
    speaks = _has_score(choice, table)
    meeting = responses.meeting
    if not speaks.all():
        region, element, choice = region[speaks], element[speaks], choice[speaks]
        meeting = None if meeting is None else meeting[speaks]
    n = np.bincount(region * len(strata) + element, minlength=len(regions) * len(strata))
    n = n.reshape(len(regions), len(strata)).astype(np.int64)
    weights = _raked(regions, strata, np.take_along_axis(n, carrier, axis=1) > 0, composition)
    groups = group_elements(n, strata, carrier, weights)
    block = region * len(strata) + groups.group[region, element]
    last = () if meeting is None else (meeting,)
    order = order_rows((block, *pack_rows(choice), *last))
    present, start = _starts(block[order])
    return Sample(
        regions=regions,
        choice=choice[order],
        start=start,
        block_region=present // len(strata),
        block_group=present % len(strata),
        block_weight=groups.weight.reshape(-1)[present],
        table=table,
        groups=groups,
        tree=build_tree(instrument),
        meeting=None if meeting is None else meeting[order],
    )


def _raked(
    regions: tuple[str, ...],
    strata: tuple[Stratum, ...],
    present: NDArray[np.bool_],
    composition: Composition,
) -> NDArray[np.float64] | None:
    """(n_regions, n_elements) weights where a composition is known, else None."""
    if not composition:
        return None
    weights = np.where(present, stratum_weights(strata), 0.0)
    return rake_regions(regions, tuple(s.code for s in strata), weights, composition)


def fingerprint_answers(responses: Responses, instrument: Instrument) -> str:
    """SHA-256 of the multiset of answers: item codes, then per row region, element, choices.

    Rows are sorted, so their order is irrelevant; identical rows are interchangeable.
    """
    regions, region = _canonical_regions(responses)
    codes, element = _canonical_elements(responses, instrument)
    head = [[i.code for i in instrument.items], list(regions), codes]
    digest = hashlib.sha256(json.dumps(head, ensure_ascii=False).encode())
    order = order_rows((region, element, *pack_rows(responses.choice)))
    for rows in np.array_split(order, max(1, len(order) // 100_000)):
        digest.update(np.column_stack((region[rows], element[rows])).astype("<i4").tobytes())
        digest.update(responses.choice[rows].astype("<i2").tobytes())
    return digest.hexdigest()


def pack_rows(choice: NDArray[np.int16]) -> list[NDArray[np.float64]]:
    """The columns of each row packed into as few whole numbers as hold them.

    Comparing the numbers from first to last compares the rows column by column, which makes the
    sort several times faster than one over all columns. Whole numbers below 2^53 add up exactly
    in float64, so a matrix product packs them. Returns at least one key of (n,).
    """
    places = _places(choice.max(axis=0, initial=BLANK).astype(int) + 2)
    packed = np.empty((places.shape[1], len(choice)))
    for first in range(0, len(choice), ROWS_AT_ONCE):
        rows = choice[first : first + ROWS_AT_ONCE].astype(np.float64)
        packed[:, first : first + len(rows)] = ((rows - BLANK) @ places).T
    return list(packed)


def order_rows(keys: Sequence[NDArray[Any]]) -> NDArray[np.intp]:
    """(n,) order by the keys from first to last; rows that agree in all keep their order.

    Few rows agree in the first keys, so only those are sorted by the others too.
    """
    first, others = keys[:FEW_KEYS], keys[FEW_KEYS:]
    order = np.lexsort(first[::-1])
    if not others:
        return order
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for key in first:
        ordered = key[order]
        same &= ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same)[: len(order)])
    rows = order[tied]
    order[tied] = rows[np.lexsort([key[rows] for key in reversed(keys)])]
    return order


def _places(bases: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n_columns, n_keys) what one step in a column adds to the key it is packed into."""
    keys: list[int] = []
    room = EXACT_LIMIT
    for base in bases.tolist():
        new = room * base >= EXACT_LIMIT
        room = base if new else room * base
        keys.append((keys[-1] if keys else -1) + new)
    places = np.zeros((len(bases), max(keys, default=0) + 1))
    value = 1.0
    for column in reversed(range(len(bases))):
        last = column + 1 == len(bases) or keys[column + 1] != keys[column]
        value = 1.0 if last else value * bases[column + 1]
        places[column, keys[column]] = value
    return places


def _canonical_regions(responses: Responses) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Region codes sorted, and the position of each row's region among them."""
    regions = tuple(sorted(responses.regions))
    position = {code: i for i, code in enumerate(regions)}
    move = np.array([position[code] for code in responses.regions], dtype=np.intp)
    return regions, move[responses.region] if len(move) else responses.region


def _elements(
    responses: Responses, instrument: Instrument, region: NDArray[np.intp], n_regions: int
) -> tuple[tuple[Stratum, ...], NDArray[np.intp], NDArray[np.intp]]:
    """The elements; (n_regions, n_elements) which element carries the answers of each; and each
    row's carrying element.

    An element carries its own answers, unless people of several drew from one bowl in a region:
    then the first of them carries the answers of all, also those with a card of one alone.
    """
    if responses.strata == (EVERYONE,) or not instrument.strata:
        alone = np.zeros((n_regions, 1), dtype=np.intp)
        return (ALL_IN_ONE,), alone, np.zeros(len(responses), dtype=np.intp)
    position = {stratum.code: i for i, stratum in enumerate(instrument.strata)}
    members = [[position[c] for c in code.split(JOINT)] for code in responses.strata]
    carrier = np.tile(np.arange(len(position)), (n_regions, 1))
    for stratum, joined in enumerate(members):
        if len(joined) > 1:
            for r in np.unique(region[responses.stratum == stratum]):
                homes = carrier[r, joined]
                carrier[r, np.isin(carrier[r], homes)] = homes.min()
    first = np.array([joined[0] for joined in members], dtype=np.intp)
    return instrument.strata, carrier, carrier[region, first[responses.stratum]]


def _canonical_elements(
    responses: Responses, instrument: Instrument
) -> tuple[list[str], NDArray[np.intp]]:
    """Element codes in an order of their own, joint ones last, and each row's place among them."""
    if responses.strata == (EVERYONE,) or not instrument.strata:
        return [EVERYONE], np.zeros(len(responses), dtype=np.intp)
    present = np.unique(responses.stratum).tolist()
    joint = sorted(responses.strata[s] for s in present if JOINT in responses.strata[s])
    codes = [stratum.code for stratum in instrument.strata] + joint
    move = np.array([codes.index(c) if c in codes else 0 for c in responses.strata], dtype=np.intp)
    return codes, move[responses.stratum]


def _has_score(choice: NDArray[np.int16], table: NDArray[np.float64]) -> NDArray[np.bool_]:
    scored = ~np.isnan(table)
    speaks = np.zeros(len(choice), dtype=bool)
    for column in range(choice.shape[1]):
        speaks |= scored[column, choice[:, column]]
        if speaks.all():
            break
    return speaks


def _starts(block: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Distinct blocks of a sorted column, and where each begins; one past the end is added."""
    if not len(block):
        return np.empty(0, dtype=np.intp), np.zeros(1, dtype=np.intp)
    first = np.flatnonzero(np.concatenate(([True], block[1:] != block[:-1])))
    return block[first], np.append(first, len(block)).astype(np.intp)
