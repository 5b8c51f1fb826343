"""YAML as people mean it."""

from __future__ import annotations

import pytest

from waspada.index.composite.plain_yaml import YamlFault, load


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
        ("[1e999, .inf]", ["1e999", ".inf"]),
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
