"""Reading a known composition of elements."""

import numpy as np
import pytest

from tests.core.instruments import instrument, item, stratum
from waspada.collection.composition import read_composition
from waspada.errors import AnswersError

ASKED = instrument([item("p")], strata=[stratum(code) for code in ("civil", "press", "youth")])


def read(tmp_path, text):
    path = tmp_path / "composition.csv"
    path.write_text(text)
    return read_composition(path, ASKED)


def test_shares_for_all_regions_and_for_one(tmp_path):
    text = "region,elements,share\n,civil,60\n,press+youth,40\nA,civil,1\nA,press+youth,1\n"
    (margin,) = read(tmp_path, text)
    assert margin.classes == [("civil",), ("press", "youth")]
    assert np.array_equal(margin.shares, [60, 40])
    assert np.array_equal(margin.by_region["A"], [1, 1])


def test_margins_are_told_apart_by_name(tmp_path):
    margins = read(
        tmp_path, "margin,elements,share\nkind,civil,2\nkind,press,1\nage,youth,1\nage,civil,3\n"
    )
    assert [margin.code for margin in margins] == ["kind", "age"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("elements\ncivil\n", 'no column "share"'),
        ("elements,share\ncivl,1\n", 'Did you mean "civil"'),
        ("elements,share\ncivil,0\n", "no share"),
        ("elements,share\ncivil,inf\n", "no share"),
        ("elements,share\ncivil,1\ncivil,2\n", "a share for this region already"),
        ("elements,share\ncivil,1\ncivil+press,2\n", "stands in two classes"),
        ("region,elements,share\n,civil,1\n,press,1\nA,civil,1\n", "has no share here"),
        ("elements,share\n", "no row with content"),
    ],
)
def test_faults_are_told_with_their_place(tmp_path, text, says):
    with pytest.raises(AnswersError, match=says):
        read(tmp_path, text)
