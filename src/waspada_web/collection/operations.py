"""Opening rounds, printing cards, taking answers in, closing a region.

Every act of an official is one transaction with `by=` and an audit row. `submit` is the one
operation without a person: a card is a right tied to nobody, and nothing about it is recorded.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from waspada.instrument.model import Form
from waspada_web.accounts.models import User
from waspada_web.audit.operations import record
from waspada_web.collection.bowls import SMALLEST, Bowl, share_out
from waspada_web.collection.codes import (
    CardCodes,
    body_hash,
    make_codes,
    secret_hash,
    typed_hash,
)
from waspada_web.collection.errors import ConflictError, StateError
from waspada_web.collection.models import (
    Card,
    CardState,
    Lens,
    Meeting,
    OpenResponse,
    Response,
    Round,
    RoundRegion,
    State,
)
from waspada_web.collection.queries import (
    check_answers,
    check_card,
    find_card,
    instrument_of_round,
)
from waspada_web.collection.wash import rewrite_stored_answers
from waspada_web.elections.models import Election
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.instrument.operations import freeze
from waspada_web.regions.models import Region

# --- Preparing -----------------------------------------------------------------------------------


@transaction.atomic
def open_round(
    *,
    by: User | None,
    title: str,
    instrument_version: InstrumentVersion,
    election: Election,
    form: Form,
    starts_on: date,
    ends_on: date,
    organiser: str,
    contact: str,
    regions: Iterable[Region],
    is_synthetic: bool = False,
    today: date | None = None,
) -> Round:
    """Make a round; each region begins as a draft, and opens on its own later."""
    round = Round.objects.create(
        title=title,
        instrument_version=instrument_version,
        election=election,
        form=form.value,
        starts_on=starts_on,
        ends_on=ends_on,
        organiser=organiser,
        contact=contact,
        is_synthetic=is_synthetic,
        today=today,
    )
    members = RoundRegion.objects.bulk_create(
        RoundRegion(round=round, region=region) for region in regions
    )
    record(
        by=by,
        verb="open-round",
        subject=f"round {round.pk}",
        region=members[0].region if len(members) == 1 else None,
        regions=[member.region.code for member in members],
        instrument=str(instrument_version),
    )
    return round


@transaction.atomic
def save_meeting(
    *,
    by: User,
    round_region: RoundRegion,
    held_on: date,
    venue: str,
    agenda: str,
    expected: Mapping[str, int],
    meeting: Meeting | None = None,
) -> Meeting:
    """Add a meeting, or change one whose cards are not in a hall yet.

    Changed numbers make earlier cards void, so that no bowl holds cards of another plan.
    """
    member = _locked(round_region)
    _require_state(member, State.DRAFT, State.OPEN)
    people = {code: number for code, number in expected.items() if number > 0}
    is_new = meeting is None
    if meeting is None:
        meeting = Meeting(round_region=member)
    elif meeting.expected != people:
        _void_unused_batch(meeting, member)
    meeting.held_on, meeting.venue, meeting.agenda = held_on, venue, agenda
    meeting.expected = people
    meeting.save()
    record(
        by=by,
        verb="add-meeting" if is_new else "change-meeting",
        subject=f"meeting {meeting.pk}",
        region=member.region,
        held_on=held_on.isoformat(),
        expected=people,
    )
    return meeting


@dataclass(frozen=True)
class PrintedCard:
    bowl: Bowl
    codes: CardCodes


@transaction.atomic
def print_cards(*, by: User, meeting: Meeting, again: bool = True) -> tuple[PrintedCard, ...]:
    """Make the cards of a meeting, bowl by bowl; an earlier unused batch becomes void.

    The codes leave in the return value and are kept nowhere. Raises StateError: "cards_in_use"
    where cards of this meeting are valid in an open region; without `again` "cards_printed" where
    there are any, as after a double click.
    """
    member = _locked(meeting.round_region)
    _require_state(member, State.DRAFT, State.OPEN)
    if not again and _valid_cards(meeting).exists():
        raise StateError("cards_printed", "The cards of this meeting were printed already.")
    voided = _void_unused_batch(meeting, member)
    instrument = instrument_of_round(member.round)
    bowls = share_out(meeting.expected, instrument.strata)
    printed = tuple(
        PrintedCard(bowl, codes) for bowl in bowls for codes in _distinct_codes(bowl.cards)
    )
    batch = (
        Card.objects.filter(meeting=meeting)
        .order_by("-batch")
        .values_list("batch", flat=True)
        .first()
        or 0
    ) + 1
    cards = [
        Card(
            meeting=meeting,
            stratum=card.bowl.stratum,
            batch=batch,
            secret_hash=secret_hash(card.codes.secret),
            typed_hash=typed_hash(card.codes.typed),
        )
        for card in printed
    ]
    # Stored in the order of their hashes: a row's number then says nothing about a sheet.
    Card.objects.bulk_create(
        sorted(cards, key=lambda card: bytes(card.secret_hash)), batch_size=500
    )
    record(
        by=by,
        verb="print-cards",
        subject=f"card batch {batch} of meeting {meeting.pk}",
        region=member.region,
        bowls={bowl.stratum: bowl.cards for bowl in bowls},
        voided=voided,
    )
    return printed


def _distinct_codes(number: int) -> list[CardCodes]:
    return list({codes.typed: codes for codes in (make_codes() for _ in range(number))}.values())


def _valid_cards(meeting: Meeting) -> QuerySet[Card]:
    return Card.objects.filter(meeting=meeting).exclude(state=CardState.VOID)


def _void_unused_batch(meeting: Meeting, member: RoundRegion) -> int:
    # Open is enough: asking for a used card would tell, second by second, when the first person
    # of a hall has sent.
    if member.state != State.DRAFT and _valid_cards(meeting).exists():
        raise StateError(
            "cards_in_use",
            "The region is open with these cards. They can no longer be printed or changed.",
        )
    return Card.objects.filter(meeting=meeting, state=CardState.UNUSED).update(state=CardState.VOID)


# --- States --------------------------------------------------------------------------------------


@transaction.atomic
def open_region(*, by: User, round_region: RoundRegion) -> RoundRegion:
    """Let answers in; from here on the instrument version is frozen."""
    member = _locked(round_region)
    _require_state(member, State.DRAFT)
    if not Card.objects.filter(meeting__round_region=member, state=CardState.UNUSED).exists():
        raise StateError("no_cards", "No card was printed yet. Print the cards of a meeting first.")
    freeze(member.round.instrument_version)
    return _move(member, State.OPEN, by=by, verb="open-region")


@transaction.atomic
def stop_intake(*, by: User, round_region: RoundRegion) -> RoundRegion:
    """No more answers; reversible until the region is closed."""
    member = _locked(round_region)
    _require_state(member, State.OPEN)
    return _move(member, State.INTAKE_STOPPED, by=by, verb="stop-intake")


@transaction.atomic
def resume_intake(*, by: User, round_region: RoundRegion) -> RoundRegion:
    """Answers may come in again, for a hall that was stopped too early."""
    member = _locked(round_region)
    _require_state(member, State.INTAKE_STOPPED)
    return _move(member, State.OPEN, by=by, verb="resume-intake")


def close_region(*, by: User, round_region: RoundRegion) -> RoundRegion:
    """Wash the answers and close the region for good.

    1. Copy open answers in the order of fresh random keys; delete the open ones with their
       submission ids and hashes; void unused cards.
    2. After the commit, have the database rewrite its file, so that no freed page and no log
       keeps what was deleted or the order in which answers came.
    """
    with transaction.atomic():
        member = _locked(round_region)
        _require_state(member, State.INTAKE_STOPPED)
        if not OpenResponse.objects.filter(round_region=member).exists():
            raise StateError("no_answers", "No answer has come in. There is nothing to close.")
        _wash(member)
        cards = Card.objects.filter(meeting__round_region=member)
        voided = cards.filter(state=CardState.UNUSED).update(state=CardState.VOID)
        used = cards.filter(state=CardState.USED).count()
        _move(member, State.CLOSED, by=by, verb="close-region", **_told(used, voided))
        transaction.on_commit(rewrite_stored_answers)
    return member


def _told(used: int, voided: int) -> dict[str, int]:
    """What the record of a closing counts, for the minutes: nothing on fewer than five people,
    neither of the two numbers, since the printed cards are known and each tells the other."""
    return {"used": used, "voided": voided} if used >= SMALLEST else {}


def _wash(member: RoundRegion) -> None:
    rows = OpenResponse.objects.filter(round_region=member).values_list(
        "stratum", "lens", "answers"
    )
    add_washed(member, rows)
    OpenResponse.objects.filter(round_region=member).delete()


def add_washed(member: RoundRegion, rows: Iterable[tuple[str, str, Mapping[str, str]]]) -> None:
    """Store answers (element, lens, item -> choice) under random keys, in the order of the keys.

    The answers of one row are written in the order of their item codes: the order in which a
    person went through the questions would be a trace of that person.
    """
    washed = [
        Response(
            key=secrets.token_hex(16),
            round_region=member,
            stratum=stratum,
            lens=lens,
            answers=dict(sorted(answers.items())),
        )
        for stratum, lens, answers in rows
    ]
    washed.sort(key=lambda response: response.key)
    Response.objects.bulk_create(washed, batch_size=500)


def _locked(round_region: RoundRegion) -> RoundRegion:
    """The same object with its state as it is now; nobody else moves it until the commit."""
    locked = RoundRegion.objects.select_for_update().filter(pk=round_region.pk)
    round_region.state = locked.values_list("state", flat=True).get()
    return round_region


def _require_state(member: RoundRegion, *allowed: State) -> None:
    if member.state not in allowed:
        raise StateError(
            f"is_{member.state}",
            f"The region is in state {member.state}; this step needs {' or '.join(allowed)}. "
            "Somebody else was probably faster: look at the page again.",
        )


def _move(
    member: RoundRegion, state: State, *, by: User, verb: str, **details: object
) -> RoundRegion:
    member.state = state
    member.save(update_fields=["state"])
    record(by=by, verb=verb, subject=f"round {member.round_id}", region=member.region, **details)
    return member


# --- Answers -------------------------------------------------------------------------------------


def submit(*, code: str, submission: str, answers: Mapping[str, str]) -> Card:
    """Burn the card and keep the answers, in one transaction; returns the card after the commit.

    submission: id made when the questionnaire was opened. The same id with the same answers
    succeeds again, also when both arrive at once; with other answers it raises ConflictError.
    answers: item code -> choice code; skipped questions are left out. Each is checked against
    the instrument: AnswerError. Raises CardError where the card cannot be used.
    """
    card = find_card(code)
    member = card.meeting.round_region
    check_answers(answers, instrument_of_round(member.round))
    canonical = dict(sorted(answers.items()))
    hashed = body_hash(json.dumps(canonical, separators=(",", ":"), ensure_ascii=False))
    with transaction.atomic():
        # Under the lock of the region an open region stays open, and of two equal submissions
        # the second one sees the first.
        _locked(member)
        if not _is_stored(submission, hashed):
            _burn(card)
            OpenResponse.objects.create(
                round_region=member,
                submission=submission,
                body_hash=hashed,
                stratum=card.stratum,
                lens=Lens.SELF,
                answers=canonical,
            )
    return card


def _burn(card: Card) -> None:
    if card.meeting.round_region.state == State.OPEN:
        unused = Card.objects.filter(pk=card.pk, state=CardState.UNUSED)
        if unused.update(state=CardState.USED):
            return
        card.refresh_from_db(fields=["state"])
    check_card(card)
    raise AssertionError("A card that could not be burnt passes as usable.")


def _is_stored(submission: str, hashed: bytes) -> bool:
    stored = (
        OpenResponse.objects.filter(submission=submission)
        .values_list("body_hash", flat=True)
        .first()
    )
    if stored is None:
        return False
    if not secrets.compare_digest(bytes(stored), hashed):
        raise ConflictError
    return True
