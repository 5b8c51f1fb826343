import numpy as np
import pytest
from numpy.random import Philox

from waspada.uncertainty.draws import draw_counts, stream_key

SIZES = [5, 17, 6]
KEY = stream_key(7, "63.11")


def brute_force(key, sizes, replicate):
    """One draw at a time, from the definition: words in order, row = floor(u n / 2^32)."""
    stride = -(-sum(n - 1 for n in sizes) // 8)
    words = []
    for raw in Philox(key=key).random_raw((replicate + 1) * stride * 4)[replicate * stride * 4 :]:
        words += [int(raw) & 0xFFFFFFFF, int(raw) >> 32]
    counts = [[0] * n for n in sizes]
    for group, n in enumerate(sizes):
        for _ in range(n - 1):
            counts[group][(words.pop(0) * n) >> 32] += 1
    return counts


@pytest.mark.parametrize("replicate", [0, 1, 99])
def test_draws_are_those_of_the_definition(replicate):
    drawn = draw_counts(KEY, SIZES, replicate, replicate + 1)
    for found, expected in zip(drawn, brute_force(KEY, SIZES, replicate), strict=True):
        assert found[0].tolist() == expected


@pytest.mark.parametrize("step", [1, 3, 7, 100])
def test_chunks_do_not_matter(step):
    whole = draw_counts(KEY, SIZES, 0, 100)
    parts = [draw_counts(KEY, SIZES, b, min(b + step, 100)) for b in range(0, 100, step)]
    for group, expected in enumerate(whole):
        np.testing.assert_array_equal(np.concatenate([p[group] for p in parts]), expected)


def test_each_group_of_n_is_drawn_n_minus_one_times():
    for n, counts in zip(SIZES, draw_counts(KEY, SIZES, 0, 500), strict=True):
        assert counts.shape == (500, n)
        assert (counts.sum(axis=1) == n - 1).all()


def test_every_row_is_drawn_equally_often():
    (counts,) = draw_counts(KEY, [11], 0, 20_000)
    expected = 20_000 * 10 / 11
    spread = np.sqrt(20_000 * 10 * (1 / 11) * (10 / 11))
    assert (np.abs(counts.sum(axis=0) - expected) < 4 * spread).all()


def test_seed_and_region_name_the_stream():
    keys = {stream_key(seed, region) for seed in (1, 2, 11) for region in ("63.11", "1", "11", "")}
    assert len(keys) == 12


def test_stream_is_pinned():
    """A change here changes every published interval; bump METHOD_VERSION and say so."""
    assert stream_key(1, "63.11") == 159489632796322563444211945943073636336
    (counts,) = draw_counts(stream_key(1, "63.11"), [6], 0, 2)
    assert counts.tolist() == [[1, 1, 0, 0, 3, 0], [2, 0, 0, 1, 1, 1]]
