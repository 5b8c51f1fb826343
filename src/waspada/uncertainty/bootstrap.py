"""Replicates: the whole arithmetic of the index, run again on resampled answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from waspada.index.attribution import attribute, too_wide
from waspada.index.model import Flags, Floats, Sample
from waspada.index.scores import block_matrix, region_values, score_step, sums_and_counts
from waspada.uncertainty.draws import draw_counts, stream_key
from waspada.uncertainty.model import Replicates

CHUNK_CELLS = 250_000
"""Draws held at once: 2 MB, what the cache next to a processor holds."""

Progress = Callable[[int, int], None]


def replicate(
    sample: Sample, *, seed: int, replicates: int, progress: Progress | None = None
) -> Replicates:
    """Resample every region and climb the same tree.

    Memory holds the nodes of all replicates and, for one region at a time, its items.
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
            values, gap = replicate_region(sample, region, stream_key(seed, code), replicates)
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
    sample: Sample, region: int, key: int, replicates: int, *, chunk_cells: int = CHUNK_CELLS
) -> tuple[Floats, Flags]:
    """All replicates of one region.

    A group in which nobody drawn answered an item drops out of that item's mean in that
    replicate, as it would in the estimate; if no group is left the item is missing there.
    Returns values (n_replicates, places) and (n_replicates,) whether such a gap occurred.
    """
    blocks = sample.blocks_of[region]
    unit = score_step(sample.table)
    matrices = [block_matrix(sample.block_scores(block), unit) for block in blocks]
    sizes = [len(matrix) for matrix in matrices]
    answered = np.array([matrix.any(axis=0) for matrix in matrices])[:, len(sample.tree.items) :]
    values = np.empty((replicates, sample.tree.size))
    gaps = np.empty(replicates, dtype=bool)
    step = max(1, chunk_cells // sum(sizes))
    for first in range(0, replicates, step):
        last = min(first + step, replicates)
        counts = draw_counts(key, sizes, first, last)
        drawn = [sums_and_counts(m, c, unit) for m, c in zip(matrices, counts, strict=True)]
        sums, numbers = (np.stack(parts) for parts in zip(*drawn, strict=True))
        values[first:last] = region_values(sample, sums, numbers, region)
        gaps[first:last] = ((numbers == 0) & answered[:, None, :]).any(axis=(0, 2))
    return values, gaps


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
