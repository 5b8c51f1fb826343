"""Analysis computed again with plain loops over lists; None = missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from math import sqrt

Column = Sequence[float | None]


def paired(x: Column, y: Column) -> tuple[list[float], list[float]]:
    both = [(a, b) for a, b in zip(x, y, strict=True) if a is not None and b is not None]
    return [a for a, _ in both], [b for _, b in both]


def pearson(x: Column, y: Column) -> float:
    a, b = paired(x, y)
    return covariance(a, b) / sqrt(covariance(a, a) * covariance(b, b))


def covariance(x: Column, y: Column) -> float:
    a, b = paired(x, y)
    ma, mb = sum(a) / len(a), sum(b) / len(b)
    return sum((p - ma) * (q - mb) for p, q in zip(a, b, strict=True)) / (len(a) - 1)


def spearman(x: Column, y: Column) -> float:
    a, b = paired(x, y)
    return pearson(mean_ranks(a), mean_ranks(b))


def mean_ranks(x: Sequence[float]) -> list[float]:
    return [sum(b < a for b in x) + (sum(b == a for b in x) + 1) / 2 for a in x]


def kendall(x: Column, y: Column) -> float:
    a, b = paired(x, y)
    score = untied_a = untied_b = 0
    for i, j in combinations(range(len(a)), 2):
        p, q = sign(a[i] - a[j]), sign(b[i] - b[j])
        score += p * q
        untied_a += p * p
        untied_b += q * q
    return score / sqrt(untied_a * untied_b)


def sign(x: float) -> int:
    return (x > 0) - (x < 0)


def exact_kendall_p(n: int, score: int) -> float:
    """Share of all orders whose |concordant - discordant| is at least this large."""
    at_least = total = 0
    for order in permutations(range(n)):
        found = sum(sign(order[j] - order[i]) for i, j in combinations(range(n), 2))
        at_least += abs(found) >= abs(score)
        total += 1
    return at_least / total


def alpha(columns: Sequence[Column]) -> float:
    """As COINr writes it: k^2 times the mean covariance, by the sum of all of them."""
    k = len(columns)
    matrix = [[covariance(x, y) for y in columns] for x in columns]
    total = sum(map(sum, matrix))
    mean = (total - sum(matrix[i][i] for i in range(k))) / (k * (k - 1))
    return k * k * mean / total


def inverse(matrix: list[list[float]]) -> list[list[float]]:
    """Gauss-Jordan with row exchanges."""
    n = len(matrix)
    rows = [[*row, *[float(i == j) for j in range(n)]] for i, row in enumerate(matrix)]
    for i in range(n):
        best = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r in range(n):
            if r != i:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[n:] for row in rows]


def kmo(columns: Sequence[Column]) -> float:
    k = len(columns)
    r = [[pearson(x, y) for y in columns] for x in columns]
    s = inverse(r)
    off = [(i, j) for i in range(k) for j in range(k) if i != j]
    r2 = sum(r[i][j] ** 2 for i, j in off)
    q2 = sum((s[i][j] / sqrt(s[i][i] * s[j][j])) ** 2 for i, j in off)
    return r2 / (r2 + q2)


def index(
    row: Mapping[str, float | None],
    children: Mapping[str, Sequence[str]],
    weights: Mapping[str, float],
    code: str,
) -> float | None:
    """Weighted mean of what is there, down the tree."""
    if code not in children:
        return row[code]
    found = [(weights[c], index(row, children, weights, c)) for c in children[code]]
    counting = [(w, x) for w, x in found if x is not None and w > 0]
    if not counting:
        return None
    return sum(w * x for w, x in counting) / sum(w for w, _ in counting)


def rank(scores: Sequence[float | None], place: int) -> int | None:
    own = scores[place]
    if own is None:
        return None
    return 1 + sum(other is not None and other > own for other in scores)
