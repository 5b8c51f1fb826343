"""Exactly once: an answer counts one time, however often and however fast it is sent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from tests.web.collection.conftest import SUBMISSION, Hall
from waspada_web.collection.errors import CardError, ConflictError
from waspada_web.collection.models import Card, CardState, OpenResponse
from waspada_web.collection.operations import submit

ANSWERS = {"clashes_between_residents": "never"}
THREADS = 50


def all_at_once(act: Callable[[int], None]) -> Counter[str]:
    """Run act(0) ... act(49) in threads that start together; outcomes by name."""
    barrier = threading.Barrier(THREADS)
    outcomes: Counter[str] = Counter()
    lock = threading.Lock()

    def run(number: int) -> None:
        barrier.wait()
        try:
            act(number)
            outcome = "stored"
        except (CardError, ConflictError) as error:
            outcome = error.code
        finally:
            connection.close()
        with lock:
            outcomes[outcome] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_the_same_submission_fifty_times_at_once_is_stored_once(hall: Hall) -> None:
    code = hall.cards[0].typed
    outcomes = all_at_once(
        lambda _number: submit(code=code, submission=SUBMISSION, answers=ANSWERS)
    )
    assert outcomes == {"stored": THREADS}
    assert OpenResponse.objects.count() == 1
    assert Card.objects.filter(state=CardState.USED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_card_fifty_times_at_once_counts_for_one_submission(hall: Hall) -> None:
    code = hall.cards[0].typed
    outcomes = all_at_once(
        lambda number: submit(code=code, submission=f"{number:032x}", answers=ANSWERS)
    )
    assert outcomes == {"stored": 1, "used": THREADS - 1}
    assert OpenResponse.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_submission_with_different_answers_at_once_keeps_one_of_them(hall: Hall) -> None:
    codes = [card.typed for card in hall.cards]
    choices = ["never", "one_or_two"]
    outcomes = all_at_once(
        lambda number: submit(
            code=codes[0],
            submission=SUBMISSION,
            answers={"clashes_between_residents": choices[number % 2]},
        )
    )
    assert outcomes == {"stored": THREADS // 2, "conflict": THREADS // 2}
    assert OpenResponse.objects.count() == 1


def test_an_answer_is_linked_to_no_card_meeting_or_time() -> None:
    assert {field.name for field in OpenResponse._meta.get_fields()} == {
        "id",
        "round_region",
        "submission",
        "body_hash",
        "stratum",
        "lens",
        "answers",
    }


def test_the_stored_hash_does_not_tell_which_card_was_used(hall: Hall) -> None:
    hall.send(hall.cards[0].typed, ANSWERS)
    hall.send(hall.cards[1].typed, ANSWERS, submission="f" * 32)
    first, second = OpenResponse.objects.values_list("body_hash", flat=True)
    assert bytes(first) == bytes(second)


def test_answers_are_stored_in_the_order_of_their_codes(hall: Hall) -> None:
    given = {"vignette_low": "slightly", "clashes_between_residents": "never"}
    hall.send(hall.cards[0].typed, given)
    assert list(OpenResponse.objects.get().answers) == sorted(given)
