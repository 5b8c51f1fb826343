"""The index of 514 regions without each of 61 indicators: closed form beside re-runs.

    python benchmarks/leave_one_out.py [--regions 514] [--indicators 61] [--repeat 20]

Prints the time in closed form (all sets of weights in one climb of the tree), the time of one
re-run of the aggregation per indicator on the same data, their ratio and the largest difference.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.influence import arithmetic_without, each_alone, leave_out
from waspada.index.composite.siblings import arithmetic_scores
from waspada.instrument.framework import Aggregate, Framework, Indicator

AIM_MILLISECONDS = 50


def framework(indicators: int) -> Framework:
    """12 groups in 4 dimensions in one index."""
    groups = [f"g{k}" for k in range(12)]
    dimensions = [f"d{k}" for k in range(4)]
    return Framework(
        tuple(
            Indicator(f"i{k}", f"i{k}", groups[k % 12], weight=1 + k % 3) for k in range(indicators)
        ),
        (
            *(Aggregate(code, code, 2, dimensions[k % 4]) for k, code in enumerate(groups)),
            *(Aggregate(code, code, 3, "index") for code in dimensions),
            Aggregate("index", "index", 4, None),
        ),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--regions", type=int, default=514)
    options.add_argument("--indicators", type=int, default=61)
    options.add_argument("--repeat", type=int, default=20)
    args = options.parse_args()

    tree = framework(args.indicators)
    values = np.random.default_rng(1).uniform(0, 100, size=(args.regions, args.indicators))
    values[np.random.default_rng(2).random(values.shape) < 0.03] = np.nan
    units = tuple(f"r{k:03}" for k in range(args.regions))
    table = IndicatorTable(units, units, tree.codes, values)
    sets = each_alone(tree, [1])

    def closed() -> np.ndarray:
        return leave_out(
            tree, tree.weights, sets, lambda w: arithmetic_without(tree, table, w)
        ).scores

    def naive() -> np.ndarray:
        return leave_out(
            tree,
            tree.weights,
            sets,
            lambda ws: np.column_stack([arithmetic_scores(tree, table, w)[:, -1] for w in ws]),
        ).scores

    best = {}
    for name, run, times in (("closed form", closed, args.repeat), ("re-runs", naive, 3)):
        taken = []
        for _ in range(times):
            started = perf_counter()
            run()
            taken.append(perf_counter() - started)
        best[name] = 1000 * min(taken)
        middle = 1000 * np.median(taken)
        print(f"{name:12} {best[name]:8.1f} ms  (best of {times}, median {middle:.1f})")
    print(f"ratio        {best['re-runs'] / best['closed form']:8.1f}")
    print(f"difference   {np.nanmax(np.abs(closed() - naive())):8.1e}")
    reached = best["closed form"] <= AIM_MILLISECONDS
    print(f"aim          {AIM_MILLISECONDS:8.1f} ms, reached: {reached}")


if __name__ == "__main__":
    main()
