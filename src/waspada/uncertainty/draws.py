"""Who is drawn how often: a pure function of seed, region, replicate and group sizes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

Drawn = NDArray[np.integer[Any]]
"""How often each row was drawn, in whatever whole numbers came at hand."""

LARGE = 200
"""Groups with more rows are drawn by independent counts, one byte each."""

BYTES_PER_STEP = 32
"""One step of Philox 4x64 gives four words of 64 bits."""

BOUNDS = (93, 191, 234, 251, 255)
"""A byte counts as many draws as it reaches of these: 0 to 5.

Of the 256 bytes 93, 98, 43, 17, 4, 1 name 0, 1, 2, 3, 4, 5: mean and variance are exactly 1, as
those of the Poisson law are, and the third moment differs by 0.8 %.
"""

MOST_DRAWS = len(BOUNDS)
"""No row of a large group is drawn more often."""


def stream_key(seed: int, region: str) -> int:
    """The 128-bit key of a region's own random stream."""
    digest = blake2b(f"{seed}\0{region}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "little")


def draw_counts(key: int, sizes: Sequence[int], first: int, last: int) -> list[Drawn]:
    """How often each row is drawn in replicates first..last-1.

    A group of up to LARGE rows is drawn n - 1 times with replacement, so that the variance over
    replicates is the unbiased one, sum W_g^2 s_g^2 / n_g (Rao and Wu 1988). In a larger group
    every row is drawn by itself, with mean and variance 1. The mean over the N drawn has the
    variance s^2 (n - 1) / n E(1/N), and because E(1/N) is 1 / (n - 1) but for terms of 1/n^2, it
    is the same s^2 / n without any further factor.

    Every draw always sits at the same place of the region's stream: replicate b begins at step
    b x stride. The result therefore depends neither on how replicates are cut into chunks nor on
    other regions. In a small group a 32-bit word u names row floor(u n / 2^32): integers only, and
    off from equal chances by less than n / 2^32. A large group takes one byte per row.

    sizes: rows per group, each >= 2. Returns one (last - first, n) array per group.

    Source: Rao and Wu, Resampling inference with complex survey data, JASA 83 (1988); Chamandy and
    others, Estimating uncertainty for massive data streams (2012), for independent counts; Salmon
    and others, Parallel random numbers: as easy as 1, 2, 3 (2011).
    """
    needed = [_bytes_of(n) for n in sizes]
    stride = -(-sum(needed) // BYTES_PER_STEP)
    raw = Philox(key=key, counter=first * stride).random_raw((last - first) * stride * 4)
    stream = raw.astype("<u8", copy=False).view(np.uint8).reshape(last - first, -1)
    counts: list[Drawn] = []
    used = 0
    for n, length in zip(sizes, needed, strict=True):
        own = stream[:, used : used + length]
        counts.append(_count_bytes(own[:, :n]) if n > LARGE else _count_rows(own.view("<u4"), n))
        used += length
    return counts


def _bytes_of(n: int) -> int:
    """Bytes of the stream a group of n rows takes in each replicate; whole words of 32 bits."""
    return 4 * -(-n // 4) if n > LARGE else 4 * (n - 1)


def _count_bytes(stream: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(replicates, rows) bytes -> how many of BOUNDS each reaches."""
    counts = np.zeros(stream.shape, dtype=np.uint8)
    reached = np.empty(stream.shape, dtype=bool)
    for bound in BOUNDS:
        np.greater_equal(stream, np.uint8(bound), out=reached)
        counts += reached.view(np.uint8)
    return counts


def _count_rows(words: NDArray[np.uint32], n: int) -> NDArray[np.int64]:
    """(replicates, draws) words -> (replicates, n) how often each row was named."""
    cell = np.multiply(words, np.uint64(n), dtype=np.uint64)
    cell >>= np.uint64(32)
    cell += (np.arange(len(words), dtype=np.uint64) * np.uint64(n))[:, None]
    counts = np.bincount(cell.view(np.int64).reshape(-1), minlength=len(words) * n)
    return counts.reshape(len(words), n).astype(np.int64, copy=False)
