"""All regions of a round side by side as the page shows them: all words and figures ready."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from waspada_web.interpretation import remarks, wording
from waspada_web.interpretation.change_page import ChangeMark, mark
from waspada_web.interpretation.reading import SURE, Reading
from waspada_web.interpretation.region_page import (
    Badge,
    badge,
    figures,
    high_end,
    low_end,
    made_with,
    not_enough_badge,
)
from waspada_web.ui import charts, formats
from waspada_web.ui.charts import Axis, Shape


@dataclass(frozen=True)
class RankedRow:
    """A region with enough data. url: "" where the reader may not open its page.

    remarks, change: told of regions whose own page the reader may open. by_line: what the cut-offs
    alone say, where the word of the last round is kept.
    """

    name: str
    url: str
    svg: SafeString
    value: str
    interval: str
    badge: Badge | None
    probability: str
    rank: str
    groups: SafeString
    letters: str
    remarks: str = ""
    change: ChangeMark | None = None
    by_line: str = ""


@dataclass(frozen=True)
class GapRow:
    """A region without enough data keeps its row, with the sentence why."""

    name: str
    url: str
    badge: Badge
    reason: str


@dataclass(frozen=True)
class LegendEntry:
    badge: Badge
    range: str


@dataclass(frozen=True)
class RoundPage:
    title: str
    heading: str
    lead: str
    tiles: tuple[SafeString, ...]
    legend: tuple[LegendEntry, ...]
    shows_second: bool
    groups_heading: str
    drawn: str
    axis_head: SafeString
    axis_words: str
    group_letters: SafeString
    has_ranks: bool
    no_rank: str
    rows: tuple[RankedRow, ...]
    gaps: tuple[GapRow, ...]
    pairs: tuple[str, ...]
    made_with: str
    axis: Axis
    demo: str

    @property
    def has_groups(self) -> bool:
        return self.has_ranks and any(row.letters for row in self.rows)

    @property
    def has_changes(self) -> bool:
        return any(row.change for row in self.rows)

    @property
    def has_remarks(self) -> bool:
        return any(row.remarks for row in self.rows)

    @property
    def gap_columns(self) -> int:
        return (5 if self.has_ranks else 3) + self.has_changes


def build_round_page(reading: Reading, openable: Collection[str]) -> RoundPage:
    """openable: codes of the regions whose own page the reader may see."""
    told = reading.told
    values = {code: figures(reading.score(code)) for code in told}
    ends = [end for _, lower, upper in values.values() for end in (lower, upper)]
    means = reading.tables.node_means
    mean = means.get(reading.root.code) if reading.averaged_count > 1 else None
    axis = charts.axis_around(ends)
    has_ranks = reading.ranked_count > 1
    cut = wording.axis_note(axis.low, axis.high, axis.is_cut)
    return RoundPage(
        title=reading.round.title,
        heading=wording.round_heading(reading),
        lead=wording.round_lead(reading),
        tiles=tuple(_tile(reading, code, openable) for code in sorted(reading.regions)),
        legend=tuple(_legend(reading)),
        shows_second=any(_second(reading, code) for code in told),
        groups_heading=wording.groups_heading(reading),
        drawn="; ".join(
            filter(
                None,
                (
                    gettext("Value and 95\N{NO-BREAK SPACE}%% interval of each region") % {},
                    cut,
                    gettext("the dashed line is the mean of %(count)s regions")
                    % {"count": reading.averaged_count}
                    if mean is not None
                    else "",
                ),
            )
        )
        + ".",
        axis_head=charts.axis_head(axis, reading.bands()),
        axis_words=gettext("%(low)s to %(high)s")
        % {"low": wording.capital(low_end(reading)), "high": high_end(reading)},
        group_letters=charts.group_letters(len(reading.groups)),
        has_ranks=has_ranks,
        no_rank="" if has_ranks else wording.no_rank(reading),
        rows=tuple(
            _row(reading, position, code, values[code], axis, mean, openable)
            for position, code in enumerate(told)
        ),
        gaps=tuple(
            GapRow(
                reading.name(code),
                _url(reading, code, openable),
                not_enough_badge(),
                _reason(reading, code),
            )
            for code in sorted(reading.regions)
            if code not in told
        ),
        pairs=tuple(
            wording.pair_sentence(reading, code, lower)
            for code in told
            if (lower := reading.higher_than(code))
        ),
        made_with=made_with(reading),
        axis=axis,
        demo="k-mid or-high" if reading.is_vulnerability else "v-mid or-v-high",
    )


def _url(reading: Reading, code: str, openable: Collection[str]) -> str:
    return reverse("region_result", args=[reading.round.pk, code]) if code in openable else ""


def _reason(reading: Reading, code: str) -> str:
    if not reading.is_measured(code):
        return gettext("Not measured yet.")
    return wording.not_enough_short(reading, code)


def _row(
    reading: Reading,
    position: int,
    code: str,
    values: tuple[float, float, float],
    axis: Axis,
    mean: float | None,
    openable: Collection[str],
) -> RankedRow:
    category, rank = reading.category(code), reading.rank(code)
    letters = [
        charts.letter(number)
        for number, members in enumerate(reading.groups)
        if position in members
    ]
    flagged = len(reading.flagged(code)) if code in openable else 0
    change = reading.change_row(code) if code in openable else None
    return RankedRow(
        name=reading.name(code),
        url=_url(reading, code, openable),
        svg=charts.interval_row(*values, axis, reading.bands(), reading.hue, mean=mean),
        value=formats.score(values[0]),
        interval=formats.interval_cell(values[1], values[2]),
        badge=badge(reading, category.category, short=True) if category else None,
        probability=formats.percent(category.probabilities[category.category])
        if category and category.category in category.probabilities
        else "",
        rank=formats.DASH.join(map(str, rank)) if rank else "",
        groups=charts.group_bars(position, reading.groups),
        letters=gettext("group %(letters)s") % {"letters": " ".join(letters)} if letters else "",
        remarks=remarks.title(flagged) if flagged else "",
        change=mark(change) if change else None,
        by_line=wording.kept_short(reading, code),
    )


def _tile(reading: Reading, code: str, openable: Collection[str]) -> SafeString:
    region = reading.regions[code]
    category = reading.category(code)
    href = _url(reading, code, openable)
    if code not in reading.told:
        return charts.tile(
            region.name,
            row=region.tile_row,
            column=region.tile_column,
            value=gettext("not enough"),
            said=_reason(reading, code),
            hue=reading.hue,
            tint=None,
            shape_of=Shape.SQUARE,
            href=href,
        )
    score, lower, upper = figures(reading.score(code))
    position = reading.band_position(category.category) if category else 0
    count = len(reading.bands())
    second = _second(reading, code)
    return charts.tile(
        region.name,
        row=region.tile_row,
        column=region.tile_column,
        value=formats.score(score),
        said="; ".join(
            [
                formats.at_95(formats.interval(lower, upper)),
                *([reading.category_label(category.category)] if category else []),
            ]
        ),
        hue=reading.hue,
        tint=charts.tint_at(position, count) if count else charts.Tint.LOW,
        shape_of=charts.shape_at(position, count, reading.hue) if count else Shape.CIRCLE,
        second=charts.tint_at(reading.band_position(second), count) if second else None,
        href=href,
    )


def _second(reading: Reading, code: str) -> str | None:
    """The second category, where the first has less than SURE."""
    row = reading.category(code)
    if row is None or row.probabilities.get(row.category, 1.0) >= SURE:
        return None
    others = {name: p for name, p in row.probabilities.items() if name != row.category}
    return max(others, key=lambda name: others[name]) if others else None


def _legend(reading: Reading) -> list[LegendEntry]:
    rule = reading.instrument.rule
    if rule is None:
        return []
    bands = reading.bands()
    entries = []
    for position, (band, drawn) in enumerate(zip(rule.bands, bands, strict=True)):
        lower, upper = formats.score(drawn.lower), formats.score(drawn.upper)
        if position == 0:
            words = gettext("below %(upper)s") % {"upper": upper}
        elif position == len(bands) - 1:
            words = gettext("%(lower)s and above") % {"lower": lower}
        else:
            words = gettext("%(lower)s to below %(upper)s") % {"lower": lower, "upper": upper}
        entries.append(LegendEntry(badge(reading, band.category), words))
    needed = gettext("fewer than %(count)s answers, or elements missing") % {
        "count": rule.min_answers_region
    }
    return [*entries, LegendEntry(not_enough_badge(), needed)]
