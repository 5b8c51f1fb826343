"""What is said about how the answers of a region were given: calm, of the region as a whole, for
its own office only. No sentence speaks of a person, and no share of fewer than five people is told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from waspada.publication.model import CheckRow, WithoutRow
from waspada.quality.model import LEVEL, Measure
from waspada_web.interpretation.reading import Reading
from waspada_web.ui import formats

AT_MOST = round(LEVEL * 100)
"""Of 100 honest meetings, how many at most get a flag: told where the flag's own share is not."""


@dataclass(frozen=True)
class Remark:
    """One flag: its name, what was seen, and how often honest answers look like that."""

    name: str
    seen: str
    rarity: str


@dataclass(frozen=True)
class Remarks:
    """All flags of a region. without: the number again without the answers that raised them."""

    title: str
    listed: tuple[Remark, ...]
    kept: str
    without: str


def remarks(reading: Reading, region: str) -> Remarks | None:
    """None where nothing was flagged, or nobody looked."""
    flagged = reading.flagged(region)
    if not flagged:
        return None
    return Remarks(
        title=title(len(flagged)),
        listed=tuple(Remark(name(row), seen(row), rarity(row)) for row in flagged),
        kept=gettext(
            "Nothing was deleted: the value on this page holds all answers. Such a pattern can "
            "have a harmless cause, such as a hall in a hurry or a form that was filled in "
            "together; ask how the meeting went before you draw a conclusion."
        ),
        without=without(reading.without_flagged(region)),
    )


def title(count: int) -> str:
    """Mutu isian: 2 catatan."""
    return ngettext(
        "Quality of the answers: %(count)s remark",
        "Quality of the answers: %(count)s remarks",
        count,
    ) % {"count": count}


def looked_at(reading: Reading, region: str) -> str:
    """That the answers were looked at and nothing stood out; "" where something did, or nobody
    looked."""
    rows = reading.checks(region)
    if not any(row.verdict == "no_flag" for row in rows) or reading.flagged(region):
        return ""
    return gettext("How the answers were given was checked, and nothing stood out.")


def name(row: CheckRow) -> str:
    return {
        Measure.INCOMPLETE: gettext("Many empty answers"),
        Measure.DONT_KNOW: gettext("Much “don't know”"),
        Measure.STRAIGHT_LINING: gettext("The same place ticked in a long row"),
        Measure.CONTRADICTION: gettext("Answers that contradict each other"),
        Measure.DUPLICATES: gettext("Nearly identical answers"),
        Measure.BLOCKS: gettext("Answers that agree more than opinions do"),
    }[Measure(row.measure)]


def seen(row: CheckRow) -> str:
    """What was seen, with the share where it may be told."""
    if row.statistic is None or row.expected is None:
        return _seen_without_share(Measure(row.measure))
    sentence = {
        Measure.INCOMPLETE: gettext(
            "%(share)s of all questions were left empty; going by the other regions, %(usual)s "
            "would be usual."
        ),
        Measure.DONT_KNOW: gettext(
            "%(share)s of all questions were answered with “don't know”; going by the other "
            "regions, %(usual)s would be usual."
        ),
        Measure.STRAIGHT_LINING: gettext(
            "In %(share)s of the answer forms the same place of the list was ticked for a long run "
            "of questions; of honest answers this is usual in %(usual)s."
        ),
        Measure.CONTRADICTION: gettext(
            "%(share)s of the answer forms agree to questions that say opposite things; of honest "
            "answers this is usual in %(usual)s."
        ),
        Measure.DUPLICATES: gettext(
            "%(share)s of the answer forms are nearly the same as another one; of honest answers "
            "this is usual in %(usual)s."
        ),
        Measure.BLOCKS: gettext(
            "%(share)s of the answer forms agree with another one more than like-minded people do; "
            "of honest answers this is usual in %(usual)s."
        ),
    }[Measure(row.measure)]
    return sentence % {
        "share": formats.plain_percent(row.statistic),
        "usual": formats.percent(row.expected),
    }


def _seen_without_share(measure: Measure) -> str:
    return {
        Measure.INCOMPLETE: gettext("More questions than usual were left empty."),
        Measure.DONT_KNOW: gettext("More questions than usual were answered with “don't know”."),
        Measure.STRAIGHT_LINING: gettext(
            "In more answer forms than usual the same place of the list was ticked for a long run "
            "of questions."
        ),
        Measure.CONTRADICTION: gettext(
            "More answer forms than usual agree to questions that say opposite things."
        ),
        Measure.DUPLICATES: gettext(
            "More answer forms than usual are nearly the same as another one."
        ),
        Measure.BLOCKS: gettext(
            "More answer forms than usual agree with another one more than like-minded people do."
        ),
    }[measure]


def rarity(row: CheckRow) -> str:
    """How often honest answers look like that, rounded up."""
    share = AT_MOST if row.p is None else max(1, math.ceil(row.p * 100))
    return ngettext(
        "Of 100 meetings that answer honestly, at most %(count)s looks like this.",
        "Of 100 meetings that answer honestly, at most %(count)s look like this.",
        share,
    ) % {"count": share}


def without(row: WithoutRow | None) -> str:
    """The number again without the flagged answers; or why it is not told."""
    if row is None:
        return ""
    if "too_few" in row.flags:
        return gettext(
            "What the value would be without these answers is not told: too few would be set aside "
            "or remain."
        )
    if row.score is None or row.without is None or row.difference is None:
        return gettext(
            "What the value would be without these answers is not told: it would give away what "
            "they say."
        )
    told = gettext(
        "Without these answers the value would be %(without)s instead of %(score)s "
        "(%(difference)s)."
    ) % {
        "without": formats.score(row.without),
        "score": formats.score(row.score),
        "difference": formats.signed(row.difference),
    }
    if row.matters is None:
        return told
    verdict = (
        gettext("That is more than half of the interval: say so when you report the value.")
        if row.matters
        else gettext("That is small beside the interval.")
    )
    return f"{told} {verdict}"


def report_sentence(reading: Reading, region: str) -> str:
    """One sentence for the printed report; "" without a flag.

    The report is passed on, so the value without the flagged answers stays on the page.
    """
    found = remarks(reading, region)
    if found is None:
        return ""
    names = "; ".join(remark.name[:1].lower() + remark.name[1:] for remark in found.listed)
    return f"{found.title} ({names})."
