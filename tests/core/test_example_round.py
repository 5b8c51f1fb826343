"""The synthetic example round keeps the promises of examples/README.md."""

import csv
import re
from collections import Counter
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from examples import make_synthetic_round as maker
from waspada.action import Mode, check_links, propose_steps, read_catalogue
from waspada.collection.read import read_responses
from waspada.instrument import read_instrument
from waspada.instrument.model import Form, MissingKind
from waspada.pipeline import measure
from waspada.publication.model import NOT_ENOUGH_DATA
from waspada.watch import read_calendar

ROOT = Path(__file__).parents[2]
MISSING = {kind.value for kind in MissingKind} - {MissingKind.BLANK.value}


@pytest.fixture(scope="module")
def instrument():
    return read_instrument(maker.INSTRUMENT).in_form(Form.CORE)


@pytest.fixture(scope="module")
def rows():
    with maker.OUTPUT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answers_per_element(rows, region):
    return Counter(row["stratum"] for row in rows if row["region"] == region)


def test_same_seed_gives_the_committed_bytes(instrument):
    written = maker.synthetic_csv(instrument, maker.SEED).encode("utf-8")
    assert written == maker.OUTPUT.read_bytes()


def test_another_seed_gives_other_answers(instrument):
    assert maker.synthetic_csv(instrument, 1) != maker.synthetic_csv(instrument, 2)


def test_file_says_that_it_is_synthetic_in_name_and_readme():
    assert "synthetic" in maker.OUTPUT.name
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert "data sintetis; nama daerah asli, angkanya buatan" in readme
    assert "synthetic data; the names of the regions are real, the numbers are made up" in readme


def test_readme_counts_the_responses(rows):
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert f"{len(rows)} isian" in readme and f"{len(rows)} responses" in readme


def test_columns_are_region_element_and_the_items_of_the_core_form(rows, instrument):
    items = [item.code for item in instrument.items]
    assert list(rows[0]) == ["region", "stratum", *items]
    assert sum(item.node is not None for item in instrument.items) == 24
    assert len(items) == 28


def test_every_answer_is_a_choice_of_its_item_or_blank(rows, instrument):
    for item in instrument.items:
        allowed = {choice.code for choice in instrument.scale_of(item).choices} | {""}
        assert {row[item.code] for row in rows} <= allowed


def test_rows_are_sorted_so_that_their_order_tells_nothing(rows):
    contents = [tuple(row.values()) for row in rows]
    assert contents == sorted(contents)


def test_all_13_regions_speak_but_kotabaru_has_too_few_answers(rows):
    counts = Counter(row["region"] for row in rows)
    assert len(counts) == 13
    assert all(re.fullmatch(r"63\.\d\d", code) for code in counts)
    assert counts.pop("63.02") == 17
    assert 38 <= min(counts.values()) <= max(counts.values()) <= 75


def test_every_element_is_known_to_the_instrument(rows, instrument):
    assert {row["stratum"] for row in rows} <= set(instrument.stratum_by_code)


def test_balangan_has_five_answers_or_more_of_each_required_element(rows, instrument):
    counts = answers_per_element(rows, "63.11")
    required = {stratum.code for stratum in instrument.strata if stratum.required}
    assert sum(counts.values()) == 52
    assert all(counts[element] >= 5 for element in required)


def test_in_tapin_academics_are_too_few_and_the_press_takes_them_in(rows, instrument):
    counts = answers_per_element(rows, "63.05")
    assert 0 < counts["academics"] < 5 <= counts["news_media"]
    assert instrument.stratum_by_code["academics"].merge_into == "news_media"


def test_in_barito_kuala_academics_and_press_need_each_other(rows):
    counts = answers_per_element(rows, "63.04")
    assert (counts["academics"], counts["news_media"]) == (2, 3)


def test_between_5_and_12_percent_do_not_know(rows, instrument):
    cells = [row[item.code] for row in rows for item in instrument.index_items]
    assert 0.05 <= cells.count("dont_know") / len(cells) <= 0.12


def test_hard_questions_are_answered_with_dont_know_more_often(rows, instrument):
    def share(item):
        return sum(row[item] == "dont_know" for row in rows) / len(rows)

    assert share("supervisor_follow_up") == max(share(i.code) for i in instrument.index_items)


