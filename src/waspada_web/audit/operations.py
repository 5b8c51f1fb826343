"""Writing the record of what officials did."""

from __future__ import annotations

from typing import Any

from waspada_web.accounts.models import User
from waspada_web.audit.models import AuditEntry
from waspada_web.regions.models import Region


def record(
    *, by: User | None, verb: str, subject: str, region: Region | None = None, **details: Any
) -> None:
    """Add one entry. Call it inside the transaction of the act itself."""
    AuditEntry.objects.create(by=by, verb=verb, subject=subject, region=region, details=details)
