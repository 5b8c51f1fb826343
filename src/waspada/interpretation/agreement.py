"""Do people of a region agree, within their element and between elements?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.errors import QualityError
from waspada.index.model import Floats

SKEWED = {
    "slight": (0.05, 0.15, 0.20, 0.35, 0.25),
    "moderate": (0.0, 0.10, 0.15, 0.40, 0.35),
    "heavy": (0.0, 0.0, 0.10, 0.40, 0.50),
}
"""Answers on five choices of people who do not agree but lean to one end, after LeBreton and
Senter (2008), table 2: variances 1.34, 0.90 and 0.44 in steps."""

FEWEST_FOR_POLYCHORIC = 100
"""Below, tables of two items have too many empty cells for a polychoric correlation."""

PAIRS_AT_ONCE = 256

QUADRATURE = 48
GOLDEN = (5**0.5 - 1) / 2


def intraclass(scores: Floats, group: NDArray[np.intp]) -> tuple[float, float]:
    """ICC(1) and ICC(1,k) of people in groups of unequal size.

        ICC(1)   = (MSB - MSW) / (MSB + (k - 1) MSW)     k = (N - sum n_g^2 / N) / (G - 1)
        ICC(1,k) = (MSB - MSW) / MSB

    ICC(1): share of the variance of one answer that lies between groups; ICC(1,k): reliability of
    a group mean. scores: (n,) 0..100, NaN left out. group: (n,). At most 1, negative where groups
    lie closer together than chance has it; NaN with fewer than two groups, as many groups as
    people, or nothing that varies.

    Source: Shrout and Fleiss, Psychological Bulletin 86 (1979); Bliese (2000) for unequal groups.
    """
    used = ~np.isnan(scores)
    x = scores[used]
    _, g = np.unique(group[used], return_inverse=True)
    n = np.bincount(g).astype(float)
    if len(n) < 2 or len(x) == len(n):
        return float("nan"), float("nan")
    mean = np.bincount(g, weights=x) / n
    between = float((n * (mean - x.mean()) ** 2).sum()) / (len(n) - 1)
    within = float(((x - mean[g]) ** 2).sum()) / (len(x) - len(n))
    k = (len(x) - (n**2).sum() / len(x)) / (len(n) - 1)
    spread = between + (k - 1) * within
    one = (between - within) / spread if spread > 0 else float("nan")
    many = (between - within) / between if between > 0 else float("nan")
    return float(one), float(many)


def null_variance(choices: int, kind: str = "uniform") -> float:
    """Variance, in points squared of 0..100, of answers of people who do not agree.

    uniform: (A^2 - 1) / 12 steps squared for A evenly spaced choices; slight, moderate, heavy:
    answers that lean to one end, for five choices only. One step is 100 / (A - 1) points.
    Raises QualityError for a kind that is not known for so many choices.
    """
    step = 100.0 / (choices - 1)
    if kind == "uniform":
        return (choices**2 - 1) / 12.0 * step**2
    if kind not in SKEWED or choices != 5:
        raise QualityError(
            f'There is no null distribution "{kind}" for {choices} choices. Take "uniform", or '
            f"one of {', '.join(SKEWED)} for five choices.",
            code="unknown_null",
        )
    share, places = np.array(SKEWED[kind]), np.arange(5)
    return float(share @ places**2 - (share @ places) ** 2) * step**2


def within_group(scores: Floats, null: Floats) -> float:
    """Agreement within a group over J items, r_wg(J); for J = 1 it is r_wg.

        r_wg(J) = J (1 - q) / (J (1 - q) + q)     q = mean_i s_i^2 / null_i

    1: all alike. q above 1 (people differ more than by chance) gives 0, as James, Demaree and
    Wolf advise. scores: (n, J) 0..100, NaN left out; items with fewer than two answers, or
    whose null is NaN, do not count. null: (J,) variance without agreement. NaN where no item
    counts.

    Source: James, Demaree and Wolf, J. Applied Psychology 69 (1984) and 78 (1993).
    """
    counts = ((~np.isnan(scores)).sum(axis=0) > 1) & ~np.isnan(null)
    if not counts.any():
        return float("nan")
    q = float((np.nanvar(scores[:, counts], axis=0, ddof=1) / null[counts]).mean())
    items = int(counts.sum())
    return items * (1 - q) / (items * (1 - q) + q) if q < 1 else 0.0


def average_deviation(scores: Floats) -> float:
    """Mean over items of the mean distance of answers from the item's mean, in points.

    People agree practically where it stays below 100 A / (6 (A - 1)): 20.8 for five choices.
    scores: (n, J), NaN left out. NaN where nobody answered.
    Source: Burke, Finkelstein and Dusig, Organizational Research Methods 2 (1999); Burke and
    Dunlap (2002) for the cut-off A / 6.
    """
    answered = (~np.isnan(scores)).any(axis=0)
    if not answered.any():
        return float("nan")
    x = scores[:, answered]
    return float(np.nanmean(np.abs(x - np.nanmean(x, axis=0)), axis=0).mean())


def polychoric(x: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Correlation of two normal variables behind two ordered answers, by two-step likelihood.

    Cuts come from the margins; then the correlation maximises  sum n_ab log P_ab(r)  where P_ab
    is the bivariate normal chance of a cell. x, y: (n,) categories 0, 1, ...; negative = missing,
    left out in pairs. Raises QualityError below FEWEST_FOR_POLYCHORIC pairs or where one does not
    vary.

    Source: Olsson, Psychometrika 44 (1979).
    """
    pair = np.array([[0, 1]])
    return float(polychoric_of_pairs(np.column_stack((x, y)), pair)[0])


