"""Reads the sheet `settings`: what the instrument is called and what its number means."""

from __future__ import annotations

from dataclasses import dataclass

from waspada.instrument.cells import Table
from waspada.instrument.faults import FaultCode
from waspada.instrument.model import Evidence, Polarity, Text

_EMPTY = Text("", "")


@dataclass(frozen=True)
class Head:
    """The single row of the sheet; its fields are those of `Instrument`."""

    code: str = ""
    version: str = ""
    title: Text = _EMPTY
    polarity: Polarity = Polarity.MORE_VULNERABLE
    evidence: Evidence = Evidence.PERCEPTION
    status: str = ""
    note: Text = _EMPTY
    notice: Text = _EMPTY
    thanks: Text = _EMPTY
    script: Text = _EMPTY


def read_head(table: Table) -> Head:
    rows = list(table.rows())
    if len(rows) != 1:
        table.faults.add(
            FaultCode.NOT_ONE_SETTINGS_ROW,
            table.sheet.place(),
            f"It has {len(rows)} rows below the header; an instrument has exactly one.",
            "Keep one row with title, form_id, version, polarity and evidence.",
        )
    if not rows:
        return Head()
    cells = rows[0]
    cells.required_text("polarity")
    cells.required_text("evidence")
    return Head(
        code=cells.code("form_id"),
        version=cells.required_text("version"),
        title=cells.translated("form_title"),
        polarity=cells.word(
            "polarity", Polarity, FaultCode.UNKNOWN_POLARITY, default=Head.polarity
        ),
        evidence=cells.word(
            "evidence", Evidence, FaultCode.UNKNOWN_EVIDENCE, default=Head.evidence
        ),
        status=cells.text("status"),
        note=cells.translated_or_empty("note"),
        notice=cells.translated_or_empty("notice"),
        thanks=cells.translated_or_empty("thanks"),
        script=cells.translated_or_empty("script"),
    )
