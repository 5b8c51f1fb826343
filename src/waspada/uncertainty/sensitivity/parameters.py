"""Parameters of draws as a table: one row per draw, readable and fed back.

Columns: draw (or rep), one per discrete input with the label of its alternative, and the weight
as used of every code that has a column.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from waspada.errors import AnswersError, Fault
from waspada.index.model import Floats
from waspada.instrument.framework import Framework
from waspada.uncertainty.sensitivity.model import Draws, Plan
from waspada.uncertainty.sensitivity.weights import weight_codes

NUMBER = ("draw", "rep")

Cell = str | int | float | None


def draws_table(plan: Plan, draws: Draws) -> tuple[list[str], list[list[Cell]]]:
    """Header and rows. Weights are printed so that they read back to the same number."""
    header = [NUMBER[0], *(one.name for one in plan.discrete), *draws.weight_codes]
    rows: list[list[Cell]] = []
    for draw, places, weights in zip(draws.number, draws.chosen, draws.weights, strict=True):
        labels = [one.labels[place] for one, place in zip(plan.discrete, places, strict=True)]
        numbers = ["" if weight != weight else repr(float(weight)) for weight in weights]
        rows.append([int(draw), *labels, *numbers])
    return header, rows


def read_draws(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    plan: Plan,
    framework: Framework,
    *,
    source: str,
) -> Draws:
    """The draws a table names. Weights may stand for some codes only; others are as in the method.

    Raises AnswersError with every fault: columns that are missing or unknown, labels that are no
    alternative, numbers that are none, draws that stand twice.
    """
    faults: list[Fault] = []
    codes = tuple(code for code in header if code in weight_codes(framework))
    inputs = [one.name for one in plan.discrete]
    number = next((name for name in NUMBER if name in header), None)
    _check_columns(faults, header, inputs, codes, number)
    if faults:
        raise AnswersError(source, faults)
    assert number is not None
    at = {name: header.index(name) for name in header}
    numbers = [_whole(faults, row[at[number]], place) for place, row in enumerate(rows, 2)]
    for draw in sorted({n for n in numbers if numbers.count(n) > 1} - {0})[:5]:
        problem = f"The draw {draw} stands twice."
        faults.append(Fault("twice", number, problem, "Keep one row per draw."))
    chosen = np.zeros((len(rows), len(inputs)), dtype=np.int64)
    for column, one in enumerate(plan.discrete):
        place_of = {label: place for place, label in enumerate(one.labels)}
        for row, cells in enumerate(rows):
            label = cells[at[one.name]]
            if label not in place_of:
                remedy = f"Known: {'; '.join(one.labels)}."
                problem = f'"{label}" is no alternative.'
                faults.append(Fault("label", _place(row, one.name), problem, remedy))
            chosen[row, column] = place_of.get(label, 0)
    weights = _weights(faults, rows, codes, at)
    if faults:
        raise AnswersError(source, faults)
    return Draws(np.array(numbers, dtype=np.int64), chosen, codes, weights)


def _check_columns(
    faults: list[Fault],
    header: Sequence[str],
    inputs: Sequence[str],
    codes: Sequence[str],
    number: str | None,
) -> None:
    if number is None:
        faults.append(Fault("no_column", "header", "No draw numbers.", 'Add a column "draw".'))
    for name in inputs:
        if name not in header:
            remedy = "Add it, or take it out of the sensitivity file."
            faults.append(Fault("no_column", "header", f'No column "{name}".', remedy))
    for name in header:
        if name not in (*NUMBER, *inputs, *codes):
            remedy = "Columns are draw, the inputs of the plan, and codes that have a weight."
            faults.append(Fault("unknown_column", "header", f'Unknown column "{name}".', remedy))
        if list(header).count(name) > 1:
            faults.append(Fault("twice", "header", f'Two columns "{name}".', "Keep one."))


def _place(row: int, column: str) -> str:
    return f'row {row + 2}, column "{column}"'


def _whole(faults: list[Fault], text: str, row: int) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    problem = f'"{text}" is no number of a draw.'
    faults.append(Fault("number", f"row {row}", problem, "Give a whole number from 1."))
    return 0


def _weights(
    faults: list[Fault],
    rows: Sequence[Sequence[str]],
    codes: Sequence[str],
    at: dict[str, int],
) -> Floats:
    weights = np.full((len(rows), len(codes)), np.nan)
    for column, code in enumerate(codes):
        for row, cells in enumerate(rows):
            text = cells[at[code]]
            try:
                value = float(text) if text else np.nan
            except ValueError:
                value = -1.0
            if value < 0 or value == float("inf"):
                problem = f'"{text}" is no weight.'
                faults.append(
                    Fault("weight", _place(row, code), problem, "Give a number of at least 0.")
                )
            weights[row, column] = value
    return weights
