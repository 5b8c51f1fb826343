"""watch: when to speak up.

In: an election calendar and a date. Out: which stages run, which come next, how long is left,
and when a step is due.
"""

from waspada.watch.calendar import (
    days_until_voting,
    earliest_future,
    has_begun,
    read_calendar,
    running,
    stages_of,
    upcoming,
)
from waspada.watch.model import CATALOGUE_STAGES, Calendar, DuePoint, DueReason, Stage

__all__ = [
    "CATALOGUE_STAGES",
    "Calendar",
    "DuePoint",
    "DueReason",
    "Stage",
    "days_until_voting",
    "earliest_future",
    "has_begun",
    "read_calendar",
    "running",
    "stages_of",
    "upcoming",
]
