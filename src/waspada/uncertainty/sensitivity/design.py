"""Sobol indices of a plan: which of the varied choices moves a score, a rank, the whole ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waspada.index.model import Counts, Floats
from waspada.uncertainty.sensitivity.chain import Chain
from waspada.uncertainty.sensitivity.model import (
    DirichletWeights,
    Failure,
    Input,
    NoisyWeights,
    Outcome,
    Plan,
)
from waspada.uncertainty.sensitivity.run import Points, Progress, pick, run_points
from waspada.uncertainty.sensitivity.sobol import RESAMPLES, Indices, sobol_indices, sobol_points
from waspada.uncertainty.sensitivity.statistics import rank_within_times


@dataclass(frozen=True)
class Sensitivity:
    """Indices of one node. Outputs of score and rank are the rows of the raw table.

    inputs: names, first axis of the arrays of `Indices`. shift: one output, the mean over units
    of |rank - nominal rank|. failures: runs of the design without scores.
    """

    node: str
    inputs: tuple[str, ...]
    score: Indices
    rank: Indices
    shift: Indices
    runs: int
    failures: tuple[Failure, ...]


def analyse(
    chain: Chain,
    plan: Plan,
    *,
    seed: int,
    n: int,
    resamples: int = RESAMPLES,
    progress: Progress | None = None,
) -> tuple[Sensitivity, ...]:
    """Indices of every node of the plan from n (inputs + 2) runs. n: a power of two.

    Each input of the plan is one input, however many weights it moves. Choices and noise follow a
    scrambled Sobol sequence; Dirichlet weights, drawn by refusal, are keyed random draws.
    """
    points = design_points(plan, seed=seed, n=n)
    outcome = run_points(chain, plan, points, seed=seed, progress=progress)
    names = tuple(one.name for one in plan.inputs)
    return tuple(_of_node(outcome, node, names, n, seed, resamples) for node in plan.nodes)


def design_points(plan: Plan, *, seed: int, n: int) -> Points:
    """Rows of A, of B, then of A with each input in turn taken from B."""
    widths = [_width(one) for one in plan.inputs]
    a, b = sobol_points(n, max(1, sum(widths)), seed=seed)
    starts = np.concatenate(([0], np.cumsum(widths)))
    blocks, keys = [a, b], [np.zeros(n, np.int64), np.ones(n, np.int64)]
    sides = [np.tile(k[:, None], len(plan.inputs)) for k in keys]
    for place in range(len(plan.inputs)):
        mixed, side = a.copy(), sides[0].copy()
        columns = slice(int(starts[place]), int(starts[place + 1]))
        mixed[:, columns] = b[:, columns]
        side[:, place] = 1
        blocks.append(mixed)
        sides.append(side)
    u, from_b = np.concatenate(blocks), np.concatenate(sides)
    row = np.tile(np.arange(n), len(blocks))
    return _points(plan, u, starts.tolist(), row, from_b, n)


def _width(one: Input) -> int:
    match one:
        case NoisyWeights():
            return len(one.share)
        case DirichletWeights():
            return 0
    return 1


def _points(
    plan: Plan, u: Floats, starts: Sequence[int], row: Counts, from_b: Counts, n: int
) -> Points:
    chosen, noise, keys = [], {}, {}
    for place, one in enumerate(plan.inputs):
        columns = u[:, starts[place] : starts[place + 1]]
        match one:
            case NoisyWeights():
                noise[one.name] = columns
            case DirichletWeights():
                keys[one.name] = row + n * from_b[:, place]
            case _:
                chosen.append(pick(columns[:, 0], one.probabilities))
    number = np.arange(1, len(u) + 1)
    places = np.column_stack(chosen) if chosen else np.zeros((len(u), 0), dtype=np.int64)
    return Points(number, places, noise, keys)


def _of_node(
    outcome: Outcome, node: str, names: tuple[str, ...], n: int, seed: int, resamples: int
) -> Sensitivity:
    scores = outcome.scores[node]
    ranks = _missing_where_zero(rank_within_times(scores, outcome.times))
    nominal = outcome.nominal[:, outcome.nodes.index(node)][:, None]
    base = _missing_where_zero(rank_within_times(nominal, outcome.times))
    away = np.abs(ranks - base)
    counted = ~np.isnan(away)
    with np.errstate(invalid="ignore"):
        shift = np.where(counted, away, 0.0).sum(axis=0, keepdims=True) / counted.sum(axis=0)
    score, rank, away_from = (_indices(v, n, seed, resamples) for v in (scores, ranks, shift))
    return Sensitivity(node, names, score, rank, away_from, len(outcome.draws), outcome.failures)


def _missing_where_zero(ranks: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> Floats:
    found: Floats = np.where(ranks > 0, ranks, np.nan)
    return found


def _indices(values: Floats, n: int, seed: int, resamples: int) -> Indices:
    """values: (n_outputs, n (inputs + 2))."""
    blocks = values.T.reshape(-1, n, len(values))
    chance = np.random.default_rng(seed)
    return sobol_indices(blocks[0], blocks[1], blocks[2:], chance=chance, resamples=resamples)
