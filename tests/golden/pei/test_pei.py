"""Agreement with the published sub-indices of PEI-US 2016, and the whole way from its file."""

from collections import Counter

import numpy as np
import pytest

from tests.golden.reference import ROOT, number, reference_data, rows_of
from waspada.collection.read import read_responses
from waspada.index.scores import index_columns, score_respondents, score_table
from waspada.instrument import read_instrument
from waspada.pipeline import measure

INSTRUMENT = ROOT / "instruments" / "pei-us-2016"


@pytest.fixture(scope="module")
def pei():
    folder = reference_data() / "data" / "pei"
    asked = read_instrument(INSTRUMENT)
    path = folder / "pei_us_2016_responses.csv"
    return folder, read_responses(path, asked, region_column="state")


@pytest.fixture(scope="module")
def tables(pei):
    _, received = pei
    return measure(received.responses, received.instrument, seed=1)


@pytest.mark.parametrize(
    ("node", "complete", "at_least"),
    [
        ("electoral_laws", 696, 696),
        ("election_procedures", 664, 662),
        ("media_coverage", 461, 459),
    ],
)
def test_respondent_scores_equal_the_published_sub_indices(pei, node, complete, at_least):
    folder, received = pei
    asked, responses = received.instrument, received.responses
    published = np.array(
        [number(r[node]) for r in rows_of(folder / "pei_us_2016_published_subindices.csv")]
    )
    codes = [n.code for n in asked.nodes]
    ours = score_respondents(responses, asked)[:, codes.index(node)]
    table = score_table(asked)
    choice = responses.choice[:, index_columns(asked)]
    answered = ~np.isnan(table[np.arange(len(table)), choice])
    of_node = [item.node == node for item in asked.index_items]
    rows = answered[:, of_node].all(axis=1) & ~np.isnan(published)
    assert rows.sum() == complete
    assert (np.abs(ours[rows] - published[rows]) <= 0.005 + 1e-9).sum() >= at_least


def test_territories_with_fewer_than_five_experts_have_no_score(pei, tables):
    folder, _ = pei
    experts = Counter(r["state"] for r in rows_of(folder / "pei_us_2016_responses.csv"))
    assert sum(experts.values()) == 726 and len(experts) == 51
    for row in tables.scores:
        if row.level == "index":
            assert row.n_responses == experts[row.region]
            assert (row.score is None) == (experts[row.region] < 5)
            assert ("too_few" in row.flags) == (experts[row.region] < 5)
            if row.score is not None:
                assert 0 <= row.lower < row.score < row.upper <= 100


def test_territory_means_are_the_plain_means_of_the_answers(pei, tables):
    """By hand from the file: electoral laws of Ohio, three items turned round."""
    folder, _ = pei
    points = {
        "Strongly Disagree": 100, "Disagree": 75, "Neither Agree Nor Disagree": 50,
        "Agree": 25, "Strongly Agree": 0,
    }  # fmt: skip
    items = ("laws_discriminated", "laws_favored_incumbent", "laws_restricted_citizen_rights")
    rows = [r for r in rows_of(folder / "pei_us_2016_responses.csv") if r["state"] == "Ohio"]
    means = []
    for item in items:
        scores = [points[r[item]] for r in rows if r[item] in points]
        means.append(sum(scores) / len(scores))
    (ohio,) = [s for s in tables.scores if (s.region, s.node) == ("Ohio", "electoral_laws")]
    assert ohio.score == pytest.approx(sum(means) / 3, abs=1e-9)


def test_drivers_add_up_in_every_territory(tables):
    mean = tables.node_means["pei_us_2016"]
    for row in tables.scores:
        if row.level == "index" and row.score is not None:
            total = sum(d.contribution for d in tables.drivers if d.region == row.region)
            assert total == pytest.approx(row.score - mean, abs=1e-9)


def test_rank_sets_are_wide_and_hold_the_rank(tables):
    ranked = [r for r in tables.ranks if r.node == "pei_us_2016" and r.rank is not None]
    assert len(ranked) == 39
    assert all(r.rank_lower <= r.rank <= r.rank_upper for r in ranked)
    assert np.mean([r.rank_upper - r.rank_lower + 1 for r in ranked]) > 20


def test_for_the_office_every_cell_of_five_answers_has_score_and_interval(pei):
    """The office's own tool withholds below five answers and nowhere else in this file."""
    _, received = pei
    office = measure(received.responses, received.instrument, seed=1, for_office=True)
    for row in office.scores:
        told = row.n_responses >= 5
        assert (row.score is not None) == told, row
        assert (row.lower is not None and row.upper is not None) == told, row
        assert ("too_few" in row.flags) == (not told), row
    assert office.record["for_office"] is True
