"""From answers to item means: scores as whole millionths of a point, so that sums are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import Responses
from waspada.index.model import Flags, Floats, Sample
from waspada.index.tree import build_tree, climb
from waspada.instrument.model import Instrument

Matrix = NDArray[np.floating[Any]]
"""A matrix in float32 or float64, whichever holds its sums exactly."""

UNIT = 1_000_000
"""One point of a score in fixed-point steps."""

EXACT_LIMIT, EXACT_LIMIT_32 = 2**53, 2**24
"""Up to here a float64, and a float32, hold every whole number; no sum may pass it."""


def score_table(instrument: Instrument) -> Floats:
    """Score of each choice of each index item, in millionths, turned by the item's direction.

    Returns (n_items, most choices + 1): whole numbers 0..100 UNIT; NaN for an answer without a
    score. The last column is NaN and stands for BLANK (position -1).
    """
    items = instrument.index_items
    width = max((len(scale.choices) for scale in instrument.scales), default=0) + 1
    table = np.full((len(items), width), np.nan)
    for row, item in enumerate(items):
        for column, choice in enumerate(instrument.scale_of(item).choices):
            if choice.score is not None:
                score = round(choice.score * UNIT)
                table[row, column] = score if item.direction > 0 else 100 * UNIT - score
    return table


def index_columns(instrument: Instrument) -> list[int]:
    """Columns of `Responses.choice` that enter the index."""
    return [i for i, item in enumerate(instrument.items) if item.node is not None]


def score_step(table: Floats) -> int:
    """Largest whole number of millionths that divides every score of the table."""
    scores = table[~np.isnan(table)].astype(np.int64)
    return int(np.gcd.reduce(scores, initial=0)) or UNIT


def block_matrix(scores: Floats, step: int, *, most_draws: int = 1) -> Matrix:
    """What a block brings to every replicate: (rows, 2 n_items) scores in steps, then 0 or 1 for
    "has a score".

    scores: (rows, n_items) millionths, NaN where missing. most_draws: how often one row may count
    on average. In float32 where its 24 bits hold the largest sum exactly, which five-point answers
    always allow and which halves the work.
    """
    answered = ~np.isnan(scores)
    largest_sum = len(scores) * most_draws * 100 * UNIT
    if largest_sum >= EXACT_LIMIT:
        raise OverflowError("more responses in one group than exact sums can hold")
    matrix = np.empty(
        (len(scores), 2 * scores.shape[1]),
        dtype=np.float32 if largest_sum // step < EXACT_LIMIT_32 else np.float64,
    )
    np.divide(np.where(answered, scores, 0.0), step, out=matrix[:, : scores.shape[1]])
    matrix[:, scores.shape[1] :] = answered
    return matrix


def add_up(matrix: Matrix, weights: NDArray[np.integer[Any]]) -> Matrix:
    """(n_draws, 2 n_items) weighted sums in steps, then numbers of scored answers, both exact.

    matrix: of `block_matrix`. weights: (n_draws, rows) whole numbers >= 0, no row summing to more
    than rows x most_draws. Whole numbers that fit add up without rounding in any order, so BLAS may
    use whatever blocking and threads it likes.
    """
    product: Matrix = weights.astype(matrix.dtype) @ matrix
    return product


def sums_and_counts(
    matrix: Matrix, weights: NDArray[np.integer[Any]], step: int
) -> tuple[Floats, Floats]:
    """`add_up` as sums in millionths and counts, (n_draws, n_items) each."""
    return in_millionths(add_up(matrix, weights), step)


def in_millionths(product: Matrix, step: int) -> tuple[Floats, Floats]:
    """(..., 2 n_items) of `add_up` -> sums in millionths and counts, (..., n_items) each."""
    sums, counts = np.split(product, 2, axis=-1)
    return sums * np.float64(step), counts.astype(np.float64)


def item_means(
    sums: Floats,
    counts: Floats,
    weights: Floats,
    *,
    centre: Floats | None = None,
    shrink: Floats | None = None,
) -> Floats:
    """Item scores of one region from its groups.

        x_i = sum_g W_g mean_gi / sum_g W_g     over the groups with an answer to item i

    sums, counts: (n_groups, ..., n_items), sums in millionths. weights: (n_groups,) > 0.
    centre, shrink: (n_groups, n_items) 0..100 and (n_groups,) 0..1: each group mean is first
    brought closer to its centre by that factor.
    Returns (..., n_items) 0..100; NaN where no group answered.
    """
    outer = (-1, *([1] * (sums.ndim - 2)))
    share = np.where(counts > 0, weights.reshape(*outer, 1), 0.0)
    means = sums / np.maximum(counts, 1.0) / UNIT
    if centre is not None and shrink is not None:
        middle = centre.reshape(*outer, centre.shape[-1])
        means = middle + shrink.reshape(*outer, 1) * (means - middle)
    total = share.sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, (share * means).sum(axis=0) / total, np.nan)


def region_values(sample: Sample, sums: Floats, counts: Floats, region: int) -> Floats:
    """Value vectors (..., n_items + n_nodes) of a region from sums and counts of its blocks."""
    weights = sample.block_weight[sample.blocks_of[region]]
    items = item_means(sums, counts, weights)
    if sample.facts is not None:
        items = np.where(np.isnan(sample.facts[region]), items, sample.facts[region])
    return climb(items, sample.tree)


def score_respondents(responses: Responses, instrument: Instrument) -> Floats:
    """Each response on its own, averaged up the tree over the items it answered.

    Returns (n, n_nodes) 0..100, NaN where nothing below was answered. For checking the method
    against published respondent scores only: no command, page or file shows it.
    """
    table = score_table(instrument)
    choice = responses.choice[:, index_columns(instrument)]
    items = table[np.arange(choice.shape[1]), choice] / UNIT
    return climb(items, build_tree(instrument), refuse=False)[:, len(table) :]


def differs(scores: Floats) -> Flags:
    """(n_items,) whether two scored answers in these rows differ; compared as whole numbers."""
    answered = ~np.isnan(scores)
    lowest = np.where(answered, scores, np.inf).min(axis=0, initial=np.inf)
    highest = np.where(answered, scores, -np.inf).max(axis=0, initial=-np.inf)
    return np.asarray(highest > lowest, dtype=bool)
