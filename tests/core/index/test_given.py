import numpy as np

from waspada.index.given import fingerprint_scores
from waspada.index.model import GivenScores

NAN = float("nan")


def test_fingerprint_of_scores_ignores_order_and_what_is_empty():
    one = GivenScores(("A", "B"), ("x", "y"), np.array([[1.0, 2.0], [3.0, NAN]]))
    other = GivenScores(
        ("C", "B", "A"), ("z", "y", "x"), np.array([[NAN] * 3, [NAN, NAN, 3.0], [NAN, 2.0, 1.0]])
    )
    assert fingerprint_scores(one) == fingerprint_scores(other)


def test_fingerprint_of_scores_sees_value_region_and_node():
    def of(region="A", node="x", value=1.0):
        return fingerprint_scores(GivenScores((region,), (node,), np.array([[value]])))

    assert len({of(), of(region="B"), of(node="y"), of(value=1.0000000001)}) == 4
