"""People are invited; nobody signs up. What allauth says is said in our words."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

SAID = {
    "account/messages/password_set.txt": _("The password is set. You log in with it next time."),
    "account/messages/password_changed.txt": _("The password is changed."),
    "account/messages/logged_out.txt": _("You are logged out."),
}
"""Every other message of allauth tells what the next page shows anyway."""


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Address or password is wrong. Check both; after ten wrong attempts the account is "
            "locked for 15 minutes."
        ),
        "enter_current_password": _("This is not your current password. Type it again."),
        "incorrect_password": _("This is not your password. Type it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        said = SAID.get(message_template or "")
        if said:
            messages.success(request, str(said), extra_tags="good")
