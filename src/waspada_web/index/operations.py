"""Measuring a round: washed answers in, one stored run out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.db import transaction

from waspada import METHOD_VERSION
from waspada.collection.model import BLANK, EVERYONE, JOINT, Responses
from waspada.errors import QualityError
from waspada.instrument.model import Form, Instrument, Item
from waspada.pipeline import change, measure
from waspada.publication.model import ChangeTables
from waspada.publication.stored import tables_to_json
from waspada_web.accounts.models import User
from waspada_web.audit.operations import record
from waspada_web.collection.models import Lens, Response, Round, RoundRegion, State
from waspada_web.index.earlier import Earlier, earlier_rounds, stored_form
from waspada_web.index.models import Run
from waspada_web.instrument.queries import instrument_of

MEASURABLE = (State.CLOSED, State.MEASURED)
"""Answers of these regions are washed. An open region has none to read yet."""

SEEDS = 1_000_000_000
"""A seed drawn here has at most nine digits, so that a person can copy it from a page."""

Answered = tuple[str, str, Mapping[str, str]]
"""Region code, element code, item code -> choice code: all that is known of a response."""


def measure_round(
    round: Round,
    *,
    by: User | None,
    seed: int | None = None,
    replicates: int = 1000,
    check: bool = True,
) -> Run:
    """Measure all closed regions of the round together and store the run.

    Regions measured together are ranked together, keep their last word near a line, and are
    compared with their last round. How the answers were given is checked, which takes the most
    time: a few tenths of a second per region. The computation runs before the transaction, so that
    no hall that is still collecting waits for it.

    Raises QualityError ("nothing_closed") where no region of the round is closed.
    """
    members = list(
        RoundRegion.objects.filter(round=round, state__in=MEASURABLE).select_related("region")
    )
    if not members:
        raise QualityError(
            f'Round "{round.title}" has no closed region. Close a region first.',
            code="nothing_closed",
            round=round.title,
        )
    instrument = instrument_of(round.instrument_version, Form(round.form))
    seed = secrets.randbelow(SEEDS) if seed is None else seed
    responses = responses_of(members, instrument)
    earlier = earlier_rounds(round, members)
    words = {r: word for past in earlier for r, word in past.words(instrument.rule).items()}
    tables = measure(
        responses,
        instrument,
        seed=seed,
        replicates=replicates,
        check=check,
        rerun=check,
        previous=words,
    )
    if words:  # without them nobody could repeat the words of this run
        kept = {region: [word.word, word.by_line] for region, word in sorted(words.items())}
        tables = replace(tables, record={**tables.record, "previous_words": kept})
    changes = [
        stored_form(past, found)
        for past in earlier
        if (found := _change_since(past, responses, instrument, seed, replicates))
    ]
    with transaction.atomic():
        run = Run.objects.create(
            round=round,
            computed_by=by,
            method_version=METHOD_VERSION,
            seed=seed,
            replicates=replicates,
            fingerprint=tables.record["answers_fingerprint"],
            tables=json.dumps(tables_to_json(tables)),
            changes=json.dumps(changes) if changes else "",
        )
        RoundRegion.objects.filter(
            pk__in=[member.pk for member in members], state=State.CLOSED
        ).update(state=State.MEASURED)
        record(
            by=by,
            verb="measure-round",
            subject=f"round {round.pk}",
            run=run.pk,
            seed=seed,
            replicates=replicates,
            regions=[member.region.code for member in members],
            earlier_runs=[past.run.pk for past in earlier],
        )
    return run


def _change_since(
    past: Earlier, responses: Responses, instrument: Instrument, seed: int, replicates: int
) -> ChangeTables | None:
    """What changed in the regions of an earlier round; None where its answers are gone."""
    before = responses_of(past.members, instrument)
    after = _of_regions(responses, before.regions)
    if not len(before) or not len(after):
        return None
    return change(before, after, instrument, seed=seed, replicates=replicates)


def _of_regions(responses: Responses, regions: Sequence[str]) -> Responses:
    """The answers of these regions alone."""
    kept = tuple(code for code in responses.regions if code in regions)
    place = np.array([kept.index(c) if c in kept else -1 for c in responses.regions], dtype=np.intp)
    rows = place[responses.region] >= 0
    return Responses(
        regions=kept,
        strata=responses.strata,
        region=place[responses.region][rows],
        stratum=responses.stratum[rows],
        choice=responses.choice[rows],
    )


def responses_of(members: Sequence[RoundRegion], instrument: Instrument) -> Responses:
    """The washed answers of participants from these regions as the core takes them."""
    rows = Response.objects.filter(round_region__in=members, lens=Lens.SELF).values_list(
        "round_region__region__code", "stratum", "answers"
    )
    return build_responses(list(rows), instrument)


def build_responses(rows: Sequence[Answered], instrument: Instrument) -> Responses:
    """Codes to positions. Answers were checked when they came in; a code unknown here is a bug."""
    regions = tuple(sorted({region for region, _, _ in rows}))
    strata = _strata_of(rows, instrument)
    region_at = {code: i for i, code in enumerate(regions)}
    stratum_at = {code: i for i, code in enumerate(strata)}
    choice = np.full((len(rows), len(instrument.items)), BLANK, dtype=np.int16)
    for row, (_, _, answers) in enumerate(rows):
        for column, item in enumerate(instrument.items):
            choice[row, column] = _position(instrument, item, answers.get(item.code))
    return Responses(
        regions=regions,
        strata=strata,
        region=np.array([region_at[region] for region, _, _ in rows], dtype=np.intp),
        stratum=np.array(
            [stratum_at[stratum] if instrument.strata else 0 for _, stratum, _ in rows],
            dtype=np.intp,
        ),
        choice=choice,
    )


def _strata_of(rows: Sequence[Answered], instrument: Instrument) -> tuple[str, ...]:
    """The instrument's elements, then the joint ones of bowls that several shared."""
    if not instrument.strata:
        return (EVERYONE,)
    joint = sorted({stratum for _, stratum, _ in rows if JOINT in stratum})
    return (*(stratum.code for stratum in instrument.strata), *joint)


def _position(instrument: Instrument, item: Item, code: str | None) -> int:
    return instrument.scale_of(item).position(code) if code else BLANK
