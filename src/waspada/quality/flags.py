"""All checks on the answers of each region, and what they amount to together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from waspada.collection.model import Responses
from waspada.instrument.model import Instrument, MissingKind
from waspada.quality.agreement_of_pairs import Pairs, compare, repeats
from waspada.quality.blocks import block_links, link_threshold
from waspada.quality.completeness import KINDS, kind_table
from waspada.quality.contradiction import judge_contradiction, opposite_pairs
from waspada.quality.dont_know import FEWEST_REGIONS, share_t, t_tail
from waspada.quality.duplicates import duplicate_links, linked_people
from waspada.quality.honest import (
    MISSING,
    TOPIC,
    Asked,
    Honest,
    asked_items,
    fit_honest,
    keyed,
)
from waspada.quality.model import FEWEST_TO_CHECK, Cells, Check, Finding, Flags, Measure
from waspada.quality.standing_out import count_people
from waspada.quality.straight_lining import FEWEST_ITEMS, judge_straight_lining

HONEST_SETS = 299
"""Sets of honest answers drawn per region; the smallest p is 1 / 300."""

MOST_AT_ONCE = 100
"""A larger region is cut by lot into parts of at most this many people, compared within."""

CELLS_AT_ONCE = 200_000
"""Pairs compared at once: they stay in the cache of a processor."""


def check_answers(responses: Responses, instrument: Instrument, *, seed: int) -> tuple[Check, ...]:
    """Check the answers of every region with at least FEWEST_TO_CHECK that are half filled in.

    Each measure has a chance of its own under honest answering; Holm's rule over the measures of
    a region keeps the chance of any flag at LEVEL. Regions come sorted. The order of rows and of
    regions changes nothing.
    """
    asked = asked_items(instrument)
    pairs = opposite_pairs(instrument, asked)
    everyone = asked.read(responses.choice)
    enough = 2 * (everyone != MISSING).sum(axis=1) >= max(len(asked.columns), 1)
    shares = _share_findings(responses, instrument)
    checks = []
    for r in np.argsort(np.array(responses.regions)):
        region = responses.regions[r]
        rows = np.flatnonzero((responses.region == r) & enough)
        rows = rows[_canonical(responses.choice[rows], responses.stratum[rows])]
        findings = list(shares.get(region, ()))
        if len(rows) >= FEWEST_TO_CHECK and len(asked.columns) >= FEWEST_ITEMS:
            findings += _judge(everyone[rows], asked, pairs, seed, region)
        checks.append(Check(region, len(rows), rows, tuple(findings), holm(findings)))
    return tuple(checks)


def holm(findings: list[Finding]) -> tuple[float, ...]:
    """p values after Holm: the k-th smallest of K times K - k + 1, never falling, at most 1.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    p = np.array([found.p for found in findings])
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    steps = np.arange(len(p), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * steps), 1.0)
    return tuple(adjusted.tolist())


def _canonical(choice: NDArray[np.int16], stratum: NDArray[np.intp]) -> NDArray[np.intp]:
    """Order by content, so that the order of arrival leaves no trace."""
    return np.lexsort((*reversed(list(choice.T)), stratum))


