"""Answers: survey replicates crossed with draws of the method."""

from dataclasses import replace

import numpy as np
import pytest

from tests.core.index.slow import index_of
from tests.core.instruments import instrument, item, node, random_answers, stratum
from tests.core.uncertainty.sensitivity import slow
from waspada.errors import MethodError, QualityError
from waspada.index.sample import draw_sample
from waspada.instrument.instrument_framework import framework_from_instrument
from waspada.instrument.model import Aggregation
from waspada.pipeline import vary
from waspada.uncertainty.bootstrap import replicate_region
from waspada.uncertainty.draws import stream_key
from waspada.uncertainty.sensitivity.crossed import CHOICES
from waspada.uncertainty.sensitivity.plan import parse_answers_plan
from waspada.uncertainty.sensitivity.summary import crossed_tables

ASKED = instrument(
    [item("p", "x"), item("q", "x", direction=-1, weight=3), item("r", "y"), item("s", "y")],
    [node("x", aggregation=Aggregation.GEOMETRIC), node("y", weight=2, direction=-1)],
    (stratum("a", weight=2), stratum("b"), stratum("c", "b")),
)
SIZES = {"63.01": 31, "63.02": 18, "63.11": 44}
ANSWERS = random_answers(ASKED, SIZES, missing=0.1, elements="abbac")
DOCUMENT = {
    "nodes": ["index", "x"],
    "vary": {
        "weights": {"weights": "dirichlet", "concentration": 10},
        "aggregate": ["given", "arithmetic", "harmonic"],
        "who": {"choice": "elements", "among": ["given", "equal"]},
    },
}


def plan(document=DOCUMENT, asked=ASKED):
    framework = framework_from_instrument(asked)
    return parse_answers_plan(document, framework, CHOICES, source="SENSITIVITY")


def changed(varied, draws, draw):
    """The instrument as a draw of the method would have it."""
    weights = dict(zip(draws.weight_codes, draws.weights[draw].tolist(), strict=True))
    words = {
        one.name: one.values[place]
        for one, place in zip(varied.discrete, draws.chosen[draw].tolist(), strict=True)
    }
    asked = replace(
        ASKED,
        items=tuple(replace(i, weight=weights[i.code]) for i in ASKED.items),
        nodes=tuple(replace(n, weight=weights.get(n.code, 1.0)) for n in ASKED.nodes),
    )
    if words["aggregate"] != "given":
        rule = Aggregation(words["aggregate"])
        asked = replace(asked, nodes=tuple(replace(n, aggregation=rule) for n in asked.nodes))
    if words["who"] == "equal":
        asked = replace(asked, strata=tuple(replace(s, weight=1.0) for s in asked.strata))
    return asked


@pytest.fixture(scope="module")
def crossed():
    return vary(ANSWERS, ASKED, plan(), seed=9, replicates=7, draws=12)


def test_every_pair_is_what_the_changed_instrument_gives_in_that_replicate(crossed):
    varied = plan()
    for draw in range(12):
        asked = changed(varied, crossed.draws, draw)
        sample = draw_sample(ANSWERS, asked)
        point = index_of(ANSWERS, asked)
        for region, code in enumerate(crossed.regions):
            drawn, _ = replicate_region(sample, region, stream_key(9, code), 7)
            for name in ("index", "x"):
                found = crossed.values[name][region, :, draw + 1]
                assert found[1:] == pytest.approx(drawn[:, sample.tree.place[name]], rel=1e-11)
                assert found[0] == pytest.approx(point[code][name], rel=1e-11)


def test_the_first_row_and_column_are_the_estimate_and_the_instrument(crossed):
    sample = draw_sample(ANSWERS, ASKED)
    for region, code in enumerate(crossed.regions):
        drawn, _ = replicate_region(sample, region, stream_key(9, code), 7)
        assert crossed.survey("index")[region] == pytest.approx(drawn[:, sample.tree.root])
        assert crossed.estimate("index")[region] == pytest.approx(
            index_of(ANSWERS, ASKED)[code]["index"]
        )


def test_the_split_is_over_replicates_and_draws(crossed):
    split = crossed.split("index")
    for region in range(3):
        inner = crossed.values["index"][region, 1:, 1:].tolist()
        survey, method, interaction = slow.split(inner)
        assert split.survey[region] == pytest.approx(max(survey, 0.0), rel=1e-9)
        assert split.method[region] == pytest.approx(max(method, 0.0), rel=1e-9)
        assert split.interaction[region] == pytest.approx(interaction, rel=1e-9)


def test_tables_hold_intervals_shares_and_ranks_under_each_and_both(crossed):
    total, statistics = crossed_tables(crossed)
    assert len(total.rows) == 6
    row = dict(zip(total.header, total.rows[0], strict=True))
    shares = [row["survey_share"], row["method_share"], row["interaction_share"]]
    assert sum(shares) == pytest.approx(1.0)
    pairs = sorted(crossed.both("index")[0].tolist())
    assert row["lower"] == pytest.approx(slow.quantile(pairs, 0.025))
    assert row["upper"] == pytest.approx(slow.quantile(pairs, 0.975))
    at = {name: place for place, name in enumerate(statistics.header)}
    seen = {(r[at["varied"]], r[at["draws"]]) for r in statistics.rows}
    assert seen == {("survey", 7), ("method", 12), ("both", 84)}


def test_a_region_with_too_few_answers_is_not_told_and_takes_no_rank():
    few = random_answers(ASKED, {**SIZES, "63.12": 3}, missing=0.0, elements="abbac")
    crossed = vary(few, ASKED, plan(), seed=1, replicates=4, draws=3)
    place = crossed.regions.index("63.12")
    assert np.isnan(crossed.values["index"][place]).all()
    _, statistics = crossed_tables(crossed)
    at = {name: k for k, name in enumerate(statistics.header)}
    ranks = [r for r in statistics.rows if r[at["quantity"]] == "rank"]
    assert max(r[at["q95"]] for r in ranks if r[at["q95"]] is not None) <= 3
    assert all(r[at["mean"]] is None for r in ranks if r[at["uCode"]] == "63.12")


def test_same_seed_same_result_and_another_seed_another(crossed):
    again = vary(ANSWERS, ASKED, plan(), seed=9, replicates=7, draws=12)
    other = vary(ANSWERS, ASKED, plan(), seed=10, replicates=7, draws=12)
    assert np.array_equal(again.values["index"], crossed.values["index"], equal_nan=True)
    assert not np.array_equal(other.values["index"], crossed.values["index"], equal_nan=True)


@pytest.mark.parametrize(
    ("vary_", "code"),
    [
        ({"normalise": ["given", "zscore"]}, "step_missing"),
        ({"aggregate": ["given", "copeland"]}, "options"),
        ({"elements": ["given", "none"]}, "options"),
        ({"u": {"leave_out": "units", "among": ["none", "63.01"]}}, "unknown_code"),
        ({"m": {"imputations": 5}}, "step_missing"),
    ],
)
def test_choices_an_instrument_does_not_have_are_refused(vary_, code):
    with pytest.raises(MethodError) as caught:
        plan({"vary": vary_})
    assert caught.value.faults[0].code == code


def test_without_answers_there_is_nothing_to_vary():
    nobody = random_answers(ASKED, {"63.01": 0}, missing=0.0, elements="a")
    with pytest.raises(QualityError):
        vary(nobody, ASKED, plan(), seed=1)
