"""Storing instrument versions."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.utils import timezone

from waspada.instrument import read_instrument, twin_text
from waspada_web.accounts.models import User
from waspada_web.audit.operations import record
from waspada_web.instrument.models import InstrumentVersion


@transaction.atomic
def store_instrument(path: Path, *, by: User | None) -> InstrumentVersion:
    """Check and keep the instrument in a folder or file; the same content is kept once.

    Raises InstrumentError, with every fault of the file.
    """
    instrument = read_instrument(path)
    version, is_new = InstrumentVersion.objects.get_or_create(
        fingerprint=instrument.fingerprint,
        defaults={
            "code": instrument.code,
            "version": instrument.version,
            "twin": twin_text(path),
        },
    )
    if is_new:
        record(by=by, verb="store-instrument", subject=str(version))
    return version


def freeze(version: InstrumentVersion) -> None:
    """From the first opened round on, nothing of the version may change."""
    if version.frozen_at is None:
        version.frozen_at = timezone.now()
        version.save(update_fields=["frozen_at"])
