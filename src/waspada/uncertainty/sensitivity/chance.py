"""Keyed chance: what a draw holds is a pure function of seed, name of the input and draw.

Any draw can be computed alone, and no order, chunk or thread changes it.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

from waspada.index.model import Counts, Floats
from waspada.uncertainty.draws import stream_key

WORDS_PER_STEP = 4
"""One step of Philox 4x64 gives four words of 64 bits."""

MOST_ATTEMPTS = 64
"""Each attempt at a gamma value fails with a chance below 1 in 20."""


def uniform(seed: int, name: str, draws: Counts, width: int) -> Floats:
    """(n_draws, width) in (0, 1), multiples of 2^-53 and half of one.

    draws: (n_draws,) numbers >= 0 of the draws, in any order; draw d begins at step d x stride of
    the stream named `name`.
    """
    if not len(draws):
        return np.empty((0, width))
    stride = -(-width // WORDS_PER_STEP)
    first, last = int(draws.min()), int(draws.max()) + 1
    key = stream_key(seed, f"sensitivity\0{name}")
    raw = Philox(key=key, counter=first * stride).random_raw((last - first) * stride * 4)
    words: NDArray[np.uint64] = raw.reshape(last - first, -1)[:, :width]
    chosen = words if _is_range(draws) else words[draws - first]
    found: Floats = ((chosen >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return found


def _is_range(draws: Counts) -> bool:
    return bool((np.diff(draws) == 1).all())


def dirichlet(seed: int, name: str, draws: Counts, concentration: Floats) -> Floats:
    """Shares with a Dirichlet distribution, drawn as gamma values over their sum.

    draws: (n_draws,). concentration: (n_draws, width) >= 0, at least one > 0 in each row; a part
    with 0 has the share 0. Returns (n_draws, width), rows sum to 1.
    """
    parts = gamma(seed, name, draws, concentration)
    empty = np.flatnonzero(~(parts > 0).any(axis=1))  # every part below the smallest number
    parts[empty, concentration[empty].argmax(axis=1)] = 1.0
    shares: Floats = parts / parts.sum(axis=1, keepdims=True)
    return shares


def gamma(seed: int, name: str, draws: Counts, shape: Floats) -> Floats:
    """Gamma values with scale 1.

        d = a - 1/3, v = (1 + x / sqrt(9 d))^3, x normal
        d v  is accepted where  ln u < x^2 / 2 + d - d v + d ln v;
        for a < 1 the value of a + 1 times u'^(1/a)

    Attempt k of a draw has a stream of its own, so that a refusal moves nothing else.
    shape: (n_draws, width) >= 0; 0 gives 0.

    Source: Marsaglia and Tsang, A simple method for generating gamma variables, ACM Transactions
    on Mathematical Software 26 (2000).
    """
    small = shape < 1.0
    d = np.where(small, shape + 1.0, shape) - 1.0 / 3.0
    found = np.zeros(shape.shape)
    open_ = shape > 0
    for attempt in range(MOST_ATTEMPTS):
        rows = np.flatnonzero(open_.any(axis=1))
        if not len(rows):
            break
        value, accepted = _attempt(seed, f"{name}\0{attempt}", draws[rows], d[rows])
        accepted &= open_[rows]
        found[rows] = np.where(accepted, value, found[rows])
        open_[rows] &= ~accepted
    if small.any():
        boost = uniform(seed, f"{name}\0boost", draws, shape.shape[1])
        with np.errstate(divide="ignore"):
            found = np.where(small & (shape > 0), found * boost ** (1.0 / shape), found)
    return found


def _attempt(seed: int, name: str, draws: Counts, d: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    width = d.shape[1]
    u = uniform(seed, name, draws, 3 * width)
    radius, angle, limit = u[:, :width], u[:, width : 2 * width], u[:, 2 * width :]
    x = np.sqrt(-2.0 * np.log(radius)) * np.cos(2.0 * np.pi * angle)
    v = (1.0 + x / np.sqrt(9.0 * d)) ** 3
    positive = v > 0
    safe = np.where(positive, v, 1.0)
    accepted = positive & (np.log(limit) < 0.5 * x * x + d * (1.0 - safe + np.log(safe)))
    return d * safe, accepted
