"""From arrays to tables, after disclosure control."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from waspada.collection.model import EVERYONE
from waspada.index.model import ElementState, Estimate, Floats, Groups, Sample
from waspada.instrument.model import Instrument
from waspada.interpretation.model import Categories, Drivers, Ranks
from waspada.publication.disclosure import Withheld
from waspada.publication.model import (
    NOT_ENOUGH_DATA,
    CategoryRow,
    DriverRow,
    DriverSum,
    ElementRow,
    MeetingRow,
    QualityRow,
    RankRow,
    ScoreRow,
)
from waspada.quality.model import MINIMUM_RESPONSES, Completeness
from waspada.uncertainty.model import Intervals, MeetingEffect

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
    return tuple(_score_rows(sample, estimate, interval, withheld, levels, sample.tree.root))


def item_rows(
    sample: Sample, estimate: Estimate, interval: Intervals, withheld: Withheld
) -> tuple[ScoreRow, ...]:
    """One row per region and index item; scores are turned, high as the index is high."""
    levels = [(code, "item") for code in sample.tree.items]
    return tuple(_score_rows(sample, estimate, interval, withheld, levels, 0))


def _score_rows(
    sample: Sample,
    estimate: Estimate,
    interval: Intervals,
    withheld: Withheld,
    levels: list[tuple[str, str]],
    first: int,
) -> Iterator[ScoreRow]:
    share = _share_answered(sample, estimate)
    hidden = withheld.any
    for r, region in enumerate(sample.regions):
        elements = _element_flags(sample.groups, r) if first else ()
        for place, (code, level) in enumerate(levels, start=first):
            lower, upper = interval.lower[r, place], interval.upper[r, place]
            shown = not (hidden[r, place] or np.isnan(estimate.values[r, place]))
            flags = _flags(estimate, withheld, r, place)
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
    asked = n * sample.tree.below.sum(axis=0)
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
    regions: tuple[str, ...], categories: Categories | None, extra: list[tuple[str, ...]]
) -> tuple[CategoryRow, ...]:
    """One row per region; none without a rule. extra: further flags per region."""
    if categories is None:
        return ()
    return tuple(
        CategoryRow(
            region=region,
            category=_category(categories, r),
            probabilities=_probabilities(categories, r),
            flags=tuple(dict.fromkeys((*extra[r], *categories.flags[r]))),
        )
        for r, region in enumerate(regions)
    )


def _category(categories: Categories, r: int) -> str:
    band = categories.category[r]
    return categories.rule.bands[band].category if band >= 0 else NOT_ENOUGH_DATA


def _probabilities(categories: Categories, r: int) -> dict[str, float]:
    shares = categories.probability[r]
    if np.isnan(shares).any():
        return {}
    bands = categories.rule.bands
    return {band.category: float(p) for band, p in zip(bands, shares, strict=True)}


def driver_rows(sample: Sample, drivers: Drivers | None) -> tuple[DriverRow, ...]:
    """Per region the items from the strongest to the weakest, hidden ones joined at the end."""
    return tuple(_driver_rows(sample, drivers)) if drivers else ()


def _driver_rows(sample: Sample, drivers: Drivers) -> Iterator[DriverRow]:
    for r in np.flatnonzero(drivers.shown):
        region = sample.regions[r]
        for i in np.argsort(-np.abs(drivers.contribution[r]), kind="stable"):
            if not drivers.hidden[r, i]:
                yield DriverRow(
                    region=region,
                    item=sample.tree.items[i],
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


def driver_sums(sample: Sample, drivers: Drivers | None) -> tuple[DriverSum, ...]:
    """Per region the drivers outside the headlines together, and all of them together."""
    return tuple(_driver_sums(sample, drivers)) if drivers else ()


def _driver_sums(sample: Sample, drivers: Drivers) -> Iterator[DriverSum]:
    rest = (drivers.rest, drivers.rest_lower, drivers.rest_upper)
    total = (drivers.total, drivers.total_lower, drivers.total_upper)
    outside = (~drivers.headline).sum(axis=1)
    for r in np.flatnonzero(drivers.shown):
        region = sample.regions[r]
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


def quality_rows(regions: tuple[str, ...], completeness: Completeness) -> tuple[QualityRow, ...]:
    """One row per region with at least MINIMUM_RESPONSES responses.

    regions: in the order of `completeness`.
    """
    shares = completeness.shares
    rows = (
        QualityRow(region, int(completeness.n_responses[r]), *map(float, shares[r]))
        for r, region in enumerate(regions)
        if completeness.n_responses[r] >= MINIMUM_RESPONSES
    )
    return tuple(sorted(rows, key=lambda row: row.region))


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
        )
        for r, region in enumerate(regions)
        for k, node in enumerate(instrument.nodes)
    )


def _given_flags(entered: float, score: float) -> tuple[str, ...]:
    if not np.isnan(entered):
        return ("given", "no_interval")
    return ("children_missing",) if np.isnan(score) else ("no_interval",)
