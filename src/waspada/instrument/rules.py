"""Reads the sheet `categories`: the ways from a score to a word."""

from __future__ import annotations

import math

from waspada.instrument.cells import Cells, Table
from waspada.instrument.faults import FaultCode
from waspada.instrument.model import Band, CategoryRule, RuleKind

_ENDS = {
    RuleKind.FIXED: (0.0, 100.0),
    RuleKind.STEPS: (-50.0, 50.0),
    RuleKind.MEAN_SD: (-math.inf, math.inf),
}
_PER_RULE = (
    "kind",
    "hysteresis_margin",
    "min_answers_region",
    "min_answers_element",
    "status",
    "rationale::id",
    "rationale::en",
)


def read_rules(table: Table) -> tuple[CategoryRule, ...]:
    """Rules in the order of their first row; the first is the default."""
    rows: dict[str, list[Cells]] = {}
    for cells in table.rows():
        rows.setdefault(cells.code("rule"), []).append(cells)
    return tuple(_rule(code, found) for code, found in rows.items())


def _rule(code: str, rows: list[Cells]) -> CategoryRule:
    first = rows[0]
    first.required_text("kind")
    kind = first.word("kind", RuleKind, FaultCode.UNKNOWN_RULE_KIND, default=RuleKind.FIXED)
    for cells in rows[1:]:
        _check_agrees(cells, first, code)
    bands = tuple(_band(cells, kind) for cells in rows)
    _check_categories(bands, rows)
    if not any(math.isnan(end) for band in bands for end in (band.lower, band.upper)):
        _check_bands(bands, rows, kind)
    return CategoryRule(
        code=code,
        kind=kind,
        bands=bands,
        hysteresis_margin=_margin(first),
        min_answers_region=first.whole("min_answers_region", default=0, lowest=0),
        min_answers_element=first.whole("min_answers_element", default=0, lowest=0),
        status=first.text("status"),
        rationale=first.translated_or_empty("rationale"),
    )


def _check_agrees(cells: Cells, first: Cells, code: str) -> None:
    """What belongs to the rule is read from its first row; other rows repeat it or stay empty."""
    for key in _PER_RULE:
        text = cells.text(key)
        if text and text != first.text(key):
            cells.fault(
                FaultCode.RULE_DISAGREES,
                key,
                f'The rule "{code}" says something else in its first row.',
                "Write the same there and here, or leave this cell empty.",
            )


def _band(cells: Cells, kind: RuleKind) -> Band:
    lowest, highest = _ENDS[kind]
    return Band(
        category=cells.code("category"),
        label=cells.translated("label"),
        lower=_cut_off(cells, "lower", end=lowest),
        upper=_cut_off(cells, "upper", end=highest),
    )


def _cut_off(cells: Cells, key: str, *, end: float) -> float:
    """The number in the cell; NaN, which compares to nothing, where there is none."""
    text, value = cells.text(key), cells.number(key)
    if math.isinf(end) and text.lower() in ("", "-inf", "inf"):
        return end if text in ("", str(end)) else math.nan
    if value is not None:
        return value
    if cells.has_column(key):
        cells.fault(
            FaultCode.BAD_CUT_OFF,
            key,
            f'"{text}" is no cut-off.',
            "Write a number with a decimal point; only the outer ends of a mean_sd rule are empty.",
        )
    return math.nan


def _check_categories(bands: tuple[Band, ...], rows: list[Cells]) -> None:
    seen: set[str] = set()
    for band, cells in zip(bands, rows, strict=True):
        if band.category in seen:
            cells.fault(
                FaultCode.DUPLICATE_CATEGORY,
                "category",
                f'The rule names the category "{band.category}" twice.',
                "Use each category once per rule, from low to high scores.",
            )
        seen.add(band.category)


def _check_bands(bands: tuple[Band, ...], rows: list[Cells], kind: RuleKind) -> None:
    for band, cells in zip(bands, rows, strict=True):
        if band.lower >= band.upper:
            cells.fault(
                FaultCode.CUT_OFFS_OUT_OF_ORDER,
                "upper",
                "The band does not end above its beginning.",
                "List the bands from low to high scores, each with lower below upper.",
            )
    for below, band, cells in zip(bands, bands[1:], rows[1:], strict=False):
        if band.lower > below.upper:
            cells.fault(
                FaultCode.CUT_OFF_GAP,
                "lower",
                f"Scores between {below.upper:g} and {band.lower:g} have no category.",
                f"Begin where the band before ends: {below.upper:g}.",
            )
        elif band.lower < below.upper:
            cells.fault(
                FaultCode.CUT_OFF_OVERLAP,
                "lower",
                f"Scores between {band.lower:g} and {below.upper:g} have two categories.",
                f"Begin where the band before ends: {below.upper:g}.",
            )
    lowest, highest = _ENDS[kind]
    for reached, end, key, cells in (
        (bands[0].lower, lowest, "lower", rows[0]),
        (bands[-1].upper, highest, "upper", rows[-1]),
    ):
        if reached != end:
            cells.fault(
                FaultCode.CUT_OFFS_INCOMPLETE,
                key,
                "The bands do not reach the end of the scale.",
                f"Write {end:g} here." if math.isfinite(end) else "Leave this cell empty.",
            )


def _margin(cells: Cells) -> float:
    text, value = cells.text("hysteresis_margin"), cells.number("hysteresis_margin")
    if not text:
        return 0.0
    if value is None or value < 0:
        cells.fault(
            FaultCode.BAD_MARGIN,
            "hysteresis_margin",
            f'"{text}" is no margin.',
            "Write a number of score points, 0 or more.",
        )
        return 0.0
    return value
