"""An earlier round gives words and changes; nothing else may."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.web import factories
from tests.web.rounds import FIRST_TITLE, two_rounds
from waspada.publication.model import CategoryRow, Tables
from waspada.publication.stored import (
    changes_from_json,
    changes_to_json,
    tables_from_json,
    tables_to_json,
)
from waspada_web.audit.models import AuditEntry
from waspada_web.collection.models import Response, Round, RoundRegion, State
from waspada_web.index.earlier import changes_of, earlier_rounds
from waspada_web.index.models import Run
from waspada_web.index.operations import measure_round
from waspada_web.index.queries import latest_run, tables_of

pytestmark = pytest.mark.django_db


def members(round: Round) -> list[RoundRegion]:
    return list(round.regions.select_related("region"))


def word_of(round: Round, code: str = "63.11") -> CategoryRow:
    run = latest_run(round)
    assert run is not None
    return next(row for row in tables_of(run).categories if row.region == code)


def rewrite(run: Run, tables: Tables) -> None:
    Run.objects.filter(pk=run.pk).update(tables=json.dumps(tables_to_json(tables)))


def test_a_region_near_the_line_keeps_the_word_of_its_last_round() -> None:
    before, after = two_rounds(check=False)
    assert word_of(before).category == "high"
    row = word_of(after)
    assert (row.category, row.by_line, row.kept) == ("high", "medium", True)


def test_the_words_of_the_last_round_stand_in_the_record() -> None:
    _, after = two_rounds(check=False)
    run = latest_run(after)
    assert run is not None
    assert tables_of(run).record["previous_words"]["63.11"] == ["high", "high"]


def test_the_trace_names_the_earlier_run() -> None:
    before, _ = two_rounds(check=False)
    first = latest_run(before)
    assert first is not None
    entry = AuditEntry.objects.filter(verb="measure-round").order_by("-pk")[0]
    assert entry.details["earlier_runs"] == [first.pk]


def test_changes_are_stored_with_the_run_and_come_back_exactly() -> None:
    _, after = two_rounds(check=False)
    run = latest_run(after)
    assert run is not None
    (stored,) = changes_of(run)
    assert stored.title == FIRST_TITLE
    assert {row.region for row in stored.tables.changes} == {"63.01", "63.07", "63.10", "63.11"}
    there_and_back = changes_from_json(json.loads(json.dumps(changes_to_json(stored.tables))))
    assert there_and_back == stored.tables


def test_changes_of_another_layout_are_refused() -> None:
    with pytest.raises(ValueError, match="format 2"):
        changes_from_json({"format": 2})


def test_the_first_round_compares_with_nothing() -> None:
    before, _ = two_rounds(check=False)
    run = latest_run(before)
    assert run is not None
    assert run.changes == ""
    assert changes_of(run) == ()
    assert "previous_words" not in tables_of(run).record


@pytest.mark.parametrize(
    "what",
    [
        {"is_synthetic": False},
        {"form": "full"},
        {"starts_on": factories.EXAMPLE_DAY, "ends_on": factories.EXAMPLE_DAY + timedelta(1)},
    ],
)
def test_another_kind_of_round_or_a_later_one_is_no_last_round(what: dict[str, object]) -> None:
    before, after = two_rounds(check=False)
    assert [past.round for past in earlier_rounds(after, members(after))] == [before]
    Round.objects.filter(pk=before.pk).update(**what)
    assert earlier_rounds(after, members(after)) == []


def test_another_questionnaire_is_never_compared() -> None:
    before, after = two_rounds(check=False)
    other = factories.make_instrument("kewaspadaan-nasional-contoh")
    Round.objects.filter(pk=before.pk).update(instrument_version=other)
    assert earlier_rounds(after, members(after)) == []


def test_a_region_that_was_not_measured_then_takes_the_word_by_the_line() -> None:
    before, after = two_rounds(check=False)
    RoundRegion.objects.filter(round=before, region__code="63.11").update(state=State.CLOSED)
    measure_round(after, by=None, seed=1, replicates=200, check=False)
    assert word_of(after).kept is False


def test_a_run_from_before_words_were_kept_lends_its_category() -> None:
    before, after = two_rounds(check=False)
    run = latest_run(before)
    assert run is not None
    old = tables_of(run)
    rewrite(run, replace(old, categories=tuple(replace(r, by_line="") for r in old.categories)))
    measure_round(after, by=None, seed=1, replicates=200, check=False)
    assert word_of(after).category == "high"


def test_a_word_by_another_rule_is_not_kept() -> None:
    before, after = two_rounds(check=False)
    run = latest_run(before)
    assert run is not None
    old = tables_of(run)
    rule = {**old.record["category_rule"], "code": "another"}
    rewrite(run, replace(old, record={**old.record, "category_rule": rule}))
    measure_round(after, by=None, seed=1, replicates=200, check=False)
    assert word_of(after).category == "medium"


def test_without_the_earlier_answers_words_are_kept_and_nothing_is_compared() -> None:
    before, after = two_rounds(check=False)
    Response.objects.filter(round_region__round=before).delete()
    run = measure_round(after, by=None, seed=1, replicates=200, check=False)
    assert run.changes == ""
    assert word_of(after).kept


def test_the_check_changes_no_number() -> None:
    _, after = two_rounds(check=False)
    plain = latest_run(after)
    assert plain is not None
    checked = tables_of(measure_round(after, by=None, seed=1, replicates=200))
    assert checked.scores == tables_of(plain).scores
    assert checked.categories == tables_of(plain).categories
    assert any(row.verdict == "flag" for row in checked.checks)
    assert [row.region for row in checked.without_flagged] == ["63.11"]


def test_looking_for_earlier_rounds_takes_the_same_queries_for_any_number_of_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _, after = two_rounds(check=False)
    mine = members(after)
    with django_assert_num_queries(2):
        assert len(earlier_rounds(after, mine)) == 1
    between = factories.make_small_round({"63.01": factories.full_hall()})
    measure_round(between, by=None, seed=1, replicates=50, check=False)
    after.starts_on += timedelta(1)
    after.save()
    with django_assert_num_queries(2):
        found = earlier_rounds(after, mine)
    assert [[m.region.code for m in past.members] for past in found] == [
        ["63.01"],
        ["63.07", "63.10", "63.11"],
    ]


def test_tables_stored_before_the_new_ones_read_as_empty() -> None:
    before, _ = two_rounds(check=False)
    run = latest_run(before)
    assert run is not None
    old = json.loads(run.tables)
    for name in ("checks", "without_flagged", "agreement", "vignettes", "pairs", "groups"):
        old.pop(name, None)
    tables = tables_from_json(old)
    assert tables.checks == tables.groups == tables.without_flagged == ()
