"""A SENSITIVITY file is read whole, or refused with all its faults."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.uncertainty.sensitivity import small
from tests.dose import examples
from waspada.errors import MethodError
from waspada.index.composite.plain_yaml import load
from waspada.uncertainty.sensitivity.model import (
    Choice,
    DirichletWeights,
    Exclusion,
    NoisyWeights,
    Special,
    WeightSets,
)

WORDS = (
    *("vary", "nodes", "draws", "choice", "among", "probability", "weights", "levels", "share"),
    *("concentration", "leave_out", "imputations", "step", "noise", "dirichlet", "sets", "units"),
    *("indicators", "given", "drop", "none", "treat", "treat.at_most", "normalise.method", "rank"),
    *("aggregate", "geometric", "method", "index", "a", "u1", "1", "per", "treat.per.a.skew"),
)


def faults(document):
    with pytest.raises(MethodError) as caught:
        small.plan(small.chain(), document)
    return [(fault.code, fault.place) for fault in caught.value.faults]


def test_everything_that_can_be_varied_is_read():
    plan = small.plan(
        small.chain(),
        load("""
title: all
draws: 50
seed: 4
nodes: [index, x]
vary:
  treat.at_most: [1, 2]
  normalise: {among: {low: {method: minmax, lower: 1, upper: 10}, z: zscore}, probability: [.3, .7]}
  aggregate: [given, geometric]
  noise: {weights: noise, share: {2: 0.5}}
  spread: {weights: dirichlet, concentration: 20, levels: [1]}
  experts: {weights: sets, among: {first: {x: 1, y: 2}, second: given}}
  without: {leave_out: units, among: [none, u3, [u1, u2]]}
  fewer: {leave_out: indicators, among: [none, a]}
