"""Parts of addresses."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class NumberConverter(IntConverter):
    """The number of a row, never longer than the database can hold: a longer one finds nothing."""

    regex = "[0-9]{1,18}"


register_converter(NumberConverter, "number")
