"""Correlations of indicators and nodes: kernels on arrays, and tables on a framework."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.table import CODE, ancestor, cell, values_of
from waspada.index.composite.model import Detail
from waspada.index.model import Counts, Flags, Floats
from waspada.instrument.framework import Framework

FEWEST = 3
"""Pairs of values below which no correlation is given: two points always lie on a line."""

EXACT_BELOW = 50
"""Pairs below which the p value of Kendall's tau without ties is exact."""

CELLS_AT_ONCE = 4_000_000


class CorrelationKind(StrEnum):
    PEARSON = "pearson"
    SPEARMAN = "spearman"
    KENDALL = "kendall"


@dataclass(frozen=True)
class Correlations:
    """r: (n_first, n_second) in -1 .. 1, p: two-sided p value of r = 0, n: pairs of values.

    r and p are NaN where a column is constant over the common rows, or these are fewer than 3.
    """

    r: Floats
    p: Floats
    n: Counts


def correlate(
    first: Floats, second: Floats, *, kind: CorrelationKind = CorrelationKind.PEARSON
) -> Correlations:
    """Correlation of every column of one table with every column of another.

        Pearson   r = sum (x - mx)(y - my) / sqrt( sum (x - mx)^2 sum (y - my)^2 )
        Spearman  Pearson on ranks, equal values sharing their mean rank
        Kendall   tau-b = (concordant - discordant) / sqrt( pairs untied in x * pairs untied in y )

    first, second: (n_rows, k), NaN = missing. Each pair of columns is correlated over the rows
    that have both; ranks are taken within these.
    p values: Student's t with n - 2 degrees of freedom for Pearson and Spearman; Kendall: exact for
    n < 50 without ties, else the normal approximation with the variance under ties.

    Source: Kendall, Rank Correlation Methods (1970), chapters 1, 3 to 5.
    """
    if kind is CorrelationKind.KENDALL:
        return _kendall(first, second)
    there = (~np.isnan(first)).astype(np.int64), (~np.isnan(second)).astype(np.int64)
    n: Counts = there[0].T @ there[1]
    prepare: Callable[[Floats], Floats] = _mean_ranks if kind is CorrelationKind.SPEARMAN else _same
    full: list[Flags] = [np.all(~np.isnan(table), axis=0) for table in (first, second)]
    r = np.full(n.shape, np.nan)
    if full[0].any() and full[1].any():
        block = _standard(prepare(first[:, full[0]])).T @ _standard(prepare(second[:, full[1]]))
        r[np.ix_(full[0], full[1])] = block
    for i, j in np.argwhere(~(full[0][:, None] & full[1][None, :])):
        both = ~np.isnan(first[:, i]) & ~np.isnan(second[:, j])
        if both.sum() >= FEWEST:
            pair = prepare(np.column_stack([first[both, i], second[both, j]]))
            z = _standard(pair)
            r[i, j] = z[:, 0] @ z[:, 1]
    r = np.where(n < FEWEST, np.nan, np.clip(r, -1.0, 1.0))
    return Correlations(r, student_p(r, n), n)


def student_p(r: Floats, n: Counts) -> Floats:
    """Two-sided p value of a correlation: t = r sqrt((n - 2) / (1 - r^2)), n - 2 degrees."""
    from scipy.special import betainc

    df = np.where(n > 2, n - 2, 1).astype(float)
    p: Floats = betainc(df / 2.0, 0.5, 1.0 - np.where(np.isnan(r), 0.0, r) ** 2)
    return np.where(np.isnan(r) | (n <= 2), np.nan, p)


def _same(x: Floats) -> Floats:
    return x


def _standard(x: Floats) -> Floats:
    """Columns with mean 0 and length 1; NaN for a constant one."""
    constant = x.max(axis=0) == x.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        x = x / np.abs(x).max(axis=0, initial=0.0)  # squares of tiny or huge values do not exist
        z = x - x.mean(axis=0)
        z /= np.abs(z).max(axis=0, initial=0.0)
        length = np.sqrt((z * z).sum(axis=0))
        found: Floats = np.where(constant, np.nan, z / length)
    return found


def _mean_ranks(x: Floats) -> Floats:
    """Ascending ranks of each column, equal values sharing their mean rank."""
    found = np.empty(x.shape)
    for k, column in enumerate(x.T):
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        ends = np.cumsum(counts)
        found[:, k] = (ends - (counts - 1) / 2.0)[inverse]
    return found


# Kendall -----------------------------------------------------------------------------------------


