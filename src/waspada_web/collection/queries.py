"""Reading rounds, cards and counts. No count leaves here unless in steps of five."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from waspada.collection.model import JOINT
from waspada.instrument.model import Form, Instrument
from waspada.watch import days_until_voting, running
from waspada_web.accounts.authorisation import Permission, visible_regions
from waspada_web.accounts.models import User
from waspada_web.collection.bowls import Bowl, share_out
from waspada_web.collection.codes import CodeError, code_hash
from waspada_web.collection.errors import AnswerError, CardError, CardFault
from waspada_web.collection.models import (
    Card,
    CardState,
    Meeting,
    OpenResponse,
    Response,
    Round,
    RoundRegion,
    State,
)
from waspada_web.config.environment import read_secret
from waspada_web.elections.models import Election
from waspada_web.elections.queries import calendar_of
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.instrument.queries import instrument_of
from waspada_web.regions.models import Region, RegionKind
from waspada_web.ui.formats import language

STEP = 5
"""Live counts move in steps of this many, so that nobody can watch one answer arrive."""

FINISHED = (State.CLOSED, State.MEASURED, State.RELEASED)


def in_steps(count: int) -> int:
    """Rounded down: 14 -> 10."""
    return count // STEP * STEP


# --- Instruments of rounds -----------------------------------------------------------------------


def instrument_of_round(round: Round) -> Instrument:
    """What the round asks, in its form."""
    return _instrument(round.instrument_version.fingerprint, Form(round.form))


@lru_cache(maxsize=32)
def _instrument(fingerprint: str, form: Form) -> Instrument:
    # By fingerprint, so that a phone page does not fetch the whole text of the version each time.
    return instrument_of(InstrumentVersion.objects.get(fingerprint=fingerprint), form)


def askable_versions() -> list[tuple[InstrumentVersion, Instrument]]:
    """Versions that people can answer in a meeting: they ask something and know elements."""
    versions = [
        (version, instrument_of(version))
        for version in InstrumentVersion.objects.order_by("code", "-pk")
    ]
    return [
        (version, instrument)
        for version, instrument in versions
        if instrument.strata and any(item.evidence.is_asked for item in instrument.items)
    ]


def check_answers(answers: Mapping[str, str], instrument: Instrument) -> None:
    """Raise AnswerError at the first answer that the questionnaire does not offer."""
    for code, choice in answers.items():
        item = instrument.item_by_code.get(code)
        if item is None or not item.evidence.is_asked:
            raise AnswerError(code, choice)
        try:
            instrument.scale_of(item).position(choice)
        except KeyError:
            raise AnswerError(code, choice) from None


# --- Rounds in regions ---------------------------------------------------------------------------


def round_regions(
    user: User | AnonymousUser, permission: Permission = Permission.RUN_ROUND
) -> QuerySet[RoundRegion]:
    """Rounds in the regions where the person may do this, the newest first."""
    return (
        RoundRegion.objects.filter(region__in=visible_regions(user, permission))
        .select_related("region", "round__election", "round__instrument_version")
        .defer("round__instrument_version__twin")
        .order_by("round__is_synthetic", "-round__starts_on", "-round_id", "region__code")
    )


def round_region_of(round_id: int, code: str) -> RoundRegion:
    """Raises RoundRegion.DoesNotExist."""
    return (
        RoundRegion.objects.select_related(
            "region__parent", "round__election", "round__instrument_version"
        )
        .defer("round__instrument_version__twin")
        .get(round_id=round_id, region__code=code)
    )


def regions_to_measure(user: User | AnonymousUser) -> QuerySet[Region]:
    """Regencies and cities where the person may run a round."""
    return visible_regions(user, Permission.RUN_ROUND).filter(
        kind__in=(RegionKind.REGENCY, RegionKind.CITY)
    )


def today_of(round: Round) -> date:
    """The date its pages take as today: an example of the past keeps its own."""
    return round.today or timezone.localdate()


def example_day() -> date | None:
    """The day on which a loaded example speaks; rounds made beside it speak on the same day, so
    that its calendar has stages ahead. None once the example is removed."""
    example = Round.objects.filter(is_synthetic=True, today__isnull=False).first()
    return example.today if example else None


def meetings_of(round_region: RoundRegion) -> list[Meeting]:
    return list(Meeting.objects.filter(round_region=round_region))


def has_valid_cards(round_region: RoundRegion) -> bool:
    """Whether a card was printed that is not void; says nothing about how many were used."""
    return (
        Card.objects.filter(meeting__round_region=round_region)
        .exclude(state=CardState.VOID)
        .exists()
    )


def bowls_of(meeting: Meeting, instrument: Instrument) -> tuple[Bowl, ...]:
    return share_out(meeting.expected, instrument.strata)


# --- The work on a round, as a list --------------------------------------------------------------


class Task(StrEnum):
    """What an operator does for a region, in this order."""

    MEETING = "meeting"
    CARDS = "cards"
    OPEN = "open"
    COUNT = "count"
    CLOSE = "close"
    READ = "read"


@dataclass(frozen=True)
class TaskRow:
    task: Task
    is_done: bool
    is_next: bool


def tasks_of(state: str, *, has_meeting: bool, has_cards: bool) -> tuple[TaskRow, ...]:
    """The list with exactly one next task, or all done once the result is there to read."""
    reached = list(State.values).index(state)
    done = {
        Task.MEETING: has_meeting or reached > 0,
        Task.CARDS: has_cards or reached > 0,
        Task.OPEN: reached >= 1,
        Task.COUNT: reached >= 2,
        Task.CLOSE: reached >= 4,
        Task.READ: False,
    }
    following = next(task for task in Task if not done[task])
    return tuple(TaskRow(task, done[task], task is following) for task in Task)


@dataclass(frozen=True)
class Work:
    """Everything an operator's page says about a round in a region."""

    round_region: RoundRegion
    instrument: Instrument
    meetings: list[Meeting]
    tasks: tuple[TaskRow, ...]
    today: date
    n_expected: int
    n_bowls: int
    n_cards: int  # as planned and printed; how many were used is never shown exactly
    days_to_meeting: int | None
    countdown: Countdown

    @property
    def instrument_title(self) -> str:
        return self.instrument.title.in_language(language())

    @property
    def next_task(self) -> Task:
        return next(row.task for row in self.tasks if row.is_next)

    @property
    def meeting(self) -> Meeting | None:
        """The meeting the work is about: the next one to come, otherwise the last."""
        return _meeting_ahead(self.meetings, self.today)


