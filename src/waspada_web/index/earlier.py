"""What an earlier round said of the same regions: their last words, and what has changed since."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q

from waspada.instrument.model import CategoryRule
from waspada.interpretation.model import PreviousWord
from waspada.publication.model import NOT_ENOUGH_DATA, ChangeTables
from waspada.publication.stored import changes_from_json, changes_to_json
from waspada_web.collection.models import Round, RoundRegion, State
from waspada_web.index.models import Run
from waspada_web.index.queries import tables_of


@dataclass(frozen=True)
class Earlier:
    """An earlier round of some regions: the run its pages show, and its part in each region."""

    round: Round
    run: Run
    members: tuple[RoundRegion, ...]

    def words(self, rule: CategoryRule | None) -> dict[str, PreviousWord]:
        """Region -> its words in that round; none where it was measured by another rule.

        Runs stored before words were kept have the word by the line alone.
        """
        tables = tables_of(self.run)
        used = tables.record.get("category_rule")
        if rule is None or not used or used["code"] != rule.code:
            return {}
        codes = {member.region.code for member in self.members}
        return {
            row.region: PreviousWord(row.category, row.by_line or row.category)
            for row in tables.categories
            if row.region in codes and row.category != NOT_ENOUGH_DATA
        }


@dataclass(frozen=True)
class StoredChange:
    """What changed since one earlier round, with what a page needs to name that round."""

    title: str
    ended_on: date
    tables: ChangeTables


def earlier_rounds(round: Round, members: Sequence[RoundRegion]) -> list[Earlier]:
    """The last measured round of each region by the same version and form, before this one.

    Regions that share their last round stand together. The example's made-up numbers are never
    compared with real ones.
    """
    before = Q(round__starts_on__lt=round.starts_on) | Q(
        round__starts_on=round.starts_on, round_id__lt=round.pk
    )
    found = (
        RoundRegion.objects.filter(
            before,
            round__instrument_version=round.instrument_version_id,
            round__form=round.form,
            round__is_synthetic=round.is_synthetic,
            region__in=[member.region_id for member in members],
            state__in=(State.MEASURED, State.RELEASED),
        )
        .select_related("region", "round")
        .order_by("-round__starts_on", "-round_id", "region__code")
    )
    by_round: dict[Round, list[RoundRegion]] = defaultdict(list)
    seen: set[int] = set()
    for member in found:
        if member.region_id not in seen:
            seen.add(member.region_id)
            by_round[member.round].append(member)
    runs: dict[int, Run] = {}
    for run in Run.objects.filter(round__in=list(by_round)).order_by("id"):
        runs[run.round_id] = run
    return [
        Earlier(earlier, runs[earlier.pk], tuple(theirs))
        for earlier, theirs in by_round.items()
        if earlier.pk in runs
    ]


def stored_form(earlier: Earlier, tables: ChangeTables) -> dict[str, Any]:
    """JSON values of a comparison; title and date are those of the day it was made."""
    return {
        "round": earlier.round.pk,
        "run": earlier.run.pk,
        "title": earlier.round.title,
        "ended_on": earlier.round.ends_on.isoformat(),
        "tables": changes_to_json(tables),
    }


def from_stored(entry: Mapping[str, Any]) -> StoredChange:
    return StoredChange(
        title=entry["title"],
        ended_on=date.fromisoformat(entry["ended_on"]),
        tables=changes_from_json(entry["tables"]),
    )


def changes_of(run: Run) -> tuple[StoredChange, ...]:
    """The comparisons stored with a run; parsed once, since a run never changes."""
    return _parsed(run.pk, run.changes) if run.changes else ()


@lru_cache(maxsize=32)
def _parsed(pk: int, changes: str) -> tuple[StoredChange, ...]:
    return tuple(from_stored(entry) for entry in json.loads(changes))
