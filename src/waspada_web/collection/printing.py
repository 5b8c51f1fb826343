"""The printed sheet of cards: a cover for the facilitator, then cards to cut, bowl by bowl.

This PDF is the only place where codes stand in clear. It is made in memory and written nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils.translation import gettext, override

from waspada_web.collection.codes import grouped
from waspada_web.collection.models import Meeting
from waspada_web.collection.operations import PrintedCard
from waspada_web.collection.queries import bowl_label, instrument_of_round
from waspada_web.collection.wording import fields_of, paragraphs
from waspada_web.ui import formats
from waspada_web.ui.printing import printable

SHEET = Path(__file__).parent / "print" / "cards.typ"
LANGUAGE = "id"
"""Cards speak Indonesian, whatever language the operator's page has."""

QUIET_ZONE = 4
"""Modules of white around a QR code, as its standard asks."""


@dataclass(frozen=True)
class QrCode:
    """size: modules across with the quiet zone; path: dark modules as one SVG path."""

    size: int
    path: str


def qr_svg(text: str) -> QrCode:
    """A QR code that any renderer can draw: runs of dark modules as rectangles."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for is_dark, group in groupby(row):
            length = len(list(group))
            if is_dark:
                runs.append(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z")
            x += length
    return QrCode(size=len(rows) + 2 * QUIET_ZONE, path="".join(runs))


def cards_pdf(cards: Sequence[PrintedCard], *, meeting: Meeting, address: str) -> bytes:
    """A4 sheets of ten cards with cut marks; each bowl begins a new sheet."""
    with override(LANGUAGE):
        data = _sheet(cards, meeting=meeting, address=address)
    pdf = typst.compile(
        str(SHEET),
        root=str(SHEET.parent),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
    )
    assert isinstance(pdf, bytes)
    return pdf


def _sheet(cards: Sequence[PrintedCard], *, meeting: Meeting, address: str) -> dict[str, Any]:
    member = meeting.round_region
    instrument = instrument_of_round(member.round)
    short_address = address.partition("://")[2].rstrip("/")
    bowls = [(bowl, list(group)) for bowl, group in groupby(cards, key=lambda card: card.bowl)]
    script = paragraphs(instrument.script, fields_of(member), language=LANGUAGE)
    return {
        "title": gettext("Cards for %(region)s") % {"region": member.region.full_name},
        "synthetic": gettext("example - synthetic data") if member.round.is_synthetic else "",
        "meeting": f"{formats.weekday(meeting.held_on)}, {meeting.venue}",
        "secret_note": gettext(
            "Each card is the right to answer once. Keep this print like ballot papers: the codes "
            "are stored nowhere else. Printing again makes these cards void."
        ),
        "steps": [
            gettext("Cut along the lines and fold no card."),
            gettext("One bowl for each row of this table. Mix the cards in each bowl."),
            gettext("Everybody draws one card from the bowl of their element; nobody hands out."),
            gettext("Spare cards are for cards that got lost or spoiled."),
            gettext("Afterwards two people count the cards left in the bowls together."),
        ],
        "headings": {
            "bowl": gettext("Bowl"),
            "expected": gettext("Expected"),
            "spares": gettext("Spare"),
            "cards": gettext("Cards"),
            "total": gettext("Together"),
            "script": gettext("What the facilitator says"),
            "do": gettext("Before and after the meeting"),
        },
        "bowls": [
            {
                "label": bowl_label(bowl.stratum, instrument),
                "expected": bowl.expected,
                "spares": bowl.spares,
                "cards": len(group),
            }
            for bowl, group in bowls
        ],
        "total": {
            "expected": sum(bowl.expected for bowl, _group in bowls),
            "spares": sum(bowl.spares for bowl, _group in bowls),
            "cards": len(cards),
        },
        "script": [f"{part.lead} {part.text}".strip() for part in script],
        "region": member.region.full_name,
        "card_meeting": f"{formats.day(meeting.held_on)}, {meeting.venue}",
        "how": gettext(
            "Scan the code with your phone's camera, or open %(address)s and type the characters; "
            "no name, valid once."
        )
        % {"address": short_address},
        "sheets": [
            {
                "label": bowl_label(bowl.stratum, instrument),
                "cards": [_card(card, address) for card in group],
            }
            for bowl, group in bowls
        ],
    }


def _card(card: PrintedCard, address: str) -> dict[str, str]:
    code = qr_svg(f"{address}#{card.codes.secret}")
    return {
        "typed": grouped(card.codes.typed),
        "qr": (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.size} {code.size}">'
            f'<path d="{code.path}"/></svg>'
        ),
    }
