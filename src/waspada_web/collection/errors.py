"""Refusals of collection that deserve a sentence. The pages translate them by `code`.

CardError       this card does not open the questionnaire now
AnswerError     an answer the questionnaire does not know
ConflictError   one submission sent twice with different answers
StateError      a step that does not fit the state of the region or its cards
"""

from __future__ import annotations

from enum import StrEnum

from waspada.errors import WaspadaError


class CardFault(StrEnum):
    MISTYPED = "mistyped"  # no code at all: the check character does not fit
    UNKNOWN = "unknown"
    NOT_OPEN = "not_open"
    CLOSED = "closed"  # intake stopped or region closed
    VOID = "void"
    USED = "used"


class CardError(WaspadaError):
    def __init__(self, fault: CardFault) -> None:
        super().__init__(f"The card cannot be used: {fault.value}.", code=fault.value)
        self.fault = fault


class AnswerError(WaspadaError):
    def __init__(self, item: str, choice: str) -> None:
        super().__init__(
            f'The questionnaire has no answer "{choice}" to a question "{item}". '
            "Open the card again from the start.",
            code="unknown_answer",
            item=item,
            choice=choice,
        )


class ConflictError(WaspadaError):
    def __init__(self) -> None:
        super().__init__(
            "This submission was stored already with other answers. Only the first counts.",
            code="conflict",
        )


class StateError(WaspadaError):
    """A step taken in the wrong state, mostly by two people at once."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)
