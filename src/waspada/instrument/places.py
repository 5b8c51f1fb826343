"""Reads the sheet `regions`: where answers may come from, when the instrument is for some only."""

from __future__ import annotations

from waspada.instrument.cells import Table, Unique


def read_regions(table: Table) -> tuple[str, ...]:
    """Codes or names of regions, written as files of answers write them."""
    unique = Unique("region")
    texts = ((cells, cells.required_text("code")) for cells in table.rows())
    return tuple(text for cells, text in texts if unique.admit(cells, "code", text))
