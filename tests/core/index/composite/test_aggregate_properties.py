"""Aggregation for all inputs: against the slow one, and what each mean promises."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.index.composite import slow_aggregate
from tests.core.index.composite.frameworks_of_tests import aggregate_step, table, two_pillars
from tests.dose import examples
from waspada.index.composite import aggregate, climb, means, rules
from waspada.index.composite.copeland import copeland

value = st.one_of(st.none(), st.integers(1, 5), st.floats(0.5, 100))
weight = st.one_of(st.just(0.0), st.floats(0.1, 5))
RULES = [
    {"method": "arithmetic"},
    {"method": "geometric"},
    {"method": "harmonic"},
    {"method": "generalised", "power": 2.5},
    {"method": "generalised", "power": -3.0},
    {"method": "generalised", "power": inf},
    {"method": "generalised", "power": -inf},
    {"method": "reversed_geometric", "lower": -1, "upper": 2000},
    {"method": "median"},
    {"method": "mazziotta_pareto", "penalty": "upward"},
    {"method": "copeland"},
    {"method": "copeland", "score": "shares"},
    {"method": "arithmetic", "min_share": 0.5},
    {"method": "geometric", "min_share": 0.6, "availability": "weighted"},
]


def as_array(values):
    return np.array([[np.nan if v is None else v for v in row] for row in values], dtype=float)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=examples(20), deadline=None)
@given(
    values=st.lists(st.lists(value, min_size=4, max_size=4), min_size=1, max_size=7),
    weights=st.lists(st.floats(0.1, 5), min_size=7, max_size=7),
    zeros=st.sampled_from(["", "a", "c"]),
    at=st.sampled_from(["x", "all"]),
)
def test_a_climb_agrees_with_the_slow_one(rule, values, weights, zeros, at):
    framework = two_pillars()
    given_weights = dict(
        zip((entry.code for entry in framework.entries), weights, strict=True)
    ) | dict.fromkeys(zeros, 0.0)
    own = {k: v for k, v in rule.items() if k != "method"}
    everywhere = at == "all" and rule["method"] not in ("copeland",)
    options = rule if everywhere else {"method": "arithmetic", "per": {"x": rule}}
    plain = ("arithmetic", {})
    own_rules = {
        code: (rule["method"], own) if everywhere or code == "x" else plain
        for code in framework.node_codes
    }
    got, _, _ = aggregate.run(
        table(as_array(values), framework), framework, aggregate_step(**options), given_weights
    )
    units = [dict(zip(framework.codes, row, strict=True)) for row in values]
    slow = slow_aggregate.climb(units, framework, given_weights, own_rules)
    wanted = as_array([[row[code] for code in framework.node_codes] for row in slow])
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("gaps", [False, True])
def test_many_weights_at_once_equal_one_after_another(rule, gaps, monkeypatch):
    monkeypatch.setattr(climb, "CELLS_AT_ONCE", 200)  # several chunks
    chance = np.random.default_rng(5)
    framework = two_pillars()
    values = chance.uniform(1, 100, (9, 4))
    if gaps:
        values[chance.random(values.shape) < 0.2] = np.nan
    draws = chance.uniform(0.2, 2, (12, 7))
    draws[4, 0] = 0
    options = {"method": "arithmetic", "per": {2: rule}}
    plan = rules.plan_of(options, framework)
    together = climb.climb_weights(values, framework, draws, plan)
    codes = [entry.code for entry in framework.entries]
    for draw, row in zip(together, draws, strict=True):
        alone, _, _ = aggregate.run(
            table(values, framework),
            framework,
            aggregate_step(**options),
            dict(zip(codes, row, strict=True)),
        )
        np.testing.assert_allclose(draw, alone, rtol=1e-12)
    index = climb.climb_weights(values, framework, draws, plan, nodes=("Index",))
    np.testing.assert_array_equal(index[..., 0], together[..., -1])


def test_an_index_of_arithmetic_means_is_values_times_effective_weights():
    chance = np.random.default_rng(6)
    framework = two_pillars()
    values, draws = chance.normal(size=(30, 4)), chance.dirichlet(np.ones(7), 40)
    plan = rules.plan_of({}, framework)
    got = climb.climb_weights(values, framework, draws, plan, nodes=("Index",))[..., 0]
    np.testing.assert_allclose(
        got, climb.effective_weights(framework, draws) @ values.T, rtol=1e-12, atol=1e-12
    )


means_of = st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.1, 5)), min_size=1, max_size=8)


@settings(max_examples=examples(100), deadline=None)
@given(pairs=means_of, powers=st.lists(st.floats(-40, 40), min_size=2, max_size=2))
def test_generalised_mean_rises_with_its_power_and_stays_between_the_children(pairs, powers):
    x, w = map(np.array, zip(*pairs, strict=True))
    low, high = (means.generalised(x, w, power=p) for p in sorted(powers))
    assert x.min() * (1 - 1e-9) <= low <= high * (1 + 1e-9)
    assert high <= x.max() * (1 + 1e-9)


@settings(max_examples=examples(50), deadline=None)
@given(pairs=means_of, factor=st.floats(0.01, 100), power=st.sampled_from([-2.0, 0.0, 0.5, 1.0, 3]))
def test_only_ratios_of_weights_count_and_the_scale_passes_through(pairs, factor, power):
    x, w = map(np.array, zip(*pairs, strict=True))
    mean = means.generalised(x, w, power=power)
    assert means.generalised(x, w * factor, power=power) == pytest.approx(mean, rel=1e-9)
    assert means.generalised(x * factor, w, power=power) == pytest.approx(mean * factor, rel=1e-9)
    assert means.median(x * factor, w) == pytest.approx(means.median(x, w) * factor, rel=1e-9)


@settings(max_examples=examples(60), deadline=None)
@given(
    rows=st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    ),
    weights=st.lists(weight, min_size=3, max_size=3),
    seed=st.integers(0, 99),
)
def test_copeland_agrees_with_the_slow_one_and_does_not_mind_the_order_of_units(
    rows, weights, seed
):
    children, w = as_array(rows), np.array(weights)
    for score in ("net_wins", "shares"):
        got = copeland(children, w, score=score)
        slow = slow_aggregate.copeland(rows, weights, score)
        np.testing.assert_allclose(got, as_array([slow])[0], atol=1e-9)
        order = np.random.default_rng(seed).permutation(len(rows))
        np.testing.assert_allclose(copeland(children[order], w, score=score), got[order])
    total = np.nansum(copeland(children, w))
    assert total == 0