def polychoric_of_pairs(categories: NDArray[np.int64], pairs: NDArray[np.intp]) -> Floats:
    """(n_pairs,) polychoric correlation of each pair of columns, all at once.

    categories: (n, J), negative = missing. pairs: (n_pairs, 2) columns. Raises as `polychoric`.
    """
    size = int(categories.max(initial=0)) + 1
    tables = np.stack([_cross_table(categories[:, i], categories[:, j], size) for i, j in pairs])
    parts = np.array_split(tables, -(-len(tables) // PAIRS_AT_ONCE))
    return np.concatenate([_likeliest(part) for part in parts])


def _cross_table(x: NDArray[np.int64], y: NDArray[np.int64], size: int) -> Floats:
    """(size, size) counts of each pair of categories; refused where they carry no correlation."""
    both = (x >= 0) & (y >= 0)
    table = np.bincount(x[both] * size + y[both], minlength=size * size).reshape(size, size)
    used = min(int((table.sum(axis=axis) > 0).sum()) for axis in (0, 1))
    if table.sum() < FEWEST_FOR_POLYCHORIC or used < 2:
        raise QualityError(
            f"A polychoric correlation needs {FEWEST_FOR_POLYCHORIC} people who answered both "
            f"items, and answers that differ; there are {int(table.sum())}. Use more regions "
            "together.",
            code="too_few_for_polychoric",
        )
    return table.astype(float)


def _likeliest(tables: Floats) -> Floats:
    """(n_pairs,) correlation of the highest likelihood, by golden section.

    tables: (n_pairs, K, K). A category nobody uses has two equal cuts and chance 0.
    """
    from scipy.special import ndtri

    total = tables.sum(axis=(1, 2))[:, None]
    start = np.zeros((len(tables), 1))
    rows, columns = (
        ndtri(np.clip(np.hstack((start, tables.sum(axis=a).cumsum(axis=1) / total)), 0, 1))
        for a in (2, 1)
    )

    def likelihood(r: Floats) -> Floats:
        below = bivariate_normal(rows[:, :, None], columns[:, None, :], r[:, None, None])
        cells = np.diff(np.diff(below, axis=1), axis=2)
        height: Floats = (tables * np.log(np.maximum(cells, 1e-12))).sum(axis=(1, 2))
        return height

    low, high = np.full((2, len(tables)), 0.999)
    low = -low
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = likelihood(left), likelihood(right)
    while (high - low).max() > 1e-7:
        to_left = at_left > at_right
        low, high = np.where(to_left, low, left), np.where(to_left, right, high)
        new = np.where(to_left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_new = likelihood(new)
        left, right = np.where(to_left, new, right), np.where(to_left, left, new)
        at_left, at_right = (
            np.where(to_left, at_new, at_right),
            np.where(to_left, at_left, at_new),
        )
    middle: Floats = (low + high) / 2
    return middle


def bivariate_normal(h: Floats, k: Floats, r: Floats | float) -> Floats:
    """P(X < h, Y < k) of two standard normals with correlation r in (-1, 1); h, k may be infinite.
    h, k, r are broadcast together.

        P = Phi(h) Phi(k) + 1/(2 pi) int_0^asin(r) exp(-(h^2 + k^2 - 2 h k sin a) / (2 cos^2 a)) da

    Source: Drezner and Wesolowsky, J. Statistical Computation and Simulation 35 (1990).
    """
    from scipy.special import ndtr

    places, weights = np.polynomial.legendre.leggauss(QUADRATURE)
    end = np.arcsin(r)
    angle = np.asarray(end)[..., None] * (places + 1) / 2
    h38, k38 = np.clip(h, -38, 38)[..., None], np.clip(k, -38, 38)[..., None]
    cosine = 1.0 / (2 * np.cos(angle) ** 2)
    square = (h38**2 + k38**2) * cosine - h38 * k38 * (2 * np.sin(angle) * cosine)
    inner = np.exp(-square) @ weights * end / 2
    out: Floats = ndtr(h) * ndtr(k) + inner / (2 * np.pi)
    return out


def ordinal_alpha(categories: NDArray[np.int64]) -> float:
    """Alpha of the continuous variables behind ordered answers.

        alpha = J r / (1 + (J - 1) r)     r: mean polychoric correlation of all pairs of items

    categories: (n, J) in turned order, negative = missing; J >= 2. Raises as `polychoric`.
    Source: Zumbo, Gadermann and Zeisser, J. Modern Applied Statistical Methods 6 (2007).
    """
    items = categories.shape[1]
    if items < 2:
        raise QualityError("Ordinal alpha needs two items or more.", code="too_few_items")
    pairs = np.column_stack(np.triu_indices(items, k=1))
    r = float(polychoric_of_pairs(categories, pairs).mean())
    return float(items * r / (1 + (items - 1) * r))
