"""Agreement and vignettes of whole regions, behind the rules for small numbers."""

from dataclasses import replace

import numpy as np
import pytest

from tests.core.instruments import instrument, item, node, random_answers, shuffled, stratum
from waspada.index.scores import score_respondents
from waspada.instrument.model import Text
from waspada.interpretation.agreement import intraclass
from waspada.pipeline import measure
from waspada.publication.files import fields_csv, write_tables
from waspada.publication.stored import tables_from_json, tables_to_json

STORY = Text("cerita", "story")
ASKED = instrument(
    [
        *(item(code, "x") for code in "pq"),
        *(item(code, "y") for code in "rs"),
        *(item(f"v_{level}", None, story=STORY) for level in ("high", "low", "medium")),
        item("own", None),
    ],
    [node("x"), node("y")],
    (stratum("a"), stratum("b")),
)
RESPONSES = random_answers(ASKED, {"b": 60, "a": 70, "c": 9}, elements="ab", missing=0.05)


def run(responses=RESPONSES, asked=ASKED):
    return measure(responses, asked, seed=1, replicates=50, agreement=True, for_office=True)


@pytest.fixture(scope="module")
def tables():
    return run()


def test_agreement_of_a_region_is_that_of_its_people(tables):
    row = next(row for row in tables.agreement if (row.region, row.node) == ("b", "index"))
    mine = RESPONSES.region == RESPONSES.regions.index("b")
    scores = score_respondents(RESPONSES, ASKED)[mine, 0]
    one, many = intraclass(scores, RESPONSES.stratum[mine])
    assert (row.icc1, row.icc1k) == pytest.approx((one, many))
    assert row.n == 60
    assert 0 <= row.rwg_skewed <= row.rwg <= 1


def test_nine_people_are_told_nothing_of(tables):
    rows = [row for row in tables.agreement if row.region == "c"]
    assert len(rows) == 3
    assert {(row.n, row.rwg, row.flags) for row in rows} == {(None, None, ("too_few",))}
    assert tables.vignettes[-1].region == "c"
    assert (tables.vignettes[-1].own, tables.vignettes[-1].flags) == (None, ("too_few",))


def test_ordinal_alpha_is_told_over_all_regions(tables):
    rows = [row for row in tables.agreement if row.region == ""]
    assert [row.node for row in rows] == ["index", "x", "y"]
    assert all(row.ordinal_alpha <= 1 and row.n is None for row in rows)


def test_order_of_rows_changes_nothing(tables):
    again = run(shuffled(RESPONSES))
    for one, two in zip(tables.agreement, again.agreement, strict=True):
        assert (one.region, one.node, one.n, one.flags) == (two.region, two.node, two.n, two.flags)
        if one.icc1 is not None:
            assert (one.icc1, one.rwg) == pytest.approx((two.icc1, two.rwg), rel=1e-9)
    assert [row.n for row in again.vignettes] == [row.n for row in tables.vignettes]


def test_without_elements_there_is_no_agreement_between_them():
    alone = replace(RESPONSES, strata=("everyone",), stratum=np.zeros_like(RESPONSES.stratum))
    rows = [row for row in run(alone).agreement if row.region == "a"]
    assert {(row.icc1, row.flags) for row in rows} == {(None, ("elements_unknown",))}


def test_vignettes_all_rated_alike_are_withheld():
    choice = RESPONSES.choice.copy()
    choice[:, 4:] = [4, 0, 2, 1]
    rows = run(replace(RESPONSES, choice=choice)).vignettes
    assert rows[0].flags == ("unanimous",)
    assert rows[0].own is None


def test_few_people_who_mixed_up_the_order_are_not_told():
    choice = RESPONSES.choice.copy()
    choice[:, 4:7] = [4, 0, 2]
    choice[:, 7] = np.arange(len(choice)) % 5
    first = np.flatnonzero(RESPONSES.region == RESPONSES.regions.index("a"))
    for mixed, expected in ((4, None), (7, 0.1)):
        again = choice.copy()
        again[first[:mixed], 4:7] = [0, 4, 2]
        assert run(replace(RESPONSES, choice=again)).vignettes[0].order_violated == expected


def test_files_and_stored_runs_keep_them(tables, tmp_path):
    names = {path.name for path in write_tables(tables, tmp_path / "out")}
    assert {"agreement.csv", "vignettes.csv"} < names
    header = fields_csv(tables.vignettes).partition("\n")[0]
    assert header.startswith("region,n,order_violated,ties,interval,entropy")
    assert tables_from_json(tables_to_json(tables)) == tables
    bare = tables_to_json(tables)
    del bare["agreement"], bare["vignettes"], bare["checks"], bare["without_flagged"]
    assert tables_from_json(bare).agreement == ()
