"""Weights computed again, slowly and by other ways: loops, power iteration, corners of polygons."""

from __future__ import annotations

from itertools import combinations
from math import log, sqrt

Table = list[list[float]]


def correlation(x: list[float], y: list[float]) -> float:
    n = len(x)
    mx, my = sum(x) / n, sum(y) / n
    xy = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    xx = sum((a - mx) ** 2 for a in x)
    yy = sum((b - my) ** 2 for b in y)
    return xy / sqrt(xx * yy)


def power_iteration(matrix: Table, rounds: int = 20_000) -> tuple[float, list[float]]:
    """Largest eigenvalue and its vector (length 1) by multiplying again and again."""
    vector = [1.0 + 0.01 * k for k in range(len(matrix))]
    value = 0.0
    for _ in range(rounds):
        product = [sum(a * v for a, v in zip(row, vector, strict=True)) for row in matrix]
        value = sqrt(sum(p * p for p in product))
        new = [p / value for p in product]
        if max(abs(a - b) for a, b in zip(new, vector, strict=True)) < 1e-15:
            return value, new
        vector = new
    return value, vector


def first_component(columns: Table) -> list[float]:
    """Vector of the first principal component, with a sum >= 0."""
    matrix = [[correlation(x, y) for y in columns] for x in columns]
    _, vector = power_iteration(matrix)
    return vector if sum(vector) >= 0 else [-v for v in vector]


def entropy_weights(columns: Table) -> list[float]:
    divergences = []
    for column in columns:
        total = sum(column)
        shares = [x / total for x in column if x > 0]
        divergences.append(1 + sum(p * log(p) for p in shares) / log(len(column)))
    return [d / sum(divergences) for d in divergences]


def doubt_scores(values: Table) -> list[float]:
    """Benefit of the doubt of two columns: the optimum stands at a corner of the polygon."""
    n = len(values)
    lines = [(a, b, 1.0) for a, b in values] + [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)]
    corners = []
    for (a, b, c), (d, e, f) in combinations(lines, 2):
        det = a * e - b * d
        if abs(det) < 1e-14:
            continue
        v, w = (c * e - b * f) / det, (a * f - c * d) / det
        if v >= -1e-12 and w >= -1e-12 and all(x * v + y * w <= 1 + 1e-9 for x, y in values):
            corners.append((v, w))
    return [max(values[i][0] * v + values[i][1] * w for v, w in corners) for i in range(n)]
