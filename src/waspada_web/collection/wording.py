"""The instrument's texts for people - notice, thanks, script - filled from the round."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import ngettext

from waspada.instrument.model import Text
from waspada_web.collection.models import RoundRegion

_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_PARAGRAPH = re.compile(r"(?:\*\*(?P<lead>.+?)\*\*)?\s*(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class Paragraph:
    """lead: its opening in bold; either part may be empty."""

    lead: str
    text: str


def fields_of(round_region: RoundRegion) -> dict[str, str]:
    """What the fields in double braces stand for, in the language of the page."""
    round = round_region.round
    months = round.retention_months
    return {
        "penyelenggara": round.organiser,
        "kabupaten_kota": round_region.region.full_name,
        "tujuan_pilkada": round.election.title,
        "masa_simpan": ngettext("%(n)d month", "%(n)d months", months) % {"n": months},
        "kontak": round.contact,
    }


def paragraphs(text: Text, fields: Mapping[str, str], *, language: str) -> list[Paragraph]:
    """The text in one language as paragraphs; an unknown field stays as it is written."""
    filled = _FIELD.sub(lambda match: fields.get(match[1], match[0]), text.in_language(language))
    found = (_PARAGRAPH.fullmatch(part.strip()) for part in re.split(r"\n\s*\n", filled.strip()))
    return [Paragraph(part["lead"] or "", part["text"].strip()) for part in found if part]
