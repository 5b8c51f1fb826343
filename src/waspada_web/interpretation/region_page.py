"""The result of one region as its page and its PDF show it: all words and figures ready."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from waspada.interpretation.drivers import MEAN_OF_REGIONS
from waspada.publication.model import DriverRow, DriverSum, ScoreRow
from waspada.watch import days_until_voting
from waspada.watch.model import Calendar
from waspada_web.interpretation import wording
from waspada_web.interpretation.change_page import ChangeFigure, change_figure
from waspada_web.interpretation.reading import Reading
from waspada_web.interpretation.remarks import Remarks, remarks
from waspada_web.ui import charts, formats
from waspada_web.ui.charts import Axis, Shape

NOTHING = SafeString("")


@dataclass(frozen=True)
class Badge:
    """A category as shape, word and colour. look: the class, "k-mid"."""

    word: str
    look: str
    shape: SafeString
    shape_name: str


@dataclass(frozen=True)
class Odds:
    badge: Badge
    probability: str


@dataclass(frozen=True)
class PlotRow:
    """A row of a plot. Where `withheld` says why, there is no figure at all."""

    name: str
    note: str
    svg: SafeString = NOTHING
    value: str = ""
    interval: str = ""
    withheld: str = ""
    score: float | None = None
    lower: float | None = None
    upper: float | None = None
    mean: float | None = None


@dataclass(frozen=True)
class Headline:
    """The number and what may be said of it."""

    score: float
    lower: float
    upper: float
    value: str
    interval: str
    between: str
    badge: Badge | None
    scale: SafeString
    scale_name: str
    odds: tuple[Odds, ...]
    one_in: str
    kept: str
    distance: str


@dataclass(frozen=True)
class Standing:
    """The rank band; `reason` instead where there is none."""

    low: int = 0
    high: int = 0
    count: int = 0
    title: str = ""
    rest: str = ""
    differences: str = ""
    svg: SafeString = NOTHING
    reason: str = ""


@dataclass(frozen=True)
class DimensionFigure:
    heading: str
    drawn: str
    head: SafeString
    rows: tuple[PlotRow, ...]
    has_mean: bool
    mean_name: str
    axis: Axis


@dataclass(frozen=True)
class DriverFigure:
    """rest: the joined row; others: the items in it one by one, where that gives nothing away."""

    heading: str
    drawn: str
    worse_title: str
    better_title: str
    worse: tuple[PlotRow, ...]
    better: tuple[PlotRow, ...]
    rest: PlotRow | None
    others: tuple[PlotRow, ...]
    total: str
    total_interval: str
    sum_note: str
    axis: Axis

    @property
    def rest_rows(self) -> tuple[PlotRow, ...]:
        return (self.rest,) if self.rest else ()


@dataclass(frozen=True)
class NotEnough:
    badge: Badge
    sentences: tuple[str, ...]
    way_out: str


@dataclass(frozen=True)
class RegionPage:
    title: str
    heading: str
    lead: str
    has_enough: bool
    headline: Headline | None
    standing: Standing | None
    dimensions: DimensionFigure | None
    drivers: DriverFigure | None
    not_enough: NotEnough | None
    strength: tuple[str, ...]
    what_it_is_not: str
    polarity_note: str
    made_with: str
    certain_drivers: tuple[str, ...] = field(default=())
    remarks: Remarks | None = None
    change: ChangeFigure | None = None


def build_region_page(reading: Reading, region: str, calendar: Calendar) -> RegionPage:
    """All that the page of one region shows; without a number where the data are not enough."""
    enough = reading.has_enough(region)
    worse, better = split_drivers(reading, region) if enough else ([], [])
    certain = [wording.push(reading, row) for row in worse if is_certain(row)]
    return RegionPage(
        title=reading.regions[region].full_name,
        heading=(
            wording.region_heading(reading, region, certain)
            if enough
            else wording.not_enough_heading(reading, region)
        ),
        lead=wording.days_left(days_until_voting(calendar, reading.today)),
        has_enough=enough,
        headline=_headline(reading, region) if enough else None,
        standing=_standing(reading, region) if enough else None,
        dimensions=_dimensions(reading, region) if enough else None,
        drivers=_drivers(reading, region, worse, better) if enough else None,
        not_enough=None
        if enough
        else NotEnough(
            not_enough_badge(),
            tuple(wording.not_enough(reading, region)),
            wording.not_enough_way_out(reading, region),
        ),
        strength=tuple(
            wording.strength(reading, region)
            if enough
            else wording.elements_sentences(reading, region)
        ),
        what_it_is_not=wording.what_it_is_not(),
        polarity_note=polarity_note(reading),
        made_with=made_with(reading),
        certain_drivers=tuple(certain),
        remarks=remarks(reading, region) if enough else None,
        change=change_figure(reading, region) if enough else None,
    )


def polarity_note(reading: Reading) -> str:
    if reading.is_vulnerability:
        return gettext("out of 100; higher is more vulnerable")
    return gettext("out of 100; higher is better")


def made_with(reading: Reading) -> str:
    """The line at the foot: with it anyone who has the answers can repeat the number."""
    return gettext(
        "Instrument %(instrument)s version %(version)s, method %(method)s, seed %(seed)s, "
        "fingerprint of the answers %(fingerprint)s."
    ) % {
        "instrument": reading.label(reading.instrument.title),
        "version": reading.instrument.version,
        "method": reading.run.method_version,
        "seed": reading.run.seed,
        "fingerprint": reading.run.fingerprint[:12],
    }


def badge(reading: Reading, category: str, *, short: bool = False) -> Badge:
    """A category of the instrument's rule."""
    position = reading.band_position(category)
    bands = reading.bands()
    count = len(bands)
    which = charts.shape_at(position, count, reading.hue)
    return Badge(
        word=bands[position].word if short else reading.category_label(category),
        look=f"{reading.hue}-{charts.tint_at(position, count)}",
        shape=charts.shape(which),
        shape_name=which.value,
    )


