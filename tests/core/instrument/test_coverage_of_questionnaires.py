"""The two example questionnaires are built as their design says."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from waspada.instrument import read_instrument
from waspada.instrument.model import Evidence, Form, Instrument, Item

INSTRUMENTS = Path(__file__).parents[3] / "instruments"
VULNERABILITY = "kerawanan-pilkada-contoh"
VIGILANCE = "kewaspadaan-nasional-contoh"
STAGES = {
    *("pra", "rencana", "adhoc", "dpt", "calon", "kampanye"),
    *("logistik", "tenang", "pungut", "rekap", "sengketa", "pasca"),
}
VIGNETTES = ("vignette_medium", "vignette_low", "vignette_high", "overall_vulnerability_self")

both = pytest.mark.parametrize("name", [VULNERABILITY, VIGILANCE])


@cache
def read(name: str) -> Instrument:
    return read_instrument(INSTRUMENTS / name)


def every_item() -> list[tuple[str, Item]]:
    return [(name, item) for name in (VULNERABILITY, VIGILANCE) for item in read(name).index_items]


@pytest.mark.parametrize(
    ("name", "items", "core", "anchors", "reversed_items", "reversed_core"),
    [(VULNERABILITY, 48, 24, 8, 18, 10), (VIGILANCE, 28, 18, 8, 9, 5)],
)
def test_numbers_of_items(name, items, core, anchors, reversed_items, reversed_core):
    index_items = read(name).index_items
    core_items = [item for item in index_items if item.core]
    assert len(index_items) == items
    assert len(core_items) == core
    assert sum(item.anchor for item in index_items) == anchors
    assert sum(item.direction == -1 for item in index_items) == reversed_items
    assert sum(item.direction == -1 for item in core_items) == reversed_core


@pytest.mark.parametrize(
    ("name", "perception", "reported"), [(VULNERABILITY, 45, 3), (VIGILANCE, 18, 10)]
)
def test_kinds_of_evidence(name, perception, reported):
    count = Counter(item.evidence for item in read(name).index_items)
    assert count == {Evidence.PERCEPTION: perception, Evidence.FACT_REPORTED: reported}


@pytest.mark.parametrize(
    ("name", "item"), every_item(), ids=lambda value: getattr(value, "code", "")
)
def test_an_item_is_short_and_names_region_and_time(name, item):
    assert len(item.label.id.split()) <= 20
    assert "kabupaten/kota ini" in item.label.id
    assert re.search(r"terakhir|mendatang|saat ini", item.label.id, re.IGNORECASE)
    assert re.search(r"regency/city", item.label.en)


@pytest.mark.parametrize(
    ("name", "item"), every_item(), ids=lambda value: getattr(value, "code", "")
)
def test_an_item_has_known_stages_and_leads_to_factors(name, item):
    assert item.stages
    assert set(item.stages) <= STAGES
    assert all(re.fullmatch(r"(KSP|KTS|PNY|PPS|HSL|PAR)-\d\d", factor) for factor in item.factors)
    assert item.factors or item.node == "foreign_threats_refugees"


@both
def test_anchors_belong_to_the_core_form(name):
    assert all(item.core for item in read(name).items if item.anchor)


@both
def test_item_codes_are_unique_across_both_instruments(name):
    other = read(VIGILANCE if name == VULNERABILITY else VULNERABILITY)
    assert not read(name).item_by_code.keys() & other.item_by_code.keys()


@both
def test_scales_run_from_0_to_100_with_three_kinds_of_missing(name):
    instrument = read(name)
    assert {item.scale for item in instrument.items} == set(instrument.scale_by_code)
    for scale in instrument.scales:
        scores = [choice.score for choice in scale.choices if choice.score is not None]
        assert scores == sorted(scores)
        assert (scores[0], scores[-1]) == (0, 100)
        missing = [str(choice.missing) for choice in scale.choices if choice.missing]
        assert missing == ["dont_know", "not_applicable", "no_answer"]


def test_every_subdimension_keeps_two_items_in_the_core_form():
    instrument = read(VULNERABILITY)
    core = instrument.in_form(Form.CORE)
    subdimensions = [node.code for node in instrument.nodes if node.level == "subdimension"]
    full = [len(instrument.items_of(code)) for code in subdimensions]
    assert full == [6, 3, 5, 4, 3, 6, 3, 3, 3, 5, 4, 3]
    assert {len(core.items_of(code)) for code in subdimensions} == {2}


def test_every_variable_of_vigilance_keeps_an_item_in_the_core_form():
    core = read(VIGILANCE).in_form(Form.CORE)
    assert all(core.items_of(node.code) for node in core.nodes if node.level == "variable")


@pytest.mark.parametrize(("name", "longest"), [(VULNERABILITY, 3), (VIGILANCE, 2)])
def test_neighbours_with_the_same_scale_and_direction_stay_few(name, longest):
    runs = groupby(read(name).index_items, key=lambda item: (item.scale, item.direction))
    assert max(len(list(run)) for _, run in runs) == longest


@both
@pytest.mark.parametrize("form", list(Form))
def test_a_page_is_neither_long_nor_lost_in_either_form(name, form):
    instrument = read(name).in_form(form)
    sizes = Counter(item.section for item in instrument.items)
    assert sizes.keys() == {section.code for section in read(name).sections}
    assert min(sizes.values()) >= 2
    assert max(sizes.values()) <= (9 if form is Form.FULL else 6)


def test_vignettes_come_first_in_their_order_and_stay_outside_the_index():
    instrument = read(VULNERABILITY)
    first = instrument.items[:4]
    assert tuple(item.code for item in first) == VIGNETTES
    assert all(item.node is None and item.section == first[0].section for item in first)
    assert [item.story is not None for item in first] == [True, True, True, False]
    assert {item.scale for item in first} == {"vulnerability5"}


@both
def test_elements_merge_once_and_six_are_required(name):
    strata = read(name).strata
    assert len(strata) == 10
    assert sum(stratum.required for stratum in strata) == 6
    assert {stratum.minimum_count for stratum in strata} == {5}
    assert [stratum.code for stratum in strata if stratum.merge_into is None] == ["other_community"]


@both
def test_notice_and_script_are_short_enough_to_be_read(name):
    instrument = read(name)
    for text in (instrument.notice.id, instrument.notice.en):
        assert len(text.split()) <= 150
        assert text.startswith("**")
    for text in (instrument.script.id, instrument.script.en):
        assert len(text.split()) <= 200
    fields = set(re.findall(r"{{(\w+)}}", instrument.notice.id))
    assert fields <= {"penyelenggara", "kabupaten_kota", "tujuan_pilkada", "masa_simpan", "kontak"}
    assert fields == set(re.findall(r"{{(\w+)}}", instrument.notice.en))


@both
def test_an_example_says_that_it_is_one(name):
    instrument = read(name)
    assert "contoh" in instrument.title.id
    assert "example" in instrument.title.en
    assert "example" in instrument.status
    assert instrument.note.id.lower().startswith("contoh")


@both
def test_a_category_needs_twenty_answers_and_five_per_element(name):
    for rule in read(name).category_rules:
        assert (rule.min_answers_region, rule.min_answers_element) == (20, 5)
        assert rule.hysteresis_margin == 2.5
        assert rule.rationale.id
