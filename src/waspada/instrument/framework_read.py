"""Read a `Framework`: from a table of indicators and nodes (COINr's iMeta), or an instrument.

A table is told from an instrument by its column `iCode`. All faults of a table come at once.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from waspada.errors import Fault, InstrumentError
from waspada.instrument.framework import Aggregate, Framework, Indicator
from waspada.instrument.numbers import number_in

LARGEST_TABLE = 10_000_000
"""Bytes; a table of a thousand indicators has 0.1 MB."""

DEEPEST = 1000
"""Levels, as many as COINr allows."""

MISSING = ("", "NA", "NaN")
"""Cells that hold nothing, as R and spreadsheets write them."""

REQUIRED = ("Level", "iCode", "Direction", "Weight", "Parent", "Type")
OPTIONAL = ("iName", "Unit", "Target", "Denominator")
RESERVED = ("uCode", "uName", "Time")
"""Columns of the data table that are no indicators."""


class Type(StrEnum):
    """What a row of the table is."""

    INDICATOR = "Indicator"
    AGGREGATE = "Aggregate"
    GROUP = "Group"
    DENOMINATOR = "Denominator"
    OTHER = "Other"


class TableFault(StrEnum):
    """What can be wrong with a table; `docs/reference/method-file.md` explains each."""

    UNREADABLE = "unreadable_table"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    RAGGED_ROW = "ragged_row"
    MISSING_VALUE = "missing_value"
    UNKNOWN_TYPE = "unknown_type"
    BAD_CODE = "bad_code"
    DUPLICATE_CODE = "duplicate_code"
    BAD_LEVEL = "bad_level"
    LEVEL_GAP = "level_gap"
    BAD_DIRECTION = "bad_direction"
    BAD_WEIGHT = "bad_weight"
    NO_WEIGHT = "no_weight"
    BAD_TARGET = "bad_target"
    UNKNOWN_DENOMINATOR = "unknown_denominator"
    UNKNOWN_PARENT = "unknown_parent"
    CYCLE = "cycle"
    NO_ROOT = "no_root"
    SEVERAL_ROOTS = "several_roots"
    NODE_WITHOUT_CHILDREN = "node_without_children"
    NO_INDICATORS = "no_indicators"


def read_framework(path: Path) -> Framework:
    """The framework in a table (.csv, .xlsx) or an instrument (folder, .xlsx, .yaml).

    Raises InstrumentError with every fault.
    """
    if path.suffix.lower() in (".csv", ".tsv", ".txt") and not path.is_dir():
        header, rows = _csv_rows(path.name, _bytes(path))
        return framework_from_table(header, rows, source=path.name)
    from waspada.instrument.files import read_sheets
    from waspada.instrument.instrument_framework import framework_from_instrument
    from waspada.instrument.parse import parse

    sheets = read_sheets(path)
    for sheet in sheets:
        if "icode" in (column.casefold() for column in sheet.columns):
            found = [
                (index + 2, [row.get(column, "") for column in sheet.columns])
                for index, row in sheet.filled_rows()
            ]
            return framework_from_table(sheet.columns, found, source=path.name)
    return framework_from_instrument(parse(sheets, source=path.name), source=path.name)


def _bytes(path: Path) -> bytes:
    if not os.path.exists(path):  # Path.exists raises for a name that is too long
        raise _refusal(path.name, "the file", "It does not exist.", "Check the path.")
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise _refusal(
                path.name,
                "the file",
                f"It is larger than {LARGEST_TABLE // 1_000_000} MB.",
                "Check that this is the table of indicators, not the data.",
            )
        return path.read_bytes()
    except OSError as error:
        raise _refusal(
            path.name,
            "the file",
            f"It cannot be read: {error.strerror or error}.",
            "Check that you may read it.",
        ) from error


def _refusal(source: str, place: str, problem: str, remedy: str) -> InstrumentError:
    return InstrumentError(source, [Fault(TableFault.UNREADABLE.value, place, problem, remedy)])


def _csv_rows(source: str, data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header, and (row number, cells) of each row that is not empty."""
    try:
        text = data.decode("utf-8-sig")
        if "\0" in text:
            raise UnicodeError
    except UnicodeError as error:
        raise _refusal(
            source, "the file", "It is not UTF-8 text.", 'Save it again as "CSV UTF-8".'
        ) from error
    first = text.partition("\n")[0].rstrip("\r")
    mark = max(",;\t", key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        lines = [(number, [cell.strip() for cell in row]) for number, row in enumerate(reader, 1)]
    except csv.Error as error:
        raise _refusal(
            source, f"line {reader.line_num}", f"The CSV breaks off: {error}.", "Save it again."
        ) from error
    if not lines or not any(lines[0][1]):
        raise _refusal(
            source,
            "row 1",
            "The first row holds no column names.",
            f"Give it the columns {', '.join(REQUIRED)}.",
        )
    return lines[0][1], [(number, cells) for number, cells in lines[1:] if any(cells)]


# Rows -----------------------------------------------------------------------------------------


@dataclass
class _Row:
    """One row, read cell by cell; a fault leaves a harmless value, so that all are found."""

    number: int
    cells: Mapping[str, str]
    faults: list[Fault]
    type: Type | None = None
    code: str = ""
    level: int | None = None
    parent: str | None = None
    direction: int = 1
    weight: float | None = None
    target: float | None = None
    denominator: str | None = None

    def text(self, column: str) -> str:
        text = self.cells.get(column.casefold(), "")
        return "" if text in MISSING else text

    def fault(self, code: TableFault, column: str, problem: str, remedy: str) -> None:
        place = f'row {self.number}, column "{column}"'
        self.faults.append(Fault(code.value, place, problem, remedy))

    @property
    def name(self) -> str:
        return self.text("iName") or self.code


def framework_from_table(
    header: list[str] | tuple[str, ...], rows: list[tuple[int, list[str]]], *, source: str
) -> Framework:
    """The framework of a table. rows: (row number, cells), the header being row 1.

    Column names may be written in capitals or small letters; columns nobody knows are left alone.
    Raises InstrumentError with every fault.
    """
    faults = _header_faults(header)
    if faults:
        raise InstrumentError(source, faults)
    keys = [name.strip().casefold() for name in header]
    read: list[_Row] = []
    for number, cells in rows:
        if len(cells) < len(keys) or any(cells[len(keys) :]):
            problem = f"The row has {len(cells)} cells, the header has {len(keys)}."
            remedy = "Check for a missing or surplus delimiter, or save the file again."
            faults.append(Fault(TableFault.RAGGED_ROW.value, f"row {number}", problem, remedy))
            continue
        read.append(_read_row(number, dict(zip(keys, cells, strict=False)), faults))
    known = _unique(read)
    tree = _Tree(known, faults)
    tree.check()
    if faults:
        raise InstrumentError(source, sorted(faults, key=_row_of))
    return tree.framework(source)


def _row_of(fault: Fault) -> int:
    digits = fault.place.removeprefix("row ").partition(",")[0]
    return int(digits) if digits.isdigit() else 0


def _header_faults(header: list[str] | tuple[str, ...]) -> list[Fault]:
    keys = Counter(name.strip().casefold() for name in header if name.strip())
    known = {name.casefold() for name in (*REQUIRED, *OPTIONAL)}
    faults = [
        Fault(
            TableFault.DUPLICATE_COLUMN.value,
            f'row 1, column "{name}"',
            "Two columns have this name.",
            "Rename or delete one of them.",
        )
        for name in dict.fromkeys(header)
        if keys[name.strip().casefold()] > 1 and name.strip().casefold() in known
    ]
    return faults + [
        Fault(
            TableFault.MISSING_COLUMN.value,
            "row 1",
            f'The column "{name}" is missing.',
            f"A table of indicators has the columns {', '.join(REQUIRED)}, and may have "
            f"{', '.join(OPTIONAL)}.",
        )
        for name in REQUIRED
        if name.casefold() not in keys
    ]


def _read_row(number: int, cells: dict[str, str], faults: list[Fault]) -> _Row:
    row = _Row(number, cells, faults)
    row.code = cells.get("icode", "")
    if not row.code:
        row.fault(TableFault.MISSING_VALUE, "iCode", "The code is empty.", "Give it a code.")
    elif row.code in RESERVED or not row.code.isprintable():
        problem = f'"{row.code}" cannot be a code: it names the units or times of the data.'
        row.fault(TableFault.BAD_CODE, "iCode", problem, "Give it another code.")
    row.type = _type(row)
    if row.type in (Type.INDICATOR, Type.AGGREGATE):
        _read_place(row)
    if row.type is Type.INDICATOR:
        row.denominator = row.text("Denominator") or None
        row.target = number_in(row.text("Target"))
        if row.text("Target") and row.target is None:
            problem = f'"{row.text("Target")}" is no number.'
            row.fault(
                TableFault.BAD_TARGET, "Target", problem, "Write a number, or leave it empty."
            )
    return row


def _type(row: _Row) -> Type | None:
    text = row.text("Type")
    found = {str(kind).casefold(): kind for kind in Type}.get(text.casefold())
    if found is None:
        kinds = ", ".join(Type)
        problem = f'"{text}" is no type.' if text else "The type is empty."
        code = TableFault.UNKNOWN_TYPE if text else TableFault.MISSING_VALUE
        row.fault(code, "Type", problem, f"Write one of {kinds}.")
    return found


def _read_place(row: _Row) -> None:
    """Level, parent, direction and weight of a row that enters the index."""
    row.parent = row.text("Parent") or None
    level = number_in(row.text("Level"))
    lowest = 1 if row.type is Type.INDICATOR else 2
    if level is None or not level.is_integer() or not lowest <= level <= DEEPEST:
        fits = "1" if row.type is Type.INDICATOR else "a whole number from 2"
        problem = f'"{row.text("Level")}" is no level of this row.'
        row.fault(TableFault.BAD_LEVEL, "Level", problem, f"{row.type} rows have level {fits}.")
    elif row.type is Type.INDICATOR and level != 1:
        problem = f"An indicator has level {int(level)}."
        row.fault(TableFault.BAD_LEVEL, "Level", problem, "Indicators have level 1.")
    else:
        row.level = int(level)
    direction = number_in(row.text("Direction"))
    if not row.text("Direction") and row.type is Type.AGGREGATE:
        direction = 1.0
    if direction not in (1.0, -1.0):
        problem = f'"{row.text("Direction")}" is no direction.'
        remedy = "Write 1, or -1 where a high value lowers the index."
        row.fault(TableFault.BAD_DIRECTION, "Direction", problem, remedy)
    else:
        row.direction = int(direction)
    row.weight = number_in(row.text("Weight"))
    if row.text("Weight") and (row.weight is None or row.weight < 0):
        problem = f'"{row.text("Weight")}" is no weight.'
        remedy = "Write a number of 0 or more, with a decimal point."
        row.fault(TableFault.BAD_WEIGHT, "Weight", problem, remedy)
        row.weight = 1.0


def _unique(rows: list[_Row]) -> list[_Row]:
    """Rows with a code of their own; the second use of a code is a fault."""
    first: dict[str, _Row] = {}
    for row in rows:
        if row.code in first and row.code:
            problem = f'The code "{row.code}" stands in row {first[row.code].number} already.'
            row.fault(TableFault.DUPLICATE_CODE, "iCode", problem, "Give one of them another code.")
        else:
            first[row.code] = row
    return list(first.values())


# The tree -------------------------------------------------------------------------------------


@dataclass
class _Tree:
    rows: list[_Row]
    faults: list[Fault]
    by_code: dict[str, _Row] = field(init=False)

    def __post_init__(self) -> None:
        self.by_code = {row.code: row for row in self.rows}

    def of(self, kind: Type) -> list[_Row]:
        return [row for row in self.rows if row.type is kind]

    @property
    def placed(self) -> list[_Row]:
        return [*self.of(Type.INDICATOR), *self.of(Type.AGGREGATE)]

    def check(self) -> None:
        self._check_parents()
        self._check_root()
        self._check_levels()
        self._check_children()
        self._check_weights()
        self._check_denominators()

    def _check_parents(self) -> None:
        for row in self.placed:
            if row.parent is None:
                continue
            parent = self.by_code.get(row.parent)
            if parent is None or parent.type is not Type.AGGREGATE:
                what = "in the table" if parent is None else "of type Aggregate"
                problem = f'"{row.parent}" is no row {what}.'
                remedy = "Write the iCode of a row of type Aggregate, or add that row."
                row.fault(TableFault.UNKNOWN_PARENT, "Parent", problem, remedy)
            elif row.code in self._above(row):
                problem = f'"{row.code}" lies below itself.'
                remedy = "Name a parent that is nearer to the index."
                row.fault(TableFault.CYCLE, "Parent", problem, remedy)
            elif row.level and parent.level and parent.level <= row.level:
                problem = (
                    f'The parent "{row.parent}" has level {parent.level}, '
                    f"not above level {row.level} of this row."
                )
                remedy = "Correct the level of one of them; a parent stands on a higher level."
                row.fault(TableFault.BAD_LEVEL, "Level", problem, remedy)

    def _above(self, row: _Row) -> list[str]:
        """Codes above a row, nearest first; ends where it comes round."""
        above: list[str] = []
        while row.parent in self.by_code and row.parent not in above:
            above.append(row.parent)
            row = self.by_code[row.parent]
        return above

    def _check_root(self) -> None:
        for row in self.of(Type.INDICATOR):
            if row.parent is None:
                problem = "The indicator has no parent."
                remedy = "Name the Aggregate it belongs to, or give the row the type Other."
                row.fault(TableFault.MISSING_VALUE, "Parent", problem, remedy)
        roots = [row for row in self.of(Type.AGGREGATE) if row.parent is None]
        if not roots and self.of(Type.AGGREGATE):
            self._whole(
                TableFault.NO_ROOT,
                "No Aggregate is the top of the index.",
                "Leave the Parent of exactly one Aggregate empty.",
            )
        top = max(roots, key=lambda row: (row.level or 0, -row.number), default=None)
        for row in roots:
            if top is not None and row is not top:
                problem = f'"{row.code}" has no parent, but "{top.code}" is the top of the index.'
                row.fault(
                    TableFault.SEVERAL_ROOTS, "Parent", problem, "Name the parent of this row."
                )

    def _check_levels(self) -> None:
        levels = {row.level for row in self.of(Type.AGGREGATE) if row.level}
        gaps = [str(level) for level in range(2, max(levels, default=1)) if level not in levels]
        if gaps and len(gaps) <= DEEPEST:
            self._whole(
                TableFault.LEVEL_GAP,
                f"No row has level {', '.join(gaps[:6])}, but there are rows above.",
                "Number the levels without a gap.",
            )
        if not self.of(Type.INDICATOR) or not self.of(Type.AGGREGATE):
            self._whole(
                TableFault.NO_INDICATORS,
                "There is no indicator, or no Aggregate above them.",
                "Give at least one row the type Indicator and one the type Aggregate.",
            )

    def _check_children(self) -> None:
        parents = {row.parent for row in self.placed}
        for row in self.of(Type.AGGREGATE):
            if row.code not in parents:
                problem = f'Nothing belongs to "{row.code}".'
                remedy = "Remove the row, or name it as the Parent of what it gathers."
                row.fault(TableFault.NODE_WITHOUT_CHILDREN, "iCode", problem, remedy)

    def _check_weights(self) -> None:
        """Siblings have all a weight or none; some weight is above 0."""
        siblings: dict[str | None, list[_Row]] = {}
        for row in self.placed:
            siblings.setdefault(row.parent, []).append(row)
        for parent, group in siblings.items():
            given = [row for row in group if row.weight is not None]
            for row in group if parent is None or not given else ():
                row.weight = 1.0 if row.weight is None else row.weight
            for row in group:
                if row.weight is None:
                    problem = f'The weight is empty, but others below "{parent}" have one.'
                    remedy = "Write a weight; 0 leaves the row out, all empty weighs equally."
                    row.fault(TableFault.MISSING_VALUE, "Weight", problem, remedy)
            if parent is not None and given and not any(row.weight for row in given):
                problem = f'All weights below "{parent}" are 0.'
                remedy = "Give at least one of them a weight above 0."
                given[0].fault(TableFault.NO_WEIGHT, "Weight", problem, remedy)

    def _check_denominators(self) -> None:
        for row in self.of(Type.INDICATOR):
            named = self.by_code.get(row.denominator) if row.denominator else None
            if row.denominator and (
                named is None or named.type not in (Type.DENOMINATOR, Type.OTHER)
            ):
                problem = f'"{row.denominator}" is no row of type Denominator.'
                remedy = "Write the iCode of a Denominator, or add that row and its data."
                row.fault(TableFault.UNKNOWN_DENOMINATOR, "Denominator", problem, remedy)

    def _whole(self, code: TableFault, problem: str, remedy: str) -> None:
        self.faults.append(Fault(code.value, "the table", problem, remedy))

    def framework(self, source: str) -> Framework:
        """What a table without faults says."""
        nodes = sorted(self.of(Type.AGGREGATE), key=lambda row: row.level or 0)
        divisors = {row.denominator for row in self.of(Type.INDICATOR)}
        return Framework(
            indicators=tuple(map(_indicator, self.of(Type.INDICATOR))),
            aggregates=tuple(map(_aggregate, nodes)),
            groups=tuple(row.code for row in self.of(Type.GROUP)),
            denominators=tuple(
                row.code
                for row in self.rows
                if row.type is Type.DENOMINATOR or (row.type is Type.OTHER and row.code in divisors)
            ),
            source=source,
        )


def _indicator(row: _Row) -> Indicator:
    return Indicator(
        code=row.code,
        name=row.name,
        parent=row.parent or "",
        direction=row.direction,
        weight=1.0 if row.weight is None else row.weight,
        unit=row.text("Unit"),
        target=row.target,
        denominator=row.denominator,
    )


def _aggregate(row: _Row) -> Aggregate:
    return Aggregate(
        code=row.code,
        name=row.name,
        level=row.level or 0,
        parent=row.parent,
        direction=row.direction,
        weight=1.0 if row.weight is None else row.weight,
    )
