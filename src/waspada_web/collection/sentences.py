"""What the pages say when a step did not fit the state."""

from __future__ import annotations

from django.utils.translation import gettext

from waspada_web.collection.errors import StateError
from waspada_web.collection.models import State


def state_sentence(error: StateError) -> str:
    """What happened and the way out, in the language of the page."""
    in_use = gettext(
        "The region is open with the cards of this meeting, so they can no longer be changed. "
        "Add a second meeting for further people."
    )
    return {
        "cards_in_use": in_use,
        "cards_printed": in_use,
        "no_cards": gettext("No card was printed yet. Print the cards of a meeting first."),
        "no_answers": gettext(
            "Nobody has answered yet, so there is nothing to close. Take the intake up again, or "
            "leave the round as it is."
        ),
        f"is_{State.DRAFT}": gettext("The region has not been opened yet. Open it first."),
        f"is_{State.OPEN}": gettext(
            "The region is open: somebody else was faster, or the page was an old one. The state "
            "below is the present one."
        ),
        f"is_{State.INTAKE_STOPPED}": gettext(
            "The intake has been stopped. Take it up again first, or close the region."
        ),
        f"is_{State.CLOSED}": gettext("The region is closed. This cannot be undone."),
        f"is_{State.MEASURED}": gettext("The region is closed and measured already."),
        f"is_{State.RELEASED}": gettext("The result of this region was released already."),
    }.get(error.code, error.message)
