"""How honest people answer: the model that every check on single answers is held against.

    latent_ji = sqrt(substance) s_j + sqrt(topic) b_j,node(i) + sqrt(style) turn_i a_j
                + sqrt(1 - substance - topic - style) e_ji

s_j is what person j thinks of the region, b_j of one topic (node) beyond that, a_j a leaning
towards one end of the list of choices, e_ji all the rest; all standard normal. The latent value is
cut so that each item keeps the shares of its answers in the region. Blank cells follow the pattern
of a person of the region, drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import erf, sqrt
from statistics import NormalDist

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray

from waspada.instrument.model import Instrument
from waspada.quality.model import Cells, Floats

MISSING = -1
HIGHEST_USUAL, HIGHEST_HELD = 0.6, 0.8
LOWEST_USUAL = 0.2
STYLE = 0.1
"""Correlation between items of one person: honest sets lie between LOWEST_USUAL and HIGHEST_USUAL
through what people think, with STYLE on top through how they use a list of choices."""

LARGEST_TOGETHER = 0.95
TOPIC = 0.2
"""Correlation on top between items of one node, where neighbours matter: runs of one place."""

ATTENUATION = 1.2
"""Answers on a few steps correlate less than what lies behind them, by about this factor."""

LEVELS = np.linspace(-2.5, 2.5, 11)
"""Grid of s on which a person's own level is placed."""


@dataclass(frozen=True)
class Asked:
    """The items that can be checked: asked of people, with at least two scored choices.

    columns: (m,) columns of `Responses.choice`. category: (m, most choices + 1) rank of a choice
    among the scored ones, low turned score first; MISSING without a score (last column: blank).
    scores: (m, most categories) turned score 0..100 of a category, NaN beyond the last.
    position: (m, most categories) place of a category in the list of choices.
    turn: (m,) +1 where the turned score rises down the list of choices, else -1.
    topic: (m,) number of the node an item belongs to.
    codes: (m,) item codes, in the order of the questionnaire.
    """

    columns: NDArray[np.intp]
    category: Cells
    scores: Floats
    position: Cells
    turn: Floats
    topic: NDArray[np.intp]
    codes: tuple[str, ...]

    @cached_property
    def n_categories(self) -> NDArray[np.intp]:
        return np.asarray((~np.isnan(self.scores)).sum(axis=1), dtype=np.intp)

    def read(self, choice: NDArray[np.int16]) -> Cells:
        """(n, m) categories of answers."""
        cells: Cells = self.category[np.arange(len(self.columns)), choice[:, self.columns]]
        return cells


def asked_items(instrument: Instrument) -> Asked:
    """Items outside the index (vignettes, overall rating) are answered to another question about
    other places, so they are left out."""
    width = max((len(scale.choices) for scale in instrument.scales), default=0) + 1
    kept = []
    for column, item in enumerate(instrument.items):
        choices = instrument.scale_of(item).choices
        scored = [k for k, choice in enumerate(choices) if choice.score is not None]
        if item.node is not None and item.evidence.is_asked and len(scored) > 1:
            kept.append((column, item, scored, [choices[k].score or 0.0 for k in scored]))
    category = np.full((len(kept), width), MISSING, dtype=np.int8)
    scores = np.full((len(kept), width), np.nan)
    position = np.full((len(kept), width), MISSING, dtype=np.int8)
    turn = np.ones(len(kept))
    for row, (_, item, scored, points) in enumerate(kept):
        turned = np.array(points) if item.direction > 0 else 100.0 - np.array(points)
        order = np.argsort(turned, kind="stable")
        for rank, k in enumerate(order):
            category[row, scored[k]] = rank
            scores[row, rank] = turned[k]
            position[row, rank] = scored[k]
        turn[row] = 1.0 if turned[-1] >= turned[0] else -1.0
    return Asked(
        np.array([column for column, *_ in kept], dtype=np.intp),
        category,
        scores,
        position,
        turn,
        np.unique([item.node or "" for _, item, *_ in kept], return_inverse=True)[1],
        tuple(item.code for _, item, *_ in kept),
    )


@dataclass(frozen=True)
class Noise:
    """Standard normal parts of the latent values: (sets, people, 1) s and a, (..., topics) b,
    (..., m) e; pattern: (sets, people) whose blanks a person has. Kept apart, so that answers of
    more or less correlation come from the same draw."""

    substance: NDArray[np.float32]
    style: NDArray[np.float32]
    topics: NDArray[np.float32]
    rest: NDArray[np.float32]
    pattern: NDArray[np.int64]