@dataclass(frozen=True)
class Countdown:
    """Where the calendar of the election stands.

    days: negative after voting day. running_names: the two stages that began last; long-running
    ones such as rule drafting say little about now.
    """

    election: Election
    days: int
    running_names: str


def countdown_of(election: Election, today: date) -> Countdown:
    calendar = calendar_of(election)
    started = [stage for stage in running(calendar, today) if stage.start]
    latest = sorted(started, key=lambda stage: stage.start or today, reverse=True)
    return Countdown(
        election=election,
        days=days_until_voting(calendar, today),
        running_names="; ".join(
            _lower_first(stage.name.in_language(language())) for stage in latest[:2]
        ),
    )


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def work_on(round_region: RoundRegion) -> Work:
    round = round_region.round
    today = today_of(round)
    instrument = instrument_of_round(round)
    meetings = meetings_of(round_region)
    bowls = [bowl for meeting in meetings for bowl in bowls_of(meeting, instrument)]
    ahead = _meeting_ahead(meetings, today)
    return Work(
        round_region=round_region,
        instrument=instrument,
        meetings=meetings,
        tasks=tasks_of(
            round_region.state,
            has_meeting=bool(meetings),
            has_cards=has_valid_cards(round_region),
        ),
        today=today,
        n_expected=sum(bowl.expected for bowl in bowls),
        n_bowls=len(bowls),
        n_cards=sum(bowl.cards for bowl in bowls),
        days_to_meeting=(ahead.held_on - today).days if ahead else None,
        countdown=countdown_of(round.election, today),
    )


