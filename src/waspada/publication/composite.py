"""The tables of a composite index. They join with COINr's: columns uCode, Time and iCode.

Scores, ranks, weights and stages keep every digit (the shortest text that reads back to the same
number); `results.csv` is for reading and rounds once, after ranking.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from waspada import METHOD_VERSION, __version__
from waspada.collection.indicators import NAME, TIME, UNIT, IndicatorTable
from waspada.index.analysis.trend import trend
from waspada.index.composite.method import method_text
from waspada.index.composite.model import Built, Detail
from waspada.index.composite.plain_yaml import flow
from waspada.index.model import Floats
from waspada.index.ranking import rank_scores
from waspada.instrument.framework import Aggregate, Framework
from waspada.publication.files import Cell, check_folder, plain_csv, write_together

RECORD = "record.json"
DECIMALS = 6
"""Digits after the point in `results.csv`."""

SMALL = 2_000_000
"""Cells of all stages together, up to which they are always written."""


@dataclass(frozen=True)
class Sheet:
    """One table of a file. cells: text, numbers or None; numbers are written in full."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class CompositeTables:
    """All tables of a composite index; names are those of the files, `stages/` in a folder."""

    sheets: tuple[Sheet, ...]
    method: str
    record: dict[str, Any]

    def sheet(self, name: str) -> Sheet:
        """The table of that name; KeyError if there is none."""
        return {sheet.name: sheet for sheet in self.sheets}[name]


def composite_tables(built: Built, *, stages: bool | None = None) -> CompositeTables:
    """The tables of a build. stages: whether to add every stage; None where they are small."""
    cells = sum(stage.table.values.size for stage in built.stages)
    sheets = [scores(built), ranks(built), results(built), weights(built)]
    if built.table.is_panel:
        sheets += [trends(built), indicator_trends(built)]
    if stages or (stages is None and cells <= SMALL):
        sheets += _stages(built)
    record = _record(built)
    record["files"] = [sheet.name for sheet in sheets] + ["method.yaml"]
    return CompositeTables(tuple(sheets), method_text(built.method), record)


# Scores and ranks -----------------------------------------------------------------------------


def scores(built: Built) -> Sheet:
    """uCode, Time in a panel, then nodes by rising level, the index last."""
    rows = built.scores.tolist()
    return Sheet(
        "scores.csv",
        (*_key_header(built.table), *built.framework.node_codes),
        tuple((*key, *row) for key, row in zip(_keys(built.table), rows, strict=True)),
    )


def ranks(built: Built) -> Sheet:
    """As `scores`; empty without a score."""
    found = rank_scores(built.scores, built.table.times, ties=built.method.ties).tolist()
    return Sheet(
        "ranks.csv",
        (*_key_header(built.table), *built.framework.node_codes),
        tuple(
            (*key, *(rank or None for rank in row))
            for key, row in zip(_keys(built.table), found, strict=True)
        ),
    )


def results(built: Built) -> Sheet:
    """Sorted by rank of the index, rounded: uCode, Rank, then nodes from the index down."""
    framework, table = built.framework, built.table
    nodes = sorted(framework.aggregates, key=lambda node: -node.level)
    columns = [framework.node_codes.index(node.code) for node in nodes]
    rank = rank_scores(built.scores[:, -1], table.times, ties=built.method.ties).tolist()
    times = table.times or (0,) * len(table)
    order = sorted(
        range(len(table)),
        key=lambda row: (times[row], rank[row] or len(table) + 1, table.units[row]),
    )
    keys = list(_keys(table))
    return Sheet(
        "results.csv",
        (*_key_header(table), "Rank", *(node.code for node in nodes)),
        tuple(
            (*keys[row], rank[row] or None, *map(_rounded, built.scores[row, columns].tolist()))
            for row in order
        ),
    )


def _rounded(value: float) -> float | None:
    return None if value != value else round(value, DECIMALS) + 0.0


