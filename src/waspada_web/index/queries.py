"""Reading stored runs."""

from __future__ import annotations

import json
from functools import lru_cache

from waspada.publication.model import Tables
from waspada.publication.stored import tables_from_json
from waspada_web.collection.models import Round
from waspada_web.index.models import Run


def latest_run(round: Round) -> Run | None:
    """The run that pages show: the last one computed."""
    return Run.objects.filter(round=round).order_by("-id").first()


def tables_of(run: Run) -> Tables:
    """The tables of a run; parsed once, since a run never changes."""
    return _parsed(run.pk, run.fingerprint, run.tables)


@lru_cache(maxsize=32)
def _parsed(pk: int, fingerprint: str, tables: str) -> Tables:
    return tables_from_json(json.loads(tables))
