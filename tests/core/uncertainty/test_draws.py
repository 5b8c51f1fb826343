import numpy as np
import pytest
from numpy.random import Philox

from waspada.uncertainty.draws import BOUNDS, LARGE, draw_counts, stream_key

SIZES = [5, 17, 6]
MIXED = [5, 203, 17, LARGE, LARGE + 1]
KEY = stream_key(7, "63.11")


def brute_force(key, sizes, replicate):
    """One draw at a time, from the definition: words in order, row = floor(u n / 2^32); in a large
    group one byte per row, the lowest of a word first, and how many bounds it reaches."""
    words_of = [-(-n // 4) if n > LARGE else n - 1 for n in sizes]
    stride = -(-sum(words_of) // 8)
    words = []
    for raw in Philox(key=key).random_raw((replicate + 1) * stride * 4)[replicate * stride * 4 :]:
        words += [int(raw) & 0xFFFFFFFF, int(raw) >> 32]
    counts = [[0] * n for n in sizes]
    for group, n in enumerate(sizes):
        own = [words.pop(0) for _ in range(words_of[group])]
        if n > LARGE:
            lowest_first = [(word >> shift) & 255 for word in own for shift in (0, 8, 16, 24)]
            counts[group] = [sum(b >= bound for bound in BOUNDS) for b in lowest_first[:n]]
        else:
            for word in own:
                counts[group][(word * n) >> 32] += 1
    return counts


@pytest.mark.parametrize("sizes", [SIZES, MIXED, [1000]])
@pytest.mark.parametrize("replicate", [0, 1, 99])
def test_draws_are_those_of_the_definition(replicate, sizes):
    drawn = draw_counts(KEY, sizes, replicate, replicate + 1)
    for found, expected in zip(drawn, brute_force(KEY, sizes, replicate), strict=True):
        assert found[0].tolist() == expected


@pytest.mark.parametrize("sizes", [SIZES, MIXED])
@pytest.mark.parametrize("step", [1, 3, 7, 100])
def test_chunks_do_not_matter(step, sizes):
    whole = draw_counts(KEY, sizes, 0, 100)
    parts = [draw_counts(KEY, sizes, b, min(b + step, 100)) for b in range(0, 100, step)]
    for group, expected in enumerate(whole):
        np.testing.assert_array_equal(np.concatenate([p[group] for p in parts]), expected)


def test_each_group_of_n_is_drawn_n_minus_one_times():
    for n, counts in zip(SIZES, draw_counts(KEY, SIZES, 0, 500), strict=True):
        assert counts.shape == (500, n)
        assert (counts.sum(axis=1) == n - 1).all()


def test_bytes_have_mean_and_variance_one():
    counts = [sum(byte >= bound for bound in BOUNDS) for byte in range(256)]
    assert sum(counts) == 256
    assert sum((c - 1) ** 2 for c in counts) == 256
    assert sum((c - 1) ** 3 for c in counts) == 258


def test_both_ways_of_drawing_agree():
    """The mean of 200 and of 201 rows, drawn 40,000 times: mean and variance as they must be."""
    for n in (LARGE, LARGE + 1):
        x = np.arange(n) ** 2 / n
        (counts,) = draw_counts(KEY, [n], 0, 40_000)
        means = counts @ x / counts.sum(axis=1)
        error = x.std(ddof=1) / np.sqrt(n)
        assert means.mean() == pytest.approx(x.mean(), abs=4 * error / 200)
        assert means.std(ddof=1) == pytest.approx(error, rel=0.015)


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
    (counts,) = draw_counts(stream_key(1, "63.11"), [201], 0, 1)
    assert counts[0, :12].tolist() == [0, 2, 0, 2, 0, 0, 0, 1, 3, 0, 0, 0]
