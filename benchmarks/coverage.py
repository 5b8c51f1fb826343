"""How often does the nominal 95 % interval hold the true value?

    python benchmarks/coverage.py [--trials 4000] [--part bound|reported]

Each trial is one region, all trials of a cell are one sample of the real code. n people answer
eight five-point items of two dimensions. Answers come from a latent normal with a part shared by
all items of a person, so that two items correlate by 0.2 or 0.6, cut at four thresholds; items
differ in level by up to 0.6 latent standard deviations.

    answers   low: about 60 % take the lowest choice; high: 5, 10, 20, 35, 30 %; even: 20 % each
    elements  one: no elements; equal: as many as five people each allow, at most ten, every second
              one half a standard deviation higher; unequal: 50, 30, 12 and 8 % of the people with
              weights 40, 30, 20 and 10 %, up to half a standard deviation apart, merged into the
              largest while below five
    tree      arithmetic, or geometric at every node

The true value is exact: the means of that distribution, weighted as the region's merged elements
are, taken up the same tree. Printed per n: coverage of the index / of the worse dimension, in
percent; then, per n, how many of 1,000 intervals at index and dimensions were refused, and how
many rest on answers that are all alike (publication withholds those). A cell is marked * where it
leaves 93 to 97. One standard error of a figure at 4,000 trials is 0.34.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist
from zlib import crc32

import numpy as np

from waspada.collection.model import BLANK, EVERYONE, Responses
from waspada.index.estimate import estimate
from waspada.index.model import Groups, Sample
from waspada.index.sample import draw_sample
from waspada.index.tree import climb
from waspada.instrument.model import (
    Aggregation,
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
from waspada.uncertainty.interval import intervals

NOBODY = Text("", "")
SCORES = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
SHARES = {
    "low": (0.58, 0.24, 0.10, 0.06, 0.02),
    "high": (0.05, 0.10, 0.20, 0.35, 0.30),
    "even": (0.2, 0.2, 0.2, 0.2, 0.2),
    "low tail": (0.10, 0.20, 0.70, 0.0, 0.0),
    "one choice": (0.02, 0.03, 0.05, 0.85, 0.05),
}
ITEM_LEVELS = np.linspace(-0.3, 0.3, 8)
LETTERS = "abcdefghij"
NODES = slice(8, 11)
BOUND = (93.0, 97.0)


@dataclass(frozen=True)
class Element:
    people: float
    weight: float
    shift: float
    merge_into: str | None = None


@dataclass(frozen=True)
class Case:
    answers: str
    elements: str
    tree: str
    correlation: float
    n: int
    blank: float = 0.0


def elements_of(kind: str, n: int) -> list[Element]:
    match kind:
        case "one":
            return [Element(1, 1, 0.0)]
        case "equal":
            return [Element(1, 1, 0.5 * (k % 2)) for k in range(min(10, n // 5))]
        case _:
            return [
                Element(0.50, 0.4, 0.0),
                Element(0.30, 0.3, 0.3, "a"),
                Element(0.12, 0.2, -0.2, "a"),
                Element(0.08, 0.1, 0.1, "a"),
            ]


def instrument(elements: list[Element], tree: str) -> Instrument:
    """Two dimensions of four items each; the second weighs double."""
    choices = tuple(Choice(str(k), NOBODY, float(s), None) for k, s in enumerate(SCORES))
    items = tuple(
        Item(f"{node}{k}", NOBODY, "scale", "page", node=node) for node in "xy" for k in range(4)
    )
    mean = Aggregation.GEOMETRIC if tree == "geometric" else Aggregation.ARITHMETIC
    strata = tuple(
        Stratum(LETTERS[k], NOBODY, weight=e.weight, merge_into=e.merge_into)
        for k, e in enumerate(elements)
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
        nodes=(
            Node("index", None, "index", NOBODY, aggregation=mean),
            Node("x", "index", "dimension", NOBODY, aggregation=mean),
            Node("y", "index", "dimension", NOBODY, weight=2, aggregation=mean),
        ),
        strata=strata if len(elements) > 1 else (),
    )


def sizes_of(elements: list[Element], n: int) -> np.ndarray:
    """(n_elements,) people per element, by largest remainder."""
    exact = np.array([e.people for e in elements])
    exact = exact / exact.sum() * n
    sizes = np.floor(exact).astype(int)
    sizes[np.argsort(sizes - exact, kind="stable")[: n - sizes.sum()]] += 1
    return sizes


def thresholds(answers: str) -> np.ndarray:
    """The four cuts of the latent normal; choices beyond the last share are never taken."""
    below = np.clip(np.cumsum(SHARES[answers])[:-1], 1e-12, 1 - 1e-12)
    return np.array([NormalDist().inv_cdf(p) for p in below])


def responses(case: Case, elements: list[Element], trials: int, seed: int) -> Responses:
    chance = np.random.default_rng(seed)
    element = np.tile(np.repeat(np.arange(len(elements)), sizes_of(elements, case.n)), trials)
    rows = len(element)
    level = ITEM_LEVELS + np.array([e.shift for e in elements])[element][:, None]
    shared = chance.normal(size=(rows, 1)) * np.sqrt(case.correlation)
    own = chance.normal(size=(rows, 8)) * np.sqrt(1 - case.correlation)
    choice = np.searchsorted(thresholds(case.answers), level + shared + own).astype(np.int16)
    choice[chance.random(choice.shape) < case.blank] = BLANK
    return Responses(
        regions=tuple(f"{k:05d}" for k in range(trials)),
        strata=tuple(LETTERS[: len(elements)]) if len(elements) > 1 else (EVERYONE,),
        region=np.repeat(np.arange(trials), case.n),
        stratum=element,
        choice=choice,
    )


def truth(case: Case, elements: list[Element], sample: Sample) -> np.ndarray:
    """(places,) exact value vector of a region whose elements merged as in the first one."""
    normal, groups = NormalDist(), sample.groups
    means = np.zeros((len(elements), 8))
    for k, element in enumerate(elements):
        for i, level in enumerate(ITEM_LEVELS + element.shift):
            below = [normal.cdf(cut - level) for cut in thresholds(case.answers)]
            means[k, i] = np.diff(below, prepend=0.0, append=1.0) @ SCORES
    return climb(_mix(means, sizes_of(elements, case.n), groups), sample.tree)


def _mix(means: np.ndarray, sizes: np.ndarray, groups: Groups) -> np.ndarray:
    """Means of the elements weighted by people within a group, by weight between groups."""
    mixed = np.zeros(8)
    for group in np.flatnonzero(groups.weight[0] > 0):
        inside = groups.group[0] == group
        mixed += groups.weight[0, group] * (sizes[inside] @ means[inside]) / sizes[inside].sum()
    return mixed


@dataclass(frozen=True)
class Covered:
    """Percent covered, intervals refused and all alike per 1,000 at index and dimensions."""

    index: float
    dimension: float
    items: float
    refused: float
    alike: float

    @property
    def is_within(self) -> bool:
        return all(BOUND[0] <= share <= BOUND[1] for share in (self.index, self.dimension))


def cover(case: Case, *, trials: int) -> Covered:
    """Every cell has chance of its own, named by the case."""
    seed = crc32(repr(case).encode())
    elements = elements_of(case.elements, case.n)
    sample = draw_sample(responses(case, elements, trials, seed), instrument(elements, case.tree))
    point = estimate(sample)
    found = intervals(sample, point)
    true = truth(case, elements, sample)
    given = ~np.isnan(found.lower)
    hit = (found.lower <= true) & (true <= found.upper) & given
    share = 100.0 * hit.sum(axis=0) / given.sum(axis=0)
    dimensions = share[9:11]
    return Covered(
        index=float(share[8]),
        dimension=float(dimensions[np.argmax(np.abs(dimensions - 95.0))]),
        items=float(share[:8].mean()),
        refused=1000.0 * float((~given[:, NODES]).mean()),
        alike=1000.0 * float((~point.varies[:, NODES]).mean()),
    )


def print_row(head: list[str], found: list[Covered], *, bound: bool, without: int = 0) -> None:
    """without: sizes at the start that the case cannot have."""
    cells = ["-"] * without + [
        f"{c.index:.1f} / {c.dimension:.1f}{'*' if bound and not c.is_within else ''}"
        for c in found
    ]
    items = " ".join(f"{c.items:.1f}" for c in found)
    counts = " ".join(f"{c.refused:.0f}+{c.alike:.0f}" for c in found)
    print(f"| {' | '.join([*head, *cells, items, counts])} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=4000)
    options.add_argument("--part", choices=("bound", "reported"), default=None)
    given = options.parse_args()
    if given.part != "reported":
        sizes = (10, 20, 30, 50, 100)
        head = " | ".join(f"n = {n}" for n in sizes)
        print(f"| Answers | Tree | Elements | Correlation | {head} | Items | Refused + alike |")
        kinds = product(("low", "high", "even"), ("arithmetic", "geometric"))
        for (answers, tree), elements, rho in product(
            kinds, ("one", "equal", "unequal"), (0.2, 0.6)
        ):
            found = [
                cover(Case(answers, elements, tree, rho, n), trials=given.trials) for n in sizes
            ]
            print_row([answers, tree, elements, str(rho)], found, bound=True)
    if given.part != "bound":
        rows = [
            *(("low", "arithmetic", e, 0.4, 0.2) for e in ("one", "equal", "unequal")),
            *(("high", "geometric", e, 0.4, 0.2) for e in ("one", "equal", "unequal")),
            *((a, "arithmetic", "one", 0.6, 0.0) for a in ("low", "low tail", "one choice")),
        ]
        sizes = (5, 7, 10, 20, 30, 50, 100)
        head = " | ".join(f"n = {n}" for n in sizes)
        print(f"| Answers | Tree | Elements | Blank | {head} | Items | Refused + alike |")
        for answers, tree, elements, rho, blank in rows:
            found = [
                cover(Case(answers, elements, tree, rho, n, blank), trials=given.trials)
                for n in sizes
                if elements == "one" or n >= 10
            ]
            answers = f"{answers}, correlation {rho}"
            print_row(
                [answers, tree, elements, f"{blank:.0%}"],
                found,
                bound=False,
                without=len(sizes) - len(found),
            )


if __name__ == "__main__":
    main()
