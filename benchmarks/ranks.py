"""Do rank sets cover the true ranks? Simulated meetings, many times over.

    python benchmarks/ranks.py [--simulations 2000] [--replicates 500]

Per cell the true means of the regions are drawn once per simulation (spread 0, 3 or 6 points),
people around them (20 points), the mean of each region is taken and resampled as the method does:
n - 1 drawn out of n, intervals with n - 1 degrees of freedom. A set is right when it holds every
rank the truth allows: regions that are truly equal share all their places, so with spread 0 a
single claim is an error. Printed per cell:

    marginal   lowest share of right sets, over groups of regions (all alike unless n differs)
    together   share of simulations in which the sets of all regions are right at once
    width      mean number of places in a marginal set, and in one of all pairs at once
    one step   the same without stepping down
"""

from __future__ import annotations

import argparse
import sys
from itertools import product

import numpy as np

from waspada.interpretation.ranks import rank_sets

PEOPLE_SD = 20.0
REFRESH = 100
"""Simulations after which the resampling weights are drawn anew."""

SIZES: dict[str, tuple[int, ...]] = {"20": (20,), "50": (50,), "10..100": (10, 20, 40, 100)}


def simulate(
    n_regions: int, sizes: tuple[int, ...], spread: float, simulations: int, replicates: int
) -> dict[str, float]:
    """Coverage and widths of one cell."""
    chance = np.random.default_rng([n_regions, *sizes, int(spread)])
    n = np.resize(np.array(sizes), n_regions)
    right = np.zeros((simulations, n_regions), dtype=bool)
    together = np.zeros(simulations, dtype=bool)
    width, width_together, width_one, width_one_together = np.zeros((4, simulations))
    weights: list[np.ndarray] = []
    for trial in range(simulations):
        if trial % REFRESH == 0:
            weights = [
                chance.multinomial(size - 1, np.full(size, 1 / size), replicates) / (size - 1)
                for size in n
            ]
        truth = chance.normal(50.0, spread, n_regions) if spread else np.full(n_regions, 50.0)
        people = [chance.normal(m, PEOPLE_SD, size) for m, size in zip(truth, n, strict=True)]
        scores = np.array([p.mean() for p in people])
        drawn = np.stack([w @ p for w, p in zip(weights, people, strict=True)], axis=1)
        se, df = drawn.std(axis=0, ddof=1), n - 1.0
        best = 1 + (truth[:, None] < truth).sum(axis=1)
        worst = n_regions - (truth[:, None] > truth).sum(axis=1)
        found = rank_sets(scores, drawn, se, df, step_down=True)
        lower, upper = found.together
        right[trial] = (found.lower <= best) & (worst <= found.upper)
        together[trial] = ((lower <= best) & (worst <= upper)).all()
        width[trial] = (found.upper - found.lower + 1).mean()
        width_together[trial] = (upper - lower + 1).mean()
        plain = rank_sets(scores, drawn, se, df, step_down=False)
        lower, upper = plain.together
        width_one[trial] = (plain.upper - plain.lower + 1).mean()
        width_one_together[trial] = (upper - lower + 1).mean()
    alike = [right[:, n == size].mean() for size in sorted(set(sizes))]
    return {
        "marginal": float(min(alike)),
        "together": float(together.mean()),
        "width": float(width.mean()),
        "width_together": float(width_together.mean()),
        "width_one": float(width_one.mean()),
        "width_one_together": float(width_one_together.mean()),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--simulations", type=int, default=2000)
    parser.add_argument("--replicates", type=int, default=500)
    wish = parser.parse_args()
    allowance = 3 * np.sqrt(0.95 * 0.05 / wish.simulations)
    print("| Regions | People each | Spread | Marginal | All at once | Places | One step |")
    print("|---|---|---|---|---|---|---|")
    failed = 0
    for regions, (name, sizes), spread in product((13, 34), SIZES.items(), (0.0, 3.0, 6.0)):
        found = simulate(regions, sizes, spread, wish.simulations, wish.replicates)
        failed += min(found["marginal"], found["together"]) < 0.95 - allowance
        print(
            f"| {regions} | {name} | {spread:g} | {found['marginal']:.1%} "
            f"| {found['together']:.1%} | {found['width']:.2f} / {found['width_together']:.2f} "
            f"| {found['width_one']:.2f} / {found['width_one_together']:.2f} |",
            flush=True,
        )
    print(f"\n{wish.simulations} simulations a cell; below 95 % by more than chance: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
