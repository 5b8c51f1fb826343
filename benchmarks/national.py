"""A country at once: 1,000,000 answers x 60 items, 514 regions, 1,000 replicates.

    python benchmarks/national.py [--answers 1000000] [--replicates 1000]

Prints the time of `measure`, from answers to tables with the drawing of all weights, beside its
floor: the two matrix products that any bootstrap of these answers needs (weights x scores, weights
x answered, in float64), with the same shapes and threads and weights given; and the peak memory
of the process before the floor is measured.
"""

from __future__ import annotations

import argparse
import resource
from time import perf_counter

import numpy as np

from waspada.collection.model import EVERYONE, Responses
from waspada.instrument.model import (
    AnswerScale,
    Choice,
    Evidence,
    Instrument,
    Item,
    MissingKind,
    Node,
    Polarity,
    Text,
)
from waspada.pipeline import measure

NOBODY = Text("", "")
ITEMS = 60
REGIONS = 514


def instrument(items: int = ITEMS) -> Instrument:
    """Five dimensions of twelve items, or of a fifth of `items`."""
    scored = [Choice(str(k), NOBODY, 25.0 * k, None) for k in range(5)]
    choices = (*scored, Choice("dont_know", NOBODY, None, MissingKind.DONT_KNOW))
    dimensions = [f"d{k}" for k in range(5)]
    return Instrument(
        code="national",
        version="1",
        title=NOBODY,
        polarity=Polarity.BETTER,
        evidence=Evidence.PERCEPTION,
        scales=(AnswerScale("scale", NOBODY, choices),),
        sections=(),
        items=tuple(
            Item(f"i{k}", NOBODY, "scale", "page", node=dimensions[k % 5]) for k in range(items)
        ),
        nodes=(
            Node("index", None, "index", NOBODY),
            *(Node(code, "index", "dimension", NOBODY) for code in dimensions),
        ),
    )


def answers(n: int, items: int = ITEMS) -> Responses:
    chance = np.random.default_rng(1)
    return Responses(
        regions=tuple(f"{k:04d}" for k in range(REGIONS)),
        strata=(EVERYONE,),
        region=chance.integers(0, REGIONS, n),
        stratum=np.zeros(n, dtype=np.intp),
        choice=chance.integers(0, 6, (n, items), dtype=np.int16),
    )


def floor(n: int, replicates: int) -> float:
    """Seconds of the bare products: sums of scores and numbers of answers, region by region."""
    rows = n // REGIONS
    chance = np.random.default_rng(2)
    counts = chance.integers(0, 4, (replicates, rows)).astype(float)
    scores, answered = chance.integers(0, 5, (2, rows, ITEMS)).astype(float)
    started = perf_counter()
    for _ in range(REGIONS):
        counts @ scores
        counts @ answered
    return perf_counter() - started


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--answers", type=int, default=1_000_000)
    options.add_argument("--replicates", type=int, default=1000)
    given = options.parse_args()
    responses, asked = answers(given.answers), instrument()
    started = perf_counter()
    measure(responses, asked, seed=1, replicates=given.replicates)
    taken = perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    least = floor(given.answers, given.replicates)
    print(f"{given.answers:,} answers x {ITEMS} items, {REGIONS} regions")
    print(f"{given.replicates} replicates")
    print(f"measure {taken:.1f} s = {taken / least:.2f} x floor {least:.1f} s, peak {peak:.2f} GiB")


if __name__ == "__main__":
    main()
