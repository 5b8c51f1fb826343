"""Raking to a known composition, against a slow version and by its own promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import instrument, item, random_answers, stratum
from tests.dose import examples
from waspada.errors import QualityError
from waspada.index.raking import Margin, design_effect, rake
from waspada.pipeline import measure

STRATA = [stratum(code) for code in "abcd"]
ASKED = instrument([item("p"), item("q")], strata=STRATA)
SIZES = {"A": 80, "B": 60}


def flags(classes, elements="abcd"):
    return np.array([[e in c for e in elements] for c in classes])


def slow_rake(weights, margins, rounds=5000):
    """One element at a time, in plain Python."""
    w = [x / sum(weights) for x in weights]
    for _ in range(rounds):
        for classes, shares in margins:
            held = [sum(w[e] for e in c) for c in classes]
            whole = sum(s for s, h in zip(shares, held, strict=True) if h > 0)
            inside = sum(held)
            for c, share, h in zip(classes, shares, held, strict=True):
                for e in c:
                    if h > 0:
                        w[e] *= share / whole * inside / h
    return w


def test_one_margin_is_post_stratification():
    raked = rake(np.ones(4), (flags(["a", "b", "c", "d"]),), (np.array([0.4, 0.3, 0.2, 0.1]),))
    assert raked == pytest.approx([0.4, 0.3, 0.2, 0.1])


def test_worked_example_of_the_method_page():
    """Office and society known as 60 : 40; a and b are office, c and d society."""
    raked = rake(np.array([1.0, 2, 1, 1]), (flags(["ab", "cd"]),), (np.array([0.6, 0.4]),))
    assert raked == pytest.approx([0.2, 0.4, 0.2, 0.2])


def test_absent_class_gives_its_share_to_the_others():
    weights = np.array([1.0, 1, 0, 1])
    raked = rake(weights, (flags(["a", "b", "c", "d"]),), (np.array([0.2, 0.2, 0.5, 0.1]),))
    assert raked == pytest.approx([0.4, 0.4, 0.0, 0.2])


def test_margins_that_contradict_each_other_are_refused():
    margins = (flags(["a", "b"], "ab"), flags(["a", "b"], "ab"))
    with pytest.raises(QualityError, match="contradict"):
        rake(np.ones(2), margins, (np.array([0.5, 0.5]), np.array([0.9, 0.1])))


shares = st.lists(st.floats(0.05, 1.0), min_size=2, max_size=2)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.floats(0.1, 5.0), min_size=4, max_size=4), shares, shares)
def test_two_crossed_margins_are_met_and_agree_with_the_slow_version(weights, first, second):
    one, two = ([0, 1], [2, 3]), ([0, 2], [1, 3])
    targets = tuple(np.array(s) / sum(s) for s in (first, second))
    membership = (flags(["ab", "cd"]), flags(["ac", "bd"]))
    raked = rake(np.array(weights), membership, targets)
    assert raked.sum() == pytest.approx(1)
    for classes, target in zip(membership, targets, strict=True):
        assert classes @ raked == pytest.approx(target, abs=1e-11)
    slow = slow_rake(weights, [(one, targets[0].tolist()), (two, targets[1].tolist())], 300)
    assert raked == pytest.approx(slow, abs=1e-6)
    odds = weights[0] * weights[3] / (weights[1] * weights[2])
    assert raked[0] * raked[3] / (raked[1] * raked[2]) == pytest.approx(odds, rel=1e-6)


def test_design_effect_of_equal_weights_per_response_is_one():
    n = np.array([[10.0, 30.0, 0.0]])
    assert design_effect(n / n.sum(), n) == pytest.approx([1.0])
    assert design_effect(np.array([[0.5, 0.5, 0.0]]), n) == pytest.approx(
        [40 * (0.25 / 10 + 0.25 / 30)]
    )
    assert np.isnan(design_effect(np.zeros((1, 3)), n))


def test_measure_weighs_elements_by_the_composition_of_each_region():
    responses = random_answers(ASKED, SIZES, missing=0.0, elements="abcd")
    margin = Margin(
        "all",
        (("a",), ("b",), ("c",), ("d",)),
        np.array([1.0, 1, 1, 7]),
        {"B": np.array([4.0, 3, 2, 1])},
    )
    tables = measure(responses, ASKED, seed=1, replicates=50, composition=(margin,))
    scores = np.array([0, 25, 50, 75, 100])[responses.choice].mean(axis=1)
    for region, wanted in (("A", [0.1, 0.1, 0.1, 0.7]), ("B", [0.4, 0.3, 0.2, 0.1])):
        here = responses.region == responses.regions.index(region)
        means = [scores[here & (responses.stratum == e)].mean() for e in range(4)]
        index = next(r for r in tables.scores if r.region == region and r.node == "index")
        assert index.score == pytest.approx(np.dot(wanted, means))
    assert tables.record["composition"][0]["margin"] == "all"
    assert tables.record["composition"][0]["shares"] == [1, 1, 1, 7]
    assert tables.record["composition"][0]["shares_by_region"] == {"B": [4, 3, 2, 1]}


def test_a_composition_that_changes_nothing_is_named():
    """A region spelled otherwise, or answers that do not tell elements, leave the weights as they
    are; nobody should believe they were raked."""
    margin = Margin("all", (("a",), ("b",), ("c",), ("d",)), None, {"Kab. B": np.ones(4)})
    options = {"seed": 1, "replicates": 20, "composition": (margin,)}
    told = measure(random_answers(ASKED, SIZES, elements="abcd"), ASKED, **options)
    assert "names regions without answers: Kab. B." in " ".join(told.record["notes"])
    alone = measure(random_answers(ASKED, SIZES), ASKED, **options)
    assert "the known composition is not used" in " ".join(alone.record["notes"])
