"""Reading stored instruments as the core's objects."""

from __future__ import annotations

from functools import lru_cache

from waspada.instrument import parse_twin
from waspada.instrument.model import Form, Instrument
from waspada_web.instrument.models import InstrumentVersion


def instrument_of(version: InstrumentVersion, form: Form = Form.FULL) -> Instrument:
    """The core's `Instrument`; parsed once per fingerprint, since a version never changes."""
    return _parsed(version.fingerprint, version.twin).in_form(form)


@lru_cache(maxsize=32)
def _parsed(fingerprint: str, twin: str) -> Instrument:
    return parse_twin(twin, source=f"instrument {fingerprint[:8]}")
