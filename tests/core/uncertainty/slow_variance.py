"""The linearised variance once more, person by person, with slopes by finite differences."""

from __future__ import annotations

from tests.core.index.slow import _groups, _node, _scores, index_of
from waspada.collection.model import Responses
from waspada.instrument.model import Instrument

STEP = 1e-5


def variance_of(responses: Responses, asked: Instrument, region: str) -> dict[str, float]:
    """Node -> sum over groups of n / (n - 1) sum_k e_k^2, for answers without gaps.

    e_k: what the node moves when person k leaves the mean of the group for the own answers.
    """
    r = responses.regions.index(region)
    rows = [
        (responses.strata[responses.stratum[i]], _scores(responses.choice[i], asked))
        for i in range(len(responses))
        if responses.region[i] == r
    ]
    groups = _groups(rows, asked)
    items = {i.code: index_of(responses, asked)[region][i.code] for i in asked.index_items}
    total = sum(weight for weight, _ in groups)
    found = {}
    for node in asked.nodes:
        slope = {code: _slope(node.code, code, items, asked) for code in items}
        variance = 0.0
        for weight, people in groups:
            n = len(people)
            mean = {code: sum(p[code] for p in people) / n for code in items}
            moves = [
                sum(slope[code] * (p[code] - mean[code]) for code in items) * weight / total / n
                for p in people
            ]
            variance += n / (n - 1) * sum(move**2 for move in moves)
        found[node.code] = variance
    return found


def _slope(node: str, item: str, items: dict[str, float], asked: Instrument) -> float:
    up, down = ({**items, item: items[item] + step} for step in (STEP, -STEP))
    return (_node(node, up, asked) - _node(node, down, asked)) / (2 * STEP)
