"""Point estimates: the replicate in which everybody counts once."""

from __future__ import annotations

import numpy as np

from waspada.index.model import Counts, Estimate, Flags, Floats, Sample
from waspada.index.scores import block_matrix, differs, region_values, score_step, sums_and_counts


def estimate(sample: Sample) -> Estimate:
    """Scores of all regions at all items and nodes, and how many people they rest on."""
    n_blocks, tree, step = len(sample.block_region), sample.tree, score_step(sample.table)
    sums, counts = np.zeros((2, n_blocks, len(tree.items)))
    varies = np.zeros((n_blocks, len(tree.items)), dtype=bool)
    block_n = np.zeros((n_blocks, tree.size), dtype=np.int64)
    for block in range(n_blocks):
        scores = sample.block_scores(block)
        everyone = np.ones((1, len(scores)), dtype=np.int64)
        matrix = block_matrix(scores, step)
        (sums[block],), (counts[block],) = sums_and_counts(matrix, everyone, step)
        varies[block] = differs(scores)
        block_n[block] = count_below(~np.isnan(scores), tree.below)
    counted = sample.block_weight > 0
    return Estimate(
        values=_values(sample, sums, counts),
        n_responses=_per_region(sample, block_n),
        n_used=_per_region(sample, block_n * counted[:, None]),
        n_answers=_per_region(sample, (counts @ tree.below).astype(np.int64)),
        varies=_per_region(sample, (varies & counted[:, None]) @ tree.below) > 0,
        block_n=block_n,
        block_answers=counts.astype(np.int64),
    )


def count_below(answered: Flags, below: Flags) -> Counts:
    """(places,) responses with a scored answer at or below each place of the value vector.

    answered: (rows, n_items). below: (n_items, places).
    """
    answers_below = answered.astype(np.float32) @ below.astype(np.float32)
    n: Counts = np.count_nonzero(answers_below, axis=0).astype(np.int64)
    return n


def _values(sample: Sample, sums: Floats, counts: Floats) -> Floats:
    values = np.full((len(sample.regions), sample.tree.size), np.nan)
    for region, blocks in enumerate(sample.blocks_of):
        if len(blocks):
            values[region] = region_values(sample, sums[blocks], counts[blocks], region)
    return values


def _per_region(sample: Sample, per_block: Counts | Flags) -> Counts:
    """Sum the blocks of each region: (n_blocks, places) -> (n_regions, places)."""
    total = np.zeros((len(sample.regions), per_block.shape[1]), dtype=np.int64)
    np.add.at(total, sample.block_region, per_block.astype(np.int64))
    return total
