"""A calendar read from its file, and what it says on a given day."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

from waspada.errors import CatalogueError, Fault
from waspada.instrument.model import Text
from waspada.watch.model import CATALOGUE_STAGES, Calendar, DuePoint, DueReason, Stage

COLUMNS = (
    "kind",
    "code",
    "phase",
    "name_id",
    "name_en",
    "start",
    "end",
    "status",
    "catalogue_stages",
    "note_id",
    "note_en",
)
ELECTION, STAGE, VOTING = "election", "stage", "voting"
KINDS = (ELECTION, STAGE, VOTING)

ONE_DAY = timedelta(days=1)


# --- What a calendar says on a day -------------------------------------------------------------


def running(calendar: Calendar, on: date) -> tuple[Stage, ...]:
    """Stages that run on the day `on`, first and last day included, in the calendar's order."""
    return tuple(stage for stage in calendar.stages if stage.is_running(on))


def upcoming(calendar: Calendar, on: date) -> tuple[Stage, ...]:
    """Stages that start after `on`, the next one first; undated stages are not among them."""
    later = [(stage.start, stage) for stage in calendar.stages if stage.start and stage.start > on]
    return tuple(stage for _, stage in sorted(later, key=lambda pair: pair[0]))


def days_until_voting(calendar: Calendar, on: date) -> int:
    """Days from `on` to voting day: 0 on the day itself, negative afterwards."""
    return (calendar.voting_day - on).days


def stages_of(calendar: Calendar, catalogue_stages: Collection[str]) -> tuple[Stage, ...]:
    """Stages of the calendar that belong to any of the catalogue's stages."""
    wanted = set(catalogue_stages)
    return tuple(stage for stage in calendar.stages if wanted & set(stage.catalogue_stages))


def has_begun(calendar: Calendar, catalogue_stages: Collection[str], on: date) -> bool:
    """Whether any of these stages runs on `on` or is over."""
    return any(stage.has_begun(on) for stage in stages_of(calendar, catalogue_stages))


def earliest_future(calendar: Calendar, catalogue_stages: Collection[str], on: date) -> DuePoint:
    """When a step is due whose factor belongs to these stages of the catalogue.

    1. Of the stages that start after `on`, the one that starts first: due the day before.
    2. If none is still to start, of the running ones that which ends first: due on its last day.
    3. Otherwise there is no due date, and `reason` says why.

    Of two stages on the same day the first in the calendar counts. A due date is never before
    `on`. See docs/decisions/0006-due-date-of-a-step.md.
    """
    stages = stages_of(calendar, catalogue_stages)
    future = [(stage.start, stage) for stage in stages if stage.start and stage.start > on]
    if future:
        start, stage = min(future, key=lambda pair: pair[0])
        return DuePoint(stage, start - ONE_DAY, DueReason.BEFORE_START)
    ending = [(stage.end, stage) for stage in stages if stage.end and stage.is_running(on)]
    if ending:
        end, stage = min(ending, key=lambda pair: pair[0])
        return DuePoint(stage, end, DueReason.WHILE_RUNNING)
    return DuePoint(None, None, _why_none(stages, on))


def _why_none(stages: tuple[Stage, ...], on: date) -> DueReason:
    if not stages:
        return DueReason.NOT_IN_CALENDAR
    if all(stage.is_over(on) for stage in stages):
        return DueReason.OVER
    return DueReason.NO_DATE_YET


# --- Reading -----------------------------------------------------------------------------------


def read_calendar(path: Path, *, known_stages: Collection[str] = CATALOGUE_STAGES) -> Calendar:
    """Read a calendar from its CSV file (UTF-8; see calendars/SOURCES.md for the columns).

    known_stages: codes that the column `catalogue_stages` may name.
    Raises CatalogueError with every fault of the file at once.
    """
    faults: list[Fault] = []
    rows = list(_rows(path, faults))
    if any(fault.code in ("unreadable", "missing_column") for fault in faults):
        raise CatalogueError(path.name, faults)
    calendar = _build(rows, known_stages, faults)
    if faults:
        raise CatalogueError(path.name, faults)
    return calendar


