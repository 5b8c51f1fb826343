"""One-time codes: how they are made, read from a person's typing, and hashed.

A card carries two codes for the same right: a secret of 128 bits in its QR, and a typed code of ten
characters in Crockford's base32 for phones that cannot scan. Only keyed hashes are stored; the key
(pepper) lies outside the database, so the database alone neither opens a card nor tells its code.

Check character. The ten characters c_0 ... c_9, read as elements of the field GF(32), satisfy

    sum_i  a^i c_i = 0        (a: a primitive element, a^5 = a^2 + 1)

Every single wrong character and every swap of two different ones breaks the sum, since all a^i are
non-zero and, for i < 31, different.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from waspada_web.config.environment import read_secret

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U."""

LENGTH = 10
SECRET_BYTES = 16
SECRET_LENGTH = 22
"""Characters of a secret in URL-safe base64."""

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = re.compile(r"[\s\-\N{EN DASH}\N{EM DASH}_.]+")
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{{SECRET_LENGTH}}}")


class CodeError(ValueError):
    """The characters are no code: too many, too few, or the check character does not fit."""


@dataclass(frozen=True)
class CardCodes:
    """Both codes of one card, in clear: they exist in the printed sheet only."""

    secret: str
    typed: str


def make_codes() -> CardCodes:
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return CardCodes(secret=secrets.token_urlsafe(SECRET_BYTES), typed=body + check_character(body))


def check_character(body: str) -> str:
    """The last character that brings the sum of the whole code to zero."""
    total = _weighted_sum(body)
    return ALPHABET[_divide(total, _power(LENGTH - 1))]


def grouped(typed: str) -> str:
    """Five and five, as printed: 7K3QF-9M2XA."""
    return f"{typed[:5]}-{typed[5:]}"


def parse_typed(text: str) -> str:
    """What a person typed as the canonical ten characters; CodeError where it is none.

    Lower case, spaces and hyphens do not matter; o is read as 0, i and l as 1.
    """
    code = _SEPARATORS.sub("", text).upper().translate(_LOOKALIKES)
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        raise CodeError
    if _weighted_sum(code) != 0:
        raise CodeError
    return code


def code_hash(text: str) -> bytes:
    """Keyed hash of a scanned secret or of a typed code; CodeError where it is neither."""
    if _SECRET.fullmatch(text.strip()):
        return secret_hash(text.strip())
    return typed_hash(parse_typed(text))


def secret_hash(secret: str) -> bytes:
    return _keyed(b"card secret", secret)


def typed_hash(typed: str) -> bytes:
    return _keyed(b"card typed", typed)


def body_hash(body: str) -> bytes:
    """Keyed hash of the answers of one submission, to tell sending again from another body."""
    return _keyed(b"submission body", body)


def _keyed(purpose: bytes, text: str) -> bytes:
    key = _pepper(settings.PEPPER_FILE)
    return hmac.digest(key, purpose + b"\x00" + text.encode(), hashlib.sha256)


@lru_cache(maxsize=4)
def _pepper(path: Path) -> bytes:
    return read_secret(path).encode("ascii")


# --- GF(32), primitive polynomial x^5 + x^2 + 1 --------------------------------------------------

_PRIMITIVE = 0b100101
_POWERS = [1]
while len(_POWERS) < 31:
    _next = _POWERS[-1] << 1
    _POWERS.append(_next ^ _PRIMITIVE if _next & 0b100000 else _next)
_LOGARITHM = {value: exponent for exponent, value in enumerate(_POWERS)}


def _power(exponent: int) -> int:
    return _POWERS[exponent % 31]


def _multiply(left: int, right: int) -> int:
    if left == 0 or right == 0:
        return 0
    return _power(_LOGARITHM[left] + _LOGARITHM[right])


def _divide(value: int, by: int) -> int:
    return 0 if value == 0 else _power(_LOGARITHM[value] - _LOGARITHM[by])


def _weighted_sum(code: str) -> int:
    total = 0
    for position, character in enumerate(code):
        total ^= _multiply(_power(position), ALPHABET.index(character))
    return total
