"""Text for typeset files: what the fonts of typst can show.

The file for assistive technology (PDF/UA) may hold no character without a picture, and typst
refuses to write one: an emoji in the name of a round would then cost the whole report.
"""

from __future__ import annotations

from typing import Any

SHOWN = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin
    (0x2010, 0x2027),  # dashes, quotation marks, ellipsis
    (0x2030, 0x205E),
    (0x2212, 0x2212),  # minus
)
INSTEAD = "?"


def printable(data: Any) -> Any:
    """The same data; in every text, a character that no font holds becomes a question mark."""
    if isinstance(data, str):
        return "".join(c if _is_shown(c) else INSTEAD for c in data)
    if isinstance(data, dict):
        return {key: printable(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [printable(value) for value in data]
    return data


def _is_shown(character: str) -> bool:
    return character in "\n\t" or any(low <= ord(character) <= high for low, high in SHOWN)
