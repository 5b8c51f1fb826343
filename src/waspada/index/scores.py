"""From answers to item means: scores as whole millionths of a point, so that sums are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import Responses
from waspada.index.model import Counts, Flags, Floats, Sample
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


def block_matrix(scores: Floats, step: int) -> Matrix:
    """What a block brings to every replicate: (rows, 2 n_items) scores in steps, then 0 or 1 for
    "has a score".

    scores: (rows, n_items) millionths, NaN where missing. In float32 where its 24 bits hold the
    largest sum exactly, which five-point answers always allow and which halves the work.
    """
    answered = ~np.isnan(scores)
    largest_sum = len(scores) * 100 * UNIT
    if largest_sum >= EXACT_LIMIT:
        raise OverflowError("more responses in one group than exact sums can hold")
    kind = np.float32 if largest_sum // step < EXACT_LIMIT_32 else np.float64
    return np.hstack((np.where(answered, scores, 0.0) / step, answered)).astype(kind)


def sums_and_counts(matrix: Matrix, weights: Counts, step: int) -> tuple[Floats, Floats]:
    """Weighted sums of scores and number of scored answers, both exact.

    matrix: of `block_matrix`. weights: (n_draws, rows) whole numbers, each row summing to at most
    the number of rows. Returns sums in millionths and counts, (n_draws, n_items) each.
    Whole numbers that fit add up without rounding in any order, so BLAS may use whatever blocking
    and threads it likes.
    """
    drawn: Matrix = weights.astype(matrix.dtype)
    product: Floats = (drawn @ matrix).astype(np.float64)
    sums, counts = np.hsplit(product, 2)
    return sums * step, counts


def item_means(sums: Floats, counts: Floats, weights: Floats) -> Floats:
    """Item scores of one region from its groups.

        x_i = sum_g W_g mean_gi / sum_g W_g     over the groups with an answer to item i

    sums, counts: (n_groups, ..., n_items), sums in millionths. weights: (n_groups,) > 0.
    Returns (..., n_items) 0..100; NaN where no group answered.
    """
    share = weights.reshape(-1, *([1] * (sums.ndim - 1)))
    share = np.where(counts > 0, share, 0.0)
    means = sums / np.maximum(counts, 1.0) / UNIT
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
