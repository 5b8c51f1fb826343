"""Replicates of stratified answers: 100,000 answers x 20 items, 514 regions, 200 replicates.

    python benchmarks/answers.py [--answers 100000] [--replicates 200] [--rounds 5]

Prints processor seconds of drawing the replicates and climbing the tree with them, best of
several rounds, then the same for ten times the answers and their ratio. Where the package `svy` is
installed (extra `bench`) its replicate means of the same answers are timed in the same run, with
the replicate weights already made, which is less than what we are timed for.
"""

from __future__ import annotations

import argparse
import importlib.util
from time import process_time

import national
import numpy as np

from waspada.index.model import Sample
from waspada.index.sample import draw_sample
from waspada.uncertainty.bootstrap import replicate

ITEMS = 20
REGIONS = 514


def ours(sample: Sample, replicates: int, rounds: int) -> float:
    """Processor seconds, best of the rounds."""
    taken = []
    for _ in range(rounds):
        started = process_time()
        replicate(sample, seed=1, replicates=replicates)
        taken.append(process_time() - started)
    return min(taken)


def theirs(n: int, replicates: int, rounds: int) -> float | None:
    """Processor seconds of `svy` for means of all items by region with given replicate weights;
    None where the package is missing."""
    if importlib.util.find_spec("svy") is None:
        return None
    import polars
    import svy

    chance = np.random.default_rng(1)
    columns = {"region": chance.integers(0, REGIONS, n), "weight": np.ones(n)}
    items = {f"i{k}": chance.integers(0, 5, n) * 25.0 for k in range(ITEMS)}
    weights = {f"w{b}": chance.poisson(1.0, n).astype(float) for b in range(1, replicates + 1)}
    design = svy.Design(wgt="weight", rep_wgts=svy.BootstrapWgts(prefix="w", n_reps=replicates))
    survey = svy.Sample(polars.DataFrame({**columns, **items, **weights}), design)
    taken = []
    for _ in range(rounds):
        started = process_time()
        survey.estimation.mean(list(items), by="region", method="replication")
        taken.append(process_time() - started)
    return min(taken)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--answers", type=int, default=100_000)
    options.add_argument("--replicates", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    asked = national.instrument(ITEMS)
    seconds = []
    for n in (given.answers, 10 * given.answers):
        sample = draw_sample(national.answers(n, ITEMS), asked)
        seconds.append(ours(sample, given.replicates, given.rounds))
        print(f"{n:,} answers x {ITEMS} items, {REGIONS} regions, {given.replicates} replicates")
        print(f"  replicate: {seconds[-1]:.3f} s of processor time, drawing included")
    print(f"ten times the answers: {seconds[1] / seconds[0]:.1f} x the time")
    peer = theirs(given.answers, given.replicates, 2)
    if peer is None:
        print('svy is not installed (pip install "waspada[bench]"): no comparison')
    else:
        print(f"svy, means by region, weights given: {peer:.3f} s = {peer / seconds[0]:.1f} x ours")


if __name__ == "__main__":
    main()
