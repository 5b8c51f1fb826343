"""The Indonesian of the pages keeps to the glossary."""

from __future__ import annotations

import re

import pytest

from waspada_web.ui.catalogue import po_files, read

MUST_NOT = {
    r"\bkisaran": "an interval is a selang",
    r"\bgalat\b": "galat is the distance between estimate and truth; a fault is a kesalahan",
    r"\banda\b": "Anda has a capital letter",
    r"\b(kamu|kalian|saudara)\b": "people are addressed as Anda",
    r"\b[Dd]isembunyikan": "withheld is tidak ditampilkan",
    r"\b(klik|submit|online|offline|deadline|dasbor|login|password|token)\b": "plain words",
    r"\d%": "a no-break space stands before the per cent sign",
    r"\d %": "the space before the per cent sign does not break",
}


@pytest.mark.parametrize("pattern", MUST_NOT)
def test_the_catalogue_avoids_words_that_cause_trouble(pattern: str) -> None:
    found = [
        string
        for message in read(po_files()[0]).catalog
        if message.id
        for string in (message.string if isinstance(message.string, tuple) else [message.string])
        if re.search(pattern, str(string).replace("%%", "%"))
    ]
    assert found == [], MUST_NOT[pattern]
