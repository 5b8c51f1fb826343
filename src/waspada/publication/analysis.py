"""The files of an analysis: one CSV per table, and a record of what was analysed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from waspada import METHOD_VERSION, __version__
from waspada.index.composite.method import method_text
from waspada.index.composite.model import Built, Detail
from waspada.publication.composite import (
    Sheet,
    fingerprint_framework,
    fingerprint_table,
    sheet_csv,
)
from waspada.publication.files import Cell, check_folder, write_together

RECORD = "analysis.json"


def write_analysis(
    built: Built, tables: Sequence[Detail], folder: Path, *, force: bool = False
) -> tuple[Path, ...]:
    """Write every table with all digits, the METHOD, and the record last.

    Files of an earlier analysis in the folder that this one does not write are taken away.
    """
    check_folder(folder, force=force, record=RECORD)
    texts = {f"{table.name}.csv": sheet_csv(_sheet(table)) for table in tables}
    texts["method.yaml"] = method_text(built.method)
    record = {
        "kind": "analysis",
        "waspada_version": __version__,
        "method_version": METHOD_VERSION,
        "title": built.method.title,
        "fingerprints": {
            "data": fingerprint_table(built.stages[0].table),
            "framework": fingerprint_framework(built.framework),
        },
        "files": sorted(texts),
    }
    texts[RECORD] = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    return write_together(texts, folder, record=RECORD)


def _sheet(table: Detail) -> Sheet:
    rows = tuple(tuple(map(_plain, row)) for row in table.rows)
    return Sheet(f"{table.name}.csv", table.header, rows)


def _plain(cell: Any) -> Cell:
    """A cell as a file holds it."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    return cell if isinstance(cell, str | int | float | None) else str(cell)
