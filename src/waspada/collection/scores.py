"""Read a wide table of scores that were published or recorded elsewhere: region x node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waspada.collection.faults import RowFaults, Wording, quoted
from waspada.collection.files import read_table
from waspada.collection.match import near_misses, suggestion
from waspada.collection.table import Column, Table
from waspada.errors import AnswersError, Fault
from waspada.instrument.model import Instrument


@dataclass(frozen=True)
class ReceivedScores:
    """regions: (n) as the cells are given. nodes: codes that have a column.
    values: (n, n_nodes) 0..100, NaN where a cell is empty."""

    regions: tuple[str, ...]
    nodes: tuple[str, ...]
    values: NDArray[np.float64]
    ignored_columns: tuple[str, ...] = ()


def read_scores(
    path: Path,
    instrument: Instrument,
    *,
    region_column: str = "region",
    columns: Mapping[str, str] | None = None,
    codes: Sequence[str] | None = None,
) -> ReceivedScores:
    """Read one row per region and one column per index node.

    columns: node code -> name of its column, where that differs from the code. Other columns are
    listed once and ignored; one whose name nearly is a node code is a fault.
    codes: the codes that may have a column; None takes all index nodes.
    Raises AnswersError with all faults at once.
    """
    table = read_table(path)
    if codes is None:
        codes = [node.code for node in instrument.nodes]
    chosen = _lay_out(table, list(codes), region_column, dict(columns or {}))
    faults = RowFaults(table)
    regions = _read_regions(table, region_column, faults)
    values = np.full((len(table), len(chosen)), np.nan)
    for k, name in enumerate(chosen.values()):
        values[:, k] = _read_numbers(table.column(name), name, faults)
    faults.settle(lenient=False)
    used = {region_column, *chosen.values()}
    ignored = tuple(name for name in table.header if name not in used)
    return ReceivedScores(regions, tuple(chosen), values, ignored)


def _lay_out(
    table: Table, codes: list[str], region_column: str, columns: dict[str, str]
) -> dict[str, str]:
    """Code -> column name, in the order of the codes."""
    chosen = {c: columns.get(c, c) for c in codes if columns.get(c, c) in table.header}
    unused = [n for n in table.header if n not in {region_column, *chosen.values()}]
    wanted = [c for c in (region_column, *codes) if c not in table.header and c not in chosen]
    faults = [
        Fault(
            "near_miss",
            f'row 1, column "{written}"',
            f'The name looks like "{meant}", which the file does not have.',
            f'Rename the column, or name it with --column {meant}="{written}".',
        )
        for written, meant in near_misses(unused, wanted)
    ]
    if region_column not in table.header:
        faults.append(
            Fault(
                "no_region_column",
                "row 1",
                f'There is no column "{region_column}" that tells the region of each row.',
                f"Name it with --region-column. Its columns: {', '.join(table.header[:12])}.",
            )
        )
    faults += [_not_a_node(code, codes) for code in columns if code not in codes]
    faults += [_not_a_column(code, columns[code]) for code in columns if code not in chosen]
    if not chosen and not faults:
        faults.append(
            Fault(
                "no_nodes",
                "row 1",
                "No column is named after an index node of the instrument.",
                f"Name one with --column, for example --column {codes[0]}=COLUMN."
                if codes
                else "The instrument has no place for these numbers; see its sheet index.",
            )
        )
    if faults:
        raise AnswersError(table.source, faults)
    return chosen


def _not_a_node(code: str, codes: list[str]) -> Fault:
    close = suggestion(code, codes)
    hint = f'Did you mean "{close}"?' if close else f"Use one of: {', '.join(codes[:12])}."
    return Fault("unknown_node", f"--column {code}", "The instrument has no such node.", hint)


def _not_a_column(code: str, name: str) -> Fault:
    return Fault(
        "no_such_column",
        f"--column {code}={name}",
        f'The file has no column "{name}".',
        "Check the spelling against the first row of the file.",
    )


def _read_regions(table: Table, region_column: str, faults: RowFaults) -> tuple[str, ...]:
    column = table.column(region_column)
    empty = [i for i, text in enumerate(column.texts) if not text]
    wanted = ("The region is empty.", "Enter the region of this row.")
    faults.add_texts("region", region_column, column, empty, lambda _: wanted)
    first: dict[int, int] = {}
    again = [
        place
        for place, code in enumerate(column.codes.tolist())
        if first.setdefault(code, place) != place and column.texts[code]
    ]

    def wording(place: int) -> Wording:
        earlier = table.row[first[int(column.codes[place])]]
        return (
            f'The region "{column.texts[column.codes[place]]}" stands in row {earlier} already.',
            "Keep one row per region.",
        )

    faults.add("region_twice", region_column, np.array(again, dtype=np.intp), wording)
    return tuple(column.texts[code] for code in column.codes)


def _read_numbers(column: Column, name: str, faults: RowFaults) -> NDArray[np.float64]:
    """(n,) scores, NaN where empty."""
    numbers = [number_in(text) for text in column.texts]
    bad = [
        i
        for i, (text, number) in enumerate(zip(column.texts, numbers, strict=True))
        if text and not (number is not None and 0.0 <= number <= 100.0)
    ]
    faults.add_texts("score", name, column, bad, _number_fault)
    return np.array([np.nan if n is None else n for n in numbers])[column.codes]


def number_in(text: str) -> float | None:
    """A number with decimal point or comma; None for anything else. "1.234,5" is refused."""
    plain = text.replace(",", ".", 1) if text.count(",") == 1 and "." not in text else text
    if not plain or not all(sign in "0123456789.-+eE" for sign in plain):
        return None
    try:
        return float(plain)
    except ValueError:
        return None


def _number_fault(text: str) -> Wording:
    if number_in(text) is None:
        return (
            f"{quoted(text)} is no number.",
            "Enter a score from 0 to 100, or leave the cell empty.",
        )
    return (
        f"The score {text} lies outside 0 to 100.",
        "Correct it, or bring the column to the scale 0 to 100 first.",
    )
