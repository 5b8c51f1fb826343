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

Flags of a change:
    not_compared      the region has not enough data, or no answers, in one of the rounds
    withheld          one of the two scores is not shown
    no_interval       nobody knows the error of one of the two scores
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
    evidence: kinds of evidence behind the score, joined by "+"; "" where there is none.
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
    evidence: str = ""


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
    """The word of a region.

    category: after hysteresis. by_line: what the cut-offs alone say, "" where none may be named.
    kept: the word of the last round stands although the line says another. probabilities: category
    -> 0..1 in the order of the rule, of the word by the line; empty where none may be named.
    probabilities_held: the same with the cut-offs of the estimate, for rules whose cut-offs move.
    line_up, line_down: points by which the score would have to rise or fall for `by_line` to
    change; word_up, word_down: for `category`. None where nothing on the scale would change it.
    """

    region: str
    category: str
    probabilities: dict[str, float] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    by_line: str = ""
    kept: bool = False
    probabilities_held: dict[str, float] = field(default_factory=dict)
    line_up: float | None = None
    line_down: float | None = None
    word_up: float | None = None
    word_down: float | None = None


@dataclass(frozen=True)
class RankProbabilityRow:
    """Probability that a region is among the highest k: 1, 3, 5, or half of those ranked."""

    region: str
    node: str
    top_1: float
    top_3: float
    top_5: float
    top_half: float


@dataclass(frozen=True)
class PairRow:
    """Two regions at the index: the one with the higher score first.

    probability_above: that `higher` truly lies above `lower`, ties counting half. told_apart: the
    difference is real at 95 % with all pairs tested at once, as in `difference_pairs`.
    """

    higher: str
    lower: str
    probability_above: float
    told_apart: bool


@dataclass(frozen=True)
class ShrinkageRow:
    """A score drawn to the mean of the regions; an alternative, never in place of the score.

    score: as in `ScoreRow`. shrunken, lower, upper: 0..100. share: weight of the mean, 0..1.
    """

    region: str
    node: str
    score: float
    shrunken: float
    lower: float
    upper: float
    share: float


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

    Shares are of all asked cells, 0..1, and sum to 1. flags: measures of `CheckRow` that flag it.
    """

    region: str
    n_responses: int
    share_scored: float
    share_dont_know: float
    share_not_applicable: float
    share_no_answer: float
    share_blank: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckRow:
    """One measure on the answers of one region; see docs/method/quality.md.

    verdict: "flag", "no_flag", or "not_judged" where answers, items or regions are too few.
    statistic: share 0..1; expected: its mean under honest answering; p: chance of a share as high
    under honest answering; adjusted: p after Holm over the measures of the region. None where
    fewer than five people stand out, or all but fewer than five do.
    """

    region: str
    measure: str
    verdict: str
    statistic: float | None = None
    expected: float | None = None
    p: float | None = None
    adjusted: float | None = None


@dataclass(frozen=True)
class WithoutRow:
    """The index of a flagged region with all answers and without the flagged ones.

    matters: the difference exceeds half the 95 % interval; None where it cannot be told.
    flags: why a number is missing. too_few: fewer than five answers would be set aside or stay.
    unanimous: the answers set aside, or those that stay, are all alike: the number would tell them.
    """

    region: str
    node: str
    score: float | None
    without: float | None
    difference: float | None
    set_aside: int | None
    matters: bool | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgreementRow:
    """Agreement of one region at the index or a direct branch; see docs/method/interpretation.md.

    icc1, icc1k: between elements. rwg, rwg_skewed: within the region, against even answers and
    such that lean slightly to one end, 0..1. average_deviation: points. ordinal_alpha: of the node
    over all regions, in a row with region "". None with fewer than ten people or a hidden score.
    """

    region: str
    node: str
    n: int | None
    icc1: float | None
    icc1k: float | None
    rwg: float | None
    rwg_skewed: float | None
    average_deviation: float | None
    ordinal_alpha: float | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class VignetteRow:
    """How a region's people used the anchoring vignettes; None with fewer than ten of them.

    Shares 0..1 (None where fewer than five people do, or fewer than five do not); entropy in bits,
    to one decimal, from 20 people on;
    own: mean own rating 0..100; adjusted: mean place among the vignettes, 0..100. It stands beside
    the score and never changes it.
    """

    region: str
    n: int | None = None
    order_violated: float | None = None
    ties: float | None = None
    interval: float | None = None
    entropy: float | None = None
    least_entropy: float | None = None
    own: float | None = None
    adjusted: float | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tables:
    """All results of one run. `record` is what run.json holds: versions, seed, fingerprints.

    node_means: node -> plain mean over the regions that have a score (the published rule for a
    province). difference_pairs: (higher, lower) regions whose index difference is real at 95 %.
    groups: regions that cannot be told apart; two share a group exactly when they differ by
    nothing real.
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
    checks: tuple[CheckRow, ...] = ()
    without_flagged: tuple[WithoutRow, ...] = ()
    agreement: tuple[AgreementRow, ...] = ()
    vignettes: tuple[VignetteRow, ...] = ()
    rank_probabilities: tuple[RankProbabilityRow, ...] = ()
    pairs: tuple[PairRow, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    shrinkage: tuple[ShrinkageRow, ...] = ()
    meeting_effect: tuple[MeetingRow, ...] = ()


@dataclass(frozen=True)
class ChangeRow:
    """Change of one region at one node between two rounds.

    before, after: 0..100. change, lower, upper: points, after - before with its 95 % interval.
    p_value, q_value: of the test against the minimum effect, and adjusted for all tests.
    word: "rose", "fell", "within_error"; "" where nothing was tested.
    """

    region: str
    node: str
    level: str
    before: float | None
    after: float | None
    change: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    q_value: float | None
    word: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangeTables:
    """All results of comparing two rounds. drivers: what the change of the index is made of."""

    changes: tuple[ChangeRow, ...]
    drivers: tuple[DriverRow, ...]
    driver_sums: tuple[DriverSum, ...]
    record: dict[str, Any]
