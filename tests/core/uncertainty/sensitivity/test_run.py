"""Draws of a plan: each is what a whole run with its choices would give; none is lost."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.core.uncertainty.sensitivity import small
from waspada.errors import AnswersError, StepError
from waspada.index.composite.aggregate import run as run_aggregate
from waspada.uncertainty.sensitivity.climb import score_draws
from waspada.uncertainty.sensitivity.design import analyse
from waspada.uncertainty.sensitivity.parameters import draws_table, read_draws
from waspada.uncertainty.sensitivity.run import run_draw, run_parameters, run_plan
from waspada.uncertainty.sensitivity.summary import tables_of

EVERYTHING = {
    "vary": {
        "treat.at_most": [1, 2],
        "normalise": {
            "among": {
                "minmax": "given",
                "z": {"method": "zscore", "mean": 50, "sd": 5},
                "rank": "rank",
            },
            "probability": [0.5, 0.25, 0.25],
        },
        "aggregate": ["arithmetic", "geometric", "harmonic", {"method": "generalised", "power": 2}],
        "noise": {"weights": "noise", "share": 0.6, "levels": [2]},
        "spread": {"weights": "dirichlet", "concentration": 12, "levels": [1]},
        "experts": {"weights": "sets", "among": {"first": {"x": 1, "y": 5}, "second": "given"}},
        "without": {"leave_out": "units", "among": ["none", ["u2", "u5"]]},
        "fewer": {"leave_out": "indicators", "among": ["none", "c"]},
    }
}  # fmt: skip


def texts(header, rows):
    return [str(h) for h in header], [[str(cell) for cell in row] for row in rows]


def test_every_draw_equals_a_whole_run_with_its_choices():
    made = small.chain()
    plan = small.plan(made, EVERYTHING)
    outcome = run_plan(made, plan, seed=5, draws=60)
    assert outcome.failures == ()
    for draw in range(60):
        weights = dict(zip(outcome.draws.weight_codes, outcome.draws.weights[draw], strict=True))
        weights = {code: float(w) for code, w in weights.items()}
        whole = small.one_draw(made, plan, outcome.draws.chosen[draw].tolist(), weights)
        found = dict(zip(outcome.units, outcome.scores["index"][:, draw], strict=True))
        for unit, score in found.items():
            if unit in whole:
                assert score == pytest.approx(whole[unit], rel=1e-11)
            else:
                assert math.isnan(score)


def test_steps_that_draws_share_run_once():
    made = small.chain()
    plan = small.plan(made, {"vary": {"treat.at_most": [1, 2], "normalise": ["given", "rank"]}})
    run_plan(made, plan, seed=1, draws=500)
    # the raw table, 2 treatments, 4 normalised tables, their 4 weights
    assert made.runs == 1 + 2 + 4 + 4


def test_a_draw_computed_alone_is_the_draw_among_others():
    made = small.chain()
    plan = small.plan(made, EVERYTHING)
    everything = run_plan(made, plan, seed=5, draws=30)
    for number in (1, 17, 30):
        alone = run_draw(made, plan, number, seed=5)
        assert alone.draws.chosen[0].tolist() == everything.draws.chosen[number - 1].tolist()
        assert np.array_equal(alone.draws.weights[0], everything.draws.weights[number - 1])
        assert alone.scores["index"][:, 0] == pytest.approx(
            everything.scores["index"][:, number - 1], rel=1e-12, nan_ok=True
        )


def test_draws_are_recomputed_from_the_table_of_their_parameters():
    made = small.chain()
    plan = small.plan(made, EVERYTHING)
    first = run_plan(made, plan, seed=5, draws=40)
    header, rows = texts(*draws_table(plan, first.draws))
    given = read_draws(header, rows, plan, made.framework, source="draws.csv")
    again = run_parameters(made, plan, given)
    assert np.array_equal(again.draws.weights, first.draws.weights)
    assert np.array_equal(again.scores["index"], first.scores["index"], equal_nan=True)


def test_a_table_of_parameters_is_refused_with_all_its_faults():
    made = small.chain()
    plan = small.plan(made, {"vary": {"treat.at_most": [1, 2]}})
    with pytest.raises(AnswersError) as caught:
        rows = [["1", "3", "1"], ["1", "2", "-1"], ["x", "1", "nan"]]
        read_draws(["draw", "treat.at_most", "a"], rows, plan, made.framework, source="draws.csv")
    codes = sorted(fault.code for fault in caught.value.faults)
    assert codes == ["label", "number", "twice", "weight"]
    with pytest.raises(AnswersError, match=r'No column "treat\.at_most"'):
        read_draws(["draw", "z"], [], plan, made.framework, source="draws.csv")


def test_a_draw_that_fails_is_counted_and_named_and_the_others_stand():
    """min-max to 0 followed by a geometric mean has no score; every such draw says so."""
    made = small.chain(small.METHOD.replace("lower: 1", "lower: 0"))
    plan = small.plan(made, {"vary": {"aggregate": ["given", "geometric"], "w": {
        "weights": "noise", "share": 0.2}}})  # fmt: skip
    outcome = run_plan(made, plan, seed=2, draws=100)
    geometric = outcome.draws.number[outcome.draws.chosen[:, 0] == 1].tolist()
    assert [failure.draw for failure in outcome.failures] == geometric
    assert 30 < len(geometric) < 70
    failure = outcome.failures[0]
    assert failure.step == "aggregate" and failure.units and failure.indicators
    assert "geometric" in failure.reason
    scores = outcome.scores["index"]
    assert np.isnan(scores).all(axis=0).tolist() == outcome.failed.tolist()
    tables = {table.name: table for table in tables_of(outcome, each_draw=False, pairs=False)}
    assert len(tables["failed"].rows) == len(geometric)
    at = tables["statistics"].header.index("draws")
    assert {row[at] for row in tables["statistics"].rows} == {100 - len(geometric)}


def test_where_every_draw_fails_the_tables_hold_no_number_but_the_nominal_one():
    made = small.chain(small.METHOD.replace("lower: 1", "lower: 0"))
    plan = small.plan(made, {"vary": {"aggregate": ["geometric", "harmonic"]}})
    outcome = run_plan(made, plan, seed=1, draws=6)
    tables = {table.name: table for table in tables_of(outcome, each_draw=True, pairs=True)}
    assert len(tables["failed"].rows) == 6
    for row in tables["statistics"].rows:
        assert row[4] is not None and row[5] == 0 and set(row[6:]) == {None}
    for name, first in (("scores", 4), ("ranks", 4), ("above", 1), ("rank_acceptability", 1)):
        assert {cell for row in tables[name].rows for cell in row[first:]} == {None}


def test_a_step_that_fails_fails_all_draws_that_need_it():
    """u0..u3 alone have values of c; without them c is empty."""
    made = small.chain(data=small.table(gaps=[(row, 2) for row in range(4, 8)]))
    keep = {"leave_out": "units", "among": {"all": "none", "half": ["u0", "u1", "u2", "u3"]}}
    outcome = run_plan(made, small.plan(made, {"vary": {"who": keep}}), seed=2, draws=20)
    failed = outcome.draws.chosen[:, 0] == 1
    assert outcome.failed.tolist() == failed.tolist() and failed.any() and not failed.all()
    assert outcome.failures[0].indicators == ("c",)


def test_weights_of_zero_for_all_children_fail_only_that_draw():
    made = small.chain()
    step = made.method.steps[-1]
    prepared = made.prepare()
    weights = np.ones((3, 9))
    weights[1, :2] = 0.0
    scores, refusals = score_draws(prepared.table, prepared.framework, step, weights, ["index"])
    assert [r.rows for r in refusals] == [(1,)]
    assert refusals[0].error.facts["indicators"] == ("x",)
    assert np.isnan(scores[0, :, 1]).all() and not np.isnan(scores[0][:, [0, 2]]).any()


def test_draws_whose_weights_alone_decide_are_refused_one_by_one():
    """a is below 0: with much weight on it the dimension x is too, and has no geometric mean."""
    made = small.chain(
        small.METHOD.replace(
            "{method: arithmetic}", "{method: arithmetic, per: {index: {method: geometric}}}"
        )
    )
    prepared = made.prepare()
    values = np.full((8, 6), 2.0)
    values[:, 0] = -1.0
    weights = np.ones((40, 9))
    weights[:, 0] = np.linspace(0.1, 4.0, 40)
    scores, refusals = score_draws(
        replace(prepared.table, values=values),
        prepared.framework,
        prepared.aggregate,
        weights,
        ["index"],
    )
    refused = sorted(row for refusal in refusals for row in refusal.rows)
    assert refused == np.flatnonzero(weights[:, 0] >= 2.0).tolist()
    assert np.isnan(scores[0]).any(axis=0).nonzero()[0].tolist() == refused


@pytest.mark.parametrize("gaps", [(), ((0, 2), (3, 0), (5, 5))])
@pytest.mark.parametrize(
    "aggregate",
    [
        "{method: arithmetic}",
        "{method: geometric}",
        "{method: harmonic}",
        "{method: generalised, power: -2.5}",
        "{method: arithmetic, min_share: 0.6}",
        "{method: arithmetic, per: {index: {method: geometric}}}",
        "{method: copeland}",
        "{method: mazziotta_pareto}",
    ],
)
def test_scores_under_many_weights_are_those_of_the_step_itself(aggregate, gaps):
    lower = "lower: 70" if "mazziotta" in aggregate else "lower: 1"
    text = small.METHOD.replace("{method: arithmetic}", aggregate).replace("lower: 1", lower)
    made = small.chain(text, small.table(gaps=gaps))
    plan = small.plan(made, {"vary": {"w": {"weights": "dirichlet", "concentration": 9}}})
    outcome = run_plan(made, plan, seed=11, draws=12)
    assert not outcome.failures
    for draw, row in enumerate(outcome.draws.weights):
        weights = {c: float(w) for c, w in zip(outcome.draws.weight_codes, row, strict=True)}
        whole = small.one_draw(made, plan, [], weights)
        found = dict(zip(outcome.units, outcome.scores["index"][:, draw], strict=True))
        assert found == pytest.approx(whole, rel=1e-11, nan_ok=True)


def test_dirichlet_weights_lie_around_the_given_ones():
    made = small.chain()
    plan = small.plan(made, {"vary": {"w": {"weights": "dirichlet", "concentration": 8}}})
    drawn = run_plan(made, plan, seed=1, draws=4_000).draws
    weights = dict(zip(drawn.weight_codes, drawn.weights.T, strict=True))
    assert weights["a"] + weights["b"] == pytest.approx(np.full(4_000, 4.0))
    assert weights["a"].mean() == pytest.approx(1.0, abs=0.03)
    # share 1/4 of a sum of 4: variance 16 (1/4)(3/4) / (8 + 1)
    assert weights["a"].var() == pytest.approx(1 / 3, rel=0.06)


def test_noise_is_uniform_around_the_given_weights_and_never_negative():
    made = small.chain()
    plan = small.plan(made, {"vary": {"w": {"weights": "noise", "share": {"1": 1.0}}}})
    drawn = run_plan(made, plan, seed=1, draws=2_000).draws
    weights = dict(zip(drawn.weight_codes, drawn.weights.T, strict=True))
    assert weights["b"].min() >= 0.0 and weights["b"].max() <= 6.0
    assert weights["b"].mean() == pytest.approx(3.0, abs=0.1)
    assert (weights["x"] == 2.0).all()


def test_the_base_run_must_work_itself():
    made = small.chain(
        small.METHOD.replace("lower: 1", "lower: 0").replace("arithmetic", "geometric")
    )
    plan = small.plan(made, {"vary": {"treat.at_most": [1, 2]}})
    with pytest.raises(StepError, match="geometric"):
        run_plan(made, plan, seed=1, draws=5)


def test_multiple_imputation_is_carried_into_the_spread():
    text = small.METHOD.replace("steps:", "steps:\n  - impute: {method: multiple, level: 3}")
    data = small.table(units=30, gaps=[(0, 0), (4, 1), (4, 3), (9, 5), (20, 2)])
    made = small.chain(text, data)
    plan = small.plan(made, {"vary": {"filled": {"imputations": 5}}})
    outcome = run_plan(made, plan, seed=1, draws=50)
    spread = outcome.scores["index"].std(axis=1)
    assert (spread[[0, 4, 9, 20]] > 0).all()
    tables = {table.name: table for table in tables_of(outcome, each_draw=False, pairs=False)}
    rubin = tables["imputation"]
    row = dict(zip(rubin.header, rubin.rows[4], strict=True))
    own = [outcome.scores["index"][4][outcome.draws.chosen[:, 0] == k].mean() for k in range(5)]
    between = float(np.var(own, ddof=1))
    assert row["imputations"] == 5 and row["within_sd"] == pytest.approx(0.0, abs=1e-9)
    assert row["total_sd"] == pytest.approx(math.sqrt(1.2 * between), rel=1e-9)


def test_sobol_indices_of_a_plan_find_the_choice_that_matters():
    made = small.chain()
    plan = small.plan(
        made,
        {
            "vary": {
                "normalise": ["given", {"method": "minmax", "lower": 1001, "upper": 1100}],
                "w": {"weights": "noise", "share": 0.3},
                "spread": {"weights": "sets", "among": {"one": "given", "same": {"x": 2}}},
            }
        },
    )
    (found,) = analyse(made, plan, seed=3, n=256, resamples=50)
    assert found.inputs == ("normalise", "w", "spread") and found.runs == 256 * 5
    assert (found.score.first[0] > 0.99).all() and (found.score.total[1] < 0.01).all()
    assert found.score.first[2] == pytest.approx(np.zeros(8), abs=1e-12)
    # the whole scale moves, and no rank with it
    assert (np.isnan(found.rank.first[0]) | (np.abs(found.rank.total[0]) < 1e-12)).all()


def test_a_constant_added_to_all_scores_changes_no_index_of_a_plan():
    documents = [
        {"vary": {"normalise": [{"method": "minmax", "lower": low, "upper": low + 50},
                                {"method": "minmax", "lower": low, "upper": low + 90}],
                  "w": {"weights": "dirichlet", "concentration": 20}}}
        for low in (1, 501)
    ]  # fmt: skip
    made = small.chain()
    near, far = (
        analyse(made, small.plan(made, document), seed=3, n=128, resamples=2)[0].score
        for document in documents
    )
    assert far.first == pytest.approx(near.first, rel=1e-9, abs=1e-9)
    assert far.total == pytest.approx(near.total, rel=1e-9, abs=1e-9)


def test_one_bad_set_of_weights_fails_its_draw_and_no_other():
    """Parameters as a table of other software might hold them: a weight below 0, one infinite."""
    made = small.chain()
    plan = small.plan(made, {"vary": {"w": {"weights": "dirichlet", "concentration": 9}}})
    drawn = run_plan(made, plan, seed=3, draws=12)
    weights = drawn.draws.weights.copy()
    weights[4, 2], weights[9, 0] = -0.5, np.inf
    again = run_parameters(made, plan, replace(drawn.draws, weights=weights))
    assert [failure.draw for failure in again.failures] == [5, 10]
    assert [failure.indicators for failure in again.failures] == [("c",), ("a",)]
    kept = [k for k in range(12) if k not in (4, 9)]
    scores = again.scores["index"]
    np.testing.assert_array_equal(scores[:, kept], drawn.scores["index"][:, kept])
    assert np.isnan(scores[:, [4, 9]]).all()


@pytest.mark.parametrize("over", ["all", "time"])
def test_copeland_of_many_weights_compares_the_rows_the_step_compares(over):
    data = small.table(units=10)
    data = replace(data, units=tuple("abcde" * 2), times=(1,) * 5 + (2,) * 5)
    order = sorted(range(10), key=lambda row: (data.units[row], data.times[row]))
    made = small.chain(
        small.METHOD.replace("{method: arithmetic}", f"{{method: copeland, over: {over}}}"),
        data.pick(np.array(order)),
    )
    prepared = made.prepare()
    weights = np.random.default_rng(1).gamma(2.0, size=(7, 9))
    scores, refusals = score_draws(
        prepared.table, prepared.framework, prepared.aggregate, weights, ["index", "x"]
    )
    assert not refusals
    codes = [entry.code for entry in prepared.framework.entries]
    for draw, row in enumerate(weights):
        own = dict(zip(codes, row.tolist(), strict=True))
        alone, _, _ = run_aggregate(prepared.table, prepared.framework, prepared.aggregate, own)
        np.testing.assert_array_equal(scores[0, :, draw], alone[:, 2])
        np.testing.assert_array_equal(scores[1, :, draw], alone[:, 0])
    most = 4 if over == "time" else 9
    assert np.abs(scores).max() <= most
