"""The files of a run: five CSV tables and the record. Numbers are rounded here, once."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from waspada.collection.model import SetAside
from waspada.errors import WaspadaError
from waspada.publication.model import ScoreRow, Tables

DECIMALS = 6
"""Digits after the point of every number in a file."""

RECORD = "run.json"
SET_ASIDE = "set_aside.csv"
FILES = ("scores.csv", "ranks.csv", "categories.csv", "drivers.csv", "meeting_effect.csv", RECORD)

Cell = str | int | float | None


class FolderInUseError(WaspadaError):
    """The folder for the results holds something else."""

    exit_code = 2


class FolderNotWritableError(WaspadaError):
    """The system does not let the results be written there."""

    exit_code = 2


def check_folder(folder: Path, *, force: bool = False) -> None:
    """Refuse a folder that holds files which are no earlier run; overwriting those would lose
    them. Raises FolderInUseError, or FolderNotWritableError where the folder cannot be made."""
    try:
        _check_folder(folder, force=force)
    except OSError as error:
        raise _not_writable(folder, error) from error


def _check_folder(folder: Path, *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise FolderInUseError(
            f"{folder} is a file, not a folder. Name another folder with --out.",
            code="not_a_folder",
            folder=str(folder),
        )
    holds_run = (folder / RECORD).is_file()
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
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        (folder / SET_ASIDE).unlink(missing_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from error
    texts = {
        "scores.csv": scores_csv(tables),
        "ranks.csv": ranks_csv(tables),
        "categories.csv": categories_csv(tables),
        "drivers.csv": drivers_csv(tables),
        "meeting_effect.csv": meeting_effect_csv(tables),
        RECORD: json.dumps(tables.record, ensure_ascii=False, indent=2, sort_keys=True) + "\n",
    }
    return tuple(write_whole(folder / name, texts[name]) for name in FILES)


def write_whole(path: Path, text: str) -> Path:
    """Write beside the target, then rename: nobody ever reads half a file.

    Raises FolderNotWritableError where the system refuses, also when the disk becomes full.
    """
    try:
        return _write_whole(path, text)
    except OSError as error:
        raise _not_writable(path.parent, error) from error


def _write_whole(path: Path, text: str) -> Path:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, 0o644)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


def scores_csv(tables: Tables) -> str:
    """Index nodes only; node is the code in the sheet `index`."""
    place, said = ["region", "node", "level"], ["score", "lower", "upper"]
    names = [*place, *said, "n_responses", "share_answered", "flags"]
    return csv_text(names, (_score_cells(row) for row in tables.scores))


def _score_cells(row: ScoreRow) -> list[Cell]:
    place: list[Cell] = [row.region, row.node, row.level]
    said: list[Cell] = [row.score, row.lower, row.upper, row.n_responses, row.share_answered]
    return [*place, *said, ";".join(row.flags)]


def ranks_csv(tables: Tables) -> str:
    return csv_text(
        ["region", "node", "rank", "rank_lower", "rank_upper"],
        ([r.region, r.node, r.rank, r.rank_lower, r.rank_upper] for r in tables.ranks),
    )


def categories_csv(tables: Tables) -> str:
    """One probability column per category of the rule; without a rule only the header."""
    rule = tables.record.get("category_rule")
    names: Sequence[str] = rule["categories"] if rule else ()
    return csv_text(
        ["region", "category", *(f"probability_{name}" for name in names)],
        (
            [row.region, row.category, *(row.probabilities.get(name) for name in names)]
            for row in tables.categories
        ),
    )


def drivers_csv(tables: Tables) -> str:
    """item is empty where several are joined; joined tells how many."""
    return csv_text(
        ["region", "item", "contribution", "lower", "upper", "joined"],
        ([d.region, d.item, d.contribution, d.lower, d.upper, d.joined] for d in tables.drivers),
    )


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
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
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
