"""All tables of a build at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.core.index.analysis.small import FRAMEWORK, table, with_gaps
from tests.dose import examples
from waspada.errors import StepError
from waspada.index.analysis.correlation import CorrelationKind
from waspada.index.analysis.report import analyse, is_plain_arithmetic
from waspada.index.composite.model import Built, Method, Stage, Step, StepKind
from waspada.index.composite.siblings import arithmetic_scores
from waspada.index.model import Floats


def built(**options: Any) -> Built:
    steps = (
        Step("normalise", StepKind.NORMALISE, {"method": "minmax"}),
        Step("aggregate", StepKind.AGGREGATE, {"method": "arithmetic", **options}),
    )
    data = with_gaps()
    return Built(
        framework=FRAMEWORK,
        method=Method("Small", steps),
        stages=(Stage("raw", table()), Stage("normalise", data)),
        weights=FRAMEWORK.weights,
        scores=arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights),
    )


def rerun(weights: Mapping[str, float]) -> Floats:
    return arithmetic_scores(FRAMEWORK, with_gaps(), weights)


def never(weights: Mapping[str, float]) -> Floats:
    raise AssertionError("the closed form needs no new aggregation")


def test_every_table_has_a_name_of_its_own_and_full_rows() -> None:
    found = analyse(built(), never, sources={"survey": ("a", "b")}, other=built())
    names = [detail.name for detail in found]
    assert len(names) == len(set(names)) == 28
    for detail in found:
        assert all(len(row) == len(detail.header) for row in detail.rows), detail.name
        numbers = [c for row in detail.rows for c in row if isinstance(c, float | np.floating)]
        assert np.isfinite(numbers).all(), detail.name


@st.composite
def nasty_tables(draw: st.DrawFn) -> np.ndarray:
    """Few units, ties, zeros, gaps, constant and empty indicators."""
    n = draw(st.integers(1, 7))
    cell = st.sampled_from([0.0, 0.0, 1.0, 2.0, 2.0, -3.5, 1e9, np.nan])
    rows = draw(st.lists(st.lists(cell, min_size=6, max_size=6), min_size=n, max_size=n))
    values = np.array(rows)
    for k, fate in enumerate(draw(st.lists(st.sampled_from("..ce"), min_size=6, max_size=6))):
        values[:, k] = {".": values[:, k], "c": 4.0, "e": np.nan}[fate]
    return values


@given(nasty_tables())
@settings(max_examples=examples(60), deadline=None)
def test_no_table_however_poor_breaks_the_analysis_or_puts_in_a_nan(values: np.ndarray) -> None:
    data = table(values, denominators={"size": values[:, 0], "area": np.arange(len(values)) * 1.0})
    poor = replace(
        built(),
        stages=(Stage("raw", data),),
        scores=arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights),
    )
    for detail in analyse(poor, never):
        for row in detail.rows:
            numbers = [c for c in row if isinstance(c, float | np.floating)]
            assert np.isfinite(numbers).all(), (detail.name, row)


def test_every_correlation_is_of_the_kind_asked_for_and_nodes_are_met_by_other_families() -> None:
    values = np.random.default_rng(5).normal(size=(9, 6)) ** 3
    data = table(values, denominators={"size": np.exp(values[:, 1])})
    scores = arithmetic_scores(FRAMEWORK, data, FRAMEWORK.weights)
    one = replace(built(), stages=(Stage("raw", data),), scores=scores)
    found = {d.name: d for d in analyse(one, never, kind=CorrelationKind.SPEARMAN)}
    size = {row[0]: row[2] for row in found["denominator_correlations"].rows}
    assert size["b"] == pytest.approx(1.0)  # the same order, far from a straight line
    across = {(row[2], row[3]): row[4] for row in found["correlations_across"].rows}
    level_2 = [node.code for node in FRAMEWORK.aggregates if node.level == 2]
    for i, code in enumerate(FRAMEWORK.codes):
        for node in level_2:
            of_node = scores[:, FRAMEWORK.node_codes.index(node)]
            expected = stats.spearmanr(values[:, i], of_node).statistic
            assert across[code, node] == pytest.approx(expected)


def test_re_runs_and_closed_form_agree() -> None:
    closed = {d.name: d for d in analyse(built(), never)}
    again = {d.name: d for d in analyse(built(per={"left": {"method": "arithmetic"}}), rerun)}
    for name in ("leave_one_out_scores", "leave_one_out_ranks", "leave_one_out"):
        assert closed[name].header == again[name].header
        for ours, theirs in zip(closed[name].rows, again[name].rows, strict=True):
            assert ours == tuple(
                pytest.approx(x, rel=1e-12) if isinstance(x, float) else x for x in theirs
            )


def test_an_aggregation_that_refuses_some_weights_leaves_their_scores_empty() -> None:
    def picky(weights: Mapping[str, float]) -> Floats:
        if weights["a"] == 0:
            raise StepError("No.", "Never.", step="aggregate")
        return rerun(weights)

    found = {d.name: d for d in analyse(built(per={"left": {"method": "geometric"}}), picky)}
    row = {row[0]: row for row in found["leave_one_out"].rows}["a"]
    assert row[1] is None
    assert row[-1] == "No unit has a score without it."


@pytest.mark.parametrize(
    ("options", "plain"),
    [
        ({"method": "arithmetic"}, True),
        ({"method": "arithmetic", "min_share": 0.0, "per": {}}, True),
        ({"method": "arithmetic", "min_share": 0.5}, False),
        ({"method": "arithmetic", "per": {2: {"method": "geometric"}}}, False),
        ({"method": "geometric"}, False),
    ],
)
def test_the_closed_form_is_kept_to_plain_arithmetic(options: Any, plain: bool) -> None:
    assert is_plain_arithmetic(Step("aggregate", StepKind.AGGREGATE, options)) is plain