def not_enough_badge() -> Badge:
    return Badge(
        gettext("Not enough data yet"), "none", charts.shape(Shape.SQUARE), Shape.SQUARE.value
    )


# --- Headline ----------------------------------------------------------------------------------


def _headline(reading: Reading, region: str) -> Headline:
    score, lower, upper = figures(reading.score(region))
    row = reading.category(region)
    probabilities = row.probabilities if row else {}
    by_size = sorted(probabilities, key=lambda code: -probabilities[code])
    second = by_size[1] if len(by_size) > 1 else None
    scale_name = wording.scale_sentence(reading, region)
    return Headline(
        score=score,
        lower=lower,
        upper=upper,
        value=formats.score(score),
        interval=formats.at_95(formats.interval(lower, upper)),
        between=wording.most_likely_between(lower, upper),
        badge=badge(reading, row.category) if row else None,
        scale=charts.category_scale(
            score,
            lower,
            upper,
            reading.bands(),
            reading.hue,
            name=scale_name,
            low_end=low_end(reading),
            high_end=high_end(reading),
        ),
        scale_name=scale_name,
        odds=tuple(
            Odds(badge(reading, code, short=True), formats.percent(probabilities[code]))
            for code in probabilities
        ),
        one_in=wording.one_in(probabilities[second], badge(reading, second, short=True).word)
        if second
        else "",
        kept=wording.kept_word(reading, region),
        distance=wording.distance(reading, region),
    )


def low_end(reading: Reading) -> str:
    return gettext("less vulnerable") if reading.is_vulnerability else gettext("less vigilant")


def high_end(reading: Reading) -> str:
    return gettext("more vulnerable") if reading.is_vulnerability else gettext("more vigilant")


