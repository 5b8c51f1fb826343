"""Charts as rows: small pieces of SVG that a table or a paragraph carries.

Geometry is in per cent and there is no viewBox, so one piece fits 320 px and 1280 px and its text
keeps its size. Inks come from classes alone, so the same piece serves light, dark and print.
Words and figures arrive formatted; nothing is computed here but where things lie.

Row plots are hidden from assistive technology, since the cells beside them say the same. A plot
that stands alone carries a sentence as its name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from waspada_web.ui import formats


class Hue(StrEnum):
    """Two polarities, two hues: they never share a scale."""

    VULNERABILITY = "k"
    VIGILANCE = "v"


class Tint(StrEnum):
    """How far from the paper: the higher the level, the further."""

    LOW = "low"
    MID = "mid"
    HIGH = "high"

    @property
    def number(self) -> int:
        return list(Tint).index(self) + 1


class Shape(StrEnum):
    """How much attention a category asks for. Read without any colour."""

    CIRCLE = "circle"  # none
    DIAMOND = "diamond"  # some
    TRIANGLE = "triangle"  # most
    SQUARE = "square"  # not enough data


class Direction(StrEnum):
    """Where a number went between two rounds."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


ARROWS: dict[Direction, str] = {
    Direction.UP: '<path d="M7 13V2M2 7l5-5 5 5"/>',
    Direction.DOWN: '<path d="M7 1v11M2 7l5 5 5-5"/>',
    Direction.NONE: '<path d="M2 7h10" stroke-dasharray="2.5 2"/>',
}

SHAPES: dict[Shape, str] = {
    Shape.CIRCLE: '<circle cx="7" cy="7" r="5.5"/>',
    Shape.DIAMOND: '<path d="M7 .5 13.5 7 7 13.5.5 7z"/>',
    Shape.TRIANGLE: '<path d="M7 .8 13.8 13H.2z"/>',
    Shape.SQUARE: '<rect x="1.5" y="1.5" width="11" height="11"/>',
}

NARROWEST_PLOT = 290.0
"""Pixels of a plot on the smallest phone; a word that does not fit there is left to the list."""

LETTER = 7.5
"""Pixels of an average letter of the words in a scale."""


@dataclass(frozen=True)
class Band:
    """One category on a plot: lower <= score < upper, its word, and how it looks."""

    lower: float
    upper: float
    word: str
    tint: Tint


@dataclass(frozen=True)
class Axis:
    """The stretch of the scale that a plot shows; the same for all plots of one kind on a page."""

    low: float = 0.0
    high: float = 100.0

    def __post_init__(self) -> None:
        _check_finite(self.low, self.high)
        if self.high <= self.low:
            raise ValueError("An axis must run from a lower to a higher value.")

    def place(self, value: float) -> float:
        """Where a value lies, 0..100 per cent of the width; beyond the ends it is clipped."""
        _check_finite(value)
        return min(100.0, max(0.0, (value - self.low) / (self.high - self.low) * 100.0))

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def is_cut(self) -> bool:
        return (self.low, self.high) != (0.0, 100.0)


def tint_at(position: int, count: int) -> Tint:
    """Three tints for any number of bands: by the middle of the band's place, so that four or
    five bands stay symmetric. Neighbours of one tint are parted by a line."""
    middle = (position + 0.5) / count
    return Tint.LOW if middle < 1 / 3 else Tint.MID if middle < 2 / 3 else Tint.HIGH


def shape_at(position: int, count: int, hue: Hue) -> Shape:
    """The triangle asks for attention: high vulnerability, low vigilance."""
    tint = tint_at(position, count)
    if tint is Tint.MID:
        return Shape.DIAMOND
    alarming = Tint.HIGH if hue is Hue.VULNERABILITY else Tint.LOW
    return Shape.TRIANGLE if tint is alarming else Shape.CIRCLE


def axis_around(
    values: Iterable[float], *, step: float = 10.0, least: float = 40.0, bounded: bool = True
) -> Axis:
    """An axis in whole steps that holds all values and spans at least `least`.

    bounded: the values lie on the scale 0..100, and so does the axis.
    """
    given = list(values)
    _check_finite(*given)
    if not given:
        return Axis()
    low = math.floor(min(given) / step) * step
    high = math.ceil(max(given) / step) * step
    lacking = math.ceil(max(0.0, least - (high - low)) / step)
    low, high = low - (lacking // 2) * step, high + (lacking - lacking // 2) * step
    if bounded and low < 0:
        low, high = 0.0, high - low
    if bounded and high > 100:
        low, high = max(0.0, low - (high - 100.0)), 100.0
    return Axis(low, high)


def shape(which: Shape, *, size: int = 14) -> SafeString:
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 14 14" aria-hidden="true">{}</svg>',
        size,
        size,
        mark_safe(SHAPES[which]),
    )


