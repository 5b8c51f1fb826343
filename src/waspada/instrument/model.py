"""What is asked and how it counts: the objects of an instrument, checked and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property


class Polarity(StrEnum):
    """What a high index means. Two polarities never share a ranking or a colour scale."""

    MORE_VULNERABLE = "higher_is_more_vulnerable"
    BETTER = "higher_is_better"


class Evidence(StrEnum):
    """Kind of evidence behind a number."""

    PERCEPTION = "perception"
    FACT_REPORTED = "fact_reported"
    FACT = "fact"
    PUBLISHED = "published"

    @property
    def is_asked(self) -> bool:
        """Whether people answer it; facts and published scores come from tables instead."""
        return self in (Evidence.PERCEPTION, Evidence.FACT_REPORTED)


class MissingKind(StrEnum):
    """Why an answer has no score. Kept apart and counted; never treated as zero or neutral."""

    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"
    NO_ANSWER = "no_answer"
    BLANK = "blank"


class Aggregation(StrEnum):
    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"
    HARMONIC = "harmonic"
    GENERALISED = "generalised"  # the power mean; the node says which power


class RuleKind(StrEnum):
    """How the cut-offs of a category rule come about."""

    FIXED = "fixed"
    STEPS = "steps"  # points above or below 50, the middle of the scale
    MEAN_SD = "mean_sd"  # mean -+ k sample standard deviations of the regions measured together


class Form(StrEnum):
    """Which items a meeting asks."""

    CORE = "core"
    FULL = "full"


@dataclass(frozen=True)
class Text:
    """A text in Indonesian (`id`) and English (`en`)."""

    id: str
    en: str

    def in_language(self, language: str) -> str:
        return self.id if language.startswith("id") else self.en


@dataclass(frozen=True)
class Choice:
    """One answer. Exactly one of `score` (0..100) and `missing` is set."""

    code: str
    label: Text
    score: float | None
    missing: MissingKind | None


@dataclass(frozen=True)
class AnswerScale:
    code: str
    label: Text
    choices: tuple[Choice, ...]

    def position(self, code: str) -> int:
        """Index of a choice; KeyError if the scale has no such code."""
        return self._positions[code]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {choice.code: i for i, choice in enumerate(self.choices)}


@dataclass(frozen=True)
class Item:
    """One question.

    node: code of the index node it measures; None for items outside the index (vignettes, the
    overall rating).
    direction: +1, or -1 when agreeing lowers the index (its score is turned: 100 - x).
    weight: share within its node, relative to its siblings; > 0.
    story: text read before the question (anchoring vignettes), else None.
    indicator: short name of what it measures, for rows that cannot hold the question; may be empty.
    section: code of the section (page) it stands in.
    """

    code: str
    label: Text
    scale: str
    section: str
    node: str | None = None
    direction: int = 1
    weight: float = 1.0
    evidence: Evidence = Evidence.PERCEPTION
    stages: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    anchor: bool = False
    core: bool = False
    story: Text | None = None
    indicator: Text = Text("", "")
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One page of the questionnaire."""

    code: str
    label: Text


@dataclass(frozen=True)
class Node:
    """A branch of the index tree, or its root (parent None).

    level: word of the field: index, dimension, subdimension, variable, indicator.
    weight: relative to its siblings; > 0. The root's is 1.
    direction: +1, or -1 when the node is turned (100 - x) as it enters its parent.
    power: of a generalised mean; 1 is arithmetic, 0 geometric, -1 harmonic.
    min_share: missing-data rule: the node has a score when children carrying at least this share
    of the weight have one; 1.0 refuses any missing child.
    status: where name and weight come from, for example "published" or "not_published".
    """

    code: str
    parent: str | None
    level: str
    label: Text
    weight: float = 1.0
    direction: int = 1
    aggregation: Aggregation = Aggregation.ARITHMETIC
    min_share: float = 0.5
    evidence: Evidence = Evidence.PERCEPTION
    status: str = ""
    power: float = 1.0


