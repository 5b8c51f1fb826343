"""The sheets and columns Waspada reads. Everything else in a file is kept but not used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from waspada.instrument.model import Aggregation, Evidence, MissingKind, Polarity, RuleKind
from waspada.instrument.sheets import Sheet, Sheets

LANGUAGES = {"id": "Indonesian (id)", "en": "English (en)"}
LEVELS = ("index", "dimension", "subdimension", "variable", "indicator")


@dataclass(frozen=True)
class Column:
    """A column Waspada reads.

    required: the sheet must have it; single cells may still be empty where the parser allows.
    translated: written once per language, as `label::Indonesian (id)`.
    closed: the only words allowed, where the set is closed.
    codes_of: sheet and column whose codes may be used here.
    width: characters shown in the workbook.
    """

    name: str
    required: bool = False
    translated: bool = False
    numeric: bool = False
    closed: tuple[str, ...] = ()
    codes_of: tuple[str, str] | None = None
    width: int = 14

    @property
    def headers(self) -> tuple[str, ...]:
        """What the header cells say."""
        if not self.translated:
            return (self.name,)
        return tuple(f"{self.name}::{language}" for language in LANGUAGES.values())


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


_FLAG = ("1", "0")
_DIRECTION = ("1", "-1")
_ASKED = _words(kind for kind in MissingKind if kind is not MissingKind.BLANK)

KNOWN: dict[str, tuple[Column, ...]] = {
    "survey": (
        Column("type", required=True, width=22),
        Column("name", required=True, width=28),
        Column("label", required=True, translated=True, width=60),
        Column("indicator", translated=True, width=34),
        Column("story", translated=True, width=60),
        Column("node", required=True, codes_of=("index", "code"), width=26),
        Column("direction", numeric=True, closed=_DIRECTION, width=10),
        Column("weight", numeric=True, width=8),
        Column("evidence", closed=_words(Evidence), width=14),
        Column("stages", width=24),
        Column("anchor", numeric=True, closed=_FLAG, width=8),
        Column("core", numeric=True, closed=_FLAG, width=8),
        Column("factors", width=22),
        Column("remark", width=50),
    ),
    "choices": (
        Column("list_name", required=True, width=18),
        Column("name", required=True, width=20),
        Column("label", required=True, translated=True, width=30),
        Column("list_label", translated=True, width=24),
        Column("score", required=True, numeric=True, width=8),
        Column("missing", closed=_ASKED, width=16),
    ),
    "settings": (
        Column("form_title", required=True, translated=True, width=40),
        Column("form_id", required=True, width=24),
        Column("version", required=True, width=10),
        Column("default_language", width=18),
        Column("polarity", required=True, closed=_words(Polarity), width=26),
        Column("evidence", required=True, closed=_words(Evidence), width=14),
        Column("status", width=30),
        Column("notice", translated=True, width=60),
        Column("thanks", translated=True, width=60),
        Column("script", translated=True, width=60),
        Column("note", translated=True, width=60),
    ),
    "index": (
        Column("code", required=True, width=30),
        Column("parent", required=True, codes_of=("index", "code"), width=28),
        Column("level", required=True, closed=LEVELS, width=14),
        Column("label", required=True, translated=True, width=44),
        Column("weight", numeric=True, width=8),
        Column("direction", numeric=True, closed=_DIRECTION, width=10),
        Column("aggregation", closed=_words(Aggregation), width=14),
        Column("power", numeric=True, width=8),
        Column("min_share", numeric=True, width=10),
        Column("evidence", closed=_words(Evidence), width=14),
        Column("status", width=50),
    ),
    "strata": (
        Column("code", required=True, width=28),
        Column("label", required=True, translated=True, width=34),
        Column("weight", numeric=True, width=8),
        Column("minimum_count", numeric=True, width=14),
        Column("required", numeric=True, closed=_FLAG, width=10),
        Column("merge_into", codes_of=("strata", "code"), width=28),
        Column("description", translated=True, width=60),
    ),
    "categories": (
        Column("rule", required=True, width=28),
        Column("kind", required=True, closed=_words(RuleKind), width=10),
        Column("category", required=True, width=14),
        Column("label", required=True, translated=True, width=22),
        Column("lower", required=True, numeric=True, width=8),
        Column("upper", required=True, numeric=True, width=8),
        Column("hysteresis_margin", numeric=True, width=18),
        Column("min_answers_region", numeric=True, width=18),
        Column("min_answers_element", numeric=True, width=19),
        Column("status", width=30),
        Column("rationale", translated=True, width=60),
    ),
    "regions": (Column("code", required=True, width=28),),
}
REQUIRED_SHEETS = ("survey", "choices", "settings", "index")

_TRANSLATED = re.compile(r"(?P<name>[^:]+)::\s*(?:(?P<code>\w+)|[^():]*\((?P<in_brackets>\w+)\))")


def header_key(header: str) -> str:
    """The header in one spelling: `label::Bahasa Indonesia (id)` and `label::id` are the same."""
    match = _TRANSLATED.fullmatch(header.strip())
    if match is None:
        return header.strip()
    return f"{match['name'].strip()}::{match['in_brackets'] or match['code']}"


def keys_of(column: Column) -> tuple[str, ...]:
    if not column.translated:
        return (column.name,)
    return tuple(f"{column.name}::{language}" for language in LANGUAGES)


def known_column(sheet: str, header: str) -> Column | None:
    """The column Waspada reads under this header, if any."""
    key = header_key(header)
    return next((column for column in KNOWN.get(sheet, ()) if key in keys_of(column)), None)


def not_used(sheets: Sheets) -> tuple[str, ...]:
    """Places of sheets and columns that are kept in the file but that Waspada does not use."""
    places: list[str] = []
    for sheet in sheets:
        if sheet.name not in KNOWN:
            places.append(sheet.place())
        else:
            places += [sheet.place(column=header) for header in _unknown_headers(sheet)]
    return tuple(places)


def _unknown_headers(sheet: Sheet) -> list[str]:
    return [header for header in sheet.columns if known_column(sheet.name, header) is None]
