"""Weights of every draw: those of the base run, moved as the plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from waspada.index.model import Counts, Floats
from waspada.instrument.framework import Framework
from waspada.uncertainty.sensitivity.chance import dirichlet
from waspada.uncertainty.sensitivity.model import (
    DirichletWeights,
    Exclusion,
    NoisyWeights,
    Plan,
    WeightSets,
)


def weight_codes(framework: Framework) -> tuple[str, ...]:
    """Codes that have a weight among siblings: all but the index."""
    return tuple(entry.code for entry in framework.entries if entry.parent is not None)


def move_weights(
    base: Floats,
    framework: Framework,
    plan: Plan,
    chosen: Counts,
    points: Mapping[str, Floats],
    numbers: Mapping[str, Counts],
    *,
    seed: int,
) -> Floats:
    """Weights as used in each draw.

    base: (n_draws, n_codes) before any change, columns as in `weight_codes`. chosen: (n_draws,
    n_discrete). points: input -> (n_draws, width) in (0, 1) for noise. numbers: input ->
    (n_draws,) by which a Dirichlet draw is keyed.
    Sets first, then noise or Dirichlet around what they gave, then indicators left out get 0.
    """
    codes = weight_codes(framework)
    place = {code: column for column, code in enumerate(codes)}
    weights = base.copy()
    for column, given in enumerate(plan.discrete):
        if isinstance(given, WeightSets):
            _use_sets(weights, place, given, chosen[:, column])
    for moved in plan.continuous:
        match moved:
            case NoisyWeights():
                columns = [place[code] for code in moved.share]
                share = np.array(list(moved.share.values()))
                weights[:, columns] *= 1.0 + share * (2.0 * points[moved.name] - 1.0)
            case DirichletWeights():
                _draw_shares(weights, place, framework, moved, numbers[moved.name], seed)
    for column, left in enumerate(plan.discrete):
        if isinstance(left, Exclusion) and not left.of_units:
            for alternative, group in enumerate(left.sets):
                rows = np.flatnonzero(chosen[:, column] == alternative)
                weights[rows[:, None], [place[code] for code in group]] = 0.0
    return weights


def _use_sets(weights: Floats, place: Mapping[str, int], given: WeightSets, chosen: Counts) -> None:
    for alternative, values in enumerate(given.sets):
        rows = chosen == alternative
        for code, weight in values.items():
            if code in place:
                weights[rows, place[code]] = weight


def _draw_shares(
    weights: Floats,
    place: Mapping[str, int],
    framework: Framework,
    moved: DirichletWeights,
    numbers: Counts,
    seed: int,
) -> None:
    """Shares of each group of siblings; the sum of their weights stays what it was."""
    for parent, group in groups_of(framework, moved.codes):
        columns = [place[code] for code in group]
        total = weights[:, columns].sum(axis=1, keepdims=True)
        rows = np.flatnonzero(total[:, 0] > 0)
        share = weights[rows[:, None], columns] / total[rows]
        name = f"{moved.name}\0{parent}"
        drawn = dirichlet(seed, name, numbers[rows], moved.concentration * share)
        weights[rows[:, None], columns] = total[rows] * drawn


def groups_of(
    framework: Framework, codes: Sequence[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(parent, siblings) of more than one code each; an only child has nothing to share."""
    wanted = set(codes)
    groups = ((n.code, framework.children(n.code)) for n in framework.aggregates)
    return tuple(
        (parent, children)
        for parent, children in groups
        if len(children) > 1 and wanted.issuperset(children)
    )