def arrow(which: Direction) -> SafeString:
    """The way of a change, in the colour of its word."""
    return format_html(
        '<svg class="arrow" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">{}</svg>',
        mark_safe(ARROWS[which]),
    )


def category_scale(
    score: float,
    lower: float,
    upper: float,
    bands: Sequence[Band],
    hue: Hue,
    *,
    name: str,
    low_end: str,
    high_end: str,
) -> SafeString:
    """The whole scale 0..100 with its categories in full colour, the estimate above it.

    name: the sentence that says the same; low_end, high_end: words under the two ends.
    """
    axis = Axis()
    x, x1, x2 = axis.place(score), axis.place(lower), axis.place(upper)
    cuts = [0.0, *(band.upper for band in bands[:-1]), 100.0]
    return format_html(
        '<svg class="plot" width="100%" height="132" role="img" aria-label="{}">'
        '{}{}<line class="span" x1="{x1}" x2="{x2}" y1="42" y2="42"/>'
        '<line class="span" x1="{x1}" x2="{x1}" y1="35" y2="56"/>'
        '<line class="span" x1="{x2}" x2="{x2}" y1="35" y2="56"/>'
        '<circle class="dot" cx="{x}" cy="42" r="9"/>'
        '<text class="strong lg" x="{x}" y="20" text-anchor="{}">{}</text>'
        '<text x="{x1}" dx="{}" y="47" text-anchor="{}">{}</text>'
        '<text x="{x2}" dx="{}" y="47" text-anchor="{}">{}</text>'
        '{}<text x="0" y="127">{}</text><text x="100%" y="127" text-anchor="end">{}</text></svg>',
        name,
        _bands(axis, bands, f"{hue}f", y="60", height="30"),
        _band_words(bands, hue),
        "start" if x < 5 else "end" if x > 95 else "middle",
        formats.score(score),
        *_beside(x1, -1),
        formats.score(lower),
        *_beside(x2, +1),
        formats.score(upper),
        _ticks(axis, cuts, y=90, text_y=110, length=5),
        low_end,
        high_end,
        x=_share(x),
        x1=_share(x1),
        x2=_share(x2),
    )


def axis_head(axis: Axis, bands: Sequence[Band]) -> SafeString:
    """The head of a column of plots: the words of the categories and the scale."""
    words = [
        (_share((axis.place(band.lower) + axis.place(band.upper)) / 2), band.word)
        for band in bands
        if _fits(band.word, axis.place(band.upper) - axis.place(band.lower))
    ]
    step = 10 if axis.high - axis.low <= 70 else 20
    first = math.ceil(axis.low / step) * step
    marks = [float(mark) for mark in range(first, math.floor(axis.high) + 1, step)]
    return format_html(
        '<svg class="plot" width="100%" height="40" aria-hidden="true" focusable="false">'
        "{}{}</svg>",
        format_html_join(
            "", '<text class="strong" x="{}" y="11" text-anchor="middle">{}</text>', words
        ),
        _ticks(axis, marks, y=35, text_y=31, length=5),
    )


def interval_row(
    score: float,
    lower: float,
    upper: float,
    axis: Axis,
    bands: Sequence[Band],
    hue: Hue,
    *,
    mean: float | None = None,
) -> SafeString:
    """An estimate on its interval, over the pale bands of the categories.

    mean: where the dashed line of the reference lies. An interval that runs out of the axis ends
    in an arrow; an estimate outside it is not drawn.
    """
    _check_finite(score, lower, upper)
    return _row(
        _bands(axis, bands, f"{hue}b"),
        _vertical("mean", axis.place(mean)) if mean is not None and axis.holds(mean) else "",
        _span("span", lower, upper, axis),
        format_html('<circle class="dot" cx="{}" cy="50%" r="6.5"/>', _share(axis.place(score)))
        if axis.holds(score)
        else "",
    )


