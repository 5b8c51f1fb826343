"""How often does the nominal 95 % interval hold the true value?

    python benchmarks/coverage.py [--trials 1000] [--replicates 500]

Each trial is one region: n people answer eight five-point items of two dimensions. Answers come
from a latent normal with a shared part per person (correlation 0.4 between items of one person),
cut at four thresholds; `skewed` puts about 60 % of the answers into the lowest choice. With two
or ten elements every second one answers half a standard deviation higher. Blank answers fall at
random. The true value is the exact mean of that distribution, weighted as the instrument does.
"""

from __future__ import annotations

import argparse
from statistics import NormalDist

import numpy as np

from waspada.collection.model import BLANK, EVERYONE, Responses
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample
from waspada.instrument.model import (
    AnswerScale,
    Choice,
    Evidence,
    Instrument,
    Item,
    Node,
    Polarity,
    Stratum,
    Text,
)
from waspada.uncertainty.bootstrap import replicate
from waspada.uncertainty.interval import intervals

NOBODY = Text("", "")
SCORES = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
THRESHOLDS = np.array([-0.8, -0.1, 0.6, 1.4])
SHARED = 0.4
ELEMENT_SHIFT = 0.5
LETTERS = "abcdefghij"


def instrument(elements: int) -> Instrument:
    """Two dimensions of four items each, with one or two elements of equal weight."""
    choices = tuple(Choice(str(k), NOBODY, float(s), None) for k, s in enumerate(SCORES))
    items = tuple(
        Item(f"{node}{k}", NOBODY, "scale", "page", node=node) for node in "xy" for k in range(4)
    )
    nodes = (
        Node("index", None, "index", NOBODY),
        Node("x", "index", "dimension", NOBODY),
        Node("y", "index", "dimension", NOBODY, weight=2),
    )
    return Instrument(
        code="coverage",
        version="1",
        title=NOBODY,
        polarity=Polarity.BETTER,
        evidence=Evidence.PERCEPTION,
        scales=(AnswerScale("scale", NOBODY, choices),),
        sections=(),
        items=items,
        nodes=nodes,
        strata=tuple(Stratum(code, NOBODY) for code in LETTERS[:elements]) if elements > 1 else (),
    )


def item_levels(level: float) -> np.ndarray:
    """(8,) latent means of the items."""
    return level + np.linspace(-0.3, 0.3, 8)


def answers(
    chance: np.random.Generator, *, n: int, trials: int, level: float, elements: int, blank: float
) -> Responses:
    """`trials` regions of n people each."""
    rows = n * trials
    element = np.tile(np.arange(n) % elements, trials)
    person = chance.normal(size=(rows, 1)) * np.sqrt(SHARED)
    own = chance.normal(size=(rows, 8)) * np.sqrt(1 - SHARED)
    shift = ELEMENT_SHIFT * (element[:, None] % 2)
    latent = item_levels(level) + shift + person + own
    choice = np.searchsorted(THRESHOLDS, latent).astype(np.int16)
    choice[chance.random(choice.shape) < blank] = BLANK
    return Responses(
        regions=tuple(f"{k:05d}" for k in range(trials)),
        strata=tuple(LETTERS[:elements]) if elements > 1 else (EVERYONE,),
        region=np.repeat(np.arange(trials), n),
        stratum=element,
        choice=choice,
    )


def truth(level: float, elements: int) -> np.ndarray:
    """Exact values of the eight items and of index, x, y."""
    normal = NormalDist()
    items = np.zeros(8)
    for element in range(elements):
        means = item_levels(level) + ELEMENT_SHIFT * (element % 2)
        below = np.array([[normal.cdf(t - m) for t in THRESHOLDS] for m in means])
        shares = np.diff(below, prepend=0.0, append=1.0, axis=1)
        items += shares @ SCORES / elements
    x, y = items[:4].mean(), items[4:].mean()
    return np.array([*items, (x + 2 * y) / 3, x, y])


def coverage(*, replicates: int, **case: float) -> tuple[float, float, float]:
    """Shares of intervals that hold the truth: index, dimensions, items."""
    asked = instrument(int(case["elements"]))
    chance = np.random.default_rng(20240918)
    responses = answers(chance, **case)  # type: ignore[arg-type]
    sample = draw_sample(responses, asked)
    found = intervals(sample, estimate(sample), replicate(sample, seed=1, replicates=replicates))
    true = truth(case["level"], int(case["elements"]))
    used = ~np.isnan(found.lower)
    hit = (found.lower <= true) & (true <= found.upper) & used
    share = hit.sum(axis=0) / used.sum(axis=0)
    return float(share[8]), float(share[9:].mean()), float(share[:8].mean())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=1000)
    options.add_argument("--replicates", type=int, default=500)
    given = options.parse_args()
    print(f"{given.trials} trials, {given.replicates} replicates")
    print("answers   elements  blank    n   index  dimensions  items")
    for name, level in (("middle", 0.2), ("skewed", -1.0)):
        for elements in (1, 2, 10):
            for blank in (0.0, 0.2):
                for n in (10, 20, 30, 50, 100) if elements < 10 else (50, 100):
                    shares = coverage(
                        replicates=given.replicates,
                        n=n,
                        trials=given.trials,
                        level=level,
                        elements=elements,
                        blank=blank,
                    )
                    row = f"{name:<9} {elements:>8} {blank:>6.0%} {n:>4}"
                    print(row, " {:>6.1%}  {:>10.1%} {:>6.1%}".format(*shares), flush=True)


if __name__ == "__main__":
    main()
