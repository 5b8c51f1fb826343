"""From arrays to tables, after disclosure control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from waspada.collection.model import EVERYONE
from waspada.index.facts import evidence_below, is_recorded
from waspada.index.model import ElementState, Estimate, Flags, Floats, Groups, Sample
from waspada.instrument.model import Instrument, RuleKind
from waspada.interpretation.consensus import Agreement
from waspada.interpretation.groups import groups_of
from waspada.interpretation.hysteresis import keep_words
from waspada.interpretation.model import Categories, Changes, Drivers, PreviousWord, Ranks
from waspada.interpretation.ranks import probability_above, probability_of_rank
from waspada.interpretation.shrinkage import Shrunken
from waspada.interpretation.vignettes import VignetteUse
from waspada.publication.disclosure import Withheld
from waspada.publication.model import (
    NOT_ENOUGH_DATA,
    AgreementRow,
    CategoryRow,
    ChangeRow,
    CheckRow,
    DriverRow,
    DriverSum,
    ElementRow,
    MeetingRow,
    PairRow,
    QualityRow,
    RankProbabilityRow,
    RankRow,
    ScoreRow,
    ShrinkageRow,
    VignetteRow,
)
from waspada.quality.model import MINIMUM_RESPONSES, Check, Completeness, Finding, Measure
from waspada.uncertainty.model import Intervals, MeetingEffect

FEWEST_FOR_ENTROPY, ENTROPY_DECIMALS = 20, 1
"""An exact entropy beside the mean rating tells, of few people, how many ticked which choice."""

ELEMENT_FLAGS = {
    ElementState.MERGED: "element_merged",
    ElementState.LEFT_OUT: "element_left_out",
    ElementState.ABSENT: "element_absent",
}


def node_rows(
    sample: Sample,
    estimate: Estimate,
    interval: Intervals,
    withheld: Withheld,
    instrument: Instrument,
) -> tuple[ScoreRow, ...]:
    """One row per region and index node, the root first."""
    levels = [(node.code, node.level) for node in instrument.nodes]
    evidence = evidence_below(sample, estimate, instrument)
    first = sample.tree.root
    return tuple(_score_rows(sample, estimate, interval, withheld, levels, evidence, first))


def item_rows(
    sample: Sample,
    estimate: Estimate,
    interval: Intervals,
    withheld: Withheld,
    instrument: Instrument,
) -> tuple[ScoreRow, ...]:
    """One row per region and index item; scores are turned, high as the index is high."""
    levels = [(code, "item") for code in sample.tree.items]
    evidence = evidence_below(sample, estimate, instrument)
    return tuple(_score_rows(sample, estimate, interval, withheld, levels, evidence, 0))


def _score_rows(
    sample: Sample,
    estimate: Estimate,
    interval: Intervals,
    withheld: Withheld,
    levels: list[tuple[str, str]],
    evidence: list[list[str]],
    first: int,
) -> Iterator[ScoreRow]:
    share = _share_answered(sample, estimate)
    hidden, recorded = withheld.any, is_recorded(estimate)
    for r, region in enumerate(sample.regions):
        elements = _element_flags(sample.groups, r) if first else ()
        for place, (code, level) in enumerate(levels, start=first):
            lower, upper = interval.lower[r, place], interval.upper[r, place]
            shown = not (hidden[r, place] or np.isnan(estimate.values[r, place]))
            flags = _flags(estimate, withheld, r, place)
            if recorded[r, place] and not first:
                flags = (*flags, "given")
            if shown and np.isnan(lower):
                flags = (*flags, "no_interval")
            yield ScoreRow(
                region=region,
                node=code,
                level=level,
                score=optional(estimate.values[r, place]) if shown else None,
                lower=optional(lower) if shown else None,
                upper=optional(upper) if shown else None,
                n_responses=int(estimate.n_responses[r, place]),
                share_answered=float(share[r, place]),
                flags=(*flags, *elements),
                evidence=evidence[r][place] if shown else "",
            )


def optional(number: float) -> float | None:
    """A number, or None for NaN."""
    return None if np.isnan(number) else float(number)


def _flags(estimate: Estimate, withheld: Withheld, r: int, place: int) -> tuple[str, ...]:
    if withheld.too_few[r, place]:
        return ("too_few",)
    if withheld.unanimous[r, place]:
        return ("unanimous",)
    if withheld.protects_another[r, place]:
        return ("protects_another",)
    if np.isnan(estimate.values[r, place]):
        return ("children_missing",)
    return ()


def _element_flags(groups: Groups, r: int) -> tuple[str, ...]:
    """What became of a region's elements; nothing where answers carry no element."""
    states = set(groups.state[r]) if groups.elements != (EVERYONE,) else set()
    return tuple(flag for state, flag in ELEMENT_FLAGS.items() if state in states)