def driver_row(
    contribution: float,
    lower: float | None,
    upper: float | None,
    axis: Axis,
    *,
    raises: bool,
) -> SafeString:
    """A bar from the zero line with its interval. raises: whether it pushes the index up."""
    zero, end = axis.place(0.0), axis.place(contribution)
    return _row(
        format_html(
            '<svg y="50%" overflow="visible">'
            '<rect class="{}" x="{}" y="-9" width="{}" height="18"/></svg>',
            "up" if raises else "down",
            _share(min(zero, end)),
            _share(abs(end - zero)),
        ),
        _span("whisk", lower, upper, axis) if lower is not None and upper is not None else "",
        _vertical("zero", zero),
    )


def rank_band(low: int, high: int, count: int, *, name: str) -> SafeString:
    """A strip of `count` places with the band filled; all places numbered, none singled out."""
    if not 1 <= low <= high <= count:
        raise ValueError(f"A rank band {low}..{high} does not fit into 1..{count}.")
    width = 100.0 / count
    cells = (
        (
            f"{(place - 1) * width:.3f}%",
            f"{width:.3f}%",
            "in" if low <= place <= high else "out",
            "in" if low <= place <= high else "out",
            place,
        )
        for place in range(1, count + 1)
    )
    return format_html(
        '<svg class="plot" width="100%" height="30" role="img" aria-label="{}">{}</svg>',
        name,
        format_html_join(
            "",
            '<svg x="{}" width="{}" height="30"><rect class="{}" x="1" width="100%" height="30"/>'
            '<text class="{}" x="50%" y="20" text-anchor="middle">{}</text></svg>',
            cells,
        ),
    )


def group_bars(row: int, groups: Sequence[Sequence[int]]) -> SafeString:
    """One upright bar per group that this row belongs to. groups: the rows of each."""
    bars = (
        (
            "g1" if number % 2 == 0 else "g2",
            _share(_column(number, len(groups))),
            _share(_column(number, len(groups))),
            "0" if row - 1 in rows else "12%",
            "100%" if row + 1 in rows else "88%",
        )
        for number, rows in enumerate(groups)
        if row in rows
    )
    return format_html(
        '<svg width="100%" height="44" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join("", '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', bars),
    )


def group_letters(count: int) -> SafeString:
    """The letters over the bars."""
    letters = ((_share(_column(number, count)), letter(number)) for number in range(count))
    return format_html(
        '<svg width="100%" height="14" aria-hidden="true">{}</svg>',
        format_html_join(
            "", '<text class="strong" x="{}" y="12" text-anchor="middle">{}</text>', letters
        ),
    )


