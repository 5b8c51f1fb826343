"""The mitigation catalogue, and the steps proposed from it. No object here names a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from waspada.instrument.model import Text
from waspada.watch.model import DueReason, Stage


class Mode(StrEnum):
    """How Kesbangpol may approach the body that leads a step. It can order few of them."""

    ASSIGN = "assign"  # a body of the local government, through the head of the region
    REQUEST = "request"  # an independent or vertical body
    COORDINATE = "coordinate"  # a forum, which decides for itself
    INVITE = "invite"  # voluntary
    INFORM = "inform"  # courts: told, never asked about a case


class Purpose(StrEnum):
    PREVENTION = "prevention"  # before something happens
    HANDLING = "handling"  # after it has


@dataclass(frozen=True)
class Term:
    """A code of the catalogue with its name: a dimension, a stage, a kind of action or proof."""

    code: str
    name: Text


@dataclass(frozen=True)
class Body:
    """A body that leads or supports actions. mode: how it may be approached."""

    code: str
    name: Text
    kind: str
    mode: Mode


@dataclass(frozen=True)
class Action:
    """One act of prevention or handling. lead, support: codes of bodies; evidence: proof that it
    was done, as a code of `Catalogue.evidence_types`."""

    id: str
    factor: str
    kind: str
    purpose: Purpose
    lead: str
    support: tuple[str, ...]
    evidence: str
    text: Text


@dataclass(frozen=True)
class Factor:
    """A factor of vulnerability. stages: codes of the catalogue's stages in which it matters.

    guardrail: what its actions must never do or record; shown with every one of them.
    """

    code: str
    dimension: str
    name: Text
    description: Text
    stages: tuple[str, ...]
    sources: tuple[str, ...]
    actions: tuple[Action, ...]
    guardrail: Text | None = None


@dataclass(frozen=True)
class Catalogue:
    """Factors and actions as one versioned thing. status: for example "draft"."""

    version: str
    title: Text
    note: Text
    status: str
    stages: tuple[Term, ...]
    dimensions: tuple[Term, ...]
    action_kinds: tuple[Term, ...]
    evidence_types: tuple[Term, ...]
    bodies: tuple[Body, ...]
    factors: tuple[Factor, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for factor in self.factors for action in factor.actions)

    @cached_property
    def factor_by_code(self) -> dict[str, Factor]:
        return {factor.code: factor for factor in self.factors}

    @cached_property
    def action_by_id(self) -> dict[str, Action]:
        return {action.id: action for action in self.actions}

    @cached_property
    def body_by_code(self) -> dict[str, Body]:
        return {body.code: body for body in self.bodies}

    @cached_property
    def stage_by_code(self) -> dict[str, Term]:
        return {stage.code: stage for stage in self.stages}

    @cached_property
    def evidence_by_code(self) -> dict[str, Term]:
        return {term.code: term for term in self.evidence_types}


@dataclass(frozen=True)
class ProposedStep:
    """An action of the catalogue, proposed for one region on one day. A person chooses.

    drivers: items that lead to it, the strongest first.
    due_stage, due: the stage that sets the last day, and that day; both None where there is none.
    due_reason: why it is that day, or why there is none.
    running_stage: the stage of its factor that runs on the day of the proposal and ends first,
    None if none does. Its end may come before `due`.
    """

    action: Action
    factor: Factor
    drivers: tuple[str, ...]
    lead: Body
    support: tuple[Body, ...]
    mode: Mode
    evidence: Term
    due_stage: Stage | None
    due: date | None
    due_reason: DueReason
    running_stage: Stage | None

    @property
    def id(self) -> str:
        return self.action.id

    @property
    def purpose(self) -> Purpose:
        return self.action.purpose

    @property
    def text(self) -> Text:
        return self.action.text
