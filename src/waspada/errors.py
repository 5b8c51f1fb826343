"""The errors that deserve a sentence instead of a traceback.

    WaspadaError
    ├── InstrumentError      the workbook or its text twin cannot be used      exit code 10
    ├── AnswersError         a file of answers or scores cannot be used        exit code 11
    ├── QualityError         the data cannot carry the wish                    exit code 12
    ├── MethodError          a METHOD file or a choice in it cannot be used    exit code 10
    ├── StepError            a step of a method cannot do its job on the data  exit code 12
    └── CatalogueError       a catalogue or calendar cannot be used            exit code 10

Each carries a stable `code` and its facts as attributes. The message says what, where, why and
the way out, in English; the web application translates by `code` and `facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_PRINTED = 50
"""Faults a message lists; `faults` holds the others too."""

MOST_NAMED = 6
"""Units or indicators a sentence names; `facts` holds the others too."""


class WaspadaError(Exception):
    """Base of every error that is answered with a sentence."""

    exit_code = 1

    def __init__(self, message: str, *, code: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.facts = facts

    @property
    def message(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a file, with its place and its remedy.

    code: stable name, for example "unknown_parent".
    place: where a person finds it, for example 'sheet "index", row 7, column "parent"'.
    problem: what is wrong, a whole sentence.
    remedy: what to do, a whole sentence.
    """

    code: str
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem} {self.remedy}"


class FaultsError(WaspadaError):
    """A file with one or more faults; all of them are reported at once."""

    def __init__(self, source: str, faults: Sequence[Fault], *, code: str, more: int = 0) -> None:
        """more: faults beyond those in `faults`, where a file has too many to keep."""
        self.source = source
        self.faults = tuple(faults)
        count = len(self.faults) + more
        head = f"{source}: {count:,} fault{'s' if count != 1 else ''}."
        lines = [head, *map(str, self.faults[:MOST_PRINTED])]
        if count > MOST_PRINTED:
            lines.append(f"... and {count - MOST_PRINTED:,} more.")
        super().__init__("\n".join(lines), code=code, source=source)


class InstrumentError(FaultsError):
    exit_code = 10

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        super().__init__(source, faults, code="instrument")


class AnswersError(FaultsError):
    exit_code = 11

    def __init__(self, source: str, faults: Sequence[Fault], *, more: int = 0) -> None:
        super().__init__(source, faults, code="answers", more=more)


class QualityError(WaspadaError):
    exit_code = 12


class MethodError(FaultsError):
    exit_code = 10

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        super().__init__(source, faults, code="method")


class StepError(WaspadaError):
    """A step of a method met data it cannot work on; names step, indicators and units."""

    exit_code = 12

    def __init__(
        self,
        problem: str,
        remedy: str,
        *,
        step: str,
        indicators: Sequence[str] = (),
        units: Sequence[str] = (),
    ) -> None:
        where = [f'Step "{step}"']
        for word, names in (("indicator", indicators), ("unit", units)):
            if names:
                shown = ", ".join(f'"{name}"' for name in names[:MOST_NAMED])
                more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
                where.append(f"{word}{'s' if len(names) > 1 else ''} {shown}{more}")
        super().__init__(
            f"{', '.join(where)}: {problem} {remedy}",
            code="step",
            step=step,
            indicators=tuple(indicators),
            units=tuple(units),
        )


class CatalogueError(FaultsError):
    exit_code = 10

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        super().__init__(source, faults, code="catalogue")
