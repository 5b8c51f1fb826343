"""What a calendar says on a day, and what its file must hold."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waspada.errors import CatalogueError
from waspada.instrument.model import Text
from waspada.watch import (
    CATALOGUE_STAGES,
    Calendar,
    DueReason,
    Stage,
    days_until_voting,
    earliest_future,
    has_begun,
    read_calendar,
    running,
    upcoming,
)

CALENDAR = Path(__file__).parents[3] / "calendars" / "pilkada-2024.csv"
EXAMPLE_DAY = date(2024, 9, 18)


@pytest.fixture(scope="module")
def pilkada() -> Calendar:
    return read_calendar(CALENDAR)


def codes(stages):
    return [stage.code for stage in stages]


# --- The calendar of Pilkada 2024 --------------------------------------------------------------


def test_pilkada_2024_has_19_stages_and_its_voting_day(pilkada):
    assert len(pilkada.stages) == 19
    assert pilkada.voting_day == date(2024, 11, 27)
    assert pilkada.title == Text("Pilkada serentak 2024", "Simultaneous regional elections 2024")


def test_every_stage_of_pilkada_2024_belongs_to_a_stage_of_the_catalogue(pilkada):
    assert all(stage.catalogue_stages for stage in pilkada.stages)


def test_only_baseline_and_supplies_have_no_stage_in_pilkada_2024(pilkada):
    mapped = {code for stage in pilkada.stages for code in stage.catalogue_stages}
    assert set(CATALOGUE_STAGES) - mapped == {"pra", "logistik"}


def test_counting_and_tabulation_is_one_stage_for_two_of_the_catalogue(pilkada):
    by_code = {stage.code: stage for stage in pilkada.stages}
    assert by_code["counting_and_tabulation"].catalogue_stages == ("pungut", "rekap")


def test_disagreement_about_the_quiet_period_is_told(pilkada):
    quiet = next(stage for stage in pilkada.stages if stage.code == "quiet_period")
    assert (quiet.start, quiet.end) == (date(2024, 11, 24), date(2024, 11, 26))
    assert quiet.note is not None and "23" in quiet.note.id


def test_voter_list_update_runs_on_the_day_of_the_example(pilkada):
    assert codes(running(pilkada, EXAMPLE_DAY)) == [
        "rule_drafting",
        "schedule_planning",
        "temporary_bodies",
        "observer_registration",
        "voter_list_update",
        "requirements_check",
    ]


def test_a_stage_runs_on_its_first_and_on_its_last_day(pilkada):
    assert "campaign" not in codes(running(pilkada, date(2024, 9, 24)))
    assert "campaign" in codes(running(pilkada, date(2024, 9, 25)))
    assert "campaign" in codes(running(pilkada, date(2024, 11, 23)))
    assert "campaign" not in codes(running(pilkada, date(2024, 11, 24)))


def test_upcoming_stages_come_in_the_order_of_their_start(pilkada):
    assert codes(upcoming(pilkada, EXAMPLE_DAY)) == [
        "candidate_confirmation",
        "ballot_number_draw",
        "campaign",
        "quiet_period",
        "voting",
        "counting_and_tabulation",
    ]


def test_days_until_voting_count_down_to_zero_and_below(pilkada):
    assert days_until_voting(pilkada, EXAMPLE_DAY) == 70
    assert days_until_voting(pilkada, pilkada.voting_day) == 0
    assert days_until_voting(pilkada, date(2024, 11, 28)) == -1


# --- When a step is due ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("catalogue_stages", "stage", "due", "reason"),
    [
        (("kampanye", "tenang"), "campaign", date(2024, 9, 24), DueReason.BEFORE_START),
        (
            ("calon", "kampanye", "tenang", "pungut"),
            "candidate_confirmation",
            date(2024, 9, 21),
            DueReason.BEFORE_START,
        ),
        (("tenang", "pungut"), "quiet_period", date(2024, 11, 23), DueReason.BEFORE_START),
        (("dpt", "pungut"), "voting", date(2024, 11, 26), DueReason.BEFORE_START),
        (("calon",), "candidate_confirmation", date(2024, 9, 21), DueReason.BEFORE_START),
        (("rekap", "sengketa"), "counting_and_tabulation", date(2024, 11, 26), "before_start"),
        (("dpt",), "voter_list_update", date(2024, 9, 23), DueReason.WHILE_RUNNING),
        (("rencana", "adhoc"), "temporary_bodies", date(2024, 11, 5), DueReason.WHILE_RUNNING),
        (("logistik", "pungut"), "voting", date(2024, 11, 26), DueReason.BEFORE_START),
        (("logistik",), None, None, DueReason.NOT_IN_CALENDAR),
        (("sengketa", "pasca"), None, None, DueReason.NO_DATE_YET),
    ],
)
def test_due_points_on_18_september_2024(pilkada, catalogue_stages, stage, due, reason):
    point = earliest_future(pilkada, catalogue_stages, EXAMPLE_DAY)
    assert (point.stage and point.stage.code, point.date, point.reason) == (stage, due, reason)


def test_step_is_due_today_when_its_stage_starts_tomorrow(pilkada):
    point = earliest_future(pilkada, ["kampanye"], date(2024, 9, 24))
    assert point.date == date(2024, 9, 24)


def test_without_a_later_start_the_running_stage_sets_the_due_date(pilkada):
    point = earliest_future(pilkada, ["kampanye"], date(2024, 9, 25))
    assert (point.date, point.reason) == (date(2024, 11, 23), DueReason.WHILE_RUNNING)


def test_nothing_is_due_when_all_stages_are_over(pilkada):
    point = earliest_future(pilkada, ["kampanye", "tenang"], date(2024, 11, 27))
    assert (point.stage, point.date, point.reason) == (None, None, DueReason.OVER)


def test_remaining_stage_without_a_date_is_told_apart_from_being_over(pilkada):
    point = earliest_future(pilkada, ["kampanye", "sengketa"], date(2025, 1, 2))
    assert point.reason is DueReason.NO_DATE_YET


def test_undated_stage_has_not_begun(pilkada):
    assert not has_begun(pilkada, ["sengketa"], date(2030, 1, 1))
    assert has_begun(pilkada, ["sengketa", "kampanye"], date(2024, 9, 25))
    assert not has_begun(pilkada, ["kampanye"], EXAMPLE_DAY)


days = st.dates(min_value=date(2023, 1, 1), max_value=date(2026, 12, 31))
some_stages = st.lists(st.sampled_from(CATALOGUE_STAGES), min_size=1, unique=True)


@given(on=days, catalogue_stages=some_stages)
def test_due_date_is_never_before_the_day_asked(on, catalogue_stages):
    point = earliest_future(read_once(), catalogue_stages, on)
    assert (point.date is None) == (point.stage is None)
    assert point.date is None or point.date >= on


@given(on=days, catalogue_stages=some_stages)
def test_more_stages_never_move_the_day_before_a_start_later(on, catalogue_stages):
    one = earliest_future(read_once(), catalogue_stages[:1], on)
    all_of_them = earliest_future(read_once(), catalogue_stages, on)
    if one.reason is DueReason.BEFORE_START:
        assert all_of_them.date <= one.date


@given(on=days, catalogue_stages=some_stages)
def test_order_of_the_stages_is_irrelevant(on, catalogue_stages):
    forth = earliest_future(read_once(), catalogue_stages, on)
    assert forth == earliest_future(read_once(), catalogue_stages[::-1], on)


@given(on=days)
def test_no_stage_is_both_running_and_upcoming(on):
    assert not set(running(read_once(), on)) & set(upcoming(read_once(), on))


@cache
def read_once() -> Calendar:
    return read_calendar(CALENDAR)


def test_stage_without_an_end_runs_on_but_sets_no_due_date():
    start = date(2025, 1, 6)
    stage = Stage("court", Text("Sidang", "Hearings"), "x", start, None, "", ("sengketa",))
    calendar = Calendar("x", Text("x", "x"), date(2024, 11, 27), (stage,))
    assert running(calendar, start + timedelta(days=400)) == (stage,)
    point = earliest_future(calendar, ["sengketa"], start)
    assert (point.date, point.reason) == (None, DueReason.NO_DATE_YET)


# --- Reading -----------------------------------------------------------------------------------

HEADER = "kind,code,phase,name_id,name_en,start,end,status,catalogue_stages,note_id,note_en"
ELECTION = "election,demo,,Pemilihan,Election,,,,,,"
VOTING = "voting,voting,implementation,Pemungutan,Voting,2024-11-27,2024-11-27,published,pungut,,"


def write(tmp_path, *lines, header=HEADER):
    path = tmp_path / "demo.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def faults_of(path):
    with pytest.raises(CatalogueError) as caught:
        read_calendar(path)
    return [(fault.code, fault.place) for fault in caught.value.faults]


def test_smallest_calendar_is_read(tmp_path):
    calendar = read_calendar(write(tmp_path, ELECTION, VOTING))
    assert (calendar.code, calendar.voting_day, len(calendar.stages)) == (
        "demo",
        date(2024, 11, 27),
        1,
    )


def test_byte_order_mark_and_empty_lines_are_no_fault(tmp_path):
    path = write(tmp_path, ELECTION, ",,,,,,,,,,", VOTING, header="\ufeff" + HEADER)
    assert len(read_calendar(path).stages) == 1


def test_all_faults_of_a_calendar_are_told_at_once(tmp_path):
    path = write(
        tmp_path,
        ELECTION,
        VOTING,
        "stage,a,preparation,Nama,Name,2024-02-30,,published,dpt,,",
        "stage,b,preparation,Nama,Name,2024-03-02,2024-03-01,published,dpt,,",
        "stage,b,preparation,Nama,Name,,,published,nowhere,,",
        "stage,c,preparation,Nama,,,,published,dpt,,",
        "stage,d,preparation,Nama,Name,,,published,dpt,Catatan,",
        "stgae,e,,Nama,Name,,,,dpt,,",
    )
    assert sorted(faults_of(path), key=lambda fault: fault[1]) == [
        ("bad_date", 'line 4, column "start"'),
        ("end_before_start", 'line 5, column "end"'),
        ("unknown_catalogue_stage", 'line 6, column "catalogue_stages"'),
        ("duplicate_code", 'line 6, column "code"'),
        ("missing_translation", 'line 7, column "name_en"'),
        ("missing_translation", 'line 8, column "note_en"'),
        ("unknown_kind", 'line 9, column "kind"'),
        ("missing_value", 'line 9, column "phase"'),
        ("missing_value", 'line 9, column "status"'),
    ]


def test_message_says_what_where_why_and_the_way_out(tmp_path):
    path = write(tmp_path, ELECTION, VOTING.replace("2024-11-27", "27/11/2024"))
    with pytest.raises(CatalogueError) as caught:
        read_calendar(path)
    assert (
        'line 3, column "start": "27/11/2024" is no date of the calendar. '
        "Write year-month-day, for example 2024-11-27, or leave the cell empty."
    ) in caught.value.message


def test_calendar_needs_one_election_and_one_voting_day(tmp_path):
    stage = VOTING.replace("voting,voting", "stage,voting")
    assert {code for code, _ in faults_of(write(tmp_path, stage))} == {
        "not_one_election",
        "not_one_voting",
    }
    second = VOTING.replace("voting,voting", "voting,again")
    assert faults_of(write(tmp_path, ELECTION, VOTING, second)) == [
        ("not_one_voting", 'column "kind"')
    ]


def test_voting_day_without_a_date_is_a_fault(tmp_path):
    undated = VOTING.replace("2024-11-27", "")
    assert faults_of(write(tmp_path, ELECTION, undated)) == [
        ("missing_value", 'line 3, column "start"')
    ]


def test_missing_column_is_told_before_anything_else(tmp_path):
    path = write(tmp_path, "election,demo", header="kind,code")
    assert {code for code, _ in faults_of(path)} == {"missing_column"}


def test_comma_outside_quotes_is_a_fault(tmp_path):
    line = "stage,a,preparation,PPK, PPS,Name,,,published,adhoc,,,"
    assert ("too_many_cells", "line 4") in faults_of(write(tmp_path, ELECTION, VOTING, line))


def test_unreadable_file_gets_a_sentence(tmp_path):
    assert faults_of(tmp_path / "nowhere.csv") == [("unreadable", "the file")]
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"kind,code\nstage,\xe9\n")
    assert faults_of(latin) == [("unreadable", "the file")]
