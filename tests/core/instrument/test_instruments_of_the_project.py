"""The instruments and facts that come with Waspada keep their promises."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import fmean, stdev

import pytest

from waspada.instrument import read_instrument, read_sheets, twin_text
from waspada.instrument.columns import not_used
from waspada.instrument.files import check_folder_agrees, workbooks_in
from waspada.instrument.model import Evidence, Instrument, MissingKind, Polarity, RuleKind

ROOT = Path(__file__).parents[3]
INSTRUMENTS = ROOT / "instruments"
FACTS = ROOT / "facts"
FOLDERS = sorted(path for path in INSTRUMENTS.iterdir() if path.is_dir())
DIMENSIONS = ("social_political", "election_administration", "contestation", "participation")


def read(name: str) -> Instrument:
    return read_instrument(INSTRUMENTS / name)


def facts(name: str) -> list[dict[str, str]]:
    with open(FACTS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_folder_holds_twin_workbook_and_sources_and_the_first_two_agree(folder: Path):
    workbook = folder / f"{folder.name}.xlsx"
    assert workbooks_in(folder) == [workbook]
    assert read_sheets(folder / "instrument.yaml") == read_sheets(workbook)
    check_folder_agrees(folder)
    assert (folder / "SOURCES.md").read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_twin_is_stored_in_its_canonical_form(folder: Path):
    stored = (folder / "instrument.yaml").read_text(encoding="utf-8")
    assert stored == twin_text(read_sheets(folder))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_no_column_is_kept_without_being_used(folder: Path):
    assert not set(not_used(read_sheets(folder)))


@pytest.mark.parametrize("table", sorted(FACTS.glob("*.csv")), ids=lambda path: path.stem)
def test_a_table_of_facts_has_its_meaning_and_sources_beside_it(table: Path):
    page = table.with_suffix(".md").read_text(encoding="utf-8")
    assert page.startswith(f"# {table.name}\n")
    assert "Meaning: " in page
    assert "<https://" in page
    assert "disagree" in page


# PEI


def test_pei_has_the_dimensions_items_and_words_of_the_data():
    pei = read("pei-us-2016")
    assert (pei.code, pei.polarity) == ("pei_us_2016", Polarity.BETTER)
    assert len(pei.items) == 48
    assert [len(pei.items_of(node.code)) for node in pei.nodes[1:]] == [
        *(3, 4, 3, 3, 4, 5, 5, 8, 5, 4, 4),
    ]
    assert sum(item.direction == -1 for item in pei.items) == 21
    labels = [choice.label.en for choice in pei.scales[0].choices]
    assert labels == [
        *("Strongly Disagree", "Disagree", "Neither Agree Nor Disagree", "Agree"),
        *("Strongly Agree", "Don't Know", "Not Applicable"),
    ]
    assert [choice.score for choice in pei.scales[0].choices[:5]] == [0, 25, 50, 75, 100]
    assert pei.scales[0].choices[6].missing is MissingKind.NOT_APPLICABLE
    assert {node.weight for node in pei.nodes} == {1.0}
    assert (pei.strata, pei.category_rules) == ((), ())


# IKP 2024


def test_ikp_has_sixty_one_indicators_and_the_reconstructed_weights():
    ikp = read("ikp-2024")
    assert (ikp.code, ikp.evidence, ikp.items) == ("ikp_2024", Evidence.FACT, ())
    assert [(node.code, node.weight) for node in ikp.children("ikp_2024")] == [
        *zip(DIMENSIONS, (0.27, 0.38, 0.25, 0.10), strict=True)
    ]
    assert [_leaves(ikp, code) for code in DIMENSIONS] == [16, 24, 15, 6]
    assert sum(node.level == "subdimension" for node in ikp.nodes) == 12
    assert sum(node.status.startswith("not_published") for node in ikp.nodes) == 38


def _leaves(instrument: Instrument, code: str) -> int:
    children = instrument.children(code)
    return sum(_leaves(instrument, child.code) for child in children) if children else 1


def test_nothing_below_a_dimension_of_ikp_is_computed_from_part_of_its_children():
    assert {node.min_share for node in read("ikp-2024").nodes} == {1.0}


def test_ikp_weights_agree_with_the_table_of_facts():
    ikp = read("ikp-2024")
    for row in facts("ikp_2024_dimension_weights"):
        assert ikp.node_by_code[row["dimension"]].weight == float(row["weight"])
        assert ikp.node_by_code[row["dimension"]].label.id == row["name_id"]


def test_ikp_weights_reproduce_the_published_totals():
    ikp = read("ikp-2024")
    for row in facts("ikp_2024_recompute_checks"):
        total = math.fsum(ikp.node_by_code[code].weight * float(row[code]) for code in DIMENSIONS)
        assert total == pytest.approx(float(row["published_score"]), abs=float(row["tolerance"]))


def test_the_ikp_rules_reproduce_the_published_categories_of_34_provinces():
    recomputed, published, _ = read("ikp-2024").category_rules
    rows = facts("ikp_2024_provinces")
    scores = [float(row["ikp_2024"]) for row in rows]
    mean, spread = fmean(scores), stdev(scores)
    assert recomputed.kind is RuleKind.MEAN_SD
    for k, cut_off in ((-1, 21.7), (1, 68.5)):
        assert mean + k * spread == pytest.approx(cut_off, abs=0.005)
    for row, score in zip(rows, scores, strict=True):
        fixed = [b.category for b in published.bands if b.lower <= score < b.upper]
        moving = [
            b.category
            for b in recomputed.bands
            if mean + b.lower * spread <= score < mean + b.upper * spread
        ]
        assert fixed == moving == [row["category_published"]]


def test_given_scores_are_named_like_the_nodes_they_belong_to():
    assert {"ikp_2024", *DIMENSIONS} <= set(facts("ikp_2024_provinces")[0])
    assert read("ikp-2024").root.code == "ikp_2024"
    assert read("kewaspadaan-nasional-contoh").root.code in facts("ikn_2024_south_kalimantan")[0]


# The other facts


def test_the_published_provincial_score_is_the_plain_mean_of_its_regions():
    scores = [float(row["kewaspadaan_nasional"]) for row in facts("ikn_2024_south_kalimantan")]
    assert len(scores) == 13
    assert round(fmean(scores), 2) == 77.44


def test_the_two_records_of_balangan_disagree_and_name_nobody():
    rows = facts("balangan_2024_opposite_records")
    assert [(row["said_by"], row["category_id"]) for row in rows] == [
        ("provincial office", "medium"),
        ("regency office", "low"),
    ]
    assert {row["kemendagri_code"] for row in rows} == {"63.11"}