def _standing(reading: Reading, region: str) -> Standing:
    rank, count = reading.rank(region), reading.ranked_count
    if rank is None or count < 2:
        return Standing(reason=wording.no_rank(reading))
    low, high = rank
    title = wording.rank_title(low, high)
    rest = wording.rank_rest(reading)
    return Standing(
        low=low,
        high=high,
        count=count,
        title=title,
        rest=rest,
        differences=wording.real_differences(reading, region),
        svg=charts.rank_band(low, high, count, name=f"{title} {rest}"),
    )


# --- Dimensions --------------------------------------------------------------------------------


def _dimensions(reading: Reading, region: str) -> DimensionFigure | None:
    nodes = reading.instrument.children(reading.root.code)
    if not nodes:
        return None
    means = reading.tables.node_means if reading.averaged_count > 1 else {}
    total = sum(node.weight for node in nodes)
    found = [(node, reading.score(region, node.code)) for node in nodes]
    shown = [(node, figures(row)) for node, row in found if has_figures(row)]
    drawn_means = [means[node.code] for node, _ in shown if node.code in means]
    axis = charts.axis_around(
        [end for _, (_, lower, upper) in shown for end in (lower, upper)] + drawn_means
    )
    rows = [
        PlotRow(
            name=reading.label(node.label),
            note=gettext("%(share)s of the index")
            % {"share": formats.plain_percent(node.weight / total)},
            svg=charts.interval_row(
                *values, axis, reading.bands(), reading.hue, mean=means.get(node.code)
            ),
            value=formats.score(values[0]),
            interval=formats.interval_cell(values[1], values[2]),
            score=values[0],
            lower=values[1],
            upper=values[2],
            mean=means.get(node.code),
        )
        for node, values in sorted(shown, key=lambda pair: -pair[1][0])
    ]
    hidden = [
        PlotRow(
            name=reading.label(node.label),
            note="",
            withheld=wording.withheld(row.flags if row else ()),
        )
        for node, row in found
        if not has_figures(row)
    ]
    cut = wording.axis_note(axis.low, axis.high, axis.is_cut)
    return DimensionFigure(
        heading=wording.dimensions_heading(
            reading,
            [(row.name, row.lower, row.upper) for row in rows if row.lower and row.upper],
        ),
        drawn="; ".join(filter(None, (gettext("Value of each dimension, 0–100"), cut))) + ".",
        head=charts.axis_head(axis, reading.bands()),
        rows=(*rows, *hidden),
        has_mean=bool(drawn_means),
        mean_name=gettext("mean of %(count)s regions") % {"count": reading.averaged_count},
        axis=axis,
    )


def has_figures(row: ScoreRow | None) -> bool:
    """A number is shown only with its interval."""
    return row is not None and None not in (row.score, row.lower, row.upper)


def figures(row: ScoreRow | None) -> tuple[float, float, float]:
    assert row is not None and row.score is not None
    assert row.lower is not None and row.upper is not None
    return row.score, row.lower, row.upper


# --- Drivers -----------------------------------------------------------------------------------


def split_drivers(reading: Reading, region: str) -> tuple[list[DriverRow], list[DriverRow]]:
    """Single items that move the index towards more concern, and away from it; strongest first."""
    rows = [row for row in reading.drivers(region) if row.item]
    moving = [row for row in rows if row.contribution != 0]
    worse = [row for row in moving if reading.is_worse(row)]
    better = [row for row in moving if not reading.is_worse(row)]
    worse.sort(key=lambda row: (-abs(row.contribution), row.item))
    better.sort(key=lambda row: (-abs(row.contribution), row.item))
    return worse, better


def is_certain(row: DriverRow) -> bool:
    """Whether the interval, as it is printed, leaves out zero."""
    if row.lower is None or row.upper is None:
        return False
    return round(row.lower, 1) > 0 or round(row.upper, 1) < 0


