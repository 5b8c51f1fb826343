"""Reads the sheet `choices`: the answer scales and what each answer is worth."""

from __future__ import annotations

from waspada.instrument.cells import Cells, Table, Unique
from waspada.instrument.faults import FaultCode
from waspada.instrument.model import AnswerScale, Choice, MissingKind, Text


def read_scales(table: Table) -> tuple[AnswerScale, ...]:
    """Scales in the order of their first choice."""
    labels: dict[str, Text] = {}
    choices: dict[str, list[Choice]] = {}
    unique: dict[str, Unique] = {}
    for cells in table.rows():
        name = cells.code("list_name")
        choice = _choice(cells)
        label = cells.translated_or_empty("list_label")
        labels.setdefault(name, label if label.id else Text(name, name))
        seen = unique.setdefault(name, Unique(f'choice of the scale "{name}"'))
        if seen.admit(cells, "name", choice.code) and name:
            choices.setdefault(name, []).append(choice)
    return tuple(AnswerScale(name, labels[name], tuple(found)) for name, found in choices.items())


def _choice(cells: Cells) -> Choice:
    score, missing = _score(cells), _missing(cells)
    if cells.has_column("score"):
        _check_meaning(cells)
    return Choice(
        code=cells.code("name", of_choice=True),
        label=cells.translated("label"),
        score=score,
        missing=missing,
    )


def _score(cells: Cells) -> float | None:
    text, value = cells.text("score"), cells.number("score")
    if text and (value is None or not 0 <= value <= 100):
        cells.fault(
            FaultCode.BAD_SCORE,
            "score",
            f'"{text}" is no score.',
            "Write a number from 0 to 100 with a decimal point.",
        )
        return None
    return value


def _missing(cells: Cells) -> MissingKind | None:
    text = cells.text("missing")
    asked = [kind for kind in MissingKind if kind is not MissingKind.BLANK]
    if text and text not in asked:
        cells.unknown_word("missing", FaultCode.UNKNOWN_MISSING_KIND, text, asked)
        return None
    return MissingKind(text) if text else None


def _check_meaning(cells: Cells) -> None:
    has_score, has_missing = bool(cells.text("score")), bool(cells.text("missing"))
    if not has_score and not has_missing:
        cells.fault(
            FaultCode.CHOICE_WITHOUT_MEANING,
            "score",
            "The choice has neither a score nor a kind of missing.",
            "Give it a score from 0 to 100, or dont_know, not_applicable or no_answer in missing.",
        )
    if has_score and has_missing:
        cells.fault(
            FaultCode.CHOICE_WITH_TWO_MEANINGS,
            "missing",
            "The choice has a score and is missing at the same time.",
            "Empty one of the two cells.",
        )
