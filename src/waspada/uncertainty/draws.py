"""Who is drawn how often: a pure function of seed, region, replicate and group sizes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

from waspada.index.model import Counts

DRAWS_PER_STEP = 8
"""One step of Philox 4x64 gives four words of 64 bits: eight draws of 32 bits."""


def stream_key(seed: int, region: str) -> int:
    """The 128-bit key of a region's own random stream."""
    digest = blake2b(f"{seed}\0{region}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "little")


def draw_counts(key: int, sizes: Sequence[int], first: int, last: int) -> list[Counts]:
    """How often each row is drawn in replicates first..last-1.

    In every replicate each group of n rows is drawn n - 1 times with replacement, so that the
    variance over replicates is the unbiased one, sum W_g^2 s_g^2 / n_g (Rao and Wu 1988).

    Draw d of replicate b always sits at the same place of the region's stream: b begins at step
    b x stride. The result therefore depends neither on how replicates are cut into chunks nor on
    other regions. A 32-bit word u names row floor(u n / 2^32): integers only, and off from equal
    chances by less than n / 2^32.

    sizes: rows per group, each >= 2. Returns one (last - first, n) array per group; every
    row sums to n - 1.

    Source: Rao and Wu, Resampling inference with complex survey data, JASA 83 (1988); Salmon and
    others, Parallel random numbers: as easy as 1, 2, 3 (2011).
    """
    stride = -(-sum(n - 1 for n in sizes) // DRAWS_PER_STEP)
    raw = Philox(key=key, counter=first * stride).random_raw((last - first) * stride * 4)
    words = raw.astype("<u8", copy=False).view("<u4").reshape(last - first, -1)
    counts, used = [], 0
    for n in sizes:
        counts.append(_count_rows(words[:, used : used + n - 1], n))
        used += n - 1
    return counts


def _count_rows(words: NDArray[np.uint32], n: int) -> Counts:
    """(replicates, draws) words -> (replicates, n) how often each row was named."""
    cell = np.multiply(words, np.uint64(n), dtype=np.uint64)
    cell >>= np.uint64(32)
    cell += (np.arange(len(words), dtype=np.uint64) * np.uint64(n))[:, None]
    counts = np.bincount(cell.view(np.int64).reshape(-1), minlength=len(words) * n)
    return counts.reshape(len(words), n).astype(np.int64, copy=False)
