import numpy as np
import pytest

from tests.core.instruments import answers, instrument, item, stratum
from waspada.collection.model import EVERYONE
from waspada.errors import QualityError
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample
from waspada.uncertainty.interval import intervals
from waspada.uncertainty.population import sampled_share

ASKED = instrument(
    [item("p"), item("q")], strata=(stratum("a"), stratum("b"), stratum("c", "b"), stratum("d"))
)
PEOPLE = {"a": 8, "b": 6, "c": 3}


def sample():
    rows = [
        (region, element, [25 * (k % 5), 25 * ((2 * k + 1) % 5)])
        for region in ("63.01", "63.02")
        for element, n in PEOPLE.items()
        for k in range(n)
    ]
    return draw_sample(answers(rows, ASKED), ASKED)


INVITED = {"63.01": {"a": 10, "b": 12, "c": 6, "d": 9}}


def test_share_is_that_of_merged_elements_with_answers():
    """c has three answers and joins b: 9 of 18; d has none and counts nowhere."""
    assert sampled_share(sample(), INVITED).tolist() == [8 / 10, 9 / 18, 0, 0]


def test_variance_of_every_group_is_corrected():
    """sum_g W_g^2 s_g^2 / n_g (1 - n_g / N_g)."""
    drawn = sample()
    point = estimate(drawn)
    interval = intervals(drawn, point, sampled=sampled_share(drawn, INVITED))
    expected = 0.0
    for block in drawn.blocks_of[0]:
        own = drawn.block_scores(block).mean(axis=1) / 1e6
        n, people = len(own), (10, 18)[block]
        expected += drawn.block_weight[block] ** 2 * own.var(ddof=1) / n * (1 - n / people)
    assert interval.standard_error[0, 2] == pytest.approx(np.sqrt(expected), rel=1e-12)


def test_where_all_invited_answered_nothing_is_left_to_chance():
    drawn = sample()
    point = estimate(drawn)
    all_of_them = sampled_share(drawn, {"63.01": {"a": 8, "b": 6, "c": 3}})
    interval = intervals(drawn, point, sampled=all_of_them)
    assert interval.standard_error[0, 2] == 0
    assert interval.lower[0, 2] == interval.upper[0, 2] == point.values[0, 2]


def test_without_elements_everyone_is_invited_together():
    rows = [("63.01", "", [25 * (k % 5), 50]) for k in range(12)]
    alone = draw_sample(answers(rows, ASKED), ASKED)
    assert sampled_share(alone, {"63.01": {EVERYONE: 48}}).tolist() == [0.25]


@pytest.mark.parametrize(
    ("invited", "code", "said"),
    [
        ({"63.01": {"a": 7, "b": 12, "c": 6}}, "invited_too_few", "8 answers of a, but only 7"),
        ({"63.01": {"a": 9, "b": 4, "c": 4}}, "invited_too_few", "9 answers of b and c"),
        ({"63.01": {"a": 9, "b": 9}}, "invited_missing", 'element "c" in region "63.01"'),
        ({"63.09": {"a": 9}}, "invited_unknown", 'region "63.09"'),
        ({"63.01": {"a": 9, "z": 9}}, "invited_unknown", 'element "z"'),
    ],
)
def test_lists_that_do_not_fit_are_refused(invited, code, said):
    with pytest.raises(QualityError, match=said) as caught:
        sampled_share(sample(), invited)
    assert caught.value.code == code