def _judge(
    cells: Cells, asked: Asked, pairs: NDArray[np.intp], seed: int, region: str
) -> list[Finding]:
    """The four measures on single answers, where the instrument allows them."""
    honest = fit_honest(cells, asked)
    parts = -(-len(cells) // MOST_AT_ONCE)
    size = -(-len(cells) // parts)
    lot = keyed(seed, region, "lot")
    joined = _join_sets(parts, lot)
    noise = honest.draw_noise(keyed(seed, region, "honest"), HONEST_SETS, size)
    close = honest.answer(noise, topic=TOPIC)
    found = [judge_straight_lining(cells, close, joined, asked)]
    if len(pairs):
        loose = honest.answer(noise, substance=honest.loosest)
        found.append(judge_contradiction(cells, loose, joined, asked, pairs))
    found += _judge_pairs(cells, honest.answer(noise), honest, joined, lot)
    return [finding for finding in found if finding is not None]


def _join_sets(parts: int, lot: Generator) -> NDArray[np.intp]:
    """(HONEST_SETS, parts) which drawn sets stand together for one honest region."""
    if parts == 1:
        return np.arange(HONEST_SETS)[:, None]
    return lot.integers(HONEST_SETS, size=(HONEST_SETS, parts))


def _judge_pairs(
    cells: Cells, drawn: Cells, honest: Honest, joined: NDArray[np.intp], lot: Generator
) -> list[Finding]:
    """Duplicates and blocks: how many people are linked to another, against honest people."""
    items = drawn.shape[2]
    by_chance = _compare(drawn, honest)
    threshold = link_threshold(by_chance)
    compared = [
        (rows, compare(cells[None, rows], honest))
        for rows in _parts(len(cells), joined.shape[1], lot)
    ]
    links: tuple[tuple[Measure, Callable[[Pairs], Flags]], ...] = (
        (Measure.DUPLICATES, lambda pairs: duplicate_links(pairs, items)),
        (Measure.BLOCKS, lambda pairs: block_links(pairs, threshold)),
    )
    findings = []
    for measure, link in links:
        involved, aside = np.zeros((2, len(cells)), dtype=bool)
        for rows, pairs in compared:
            linked = link(pairs)
            involved[rows] = linked_people(linked)[0]
            aside[rows] = repeats(linked[0])
        chance = linked_people(link(by_chance))
        findings.append(count_people(measure, involved, aside, chance, joined))
    return findings


def _parts(n: int, parts: int, lot: Generator) -> list[NDArray[np.intp]]:
    """Places 0..n-1 dealt by lot to parts of nearly equal size."""
    if parts == 1:
        return [np.arange(n)]
    return [np.sort(part) for part in np.array_split(lot.permutation(n), parts)]


def _compare(drawn: Cells, honest: Honest) -> Pairs:
    """All drawn sets, a few at a time."""
    sets, n, _ = drawn.shape
    at_once = max(1, CELLS_AT_ONCE // (n * n))
    found = [compare(drawn[k : k + at_once], honest) for k in range(0, sets, at_once)]
    return Pairs(
        np.concatenate([pairs.excess for pairs in found]),
        np.concatenate([pairs.differing for pairs in found]),
    )


def _share_findings(responses: Responses, instrument: Instrument) -> dict[str, tuple[Finding, ...]]:
    """Per region incomplete and don't know, where at least FEWEST_REGIONS can be compared."""
    n = np.bincount(responses.region, minlength=len(responses.regions))
    large = np.flatnonzero(n >= FEWEST_TO_CHECK)
    asked = [c for c, item in enumerate(instrument.items) if item.evidence.is_asked]
    if len(large) < FEWEST_REGIONS or not asked:
        return {}
    rows = np.flatnonzero(np.isin(responses.region, large))
    order = np.argsort(np.array(responses.regions)[large])
    place = np.empty(len(n), dtype=np.intp)
    place[large[order]] = np.arange(len(large))
    region = place[responses.region[rows]]
    kind = kind_table(instrument)[asked, responses.choice[rows][:, asked]]
    names = [responses.regions[k] for k in large[order]]
    found: dict[str, tuple[Finding, ...]] = dict.fromkeys(names, ())
    left = (KINDS.index(MissingKind.BLANK), KINDS.index(MissingKind.NO_ANSWER))
    unknown = (KINDS.index(MissingKind.DONT_KNOW),)
    for measure, kinds in ((Measure.INCOMPLETE, left), (Measure.DONT_KNOW, unknown)):
        counts = np.isin(kind, kinds).sum(axis=1).astype(float)
        if not counts.any():
            continue
        told = share_t(counts, len(asked), region, len(names))
        p = t_tail(told[:, 0], told[:, 1])
        total = np.bincount(region, weights=counts) / (np.bincount(region) * len(asked))
        for k, name in enumerate(names):
            finding = Finding(measure, float(total[k]), float(told[k, 2]), float(p[k]))
            found[name] = (*found[name], finding)
    return found


def set_aside(checks: tuple[Check, ...], n: int) -> Flags:
    """(n,) responses that a rerun without the flagged answers leaves out."""
    aside = np.zeros(n, dtype=bool)
    for check in checks:
        aside[check.rows[check.set_aside]] = True
    return aside
