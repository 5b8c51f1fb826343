"""The files of a run: CSV tables and the record. Numbers are rounded here, once."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from waspada.collection.model import SetAside
from waspada.errors import WaspadaError
from waspada.publication.model import (
    AgreementRow,
    ChangeTables,
    ScoreRow,
    Tables,
    VignetteRow,
)

DECIMALS = 6
"""Digits after the point of every number in a file."""

RECORD = "run.json"
SET_ASIDE = "set_aside.csv"
CHECKS, WITHOUT = "checks.csv", "without_flagged.csv"
AGREEMENT, VIGNETTES = "agreement.csv", "vignettes.csv"
"""Only where they were asked for, without_flagged.csv only for the office and with a flag."""

FILES = (
    "scores.csv",
    "ranks.csv",
    "rank_probabilities.csv",
    "pairs.csv",
    "groups.csv",
    "categories.csv",
    "drivers.csv",
    "shrinkage.csv",
    "meeting_effect.csv",
    RECORD,
)
CHANGE_FILES = ("changes.csv", "change_drivers.csv", RECORD)

Cell = str | int | float | None


class FolderInUseError(WaspadaError):
    """The folder for the results holds something else."""

    exit_code = 2


class FolderNotWritableError(WaspadaError):
    """The system does not let the results be written there."""

    exit_code = 2


def check_folder(folder: Path, *, force: bool = False, record: str = RECORD) -> None:
    """Refuse a folder that holds files which are no earlier run; overwriting those would lose
    them. record: the file by which a run is known.
    Raises FolderInUseError, or FolderNotWritableError where the folder cannot be made."""
    try:
        _check_folder(folder, force=force, record=record)
    except OSError as error:
        raise _not_writable(folder, error) from error


def _check_folder(folder: Path, *, force: bool, record: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise FolderInUseError(
            f"{folder} is a file, not a folder. Name another folder with --out.",
            code="not_a_folder",
            folder=str(folder),
        )
    holds_run = (folder / record).is_file()
    if folder.is_dir() and any(folder.iterdir()) and not holds_run and not force:
        raise FolderInUseError(
            f"The folder {folder} holds other files and no earlier run. Name another folder with "
            "--out, or write into this one with --force.",
            code="folder_in_use",
            folder=str(folder),
        )
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest))
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(nearest))


def _not_writable(folder: Path, error: OSError) -> FolderNotWritableError:
    return FolderNotWritableError(
        f"The results cannot be written to {folder}: {error.strerror or error}. Name a folder of "
        "your own with --out, on a disk with room.",
        code="folder_not_writable",
        folder=str(folder),
    )


def write_tables(tables: Tables, folder: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write the tables of a run; each file appears whole or not at all.

    Returns the files, the record last: where it stands, the others are complete.
    """
    check_folder(folder, force=force)
    try:
        _make_room(folder)
    except OSError as error:
        raise _not_writable(folder, error) from error
    texts = {
        "scores.csv": scores_csv(tables),
        "ranks.csv": ranks_csv(tables),
        "rank_probabilities.csv": rank_probabilities_csv(tables),
        "pairs.csv": pairs_csv(tables),
        "groups.csv": groups_csv(tables),
        "categories.csv": categories_csv(tables),
        "drivers.csv": drivers_csv(tables),
        "shrinkage.csv": shrinkage_csv(tables),
        "meeting_effect.csv": meeting_effect_csv(tables),
        RECORD: record_text(tables.record),
    }
    if tables.checks:
        texts[CHECKS] = checks_csv(tables)
    if tables.without_flagged:
        texts[WITHOUT] = without_flagged_csv(tables)
    if tables.agreement:
        texts[AGREEMENT] = fields_csv(tables.agreement)
    if tables.vignettes:
        texts[VIGNETTES] = fields_csv(tables.vignettes)
    names = (*(name for name in texts if name not in FILES), *FILES)
    return tuple(write_whole(folder / name, texts[name]) for name in names)