def _drivers(
    reading: Reading, region: str, worse: list[DriverRow], better: list[DriverRow]
) -> DriverFigure | None:
    rows = reading.drivers(region)
    if not rows:
        return None
    top_worse = [row for row in worse if row.headline]
    top_better = [row for row in better if row.headline]
    rest = [row for row in rows if not row.headline]
    is_single = [row for row in rest if row.item]
    gives_nothing_away = all(row.joined != 1 for row in rest if not row.item)
    rest_sum, total = reading.driver_sum(region, "rest"), reading.driver_sum(region, "total")
    assert total is not None
    drawn_rows: list[DriverRow | DriverSum] = [*rows, *([rest_sum] if rest_sum else [])]
    ends = [end for row in drawn_rows for end in (row.contribution, row.lower, row.upper)]
    axis = charts.axis_around(
        [0.0, *(end for end in ends if end is not None)], step=1.0, least=2.0, bounded=False
    )
    parts: list[DriverRow | DriverSum] = [
        *top_worse,
        *top_better,
        *([rest_sum] if rest_sum else []),
    ]
    rounded = sum(round(part.contribution, 1) for part in parts)
    adds_up = abs(rounded - round(total.contribution, 1)) < 0.05
    worse_title, better_title = (
        (gettext("Raising vulnerability"), gettext("Lowering vulnerability"))
        if reading.is_vulnerability
        else (gettext("Lowering vigilance"), gettext("Raising vigilance"))
    )
    certain_better = [wording.push(reading, row) for row in top_better if is_certain(row)]
    certain_worse = [wording.push(reading, row) for row in top_worse if is_certain(row)]
    return DriverFigure(
        heading=wording.drivers_heading(reading, certain_worse, certain_better),
        drawn=wording.drivers_drawn(reading, total.contribution, adds_up),
        worse_title=worse_title,
        better_title=better_title,
        worse=tuple(_driver_row(reading, row, axis) for row in top_worse),
        better=tuple(_driver_row(reading, row, axis) for row in top_better),
        rest=_rest_row(rest_sum, axis) if rest_sum else None,
        others=tuple(
            _driver_row(reading, row, axis)
            for row in sorted(is_single, key=lambda row: (-row.contribution, row.item))
        )
        if gives_nothing_away
        else (),
        total=formats.signed(total.contribution),
        total_interval=_driver_interval(total),
        sum_note=_sum_note(reading, region),
        axis=axis,
    )


def _sum_note(reading: Reading, region: str) -> str:
    """What the sum is the difference of."""
    score, _, _ = figures(reading.score(region))
    if reading.tables.driver_reference != MEAN_OF_REGIONS:
        return gettext("value %(score)s, middle of the scale 50") % {"score": formats.score(score)}
    return gettext("value %(score)s, mean of the regions %(mean)s") % {
        "score": formats.score(score),
        "mean": reading.mean_with_interval(),
    }


def _driver_row(reading: Reading, row: DriverRow, axis: Axis) -> PlotRow:
    dimension = reading.dimension_of(row.item)
    return PlotRow(
        name=reading.item_name(row.item),
        note=reading.label(dimension.label) if dimension else "",
        svg=charts.driver_row(
            row.contribution, row.lower, row.upper, axis, raises=row.contribution > 0
        ),
        value=formats.signed(row.contribution),
        interval=_driver_interval(row),
        score=row.contribution,
        lower=row.lower,
        upper=row.upper,
    )


def _driver_interval(row: DriverRow | DriverSum) -> str:
    if row.lower is None or row.upper is None:
        return ""
    return f"({formats.signed_interval(row.lower, row.upper)})"


def _rest_row(rest: DriverSum, axis: Axis) -> PlotRow:
    return PlotRow(
        name=wording.other_indicators(rest.items),
        note=gettext("added up"),
        svg=charts.driver_row(
            rest.contribution, rest.lower, rest.upper, axis, raises=rest.contribution > 0
        ),
        value=formats.signed(rest.contribution),
        interval=_driver_interval(rest),
        score=rest.contribution,
        lower=rest.lower,
        upper=rest.upper,
    )