def _kendall(first: Floats, second: Floats) -> Correlations:
    """tau-b of all column pairs at once: signs of all differences as one matrix product."""
    shape = (first.shape[1], second.shape[1])
    score, untied_first, untied_second = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    n_rows = len(first)
    block = max(1, CELLS_AT_ONCE // max(1, n_rows * max(shape)))
    for start in range(0, n_rows, block):
        a, a_there = _signs(first, start, start + block)
        b, b_there = _signs(second, start, start + block)
        score += a.T @ b
        untied_first += (a * a).T @ b_there
        untied_second += a_there.T @ (b * b)
    there = (~np.isnan(first)).astype(np.int64), (~np.isnan(second)).astype(np.int64)
    n: Counts = there[0].T @ there[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = score / np.sqrt(untied_first) / np.sqrt(untied_second)
    tau = np.where((n < FEWEST) | (untied_first == 0) | (untied_second == 0), np.nan, tau)
    tau = np.clip(tau, -1.0, 1.0)
    p = np.full(shape, np.nan)
    for i, j in np.argwhere(~np.isnan(tau)):
        both = ~np.isnan(first[:, i]) & ~np.isnan(second[:, j])
        p[i, j] = kendall_p(first[both, i], second[both, j], score[i, j] / 2.0)
    return Correlations(tau, p, n)


def _signs(x: Floats, start: int, stop: int) -> tuple[Floats, Floats]:
    """Signs of x_i - x_j for rows i of a block and all j, 0 where missing; where both are there."""
    difference = np.sign(x[start:stop, None, :] - x[None, :, :])
    there = ~np.isnan(difference)
    flat = (-1, x.shape[1])
    return np.where(there, difference, 0.0).reshape(flat), there.reshape(flat).astype(float)


def kendall_p(x: Floats, y: Floats, score: float) -> float:
    """Two-sided p value of concordant - discordant = score under independence.

    x, y: (n,) without missing values.
    Exact where n < 50 and nothing is tied; else normal, with the variance of Kendall (1970),
    chapter 4, which R's `cor.test` uses too (without continuity correction).
    """
    from scipy.special import erfc

    n = len(x)
    ties = [np.unique(column, return_counts=True)[1].astype(float) for column in (x, y)]
    if n < EXACT_BELOW and all(len(counts) == n for counts in ties):
        return _exact_kendall_p(n, score)
    t, u = ties

    def one(c: Floats) -> float:
        return float((c * (c - 1)).sum())

    def two(c: Floats) -> float:
        return float((c * (c - 1) * (c - 2)).sum())

    def five(c: Floats) -> float:
        return float((c * (c - 1) * (2 * c + 5)).sum())

    variance = (n * (n - 1) * (2 * n + 5) - five(t) - five(u)) / 18
    variance += one(t) * one(u) / (2 * n * (n - 1))
    variance += two(t) * two(u) / (9 * n * (n - 1) * (n - 2)) if n > 2 else 0.0
    return float(erfc(abs(score) / np.sqrt(2 * variance)))


def _exact_kendall_p(n: int, score: float) -> float:
    """P(|S| >= |score|): discordant pairs of a random order are its inversions."""
    pairs = n * (n - 1) // 2
    discordant = round((pairs - abs(score)) / 2)
    return float(min(1.0, 2.0 * _inversions(n)[: discordant + 1].sum())) if score else 1.0


@cache
def _inversions(n: int) -> Floats:
    """Chance of each number of inversions of a random order of n."""
    chances = np.ones(1)
    for k in range(2, n + 1):
        chances = np.convolve(chances, np.full(k, 1.0 / k))
    return chances


# Tables ------------------------------------------------------------------------------------------

HEADER = ("first", "second", "correlation", "p_value", "n_pairs")


def correlation_table(
    framework: Framework,
    table: IndicatorTable,
    scores: Floats | None = None,
    *,
    levels: tuple[int, int] = (1, 1),
    kind: CorrelationKind = CorrelationKind.PEARSON,
    within: int | None = None,
    family: bool = False,
    largest_p: float | None = None,
    name: str = "correlations",
) -> Detail:
    """Correlations between the members of two levels, one row per pair.

    levels: lower and higher, 1 = indicators; a level with itself gives each pair once, without the
    diagonal. within: only pairs below the same node of that level. family: between two levels, only
    a member with the node above it. largest_p: correlations with a larger p value are left empty.
    A correlation that does not exist (a constant indicator, fewer than 3 pairs) is empty.
    """
    lower, higher = min(levels), max(levels)
    first, second = framework.members(lower), framework.members(higher)
    found = correlate(
        values_of(framework, table, scores, first),
        values_of(framework, table, scores, second),
        kind=kind,
    )
    wanted = _wanted(framework, first, second, lower, higher, within, family)
    rows = []
    for i, j in np.argwhere(wanted):
        r, p = found.r[i, j], found.p[i, j]
        hidden = largest_p is not None and not p <= largest_p
        shown = None if hidden else cell(r)
        rows.append((first[i], second[j], shown, cell(p), int(found.n[i, j])))
    return Detail(name, HEADER, tuple(rows))


def _wanted(
    framework: Framework,
    first: Sequence[str],
    second: Sequence[str],
    lower: int,
    higher: int,
    within: int | None,
    family: bool,
) -> Flags:
    """(n_first, n_second) which pairs the table has."""
    wanted = np.ones((len(first), len(second)), dtype=bool)
    if lower == higher:
        wanted = np.triu(wanted, 1)
    elif family:
        above = [ancestor(framework, code, higher) for code in first]
        wanted &= np.array([[code == other for other in second] for code in above])
    if within is not None:
        groups = [
            [ancestor(framework, code, within) for code in codes] for codes in (first, second)
        ]
        wanted &= np.array([[a is not None and a == b for b in groups[1]] for a in groups[0]])
    return wanted


@dataclass(frozen=True)
class Bounds:
    """high: above it two indicators say the same. low: below it an indicator hardly belongs.
    negative: below it an indicator works against its siblings."""

    high: float = 0.9
    low: float = 0.3
    negative: float = 0.0


def correlation_flags(
    framework: Framework,
    table: IndicatorTable,
    *,
    level: int = 2,
    kind: CorrelationKind = CorrelationKind.PEARSON,
    bounds: Bounds | None = None,
) -> Detail:
    """Pairs of indicators below the same node of a level that correlate conspicuously.

    high: r > bounds.high;  negative: r < bounds.negative;  low: r < bounds.low otherwise
    """
    bounds = bounds or Bounds()
    pairs = correlation_table(framework, table, kind=kind, within=level)
    rows = []
    for first, second, r, p, n in pairs.rows:
        flag = None if r is None else _flag(r, bounds)
        if flag:
            rows.append((ancestor(framework, first, level), first, second, r, p, n, flag))
    header = ("group", *HEADER, "flag")
    return Detail("correlation_flags", header, tuple(rows))


def _flag(r: float, bounds: Bounds) -> str | None:
    if r > bounds.high:
        return "high"
    if r < bounds.negative:
        return "negative"
    return "low" if r < bounds.low else None


def denominator_correlations(
    table: IndicatorTable, *, kind: CorrelationKind = CorrelationKind.PEARSON, above: float = 0.6
) -> Detail:
    """Correlation of every indicator with every denominator, flagged where |r| > above.

    An indicator that follows the size of a unit is a candidate for being divided by it.
    """
    codes = tuple(table.denominators)
    rows: list[tuple[object, ...]] = []
    if codes:
        sizes = np.column_stack([table.denominators[code] for code in codes])
        found = correlate(table.values, sizes, kind=kind)
        for i, j in np.ndindex(found.r.shape):
            r = float(found.r[i, j])
            flag = "high" if abs(r) > above else ""
            rows.append(
                (table.indicators[i], codes[j], cell(r), cell(float(found.p[i, j])),
                 int(found.n[i, j]), flag)
            )  # fmt: skip
    header = (CODE, "denominator", "correlation", "p_value", "n_pairs", "flag")
    return Detail("denominator_correlations", header, tuple(rows))


def cross_correlations(
    framework: Framework,
    table: IndicatorTable,
    scores: Floats,
    *,
    kind: CorrelationKind = CorrelationKind.PEARSON,
) -> Detail:
    """Correlation of every indicator and node with every node of a higher level, above it or not.

    An indicator closer to another pillar than to its own may stand in the wrong place.
    """
    rows: list[tuple[object, ...]] = []
    for lower in range(1, framework.height):
        for higher in range(lower + 1, framework.height + 1):
            found = correlation_table(framework, table, scores, levels=(lower, higher), kind=kind)
            rows += [(lower, higher, *row) for row in found.rows]
    return Detail("correlations_across", ("level", "level_of_second", *HEADER), tuple(rows))


def parent_correlations(
    framework: Framework,
    table: IndicatorTable,
    scores: Floats,
    *,
    kind: CorrelationKind = CorrelationKind.PEARSON,
    largest_p: float | None = None,
) -> Detail:
    """Correlation of every indicator and node with every node above it, up to the index."""
    rows: list[tuple[object, ...]] = []
    for lower in range(1, framework.height):
        for higher in range(lower + 1, framework.height + 1):
            found = correlation_table(
                framework, table, scores,
                levels=(lower, higher), kind=kind, family=True, largest_p=largest_p,
            )  # fmt: skip
            rows += [(lower, higher, *row) for row in found.rows]
    header = ("level", "level_above", CODE, "code_above", *HEADER[2:])
    return Detail("correlations_above", header, tuple(rows))
