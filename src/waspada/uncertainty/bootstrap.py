"""Replicates: the whole arithmetic of the index, run again on resampled answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waspada.index.attribution import attribute, too_wide
from waspada.index.model import Flags, Floats, Sample, Tree
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

CLIMBED_AT_ONCE = 4_000
"""Value vectors taken up the tree together: many to a call, few enough for the cache."""

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
    at_once = max(1, CLIMBED_AT_ONCE // replicates)
    for first in range(0, n_regions, at_once):
        regions = range(first, min(first + at_once, n_regions))
        batch = [region for region in regions if len(sample.blocks_of[region])]
        items = np.empty((len(batch), replicates, len(tree.items)))
        for place, region in enumerate(batch):
            key = stream_key(seed, sample.regions[region])
            items[place], gap = replicate_items(sample, region, key, replicates, sampled=sampled)
            gaps |= gap
        values = climb(items, tree)
        nodes[:, batch] = values[..., tree.root :].swapaxes(0, 1)
        standard_error[batch] = _standard_error(values)
        refused |= _lost(values[..., tree.root :])
        if explain:
            covariance[batch] = _driver_covariance(values, tree)
        if progress is not None:
            for region in regions:
                progress(region + 1, n_regions)
    return Replicates(nodes, standard_error, covariance, int(gaps.sum()), int(refused.sum()))


def replicate_region(
    sample: Sample, region: int, key: int, replicates: int, *, chunk_cells: int = CHUNK_CELLS
) -> tuple[Floats, Flags]:
    """(n_replicates, places) value vectors of one region, and whether `replicate_items` met a
    gap."""
    items, gap = replicate_items(sample, region, key, replicates, chunk_cells=chunk_cells)
    return climb(items, sample.tree), gap


def replicate_items(
    sample: Sample,
    region: int,
    key: int,
    replicates: int,
    *,
    sampled: Floats | None = None,
    chunk_cells: int = CHUNK_CELLS,
) -> tuple[Floats, Flags]:
    """The items of one region in all replicates.

    A group in which nobody drawn answered an item drops out of that item's mean in that
    replicate, as it would in the estimate; if no group is left the item is missing there.
    With a finite population the mean of each group moves sqrt(1 - n/N) as far from the mean
    of the answers (Rao and Wu 1988, rescaling).
    Returns (n_replicates, n_items) and (n_replicates,) whether such a gap occurred.
    """
    blocks = sample.blocks_of[region]
    unit = score_step(sample.table)
    matrices = [
        block_matrix(sample.block_scores(block), unit, most_draws=MOST_DRAWS) for block in blocks
    ]
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
    if sample.facts is not None:
        items = np.where(np.isnan(sample.facts[region]), items, sample.facts[region])
    gap = ((numbers == 0) & (answered > 0)[:, None, :]).any(axis=(0, 2))
    return items, gap


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
    """(n_regions, n_replicates, places) -> (n_regions, places) sample sd over the replicates that
    have a score; NaN with fewer than two."""
    missing = np.isnan(values)
    if not missing.any() and values.shape[1] > 1:
        deviation = values - values.mean(axis=1, keepdims=True)
        squared: Floats = np.einsum("rbp,rbp->rp", deviation, deviation)
        spread: Floats = np.sqrt(squared / (values.shape[1] - 1))
        return spread
    n = (~missing).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(missing, 0.0, values).sum(axis=1) / n
        squares = np.where(missing, 0.0, values - mean[:, None]) ** 2
        return np.where(n > 1, np.sqrt(squares.sum(axis=1) / (n - 1)), np.nan)


def _lost(nodes: Floats) -> Flags:
    """(n_replicates,) whether a node of some region with a score elsewhere has none here.

    nodes: (n_regions, n_replicates, n_nodes).
    """
    missing = np.isnan(nodes)
    if not missing.any():
        return np.zeros(nodes.shape[1], dtype=bool)
    never = missing.all(axis=1, keepdims=True)
    return np.asarray((missing & ~never).any(axis=(0, 2)), dtype=bool)


def _driver_covariance(values: Floats, tree: Tree) -> Floats:
    """(n_regions, n_items, n_items) covariance of the attributions over the replicates that have a
    root; 0 with fewer than two."""
    has_root = ~np.isnan(values[..., tree.root])
    n = has_root.sum(axis=1)[:, None, None]
    brought = attribute(values.reshape(-1, tree.size), tree).reshape(
        *values.shape[:2], len(tree.items)
    )
    brought = np.where(has_root[..., None], brought, 0.0)
    brought -= brought.sum(axis=1, keepdims=True) / np.maximum(n, 1)
    brought = np.where(has_root[..., None], brought, 0.0)
    covariance: Floats = brought.swapaxes(1, 2) @ brought / np.maximum(n - 1, 1)
    return covariance