@dataclass(frozen=True)
class Stratum:
    """An element (unsur) of participants.

    merge_into: the element that takes in this one when fewer than `minimum_count` answered.
    required: a region speaks without a category when more than one required element is missing.
    """

    code: str
    label: Text
    weight: float = 1.0
    minimum_count: int = 5
    required: bool = False
    merge_into: str | None = None
    description: Text = Text("", "")


@dataclass(frozen=True)
class Band:
    """One category: lower <= score < upper; the last band of a rule includes its upper end.

    For RuleKind.STEPS `lower` and `upper` are points from the middle, -50 and 50 at the ends.
    For RuleKind.MEAN_SD `lower` and `upper` are multiples k of the standard deviation from the
    mean, -inf and inf at the ends.
    """

    category: str
    label: Text
    lower: float
    upper: float


@dataclass(frozen=True)
class CategoryRule:
    """A published, versioned way from a score to a word. `bands` run from low to high scores."""

    code: str
    kind: RuleKind
    bands: tuple[Band, ...]
    hysteresis_margin: float = 0.0
    min_answers_region: int = 0
    min_answers_element: int = 0
    status: str = ""
    rationale: Text = Text("", "")


@dataclass(frozen=True)
class Instrument:
    """Questions, answers, weights and rules as one versioned thing.

    nodes: parents before children, in the order of the sheet.
    category_rules: the first one is the default.
    regions: the only ones answers may come from, as files write them; () where all are welcome.
    notice, thanks: what a participant reads before the first question and after sending; script:
    what the facilitator says. Paragraphs are parted by a blank line; **bold** opens a paragraph;
    fields in double braces are filled from the round.
    fingerprint: hash of the canonical text twin; names the version beyond doubt.
    """

    code: str
    version: str
    title: Text
    polarity: Polarity
    evidence: Evidence
    scales: tuple[AnswerScale, ...]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    nodes: tuple[Node, ...]
    strata: tuple[Stratum, ...] = ()
    category_rules: tuple[CategoryRule, ...] = ()
    regions: tuple[str, ...] = ()
    status: str = ""
    note: Text = Text("", "")
    notice: Text = Text("", "")
    thanks: Text = Text("", "")
    script: Text = Text("", "")
    fingerprint: str = ""
    form: Form = Form.FULL
    settings: dict[str, str] = field(default_factory=dict, hash=False, compare=False)

    @cached_property
    def scale_by_code(self) -> dict[str, AnswerScale]:
        return {scale.code: scale for scale in self.scales}

    @cached_property
    def item_by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def node_by_code(self) -> dict[str, Node]:
        return {node.code: node for node in self.nodes}

    @cached_property
    def stratum_by_code(self) -> dict[str, Stratum]:
        return {stratum.code: stratum for stratum in self.strata}

    @property
    def root(self) -> Node:
        return self.nodes[0]

    @property
    def rule(self) -> CategoryRule | None:
        """The default category rule."""
        return self.category_rules[0] if self.category_rules else None

    @property
    def index_items(self) -> tuple[Item, ...]:
        """Items that enter the index."""
        return tuple(item for item in self.items if item.node is not None)

    def children(self, code: str) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.parent == code)

    def items_of(self, node: str) -> tuple[Item, ...]:
        """Items attached to this very node (not to its descendants)."""
        return tuple(item for item in self.items if item.node == node)

    def items_below(self, node: str) -> Iterator[Item]:
        yield from self.items_of(node)
        for child in self.children(node):
            yield from self.items_below(child.code)

    def scale_of(self, item: Item) -> AnswerScale:
        return self.scale_by_code[item.scale]

    def in_form(self, form: Form) -> Instrument:
        """The instrument as a meeting asks it: the core form keeps items marked `core` and all
        items outside the index; the tree stays whole."""
        if form == self.form or form is Form.FULL:
            return self
        kept = tuple(item for item in self.items if item.core or item.node is None)
        used = {item.section for item in kept}
        sections = tuple(section for section in self.sections if section.code in used)
        return replace(self, items=kept, sections=sections, form=form)
