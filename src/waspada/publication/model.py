"""The tables that leave the computation: what the command writes and what a page shows.

Everything here is after disclosure control: no row speaks of fewer than five answers, none of
answers that are all alike. `None` is a value that is withheld or not defined; `flags` says why.

Flags of a score:
    too_few           fewer than five responses, or no element reached five
    protects_another  shown, it would reveal another cell that is withheld
    unanimous         all answers alike: shown, it would tell what each person said
    children_missing  the missing-data rule of the node refused
    element_merged    an element with fewer than its minimum was joined to another
    element_left_out  an element stayed too small after merging; its weight went to the others
    element_absent    an element has no answers at all; its weight went to the others
    given             the score was entered, not computed; it has no interval of its own
    no_interval       the method knows no honest interval here

Flags of a category (beside those of the index, where its score is withheld):
    too_few_answers   fewer responses than the rule asks of a region
    elements_missing  more than one required element is absent or left out
    elements_unknown  the answers do not tell elements, so nobody can check them; a word is named
    too_few_regions   the rule takes its cut-offs from the regions, and there are not enough
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

NOT_ENOUGH_DATA = "not_enough_data"
"""Stands in `CategoryRow.category` where no category may be named."""


@dataclass(frozen=True)
class ScoreRow:
    """Score of one region at one index node (level as in the instrument) or item (level "item").

    score, lower, upper: 0..100; the 95 % interval. n_responses: responses with at least one
    scored answer below the node. share_answered: scored answers / asked cells, 0..1;
    0 (not told) where fewer than five people answered.
    """

    region: str
    node: str
    level: str
    score: float | None
    lower: float | None
    upper: float | None
    n_responses: int
    share_answered: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RankRow:
    """Rank 1 = highest score. [rank_lower, rank_upper]: the marginal 95 % confidence set.

    [together_lower, together_upper]: the set with all pairs of regions tested at once, for tables
    that show regions side by side; it agrees with `difference_pairs` and holds the marginal one.
    node: the index and its direct branches; deeper ranks would be read as more than they are.
    """

    region: str
    node: str
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    together_lower: int | None = None
    together_upper: int | None = None


@dataclass(frozen=True)
class CategoryRow:
    """probabilities: category -> 0..1 in the order of the rule; empty where none may be named."""

    region: str
    category: str
    probabilities: dict[str, float] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class DriverRow:
    """How far one item moves a region's index away from the reference; adds up exactly.

    contribution, lower, upper: points of the index, with 95 % interval. `item` is the item code;
    withheld items of a region are joined in one row with item "" (`joined` counts them).
    headline: among the few strongest, shown first; the others are told together (`DriverSum`).
    """

    region: str
    item: str
    contribution: float
    lower: float | None
    upper: float | None
    joined: int = 1
    headline: bool = False


@dataclass(frozen=True)
class DriverSum:
    """Several drivers of a region together, with an interval of their own.

    part: "rest", all but the rows marked `headline`; "total", all: index - reference.
    items: how many items it holds.
    """

    region: str
    part: str
    items: int
    contribution: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ElementRow:
    """What became of an element in a region. state: counted, merged, left_out, absent."""

    region: str
    element: str
    state: str
    merged_with: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class MeetingRow:
    """Interval of a region's index if people of one meeting resemble each other.

    basis: "observed", from two meetings or more of at least twenty answers each, or "assumed",
    all answers as from one meeting. correlation: between two people of a meeting. design_effect:
    variance over that of independent people. df: degrees of freedom. lower, upper: 0..100.
    """

    region: str
    basis: str
    meetings: int
    correlation: float
    design_effect: float
    df: float
    lower: float
    upper: float


@dataclass(frozen=True)
class QualityRow:
    """Completeness of one region with at least five responses; smaller ones have no row.

    Shares are of all asked cells, 0..1, and sum to 1.
    """

    region: str
    n_responses: int
    share_scored: float
    share_dont_know: float
    share_not_applicable: float
    share_no_answer: float
    share_blank: float


@dataclass(frozen=True)
class Tables:
    """All results of one run. `record` is what run.json holds: versions, seed, fingerprints.

    node_means: node -> plain mean over the regions that have a score (the published rule for a
    province). difference_pairs: (higher, lower) regions whose index difference is real at 95 %.
    """

    scores: tuple[ScoreRow, ...]
    items: tuple[ScoreRow, ...]
    ranks: tuple[RankRow, ...]
    categories: tuple[CategoryRow, ...]
    drivers: tuple[DriverRow, ...]
    driver_sums: tuple[DriverSum, ...]
    elements: tuple[ElementRow, ...]
    quality: tuple[QualityRow, ...]
    node_means: dict[str, float]
    node_mean_intervals: dict[str, tuple[float, float]]
    driver_reference: str  # "mean_of_regions" or "scale_middle"; "" without drivers
    difference_pairs: tuple[tuple[str, str], ...]
    record: dict[str, Any]
    meeting_effect: tuple[MeetingRow, ...] = ()
