"""The index once more, written for reading: dictionaries and loops, no numpy."""

from __future__ import annotations

from collections import defaultdict
from math import exp, log

from waspada.collection.model import EVERYONE, Responses
from waspada.instrument.model import Aggregation, Instrument


def index_of(responses: Responses, instrument: Instrument) -> dict[str, dict[str, float | None]]:
    """region -> node or item code -> score."""
    result = {}
    for r, region in enumerate(responses.regions):
        rows = [
            (responses.strata[responses.stratum[i]], _scores(responses.choice[i], instrument))
            for i in range(len(responses))
            if responses.region[i] == r
        ]
        rows = [(element, scores) for element, scores in rows if scores]
        groups = _groups(rows, instrument)
        items = {item.code: _item_mean(item.code, groups) for item in instrument.index_items}
        nodes = {node.code: _node(node.code, items, instrument) for node in instrument.nodes}
        result[region] = {**items, **nodes}
    return result


def _scores(choice, instrument: Instrument) -> dict[str, float]:  # type: ignore[no-untyped-def]
    found = {}
    for k, item in enumerate(instrument.items):
        if item.node is None or choice[k] < 0:
            continue
        score = instrument.scale_of(item).choices[choice[k]].score
        if score is not None:
            found[item.code] = score if item.direction > 0 else 100 - score
    return found


def _groups(rows, instrument: Instrument):  # type: ignore[no-untyped-def]
    """[(weight, [scores of one response, ...])] of the groups with at least five responses."""
    strata = instrument.stratum_by_code
    count: dict[str, int] = defaultdict(int)
    for element, _ in rows:
        count[element] += 1
    small = {e for e in count if e != EVERYONE and count[e] < max(5, strata[e].minimum_count)}

    def group_of(element: str) -> str:
        if element not in small or strata[element].merge_into is None:
            return home(element)
        return home(strata[element].merge_into)

    def home(element: str) -> str:
        partner = strata[element].merge_into if element != EVERYONE else None
        mutual = partner is not None and strata[partner].merge_into == element
        if mutual and element in small and partner in small:
            return "+".join(sorted((element, partner)))
        return element

    members = defaultdict(list)
    for element, scores in rows:
        members[group_of(element)].append(scores)
    weight: dict[str, float] = defaultdict(float)
    for element in count:
        weight[group_of(element)] += 1.0 if element == EVERYONE else strata[element].weight
    return [(weight[g], scores) for g, scores in members.items() if len(scores) >= 5]


def _item_mean(item: str, groups) -> float | None:  # type: ignore[no-untyped-def]
    top = bottom = 0.0
    for weight, rows in groups:
        answered = [scores[item] for scores in rows if item in scores]
        if answered:
            top += weight * sum(answered) / len(answered)
            bottom += weight
    return top / bottom if bottom else None


def _node(code: str, items: dict[str, float | None], instrument: Instrument) -> float | None:
    children = [(i.weight, items[i.code]) for i in instrument.items_of(code)]
    for child in instrument.children(code):
        score = _node(child.code, items, instrument)
        turned = score if score is None or child.direction > 0 else 100 - score
        children.append((child.weight, turned))
    node = instrument.node_by_code[code]
    total = sum(w for w, _ in children)
    known = [(w, x) for w, x in children if x is not None]
    share = sum(w for w, _ in known)
    if not known or share < node.min_share * total - 1e-12:
        return None
    match node.aggregation:
        case Aggregation.ARITHMETIC:
            return sum(w * x for w, x in known) / share
        case Aggregation.GEOMETRIC:
            if any(x == 0 for _, x in known):
                return 0.0
            return exp(sum(w * log(x) for w, x in known) / share)
        case Aggregation.HARMONIC:
            if any(x == 0 for _, x in known):
                return 0.0
            return share / sum(w / x for w, x in known)
        case Aggregation.GENERALISED:
            if node.power <= 0 and any(x == 0 for _, x in known):
                return 0.0
            if node.power == 0:
                return exp(sum(w * log(x) for w, x in known) / share)
            return (sum(w * x**node.power for w, x in known) / share) ** (1 / node.power)
