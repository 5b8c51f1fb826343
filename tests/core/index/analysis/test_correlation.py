"""Correlations against loops, scipy, and all orders of small samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.core.index.analysis import slow_analysis as slow
from tests.core.index.analysis.small import FRAMEWORK, listed, table, with_gaps
from tests.dose import examples
from waspada.index.analysis.correlation import (
    Bounds,
    CorrelationKind,
    correlate,
    correlation_flags,
    correlation_table,
    denominator_correlations,
    kendall_p,
    parent_correlations,
)
from waspada.index.composite.siblings import arithmetic_scores

SLOW = {
    CorrelationKind.PEARSON: slow.pearson,
    CorrelationKind.SPEARMAN: slow.spearman,
    CorrelationKind.KENDALL: slow.kendall,
}
PEER = {
    CorrelationKind.PEARSON: stats.pearsonr,
    CorrelationKind.SPEARMAN: stats.spearmanr,
    CorrelationKind.KENDALL: stats.kendalltau,
}


@pytest.mark.parametrize("kind", CorrelationKind)
@pytest.mark.parametrize("ties", [False, True])
def test_correlations_with_gaps_match_loops_over_pairs(kind: CorrelationKind, ties: bool) -> None:
    x = with_gaps().values
    x = np.round(x / 10) if ties else x
    found = correlate(x, x, kind=kind)
    for i in range(x.shape[1]):
        for j in range(x.shape[1]):
            expected = SLOW[kind](listed(x[:, i]), listed(x[:, j]))
            assert found.r[i, j] == pytest.approx(expected, rel=1e-12)
    assert found.n[0, 1] == (~np.isnan(x[:, 0]) & ~np.isnan(x[:, 1])).sum()


@pytest.mark.parametrize("kind", CorrelationKind)
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("n", [5, 30, 80])
def test_p_values_match_scipy(kind: CorrelationKind, ties: bool, n: int) -> None:
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, 3)) + 0.4 * rng.normal(size=(n, 1))
    x = np.round(x) if ties else x
    found = correlate(x[:, :2], x[:, 2:], kind=kind)
    for i in range(2):
        more = {"method": "exact" if n < 50 and not ties else "asymptotic"}
        peer = PEER[kind](x[:, i], x[:, 2], **(more if kind is CorrelationKind.KENDALL else {}))
        assert found.r[i, 0] == pytest.approx(peer.statistic, rel=1e-10)
        assert found.p[i, 0] == pytest.approx(peer.pvalue, rel=1e-8)


@given(st.permutations(range(6)))
@settings(max_examples=examples(10), deadline=None)
def test_p_value_of_kendall_is_the_share_of_orders(order: list[int]) -> None:
    x, y = np.arange(6.0), np.array(order, dtype=float)
    score = sum(np.sign(y[j] - y[i]) for i in range(6) for j in range(i + 1, 6))
    assert kendall_p(x, y, score) == pytest.approx(slow.exact_kendall_p(6, int(score)))


numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))


@given(
    st.lists(st.tuples(numbers, numbers), min_size=3, max_size=30), st.sampled_from(CorrelationKind)
)
@settings(max_examples=examples(60), deadline=None)
def test_correlation_is_within_bounds_symmetric_and_missing_only_for_constants(
    pairs: list[tuple[float, float]], kind: CorrelationKind
) -> None:
    x, y = (np.array(column)[:, None] for column in zip(*pairs, strict=True))
    there, back = correlate(x, y, kind=kind).r[0, 0], correlate(y, x, kind=kind).r[0, 0]
    constant = len(set(x[:, 0])) == 1 or len(set(y[:, 0])) == 1
    assert np.isnan(there) == constant
    if not constant:
        assert -1 <= there <= 1
        assert there == pytest.approx(back, abs=1e-12)
        assert correlate(-x, y, kind=kind).r[0, 0] == pytest.approx(-there, abs=1e-9)


@pytest.mark.parametrize("kind", CorrelationKind)
def test_a_constant_indicator_or_two_pairs_have_no_correlation(kind: CorrelationKind) -> None:
    x = np.array([[1.0, 7], [2, 7], [4, 7], [5, np.nan]])
    found = correlate(x, x, kind=kind)
    assert np.isnan(found.r[0, 1]) and np.isnan(found.p[0, 1])
    y = np.array([[1.0, 3], [2, 1], [4, np.nan], [np.nan, 5]])
    assert np.isnan(correlate(y, y, kind=kind).r[0, 1])


def test_columns_constant_over_the_common_rows_have_no_correlation() -> None:
    x = np.array([[0.1, 5], [0.1, 6], [0.1, 9], [4, np.nan]])
    assert np.isnan(correlate(x, x).r[0, 1])


@pytest.mark.parametrize("size", [1e-322, 1e-200, 1e200, 1e307])
def test_the_unit_of_measure_does_not_matter_however_odd(size: float) -> None:
    x, y = np.array([1.0, 2, 3, 10]), np.array([1.0, 3, 2, 10])
    found = correlate(size * x[:, None], y[:, None]).r[0, 0]
    assert found == pytest.approx(np.corrcoef(size / 1e-323 * x if size < 1e-300 else x, y)[0, 1])


def test_worked_example_of_the_three_correlations() -> None:
    x, y = np.array([[1.0], [2], [3], [4]]), np.array([[1.0], [3], [2], [10]])
    assert correlate(x, y).r[0, 0] == pytest.approx(13 / 250**0.5)
    assert correlate(x, y, kind=CorrelationKind.SPEARMAN).r[0, 0] == pytest.approx(0.8)
    assert correlate(x, y, kind=CorrelationKind.KENDALL).r[0, 0] == pytest.approx(4 / 6)


def test_a_level_with_itself_gives_each_pair_once() -> None:
    rows = correlation_table(FRAMEWORK, table()).rows
    assert len(rows) == 15
    assert len({frozenset(row[:2]) for row in rows}) == 15


def test_pairs_can_be_kept_within_groups_and_to_the_family() -> None:
    data = table()
    within = correlation_table(FRAMEWORK, data, within=2).rows
    assert [row[:2] for row in within] == [("a", "b"), ("a", "c"), ("b", "c"), ("d", "e")]
    scores = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)
    family = correlation_table(FRAMEWORK, data, scores, levels=(2, 1), family=True).rows
    assert [row[:2] for row in family][:3] == [("a", "left"), ("b", "left"), ("c", "left")]
    assert len(parent_correlations(FRAMEWORK, data, scores).rows) == 6 + 6 + 3


def test_a_correlation_that_may_be_chance_can_be_left_empty() -> None:
    rng = np.random.default_rng(1)
    data = table(rng.normal(size=(12, 6)))
    shown = correlation_table(FRAMEWORK, data, largest_p=0.05).rows
    assert all((r is None) == (p > 0.05) for _, _, r, p, _ in shown)
    assert any(r is None for _, _, r, _, _ in shown)


def test_conspicuous_pairs_are_flagged_within_their_group() -> None:
    data = table()
    data.values[:, 1] = -data.values[:, 0] + np.random.default_rng(1).normal(size=40)
    data.values[:, 4] = 2 * data.values[:, 3]
    rows = correlation_flags(FRAMEWORK, data, bounds=Bounds(high=0.99, low=0.5)).rows
    found = {(group, first, second): flag for group, first, second, *_, flag in rows}
    assert found["left", "a", "b"] == "negative"
    assert found["right", "d", "e"] == "high"
    assert all(group in ("left", "right") for group, *_ in found)


def test_denominators_that_an_indicator_follows_are_flagged() -> None:
    data = table(denominators={"size": table().values[:, 0] * 3, "other": np.arange(40.0)})
    rows = denominator_correlations(data).rows
    assert len(rows) == 12
    assert rows[0] == ("a", "size", pytest.approx(1), pytest.approx(0), 40, "high")
    assert denominator_correlations(table()).rows == ()
