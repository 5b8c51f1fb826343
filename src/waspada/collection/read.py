"""Read answers: a table of words becomes `Responses`, or every fault of the file is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waspada.collection.faults import RowFaults, Wording, quoted
from waspada.collection.files import read_table, refuse
from waspada.collection.layout import Layout, lay_out
from waspada.collection.match import (
    UNKNOWN,
    choice_positions,
    joint_positions,
    key,
    match_cells,
    stratum_positions,
    suggestion,
)
from waspada.collection.model import (
    BLANK,
    EVERYONE,
    JOINT,
    TOLD_APART,
    Received,
    Responses,
)
from waspada.collection.table import Column, Table, tidy
from waspada.instrument.model import Instrument, Item


def read_responses(
    path: Path,
    instrument: Instrument,
    *,
    region_column: str = "region",
    stratum_column: str | None = None,
    id_column: str | None = None,
    meeting_column: str | None = None,
    regions: Sequence[str] | None = None,
    lenient: bool = False,
) -> Received:
    """Read a file of answers and match it to an instrument.

    Cells hold the code of a choice or its label in either language; an empty cell is BLANK. A
    column the instrument does not name is listed once and never stored.
    stratum_column: None takes the column "stratum" where there is one. id_column: None takes
    "response_id" where there is one; it only serves to find a row that stands there twice.
    meeting_column: the meeting of each row, kept only as a number and only for meetings of at least
    TOLD_APART answers in their region; None looks for no such column.
    regions: the known regions; None takes those the instrument lists, or else every region as
    given.
    lenient: set rows with a fault aside instead of refusing the file; faults of the file as a
    whole (unreadable, columns missing) still refuse it.
    Raises AnswersError with all faults at once.
    """
    table = read_table(path)
    layout = lay_out(
        table,
        instrument,
        region_column=region_column,
        stratum_column=stratum_column,
        id_column=id_column,
        meeting_column=meeting_column,
    )
    faults = RowFaults(table)
    if regions is None:
        regions = instrument.regions or None
    region = _read_regions(table, layout, regions, faults)
    strata, stratum = _read_strata(table, layout, instrument, faults)
    _check_ids(table, layout, faults)
    choice = _read_choices(table, instrument, layout, faults)
    keep, set_aside = faults.settle(lenient=lenient)
    if not keep.any():
        refuse(
            table.source,
            "all_set_aside",
            "Every row has a fault; nothing is left to measure.",
            "Run without --lenient to see the faults, and correct them.",
            "all rows",
        )
    return Received(
        instrument=instrument,
        responses=_responses(table, layout, region, strata, stratum, choice, keep),
        ignored_columns=layout.ignored,
        set_aside=set_aside,
    )


def _responses(
    table: Table,
    layout: Layout,
    region: NDArray[np.int32],
    strata: tuple[str, ...],
    stratum: NDArray[np.int16],
    choice: NDArray[np.int16],
    keep: NDArray[np.bool_],
) -> Responses:
    """The rows that stay, with regions sorted and only those that have rows."""
    texts = table.column(layout.region).texts
    present = sorted(np.unique(region[keep]).tolist(), key=lambda code: texts[code])
    position = np.zeros(len(texts), dtype=np.intp)
    position[present] = np.arange(len(present))
    return Responses(
        regions=tuple(texts[code] for code in present),
        strata=strata,
        region=position[region[keep]],
        stratum=stratum[keep].astype(np.intp),
        choice=choice if keep.all() else choice[keep],
        meeting=_read_meetings(table, layout, region, keep),
    )


def _read_meetings(
    table: Table, layout: Layout, region: NDArray[np.int32], keep: NDArray[np.bool_]
) -> NDArray[np.intp] | None:
    """(rows kept,) a number per region and meeting from 1 on; 0 where the cell is empty or the
    meeting gave fewer than TOLD_APART answers."""
    if layout.meeting is None:
        return None
    column, of_region = table.column(layout.meeting), table.column(layout.region)
    pairs = np.column_stack((region[keep], column.codes[keep]))
    distinct, own, count = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    names = [(of_region.texts[r], column.texts[m]) for r, m in distinct.tolist()]
    told = [i for i, (_, name) in enumerate(names) if name and count[i] >= TOLD_APART]
    number = np.zeros(len(distinct), dtype=np.intp)
    number[sorted(told, key=lambda i: names[i])] = np.arange(1, len(told) + 1)
    return number[own.reshape(-1)]


def _read_regions(
    table: Table, layout: Layout, regions: Sequence[str] | None, faults: RowFaults
) -> NDArray[np.int32]:
    """(n,) number of the region's text in its column."""
    column = table.column(layout.region)
    known = None if regions is None else frozenset(map(tidy, regions))
    bad = [i for i, text in enumerate(column.texts) if _is_bad_region(text, column, known)]

    def wording(text: str) -> Wording:
        return _region_fault(text, column, known)

    faults.add_texts("region", layout.region, column, bad, wording)
    return column.codes


