"""Reading the words of an earlier result, so that a region keeps its word near a line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waspada.errors import QualityError

if TYPE_CHECKING:
    from waspada.instrument.model import CategoryRule, Instrument
    from waspada.interpretation.model import PreviousWord


def read_previous(
    place: Path, instrument: Instrument, rule: CategoryRule | None
) -> dict[str, PreviousWord]:
    """Region -> words of an earlier result by the same instrument and rule.

    place: the folder of a result, or its `categories.csv`; `run.json` beside it tells what it was
    measured with. Regions without a category are left out. Results written before words were kept
    have the word by the line alone.
    Raises QualityError where it cannot be read, or speaks of another instrument or rule.
    """
    from waspada.interpretation.model import PreviousWord
    from waspada.publication.files import RECORD
    from waspada.publication.model import NOT_ENOUGH_DATA

    folder = place if place.is_dir() else place.parent
    table = folder / "categories.csv" if place.is_dir() else place
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        words = {
            row["region"]: PreviousWord(row["category"], row.get("by_line") or row["category"])
            for row in rows
            if row["category"] != NOT_ENOUGH_DATA
        }
        _check_same(folder, record, instrument, rule)
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise QualityError(
            f"{place} is no earlier result: it needs the files categories.csv and {RECORD} as "
            "`waspada measure --out` writes them. Name such a folder with --previous.",
            code="no_previous_result",
            place=str(place),
        ) from error
    return words


def _check_same(
    folder: Path, record: dict[str, Any], instrument: Instrument, rule: CategoryRule | None
) -> None:
    asked, used = record["instrument"], record["category_rule"]
    then = [asked["code"], asked["version"], asked["form"], used and used["code"]]
    now = [instrument.code, instrument.version, instrument.form.value, rule and rule.code]
    categories = [band.category for band in rule.bands] if rule else None
    if then != now or rule is None or used["categories"] != categories:
        names = ("instrument", "version", "form", "rule")
        earlier, current = (
            ", ".join(f"{name} {value}" for name, value in zip(names, side, strict=True))
            for side in (then, now)
        )
        raise QualityError(
            f"The earlier result in {folder} was named by another measure ({earlier}) than this "
            f"one ({current}), so its words cannot be kept. Measure without --previous, or name a "
            "result of the same instrument and rule.",
            code="previous_differs",
            place=str(folder),
        )