def _make_room(folder: Path) -> None:
    """Make the folder, or take an earlier run out of it, record first: no table of one run may
    stand beside the record of another."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / RECORD).is_file():
        return
    for name in (RECORD, *FILES, *CHANGE_FILES, SET_ASIDE, CHECKS, WITHOUT, AGREEMENT, VIGNETTES):
        (folder / name).unlink(missing_ok=True)


def write_changes(tables: ChangeTables, folder: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write the tables of a comparison of two rounds, as `write_tables` does."""
    check_folder(folder, force=force)
    try:
        _make_room(folder)
    except OSError as error:
        raise _not_writable(folder, error) from error
    texts = {
        "changes.csv": changes_csv(tables),
        "change_drivers.csv": drivers_csv(tables),
        RECORD: record_text(tables.record),
    }
    return tuple(write_whole(folder / name, texts[name]) for name in CHANGE_FILES)


def record_text(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_whole(path: Path, text: str, *, settle: bool = True) -> Path:
    """Write beside the target, then rename: nobody ever reads half a file.

    settle: wait until the disk has it; many side tables need not wait one by one.
    Raises FolderNotWritableError where the system refuses, also when the disk becomes full.
    """
    try:
        return _write_whole(path, text, settle=settle)
    except OSError as error:
        raise _not_writable(path.parent, error) from error


def _write_whole(path: Path, text: str, *, settle: bool) -> Path:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            if settle:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


def write_together(texts: Mapping[str, str], folder: Path, *, record: str) -> tuple[Path, ...]:
    """Write the files of a run, the record last; names may lie in one folder below.

    Files that an earlier run wrote, by its record, and this one does not are taken away.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stale = _files_of_earlier_run(folder / record) - texts.keys()
        (folder / record).unlink(missing_ok=True)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
        for name in texts:
            (folder / name).parent.mkdir(exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from error
    names = [*(name for name in texts if name != record), record]
    return tuple(write_whole(folder / name, texts[name], settle="/" not in name) for name in names)


def _files_of_earlier_run(record: Path) -> set[str]:
    """Names in the record's list of files, only such as this module writes."""
    try:
        files = json.loads(record.read_text(encoding="utf-8"))["files"]
        return {name for name in files if _OWN_NAME.fullmatch(name)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


_OWN_NAME = re.compile(r"(stages/)?[A-Za-z0-9_][A-Za-z0-9_-]*\.(csv|yaml)")


def scores_csv(tables: Tables) -> str:
    """Index nodes only; node is the code in the sheet `index`."""
    place, said = ["region", "node", "level"], ["score", "lower", "upper"]
    names = [*place, *said, "n_responses", "share_answered", "flags", "evidence"]
    return csv_text(names, (_score_cells(row) for row in tables.scores))


def _score_cells(row: ScoreRow) -> list[Cell]:
    place: list[Cell] = [row.region, row.node, row.level]
    said: list[Cell] = [row.score, row.lower, row.upper, row.n_responses, row.share_answered]
    return [*place, *said, ";".join(row.flags), row.evidence]


def ranks_csv(tables: Tables) -> str:
    return csv_text(
        ["region", "node", "rank", "rank_lower", "rank_upper"],
        ([r.region, r.node, r.rank, r.rank_lower, r.rank_upper] for r in tables.ranks),
    )


def categories_csv(tables: Tables) -> str:
    """One probability column per category of the rule; without a rule only the header.

    Rules whose cut-offs move with the regions have a second set, with cut-offs held.
    """
    rule = tables.record.get("category_rule")
    names: Sequence[str] = rule["categories"] if rule else ()
    held = names if rule and rule["kind"] == "mean_sd" else ()
    return csv_text(
        [
            "region",
            "category",
            *(f"probability_{name}" for name in names),
            *(f"probability_held_{name}" for name in held),
            *("by_line", "kept", "line_up", "line_down", "word_up", "word_down"),
        ],
        (
            [
                row.region,
                row.category,
                *(row.probabilities.get(name) for name in names),
                *(row.probabilities_held.get(name) for name in held),
                *(row.by_line, int(row.kept)),
                *(row.line_up, row.line_down, row.word_up, row.word_down),
            ]
            for row in tables.categories
        ),
    )


def rank_probabilities_csv(tables: Tables) -> str:
    return csv_text(
        ["region", "node", "top_1", "top_3", "top_5", "top_half"],
        (
            [r.region, r.node, r.top_1, r.top_3, r.top_5, r.top_half]
            for r in tables.rank_probabilities
        ),
    )


def pairs_csv(tables: Tables) -> str:
    """higher: the region with the higher score; told_apart: 1 where the difference is real."""
    return csv_text(
        ["higher", "lower", "probability_above", "told_apart"],
        ([p.higher, p.lower, p.probability_above, int(p.told_apart)] for p in tables.pairs),
    )


def groups_csv(tables: Tables) -> str:
    """One line per group and region; groups overlap."""
    return csv_text(
        ["group", "region"],
        ([n, region] for n, group in enumerate(tables.groups, start=1) for region in group),
    )


def shrinkage_csv(tables: Tables) -> str:
    return csv_text(
        ["region", "node", "score", "shrunken", "lower", "upper", "share"],
        (
            [s.region, s.node, s.score, s.shrunken, s.lower, s.upper, s.share]
            for s in tables.shrinkage
        ),
    )


def changes_csv(tables: ChangeTables) -> str:
    """word: rose, fell, within_error; empty where nothing was tested."""
    numbers = ["before", "after", "change", "lower", "upper", "p_value", "q_value"]
    return csv_text(
        ["region", "node", "level", *numbers, "word", "flags"],
        (
            [
                *(c.region, c.node, c.level, c.before, c.after, c.change, c.lower, c.upper),
                *(c.p_value, c.q_value, c.word, ";".join(c.flags)),
            ]
            for c in tables.changes
        ),
    )


def drivers_csv(tables: Tables | ChangeTables) -> str:
    """item is empty where several are joined; joined tells how many."""
    return csv_text(
        ["region", "item", "contribution", "lower", "upper", "joined"],
        ([d.region, d.item, d.contribution, d.lower, d.upper, d.joined] for d in tables.drivers),
    )


def checks_csv(tables: Tables) -> str:
    """One line per region and measure; numbers are empty where they would speak of few people."""
    return csv_text(
        ["region", "measure", "verdict", "statistic", "expected", "p", "adjusted"],
        (
            [c.region, c.measure, c.verdict, c.statistic, c.expected, c.p, c.adjusted]
            for c in tables.checks
        ),
    )


def without_flagged_csv(tables: Tables) -> str:
    """One line per flagged region: the index with all answers and without the flagged ones."""
    names = ["region", "node", "score", "without", "difference", "set_aside", "matters", "flags"]
    return csv_text(
        names,
        (
            [
                *(row.region, row.node, row.score, row.without, row.difference, row.set_aside),
                {True: "yes", False: "no", None: None}[row.matters],
                ";".join(row.flags),
            ]
            for row in tables.without_flagged
        ),
    )


def fields_csv(rows: Sequence[AgreementRow] | Sequence[VignetteRow]) -> str:
    """Columns named and ordered as the fields of a row; flags joined by ";"."""
    names = [field.name for field in fields(rows[0])]
    cells = ([getattr(row, name) for name in names[:-1]] + [";".join(row.flags)] for row in rows)
    return csv_text(names, cells)


def meeting_effect_csv(tables: Tables) -> str:
    names = ["basis", "meetings", "correlation", "design_effect", "df", "lower", "upper"]
    return csv_text(
        ["region", *names],
        ([row.region, *(getattr(row, name) for name in names)] for row in tables.meeting_effect),
    )


def set_aside_csv(set_aside: Sequence[SetAside]) -> str:
    """Rows that --lenient left out, one line per fault."""
    lines: list[list[Cell]] = [[entry.row, entry.column, entry.reason] for entry in set_aside]
    return csv_text(["row", "column", "reason"], lines)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    return plain_csv(header, ([_cell(cell) for cell in row] for row in rows))


def plain_csv(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Cells as they are, ready to be written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _cell(cell: Cell) -> str | int:
    """Six decimals, never "-0.000000"; empty for None."""
    match cell:
        case None:
            return ""
        case float():
            return f"{round(cell, DECIMALS) + 0.0:.{DECIMALS}f}"
        case _:
            return cell