def weights(built: Built) -> Sheet:
    """iCode, Parent, Level, Weight as used, Share among the siblings."""
    framework = built.framework
    sums = {
        node.code: sum(built.weights[child] for child in framework.children(node.code))
        for node in framework.aggregates
    }
    return Sheet(
        "weights.csv",
        ("iCode", "Parent", "Level", "Weight", "Share"),
        tuple(
            (
                entry.code,
                entry.parent or "",
                entry.level if isinstance(entry, Aggregate) else 1,
                float(built.weights.get(entry.code, 1.0)),
                float(built.weights[entry.code]) / sums[entry.parent] if entry.parent else 1.0,
            )
            for entry in framework.entries
        ),
    )


# Trends ---------------------------------------------------------------------------------------


TREND = (
    *("N", "t_first", "t_latest", "First", "Latest", "Change", "ChangePerYear", "Slope", "CAGR"),
    *("PercentPerYear", "Avail"),
)


def trends(built: Built) -> Sheet:
    """How each node of each unit moved over the times it has a score; see `trend`."""
    cells = _trends(built.table, built.framework.node_codes, built.scores)
    return Sheet("trends.csv", (UNIT, "iCode", *TREND), tuple(cells))


def indicator_trends(built: Built) -> Sheet:
    """The same of each indicator as read; a rise is good where Direction is 1."""
    raw, facing = built.stages[0].table, {i.code: i.direction for i in built.framework.indicators}
    cells = _trends(raw, raw.indicators, raw.values)
    return Sheet(
        "trends_indicators.csv",
        (UNIT, "iCode", "Direction", *TREND),
        tuple((unit, code, facing[str(code)], *own) for unit, code, *own in cells),
    )


def _trends(
    table: IndicatorTable, codes: Sequence[str], values: Floats
) -> Iterator[tuple[Cell, ...]]:
    times = np.array(table.times, dtype=float)
    rows_of: dict[str, list[int]] = {}
    for row, unit in enumerate(table.units):
        rows_of.setdefault(unit, []).append(row)
    for unit, rows in rows_of.items():
        for k, code in enumerate(codes):
            t = trend(times[rows], values[rows, k])
            ends = (t.t_first, t.t_latest, t.first, t.latest)
            moved = (t.change, t.change_per_year, t.slope, t.growth, t.percent_per_year)
            yield unit, code, t.n, *ends, *moved, t.available


# Stages ---------------------------------------------------------------------------------------


def _stages(built: Built) -> Iterator[Sheet]:
    """Every stage that changed the table, and every side table."""
    before: IndicatorTable | None = None
    for number, stage in enumerate(built.stages):
        name = f"stages/{number}_{stage.step}"
        if stage.table is not before:
            yield _values(f"{name}.csv", stage.table)
        before = stage.table
        yield from (_detail(f"{name}_{detail.name}.csv", detail) for detail in stage.details)
    name = f"stages/{len(built.stages)}_{built.method.steps[-1].name}"
    yield from (_detail(f"{name}_{detail.name}.csv", detail) for detail in built.details)


def _values(name: str, table: IndicatorTable) -> Sheet:
    rows = table.values.tolist()
    return Sheet(
        name,
        (*_key_header(table), *table.indicators),
        tuple((*key, *row) for key, row in zip(_keys(table), rows, strict=True)),
    )


def _detail(name: str, detail: Detail) -> Sheet:
    return Sheet(name, detail.header, tuple(tuple(map(_plain, row)) for row in detail.rows))


