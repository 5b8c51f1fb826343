"""Change between times of a panel over the draws, held against plain counting."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import mean, variance

import numpy as np
import pytest

from tests.core.uncertainty.sensitivity import small
from waspada.collection.indicators import IndicatorTable
from waspada.uncertainty.sensitivity.change import changes, rubin_interval, rubin_of
from waspada.uncertainty.sensitivity.run import run_plan
from waspada.uncertainty.sensitivity.summary import tables_of

PLAN = {
    "nodes": ["index", "x"],
    "vary": {
        "aggregate": ["given", "geometric"],
        "w": {"weights": "dirichlet", "concentration": 10},
    },
}


def panel(times=(2018, 2020, 2023), units=6, gaps=()):
    """Every unit at every time but u0, which has no row at the last one."""
    chance = np.random.default_rng(8)
    keys = [(f"u{k}", t) for k in range(units) for t in times if (k, t) != (0, times[-1])]
    values = chance.gamma(3.0, size=(len(keys), 6)) + 0.2
    for row, column in gaps:
        values[row, column] = np.nan
    names, when = tuple(unit for unit, _ in keys), tuple(time for _, time in keys)
    return IndicatorTable(names, names, small.FRAMEWORK.codes, values, times=when)


def outcome_of(table, document=PLAN, text=small.METHOD, draws=50):
    made = small.chain(text, table)
    return run_plan(made, small.plan(made, document), seed=4, draws=draws)


def type_7(values, level):
    ordered = sorted(values)
    place = level * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def test_change_is_taken_within_each_draw_and_summed_up_over_the_draws():
    outcome = outcome_of(panel())
    found = list(changes(outcome))
    assert [(c.node, c.earlier, c.later) for c in found] == [
        (node, *pair)
        for node in ("index", "x")
        for pair in ((2018, 2020), (2020, 2023), (2018, 2023))
    ]
    place = {key: k for k, key in enumerate(zip(outcome.units, outcome.times, strict=True))}
    for change in found:
        scores = outcome.scores[change.node].tolist()
        assert ("u0" in change.units) == (change.later == 2020)
        for k, unit in enumerate(change.units):
            late, early = (place[unit, t] for t in (change.later, change.earlier))
            own = [b - a for a, b in zip(scores[early], scores[late], strict=True)]
            assert change.rises[k] == sum(d > 0 for d in own) / 50
            assert change.falls[k] == sum(d < 0 for d in own) / 50
            quantiles = [type_7(own, level) for level in (0.025, 0.5, 0.975)]
            assert change.spread.quantiles[k].tolist() == pytest.approx(quantiles, rel=1e-12)
            assert change.spread.mean[k] == pytest.approx(mean(own), rel=1e-12)


def test_nominal_change_is_that_of_the_method_as_it_stands():
    outcome = outcome_of(panel())
    keys = zip(outcome.units, outcome.times, strict=True)
    whole = dict(zip(keys, outcome.nominal[:, 0].tolist(), strict=True))
    change = next(changes(outcome))
    for unit, nominal in zip(change.units, change.nominal.tolist(), strict=True):
        assert nominal == whole[unit, 2020] - whole[unit, 2018]


def test_a_unit_that_does_not_change_neither_rises_nor_falls_in_any_draw():
    table = panel(times=(1, 2), units=5)
    values = table.values.copy()
    same = [row for row, unit in enumerate(table.units) if unit == "u3"]
    values[same[1]] = values[same[0]]
    change = next(changes(outcome_of(replace(table, values=values))))
    k = change.units.index("u3")
    assert change.nominal[k] == pytest.approx(0, abs=1e-12)
    assert (change.rises[k], change.falls[k]) == (0.0, 0.0)


def test_draws_without_a_score_are_not_counted():
    text = small.METHOD.replace("lower: 1", "lower: 0")
    outcome = outcome_of(panel(), text=text)
    failed = int(outcome.failed.sum())
    assert 0 < failed < 50
    for change in changes(outcome):
        assert set(change.spread.n.tolist()) == {50 - failed}


def test_a_table_of_one_time_has_no_change():
    outcome = outcome_of(small.table())
    assert list(changes(outcome)) == []
    names = [table.name for table in tables_of(outcome, each_draw=False, pairs=False)]
    assert "change" not in names


def test_multiple_imputation_widens_the_interval_of_the_change_by_rubins_rules():
    table = panel(gaps=((1, 0), (4, 3), (8, 2), (9, 5)))
    text = small.METHOD.replace("steps:\n", "steps:\n  - impute: {method: multiple}\n")
    document = {"vary": {
        "filled": {"imputations": 4}, "w": {"weights": "dirichlet", "concentration": 30}
    }}  # fmt: skip
    outcome = outcome_of(table, document, text, draws=80)
    written = {t.name: t for t in tables_of(outcome, each_draw=False, pairs=False)}["change"]
    at = {name: k for k, name in enumerate(written.header)}
    change = next(changes(outcome))
    assert change.rubin is not None
    chosen = outcome.draws.chosen[:, 0]
    place = {key: k for k, key in enumerate(zip(outcome.units, outcome.times, strict=True))}
    for k, unit in enumerate(change.units):
        scores = outcome.scores["index"]
        own = scores[place[unit, 2020]] - scores[place[unit, 2018]]
        groups = [own[chosen == m].tolist() for m in range(4)]
        within = mean(variance(group) for group in groups)
        between = variance(mean(group) for group in groups)
        total = within + 1.25 * between
        assert change.rubin[k, 3] ** 2 == pytest.approx(total, rel=1e-10)
        row = written.rows[k]
        assert row[at["total_lower"]] < row[at["estimate"]] < row[at["total_upper"]]


def test_rubin_of_tables_that_agree_has_no_end_of_degrees_of_freedom():
    """Two tables, the same two values in each: within 2, between 0; t is normal."""
    found = rubin_of(np.array([1.0, 3.0, 1.0, 3.0]), np.array([0, 0, 1, 1]))
    assert found.tolist() == [2.0, math.sqrt(2.0), 0.0, math.sqrt(2.0), math.inf]
    lower, upper = rubin_interval(found[None])[0]
    assert upper - 2.0 == pytest.approx(1.959963985 * math.sqrt(2.0), rel=1e-8)
    assert lower == pytest.approx(4.0 - upper)


def test_rubin_needs_two_tables():
    assert np.isnan(rubin_of(np.array([1.0, np.nan]), np.array([0, 1]))).all()
    assert np.isnan(rubin_interval(np.full((1, 5), np.nan))).all()
