"""METHOD files: what they say, what is wrong with them, how a choice changes them."""

from __future__ import annotations

import pytest

from tests.core.index.composite.chain_of_tests import FRAMEWORK, method_of
from waspada.errors import MethodError
from waspada.index.composite.method import (
    method_text,
    parse_method,
    read_method,
    with_choice,
    with_choices,
    without_step,
)
from waspada.index.composite.model import StepKind

WHOLE = """
title: Example
steps:
  - denominate: {per: {c: {by: Area, factor: 10}}}
  - screen: {method: both, at_least: 0.5, keep: [NO, SE]}
  - normalise: {method: minmax, lower: 1, upper: 10}
  - weigh
  - aggregate
"""


def faults(text, framework=FRAMEWORK):
    with pytest.raises(MethodError) as caught:
        parse_method(text, source="m.yaml", framework=framework)
    assert caught.value.exit_code == 10
    return caught.value


def codes(text):
    return [fault.code for fault in faults(text).faults]


def steps(*lines):
    return "steps:\n" + "".join(f"  - {line}\n" for line in lines)


def test_ties_are_read_written_and_checked():
    assert parse_method(WHOLE, framework=FRAMEWORK).ties == "share"
    exact = parse_method("ties: exact\n" + WHOLE, framework=FRAMEWORK)
    assert exact.ties == "exact"
    assert parse_method(method_text(exact), framework=FRAMEWORK).ties == "exact"
    assert codes("ties: never\n" + WHOLE) == codes("ties: [share]\n" + WHOLE) == ["bad_ties"]


def test_a_file_becomes_a_method():
    method = parse_method(WHOLE, source="m.yaml", framework=FRAMEWORK)
    assert method.title == "Example"
    assert [step.name for step in method.steps] == [
        "denominate",
        "screen",
        "normalise",
        "weigh",
        "aggregate",
    ]
    assert method.step("denominate").options == {
        "method": "divide",
        "per": {"c": {"by": "Area", "factor": 10}},
    }
    assert method.step("screen").options["keep"] == ["NO", "SE"]
    assert method.step("weigh").options == {"method": "given"}
    assert method.step("aggregate").options == {"method": "arithmetic"}


def test_a_step_may_have_a_name_and_a_method_as_one_word():
    method = method_of(
        "screen: available", "screen: {name: again, method: none}", "normalise", "aggregate"
    )
    assert [(s.name, s.kind, s.options["method"]) for s in method.steps[:2]] == [
        ("screen", StepKind.SCREEN, "available"),
        ("again", StepKind.SCREEN, "none"),
    ]


def test_a_method_written_out_reads_back_the_same():
    method = parse_method(WHOLE, framework=FRAMEWORK)
    assert parse_method(method_text(method), framework=FRAMEWORK) == method


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_steps"),
        ("- a\n", "no_steps"),
        ("title: x\n", "no_steps"),
        ("steps: {}\n", "no_steps"),
        ("steps: [", "no_yaml"),
        ("title: [x]\n" + steps("normalise", "aggregate"), "no_title"),
        ("sed: 1\n" + steps("normalise", "aggregate"), "unknown_key"),
        (steps("normalize", "aggregate"), "unknown_step"),
        (steps("{a: 1, b: 2}", "normalise", "aggregate"), "no_step"),
        (steps("5", "normalise", "aggregate"), "no_step"),
        (steps("screen: [available]", "normalise", "aggregate"), "no_options"),
        (steps("screen: {name: Not Good, method: none}", "normalise", "aggregate"), "bad_name"),
        (steps("screen: none", "screen: none", "normalise", "aggregate"), "duplicate_step"),
        (steps("normalise", "aggregate", "screen: none"), "wrong_order"),
        (steps("normalise", "denominate", "aggregate"), "wrong_order"),
        (steps("denominate", "denominate: {name: again}", "normalise", "aggregate"), "wrong_order"),
        (steps("normalise"), "no_aggregate"),
        (steps("aggregate"), "not_turned"),
        (steps("screen", "normalise", "aggregate"), "bad_step"),
        (steps("screen: nothing", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: none, at_least: 1}", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: available, at_least: 2}", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: both, at_least: high}", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: none, keep: A}", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: none, over: time}", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: none, per: {a: none}}", "normalise", "aggregate"), "bad_step"),
        (steps("screen: {method: none, keep: [A], drop: [A]}", "normalise"), "bad_step"),
        (steps("denominate: {per: {zz: none}}", "normalise", "aggregate"), "bad_step"),
        (steps("denominate: {per: {a: {by: GDP}}}", "normalise", "aggregate"), "bad_step"),
        (steps("denominate: {per: {a: 5}}", "normalise", "aggregate"), "bad_step"),
        (steps("denominate: {per: [a]}", "normalise", "aggregate"), "bad_step"),
        (steps("denominate: {by: Pop}", "normalise", "aggregate"), "bad_step"),
        (steps("denominate: {factor: 0}", "normalise", "aggregate"), "bad_step"),
        (steps("denominate: none", "normalise", "aggregate"), "bad_step"),
        (steps("normalise: {over: sometimes}", "aggregate"), "bad_step"),
    ],
)  # fmt: skip
def test_a_fault_is_told(text, code):
    assert [found for found in codes(text) if found != "no_aggregate" or code == found] == [code]


