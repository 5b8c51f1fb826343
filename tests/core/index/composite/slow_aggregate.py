"""Aggregation once more, one unit at a time: lists and loops, no numpy. None = missing."""

from __future__ import annotations

from math import exp, inf, log


def _pairs(children, weights):  # type: ignore[no-untyped-def]
    return [(x, w) for x, w in zip(children, weights, strict=True) if x is not None and w > 0]


def generalised(children, weights, power):  # type: ignore[no-untyped-def]
    pairs = _pairs(children, weights)
    if not pairs:
        return None
    values, total = [x for x, _ in pairs], sum(w for _, w in pairs)
    if power == inf:
        return max(values)
    if power == -inf:
        return min(values)
    if power <= 0 and min(values) == 0:
        return 0.0
    if power == 0:
        return exp(sum(w * log(x) for x, w in pairs) / total)
    return (sum(w * x**power for x, w in pairs) / total) ** (1 / power)


def median(children, weights):  # type: ignore[no-untyped-def]
    pairs = sorted(_pairs(children, weights))
    if not pairs:
        return None
    half, run = sum(w for _, w in pairs) / 2, 0.0
    for k, (x, w) in enumerate(pairs):
        run += w
        if abs(run - half) < 1e-9 and k + 1 < len(pairs):
            return (x + pairs[k + 1][0]) / 2
        if run > half:
            return x
    return pairs[-1][0]


def mazziotta_pareto(children, weights, penalty="downward"):  # type: ignore[no-untyped-def]
    pairs = _pairs(children, weights)
    if not pairs:
        return None
    total = sum(w for _, w in pairs)
    mean = sum(w * x for x, w in pairs) / total
    spread = (sum(w * (x - mean) ** 2 for x, w in pairs) / total) ** 0.5
    cv = spread / mean
    return mean - spread * cv if penalty == "downward" else mean + spread * cv


def copeland(rows, weights, score="net_wins"):  # type: ignore[no-untyped-def]
    result = []
    for i, own in enumerate(rows):
        if not _pairs(own, weights):
            result.append(None)
            continue
        points = 0.0
        for j, other in enumerate(rows):
            if i == j or not _pairs(other, weights):
                continue
            ahead = level = behind = 0.0
            for a, b, w in zip(own, other, weights, strict=True):
                if a is None or b is None:
                    continue
                ahead += w * (a > b)
                level += w * (a == b)
                behind += w * (a < b)
            common = ahead + level + behind
            share = (ahead + level / 2) / common if common else 0.5
            if abs(share - 0.5) < 1e-12:
                share = 0.5
            points += (share > 0.5) - (share < 0.5) if score == "net_wins" else share
        result.append(points)
    return result


def mean(name, children, weights, parameters):  # type: ignore[no-untyped-def]
    if name in ("arithmetic", "geometric", "harmonic"):
        power = {"arithmetic": 1, "geometric": 0, "harmonic": -1}[name]
        return generalised(children, weights, power)
    if name == "generalised":
        return generalised(children, weights, parameters["power"])
    if name == "reversed_geometric":
        low, high = parameters["lower"], parameters["upper"]
        lacking = [None if x is None else 1 + 9 * (high - x) / (high - low) for x in children]
        mean_of_lacks = generalised(lacking, weights, 0)
        return None if mean_of_lacks is None else high - (mean_of_lacks - 1) / 9 * (high - low)
    if name == "median":
        return median(children, weights)
    return mazziotta_pareto(children, weights, parameters.get("penalty", "downward"))


def climb(values, framework, weights, rules):  # type: ignore[no-untyped-def]
    """values: unit -> {indicator: score}. rules: node -> (name, parameters).

    Returns unit -> {node: score or None}. rules may give min_share and availability.
    """
    scores = [dict(row) for row in values]
    for node in framework.aggregates:
        codes = framework.children(node.code)
        own = [weights[c] for c in codes]
        name, parameters = rules[node.code]
        rows = []
        for row in scores:
            children = [row[c] for c in codes]
            counts = [1.0 if parameters.get("availability") != "weighted" else w for w in own]
            total = sum(c for c, w in zip(counts, own, strict=True) if w > 0)
            there = sum(
                c for c, w, x in zip(counts, own, children, strict=True) if w > 0 and x is not None
            )
            enough = there >= parameters.get("min_share", 0) * total - 1e-9
            rows.append(children if enough else [None] * len(children))
        if name == "copeland":
            got = copeland(rows, own, parameters.get("score", "net_wins"))
        else:
            got = [mean(name, children, own, parameters) for children in rows]
        for row, score in zip(scores, got, strict=True):
            row[node.code] = score
    return scores
