"""How many of the changes called real are false, and how many real ones are found?

    python benchmarks/change.py [--simulations 2000]

Two rounds of simulated meetings: regions x (an index and four dimensions, its mean), people 20
points apart around their region. Some regions change at all nodes, in turn upwards and downwards,
the others not at all. Standard errors and degrees of freedom come from the people of each round.
Printed per cell: the share of false findings among all findings (its mean is the false discovery
rate), the share of simulations with any false finding, and the share of true changes found.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product

import numpy as np

from waspada.interpretation.change import RATE, compare_rounds

PEOPLE_SD = 20.0
DIMENSIONS = 4


def round_of(chance: np.random.Generator, truth: np.ndarray, n: int) -> tuple[np.ndarray, ...]:
    """Scores and standard errors (n_regions, 5) of one round: the index, then its dimensions."""
    shared = chance.normal(0.0, PEOPLE_SD * 0.6, (len(truth), n, 1))
    own = chance.normal(0.0, PEOPLE_SD * 0.8, (len(truth), n, DIMENSIONS))
    people = truth[:, None, None] + shared + own
    people = np.concatenate([people.mean(axis=2, keepdims=True), people], axis=2)
    return people.mean(axis=1), people.std(axis=1, ddof=1) / np.sqrt(n)


def simulate(
    regions: int, n: int, changed: int, size: float, minimum: float, simulations: int
) -> tuple[float, float, float, float]:
    """False discovery rate and its standard error, share with any false finding, power."""
    chance = np.random.default_rng([regions, n, changed, int(size), int(minimum)])
    shift = np.zeros(regions)
    shift[:changed] = size * np.resize([1.0, -1.0], changed)
    matters = np.abs(shift) > minimum
    df = np.full((regions, DIMENSIONS + 1), n - 1.0)
    false, any_false, power = [], [], []
    for _ in range(simulations):
        truth = chance.normal(50.0, 6.0, regions)
        before, se_before = round_of(chance, truth, n)
        after, se_after = round_of(chance, truth + shift, n)
        found = compare_rounds(
            before, after, (se_before, se_after), (df, df), minimum_effect=minimum
        )
        called = found.direction != 0
        right = called & matters[:, None] & (found.direction == np.sign(shift)[:, None])
        wrong = called & ~right
        false.append(wrong.sum() / max(called.sum(), 1))
        any_false.append(wrong.any())
        power.append(right[matters].mean() if matters.any() else np.nan)
    error = np.std(false) / np.sqrt(simulations)
    return float(np.mean(false)), float(error), float(np.mean(any_false)), float(np.mean(power))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--simulations", type=int, default=2000)
    wish = parser.parse_args()
    print("| Regions | People | Changed, by | Minimum | False among findings | Any false | Found |")
    print("|---|---|---|---|---|---|---|")
    failed = 0
    changes = ((0, 0.0, 0.0), (4, 8.0, 0.0), (4, 15.0, 0.0), (13, 8.0, 0.0), (6, 5.0, 5.0))
    for n, (changed, size, minimum) in product((20, 50), changes):
        rate, error, any_false, power = simulate(13, n, changed, size, minimum, wish.simulations)
        failed += rate > RATE + 3 * error
        found = "" if np.isnan(power) else f"{power:.0%}"
        print(
            f"| 13 | {n} | {changed}, {size:g} | {minimum:g} | {rate:.1%} | {any_false:.1%} "
            f"| {found} |",
            flush=True,
        )
    print(
        f"\n{wish.simulations} simulations a cell; above {RATE:.0%} by more than chance: {failed}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
