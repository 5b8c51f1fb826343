import numpy as np
import pytest

from tests.core.instruments import instrument, item, node
from waspada.collection.scores import read_scores
from waspada.errors import AnswersError

ASKED = instrument([item("p", "security")], [node("security"), node("turnout")])


def read(tmp_path, text, **options):
    path = tmp_path / "scores.csv"
    path.write_text(text)
    return read_scores(path, ASKED, **options)


def faults_of(tmp_path, text, **options):
    with pytest.raises(AnswersError) as caught:
        read(tmp_path, text, **options)
    return [(f.code, f.place) for f in caught.value.faults]


def test_columns_named_after_nodes_are_read_and_others_listed(tmp_path):
    found = read(tmp_path, "region,security,note\nA,12.5,x\nB,,\n")
    assert (found.regions, found.nodes) == (("A", "B"), ("security",))
    np.testing.assert_array_equal(found.values, [[12.5], [np.nan]])
    assert found.ignored_columns == ("note",)


def test_column_of_a_node_can_be_named(tmp_path):
    found = read(tmp_path, "kab,Nilai\nA,3\n", region_column="kab", columns={"index": "Nilai"})
    assert (found.nodes, found.values.tolist()) == (("index",), [[3.0]])


def test_decimal_comma_is_a_number(tmp_path):
    assert read(tmp_path, "region;security\nA;12,5\n").values.tolist() == [[12.5]]


def test_scores_outside_the_scale_and_words_are_faults_with_their_row(tmp_path):
    text = "region,security\nA,101\nB,-1\nC,high\n,5\nA,nan\nD,1.234.5\n"
    assert faults_of(tmp_path, text) == [
        ("score", 'row 2, column "security"'),
        ("score", 'row 3, column "security"'),
        ("score", 'row 4, column "security"'),
        ("region", 'row 5, column "region"'),
        ("region_twice", 'row 6, column "region"'),
        ("score", 'row 6, column "security"'),
        ("score", 'row 7, column "security"'),
    ]


def test_misspelt_node_is_a_fault(tmp_path):
    assert faults_of(tmp_path, "region,Security\nA,1\n") == [
        ("near_miss", 'row 1, column "Security"')
    ]


def test_nothing_to_combine_wrong_nodes_and_missing_columns_are_faults(tmp_path):
    assert faults_of(tmp_path, "region,x\nA,1\n")[0][0] == "no_nodes"
    assert faults_of(tmp_path, "kab,security\nA,1\n")[0][0] == "no_region_column"
    assert faults_of(tmp_path, "region,security\nA,1\n", columns={"secrecy": "x"}) == [
        ("unknown_node", "--column secrecy"), ("no_such_column", "--column secrecy=x"),
    ]  # fmt: skip
