"""The objects of a composite build: the method, the table of each stage, the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from waspada.collection.indicators import IndicatorTable
from waspada.index.model import Floats
from waspada.instrument.framework import Framework


class StepKind(StrEnum):
    """What a step does. Each may stand more than once, under names of its own."""

    DENOMINATE = "denominate"
    IMPUTE = "impute"
    SCREEN = "screen"
    TREAT = "treat"
    NORMALISE = "normalise"
    WEIGH = "weigh"
    AGGREGATE = "aggregate"


@dataclass(frozen=True)
class Step:
    """One step of a method. name: unique; that of its kind unless the file gives another.

    options: as the file has them, checked: {"method": recipe, parameters..., "per": {...}}.
    """

    name: str
    kind: StepKind
    options: Mapping[str, Any] = field(default_factory=dict)


class Ties(StrEnum):
    """When two scores of a table of ranks are equal."""

    SHARE = "share"
    """They differ by less than a computer's sums can tell apart."""
    EXACT = "exact"
    """Every bit is the same, as in COINr."""


@dataclass(frozen=True)
class Method:
    """The steps of a composite index, in order. source: name of the file, for messages."""

    title: str
    steps: tuple[Step, ...]
    source: str = ""
    ties: Ties = Ties.SHARE

    def step(self, name: str) -> Step:
        """The step of that name; KeyError if there is none."""
        return {step.name: step for step in self.steps}[name]


@dataclass(frozen=True)
class Detail:
    """A side table of a stage, for example what was Winsorised; cells are text, numbers or None."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Stage:
    """What a step left behind. step: its name; "raw" before the first one."""

    step: str
    table: IndicatorTable
    details: tuple[Detail, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Built:
    """A composite index and how it came about.

    stages: in order, "raw" first; the last one is what was aggregated.
    weights: indicator and node -> weight as used, relative to siblings.
    scores: (n_rows, n_nodes) rows as in the last stage, nodes as in `framework.aggregates`
    (the index is the last column); NaN = no score.
    details, notes: of the aggregation. weights_after: the weights after each stage.
    """

    framework: Framework
    method: Method
    stages: tuple[Stage, ...]
    weights: Mapping[str, float]
    scores: Floats
    notes: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    weights_after: tuple[Mapping[str, float], ...] = ()

    @property
    def table(self) -> IndicatorTable:
        """What was aggregated."""
        return self.stages[-1].table

    def stage(self, step: str) -> Stage:
        """The stage a step left; KeyError if there is none."""
        return {stage.step: stage for stage in self.stages}[step]