"""),
    )
    kinds = [type(one) for one in plan.inputs]
    assert kinds == [Choice] * 3 + [NoisyWeights, DirichletWeights, WeightSets] + [Exclusion] * 2
    assert (plan.title, plan.draws, plan.seed, plan.nodes) == ("all", 50, 4, ("index", "x"))
    normalise, aggregate, without = plan.discrete[1], plan.discrete[2], plan.discrete[4]
    assert normalise.labels == ("low", "z") and normalise.probabilities == (0.3, 0.7)
    assert aggregate.values == (Special.GIVEN, "geometric")
    assert without.sets == ((), ("u3",), ("u1", "u2"))
    assert plan.inputs[3].share == {"x": 0.5, "y": 0.5}
    assert plan.inputs[4].codes == tuple("abcdef")


def test_a_step_the_base_run_lacks_is_refused_with_a_sentence():
    with pytest.raises(MethodError) as caught:
        small.plan(small.chain(), {"vary": {"impute.method": ["column_mean", "column_median"]}})
    assert 'The base run has no step "impute".' in caught.value.message
    assert "Put the step into the METHOD" in caught.value.message


def test_noise_beyond_100_percent_is_refused_because_weights_would_be_negative():
    with pytest.raises(MethodError, match="weights become negative"):
        small.plan(small.chain(), {"vary": {"w": {"weights": "noise", "share": 1.2}}})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "not_a_mapping"),
        ({}, "nothing_varied"),
        ({"vary": {"treat.at_most": [1]}}, "one_alternative"),
        ({"vary": {"treat.at_most": [1, 1]}}, "twice"),
        ({"vary": {"treat.at_most": 3}}, "not_an_input"),
        ({"vary": {"treat.at_least": [1, 2]}}, "options"),
        ({"vary": {"treat.at_most": [1, -2]}}, "options"),
        ({"vary": {"normalise": ["minmax", "z-score"]}}, "options"),
        ({"vary": {"normalise": ["given", 3]}}, "not_options"),
        ({"vary": {"aggregate": ["given", "drop"]}}, "cannot_drop"),
        ({"vary": {"normalise": ["given", "drop"]}}, "cannot_drop"),
        ({"vary": {"a": {"choice": "treat.at_most", "among": [1, 2]}}}, "name_taken"),
        ({"vary": {"q": {"weights": "noise", "choice": "treat", "share": 0.1}}}, "no_kind"),
        ({"vary": {"q": {"weights": "normal"}}}, "unknown_weights"),
        ({"vary": {"q": {"weights": "noise", "share": 0}}}, "noise"),
        ({"vary": {"q": {"weights": "noise", "share": 0.1, "levels": [3]}}}, "levels"),
        ({"vary": {"q": {"weights": "noise", "share": 0.1, "levels": [[1]]}}}, "levels"),
        ({"vary": {"q": {"weights": "dirichlet", "concentration": 0}}}, "concentration"),
        ({"vary": {"q": {"weights": "dirichlet", "concentration": float("nan")}}}, "concentration"),
        ({"vary": {"q": {"weights": "sets", "among": [1, 2]}}}, "no_sets"),
        ({"vary": {"q": {"weights": "sets", "among": {"s": {"z": 1}, "t": {}}}}}, "unknown_code"),
        ({"vary": {"q": {"weights": "sets", "among": {"s": {"a": -1}, "t": {"a": 1}}}}}, "weight"),
        ({"vary": {"q": {"leave_out": "units", "among": ["none", "u9"]}}}, "unknown_code"),
        ({"vary": {"q": {"leave_out": "people", "among": ["none", "u1"]}}}, "leave_out"),
        ({"vary": {"q": {"imputations": 5}}}, "step_missing"),
        ({"vary": {"treat.at_most": [1, 2]}, "nodes": ["z"]}, "unknown_node"),
        ({"vary": {"treat.at_most": [1, 2]}, "draws": 1}, "not_whole"),
        ({"vary": {"treat.at_most": [1, 2]}, "sed": 1}, "unknown_key"),
    ],
)  # fmt: skip
def test_each_fault_has_a_code(document, expected):
    assert expected in [code for code, _ in faults(document)]


@pytest.mark.parametrize("probability", [[0.5, 0.4], [1, 0], [0.2, 0.3, 0.5], "half", [0.5, "x"]])
def test_probabilities_are_above_zero_and_sum_to_one(probability):
    spec = {"among": [1, 2], "probability": probability}
    assert ("probability", "vary, treat.at_most") in faults({"vary": {"treat.at_most": spec}})


def test_two_inputs_that_overwrite_each_other_are_refused():
    one = {"choice": "treat.at_most", "among": [1, 2]}
    assert faults({"vary": {"p": one, "q": one}}) == [("clash", "vary, q")]
    noise = {"weights": "noise", "share": 0.1}
    assert faults({"vary": {"p": noise, "q": noise}}) == [("clash", "vary, q")]


def test_all_faults_come_at_once():
    document = {
        "vary": {"impute": ["a", "b"], "w": {"weights": "noise", "share": 2}, "q": 1},
        "nodes": "z",
        "draws": 0,
    }
    assert len(faults(document)) == 5


def test_given_weights_are_not_mistaken_for_the_weights_of_the_method():
    made = small.chain(small.METHOD.replace("weigh: {method: given}", "weigh: {method: equal}"))
    with pytest.raises(MethodError, match="could be the METHOD as it is"):
        small.plan(made, {"vary": {"weigh": ["given", "equal"]}})
    clear = small.plan(made, {"vary": {"weigh": [{"method": "given"}, "equal"]}})
    assert clear.discrete[0].values == ({"method": "given"}, "equal")


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.floats() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(WORDS), ODD, max_size=4))
@settings(max_examples=examples(150), deadline=None)
def test_any_file_is_read_or_refused_with_sentences(entries):
    made = small.chain()
    for document in (entries, {"vary": entries}, {"vary": {"q": entries}}):
        try:
            small.plan(made, document)
        except MethodError as error:
            assert error.faults and all(f.problem and f.remedy for f in error.faults)
