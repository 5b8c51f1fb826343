"""Categories over draws of the method, held against counting one by one."""

from __future__ import annotations

from statistics import mean, stdev

import numpy as np
import pytest

from tests.core.uncertainty.sensitivity import small
from tests.core.uncertainty.sensitivity.test_change_of_panel import panel
from waspada.errors import MethodError
from waspada.interpretation.categories import band_of
from waspada.interpretation.varied import varied_categories
from waspada.uncertainty.sensitivity.run import run_plan

VARY = {"aggregate": ["given", "harmonic"], "w": {"weights": "dirichlet", "concentration": 5}}
FIXED = {"labels": ["low", "middle", "high"], "cut_offs": [35, 55]}
SPREAD = {"labels": ["low", "middle", "high"], "sd": [-1, 0.5]}


def outcome_of(categories, table=None):
    made = small.chain(data=table)
    plan = small.plan(made, {"vary": VARY, "categories": categories})
    return run_plan(made, plan, seed=2, draws=40)


@pytest.mark.parametrize("categories", [FIXED, SPREAD])
@pytest.mark.parametrize("table", [None, panel()])
def test_probability_of_a_category_is_its_share_of_the_draws(categories, table):
    outcome = outcome_of(categories, table)
    (found,) = varied_categories(outcome, outcome.plan.categories)
    times = outcome.times or (0,) * len(outcome.units)
    for row, time in enumerate(times):
        together = [k for k, other in enumerate(times) if other == time]
        counts = [0, 0, 0]
        for draw in outcome.scores["index"].T.tolist():
            counts[word(draw, row, together, categories)] += 1
        assert found.probability[row].tolist() == [count / 40 for count in counts]
        nominal = outcome.nominal[:, 0].tolist()
        assert found.category[row] == word(nominal, row, together, categories)
        assert found.n[row] == 40


def word(scores, row, together, categories):
    lines = categories.get("cut_offs")
    if lines is None:
        own = [scores[k] for k in together]
        lines = [mean(own) + k * stdev(own) for k in categories["sd"]]
    return sum(scores[row] >= line for line in lines)


def test_a_draw_with_too_few_scores_for_mean_and_sd_names_no_category():
    made = small.chain()
    others = [f"u{k}" for k in range(2, 8)]
    document = {
        "categories": SPREAD,
        "vary": {"who": {"leave_out": "units", "among": {"all": "none", "two": others}}},
    }
    outcome = run_plan(made, small.plan(made, document), seed=2, draws=30)
    (found,) = varied_categories(outcome, outcome.plan.categories)
    assert found.n[0] == (outcome.draws.chosen[:, 0] == 0).sum() < 30
    assert found.probability.sum(axis=1) == pytest.approx(1.0)


def test_no_cut_offs_no_band():
    assert band_of(np.array([50.0]), np.full(4, np.nan)).tolist() == [-1]


@pytest.mark.parametrize(
    ("categories", "words"),
    [
        (7, "no categories"),
        ({"labels": ["low"], "cut_offs": []}, "labels is"),
        ({"labels": ["low", "low"], "cut_offs": [3]}, "labels is"),
        ({"labels": ["low", "high"]}, "unclear what parts"),
        ({"labels": ["low", "high"], "cut_offs": [3], "sd": [1]}, "unclear what parts"),
        ({"labels": ["low", "high"], "cut_offs": [3, 4]}, "cut_offs is"),
        ({"labels": ["a", "b", "c"], "sd": [1, 1]}, "sd is"),
        ({"labels": ["low", "high"], "cut_offs": ["x"]}, "cut_offs is"),
        ({"labels": ["low", "high"], "cut_offs": [3], "colour": 1}, "Unknown key"),
    ],
)
def test_categories_that_make_no_sense_are_refused(categories, words):
    with pytest.raises(MethodError, match=words):
        outcome_of(categories)
