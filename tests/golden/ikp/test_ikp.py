"""Bawaslu's IKP 2024: totals from dimensions, categories from mean and sample sd."""

from collections import Counter

import numpy as np
import pytest

from tests.golden.reference import ROOT, number, rows_of
from waspada.index.model import GivenScores
from waspada.instrument import read_instrument
from waspada.pipeline import combine

DIMENSIONS = ("social_political", "election_administration", "contestation", "participation")
PROVINCES = rows_of(ROOT / "facts" / "ikp_2024_provinces.csv")
CHECKS = rows_of(ROOT / "facts" / "ikp_2024_recompute_checks.csv")


@pytest.fixture(scope="module")
def instrument():
    return read_instrument(ROOT / "instruments" / "ikp-2024")


@pytest.fixture(scope="module")
def provinces(instrument):
    given = GivenScores(
        tuple(row["region"] for row in PROVINCES),
        (instrument.root.code,),
        np.array([[number(row["ikp_2024"])] for row in PROVINCES]),
    )
    return combine(given, instrument)


@pytest.mark.parametrize("row", CHECKS, ids=lambda row: row["region"])
def test_total_is_the_weighted_mean_of_the_dimensions(instrument, row):
    values = np.array([[number(row[d]) for d in DIMENSIONS]])
    rule = "ikp_2024_published_province"
    tables = combine(GivenScores((row["region"],), DIMENSIONS, values), instrument, rule=rule)
    (total,) = [s.score for s in tables.scores if s.node == instrument.root.code]
    assert total == pytest.approx(float(row["published_score"]), abs=float(row["tolerance"]))


def test_cut_offs_are_mean_and_sample_sd_of_the_provinces(provinces):
    _, low, high, _ = provinces.record["category_rule"]["cut_offs"]
    assert (round(low, 3), round(high, 3)) == (21.702, 68.502)
    assert provinces.node_means["ikp_2024"] == pytest.approx(45.102, abs=0.0005)


def test_every_province_has_its_published_category(provinces):
    found = {row.region: row.category for row in provinces.categories}
    assert found == {row["region"]: row["category_published"] for row in PROVINCES}
    assert Counter(found.values()) == {"high": 5, "medium": 21, "low": 8}


def test_given_totals_have_no_interval_and_no_probability(provinces):
    assert all(row.lower is None for row in provinces.scores)
    assert all(row.rank_lower is None for row in provinces.ranks)
    assert all(row.probabilities == {} for row in provinces.categories)