def test_every_kind_of_missing_answer_occurs(rows):
    seen = {cell for row in rows for cell in row.values()}
    assert seen >= MISSING | {""}


def test_most_people_order_the_invented_regencies_as_intended(rows, instrument):
    codes = ("vignette_low", "vignette_medium", "vignette_high")
    scale = instrument.scale_of(instrument.item_by_code[codes[0]])
    scores = {choice.code: choice.score for choice in scale.choices} | {"": None}
    rated = [[scores[row[code]] for code in codes] for row in rows]
    rated = [three for three in rated if None not in three]
    assert sum(low < mid < high for low, mid, high in rated) / len(rated) >= 0.8


def test_no_region_is_unanimous_on_any_item(rows, instrument):
    for _, group in groupby(rows, key=lambda row: row["region"]):
        people = list(group)
        for item in instrument.index_items:
            assert len({row[item.code] for row in people}) > 1


def test_every_item_of_the_instruments_leads_to_known_factors_and_stages():
    catalogue = read_catalogue(ROOT / "catalogues" / "mitigation.yaml")
    twins = sorted((ROOT / "instruments").glob("*/*.yaml"))
    assert twins
    for twin in twins:
        check_links(read_instrument(twin), catalogue)


# --- What the example says when it is measured -------------------------------------------------


@pytest.fixture(scope="module")
def tables(instrument):
    received = read_responses(maker.OUTPUT, instrument)
    assert not received.ignored_columns and not received.set_aside
    return measure(received.responses, instrument, seed=20240918)


def index_of(tables, instrument, region):
    root = instrument.root.code
    return next(row for row in tables.scores if (row.region, row.node) == (region, root))


@pytest.mark.parametrize(
    ("region", "category", "between"),
    [
        ("63.07", "high", (62.5, 66)),
        ("63.11", "medium", (50, 57)),
        ("63.72", "low", (33, 37.5)),
    ],
)
def test_three_regions_show_the_three_categories(tables, instrument, region, category, between):
    score = index_of(tables, instrument, region)
    assert between[0] <= score.score <= between[1]
    assert category in [row.category for row in tables.categories if row.region == region]


def test_kotabaru_gets_no_category(tables):
    (kotabaru,) = (row for row in tables.categories if row.region == "63.02")
    assert kotabaru.category == NOT_ENOUGH_DATA


def test_regions_lie_around_the_middle_of_the_scale(tables, instrument):
    assert 45 <= tables.node_means[instrument.root.code] <= 50


def test_rank_set_of_balangan_is_honestly_wide(tables, instrument):
    (rank,) = (
        row for row in tables.ranks if (row.region, row.node) == ("63.11", instrument.root.code)
    )
    assert rank.rank_upper - rank.rank_lower + 1 >= 9


def test_balangan_differs_for_sure_only_from_the_lowest_region(tables):
    pairs = [pair for pair in tables.difference_pairs if "63.11" in pair]
    assert pairs == [("63.11", "63.72")]


def test_drivers_of_balangan_are_clear_and_lead_to_steps(tables, instrument):
    drivers = [row for row in tables.drivers if row.region == "63.11"]
    leading = sorted(drivers, key=lambda row: -row.contribution)[:3]
    assert {row.item for row in leading} == {
        "voter_list_accurate",
        "civil_servant_partiality",
        "online_falsehoods",
    }
    assert all(row.lower > 0 for row in leading)
    steps = propose_steps(
        [(row.item, row.contribution) for row in drivers],
        instrument,
        read_catalogue(ROOT / "catalogues" / "mitigation.yaml"),
        read_calendar(ROOT / "calendars" / "pilkada-2024.csv"),
        date(2024, 9, 18),
    )
    assert len(steps) == 9
    assert {step.mode for step in steps} == {Mode.ASSIGN, Mode.REQUEST}
    assert {step.due for step in steps} == {date(2024, 9, 21), date(2024, 11, 26)}


def test_something_lowers_the_index_of_balangan_for_sure(tables):
    lowering = {
        row.item for row in tables.drivers if row.region == "63.11" and (row.upper or 0) < 0
    }
    assert lowering >= {"agency_coordination", "warning_follow_up"}