def _share_answered(sample: Sample, estimate: Estimate) -> Floats:
    """(n_regions, places) scored answers / (responses x items below); 0, not told, where fewer
    than MINIMUM_RESPONSES people answered."""
    n = estimate.n_responses[:, [sample.tree.root]]
    asked = n * sample.tree.below[sample.is_asked].sum(axis=0)
    told = estimate.n_responses >= MINIMUM_RESPONSES
    share = np.divide(estimate.n_answers, asked, out=np.zeros(asked.shape), where=asked > 0)
    return np.where(told, share, 0.0)


def rank_rows(regions: tuple[str, ...], ranks: dict[str, Ranks]) -> tuple[RankRow, ...]:
    """One row per region and ranked node; no rank where no score is shown."""
    together = {node: found.together for node, found in ranks.items()}
    return tuple(
        RankRow(
            region=region,
            node=node,
            rank=int(found.rank[r]) or None,
            rank_lower=int(found.lower[r]) or None,
            rank_upper=int(found.upper[r]) or None,
            together_lower=int(together[node][0][r]) or None,
            together_upper=int(together[node][1][r]) or None,
        )
        for r, region in enumerate(regions)
        for node, found in ranks.items()
    )


def pairs(regions: tuple[str, ...], ranks: Ranks) -> tuple[tuple[str, str], ...]:
    """(higher, lower) region codes whose difference is real."""
    return tuple((regions[high], regions[low]) for high, low in ranks.pairs)


