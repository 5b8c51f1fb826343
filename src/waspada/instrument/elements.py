"""Reads the sheet `strata`: the elements (unsur) of participants."""

from __future__ import annotations

from waspada.instrument.cells import Cells, Table, Unique
from waspada.instrument.faults import FaultCode
from waspada.instrument.model import Stratum


def read_strata(table: Table) -> tuple[Stratum, ...]:
    unique = Unique("element")
    strata: dict[str, Stratum] = {}
    cells_of: dict[str, Cells] = {}
    for cells in table.rows():
        stratum = _stratum(cells)
        if unique.admit(cells, "code", stratum.code):
            strata[stratum.code] = stratum
            cells_of[stratum.code] = cells
    for code, stratum in strata.items():
        _check_merge(stratum, strata, cells_of[code])
    return tuple(strata.values())


def _stratum(cells: Cells) -> Stratum:
    return Stratum(
        code=cells.code("code"),
        label=cells.translated("label"),
        weight=cells.weight(),
        minimum_count=cells.whole("minimum_count", default=Stratum.minimum_count, lowest=1),
        required=cells.flag("required"),
        merge_into=cells.text("merge_into") or None,
        description=cells.translated_or_empty("description"),
    )


def _check_merge(stratum: Stratum, strata: dict[str, Stratum], cells: Cells) -> None:
    if stratum.merge_into == stratum.code:
        cells.fault(
            FaultCode.MERGE_INTO_ITSELF,
            "merge_into",
            f'"{stratum.code}" would be merged into itself.',
            "Name another element, or leave the cell empty.",
        )
    elif stratum.merge_into is not None and stratum.merge_into not in strata:
        cells.fault(
            FaultCode.UNKNOWN_MERGE,
            "merge_into",
            f'There is no element "{stratum.merge_into}".',
            "Write the code of another row of this sheet, or leave the cell empty.",
        )
