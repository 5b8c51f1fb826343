import numpy as np
import pytest

from tests.core.instruments import answers, instrument, item, random_answers
from waspada.collection.model import Responses
from waspada.errors import QualityError
from waspada.instrument.model import Evidence
from waspada.publication.tables import quality_rows
from waspada.quality.completeness import measure_completeness
from waspada.quality.sufficiency import require_replicates, require_responses

ASKED = instrument([item("p"), item("q"), item("outside", None)])


def test_cells_are_counted_by_kind_also_outside_the_index():
    """docs/method/quality.md: 6 cells, 3 scored, 1 don't know, 2 blank."""
    rows = [("63.01", "", [0, -1, None]), ("63.01", "", [100, None, 50])]
    found = measure_completeness(answers(rows, ASKED), ASKED)
    np.testing.assert_allclose(found.shares, [[3 / 6, 1 / 6, 0, 0, 2 / 6]])
    assert found.n_responses.tolist() == [2]


def test_items_that_nobody_is_asked_have_no_cells():
    asked = instrument([item("p"), item("fact", evidence=Evidence.FACT)])
    found = measure_completeness(answers([("63.01", "", [0, None])], asked), asked)
    assert found.cells.tolist() == [[1, 0, 0, 0, 0]]


def test_shares_of_a_region_sum_to_one_and_small_regions_have_no_row():
    responses = random_answers(ASKED, {"b": 9, "a": 4, "c": 7}, missing=0.4)
    rows = quality_rows(responses.regions, measure_completeness(responses, ASKED))
    assert [row.region for row in rows] == ["b", "c"]
    for row in rows:
        assert row.share_scored + row.share_blank == pytest.approx(1)


def test_nothing_to_measure_is_said():
    empty = Responses((), ("everyone",), *np.zeros((2, 0), dtype=int), np.zeros((0, 3), np.int16))
    with pytest.raises(QualityError, match="no response"):
        require_responses(empty)
    with pytest.raises(QualityError, match="10 replicates are too few"):
        require_replicates(10)