def _meeting_ahead(meetings: list[Meeting], today: date) -> Meeting | None:
    coming = [meeting for meeting in meetings if meeting.held_on >= today]
    return coming[0] if coming else (meetings[-1] if meetings else None)


# --- Progress ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ElementProgress:
    """Answers of one bowl. received and missing move in steps of five; missing is derived from
    the rounded number, so that both together tell no more than one."""

    label: str
    expected: int
    received: int

    @property
    def missing(self) -> int:
        return in_steps(max(self.expected - self.received, 0))

    @property
    def percent(self) -> int:
        return min(100, 100 * self.received // self.expected) if self.expected else 0


@dataclass(frozen=True)
class Progress:
    elements: tuple[ElementProgress, ...]
    expected: int
    received: int

    @property
    def missing(self) -> int:
        return in_steps(max(self.expected - self.received, 0))


def bowl_label(stratum: str, instrument: Instrument) -> str:
    """The element a card carries, or the elements that share its bowl: "Pers + Akademisi"."""
    elements = [instrument.stratum_by_code[code] for code in stratum.split(JOINT)]
    return " + ".join(element.label.in_language(language()) for element in elements)


def progress_of(round_region: RoundRegion) -> Progress:
    """How many answered, by bowl, in steps of five."""
    instrument = instrument_of_round(round_region.round)
    expected: dict[str, int] = {}
    for meeting in round_region.meetings.all():
        for bowl in bowls_of(meeting, instrument):
            expected[bowl.stratum] = expected.get(bowl.stratum, 0) + bowl.expected
    table = Response if round_region.state in FINISHED else OpenResponse
    received = dict(
        table.objects.filter(round_region=round_region)
        .order_by()
        .values_list("stratum")
        .annotate(n=Count("pk"))
    )
    return Progress(
        elements=tuple(
            ElementProgress(bowl_label(code, instrument), people, in_steps(received.get(code, 0)))
            for code, people in expected.items()
        ),
        expected=sum(expected.values()),
        received=in_steps(sum(received.values())),
    )


# --- Cards ---------------------------------------------------------------------------------------


def find_card(code: str) -> Card:
    """The card of a scanned secret or typed code. Raises CardError (mistyped, unknown)."""
    try:
        hashed = code_hash(code)
    except CodeError:
        raise CardError(CardFault.MISTYPED) from None
    card = (
        Card.objects.filter(Q(secret_hash=hashed) | Q(typed_hash=hashed))
        .select_related(
            "meeting__round_region__region",
            "meeting__round_region__round__election",
            "meeting__round_region__round__instrument_version",
        )
        .defer("meeting__round_region__round__instrument_version__twin")
        .first()
    )
    if card is None:
        raise CardError(CardFault.UNKNOWN)
    return card


def check_pepper() -> None:
    """Raise ImproperlyConfigured where printed cards could no longer be recognised: another key
    would be made without a word, and a whole hall would hear that its cards do not exist."""
    path = settings.PEPPER_FILE
    if path.exists():
        read_secret(path)
    elif Card.objects.filter(state=CardState.UNUSED).exists():
        raise ImproperlyConfigured(
            f"The key of the printed cards, {path}, is missing, and no card opens without it. "
            "Restore it from your backup. If it is lost for good, write at least 43 random letters "
            "and digits into that file, start again, and print the cards again."
        )


def check_card(card: Card) -> None:
    """Raise CardError unless the card lets somebody answer now.

    The region's state speaks first: at closing all cards become used or void, and "closed" is
    then what a late phone has to hear.
    """
    state = card.meeting.round_region.state
    if state == State.DRAFT:
        raise CardError(CardFault.VOID if card.state == CardState.VOID else CardFault.NOT_OPEN)
    if state != State.OPEN:
        raise CardError(CardFault.CLOSED)
    if card.state == CardState.VOID:
        raise CardError(CardFault.VOID)
    if card.state == CardState.USED:
        raise CardError(CardFault.USED)
