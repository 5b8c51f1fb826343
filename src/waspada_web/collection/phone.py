"""The participant's pages. The card is the right to answer: no session, no cookie, no store.

Every page is one form that carries code, submission id and all answers so far as hidden fields,
so the server remembers nothing until `send`, and every page works without JavaScript.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from waspada_web.collection.errors import AnswerError, CardError, CardFault, ConflictError
from waspada_web.collection.models import Card
from waspada_web.collection.operations import submit
from waspada_web.collection.queries import (
    bowl_label,
    check_answers,
    check_card,
    find_card,
    instrument_of_round,
)
from waspada_web.collection.questionnaire import Questionnaire
from waspada_web.collection.wording import fields_of, paragraphs
from waspada_web.ui.formats import language

ANSWER = "a."
"""Opens the name of a form field that holds an answer: a.<item code>."""

NOTICE, REVIEW, SEND, DECLINE = "notice", "review", "send", "decline"

STATUS = {
    CardFault.NOT_OPEN: 409,
    CardFault.CLOSED: 410,
    CardFault.VOID: 409,
    CardFault.USED: 409,
}
RETRY_AFTER_SECONDS = 5

_SUBMISSION = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Sent:
    """What a phone sent: nothing of it is kept before `send`."""

    code: str
    submission: str
    answers: dict[str, str]
    to: str

    @classmethod
    def read(cls, data: QueryDict) -> Sent:
        answers = {
            name.removeprefix(ANSWER): value
            for name in data
            if name.startswith(ANSWER) and (value := data.get(name))
        }
        submission = str(data.get("submission", ""))
        return cls(
            code=str(data.get("code", "")).strip(),
            submission=submission if _SUBMISSION.fullmatch(submission) else "",
            answers={code: str(value) for code, value in answers.items()},
            to=str(data.get("to", NOTICE)),
        )


@csrf_exempt  # the card is the right; a forged form could only burn a code its maker holds
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _entry(request)
    sent = Sent.read(request.POST)
    try:
        return _respond(request, sent)
    except CardError as error:
        if error.fault in STATUS:
            return _stop(request, error.fault.value, STATUS[error.fault])
        return _entry(request, code=sent.code, fault=error.fault.value)
    except AnswerError:
        return _stop(request, "unknown_answer", 400)
    except ConflictError:
        return _stop(request, "conflict", 409)
    except OperationalError:  # locked beyond the timeout, or no space left: nothing was stored
        return _busy(request, sent)


def _respond(request: HttpRequest, sent: Sent) -> HttpResponse:
    if not sent.code:
        return _entry(request, fault="missing")
    if sent.to == SEND and sent.submission:
        card = submit(code=sent.code, submission=sent.submission, answers=sent.answers)
        return _thanks(request, card)
    card = find_card(sent.code)
    check_card(card)
    questionnaire = Questionnaire(instrument_of_round(card.meeting.round_region.round), language())
    check_answers(sent.answers, questionnaire.instrument)
    if sent.to in questionnaire.sections:
        return _section(request, card, sent, questionnaire)
    if sent.to == REVIEW:
        return _review(request, card, sent, questionnaire)
    if sent.to == DECLINE:
        return render(request, "collection/phone/declined.html", _frame(card, sent, {}))
    return _notice(request, card, sent, questionnaire)


def _entry(request: HttpRequest, *, code: str = "", fault: str = "") -> HttpResponse:
    return render(
        request,
        "collection/phone/entry.html",
        {"code": code if fault == CardFault.MISTYPED else "", "fault": fault},
        status=400 if fault else 200,
    )


def _notice(
    request: HttpRequest, card: Card, sent: Sent, questionnaire: Questionnaire
) -> HttpResponse:
    member = card.meeting.round_region
    text = paragraphs(
        questionnaire.instrument.notice, fields_of(member), language=questionnaire.language
    )
    return render(
        request,
        "collection/phone/notice.html",
        _frame(card, sent, sent.answers)
        | {
            "at": NOTICE,
            "paragraphs": text,
            "first": questionnaire.sections[0],
            "n_questions": len(questionnaire.items),
        },
    )


def _section(
    request: HttpRequest, card: Card, sent: Sent, questionnaire: Questionnaire
) -> HttpResponse:
    page = questionnaire.page(sent.to, sent.answers)
    here = {question.code for question in page.questions}
    sections = questionnaire.sections
    at = page.number - 1
    return render(
        request,
        "collection/phone/section.html",
        _frame(card, sent, {code: v for code, v in sent.answers.items() if code not in here})
        | {
            "at": page.code,
            "page": page,
            "sections": sections,
            "n_questions": len(questionnaire.items),
            "back": sections[at - 1] if at > 0 else NOTICE,
            "back_number": at,
            "next": sections[at + 1] if at + 1 < len(sections) else REVIEW,
            "next_number": at + 2 if at + 1 < len(sections) else None,
        },
    )


def _review(
    request: HttpRequest, card: Card, sent: Sent, questionnaire: Questionnaire
) -> HttpResponse:
    return render(
        request,
        "collection/phone/review.html",
        _frame(card, sent, sent.answers)
        | {
            "at": REVIEW,
            "skipped": questionnaire.unanswered(sent.answers),
            "n_questions": len(questionnaire.items),
            "n_answered": len(sent.answers),
            "last": questionnaire.sections[-1],
        },
    )


def _thanks(request: HttpRequest, card: Card) -> HttpResponse:
    """The same for everybody: it tells neither what nor how much was answered."""
    member = card.meeting.round_region
    text = paragraphs(
        instrument_of_round(member.round).thanks, fields_of(member), language=language()
    )
    return render(
        request,
        "collection/phone/thanks.html",
        {"paragraphs": text, "is_synthetic": member.round.is_synthetic},
    )


def _stop(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "collection/phone/stop.html", {"reason": reason}, status=status)


def _busy(request: HttpRequest, sent: Sent) -> HttpResponse:
    response = render(
        request,
        "collection/phone/busy.html",
        {"sent": sent, "carried": sent.answers, "submission": sent.submission},
        status=503,
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _frame(card: Card, sent: Sent, carried: Mapping[str, str]) -> dict[str, Any]:
    """What the form of every page carries along. The submission id is made on the way in."""
    member = card.meeting.round_region
    return {
        "region": member.region,
        "element": bowl_label(card.stratum, instrument_of_round(member.round)),
        "is_synthetic": member.round.is_synthetic,
        "sent": sent,
        "submission": sent.submission or secrets.token_hex(16),
        "carried": carried,
    }
