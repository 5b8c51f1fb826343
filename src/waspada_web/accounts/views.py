"""The way in: log-in page, first link, lock-out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from waspada_web.accounts.models import User
from waspada_web.audit.operations import record


def _user_of(uid: str) -> User | None:
    try:
        return User.objects.get(pk=int(urlsafe_base64_decode(uid)), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None


@never_cache
@require_http_methods(["GET", "POST"])
def one_time_link(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Ask once more before logging in, so that a previewing messenger does not use the link up."""
    user = _user_of(uid)
    if user is None or not default_token_generator.check_token(user, token):
        return render(request, "account/link_ended.html", status=410)
    if request.method == "GET":
        return render(request, "account/link.html", {"person": user})
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    record(by=user, verb="log-in-by-link", subject=f"user {user.pk}")
    if not user.has_usable_password():
        messages.info(
            request,
            format_html(
                '{} <a href="{}">{}</a>',
                gettext("The link is used up now. Set a password to come back after logging out."),
                reverse("account_set_password"),
                gettext("Set a password"),
            ),
        )
    return redirect("home")


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return render(request, "account/locked.html", status=403)


def no_signup(request: HttpRequest) -> HttpResponse:
    return render(request, "account/signup_closed.html", status=403)
