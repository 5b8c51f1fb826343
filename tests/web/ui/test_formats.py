"""Numbers as the glossary writes them."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from waspada_web.ui import formats


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("share", "estimated", "counted"),
    [
        (0.866, "87\xa0%", "87\xa0%"),
        (0.0, "<\xa01\xa0%", "0\xa0%"),
        (1.0, ">\xa099\xa0%", "100\xa0%"),
    ],
)
def test_percent_keeps_its_distance_and_its_line(
    language: str, share: float, estimated: str, counted: str
) -> None:
    with override(language):
        assert formats.percent(share) == estimated
        assert formats.plain_percent(share) == counted


def test_an_interval_in_a_sentence_is_said_in_words() -> None:
    with override("id"):
        assert formats.at_95(formats.interval(36.8, 45.9)) == "selang 95\xa0%: 36,8 sampai 45,9"
        assert formats.interval(-1.3, 16.1) == "−1,3 sampai 16,1"
    with override("en"):
        assert formats.at_95(formats.interval(36.8, 45.9)) == "95\xa0% interval: 36.8 to 45.9"


def test_an_interval_in_a_cell_is_short_unless_an_end_is_negative() -> None:
    with override("id"):
        assert formats.interval_cell(36.8, 45.9) == "(36,8–45,9)"
        assert formats.interval_cell(-1.3, 16.1) == "(−1,3 sampai 16,1)"