@dataclass(frozen=True)
class Honest:
    """Honest answering in one region.

    shares: (m, most categories) of each item's scored answers; sums to 1 per item.
    missing: (n, m) who left what out. substance, loosest: the highest correlation between items
    that is still taken for honest, and the lowest.
    """

    shares: Floats
    missing: NDArray[np.bool_]
    turn: Floats
    topic: NDArray[np.intp]
    substance: float
    loosest: float

    def draw_noise(self, chance: Generator, sets: int, people: int) -> Noise:
        """What makes up (sets, people) honest people, before it is mixed."""
        shape, m = (sets, people), len(self.turn)
        topics = int(self.topic.max(initial=0)) + 1
        s, a, b, e = (
            chance.standard_normal((*shape, k), dtype=np.float32) for k in (1, 1, topics, m)
        )
        return Noise(s, a, b, e, chance.integers(len(self.missing), size=shape))

    def answer(self, noise: Noise, *, substance: float | None = None, topic: float = 0.0) -> Cells:
        """(sets, people, m) categories of honest people; substance: as fitted if left out."""
        common = self.substance if substance is None else substance
        topic = min(topic, LARGEST_TOGETHER - common - STYLE)
        latent = noise.rest * np.float32(sqrt(1.0 - common - topic - STYLE))
        latent += np.float32(sqrt(common)) * noise.substance
        latent += noise.style * (self.turn * sqrt(STYLE)).astype(np.float32)
        if topic:
            latent += np.float32(sqrt(topic)) * noise.topics[..., self.topic]
        cells = np.zeros(latent.shape, dtype=np.int8)
        for cut in self.cuts.T.astype(np.float32):
            cells += latent > cut
        if self.missing.any():
            cells[self.missing[noise.pattern]] = MISSING
        return cells

    @cached_property
    def cuts(self) -> Floats:
        """(m, most categories - 1) latent cuts between categories; +-inf where none is used."""
        below = np.clip(np.cumsum(self.shares, axis=1)[:, :-1], 0.0, 1.0)
        normal = NormalDist()
        flat = [
            -np.inf if p < 1e-12 else np.inf if p > 1 - 1e-12 else normal.inv_cdf(p)
            for p in below.reshape(-1).tolist()
        ]
        return np.array(flat).reshape(below.shape)

    @cached_property
    def chances(self) -> Floats:
        """(levels, m, most categories) chance of each answer for a person at a level of s."""
        rest = sqrt(1.0 - self.substance)
        above = (self.cuts[None] - sqrt(self.substance) * LEVELS[:, None, None]) / rest
        below = 0.5 * (1.0 + _erf(above / sqrt(2.0)))
        return np.diff(below, axis=2, prepend=0.0, append=1.0)


def _erf(x: Floats) -> Floats:
    return np.array([erf(v) for v in x.reshape(-1).tolist()]).reshape(x.shape)


def fit_honest(cells: Cells, asked: Asked) -> Honest:
    """Honest answering as one region's answers allow it: their shares, and the usual correlation,
    or a higher one where they show it.

    Too low a correlation would call strong halo a fraud, too high a one would call loose thinking
    a contradiction; estimates alone would follow every straight line and every random answer. So
    the highest is never below HIGHEST_USUAL; the lowest is one standard error (sqrt(2/n) of it)
    below the estimate, between LOWEST_USUAL and HIGHEST_USUAL.
    cells: (n, m).
    """
    width = asked.scores.shape[1]
    used = cells != MISSING
    shares = np.stack([((cells == k) & used).sum(axis=0) for k in range(width)], axis=1)
    total = shares.sum(axis=1, keepdims=True)
    even = (~np.isnan(asked.scores)) / asked.n_categories[:, None]
    shares = np.where(total > 0, shares / np.maximum(total, 1), even)
    seen = mean_correlation(cells)
    substance = float(np.clip(ATTENUATION * seen, HIGHEST_USUAL, HIGHEST_HELD))
    lowest = seen * (1.0 - sqrt(2.0 / max(len(cells), 2)))
    loosest = float(np.clip(lowest, LOWEST_USUAL, HIGHEST_USUAL))
    return Honest(shares, ~used, asked.turn, asked.topic, substance, loosest)


def mean_correlation(cells: Cells) -> float:
    """Mean correlation over all pairs of items, blanks set to the item's mean; 0 where none vary.

    (n, m) categories in turned order. Uses  Var(sum of standardised items) = k + k (k - 1) r.
    """
    used = cells != MISSING
    x = np.where(used, cells, np.nan).astype(float)
    n = used.sum(axis=0)
    mean = np.where(used, x, 0.0).sum(axis=0) / np.maximum(n, 1)
    centred = np.where(used, x - mean, 0.0)
    sd = np.sqrt((centred**2).mean(axis=0))
    varies = sd > 0
    k = int(varies.sum())
    if k < 2:
        return 0.0
    z = centred[:, varies] / sd[varies]
    return float((z.sum(axis=1).var() - k) / (k * (k - 1)))


def keyed(seed: int, region: str, purpose: str) -> Generator:
    """A generator of a region's own; neither other regions nor other checks move it."""
    digest = blake2b(f"quality\0{seed}\0{region}\0{purpose}".encode(), digest_size=16).digest()
    return Generator(Philox(key=int.from_bytes(digest, "little")))
