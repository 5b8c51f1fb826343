"""Sets of weights and points of experts in tables beside the METHOD file."""

from __future__ import annotations

import pytest

from tests.core.index.composite.chain_of_tests import FRAMEWORK, TABLE
from waspada.errors import MethodError
from waspada.index.composite.build import build, rebuild
from waspada.index.composite.method import method_text, parse_method, read_method

SETS = """iCode,Level,Parent,experts,public
a,1,left,2,1
b,1,left,1,
c,1,right,1,1
left,2,top,0.4,3
right,2,top,0.6,1
"""
POINTS = "iCode,Ani,Budi\na,50,70\nb,50,30\n"


def method_with(folder, weigh, table=SETS):
    (folder / "weights.csv").write_text(table, encoding="utf-8")
    text = f"steps:\n  - normalise\n  - weigh: {weigh}\n  - aggregate\n"
    (folder / "m.yaml").write_text(text, encoding="utf-8")
    return read_method(folder / "m.yaml", FRAMEWORK)


def test_a_set_is_chosen_by_name_from_a_table_and_by_another_run_from_the_same(tmp_path):
    built = build(FRAMEWORK, TABLE, method_with(tmp_path, "{sets: weights.csv, set: experts}"))
    assert dict(built.weights) == {"a": 2, "b": 1, "c": 1, "left": 0.4, "right": 0.6, "top": 1}
    public = rebuild(built, {"weigh.set": "public"})
    assert dict(public.weights) == {"a": 1, "b": 3, "c": 1, "left": 3, "right": 1, "top": 1}


def test_the_method_that_ran_needs_the_table_no_more(tmp_path):
    method = method_with(tmp_path, "{sets: weights.csv, set: public}")
    again = parse_method(method_text(method), framework=FRAMEWORK)
    assert build(FRAMEWORK, TABLE, again).weights == build(FRAMEWORK, TABLE, method).weights


def test_points_of_experts_come_from_a_table(tmp_path):
    weigh = "{per: {left: {method: budget_allocation, points: weights.csv}}}"
    built = build(FRAMEWORK, TABLE, method_with(tmp_path, weigh, POINTS))
    assert (built.weights["a"], built.weights["b"]) == pytest.approx((0.6, 0.4))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (SETS.replace("0.4", "x"), '"x" is no number'),
        (SETS.replace("iCode", "code"), 'no column "iCode"'),
        (SETS + "a,1,left,1,1\n", "stands twice"),
        ("iCode,Level\na,1\n", "no column of numbers"),
        (SETS.replace("a,1,left", "z,1,left"), "which the framework lacks"),
        (SETS.replace("0.4", "-1"), "0 or more"),
    ],
)
def test_a_table_that_holds_no_weights_is_refused(tmp_path, table, words):
    with pytest.raises(MethodError, match=words):
        method_with(tmp_path, "{sets: weights.csv, set: experts}", table)


def test_a_table_that_is_not_there_is_refused_with_its_name(tmp_path):
    with pytest.raises(MethodError, match=r"none\.csv"):
        method_with(tmp_path, "{sets: none.csv, set: experts}")


def test_without_a_file_there_is_no_table_beside_it():
    text = "steps:\n  - normalise\n  - weigh: {sets: weights.csv, set: a}\n  - aggregate\n"
    with pytest.raises(MethodError, match="sets"):
        parse_method(text, framework=FRAMEWORK)
