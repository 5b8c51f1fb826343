"""The measures on single answers once more, in plain Python, one person or pair at a time."""

from __future__ import annotations

from math import exp, log, pi, sqrt
from statistics import NormalDist

NORMAL = NormalDist()


def longest_run(places):
    """places: ticked place per item, None for a blank. Longest run of each place, as a dict."""
    best = {}
    for start, place in enumerate(places):
        if place is None:
            continue
        length = 0
        while start + length < len(places) and places[start + length] == place:
            length += 1
        best[place] = max(best.get(place, 0), length)
    return best


def contradictory(scores, pairs):
    """scores: turned score per item, None for a blank."""
    return sum(
        scores[i] is not None and scores[j] is not None and abs(scores[i] - scores[j]) >= 75
        for i, j in pairs
    )


def answer_chances(shares, substance, level):
    """Chance of each category of one item for a person at a level of s."""
    chances, below, last = [], 0.0, 0.0
    for share in shares:
        below += share
        if below >= 1 - 1e-12:
            now = 1.0
        elif below <= 1e-12:
            now = 0.0
        else:
            cut = NORMAL.inv_cdf(below)
            now = NORMAL.cdf((cut - sqrt(substance) * level) / sqrt(1 - substance))
        chances.append(now - last)
        last = now
    return chances


def likeliest_level(cells, shares, substance, levels):
    def weight(level):
        total = log(exp(-(level**2) / 2) / sqrt(2 * pi))
        for item, cell in enumerate(cells):
            if cell >= 0:
                total += log(max(answer_chances(shares[item], substance, level)[cell], 1e-6))
        return total

    return max(levels, key=weight)


def excess(a, b, shares, substance, levels):
    """Standardised agreement of two people without blanks."""
    one = likeliest_level(a, shares, substance, levels)
    two = likeliest_level(b, shares, substance, levels)
    matches = mean = variance = 0.0
    for item, (x, y) in enumerate(zip(a, b, strict=True)):
        first = answer_chances(shares[item], substance, one)
        second = answer_chances(shares[item], substance, two)
        q = sum(p * r for p, r in zip(first, second, strict=True))
        matches += x == y
        mean += q
        variance += q * (1 - q)
    return (matches - mean) / sqrt(max(variance, 0.5))


def holm(p):
    adjusted, highest = {}, 0.0
    for step, k in enumerate(sorted(range(len(p)), key=lambda k: p[k])):
        highest = max(highest, p[k] * (len(p) - step))
        adjusted[k] = min(highest, 1.0)
    return [adjusted[k] for k in range(len(p))]
