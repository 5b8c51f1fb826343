"""How long does a full joint analysis take: weights, normalisation and aggregation varied at once?

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/joint.py [--draws 10000]

514 regions x 61 indicators in 12 subdimensions, 4 dimensions and an index, as the national index
of 2024 has them. In each draw the weights of all levels come from a Dirichlet distribution, the
normalisation is one of three, the aggregation one of two. Timed: everything from the plan to
quantiles of scores and ranks, rank acceptability and probabilities per region; the drawing of
weights is inside. Floor, in the same run: the bare matrix product of values and weights for all
draws, and a sort of the scores within each draw.

Figure to reach: 1.5 s of CPU. Time is process time, so other processes do not count.
"""

from __future__ import annotations

import argparse
import resource
from time import process_time

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.model import Method, Step, StepKind
from waspada.instrument.framework import Aggregate, Framework, Indicator
from waspada.uncertainty.sensitivity.chain import Chain
from waspada.uncertainty.sensitivity.model import Outcome
from waspada.uncertainty.sensitivity.plan import parse_plan
from waspada.uncertainty.sensitivity.run import run_plan
from waspada.uncertainty.sensitivity.statistics import (
    count_ranks,
    rank_draws,
    share_within,
    spread_of_ranks,
    spread_of_scores,
)

UNITS, INDICATORS, SUBDIMENSIONS, DIMENSIONS = 514, 61, 12, 4

PLAN = {
    "vary": {
        "weights": {"weights": "dirichlet", "concentration": 50},
        "normalise": {
            "among": {
                "minmax": {"method": "minmax", "lower": 1, "upper": 100},
                "zscore": {"method": "zscore", "mean": 100, "sd": 10},
                "rank": {"method": "rank"},
            }
        },
        "aggregate": ["arithmetic", "geometric"],
    }
}


def framework() -> Framework:
    subdimensions = [f"s{k:02d}" for k in range(SUBDIMENSIONS)]
    dimensions = [f"d{k}" for k in range(DIMENSIONS)]
    return Framework(
        indicators=tuple(
            Indicator(f"i{k:02d}", f"i{k:02d}", subdimensions[k % SUBDIMENSIONS])
            for k in range(INDICATORS)
        ),
        aggregates=(
            *(Aggregate(s, s, 2, dimensions[k % DIMENSIONS]) for k, s in enumerate(subdimensions)),
            *(Aggregate(d, d, 3, "index") for d in dimensions),
            Aggregate("index", "index", 4, None),
        ),
    )


def table(frame: Framework, seed: int = 1) -> IndicatorTable:
    chance = np.random.default_rng(seed)
    common = chance.normal(size=(UNITS, 1))
    values = 0.5 * common + chance.gamma(2.0, size=(UNITS, INDICATORS))
    units = tuple(f"{k:04d}" for k in range(UNITS))
    return IndicatorTable(units, units, frame.codes, values)


def analyse(draws: int) -> tuple[Outcome, float]:
    """The whole analysis; returns the outcome and the seconds of CPU it took."""
    frame = framework()
    data = table(frame)
    method = Method(
        "joint",
        (
            Step("normalise", StepKind.NORMALISE, {"method": "minmax", "lower": 1, "upper": 100}),
            Step("weigh", StepKind.WEIGH, {"method": "given"}),
            Step("aggregate", StepKind.AGGREGATE, {"method": "arithmetic"}),
        ),
    )
    started = process_time()
    plan = parse_plan(PLAN, frame, method, data, source="joint")
    outcome = run_plan(Chain(frame, data, method), plan, seed=7, draws=draws)
    scores = outcome.scores["index"]
    scored = process_time()
    spread = spread_of_scores(scores)
    counts = count_ranks(rank_draws(scores))
    by_rank, within = spread_of_ranks(counts), share_within(counts)
    ended = process_time()
    assert not outcome.failures and spread.n.min() == by_rank.n.min() == draws
    assert np.isfinite(within).all()
    print(f"  drawing and scoring {scored - started:.2f} s, statistics {ended - scored:.2f} s")
    return outcome, ended - started


def floor(draws: int) -> float:
    """Seconds of CPU of one matrix product of the same shape and a sort within each draw."""
    chance = np.random.default_rng(2)
    values, weights = chance.random((UNITS, INDICATORS)), chance.random((draws, INDICATORS))
    started = process_time()
    scores = weights @ values.T
    scores.sort(axis=1)
    return process_time() - started


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=10_000)
    asked.add_argument("--repeat", type=int, default=3)
    given = asked.parse_args()
    analyse(10)  # what is loaded on first use is loaded now
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{UNITS} regions x {INDICATORS} indicators, {given.draws:,} joint draws")
    ours = min(analyse(given.draws)[1] for _ in range(given.repeat))
    least = min(floor(given.draws) for _ in range(given.repeat))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"full analysis {ours:.2f} s CPU (figure: 1.5 s); floor {least:.2f} s; {ours / least:.1f}x"
    )
    print(f"memory: {before:.0f} MB before, {peak:.0f} MB at the peak")


if __name__ == "__main__":
    main()
