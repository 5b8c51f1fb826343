"""What holds for every one-time code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waspada_web.collection.codes import (
    ALPHABET,
    LENGTH,
    CodeError,
    check_character,
    grouped,
    parse_typed,
)

bodies = st.text(alphabet=ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
places = st.integers(0, LENGTH - 1)


def whole(body: str) -> str:
    return body + check_character(body)


@given(bodies)
def test_a_code_is_read_back_however_it_is_typed(body: str) -> None:
    code = whole(body)
    sloppy = f"  {grouped(code).lower().replace('0', 'o').replace('1', 'l')} "
    assert parse_typed(code) == parse_typed(grouped(code)) == parse_typed(sloppy) == code


@given(bodies, places, st.sampled_from(ALPHABET))
def test_the_check_character_catches_every_single_wrong_character(
    body: str, place: int, wrong: str
) -> None:
    code = whole(body)
    changed = code[:place] + wrong + code[place + 1 :]
    if changed == code:
        return
    with pytest.raises(CodeError):
        parse_typed(changed)


@given(bodies, places, places)
def test_the_check_character_catches_every_swap_of_two_characters(
    body: str, first: int, second: int
) -> None:
    characters = list(whole(body))
    characters[first], characters[second] = characters[second], characters[first]
    swapped = "".join(characters)
    if swapped == whole(body):
        return
    with pytest.raises(CodeError):
        parse_typed(swapped)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_a_code_error(text: str) -> None:
    try:
        code = parse_typed(text)
    except CodeError:
        return
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
