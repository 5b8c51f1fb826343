"""Result and plan of a region as one PDF, set by typst.

Typst brings its own fonts, so the file looks the same on every machine; colours are the light
tokens of the pages. All words and figures come from the page objects.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.contrib.staticfiles import finders
from django.utils.translation import gettext

from waspada_web.action.plan_page import DriverPlan, PlanPage, StepCard
from waspada_web.interpretation import change_page, remarks
from waspada_web.interpretation.reading import Reading
from waspada_web.interpretation.region_page import (
    Badge,
    DimensionFigure,
    DriverFigure,
    Headline,
    PlotRow,
    RegionPage,
    Standing,
    high_end,
    low_end,
)
from waspada_web.ui import formats
from waspada_web.ui.charts import Axis, Band
from waspada_web.ui.printing import printable

TEMPLATE = Path(__file__).parent / "report.typ"
TOKEN = re.compile(r"--(?P<name>[\w-]+):\s*(?P<colour>#[0-9a-f]{6})\b")


@dataclass(frozen=True)
class Report:
    """What goes into the file."""

    reading: Reading
    region: str
    result: RegionPage
    plan: PlanPage


def report_pdf(report: Report) -> bytes:
    """The PDF, tagged for assistive technology, with language and title set."""
    data = json.dumps(printable(report_data(report)), ensure_ascii=False)
    pdf = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
    )
    assert isinstance(pdf, bytes)
    return pdf


def report_data(report: Report) -> dict[str, Any]:
    """The page objects as the template reads them."""
    reading, result = report.reading, report.result
    bands = reading.bands()
    return {
        "language": formats.language(),
        "title": result.heading,
        "region": reading.regions[report.region].full_name,
        "round": reading.round.title,
        "synthetic": gettext("example - synthetic data") if reading.round.is_synthetic else "",
        "date": formats.day(reading.today),
        "lead": result.lead,
        "polarity_note": result.polarity_note,
        "made_with": result.made_with,
        "colours": light_tokens(),
        "hue": reading.hue.value,
        "headline": _headline(reading, result.headline, bands) if result.headline else None,
        "standing": _standing(result.standing) if result.standing else None,
        "drivers": _drivers(result.drivers) if result.drivers else None,
        "dimensions": _dimensions(result.dimensions, bands) if result.dimensions else None,
        "not_enough": {
            "badge": _badge(result.not_enough.badge),
            "sentences": [*result.not_enough.sentences, result.not_enough.way_out],
        }
        if result.not_enough
        else None,
        "strength": [*result.strength, *_beside(report), result.what_it_is_not],
        "plan": _plan(report.plan) if report.plan.has_enough or report.plan.chosen_count else None,
        "words": {
            "page": gettext("page"),
            "of": gettext("of"),
            "odds": gettext("Probability of each category:"),
            "indicator": gettext("Indicator"),
            "contribution": gettext("Contribution (95\N{NO-BREAK SPACE}%% interval)") % {},
            "others": gettext("All others"),
            "sum": gettext("Sum"),
            "dimension": gettext("Dimension"),
            "value": gettext("Value (95\N{NO-BREAK SPACE}%% interval)") % {},
            "strength": gettext("How firm the ground of this number is"),
            "owner": gettext("Owner"),
            "due": gettext("Due date"),
            "proof": gettext("Proof"),
            "time_left": gettext("The time that is left"),
            "never": gettext("Limit:"),
            "no_steps": gettext("No step has been chosen yet."),
            "interval_key": gettext("value and 95\N{NO-BREAK SPACE}%% interval") % {},
            "chart": gettext("Chart"),
        },
    }


@cache
def light_tokens() -> dict[str, str]:
    """Colours of the light theme by their names in tokens.css."""
    path = finders.find("ui/tokens.css")
    assert isinstance(path, str)
    light = Path(path).read_text(encoding="utf-8").split("@media", 1)[0]
    return {match["name"]: match["colour"] for match in TOKEN.finditer(light)}


# --- Parts -------------------------------------------------------------------------------------


def _badge(badge: Badge) -> dict[str, str]:
    return {"word": badge.word, "look": badge.look, "shape": badge.shape_name}


def _drawn_bands(axis: Axis, bands: list[Band]) -> list[dict[str, Any]]:
    return [
        {
            "start": axis.place(band.lower),
            "end": axis.place(band.upper),
            "tint": band.tint.value,
            "word": band.word,
        }
        for band in bands
    ]


def _headline(reading: Reading, headline: Headline, bands: list[Band]) -> dict[str, Any]:
    return {
        "value": headline.value,
        "interval": headline.interval,
        "lower_text": formats.score(headline.lower),
        "upper_text": formats.score(headline.upper),
        "score": headline.score,
        "lower": headline.lower,
        "upper": headline.upper,
        "between": headline.between,
        "badge": _badge(headline.badge) if headline.badge else None,
        "odds": [{**_badge(o.badge), "probability": o.probability} for o in headline.odds],
        "one_in": headline.one_in,
        "said": headline.scale_name,
        "bands": _drawn_bands(Axis(), bands),
        "cuts": [
            {"place": cut, "text": formats.score(cut)} for cut in (b.upper for b in bands[:-1])
        ],
        "low_end": low_end(reading),
        "high_end": high_end(reading),
    }


def _beside(report: Report) -> list[str]:
    """Kept word, change and remarks on the answers, one sentence each, where there are any."""
    reading, region, headline = report.reading, report.region, report.result.headline
    if headline is None:
        return []
    sentences = (
        headline.kept,
        change_page.report_sentence(reading, region),
        remarks.report_sentence(reading, region),
    )
    return [sentence for sentence in sentences if sentence]


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "reason": standing.reason,
        "title": standing.title,
        "rest": standing.rest,
        "differences": standing.differences,
        "low": standing.low,
        "high": standing.high,
        "count": standing.count,
    }


def _plot_row(row: PlotRow, axis: Axis) -> dict[str, Any]:
    def place(value: float | None) -> float | None:
        return axis.place(value) if value is not None else None

    return {
        "name": row.name,
        "note": row.note,
        "value": row.value,
        "interval": row.interval,
        "withheld": row.withheld,
        "score": place(row.score),
        "lower": place(row.lower),
        "upper": place(row.upper),
        "mean": place(row.mean),
        "raises": row.score is not None and row.score > 0,
    }


def _drivers(figure: DriverFigure) -> dict[str, Any]:
    def rows(found: tuple[PlotRow, ...]) -> list[dict[str, Any]]:
        return [_plot_row(row, figure.axis) for row in found]

    return {
        "heading": figure.heading,
        "drawn": figure.drawn,
        "zero": figure.axis.place(0.0),
        "groups": [
            {"title": title, "rows": rows(found)}
            for title, found in (
                (figure.worse_title, figure.worse),
                (figure.better_title, figure.better),
                (gettext("All others"), figure.rest_rows),
            )
            if found
        ],
        "total": figure.total,
        "total_interval": figure.total_interval,
        "sum_note": figure.sum_note,
    }


def _dimensions(figure: DimensionFigure, bands: list[Band]) -> dict[str, Any]:
    first = int(figure.axis.low)
    step = 10 if figure.axis.high - figure.axis.low <= 70 else 20
    return {
        "heading": figure.heading,
        "drawn": figure.drawn,
        "bands": _drawn_bands(figure.axis, bands),
        "ticks": [
            {"place": figure.axis.place(mark), "text": str(mark)}
            for mark in range(first, int(figure.axis.high) + 1, step)
        ],
        "rows": [_plot_row(row, figure.axis) for row in figure.rows],
        "mean_name": figure.mean_name if figure.has_mean else "",
    }


def _plan(plan: PlanPage) -> dict[str, Any]:
    return {
        "heading": plan.heading,
        "as_of": plan.as_of,
        "authority": plan.authority,
        "stages": [
            {"name": stage.name, "look": stage.look, "lines": list(stage.lines)}
            for stage in plan.stages
        ],
        "drivers": [_driver_plan(driver) for driver in plan.drivers if driver.chosen],
        "others": [_card(card) for card in plan.others],
        "others_title": gettext("Steps of earlier results"),
        "foot": gettext(
            "The owner of a step is an office. A plan never holds the name of a resident, an "
            "account or a group."
        ),
    }


def _driver_plan(driver: DriverPlan) -> dict[str, Any]:
    interval = f" ({driver.interval})" if driver.interval else ""
    return {
        "name": driver.name,
        "value": driver.value + interval,
        "certainty": driver.certainty,
        "guardrails": list(driver.guardrails),
        "steps": [_card(card) for card in driver.chosen],
    }


def _card(card: StepCard) -> dict[str, str]:
    return {
        "text": card.text,
        "mode": card.mode,
        "state": card.state,
        "late": card.late,
        "owner": card.owner,
        "due": card.due,
        "proof": card.proof,
    }
