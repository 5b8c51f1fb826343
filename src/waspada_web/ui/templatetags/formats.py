"""The glossary's formats as template filters."""

from __future__ import annotations

from django import template

from waspada_web.ui import formats

register = template.Library()

for function in (
    formats.score,
    formats.signed,
    formats.percent,
    formats.plain_percent,
    formats.whole,
    formats.day,
    formats.short_day,
    formats.weekday,
):
    register.filter(function.__name__, function)
