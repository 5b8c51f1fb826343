"""Tables beside a METHOD file: sets of weights, or points of experts, too many to write into it.

The METHOD that ran holds their content, so it makes the same numbers without the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waspada.errors import AnswersError, Fault, MethodError

CODE = "iCode"
NOT_NUMBERS = ("Level", "Parent", "iName")
"""Columns a table of weights may have besides, as COINr's have."""

SETS, POINTS = "sets", "points"


def fill_in(document: Any, folder: Path, source: str) -> None:
    """Put the content of files in the place of their names, in every `weigh` of a METHOD.

    document: as the YAML reader gives it, changed in place. Raises MethodError with every file
    that cannot be used.
    """
    faults: list[Fault] = []
    for options in _options(document):
        for key in (SETS, POINTS):
            name = options.get(key)
            if isinstance(name, str) and name:
                try:
                    columns = read_columns(folder / name)
                except AnswersError as error:
                    faults += [
                        Fault("table", f'"{key}", {name}, {f.place}', f.problem, f.remedy)
                        for f in error.faults
                    ]
                    continue
                options[key] = columns if key == SETS else _by_code(columns)
    if faults:
        raise MethodError(source, faults)


def _options(document: Any) -> Iterator[dict[str, Any]]:
    """The options of every `weigh`, and of every entry of its `per`."""
    steps = document.get("steps") if isinstance(document, dict) else None
    for entry in steps if isinstance(steps, list) else ():
        options = entry.get("weigh") if isinstance(entry, dict) else None
        if isinstance(options, dict):
            per = options.get("per")
            inner = per.values() if isinstance(per, dict) else ()
            yield options
            yield from (own for own in inner if isinstance(own, dict))


def _by_code(columns: dict[str, dict[str, float]]) -> dict[str, list[float]]:
    codes = dict.fromkeys(code for column in columns.values() for code in column)
    return {code: [col[code] for col in columns.values() if code in col] for code in codes}


def read_columns(path: Path) -> dict[str, dict[str, float]]:
    """Columns of numbers by their names, each code -> number; empty cells are left out.

    The table has a column iCode; Level, Parent and iName are passed over. Raises AnswersError.
    """
    from waspada.collection.files import read_table
    from waspada.collection.indicators import MISSING, decimal_comma, number_of

    table = read_table(path)
    if CODE not in table.header:
        remedy = "Give it a column of codes and one of numbers for each set."
        problem = f'There is no column "{CODE}".'
        raise AnswersError(path.name, [Fault("no_column", "row 1", problem, remedy)])
    names = [name for name in table.header if name not in (CODE, *NOT_NUMBERS)]
    comma = decimal_comma(table, names)
    codes = [table.column(CODE).texts[code] for code in table.column(CODE).codes]
    faults = [
        Fault("twice", f'column "{CODE}"', f'"{code}" stands twice.', "Keep one row.")
        for code in sorted({code for code in codes if codes.count(code) > 1})
    ]
    found: dict[str, dict[str, float]] = {}
    for name in names:
        column = table.column(name)
        for row, code in enumerate(codes):
            text = column.texts[column.codes[row]]
            number = number_of(text, comma)
            if number is None:
                place = f'row {table.row[row]}, column "{name}"'
                faults.append(Fault("no_number", place, f'"{text}" is no number.', "Correct it."))
            elif text not in MISSING:
                found.setdefault(name, {})[code] = number
    if not found and not faults:
        remedy = "Give it one column for each set."
        faults = [Fault("no_column", "row 1", "There is no column of numbers.", remedy)]
    if faults:
        raise AnswersError(path.name, faults)
    return found
