"""Read the list of invited people: how many per region and element."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from waspada.collection.faults import RowFaults, Wording, quoted
from waspada.collection.files import read_table
from waspada.collection.model import EVERYONE
from waspada.collection.table import Table
from waspada.errors import AnswersError, Fault

COLUMNS = ("region", "element", "invited")


def read_invited(path: Path) -> dict[str, dict[str, int]]:
    """Region -> element -> invited people.

    The file has the columns region, element, invited; without a column element the numbers hold
    for all people of a region. Raises AnswersError with all faults at once.
    """
    table = read_table(path)
    _check_header(table)
    faults = RowFaults(table)
    found: dict[str, dict[str, int]] = {}
    numbers, bad, twice = _cells(table, "invited"), [], []
    elements = _cells(table, "element") if "element" in table.header else [EVERYONE] * len(table)
    for row, region in enumerate(_cells(table, "region")):
        inside = found.setdefault(region, {})
        if not (numbers[row].isascii() and numbers[row].isdigit()):
            bad.append(row)
        elif elements[row] in inside:
            twice.append(row)
        else:
            inside[elements[row]] = int(numbers[row])

    def not_a_number(row: int) -> Wording:
        problem = f"{quoted(numbers[row])} is not a number of people."
        return problem, "Enter a whole number, 0 or more."

    def stands_twice(row: int) -> Wording:
        return "This region and element have a number already.", "Delete one of the rows."

    faults.add("invited", "invited", np.array(bad, dtype=np.intp), not_a_number)
    faults.add("invited_twice", "region", np.array(twice, dtype=np.intp), stands_twice)
    faults.settle(lenient=False)
    return found


def _cells(table: Table, name: str) -> list[str]:
    column = table.column(name)
    return [column.texts[code] for code in column.codes.tolist()]


def _check_header(table: Table) -> None:
    missing = [name for name in ("region", "invited") if name not in table.header]
    if missing:
        problem = f'There is no column "{missing[0]}".'
        remedy = f"The columns are {', '.join(COLUMNS)}."
        raise AnswersError(table.source, [Fault("invited_columns", "row 1", problem, remedy)])