def letter(number: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    head, tail = divmod(number, 26)
    return ("" if head == 0 else letter(head - 1)) + chr(ord("A") + tail)


def tile(
    name: str,
    *,
    row: int | None,
    column: int | None,
    value: str,
    said: str,
    hue: Hue,
    tint: Tint | None,
    shape_of: Shape,
    second: Tint | None = None,
    href: str = "",
) -> SafeString:
    """One region of the tile map. tint None: not enough data; second: the strip at the foot.

    value: the figure, or the words that stand in its place; said: the rest, for a screen reader.
    """
    look = f"{hue}-{tint}" if tint else "none"
    strip = f" or-{second}" if second and hue is Hue.VULNERABILITY else ""
    strip = f" or-v-{second}" if second and hue is Hue.VIGILANCE else strip
    place = f"r{row} c{column}" if row and column else ""
    inside = format_html(
        '<b>{}</b><span class="v">{}{}</span><span class="unseen">{}</span>',
        _tile_name(name),
        value if tint else format_html('<span class="tiny">{}</span>', value),
        shape(shape_of, size=13),
        said,
    )
    if href:
        return format_html(
            '<li class="{}"><a class="tile {}{}" href="{}">{}</a></li>',
            place,
            look,
            strip,
            href,
            inside,
        )
    return format_html(
        '<li class="{}"><span class="tile {}{}">{}</span></li>', place, look, strip, inside
    )


def _tile_name(name: str) -> SafeString:
    """Three words do not fit into the tile of a phone: there the initials stand for them."""
    words = name.split(" ")
    if len(words) < 3:
        return format_html("{}", syllables(name))
    initials = "".join(word[:1].upper() for word in words)
    return format_html('<span class="long">{}</span><span class="short">{}</span>', name, initials)


def syllables(name: str, *, longest: int = 9) -> str:
    """Soft hyphens in long words, so that a name breaks inside a small tile."""
    return " ".join(
        _BREAK.sub("\N{SOFT HYPHEN}", word) if len(word) > longest else word
        for word in name.split(" ")
    )


_BREAK = re.compile(
    r"(?<=[aiueo])(?=[^aiueo][aiueo])|(?<=[aiueo][^aiueo])(?=[^aiueo][aiueo])", re.IGNORECASE
)


# --- Parts -------------------------------------------------------------------------------------


def _check_finite(*values: float) -> None:
    if not all(math.isfinite(value) for value in values):
        raise ValueError("A plot cannot show a value that is not a finite number.")


def _share(value: float) -> str:
    """Two decimals of a per cent are finer than a pixel."""
    return f"{round(value, 2) + 0.0:g}%"


def _row(*parts: str) -> SafeString:
    return format_html(
        '<svg class="plot" width="100%" height="44" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _bands(
    axis: Axis, bands: Sequence[Band], ink: str, *, y: str = "0", height: str = "100%"
) -> SafeString:
    """Bands side by side, unbroken; a line where two neighbours have the same tint."""
    shown = [
        (band, axis.place(band.lower), axis.place(band.upper))
        for band in bands
        if axis.place(band.upper) > axis.place(band.lower)
    ]
    fills = (
        (f"{ink}{band.tint.number}", _share(start), y, _share(end - start), height)
        for band, start, end in shown
    )
    lines = (
        (_share(start), y, _share(start), f"{float(y) + float(height):g}" if y != "0" else "100%")
        for (before, _, _), (band, start, _) in pairwise(shown)
        if before.tint is band.tint
    )
    return format_html(
        "{}{}",
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', fills),
        format_html_join("", '<line class="part" x1="{}" y1="{}" x2="{}" y2="{}"/>', lines),
    )


def _band_words(bands: Sequence[Band], hue: Hue) -> SafeString:
    first = 0 if hue is Hue.VULNERABILITY else 3
    words = (
        (f"on{first + band.tint.number}", _share((band.lower + band.upper) / 2), band.word)
        for band in bands
        if _fits(band.word, band.upper - band.lower)
    )
    return format_html_join(
        "", '<text class="{}" x="{}" y="80" text-anchor="middle">{}</text>', words
    )


def _fits(word: str, width: float) -> bool:
    return len(word) * LETTER <= width / 100.0 * NARROWEST_PLOT


def _beside(place: float, side: int) -> tuple[int, str]:
    """dx and anchor of a figure outside an end of the interval, or inside near the edge."""
    outside = place < 90 if side > 0 else place > 10
    right = (side > 0) == outside
    return (8, "start") if right else (-8, "end")


def _ticks(axis: Axis, marks: Sequence[float], *, y: int, text_y: int, length: int) -> SafeString:
    cells = (
        (
            _share(axis.place(mark)),
            text_y,
            "start" if axis.place(mark) < 2 else "end" if axis.place(mark) > 98 else "middle",
            f"{mark:g}".replace(".", formats.decimal_sign()),
            _share(axis.place(mark)),
            _share(axis.place(mark)),
            y,
            y + length,
        )
        for mark in marks
    )
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>'
        '<line class="tick" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        cells,
    )


def _vertical(ink: str, place: float) -> SafeString:
    return format_html(
        '<line class="{}" x1="{}" x2="{}" y1="0" y2="100%"/>', ink, _share(place), _share(place)
    )


def _span(ink: str, lower: float, upper: float, axis: Axis) -> SafeString:
    """An interval; an end outside the axis becomes an arrow."""
    if upper < axis.low or lower > axis.high:
        line = mark_safe("")
    else:
        line = format_html(
            '<line class="{}" x1="{}" x2="{}" y1="50%" y2="50%"/>',
            ink,
            _share(axis.place(lower)),
            _share(axis.place(upper)),
        )
    left = _arrow("0%", "M1-6-8 0 1 6z") if lower < axis.low else ""
    right = _arrow("100%", "M-1-6 8 0-1 6z") if upper > axis.high else ""
    return format_html("{}{}{}", line, left, right)


def _arrow(x: str, path: str) -> SafeString:
    return format_html(
        '<svg x="{}" y="50%" overflow="visible"><path class="clip" d="{}"/></svg>', x, path
    )


def _column(number: int, count: int) -> float:
    return (number + 0.5) / count * 100.0
