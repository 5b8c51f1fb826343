"""Eleven traps in which composite indices were seen to go wrong: each works, or is refused with
unit, indicator and step. All of them are run as a user runs them: METHOD and SENSITIVITY files."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from waspada.collection.indicators import IndicatorTable
from waspada.errors import MethodError, StepError
from waspada.index.composite.build import build
from waspada.index.composite.method import parse_method
from waspada.instrument.framework import Aggregate, Framework, Indicator
from waspada.publication.composite import composite_tables
from waspada.uncertainty.sensitivity.chain import Chain
from waspada.uncertainty.sensitivity.design import analyse
from waspada.uncertainty.sensitivity.plan import parse_plan
from waspada.uncertainty.sensitivity.run import run_plan

NAN = math.nan
FRAMEWORK = Framework(
    indicators=(
        Indicator("a", "A", "left"),
        Indicator("b", "B", "left"),
        Indicator("c", "C", "right"),
    ),
    aggregates=(
        Aggregate("left", "Left", 2, "top"),
        Aggregate("right", "Right", 2, "top"),
        Aggregate("top", "Top", 3, None),
    ),
)
VALUES = ((10, 4, 7), (20, 9, 3), (30, 2, 9), (40, 7, 1), (25, 5, 5))


def table(values=VALUES):
    x = np.array(values, dtype=float)
    units = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(x)])
    return IndicatorTable(units, units, FRAMEWORK.codes, x)


def method(*steps):
    lines = "".join(f"  - {step}\n" for step in steps)
    return parse_method(f"steps:\n{lines}", framework=FRAMEWORK)


def index(*steps, values=VALUES):
    return build(FRAMEWORK, table(values), method(*steps))


def vary(document, *steps, values=VALUES, draws=40):
    chain = Chain(FRAMEWORK, table(values), method(*steps))
    plan = parse_plan(document, FRAMEWORK, chain.method, chain.table, source="SENSITIVITY")
    return run_plan(chain, plan, seed=1, draws=draws)


def refused(step, *indicators, units=()):
    """A refusal that names the step, these indicators and units."""

    def fits(error):
        facts = error.facts
        return (facts["step"], facts["indicators"], facts["units"]) == (step, indicators, units)

    return pytest.raises(StepError, check=fits)


# 1. A constant indicator ----------------------------------------------------------------------

CONSTANT = [(row[0], 3, row[2]) for row in VALUES]


@pytest.mark.parametrize("scale", ["minmax", "zscore"])
def test_a_constant_indicator_is_refused_where_its_scale_does_not_exist(scale):
    with refused("normalise", "b"):
        index(f"normalise: {scale}", "aggregate", values=CONSTANT)


def test_a_constant_indicator_stands_in_the_middle_where_that_is_wished():
    built = index("normalise: {method: minmax, constant: middle}", "aggregate", values=CONSTANT)
    assert built.table.values[:, 1].tolist() == [50.0] * 5
    assert not np.isnan(built.scores).any()
    assert "same value of b" in built.stages[0].notes[0]


# 2. Min-max to 0, then a geometric mean -------------------------------------------------------

TO_ZERO = ("normalise: {method: minmax, lower: 0, upper: 100}", "aggregate: geometric")


def test_a_geometric_mean_over_a_zero_is_refused_with_its_units_and_children():
    with refused("aggregate", "a", "b", units=("A", "C")):
        index(*TO_ZERO)


def test_a_geometric_mean_over_a_zero_takes_the_limit_where_that_is_wished():
    built = index(TO_ZERO[0], "aggregate: {method: geometric, zero: limit}")
    assert built.scores[[0, 2], 0].tolist() == [0, 0] and (built.scores[1, :] > 0).all()


# 3. A missing value in a generalised mean -----------------------------------------------------


@pytest.mark.parametrize("power", [2, 0.5, -1, 0])
def test_a_missing_value_leaves_a_generalised_mean_to_the_other_children(power):
    values = [VALUES[0], (20, NAN, 3), *VALUES[2:]]
    scaled = "normalise: {method: minmax, lower: 1, upper: 100}"
    built = index(scaled, f"aggregate: {{method: generalised, power: {power}}}", values=values)
    assert built.scores[1, 0] == pytest.approx(built.table.values[1, 0], rel=1e-12)
    assert not np.isnan(built.scores).any()
    (detail,) = built.details
    assert detail.name == "availability" and detail.rows[0][0] == "B"


def test_where_too_little_is_there_a_generalised_mean_is_empty_and_told():
    values = [VALUES[0], (20, NAN, 3), *VALUES[2:]]
    scaled = "normalise: {method: minmax, lower: 1, upper: 100}"
    step = "aggregate: {method: generalised, power: 2, min_share: 0.6}"
    built = index(scaled, step, values=values)
    assert np.isnan(built.scores[1, 0]) and np.isnan(built.scores[1, 2])
    assert "have no score" in built.notes[0]


# 4. Copeland inside the chain, with missing values --------------------------------------------


def wins(columns, row):
    """Units beaten less units that beat it, children weighing the same; by plain comparison."""
    net = 0
    for other in range(len(columns[0])):
        shared = [(c[row], c[other]) for c in columns if c[row] == c[row] and c[other] == c[other]]
        ahead = sum((x > y) - (x < y) for x, y in shared)
        net += (ahead > 0) - (ahead < 0)
    return net


@pytest.mark.parametrize("gap", [None, 1])
def test_copeland_climbs_the_chain_also_over_a_gap(gap):
    values = [list(row) for row in VALUES]
    if gap is not None:
        values[2][gap] = NAN
    built = index("normalise", "weigh: equal", "aggregate: copeland", values=values)
    a, b, c = built.table.values.T.tolist()
    left = [wins([a, b], row) for row in range(5)]
    right = [wins([c], row) for row in range(5)]
    assert built.scores[:, 0].tolist() == left
    assert built.scores[:, 2].tolist() == [wins([left, right], row) for row in range(5)]


# 5. A log treatment that changes nothing ------------------------------------------------------


def test_a_logarithm_that_changes_no_shape_is_flagged():
    """Two values only: the logarithm moves them, their shape stays."""
    values = [(1 if row < 9 else 5, row % 4, row) for row in range(10)]
    step = "treat: {method: none, per: {a: {method: log_ct}}}"
    built = index(step, "normalise", "aggregate", values=values)
    treatment = {d.name: d for d in built.stage("treat").details}["treatment"]
    flags = {row[0]: row[treatment.header.index("flags")] for row in treatment.rows}
    assert "changes nothing but the scale" in flags["a"]
    assert any("changes nothing" in note for note in built.stage("treat").notes)


# 6. Ties beyond the Winsorising limit ---------------------------------------------------------

TIED = [(100.0 if row > 16 else row % 5, row % 7, row) for row in range(20)]
TREAT = "treat: {method: winsorise, at_most: 2, skew: 1, kurtosis: 0, per: {b: none, c: none}"


def test_ties_beyond_the_limit_are_not_moved_and_that_is_told():
    built = index(TREAT + "}", "normalise", "aggregate", values=TIED)
    assert built.stage("treat").table.values[:, 0].tolist() == [row[0] for row in TIED]
    assert built.stage("treat").notes


def test_ties_beyond_the_limit_move_together_where_that_is_wished():
    built = index(TREAT + ", ties: together}", "normalise", "aggregate", values=TIED)
    treated = built.stage("treat").table.values[:, 0]
    assert treated[17:].tolist() == [4, 4, 4]


# 7. Negative perturbed weights ----------------------------------------------------------------

PLAIN = ("normalise: {method: minmax, lower: 1, upper: 100}", "weigh", "aggregate")


def test_noise_that_would_make_weights_negative_is_refused():
    with pytest.raises(MethodError, match="100 %"):
        vary({"vary": {"w": {"weights": "noise", "share": 1.25}}}, *PLAIN)


def test_no_weight_of_any_draw_is_negative():
    outcome = vary({"vary": {"w": {"weights": "noise", "share": 1}}}, *PLAIN, draws=2_000)
    assert (outcome.draws.weights >= 0).all() and outcome.draws.weights.min() < 0.01


# 8. PCA weights of mixed sign -----------------------------------------------------------------

AGAINST = [(x, -x + y % 3, y) for x, y in zip(range(10), (3, 1, 4, 1, 5, 9, 2, 6, 5, 8))]  # noqa: B905


def test_pca_weights_of_mixed_sign_are_refused_with_what_runs_against():
    with pytest.raises(StepError) as caught:
        index("normalise", "weigh: pca", "aggregate", values=AGAINST)
    assert caught.value.facts["step"] == "weigh"
    assert set(caught.value.facts["indicators"]) <= {"a", "b"}
    assert caught.value.facts["indicators"]


@pytest.mark.parametrize("signs", ["zero", "equal"])
def test_pca_weights_are_never_negative_where_mixed_signs_are_accepted(signs):
    step = f"weigh: {{method: pca, mixed_signs: {signs}}}"
    built = index("normalise", step, "aggregate", values=AGAINST)
    assert min(built.weights.values()) >= 0
    assert not np.isnan(built.scores).any()


# 9. Sobol without centring --------------------------------------------------------------------


def test_scores_far_from_zero_have_the_sobol_indices_of_scores_around_zero():
    """The same index 10,000 points higher; not centred, S would scatter by thousands."""
    document = {
        "vary": {
            "normalise.upper": [90, 100, 110],
            "w": {"weights": "noise", "share": 0.8},
        }
    }
    found = []
    for low in (0, 10_000):
        scaled = f"normalise: {{method: minmax, lower: {low}, upper: {low + 100}}}"
        chain = Chain(FRAMEWORK, table(), method(scaled, "weigh", "aggregate"))
        tops = {"normalise.upper": [low + top for top in (90, 100, 110)]}
        varied = {"vary": {**document["vary"], **tops}}
        plan = parse_plan(varied, FRAMEWORK, chain.method, chain.table, source="SENSITIVITY")
        found.append(analyse(chain, plan, seed=3, n=64)[0].score)
    moves = found[0].variance > 1e-9
    assert moves.any()
    for part in ("first", "total"):
        near, far = (getattr(one, part)[:, moves] for one in found)
        np.testing.assert_allclose(far, near, atol=1e-6)


# 10. Ranking rounded scores -------------------------------------------------------------------


def test_units_apart_by_less_than_what_is_printed_have_ranks_of_their_own():
    values = [(50, 50, 50 + k * 2e-7) for k in range(5)]
    built = index("normalise: none", "aggregate", values=values)
    tables = composite_tables(built)
    printed = {row[0]: row[2] for row in tables.sheet("results.csv").rows}
    assert len(set(printed.values())) == 1
    ranks = [row[-1] for row in tables.sheet("ranks.csv").rows]
    assert ranks == [5, 4, 3, 2, 1]


def test_what_only_the_arithmetic_tells_apart_shares_a_rank():
    """Thirds of the same sum: 0.1 + 0.2 and 0.3."""
    third = float(Fraction(3, 10))
    values = [(0.1 + 0.2, 1, 1), (third, 1, 1), (0.1, 1, 1), (0.2, 1, 1)]
    assert values[0][0] != values[1][0]
    built = index("normalise: none", "aggregate", values=values)
    ranks = [row[-1] for row in composite_tables(built).sheet("ranks.csv").rows]
    assert ranks == [1, 1, 4, 3]


# 11. A step asked for in the sensitivity file that the base run lacks -------------------------


@pytest.mark.parametrize("name", ["treat.at_most", "impute", "treat"])
def test_a_step_the_base_run_lacks_cannot_be_varied(name):
    with pytest.raises(MethodError, match=r'no step "(treat|impute)"') as caught:
        vary({"vary": {name: [1, 2]}}, *PLAIN)
    assert caught.value.faults[0].code == "step_missing"
    assert "normalise, weigh, aggregate" in caught.value.faults[0].remedy


def test_a_draw_whose_step_fails_is_named_with_step_unit_and_indicator():
    """The base run works; min-max to 0 before the geometric mean fails in half of the draws."""
    outcome = vary(
        {"vary": {"normalise.lower": [0, 1]}},
        "normalise: {method: minmax, lower: 1, upper: 100}",
        "aggregate: geometric",
    )
    assert 0 < len(outcome.failures) < 40
    for failure in outcome.failures:
        assert failure.step == "aggregate"
        assert failure.units == ("A", "C") and failure.indicators == ("a", "b")
