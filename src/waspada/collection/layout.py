"""Which column of a file plays which part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waspada.collection.match import near_misses, suggestion
from waspada.collection.table import Table
from waspada.errors import AnswersError, Fault
from waspada.instrument.model import Form, Instrument, Item

STRATUM_COLUMN = "stratum"
ID_COLUMN = "response_id"


@dataclass(frozen=True)
class Layout:
    """Names of columns; None where the file has no such column.

    items: the items that are asked, each of which has a column of its code.
    """

    region: str
    stratum: str | None
    id: str | None
    meeting: str | None
    items: tuple[Item, ...]
    ignored: tuple[str, ...]


def lay_out(
    table: Table,
    instrument: Instrument,
    *,
    region_column: str,
    stratum_column: str | None,
    id_column: str | None,
    meeting_column: str | None = None,
) -> Layout:
    """Give every column its part, or raise AnswersError about the header as a whole."""
    present = set(table.header)
    items = tuple(item for item in instrument.items if item.evidence.is_asked)
    stratum = _optional(stratum_column, STRATUM_COLUMN if instrument.strata else None, present)
    identity = _optional(id_column, ID_COLUMN, present)
    wanted = [region_column, *(item.code for item in items)]
    hoped_for = [*wanted, *([STRATUM_COLUMN] if instrument.strata and not stratum else [])]
    used = {region_column, stratum, identity, meeting_column, *(item.code for item in items)}
    unused = tuple(name for name in table.header if name not in used)
    misspelt = near_misses(unused, [name for name in hoped_for if name not in present])
    faults = [
        *_misspelt(misspelt),
        *_missing(wanted, present, {meant for _, meant in misspelt}, instrument, region_column),
        *_not_there([stratum_column, id_column, meeting_column], present, unused),
        *_no_strata(stratum_column, instrument),
    ]
    if faults:
        raise AnswersError(table.source, faults)
    return Layout(region_column, stratum, identity, meeting_column, items, unused)


def _optional(asked: str | None, usual: str | None, present: set[str]) -> str | None:
    return asked or (usual if usual in present else None)


def _misspelt(pairs: Iterable[tuple[str, str]]) -> list[Fault]:
    return [
        Fault(
            "near_miss",
            f'row 1, column "{written}"',
            f'The name looks like "{meant}", which the file does not have.',
            f'Rename the column to "{meant}", or delete it if it is something else.',
        )
        for written, meant in pairs
    ]


def _missing(
    wanted: list[str],
    present: set[str],
    explained: set[str],
    instrument: Instrument,
    region_column: str,
) -> list[Fault]:
    missing = [name for name in wanted if name not in present and name not in explained]
    faults = []
    if region_column in missing:
        missing.remove(region_column)
        faults.append(
            Fault(
                "no_region_column",
                "row 1",
                f'There is no column "{region_column}" that tells the region of each row.',
                f"Add it, or name the column that does with --region-column. {_columns(present)}",
            )
        )
    if missing:
        faults.append(
            Fault(
                "missing_items",
                "row 1",
                f"{_count(missing)} of the {instrument.form.value} form of "
                f'"{instrument.code}" missing: {", ".join(missing)}.',
                f"Add {'it' if len(missing) == 1 else 'them'}{_or_core(instrument, present)}.",
            )
        )
    return faults


def _count(missing: list[str]) -> str:
    return "1 item is" if len(missing) == 1 else f"{len(missing)} items are"


def _or_core(instrument: Instrument, present: set[str]) -> str:
    """Point at the core form where the file holds all of it."""
    if instrument.form is Form.CORE:
        return ""
    core = [item.code for item in instrument.in_form(Form.CORE).items if item.evidence.is_asked]
    fits = any(item.core for item in instrument.items) and present.issuperset(core)
    return ", or measure the core form with --form core" if fits else ""


def _not_there(
    asked: Iterable[str | None], present: set[str], unused: tuple[str, ...]
) -> list[Fault]:
    return [
        Fault(
            "no_such_column",
            "row 1",
            f'There is no column "{name}".',
            _did_you_mean(name, unused) + _columns(present),
        )
        for name in asked
        if name is not None and name not in present
    ]


def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    close = suggestion(name, known)
    return f'Did you mean "{close}"? ' if close else ""


def _columns(present: set[str]) -> str:
    names = sorted(present)
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"Its columns: {shown}."


def _no_strata(stratum_column: str | None, instrument: Instrument) -> list[Fault]:
    if stratum_column is None or instrument.strata:
        return []
    return [
        Fault(
            "no_elements",
            f'column "{stratum_column}"',
            f'The instrument "{instrument.code}" has no elements.',
            "Leave out --stratum-column, or add a sheet with strata to the instrument.",
        )
    ]
