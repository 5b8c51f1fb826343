"""Addresses. Indonesian stands at /, English at /en/; a language is never kept in a cookie."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from waspada_web.ui import paths  # noqa: F401 - registers <number:...>

urlpatterns = i18n_patterns(
    path("", include("waspada_web.accounts.urls")),
    path("", include("waspada_web.collection.urls")),
    path("", include("waspada_web.index.urls")),
    path("", include("waspada_web.interpretation.urls")),
    path("", include("waspada_web.action.urls")),
    path("", include("waspada_web.publication.urls")),
    path("", include("waspada_web.start.urls")),
    prefix_default_language=False,
)
