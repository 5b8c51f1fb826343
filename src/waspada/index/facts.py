"""Recorded facts and published scores in the tree that answers climb, each with its evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from waspada.collection.match import suggestion
from waspada.collection.model import BLANK, Responses
from waspada.errors import AnswersError, Fault
from waspada.index.model import Estimate, Flags, GivenScores, Sample
from waspada.instrument.model import AnswerScale, Evidence, Instrument, Item, Node, Text

RECORDED = "recorded"
"""Code of the scale of a fact: it has no choices, nobody is asked."""


def fact_places(instrument: Instrument) -> tuple[str, ...]:
    """Codes that take a recorded fact or a published score: items that nobody is asked, and nodes
    that rest on nothing else and say so by their evidence."""
    items = [i.code for i in instrument.index_items if not i.evidence.is_asked]
    nodes = [node.code for node in instrument.nodes if _is_leaf(instrument, node)]
    return (*items, *nodes)


def _is_leaf(instrument: Instrument, node: Node) -> bool:
    rests_on = instrument.items_of(node.code) or instrument.children(node.code)
    return not node.evidence.is_asked and not rests_on


def with_facts(
    responses: Responses, instrument: Instrument, facts: GivenScores
) -> tuple[Responses, Instrument]:
    """The same answers and instrument, with an item of its own for each node that facts feed, so
    that a fact is an item like any other: it has a weight, a driver and a row.

    Raises AnswersError for a code that takes no fact, a score outside 0..100, a region twice.
    """
    _check(facts, instrument)
    fed = [node for node in instrument.nodes if node.code in facts.nodes]
    items = tuple(
        Item(
            code=node.code,
            label=node.label,
            scale=RECORDED,
            section="",
            node=node.code,
            evidence=node.evidence,
            indicator=node.label,
        )
        for node in fed
    )
    blank = np.full((len(responses), len(items)), BLANK, dtype=np.int16)
    scale = AnswerScale(RECORDED, Text("Tercatat", "Recorded"), ())
    return (
        replace(responses, choice=np.hstack((responses.choice, blank))),
        replace(
            instrument,
            items=(*instrument.items, *items),
            scales=(*instrument.scales, scale),
        ),
    )


def enter_facts(sample: Sample, facts: GivenScores) -> tuple[Sample, tuple[str, ...]]:
    """The sample with its facts, and the regions whose facts wait for answers.

    A fact is turned by the direction of its node when it enters the parent, as answers are.
    """
    place = {code: i for i, code in enumerate(sample.tree.items)}
    row = {region: i for i, region in enumerate(sample.regions)}
    known = [i for i, region in enumerate(facts.regions) if region in row]
    entered = np.full((len(sample.regions), len(sample.tree.items)), np.nan)
    for column, code in enumerate(facts.nodes):
        entered[[row[facts.regions[i]] for i in known], place[code]] = facts.values[known, column]
    waiting = tuple(sorted(set(facts.regions) - set(row)))
    return replace(sample, facts=entered), waiting


def is_recorded(estimate: Estimate) -> Flags:
    """(n_regions, places) whether a score rests on records alone: nobody was asked, so there is
    nobody to protect and no sampling error."""
    recorded: Flags = ~np.isnan(estimate.values) & (estimate.n_used == 0)
    return recorded


def evidence_below(sample: Sample, estimate: Estimate, instrument: Instrument) -> list[list[str]]:
    """Per region and place the kinds of evidence behind the score, joined by "+"; "" where there
    is no score."""
    kinds = list(Evidence)
    of_item = [kinds.index(instrument.item_by_code[code].evidence) for code in sample.tree.items]
    has = ~np.isnan(estimate.values[:, : sample.tree.root])
    found = np.stack(
        [
            (has & (np.array(of_item) == k)).astype(np.int64) @ sample.tree.below.astype(np.int64)
            > 0
            for k in range(len(kinds))
        ],
        axis=-1,
    )
    found &= ~np.isnan(estimate.values)[:, :, None]
    words: dict[int, str] = {}
    table = []
    for row in found @ (1 << np.arange(len(kinds))):
        table.append([words.setdefault(int(mask), _words(int(mask), kinds)) for mask in row])
    return table


def _words(mask: int, kinds: list[Evidence]) -> str:
    return "+".join(kind.value for k, kind in enumerate(kinds) if mask >> k & 1)


def _check(facts: GivenScores, instrument: Instrument) -> None:
    places = fact_places(instrument)
    faults = [_not_a_place(code, instrument, places) for code in facts.nodes if code not in places]
    with np.errstate(invalid="ignore"):
        outside = np.argwhere((facts.values < 0) | (facts.values > 100) | np.isinf(facts.values))
    faults += [
        Fault(
            "score_outside_scale",
            f'region "{facts.regions[r]}", column "{facts.nodes[c]}"',
            f"The score {facts.values[r, c]:g} lies outside 0 to 100.",
            "Bring the fact to the scale 0 to 100 first, for example with `waspada index`.",
        )
        for r, c in outside.tolist()
    ]
    again = sorted({region for region in facts.regions if facts.regions.count(region) > 1})
    faults += [
        Fault(
            "region_twice",
            f'region "{region}"',
            "The region has more than one row of facts.",
            "Keep one row per region.",
        )
        for region in again
    ]
    if faults:
        raise AnswersError("facts", faults)


def _not_a_place(code: str, instrument: Instrument, places: tuple[str, ...]) -> Fault:
    asked = code in instrument.node_by_code or code in instrument.item_by_code
    close = suggestion(code, list(places))
    return Fault(
        "takes_no_fact",
        f'column "{code}"',
        "It rests on answers or on other nodes; a recorded score would replace them unseen."
        if asked
        else "The instrument has no item or node of this code.",
        f'Did you mean "{close}"?'
        if close
        else f"Facts enter at: {', '.join(places) or 'none; mark a leaf with evidence fact'}.",
    )
