import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.core.instruments import (
    answers,
    instrument,
    item,
    node,
    only,
    random_answers,
    shuffled,
    stratum,
)
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample
from waspada.instrument.model import Aggregation
from waspada.uncertainty.bootstrap import replicate, replicate_region
from waspada.uncertainty.draws import LARGE, draw_counts, stream_key
from waspada.uncertainty.interval import degrees_of_freedom

STRATA = (stratum("a", weight=2), stratum("b"), stratum("c", "b"))
ASKED = instrument(
    [item("p", "x"), item("q", "x", direction=-1), item("r", "y")],
    [node("x", aggregation=Aggregation.GEOMETRIC), node("y", weight=2)],
    STRATA,
)
LINEAR = instrument(
    [item("p"), item("q", weight=3, direction=-1), item("r", weight=2)], strata=STRATA
)
LINEAR_ALONE = instrument([item(c) for c in "pqr"])
ASKED_ONE = instrument([item("p")])
SIZES = {"63.01": 31, "63.02": 18, "63.11": 44}


def some_answers(asked=ASKED, missing=0.1, sizes=SIZES):
    return random_answers(asked, sizes, missing=missing, elements="abbac")


def closed_form(responses, asked, region):
    """Rao-Wu for a linear index without missing answers: sqrt(sum_g W_g^2 s_g^2 / n_g)."""
    rows = responses.region == responses.regions.index(region)
    table = np.array([0, 25, 50, 75, 100.0])
    x = table[responses.choice[rows]]
    x[:, 1] = 100 - x[:, 1]
    own = x @ np.array([1, 3, 2]) / 6
    group = np.where(responses.stratum[rows] == 0, 0, 1)
    weights = {0: 2 / 4, 1: 2 / 4} if (responses.stratum[rows] == 2).any() else {0: 2 / 3, 1: 1 / 3}
    parts = [own[group == g] for g in (0, 1)]
    return np.sqrt(
        sum(weights[g] ** 2 * np.var(part, ddof=1) / len(part) for g, part in enumerate(parts))
    )


def test_standard_error_is_that_of_rao_and_wu():
    """With 40,000 replicates the standard error of a standard error is 0.35 %."""
    responses = random_answers(LINEAR, {"63.01": 23}, missing=0.0, elements="abbac")
    sample = draw_sample(responses, LINEAR)
    drawn = replicate(sample, seed=1, replicates=40_000)
    assert drawn.standard_error[0, 3] == pytest.approx(
        closed_form(responses, LINEAR, "63.01"), rel=0.015
    )


def test_replicates_are_the_index_of_the_repeated_rows():
    """Each replicate equals the estimate from a file in which rows stand as often as drawn."""
    responses = some_answers(sizes={"63.01": 31})
    sample = draw_sample(responses, ASKED)
    values, _ = replicate_region(sample, 0, stream_key(3, "63.01"), 5)
    sizes = np.diff(sample.start)[sample.blocks_of[0]].tolist()
    for b in range(5):
        drawn = draw_counts(stream_key(3, "63.01"), sizes, b, b + 1)
        counts = np.concatenate([group[0] for group in drawn])
        rows = np.repeat(np.arange(len(counts)), counts.astype(int))
        top, bottom = np.zeros((2, len(sizes), 3))
        for g, start in enumerate(sample.start[:-1]):
            inside = rows[(rows >= start) & (rows < sample.start[g + 1])]
            scores = sample.table[np.arange(3), sample.choice[inside]] / 1e6
            top[g], bottom[g] = np.nansum(scores, axis=0), (~np.isnan(scores)).sum(axis=0)
        weight = sample.block_weight[:, None] * (bottom > 0)
        items = (weight * top / np.maximum(bottom, 1)).sum(axis=0) / weight.sum(axis=0)
        np.testing.assert_allclose(values[b, :3], items, rtol=1e-12)
        assert values[b, 4] == pytest.approx(np.sqrt(items[0] * items[1]), rel=1e-12)


@pytest.mark.parametrize("chunk_cells", [1, 200, 5000])
def test_chunks_change_no_bit(chunk_cells):
    sample = draw_sample(some_answers(), ASKED)
    whole, gaps = replicate_region(sample, 1, 99, 150)
    parts, part_gaps = replicate_region(sample, 1, 99, 150, chunk_cells=chunk_cells)
    np.testing.assert_array_equal(whole, parts)
    np.testing.assert_array_equal(gaps, part_gaps)


def test_order_of_rows_and_regions_changes_no_bit():
    responses = some_answers()
    one = replicate(draw_sample(responses, ASKED), seed=5, replicates=120)
    two = replicate(draw_sample(shuffled(responses), ASKED), seed=5, replicates=120)
    np.testing.assert_array_equal(one.nodes, two.nodes)
    np.testing.assert_array_equal(one.standard_error, two.standard_error)


def test_other_regions_change_no_bit():
    responses = some_answers()
    all_three = replicate(draw_sample(responses, ASKED), seed=5, replicates=120)
    alone = replicate(draw_sample(only(responses, "63.02"), ASKED), seed=5, replicates=120)
    np.testing.assert_array_equal(all_three.nodes[:, 1], alone.nodes[:, 0])


def test_another_seed_gives_other_replicates():
    sample = draw_sample(some_answers(), ASKED)
    one, two = (replicate(sample, seed=s, replicates=100).nodes for s in (1, 2))
    assert (one != two).any()


