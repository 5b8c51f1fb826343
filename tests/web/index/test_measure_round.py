"""Closed regions in, one stored run out."""

from __future__ import annotations

import numpy as np
import pytest

from tests.web import factories
from waspada.collection.model import BLANK
from waspada.errors import QualityError
from waspada_web.accounts.models import RoleKind
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.models import Lens, RoundRegion, State
from waspada_web.collection.operations import add_washed
from waspada_web.index.models import Run
from waspada_web.index.operations import build_responses, measure_round, responses_of
from waspada_web.index.queries import latest_run, tables_of

pytestmark = pytest.mark.django_db

PLAN = {"63.11": factories.full_hall(), "63.10": factories.full_hall()}


def test_closed_regions_are_measured_together_and_become_measured() -> None:
    round = factories.make_small_round(PLAN)
    run = measure_round(round, by=None, seed=7, replicates=100)
    assert {row.region for row in tables_of(run).categories} == set(PLAN)
    states = RoundRegion.objects.filter(round=round).values_list("state", flat=True)
    assert set(states) == {State.MEASURED}


def test_a_region_that_is_still_open_is_left_alone() -> None:
    round = factories.make_small_round({**PLAN, "63.09": factories.full_hall()})
    RoundRegion.objects.filter(region__code="63.09").update(state=State.OPEN)
    run = measure_round(round, by=None, seed=7, replicates=100)
    assert "63.09" not in {row.region for row in tables_of(run).scores}
    assert RoundRegion.objects.get(region__code="63.09").state == State.OPEN


def test_a_round_without_a_closed_region_is_refused() -> None:
    round = factories.make_round(["63.11"])
    with pytest.raises(QualityError) as refused:
        measure_round(round, by=None)
    assert refused.value.code == "nothing_closed"
    assert not Run.objects.exists()


def test_the_same_answers_and_seed_give_the_same_tables() -> None:
    round = factories.make_small_round(PLAN)
    one = measure_round(round, by=None, seed=7, replicates=100)
    two = measure_round(round, by=None, seed=7, replicates=100)
    assert one.tables == two.tables
    assert one.fingerprint == two.fingerprint
    assert latest_run(round) == two


def test_without_a_seed_one_is_drawn_and_kept() -> None:
    round = factories.make_small_round(PLAN)
    run = measure_round(round, by=None, replicates=100)
    assert 0 <= run.seed < 1_000_000_000
    assert tables_of(run).record["seed"] == run.seed


def test_measuring_leaves_a_trace_that_names_no_respondent() -> None:
    round = factories.make_small_round(PLAN)
    person = factories.make_person(RoleKind.OPERATOR, "63")
    measure_round(round, by=person, seed=7, replicates=100)
    entry = AuditEntry.objects.get(verb="measure-round")
    assert entry.by == person
    assert set(entry.details) == {"run", "seed", "replicates", "regions", "earlier_runs"}


def test_views_from_outside_are_never_mixed_into_the_index() -> None:
    round = factories.make_small_round(PLAN)
    member = RoundRegion.objects.get(round=round, region__code="63.11")
    add_washed(member, [("youth", Lens.OUTSIDE.value, {})])
    instrument = factories.instrument_of_round(round)
    assert len(responses_of([member], instrument)) == sum(PLAN["63.11"].values())


def test_a_question_left_empty_stays_empty() -> None:
    round = factories.make_round(["63.11"])
    instrument = factories.instrument_of_round(round)
    item = instrument.items[4]
    responses = build_responses([("63.11", "youth", {item.code: "never"})], instrument)
    column = [i.code for i in instrument.items].index(item.code)
    assert responses.choice[0, column] == instrument.scale_of(item).position("never")
    assert (np.delete(responses.choice[0], column) == BLANK).all()
