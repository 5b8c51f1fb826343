"""Replicates: the whole arithmetic of the index, run again on resampled answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.index.attribution import attribute, too_wide
from waspada.index.model import Flags, Floats, Sample
from waspada.index.scores import (
    UNIT,
    Matrix,
    add_up,
    block_matrix,
    in_millionths,
    item_means,
    score_step,
    sums_and_counts,
)
from waspada.index.tree import climb
from waspada.uncertainty.draws import MOST_DRAWS, draw_counts, stream_key
from waspada.uncertainty.model import Replicates

CHUNK_CELLS = 250_000
"""Draws held at once: a few MB, what the cache next to a processor holds."""

Progress = Callable[[int, int], None]


def replicate(
    sample: Sample,
    *,
    seed: int,
    replicates: int,
    sampled: Floats | None = None,
    progress: Progress | None = None,
) -> Replicates:
    """Resample every region and climb the same tree.

    Memory holds the nodes of all replicates and, for one region at a time, its items.
    sampled: (n_blocks,) share of the invited who answered, 0..1, where the invited are the
    population (`population`); None without a finite population.
    progress: called with (regions done, regions in all).
    """
    tree, n_regions = sample.tree, len(sample.regions)
    nodes = np.full((replicates, n_regions, len(tree.nodes)), np.nan)
    standard_error = np.full((n_regions, tree.size), np.nan)
    covariance = np.zeros((n_regions, len(tree.items), len(tree.items)))
    gaps, refused = np.zeros((2, replicates), dtype=bool)
    explain = not too_wide(tree)
    for region, code in enumerate(sample.regions):
        if len(sample.blocks_of[region]):
            key = stream_key(seed, code)
            values, gap = replicate_region(sample, region, key, replicates, sampled=sampled)
            nodes[:, region] = values[:, tree.root :]
            standard_error[region] = _standard_error(values)
            gaps |= gap
            refused |= _lost(values[:, tree.root :])
            if explain:
                covariance[region] = _driver_covariance(values, sample)
        if progress is not None:
            progress(region + 1, n_regions)
    return Replicates(nodes, standard_error, covariance, int(gaps.sum()), int(refused.sum()))


def replicate_region(
    sample: Sample,
    region: int,
    key: int,
    replicates: int,
    *,
    sampled: Floats | None = None,
    chunk_cells: int = CHUNK_CELLS,
) -> tuple[Floats, Flags]:
    """All replicates of one region.

    A group in which nobody drawn answered an item drops out of that item's mean in that
    replicate, as it would in the estimate; if no group is left the item is missing there.
    With a finite population the mean of each group moves sqrt(1 - n/N) as far from the mean
    of the answers (Rao and Wu 1988, rescaling).
    Returns values (n_replicates, places) and (n_replicates,) whether such a gap occurred.
    """
    blocks = sample.blocks_of[region]
    unit = score_step(sample.table)
    scores = [sample.block_scores(block) for block in blocks]
    matrices = [block_matrix(s, unit, most_draws=MOST_DRAWS) for s in scores]
    sums, numbers = in_millionths(_products(matrices, key, replicates, chunk_cells), unit)
    everyone = [sums_and_counts(m, np.ones((1, len(m)), dtype=np.int64), unit) for m in matrices]
    all_sums, answered = (np.concatenate(parts) for parts in zip(*everyone, strict=True))
    items = item_means(
        sums,
        numbers,
        sample.block_weight[blocks],
        centre=None if sampled is None else all_sums / np.maximum(answered, 1.0) / UNIT,
        shrink=None if sampled is None else np.sqrt(1.0 - sampled[blocks]),
    )
    gap = ((numbers == 0) & (answered > 0)[:, None, :]).any(axis=(0, 2))
    return climb(items, sample.tree), gap


def _products(
    matrices: Sequence[Matrix], key: int, replicates: int, chunk_cells: int
) -> NDArray[np.floating[Any]]:
    """(n_groups, n_replicates, 2 n_items) weighted sums and numbers of answers, exact."""
    sizes = [len(matrix) for matrix in matrices]
    kind = np.result_type(*(matrix.dtype for matrix in matrices))
    products = np.empty((len(matrices), replicates, matrices[0].shape[1]), dtype=kind)
    step = max(1, chunk_cells // sum(sizes))
    for first in range(0, replicates, step):
        last = min(first + step, replicates)
        counts = draw_counts(key, sizes, first, last)
        for group, (matrix, drawn) in enumerate(zip(matrices, counts, strict=True)):
            products[group, first:last] = add_up(matrix, drawn)
    return products


def _standard_error(values: Floats) -> Floats:
    """(places,) sample sd over the replicates that have a score; NaN with fewer than two."""
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, values, 0.0).sum(axis=0) / n
        squares = np.where(present, values - mean, 0.0) ** 2
        return np.where(n > 1, np.sqrt(squares.sum(axis=0) / (n - 1)), np.nan)


def _lost(nodes: Floats) -> Flags:
    """(n_replicates,) whether a node with a score elsewhere has none here."""
    missing = np.isnan(nodes)
    return np.asarray((missing & ~missing.all(axis=0)).any(axis=1), dtype=bool)


def _driver_covariance(values: Floats, sample: Sample) -> Floats:
    """(n_items, n_items) covariance of the attributions over replicates that have a root."""
    values = values[~np.isnan(values[:, sample.tree.root])]
    if len(values) < 2:
        return np.zeros((len(sample.tree.items),) * 2)
    brought = attribute(values, sample.tree)
    brought -= brought.mean(axis=0)
    return brought.T @ brought / (len(brought) - 1)
