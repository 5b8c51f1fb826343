"""The objects of a sensitivity analysis: what is varied, and what one draw holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from waspada.index.model import Counts, Floats
from waspada.instrument.model import CategoryRule


class Special(StrEnum):
    """Alternatives of a step that are no options: as in the METHOD; without the step."""

    GIVEN = "given"
    DROP = "drop"


@dataclass(frozen=True)
class Choice:
    """A choice of the METHOD. step: name of the step. option: None where whole steps are varied.

    labels, values: (n_alternatives,) as printed, as the METHOD takes them (or Special).
    probabilities: (n_alternatives,) > 0, sum 1.
    """

    name: str
    step: str
    option: str | None
    labels: tuple[str, ...]
    values: tuple[Any, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Exclusion:
    """Units that are taken out of the table, or indicators whose weight is set to 0.

    labels, sets: (n_alternatives,) each a group of codes, () for nobody.
    """

    name: str
    of_units: bool
    labels: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Imputations:
    """Which of several completed tables is used. labels: "1" .. "m", equally likely."""

    name: str
    step: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class WeightSets:
    """Named sets of weights, one of which is used. sets: code -> weight; others as given."""

    name: str
    labels: tuple[str, ...]
    sets: tuple[Mapping[str, float], ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class NoisyWeights:
    """w (1 + e), e uniform in -share .. share. share: code -> (0, 1]."""

    name: str
    share: Mapping[str, float]


@dataclass(frozen=True)
class DirichletWeights:
    """Shares among siblings, Dirichlet with parameters concentration x given share."""

    name: str
    concentration: float
    codes: tuple[str, ...]


Discrete = Choice | Exclusion | Imputations | WeightSets
Input = Discrete | NoisyWeights | DirichletWeights


@dataclass(frozen=True)
class Plan:
    """What is varied. nodes: whose scores are looked at, the index if the file names none.

    draws, seed: None where the file leaves them to the command.
    categories: rule by which scores are named; a text is the code of a rule of the instrument.
    """

    title: str
    inputs: tuple[Input, ...]
    nodes: tuple[str, ...]
    draws: int | None = None
    seed: int | None = None
    source: str = ""
    categories: CategoryRule | str | None = None

    @cached_property
    def discrete(self) -> tuple[Discrete, ...]:
        return tuple(i for i in self.inputs if isinstance(i, Discrete))

    @cached_property
    def continuous(self) -> tuple[NoisyWeights | DirichletWeights, ...]:
        return tuple(i for i in self.inputs if not isinstance(i, Discrete))

    @property
    def moves_weights(self) -> bool:
        return bool(self.continuous) or any(isinstance(i, WeightSets) for i in self.discrete)


@dataclass(frozen=True)
class Draws:
    """What every draw holds.

    number: (n,) by which a draw is known. chosen: (n, n_discrete) places among the alternatives,
    inputs as in `Plan.discrete`. weights: (n, n_codes) of `weight_codes`, as used; NaN where the
    draw failed before it had weights.
    """

    number: Counts
    chosen: Counts
    weight_codes: tuple[str, ...]
    weights: Floats

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Failure:
    """A draw without scores, and why. step: "" where no step is to blame."""

    draw: int
    step: str
    units: tuple[str, ...]
    indicators: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Outcome:
    """Scores of every draw.

    units, times: (n_rows,) as in the raw table; times None without any. nodes: codes.
    nominal: (n_rows, n_nodes) of the METHOD as it stands, NaN = no score.
    scores: node -> (n_rows, n_draws), NaN = no score in that draw.
    """

    plan: Plan
    units: tuple[str, ...]
    times: tuple[int, ...] | None
    nodes: tuple[str, ...]
    nominal: Floats
    draws: Draws
    scores: Mapping[str, Floats] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    @cached_property
    def failed(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """(n_draws,) whether the draw is among the failures."""
        return np.isin(self.draws.number, [failure.draw for failure in self.failures])
