"""From drivers to steps."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waspada.action import Mode, Purpose, propose_steps, raising_drivers, read_catalogue
from waspada.errors import CatalogueError
from waspada.instrument.model import Evidence, Instrument, Item, Node, Polarity, Text
from waspada.watch import DueReason, read_calendar

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue(ROOT / "catalogues" / "mitigation.yaml")
CALENDAR = read_calendar(ROOT / "calendars" / "pilkada-2024.csv")
EXAMPLE_DAY = date(2024, 9, 18)

LINKS = {
    "voter_list_accurate": ("PNY-06", "PNY-07"),
    "civil_servant_partiality": ("KTS-06",),
    "vote_buying": ("KTS-05", "KSP-01"),
    "supervisor_follow_up": ("HSL-06", "KTS-05"),
    "cash_handed_out": ("KTS-05",),
    "off_schedule_campaign": ("KTS-09",),
    "refugees": (),
}


def item(code, factors):
    return Item(code, Text(code, code), "likelihood5", "s", node="demo", factors=factors)


INSTRUMENT = Instrument(
    code="demo",
    version="1",
    title=Text("x", "x"),
    polarity=Polarity.MORE_VULNERABLE,
    evidence=Evidence.PERCEPTION,
    scales=(),
    sections=(),
    items=tuple(item(code, factors) for code, factors in LINKS.items()),
    nodes=(Node("demo", None, "index", Text("x", "x")),),
)


def steps_for(*driver_items, on=EXAMPLE_DAY, instrument=INSTRUMENT, **options):
    return propose_steps(driver_items, instrument, CATALOGUE, CALENDAR, on, **options)


def ids(steps):
    return [step.id for step in steps]


def test_worked_example_of_the_method_page():
    steps = steps_for(
        ("voter_list_accurate", 0.9),
        ("off_schedule_campaign", 0.4),
        ("vote_buying", -0.5),
    )
    assert [(s.id, s.mode, s.lead.code, s.due, s.evidence.code) for s in steps] == [
        ("PNY-06-A1", Mode.REQUEST, "kpu", date(2024, 11, 26), "data"),
        ("PNY-06-A2", Mode.REQUEST, "bawaslu", date(2024, 11, 26), "laporan"),
        ("PNY-06-A3", Mode.REQUEST, "kpu", date(2024, 11, 26), "sop"),
        ("KTS-09-A1", Mode.REQUEST, "kpu", date(2024, 9, 24), "materi"),
        ("KTS-09-A2", Mode.REQUEST, "bawaslu", date(2024, 9, 24), "laporan"),
    ]


def test_step_names_the_stage_that_sets_its_day_and_the_one_that_runs():
    step = steps_for(("voter_list_accurate", 1.0))[0]
    assert step.due_stage is not None and step.due_stage.code == "voting"
    assert step.due_reason is DueReason.BEFORE_START
    assert step.running_stage is not None and step.running_stage.end == date(2024, 9, 23)


def test_strongest_driver_comes_first_whatever_the_order_of_the_rows():
    forth = steps_for(("off_schedule_campaign", 0.4), ("voter_list_accurate", 0.9))
    back = steps_for(("voter_list_accurate", 0.9), ("off_schedule_campaign", 0.4))
    assert forth == back
    assert forth[0].drivers == ("voter_list_accurate",)


def test_neighbouring_factors_lead_to_no_step():
    assert {step.factor.code for step in steps_for(("vote_buying", 1.0))} == {"KTS-05"}


def test_prevention_comes_before_handling():
    purposes = [step.purpose for step in steps_for(("voter_list_accurate", 1.0))]
    assert purposes == sorted(purposes, key=[Purpose.PREVENTION, Purpose.HANDLING].index)


def test_handling_waits_until_a_stage_of_the_factor_has_begun():
    before = steps_for(("off_schedule_campaign", 1.0))
    during = steps_for(("off_schedule_campaign", 1.0), on=date(2024, 9, 25))
    assert {step.purpose for step in before} == {Purpose.PREVENTION}
    assert {step.purpose for step in during} == {Purpose.PREVENTION, Purpose.HANDLING}


def test_only_handling_is_left_when_all_stages_are_over():
    steps = steps_for(("off_schedule_campaign", 1.0), on=date(2024, 12, 1))
    assert {step.purpose for step in steps} == {Purpose.HANDLING}
    assert {(step.due, step.due_reason) for step in steps} == {(None, DueReason.OVER)}


def test_step_without_a_date_in_the_calendar_says_so():
    steps = steps_for(("supervisor_follow_up", 1.0))
    assert steps
    assert {(step.due, step.due_reason) for step in steps} == {(None, DueReason.NO_DATE_YET)}


def test_two_drivers_of_one_factor_share_its_steps():
    steps = steps_for(("cash_handed_out", 0.3), ("vote_buying", 0.8))
    assert len(ids(steps)) == len(set(ids(steps)))
    assert {step.drivers for step in steps} == {("vote_buying", "cash_handed_out")}


def test_only_the_strongest_three_drivers_are_followed():
    rows = [("voter_list_accurate", 4.0), ("civil_servant_partiality", 3.0)]
    rows += [("refugees", 2.0), ("vote_buying", 1.0)]
    assert {step.factor.code for step in steps_for(*rows)} == {"PNY-06", "KTS-06"}
    assert "KTS-05" in {step.factor.code for step in steps_for(*rows, limit_drivers=4)}


def test_driver_without_a_factor_is_listed_though_it_leads_to_no_step():
    assert raising_drivers([("refugees", 1.0)], INSTRUMENT, limit=3) == ("refugees",)
    assert steps_for(("refugees", 1.0)) == ()


def test_joined_rows_and_lowering_drivers_lead_to_nothing():
    assert steps_for(("", 5.0), ("vote_buying", -1.0), ("cash_handed_out", 0.0)) == ()


def test_where_high_means_better_a_lowering_item_is_the_raising_driver():
    better = replace(INSTRUMENT, polarity=Polarity.BETTER)
    rows = [("vote_buying", -1.0), ("voter_list_accurate", 2.0)]
    assert raising_drivers(rows, better, limit=3) == ("vote_buying",)


def test_equally_strong_drivers_follow_the_order_of_the_instrument():
    rows = [("vote_buying", 1.0), ("voter_list_accurate", 1.0)]
    assert raising_drivers(rows, INSTRUMENT, limit=1) == ("voter_list_accurate",)


def test_factor_that_the_catalogue_lacks_is_an_error_with_a_way_out():
    wrong = replace(INSTRUMENT, items=(item("a", ("XXX-01",)), item("b", ("XXX-02",))))
    with pytest.raises(CatalogueError) as caught:
        steps_for(("a", 1.0), ("b", 2.0), instrument=wrong)
    assert [fault.place for fault in caught.value.faults] == ['item "b"', 'item "a"']


drivers = st.lists(
    st.tuples(st.sampled_from([*LINKS, ""]), st.floats(-5, 5)), unique_by=lambda row: row[0]
)
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2025, 3, 1))


@given(rows=drivers, on=days, limit=st.integers(0, 5))
def test_every_step_is_chosen_once_and_for_a_reason(rows, on, limit):
    steps = propose_steps(rows, INSTRUMENT, CATALOGUE, CALENDAR, on, limit_drivers=limit)
    followed = raising_drivers(rows, INSTRUMENT, limit=limit)
    assert len(ids(steps)) == len(set(ids(steps)))
    for step in steps:
        assert step.drivers and set(step.drivers) <= set(followed)
        assert step.mode is step.lead.mode
        assert step.due is None or step.due >= on


@given(rows=drivers, on=days)
def test_order_of_the_rows_is_irrelevant(rows, on):
    forth = propose_steps(rows, INSTRUMENT, CATALOGUE, CALENDAR, on)
    assert forth == propose_steps(rows[::-1], INSTRUMENT, CATALOGUE, CALENDAR, on)
