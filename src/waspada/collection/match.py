"""Match what a file says to what the instrument knows: column names, and cells to choices."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import BLANK, JOINT
from waspada.collection.table import Column
from waspada.instrument.model import AnswerScale, Stratum

UNKNOWN = -2
"""Position of a cell that matches nothing."""

ALIKE = 0.9
"""difflib ratio from which two names are taken for one name misspelt."""

LONG_NAME = 6
"""Characters from which a name may differ in two letters and still be the same."""

_SAME_SIGN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "–": "-", "—": "-", "‑": "-"})


def key(text: str) -> str:
    """What is compared: case, spaces, composed letters, apostrophes and dashes do not matter."""
    plain = unicodedata.normalize("NFC", text).translate(_SAME_SIGN)
    return " ".join(plain.casefold().split())


def choice_positions(scale: AnswerScale) -> dict[str, int]:
    """Key -> position in the scale; a code wins over another choice's label."""
    found = {key(choice.code): i for i, choice in enumerate(scale.choices)}
    for i, choice in enumerate(scale.choices):
        found.setdefault(key(choice.label.id), i)
        found.setdefault(key(choice.label.en), i)
    return found


def stratum_positions(strata: Sequence[Stratum]) -> dict[str, int]:
    """Key -> position in the instrument's elements."""
    found = {key(stratum.code): i for i, stratum in enumerate(strata)}
    for i, stratum in enumerate(strata):
        found.setdefault(key(stratum.label.id), i)
        found.setdefault(key(stratum.label.en), i)
    return found


def joint_positions(text: str, positions: dict[str, int]) -> tuple[int, ...]:
    """Elements of a cell that joins several, in the instrument's order; () where it does not."""
    parts = [positions.get(key(part), UNKNOWN) for part in text.split(JOINT)]
    known = len(parts) > 1 and min(parts) >= 0 and len(set(parts)) == len(parts)
    return tuple(sorted(parts)) if known else ()


def match_cells(column: Column, positions: dict[str, int]) -> NDArray[np.int16]:
    """(n,) position of each cell: BLANK where empty, UNKNOWN where nothing matches."""
    of_text = [BLANK if not t else positions.get(key(t), UNKNOWN) for t in column.texts]
    return np.array(of_text or [BLANK], dtype=np.int16)[column.codes]


def is_near_miss(written: str, meant: str) -> bool:
    """Whether a column name was probably meant to be another: case, spaces, hyphens, a typo."""
    if _squeezed(written) == _squeezed(meant):
        return True
    if min(len(written), len(meant)) < LONG_NAME or abs(len(written) - len(meant)) > 2:
        return False
    if not _differ_in_number(written, meant):
        alike = SequenceMatcher(None, key(written), key(meant), autojunk=False).ratio()
        return alike >= ALIKE or _edits(key(written), key(meant)) <= 2
    return False


def _squeezed(name: str) -> str:
    return "".join(letter for letter in key(name) if letter.isalnum())


def _differ_in_number(one: str, other: str) -> bool:
    """item_1 and item_2 are two names, not one misspelt."""
    return [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()]


def _edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def near_misses(written: Iterable[str], meant: Iterable[str]) -> list[tuple[str, str]]:
    """(written, meant) pairs among names that found no partner, each name once."""
    free, pairs = list(meant), []
    for name in written:
        hit = next((candidate for candidate in free if is_near_miss(name, candidate)), None)
        if hit is not None:
            pairs.append((name, hit))
            free.remove(hit)
    return pairs


def suggestion(text: str, known: Sequence[str]) -> str:
    """A known text that looks like this one, or ""."""
    by_key: dict[str, str] = {}
    for candidate in known:
        by_key.setdefault(key(candidate), candidate)
    close = get_close_matches(key(text), list(by_key), n=1, cutoff=0.6)
    return by_key[close[0]] if close else ""