def _plain(cell: Any) -> Cell:
    """A cell of a side table as a file holds it."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, bool):
        return int(cell)
    return cell if isinstance(cell, int | float | None) else str(cell)


def _key_header(table: IndicatorTable) -> tuple[str, ...]:
    return (UNIT, TIME) if table.is_panel else (UNIT,)


def _keys(table: IndicatorTable) -> Iterator[tuple[Cell, ...]]:
    if table.is_panel and table.times is not None:
        return zip(table.units, table.times, strict=True)
    return ((unit,) for unit in table.units)


# Record ---------------------------------------------------------------------------------------


def _record(built: Built) -> dict[str, Any]:
    """What is needed to tell, and to make, the same numbers again. JSON values only."""
    table = built.stages[0].table
    return {
        "kind": "index",
        "waspada_version": __version__,
        "method_version": METHOD_VERSION,
        "title": built.method.title,
        "method": [
            {"step": step.kind.value, "name": step.name, **_json(step.options)}
            for step in built.method.steps
        ],
        "fingerprints": {
            "data": fingerprint_table(table),
            "framework": fingerprint_framework(built.framework),
            "method": _digest(method_text(built.method)),
        },
        "counts": {
            "units": len(set(table.units)),
            "units_with_score": len(
                {u for u, s in zip(built.table.units, built.scores[:, -1], strict=True) if s == s}
            ),
            "times": len(set(table.times)) if table.times else 0,
            "indicators": len(table.indicators),
            "missing": int(np.isnan(table.values).sum()),
        },
        "ignored_columns": list(table.ignored_columns),
        "notes": list(all_notes(built)),
    }


def _json(value: Any) -> Any:
    """Options as JSON holds them, which knows no infinite number."""
    if isinstance(value, Mapping):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    return flow(value) if isinstance(value, float) and abs(value) == float("inf") else value


def all_notes(built: Built) -> Iterator[str]:
    """Notes of every stage with its name, then of the aggregation."""
    for stage in built.stages:
        yield from (f"{stage.step}: {note}" for note in stage.notes)
    yield from (f"{built.method.steps[-1].name}: {note}" for note in built.notes)


def fingerprint_table(table: IndicatorTable) -> str:
    """Hash of the content, whatever the order of rows and the kind of file."""
    columns: list[Any] = [table.units, table.times, table.indicators, dict(table.groups)]
    hashed = hashlib.sha256(json.dumps(columns).encode())
    for values in (table.values, *table.denominators.values()):
        hashed.update(np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8").tobytes())
    return hashed.hexdigest()


def fingerprint_framework(framework: Framework) -> str:
    """Hash of codes, places, directions, weights, targets and denominators."""
    entries = [
        [i.code, i.parent, i.direction, i.weight, i.target, i.denominator]
        for i in framework.indicators
    ]
    nodes = [[n.code, n.level, n.parent, n.direction, n.weight] for n in framework.aggregates]
    return _digest(json.dumps([entries, nodes, framework.groups, framework.denominators]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Writing --------------------------------------------------------------------------------------


def write_composite(
    tables: CompositeTables, folder: Path, *, force: bool = False
) -> tuple[Path, ...]:
    """Write all tables; the record comes last: where it stands, the others are complete.

    Files of an earlier run in the folder that this one does not write are taken away.
    """
    check_folder(folder, force=force, record=RECORD)
    texts = {sheet.name: sheet_csv(sheet) for sheet in tables.sheets}
    texts["method.yaml"] = tables.method
    texts[RECORD] = json.dumps(tables.record, ensure_ascii=False, indent=2) + "\n"
    return write_together(texts, folder, record=RECORD)


def sheet_csv(sheet: Sheet) -> str:
    """Numbers with every digit, as the shortest text that reads back to them."""
    return plain_csv(sheet.header, (tuple(map(_text, row)) for row in sheet.rows))


def _text(cell: Cell) -> str | int:
    match cell:
        case None:
            return ""
        case float() if cell != cell:
            return ""
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return repr(cell)
        case _:
            return cell


def short_table(built: Built, rows: int | None = None) -> list[list[str]]:
    """Rank, unit, name, index and its direct children, best first; for the terminal."""
    framework, table = built.framework, built.table
    children = [c for c in framework.children(framework.index.code) if c in framework.node_codes]
    nodes = [framework.index.code, *children]
    names = dict(zip(table.units, table.names, strict=True))
    found = results(built)
    at = {code: place for place, code in enumerate(found.header)}
    lines = [["rank", *(h for h in _key_header(table)), NAME, *nodes]]
    for row in found.rows[:rows]:
        keys = [str(row[at[key]]) for key in _key_header(table)]
        values = [_shown(row[at[node]]) for node in nodes]
        rank = row[at["Rank"]]
        lines.append(["" if rank is None else str(rank), *keys, names[str(row[0])], *values])
    return lines


def _shown(value: Cell) -> str:
    return "" if value is None else f"{value:.2f}"