def _is_bad_region(text: str, column: Column, known: frozenset[str] | None) -> bool:
    return not text or text in column.decimals or (known is not None and text not in known)


def _region_fault(text: str, column: Column, known: frozenset[str] | None) -> Wording:
    if not text:
        return "The region is empty.", "Enter the region of this row."
    if text in column.decimals:
        return (
            f"The region {text} is stored as a number, so 63.1 and 63.10 are the same.",
            "Format the column as text and enter the codes again.",
        )
    close = suggestion(text, sorted(known or ()))
    remedy = f'Did you mean "{close}"?' if close else "Correct it, or add it to the list."
    return f"The region {quoted(text)} is not in the list of regions.", remedy


def _read_strata(
    table: Table, layout: Layout, instrument: Instrument, faults: RowFaults
) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    """The elements, joint ones last, and (n,) the position of each row's element among them."""
    if layout.stratum is None:
        return (EVERYONE,), np.zeros(len(table), dtype=np.int16)
    column = table.column(layout.stratum)
    positions = stratum_positions(instrument.strata)
    strata = [stratum.code for stratum in instrument.strata]
    for text in sorted(column.texts):
        joint = JOINT.join(strata[p] for p in joint_positions(text, positions))
        if joint and joint not in strata:
            strata.append(joint)
        if joint:
            positions[key(text)] = strata.index(joint)
    matched = match_cells(column, positions)
    codes = ", ".join(stratum.code for stratum in instrument.strata)
    bad = np.unique(column.codes[matched < 0]).tolist()

    def wording(text: str) -> Wording:
        return _stratum_fault(text, codes, instrument)

    faults.add_texts("element", layout.stratum, column, bad, wording)
    return tuple(strata), matched


def _stratum_fault(text: str, codes: str, instrument: Instrument) -> Wording:
    if not text:
        return "The element is empty.", f"Enter one of: {codes}."
    names = [n for s in instrument.strata for n in (s.code, s.label.id, s.label.en)]
    close = suggestion(text, names)
    hint = f'Did you mean "{close}"? ' if close else ""
    return f"The element {quoted(text)} is unknown.", f"{hint}Use one of: {codes}."


def _check_ids(table: Table, layout: Layout, faults: RowFaults) -> None:
    """A row id may stand there once; the second row and its followers are at fault."""
    if layout.id is None:
        return
    column = table.column(layout.id)
    filled = np.array([text != "" for text in column.texts], dtype=bool)[column.codes]
    first = np.full(len(column.texts), -1)
    place = np.flatnonzero(filled)[::-1]
    first[column.codes[place]] = place
    again = np.flatnonzero(filled & (first[column.codes] != np.arange(len(table))))

    def wording(place: int) -> Wording:
        code = column.codes[place]
        return (
            f"The id {quoted(column.texts[code])} stands in row {table.row[first[code]]} already.",
            "Delete the row that was entered twice, or give it an id of its own.",
        )

    faults.add("id_twice", layout.id, again, wording)


def _read_choices(
    table: Table, instrument: Instrument, layout: Layout, faults: RowFaults
) -> NDArray[np.int16]:
    """(n, n_items) positions of choices; columns of items that are not asked stay BLANK."""
    choice = np.full((len(table), len(instrument.items)), BLANK, dtype=np.int16)
    positions = {scale.code: choice_positions(scale) for scale in instrument.scales}
    asked = {item.code for item in layout.items}
    for i, item in enumerate(instrument.items):
        if item.code in asked:
            column = table.column(item.code)
            choice[:, i] = match_cells(column, positions[item.scale])
            _note_unknown(column, choice[:, i], item, instrument, faults)
    return choice


def _note_unknown(
    column: Column,
    matched: NDArray[np.int16],
    item: Item,
    instrument: Instrument,
    faults: RowFaults,
) -> None:
    unknown = np.unique(column.codes[matched == UNKNOWN])
    if not len(unknown):
        return
    choices = instrument.scale_of(item).choices
    codes = ", ".join(choice.code for choice in choices)
    names = [n for c in choices for n in (c.code, c.label.id, c.label.en)]

    def wording(text: str) -> Wording:
        close = suggestion(text, names)
        hint = f'Did you mean "{close}"? ' if close else ""
        return f"{quoted(text)} is no answer to this item.", f"{hint}Use one of: {codes}."

    faults.add_texts("answer", item.code, column, unknown.tolist(), wording)
