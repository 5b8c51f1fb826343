"""Numbers as text: one canonical spelling, so that workbook and twin say the same."""

from __future__ import annotations

import math


def number_text(value: float) -> str:
    """The canonical text of a number typed in a cell: "5", "0.27"."""
    if math.isfinite(value) and float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


def number_in(text: str) -> float | None:
    """The number a text spells, or None. Infinity and not-a-number are no numbers here."""
    plain = text.strip()
    if "_" in plain or not plain.isascii():
        return None
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def as_exact_number(text: str) -> float | None:
    """The number to write into a cell so that reading it back gives this very text, or None.

    XLSX writers keep 16 significant digits.
    """
    value = number_in(text)
    if value is None or number_text(value) != text or float(f"{value:.16G}") != value:
        return None
    return value