@dataclass
class _Row:
    """One line of the file. Its methods read a cell and note what is wrong with it."""

    line: int
    cells: dict[str, str]
    faults: list[Fault] = field(repr=False)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, code: str, column: str, problem: str, remedy: str) -> None:
        place = f'line {self.line}, column "{column}"'
        self.faults.append(Fault(code, place, problem, remedy))

    def required(self, column: str) -> str:
        if not self[column]:
            self.fault("missing_value", column, "The cell is empty.", "Fill it in.")
        return self[column]

    def text(self, stem: str) -> Text:
        """The columns `stem`_id and `stem`_en, both filled."""
        text = Text(self[f"{stem}_id"], self[f"{stem}_en"])
        for language, words in (("id", text.id), ("en", text.en)):
            if not words:
                self.fault(
                    "missing_translation",
                    f"{stem}_{language}",
                    f'The text in language "{language}" is missing.',
                    "Write it in both languages.",
                )
        return text

    def optional_text(self, stem: str) -> Text | None:
        """Both columns filled, or both empty."""
        is_given = self[f"{stem}_id"] or self[f"{stem}_en"]
        return self.text(stem) if is_given else None

    def day(self, column: str) -> date | None:
        if not self[column]:
            return None
        try:
            return date.fromisoformat(self[column])
        except ValueError:
            self.fault(
                "bad_date",
                column,
                f'"{self[column]}" is no date of the calendar.',
                "Write year-month-day, for example 2024-11-27, or leave the cell empty.",
            )
            return None


def _rows(path: Path, faults: list[Fault]) -> Iterator[_Row]:
    """Lines of the file; faults instead where it cannot be read as a calendar."""
    try:
        reader = csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        header = tuple(reader.fieldnames or ())
        lines = [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problem = f"It cannot be read: {error}."
        faults.append(Fault("unreadable", "the file", problem, "Save it as CSV in UTF-8."))
        return
    faults.extend(_missing_column(column) for column in COLUMNS if column not in header)
    for line, cells in lines:
        row = _Row(line, {name: (cells.get(name) or "").strip() for name in COLUMNS}, faults)
        if None in cells:
            problem = "The line has more cells than the first line has columns."
            remedy = "Put texts that contain a comma in double quotes."
            faults.append(Fault("too_many_cells", f"line {line}", problem, remedy))
        if any(row.cells.values()):
            yield row


def _missing_column(column: str) -> Fault:
    problem = f'Column "{column}" is missing.'
    return Fault("missing_column", "line 1", problem, f"The columns are {', '.join(COLUMNS)}.")


def _build(rows: list[_Row], known_stages: Collection[str], faults: list[Fault]) -> Calendar:
    """The calendar of these rows; only meaningful when no fault was added."""
    _check_kinds(rows)
    _check_codes(rows)
    election = _exactly_one(rows, ELECTION, "the code and name of the election", faults)
    voting = _exactly_one(rows, VOTING, "the stage of voting day", faults)
    stages = {row.line: _stage(row, known_stages) for row in rows if row["kind"] != ELECTION}
    voting_day = stages[voting.line].start if voting and voting.required("start") else None
    return Calendar(
        code=election["code"] if election else "",
        title=election.text("name") if election else Text("", ""),
        voting_day=voting_day or date.min,
        stages=tuple(stages.values()),
    )


def _check_kinds(rows: Iterable[_Row]) -> None:
    for row in rows:
        if row["kind"] not in KINDS:
            row.fault(
                "unknown_kind",
                "kind",
                f'"{row["kind"]}" is no kind of row.',
                f"Use one of {', '.join(KINDS)}.",
            )


def _check_codes(rows: Iterable[_Row]) -> None:
    seen: Counter[str] = Counter()
    for row in rows:
        code = row.required("code")
        seen[code] += 1
        if code and seen[code] > 1:
            row.fault(
                "duplicate_code",
                "code",
                f'Code "{code}" stands in an earlier line too.',
                "Give every row its own code.",
            )


def _exactly_one(rows: list[_Row], kind: str, meaning: str, faults: list[Fault]) -> _Row | None:
    found = [row for row in rows if row["kind"] == kind]
    if len(found) == 1:
        return found[0]
    problem = f'The file has {len(found)} rows of kind "{kind}"; it needs exactly one.'
    faults.append(Fault(f"not_one_{kind}", 'column "kind"', problem, f"It holds {meaning}."))
    return None


def _stage(row: _Row, known_stages: Collection[str]) -> Stage:
    start, end = row.day("start"), row.day("end")
    if start and end and end < start:
        row.fault(
            "end_before_start",
            "end",
            f"The stage ends on {end}, before it starts on {start}.",
            "Correct one of the two dates.",
        )
    return Stage(
        code=row["code"],
        name=row.text("name"),
        phase=row.required("phase"),
        start=start,
        end=end,
        status=row.required("status"),
        catalogue_stages=_catalogue_stages(row, known_stages),
        note=row.optional_text("note"),
    )


def _catalogue_stages(row: _Row, known_stages: Collection[str]) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in row["catalogue_stages"].split(";") if code.strip())
    for code in codes:
        if code not in known_stages:
            row.fault(
                "unknown_catalogue_stage",
                "catalogue_stages",
                f'The catalogue has no stage "{code}".',
                f"Use {', '.join(known_stages)}, parted by semicolons, or leave the cell empty.",
            )
    return codes
