"""Logging in for tests, past the counting of wrong passwords."""

from __future__ import annotations

from django.test import Client

from waspada_web.accounts.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def login(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client