def test_progress_is_told_region_by_region():
    told = []
    sample = draw_sample(some_answers(), ASKED)
    replicate(sample, seed=1, replicates=100, progress=lambda *now: told.append(now))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_gaps_are_counted_and_other_groups_fill_them():
    """One of five answered item r in element a: in about a third of the replicates nobody did."""
    rows = [("63.01", "a", [50, 25, None])] * 4 + [("63.01", "a", [50, 75, 100])]
    rows += [("63.01", "b", [s, s, s]) for s in (0, 25, 50, 75, 100)]
    asked = instrument([item(c) for c in "pqr"], strata=STRATA)
    drawn = replicate(draw_sample(answers(rows, asked), asked), seed=1, replicates=1000)
    expected = (4 / 5) ** 4
    assert drawn.with_gaps / 1000 == pytest.approx(expected, abs=0.05)
    assert drawn.refused == 0
    assert not np.isnan(drawn.nodes).any()


def test_replicates_without_a_score_are_counted():
    rows = [("63.01", "", [50, None])] * 4 + [("63.01", "", [75, 100])]
    asked = instrument([item("p", "x"), item("q", "y")], [node("x"), node("y")])
    drawn = replicate(draw_sample(answers(rows, asked), asked), seed=1, replicates=500)
    assert 100 < drawn.refused < 350
    assert np.isnan(drawn.nodes[:, 0, 2]).sum() == drawn.refused
    assert not np.isnan(drawn.nodes[:, 0, 0]).any()


def test_a_sample_in_which_no_region_counts_has_no_replicates_of_anything():
    sample = draw_sample(answers([("63.01", "", [25])] * 4, ASKED_ONE), ASKED_ONE)
    drawn = replicate(sample, seed=1, replicates=30)
    assert np.isnan(drawn.nodes).all() and np.isnan(drawn.standard_error).all()
    assert (drawn.with_gaps, drawn.refused) == (0, 0)


def test_degrees_of_freedom_of_one_group_are_n_minus_one():
    asked = instrument([item("p")])
    sample = draw_sample(random_answers(asked, {"63.01": 12}, missing=0), asked)
    assert degrees_of_freedom(sample, estimate(sample).block_n)[0].tolist() == [11, 11]


def test_degrees_of_freedom_worked_example():
    """docs/method/uncertainty.md: two groups of 10 and 40 with equal weight give 13.9 df."""
    asked = instrument([item("p")], strata=(stratum("a"), stratum("b")))
    rows = [("63.01", "a", [0])] * 10 + [("63.01", "b", [25])] * 40
    sample = draw_sample(answers(rows, asked), asked)
    df = degrees_of_freedom(sample, estimate(sample).block_n)[0, 1]
    a, b = 0.25 / 10, 0.25 / 40
    assert df == pytest.approx((a + b) ** 2 / (a**2 / 9 + b**2 / 39))
    assert df == pytest.approx(13.86, abs=0.005)


def test_census_of_a_group_moves_nothing_and_half_a_census_moves_less():
    """All of one element invited answered: its answers no longer vary between replicates."""
    responses = some_answers(LINEAR, missing=0.0, sizes={"63.01": 40})
    sample = draw_sample(responses, LINEAR)
    blocks = sample.blocks_of[0]
    free = replicate(sample, seed=1, replicates=4000).standard_error[0, 3]
    half = replicate(sample, seed=1, replicates=4000, sampled=np.full(len(blocks), 0.5))
    full = replicate(sample, seed=1, replicates=4000, sampled=np.ones(len(blocks)))
    assert half.standard_error[0, 3] == pytest.approx(free * np.sqrt(0.5), rel=1e-9)
    assert full.standard_error[0, 3] == pytest.approx(0, abs=1e-9)


LARGE_SIZES = {"63.01": 700, "63.02": 230}


def test_large_groups_have_the_same_standard_error():
    """Counts drawn one by one; 20,000 replicates: one standard error of the ratio is 0.5 %."""
    responses = random_answers(LINEAR, LARGE_SIZES, missing=0.0, elements="aab")
    sample = draw_sample(responses, LINEAR)
    assert max(np.diff(sample.start)) > LARGE > min(np.diff(sample.start))
    drawn = replicate(sample, seed=1, replicates=20_000)
    for region, code in enumerate(LARGE_SIZES):
        expected = closed_form(responses, LINEAR, code)
        assert drawn.standard_error[region, 3] == pytest.approx(expected, rel=0.02)
        middle = drawn.nodes[:, region, 0].mean()
        assert middle == pytest.approx(
            estimate(sample).values[region, 3], abs=4 * expected / np.sqrt(20_000)
        )


@pytest.mark.parametrize("chunk_cells", [1, 999, 20_000])
def test_chunks_change_no_bit_in_large_groups(chunk_cells):
    responses = random_answers(ASKED, LARGE_SIZES, missing=0.1, elements="abbac")
    sample = draw_sample(responses, ASKED)
    whole, _ = replicate_region(sample, 0, 99, 60)
    parts, _ = replicate_region(sample, 0, 99, 60, chunk_cells=chunk_cells)
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_threads_and_order_change_no_bit(threads):
    """Another process, another number of BLAS threads, another order of rows: the same bits."""
    run = [sys.executable, "-c", "from tests.core.uncertainty.test_bootstrap import *; digest()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), threads)
    told = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == drawn_digest(large_sample(shuffle=False))


def large_sample(*, shuffle):
    responses = random_answers(ASKED, LARGE_SIZES, missing=0.1, elements="abbac")
    return draw_sample(shuffled(responses) if shuffle else responses, ASKED)


def drawn_digest(sample):
    drawn = replicate(sample, seed=5, replicates=300)
    return hashlib.sha256(drawn.nodes.tobytes()).hexdigest()


def digest():
    print(drawn_digest(large_sample(shuffle=True)))  # noqa: T201
