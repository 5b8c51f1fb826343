from dataclasses import replace

import numpy as np
import pytest

from tests.core.instruments import answers, instrument, item, shuffled
from waspada.collection.model import Responses
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample
from waspada.uncertainty.clusters import design_effect, meeting_effect
from waspada.uncertainty.interval import intervals

ASKED = instrument([item("p"), item("q")])


def halls(effect, sizes=(30, 24, 40), seed=0):
    """One region; people of a hall share a part of size `effect`."""
    chance = np.random.default_rng(seed)
    rows, meeting = [], []
    for hall, size in enumerate(sizes, start=1):
        level = 2 + effect * chance.normal()
        for _ in range(size):
            drawn = np.clip(np.rint(chance.normal(level, 1.0, 2)), 0, 4)
            rows.append(("63.01", "", [int(25 * d) for d in drawn]))
            meeting.append(hall)
    return replace(answers(rows, ASKED), meeting=np.array(meeting))


def effect_of(responses):
    sample = draw_sample(responses, ASKED)
    point = estimate(sample)
    return (
        point,
        design_effect(sample, point),
        meeting_effect(sample, point, intervals(sample, point)),
    )


def slow(responses, score):
    """From the definition: halls, people and their own score."""
    own = score[responses.choice].mean(axis=1)
    moves = (own - own.mean()) / len(own)
    halls = sorted(set(responses.meeting.tolist()))
    m = [int((responses.meeting == h).sum()) for h in halls]
    between = sum(moves[responses.meeting == h].sum() ** 2 for h in halls)
    between /= 1 - sum(k * k for k in m) / len(own) ** 2
    effect = between / (len(own) / (len(own) - 1) * (moves**2).sum())
    return effect, (effect - 1) / (sum(k * k for k in m) / len(own) - 1)


def test_design_effect_agrees_with_the_slow_one():
    responses = halls(0.6)
    _, (effect, correlation, meetings), _ = effect_of(responses)
    expected = slow(responses, np.array([0, 25, 50, 75, 100.0]))
    assert (effect[0], correlation[0]) == (pytest.approx(expected[0]), pytest.approx(expected[1]))
    assert meetings[0] == 3
    order = np.random.default_rng(4).permutation(len(responses))
    other = Responses(
        responses.regions, responses.strata, responses.region[order], responses.stratum[order],
        responses.choice[order], responses.meeting[order],
    )  # fmt: skip
    assert effect_of(other)[1][0][0] == pytest.approx(effect[0], rel=1e-12)


def test_design_effect_is_one_on_average_where_halls_do_not_matter():
    """400 regions of four halls: the mean of 400 such ratios has an error of about 0.04."""
    found = [effect_of(halls(0.0, (25, 20, 30, 35), seed=s))[1][0][0] for s in range(400)]
    assert np.mean(found) == pytest.approx(1, abs=0.15)


def test_meetings_below_twenty_answers_are_not_told_apart():
    responses = halls(0.6, (30, 19))
    _, (effect, _, meetings), found = effect_of(responses)
    assert np.isnan(effect[0]) and meetings[0] == 1
    assert not found.observed[0]
    assert found.correlation[0].tolist() == [0.01, 0.05, 0.1]


def test_meeting_zero_is_nobody_in_particular():
    responses = halls(0.6, (30, 40, 25))
    responses = replace(responses, meeting=np.where(responses.meeting == 1, 0, responses.meeting))
    assert effect_of(responses)[1][2][0] == 2


def test_observed_effect_widens_the_interval_and_costs_degrees_of_freedom():
    responses = halls(1.0)
    sample = draw_sample(responses, ASKED)
    point = estimate(sample)
    plain = intervals(sample, point)
    found = meeting_effect(sample, point, plain)
    assert found.observed[0] and found.df[0, 0] == 2
    assert found.design_effect[0, 0] > 1
    assert found.lower[0, 0] < plain.lower[0, 2] < plain.upper[0, 2] < found.upper[0, 0]
    assert np.isnan(found.lower[0, 1:]).all()


def test_assumed_effect_is_that_of_kish():
    responses = replace(halls(0.0, (41,)), meeting=None)
    _, _, found = effect_of(shuffled(responses))
    assert found.design_effect[0].tolist() == pytest.approx([1.4, 3.0, 5.0])
