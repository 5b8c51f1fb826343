"""Loading the tree of territories from a table."""

from __future__ import annotations

import csv
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from waspada.errors import CatalogueError, Fault
from waspada_web.accounts.models import User
from waspada_web.audit.operations import record
from waspada_web.regions.models import Region, RegionKind

SOUTH_KALIMANTAN = Path(__file__).parent / "data" / "kalimantan-selatan.csv"
COLUMNS = (
    "code",
    "bps_code",
    "kind",
    "name",
    "parent",
    "latitude",
    "longitude",
    "tile_row",
    "tile_column",
)


@transaction.atomic
def load_regions(path: Path, *, by: User | None) -> int:
    """Store the regions of a table, parents before children; the number of new ones.

    A code that is known keeps its row and takes the table's facts, so loading twice changes
    nothing. Raises CatalogueError with every fault of the table; then nothing is stored.
    """
    rows = _read(path)
    known = {region.code: region for region in Region.objects.all()}
    added, faults = 0, []
    for line, row in rows:
        parent = known.get(row["parent"])
        if row["parent"] and parent is None:
            faults.append(_unknown_parent(line, row))
            continue
        region = known.get(row["code"]) or Region(code=row["code"])
        added += region.pk is None
        try:
            _fill(region, row, parent)
        except (ValueError, ValidationError) as error:
            faults.append(_bad_value(line, row, error))
            continue
        region.save()
        known[region.code] = region
    if faults:
        raise CatalogueError(path.name, faults)
    if added:
        record(by=by, verb="load-regions", subject=path.name, added=added)
    return added


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise CatalogueError(path.name, [_missing_column(name) for name in missing])
            return [
                (reader.line_num, {name: (row[name] or "").strip() for name in COLUMNS})
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fault = Fault(
            "unreadable",
            "the file",
            f"It cannot be read: {error}.",
            "Save it as CSV in UTF-8.",
        )
        raise CatalogueError(path.name, [fault]) from error


def _fill(region: Region, row: dict[str, str], parent: Region | None) -> None:
    region.bps_code = row["bps_code"]
    region.kind = RegionKind(row["kind"])
    region.name = row["name"]
    region.parent = parent
    region.latitude = float(row["latitude"]) if row["latitude"] else None
    region.longitude = float(row["longitude"]) if row["longitude"] else None
    region.tile_row = int(row["tile_row"]) if row["tile_row"] else None
    region.tile_column = int(row["tile_column"]) if row["tile_column"] else None
    region.full_clean(validate_unique=False)


def _missing_column(name: str) -> Fault:
    return Fault(
        "missing_column",
        "line 1",
        f'Column "{name}" is missing.',
        f"The columns are {', '.join(COLUMNS)}.",
    )


def _unknown_parent(line: int, row: dict[str, str]) -> Fault:
    return Fault(
        "unknown_parent",
        f'line {line}, column "parent"',
        f'No region has the code "{row["parent"]}".',
        "Put the parent in a line above, or load its table first.",
    )


def _bad_value(line: int, row: dict[str, str], error: Exception) -> Fault:
    return Fault(
        "bad_value",
        f"line {line}",
        f'Region "{row["code"]}" cannot be stored: {error}.',
        f"kind is one of {', '.join(RegionKind.values)}; coordinates and tiles are numbers.",
    )
