"""YAML as people mean it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dose import examples
from waspada.index.composite.plain_yaml import YamlFault, flow, load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[NO, SE, yes, on]", ["NO", "SE", "yes", "on"]),
        ("[true, false, null, ~]", [True, False, None, None]),
        ("[1, -2, +3, 0]", [1, -2, 3, 0]),
        ("[1.5, .5, 1e3, -2E-2]", [1.5, 0.5, 1000.0, -0.02]),
        ("[010, 1:30, 2018-01-01, 0x1F, 1_000]", ["010", "1:30", "2018-01-01", "0x1F", "1_000"]),
        ("['5', \"true\"]", ["5", "true"]),
        ("{2: a, NO: b}", {"2": "a", "NO": "b"}),
        ("[1e999, .nan, inf]", ["1e999", ".nan", "inf"]),
        ("[.inf, -.inf]", [float("inf"), float("-inf")]),
        ("", None),
        ("a:", {"a": None}),
    ],
)
def test_a_value_is_what_it_looks_like(text, value):
    found = load(text)
    assert found == value
    if isinstance(value, list):
        assert list(map(type, found)) == list(map(type, value))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\na: 2", "line 2"),
        ("a: &x 1\nb: *x", "line 1"),
        ("- a\n---\n- b", "line 2"),
        ("!!python/object:os.system {}", "line 1"),
        ("a: b: c", "line 1, column 5"),
        ("[" * 100_000, "line 1"),
        ("? [a]\n: b", "line 1"),
        ("a: \x07", "the file"),
    ],
)
def test_what_no_person_means_is_refused_with_its_line(text, place):
    with pytest.raises(YamlFault) as caught:
        load(text)
    assert caught.value.place == place


def test_a_mapping_knows_its_line():
    assert load("- a: 1\n\n- b: 2\n")[1].line == 3


scalar = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(["NO", "true", "1e3", "", "null", "~", ".inf", "a: b", "- a", "#", "010"]),
)
value = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text("abNO01", max_size=4), inner, max_size=3),
    ),
    max_leaves=8,
)


@settings(max_examples=examples(200), deadline=None)
@given(value)
def test_a_value_written_on_one_line_reads_back(value):
    assert load(f"a: {flow(value)}\n") == {"a": value}
