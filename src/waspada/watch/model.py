"""An election as a calendar of stages, and when a step is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from waspada.instrument.model import Text

CATALOGUE_STAGES = (
    "pra",
    "rencana",
    "adhoc",
    "dpt",
    "calon",
    "kampanye",
    "logistik",
    "tenang",
    "pungut",
    "rekap",
    "sengketa",
    "pasca",
)
"""The twelve stages that items and factors are tagged with. They outlive one election; each
calendar maps its own stages to them."""


@dataclass(frozen=True)
class Stage:
    """One interval of a calendar; stages overlap.

    start, end: first and last day. Without a start but with an end, the source names only the
    last day: such a stage counts as begun. Without both, no date is known yet.
    status: where the dates come from, for example "published" or "not_published".
    catalogue_stages: codes of CATALOGUE_STAGES it belongs to; empty where none fits.
    note: what a reader should know about the dates.
    """

    code: str
    name: Text
    phase: str
    start: date | None
    end: date | None
    status: str
    catalogue_stages: tuple[str, ...] = ()
    note: Text | None = None

    @property
    def is_dated(self) -> bool:
        return self.start is not None or self.end is not None

    def has_begun(self, on: date) -> bool:
        """Whether its first day is `on` or earlier; never true of an undated stage."""
        return self.is_dated and (self.start is None or self.start <= on)

    def is_over(self, on: date) -> bool:
        """Whether its last day is before `on`."""
        return self.end is not None and self.end < on

    def is_running(self, on: date) -> bool:
        return self.has_begun(on) and not self.is_over(on)


@dataclass(frozen=True)
class Calendar:
    """An election and its stages, in the order of the file."""

    code: str
    title: Text
    voting_day: date
    stages: tuple[Stage, ...]


class DueReason(StrEnum):
    """Why a due date is what it is, or why there is none."""

    BEFORE_START = "before_start"  # the day before the next stage starts
    WHILE_RUNNING = "while_running"  # none is still to start: the last day of the running one
    NO_DATE_YET = "no_date_yet"  # what is left of the stages has no date in the calendar
    OVER = "over"  # all stages that have dates are over
    NOT_IN_CALENDAR = "not_in_calendar"  # the calendar has no such stage


@dataclass(frozen=True)
class DuePoint:
    """The last day for a step, and the stage that sets it. Both are None, or neither is."""

    stage: Stage | None
    date: date | None
    reason: DueReason