def test_all_faults_come_at_once_with_their_lines():
    text = steps(
        "scren: none", "screen: {method: available, at_least: 7, most: 1}", "normalise: {upper: x}"
    )
    found = faults(text)
    assert [fault.code for fault in found.faults] == [
        "unknown_step",
        "bad_step",
        "bad_step",
        "bad_step",
    ]
    assert 'step 1 (line 2): There is no step "scren". Did you mean "screen"?' in found.message


def test_a_misspelt_word_is_told_the_right_one():
    message = faults(steps("screen: {method: availible}", "normalise", "aggregate")).message
    assert 'Did you mean "available"?' in message
    message = faults(steps("screen: {method: none, kep: []}", "normalise", "aggregate")).message
    assert 'Did you mean "keep"?' in message


@pytest.mark.parametrize("content", [b"\xff\xfe", b"steps: \xff"])
def test_a_file_that_is_no_text_is_refused(tmp_path, content):
    path = tmp_path / "m.yaml"
    path.write_bytes(content)
    with pytest.raises(MethodError, match="UTF-8"):
        read_method(path)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path):
    with pytest.raises(MethodError, match="no such file"):
        read_method(tmp_path / "none.yaml")
    with pytest.raises(MethodError):
        read_method(tmp_path)
    path = tmp_path / "m.yaml"
    path.write_text("# " + "x" * 1_000_001)
    with pytest.raises(MethodError, match="larger than 1 MB"):
        read_method(path)


# Choices --------------------------------------------------------------------------------------


@pytest.fixture
def method():
    return parse_method(WHOLE, source="m.yaml", framework=FRAMEWORK)


def test_a_choice_changes_one_option_and_nothing_else(method):
    changed = with_choice(method, "normalise.upper", "50", FRAMEWORK)
    assert changed.step("normalise").options == {"method": "minmax", "lower": 1, "upper": 50}
    assert changed.steps[:2] == method.steps[:2]
    assert method.step("normalise").options["upper"] == 10


def test_null_takes_an_option_away(method):
    changed = with_choice(method, "normalise.upper", "null", FRAMEWORK)
    assert changed.step("normalise").options == {"method": "minmax", "lower": 1}


def test_a_new_method_takes_the_parameters_of_the_old_one_away(method):
    changed = with_choice(method, "screen.method", "nonzero", FRAMEWORK)
    assert changed.step("screen").options == {"method": "nonzero"}


@pytest.mark.parametrize("order", [1, -1])
def test_parameters_of_a_new_method_may_be_given_before_or_after_it(method, order):
    pairs = [("screen.method", "nonzero"), ("screen.nonzero_at_least", "0.2")][::order]
    changed = with_choices(method, dict(pairs), FRAMEWORK)
    assert changed.step("screen").options == {"method": "nonzero", "nonzero_at_least": 0.2}


def test_the_same_method_keeps_its_parameters(method):
    assert with_choice(method, "normalise.method", "minmax", FRAMEWORK) == method


def test_a_choice_may_be_for_one_indicator(method):
    changed = with_choice(method, "denominate.per.c.factor", 7, FRAMEWORK)
    assert changed.step("denominate").options["per"] == {"c": {"by": "Area", "factor": 7}}
    added = with_choice(method, "denominate.per.a.by", "Area", FRAMEWORK)
    assert added.step("denominate").options["per"]["a"] == {"by": "Area"}


def test_a_code_with_a_point_can_be_named():
    method = method_of("normalise", "aggregate")
    with pytest.raises(MethodError, match=r"63\.11"):
        with_choice(method, "normalise.per.63.11.upper", 5, FRAMEWORK)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("treat.at_most", "5", 'The method has no step "treat".'),
        ("norm.upper", "5", 'The method has no step "norm".'),
        ("normalise", "5", "names no option"),
        ("normalise.name", "x", "names no option"),
        ("normalise.uper", "5", 'Did you mean "upper"?'),
        ("normalise.upper", "[", "cannot be read"),
        ("screen.method", "magic", 'no method "magic"'),
        ("screen.at_least", "9", "at most 1"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(method, path, value, told):
    with pytest.raises(MethodError) as caught:
        with_choice(method, path, value, FRAMEWORK)
    assert told in caught.value.message


def test_a_step_can_be_left_out(method):
    assert [s.name for s in without_step(method, "screen", FRAMEWORK).steps] == [
        "denominate",
        "normalise",
        "weigh",
        "aggregate",
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("treat", 'no step "treat"'),
        ("aggregate", "no step `aggregate`"),
        ("normalise", "direction -1"),
    ],
)
def test_a_step_that_is_not_there_or_is_needed_cannot_be_left_out(method, name, told):
    with pytest.raises(MethodError) as caught:
        without_step(method, name, FRAMEWORK)
    assert told in caught.value.message


def test_a_fault_after_a_misspelt_step_names_its_own_number_and_line():
    text = "steps:\n  - normlise: {method: minmax}\n  - aggregate: {metod: arithmetic}\n"
    with pytest.raises(MethodError) as caught:
        parse_method(text)
    places = [fault.place for fault in caught.value.faults]
    assert places == ["step 1 (line 2)", 'step 2 "aggregate" (line 3)']