def rank_probability_rows(
    regions: tuple[str, ...], ranks: dict[str, Ranks]
) -> tuple[RankProbabilityRow, ...]:
    """One row per region and ranked node that takes part in rank sets."""
    rows = []
    for node, found in ranks.items():
        half = max(len(found.taking_part) // 2, 1)
        chances = probability_of_rank(found, (1, 3, 5, half))
        rows += [
            RankProbabilityRow(regions[r], node, *map(float, chances[r])) for r in found.taking_part
        ]
    return tuple(sorted(rows, key=lambda row: regions.index(row.region)))


def pair_rows(regions: tuple[str, ...], ranks: Ranks) -> tuple[PairRow, ...]:
    """Every two regions that take part, from the highest rank on."""
    order = _by_rank(ranks)
    above, apart = probability_above(ranks), set(ranks.pairs)
    return tuple(
        PairRow(regions[high], regions[low], float(above[high, low]), (high, low) in apart)
        for place, high in enumerate(order)
        for low in order[place + 1 :]
    )


def group_rows(regions: tuple[str, ...], ranks: Ranks) -> tuple[tuple[str, ...], ...]:
    """Groups of region codes, from the highest on."""
    return tuple(tuple(regions[r] for r in group) for group in groups_of(ranks))


def _by_rank(ranks: Ranks) -> list[int]:
    return sorted(ranks.taking_part.tolist(), key=lambda r: (ranks.rank[r], r))


def shrinkage_rows(
    regions: tuple[str, ...], compared: dict[str, Floats], shrunken: dict[str, Shrunken | None]
) -> tuple[ShrinkageRow, ...]:
    """One row per region and node with a shrunken score. compared: node -> (n_regions,) scores."""
    return tuple(
        ShrinkageRow(
            region,
            node,
            float(compared[node][r]),
            *(float(x[r]) for x in (found.score, found.lower, found.upper, found.share)),
        )
        for r, region in enumerate(regions)
        for node, found in shrunken.items()
        if found is not None and not np.isnan(found.score[r])
    )


def root_flags(
    scores: tuple[ScoreRow, ...], instrument: Instrument, lacks_elements: bool
) -> list[tuple[str, ...]]:
    """Per region what a category has to say beside its own reasons: why the index has no score,
    and that nobody knows which elements took part."""
    unknown = ("elements_unknown",) if lacks_elements else ()
    return [
        (*(row.flags if row.score is None else ()), *unknown)
        for row in scores
        if row.node == instrument.root.code
    ]


def category_rows(
    regions: tuple[str, ...],
    categories: Categories | None,
    scores: Floats,
    extra: list[tuple[str, ...]],
    previous: Mapping[str, PreviousWord] | None = None,
) -> tuple[CategoryRow, ...]:
    """One row per region; none without a rule.

    scores: (n_regions,) as categorised. extra: further flags per region. previous: words of the
    last round.
    """
    if categories is None:
        return ()
    words = keep_words(categories, scores, regions, previous)
    moving = categories.rule.kind is RuleKind.MEAN_SD
    return tuple(
        CategoryRow(
            region=region,
            category=_category(categories, words.word[r]) or NOT_ENOUGH_DATA,
            probabilities=_probabilities(categories, categories.probability[r]),
            flags=tuple(dict.fromkeys((*extra[r], *categories.flags[r]))),
            by_line=_category(categories, words.by_line[r]),
            kept=bool(words.kept[r]),
            probabilities_held=(
                _probabilities(categories, categories.probability_held[r]) if moving else {}
            ),
            line_up=optional(words.line_up[r]),
            line_down=optional(words.line_down[r]),
            word_up=optional(words.word_up[r]),
            word_down=optional(words.word_down[r]),
        )
        for r, region in enumerate(regions)
    )


def _category(categories: Categories, band: int) -> str:
    return categories.rule.bands[band].category if band >= 0 else ""


def _probabilities(categories: Categories, shares: Floats) -> dict[str, float]:
    if np.isnan(shares).any():
        return {}
    bands = categories.rule.bands
    return {band.category: float(p) for band, p in zip(bands, shares, strict=True)}


def driver_rows(
    regions: tuple[str, ...], items: tuple[str, ...], drivers: Drivers | None
) -> tuple[DriverRow, ...]:
    """Per region the items from the strongest to the weakest, hidden ones joined at the end."""
    return tuple(_driver_rows(regions, items, drivers)) if drivers else ()


def _driver_rows(
    regions: tuple[str, ...], items: tuple[str, ...], drivers: Drivers
) -> Iterator[DriverRow]:
    for r in np.flatnonzero(drivers.shown):
        region = regions[r]
        for i in np.argsort(-np.abs(drivers.contribution[r]), kind="stable"):
            if not drivers.hidden[r, i]:
                yield DriverRow(
                    region=region,
                    item=items[i],
                    contribution=float(drivers.contribution[r, i]),
                    lower=optional(drivers.lower[r, i]),
                    upper=optional(drivers.upper[r, i]),
                    headline=bool(drivers.headline[r, i]),
                )
        joined = int(drivers.hidden[r].sum())
        if joined:
            yield DriverRow(
                region=region,
                item="",
                contribution=float(drivers.joined[r]),
                lower=optional(drivers.joined_lower[r]),
                upper=optional(drivers.joined_upper[r]),
                joined=joined,
            )


def driver_sums(regions: tuple[str, ...], drivers: Drivers | None) -> tuple[DriverSum, ...]:
    """Per region the drivers outside the headlines together, and all of them together."""
    return tuple(_driver_sums(regions, drivers)) if drivers else ()


def _driver_sums(regions: tuple[str, ...], drivers: Drivers) -> Iterator[DriverSum]:
    rest = (drivers.rest, drivers.rest_lower, drivers.rest_upper)
    total = (drivers.total, drivers.total_lower, drivers.total_upper)
    outside = (~drivers.headline).sum(axis=1)
    for r in np.flatnonzero(drivers.shown):
        region = regions[r]
        if outside[r]:
            yield DriverSum(region, "rest", int(outside[r]), *(float(x[r]) for x in rest))
        yield DriverSum(region, "total", drivers.headline.shape[1], *(float(x[r]) for x in total))


def element_rows(sample: Sample, instrument: Instrument) -> tuple[ElementRow, ...]:
    """One row per region and element of the instrument; none where answers carry no element."""
    groups = sample.groups
    if not all(element in instrument.stratum_by_code for element in groups.elements):
        return ()
    return tuple(
        ElementRow(
            region=region,
            element=element,
            state=str(groups.state[r, e]),
            merged_with=_company(groups, r, e),
            required=instrument.stratum_by_code[element].required,
        )
        for r, region in enumerate(sample.regions)
        for e, element in enumerate(groups.elements)
    )


def _company(groups: Groups, r: int, e: int) -> tuple[str, ...]:
    """The other elements whose answers lie in the same group."""
    if not groups.is_present[r, e]:
        return ()
    return tuple(
        element
        for other, element in enumerate(groups.elements)
        if other != e
        and groups.is_present[r, other]
        and groups.group[r, other] == groups.group[r, e]
    )


def meeting_rows(sample: Sample, effect: MeetingEffect, shown: Floats) -> tuple[MeetingRow, ...]:
    """Rows of each region whose index is shown. shown: (n_regions, places), NaN = not shown."""
    return tuple(
        MeetingRow(
            region=region,
            basis="observed" if effect.observed[r] else "assumed",
            meetings=int(effect.meetings[r]),
            correlation=float(effect.correlation[r, line]),
            design_effect=float(effect.design_effect[r, line]),
            df=float(effect.df[r, line]),
            lower=float(effect.lower[r, line]),
            upper=float(effect.upper[r, line]),
        )
        for r, region in enumerate(sample.regions)
        for line in range(effect.lower.shape[1])
        if not np.isnan(shown[r, sample.tree.root] + effect.lower[r, line])
    )


def quality_rows(
    regions: tuple[str, ...], completeness: Completeness, checks: tuple[Check, ...] = ()
) -> tuple[QualityRow, ...]:
    """One row per region with at least MINIMUM_RESPONSES responses.

    regions: in the order of `completeness`.
    """
    n, shares = completeness.n_responses, completeness.shares
    flags: dict[str, tuple[str, ...]] = dict.fromkeys(regions, ())
    flags |= {check.region: tuple(map(str, check.flags)) for check in checks}
    rows = [
        _quality_row(region, int(n[r]), shares[r], flags[region])
        for r, region in enumerate(regions)
        if n[r] >= MINIMUM_RESPONSES
    ]
    return tuple(sorted(rows, key=lambda row: row.region))


def _quality_row(region: str, n: int, shares: Floats, flags: tuple[str, ...]) -> QualityRow:
    scored, unknown, not_applicable, no_answer, blank = map(float, shares)
    return QualityRow(region, n, scored, unknown, not_applicable, no_answer, blank, flags)


def check_rows(checks: tuple[Check, ...]) -> tuple[CheckRow, ...]:
    """One row per region and measure, judged or not."""
    return tuple(_check_row(check, measure) for check in checks for measure in Measure)


def _check_row(check: Check, measure: Measure) -> CheckRow:
    for found, adjusted in zip(check.findings, check.adjusted, strict=True):
        if found.measure is measure:
            verdict = "flag" if measure in check.flags else "no_flag"
            if not _is_shown(found):
                return CheckRow(check.region, measure.value, verdict)
            numbers = (found.statistic, found.expected, found.p, adjusted)
            return CheckRow(check.region, measure.value, verdict, *numbers)
    return CheckRow(check.region, measure.value, "not_judged")


def _is_shown(found: Finding) -> bool:
    """Not where the share would single out fewer than five people on either side."""
    if found.involved is None:
        return True
    n, count = len(found.involved), int(found.involved.sum())
    return MINIMUM_RESPONSES <= count <= n - MINIMUM_RESPONSES


def agreement_rows(found: tuple[Agreement, ...]) -> tuple[AgreementRow, ...]:
    """The same, for a file."""
    return tuple(AgreementRow(**vars(row)) for row in found)


def vignette_rows(found: tuple[tuple[str, VignetteUse | None], ...]) -> tuple[VignetteRow, ...]:
    """One row per region; none where the instrument has no vignettes."""
    return tuple(_vignette_row(region, use) for region, use in found)


def _vignette_row(region: str, use: VignetteUse | None) -> VignetteRow:
    if use is None:
        return VignetteRow(region, flags=("too_few",))
    if use.entropy == 0.0:
        return VignetteRow(region, flags=("unanimous",))
    violated, ties, interval = (
        share if MINIMUM_RESPONSES <= round(share * use.n) <= use.n - MINIMUM_RESPONSES else None
        for share in (use.order_violated, use.ties, use.interval)
    )
    own = use.own if use.own_varies else None
    entropy, least = (
        round(bits, ENTROPY_DECIMALS) if use.n >= FEWEST_FOR_ENTROPY else None
        for bits in (use.entropy, use.least_entropy)
    )
    return VignetteRow(
        *(region, use.n, violated, ties, interval),
        *(entropy, least, own, use.adjusted),
    )


def given_rows(
    regions: tuple[str, ...], entered: Floats, nodes: Floats, instrument: Instrument
) -> tuple[ScoreRow, ...]:
    """One row per region and node of scores that were given, or combined from given ones.

    entered, nodes: (n_regions, n_nodes). share_answered is 1 where there is a score.
    """
    return tuple(
        ScoreRow(
            region=region,
            node=node.code,
            level=node.level,
            score=optional(nodes[r, k]),
            lower=None,
            upper=None,
            n_responses=0,
            share_answered=float(not np.isnan(nodes[r, k])),
            flags=_given_flags(entered[r, k], nodes[r, k]),
            evidence="" if np.isnan(nodes[r, k]) else node.evidence.value,
        )
        for r, region in enumerate(regions)
        for k, node in enumerate(instrument.nodes)
    )


def _given_flags(entered: float, score: float) -> tuple[str, ...]:
    if not np.isnan(entered):
        return ("given", "no_interval")
    return ("children_missing",) if np.isnan(score) else ("no_interval",)


CHANGE_WORDS = {1: "rose", -1: "fell", 0: "within_error"}


def change_rows(
    regions: tuple[str, ...],
    nodes: tuple[tuple[str, str], ...],
    before: Floats,
    after: Floats,
    compared: Flags,
    changes: Changes,
) -> tuple[ChangeRow, ...]:
    """One row per region and node. nodes: (code, level). before, after: (n_regions, n_nodes), NaN
    = not shown. compared: (n_regions,) regions with enough data in both rounds."""
    return tuple(
        _change_row(region, node, r, k, before, after, bool(compared[r]), changes)
        for r, region in enumerate(regions)
        for k, node in enumerate(nodes)
    )


def _change_row(
    region: str,
    node: tuple[str, str],
    r: int,
    k: int,
    before: Floats,
    after: Floats,
    compared: bool,
    changes: Changes,
) -> ChangeRow:
    known, tested = not np.isnan(changes.difference[r, k]), bool(changes.tested[r, k])
    flags: tuple[str, ...] = () if tested else ("no_interval",)
    if not known:
        flags = ("withheld",) if compared else ("not_compared",)
    return ChangeRow(
        region=region,
        node=node[0],
        level=node[1],
        before=optional(before[r, k]) if known else None,
        after=optional(after[r, k]) if known else None,
        change=optional(changes.difference[r, k]),
        lower=optional(changes.lower[r, k]),
        upper=optional(changes.upper[r, k]),
        p_value=optional(changes.p_value[r, k]),
        q_value=optional(changes.q_value[r, k]),
        word=CHANGE_WORDS[int(changes.direction[r, k])] if tested else "",
        flags=flags,
    )
