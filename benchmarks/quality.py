"""How often does a check raise a false alarm, and how often does it find what was put in?

    python benchmarks/quality.py [--sets 1000] [--only WORD]

Each set is one meeting of n people who answer m five-point items, every third asked the other way
round, in nodes of six. Honest answers come from a latent normal that people share between items
(correlation r), cut so that answers spread evenly (even) or that 60 % lie in the lowest choice
(skewed); in "halo" sets one person in ten answers with correlation 0.9. Then something is done to
20 % of the people of a set:

    copied        each has the answers of another person of the set instead, chosen at random
    one source    all have the answers of one person
    noisy         copied, and one answer in ten drawn anew from that item's answers
    noisy source  one source, and one answer in ten drawn anew
    straight      all items ticked at one place, a random one per person
    random        every item ticked at a random place

A column says in how many sets of 100 the measure was flagged, after Holm over all measures of the
set; "alone" columns take the measure's own p at 5 %. Nothing is told of fewer than five people,
so in small sets few straight lines stay unflagged on purpose.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import product

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
from waspada.quality.flags import check_answers
from waspada.quality.model import LEVEL, Measure

NOBODY = Text("", "")
CUTS = {"even": (-0.84, -0.25, 0.25, 0.84), "skewed": (0.25, 0.84, 1.28, 1.75)}
NODE = 6
BLANK_SHARE = 0.02
MEASURES = tuple(Measure)


def instrument(items: int, *, mixed: bool = True) -> Instrument:
    """Nodes of six five-point items; every third item is reversed where `mixed`."""
    choices = tuple(Choice(str(k), NOBODY, 25.0 * k, None) for k in range(5))
    unknown = Choice("dont_know", NOBODY, None, MissingKind.DONT_KNOW)
    nodes = [f"node{k}" for k in range(items // NODE)]
    return Instrument(
        code="checks",
        version="1",
        title=NOBODY,
        polarity=Polarity.BETTER,
        evidence=Evidence.PERCEPTION,
        scales=(AnswerScale("scale", NOBODY, (*choices, unknown)),),
        sections=(),
        items=tuple(
            Item(
                f"item{k}",
                NOBODY,
                "scale",
                "page",
                node=nodes[k // NODE],
                direction=-1 if mixed and k % 3 == 2 else 1,
            )
            for k in range(items)
        ),
        nodes=(
            Node("index", None, "index", NOBODY),
            *(Node(code, "index", "dimension", NOBODY) for code in nodes),
        ),
    )


def honest(
    chance: np.random.Generator,
    asked: Instrument,
    *,
    sets: int,
    n: int,
    correlation: float,
    spread: str = "even",
    halo: float = 0.0,
) -> np.ndarray:
    """(sets, n, m) choices of honest people; items differ in level by 0.3 standard deviations."""
    m = len(asked.items)
    r = np.where(chance.random((sets, n, 1)) < halo, 0.9, correlation)
    latent = np.sqrt(r) * chance.normal(size=(sets, n, 1))
    latent = latent + np.sqrt(1 - r) * chance.normal(size=(sets, n, m))
    latent += chance.normal(0, 0.3, (sets, 1, m))
    place = np.searchsorted(CUTS[spread], latent)
    turned = np.array([item.direction < 0 for item in asked.items])
    return np.where(turned, 4 - place, place)


def spoil(chance: np.random.Generator, choice: np.ndarray, how: str, share: float = 0.2) -> None:
    """Do to `share` of the people of each set what `how` says; in place."""
    sets, n, m = choice.shape
    k = round(share * n)
    for one in choice:
        if "source" in how:
            source = np.full(k, k)
        else:
            source = chance.integers(k, n, size=k)
        match how:
            case "copied" | "one source" | "noisy" | "noisy source":
                one[:k] = one[source]
            case "straight":
                one[:k] = chance.integers(5, size=(k, 1))
            case "random":
                one[:k] = chance.integers(5, size=(k, m))
        if how.startswith("noisy"):
            anew = chance.random((k, m)) < 0.1
            other = one[chance.integers(k, n, size=(k, m)), np.arange(m)]
            one[:k] = np.where(anew, other, one[:k])


def responses(choice: np.ndarray, chance: np.random.Generator) -> Responses:
    """Each set as a region of its own; BLANK_SHARE of the cells are "don't know"."""
    sets, n, m = choice.shape
    cells = np.where(chance.random(choice.shape) < BLANK_SHARE, 5, choice)
    return Responses(
        regions=tuple(f"{k:05d}" for k in range(sets)),
        strata=(EVERYONE,),
        region=np.repeat(np.arange(sets), n),
        stratum=np.zeros(sets * n, dtype=np.intp),
        choice=cells.reshape(-1, m).astype(np.int16),
    )


def rates(
    *, sets: int, n: int, items: int, correlation: float, spread: str, how: str, mixed: bool = True
) -> tuple[dict[str, float], dict[str, float], float]:
    """Share of sets flagged by each measure after Holm, share with own p <= 5 %, share with any."""
    asked = instrument(items, mixed=mixed)
    chance = np.random.default_rng(20240918)
    halo = 0.1 if how == "halo" else 0.0
    choice = honest(
        chance, asked, sets=sets, n=n, correlation=correlation, spread=spread, halo=halo
    )
    spoil(chance, choice, how)
    checks = check_answers(responses(choice, chance), asked, seed=1)
    flagged = {m.value: float(np.mean([m in c.flags for c in checks])) for m in MEASURES}
    alone = {
        m.value: float(
            np.mean([any(f.measure is m and f.p <= LEVEL for f in c.findings) for c in checks])
        )
        for m in MEASURES
    }
    return flagged, alone, float(np.mean([bool(c.flags) for c in checks]))


Case = tuple[str, int, int, float, str, bool]


def cases() -> list[Case]:
    """(how, n, items, correlation, spread, mixed), the main cells first."""
    main: list[Case] = [
        (how, 50, 24, r, spread, True)
        for how, r, spread in product(
            ("honest", "copied", "one source", "noisy", "noisy source", "straight", "random"),
            (0.2, 0.6),
            ("even", "skewed"),
        )
    ]
    sizes: list[Case] = [
        (how, n, 24, r, spread, True)
        for n, how, r, spread in product(
            (10, 20, 100), ("honest", "copied", "straight"), (0.2, 0.6), ("even", "skewed")
        )
    ]
    wide: list[Case] = [
        (how, 50, 48, r, "even", True)
        for how, r in product(("honest", "copied", "noisy", "straight"), (0.2, 0.6))
    ]
    other: list[Case] = [
        ("halo", 50, 24, 0.4, "even", True),
        ("halo", 50, 24, 0.4, "skewed", True),
        *(
            (how, 50, 24, r, spread, False)
            for how, r, spread in product(
                ("honest", "straight"), (0.2, 0.6), ("even", "skewed")
            )
        ),
    ]
    return [*main, *sizes, *wide, *other]


def line(case: Case, sets: int) -> str:
    how, n, items, correlation, spread, mixed = case
    flagged, alone, any_flag = rates(
        sets=sets,
        n=n,
        items=items,
        correlation=correlation,
        spread=spread,
        how=how,
        mixed=mixed,
    )
    cells = " | ".join(f"{100 * flagged[m]:.1f} ({100 * alone[m]:.1f})" for m in MEASURES)
    ways = "both ways" if mixed else "one way"
    return (
        f"| {how} | {n} | {items}, {ways} | {correlation} | {spread} "
        f"| {cells} | {100 * any_flag:.1f} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sets", type=int, default=1000)
    options.add_argument("--only", default="", help="cases whose line begins with this word")
    options.add_argument("--n", type=int, help="cases with this many people")
    options.add_argument("--workers", type=int, default=1)
    given = options.parse_args()
    chosen = [c for c in cases() if c[0].startswith(given.only) and given.n in (None, c[1])]
    print(f"{given.sets} sets a cell; flagged after Holm (own p <= 5 %), per cent")
    print("| done | n | items | r | answers |", " | ".join(MEASURES), "| any |")
    print("|---" * (6 + len(MEASURES)) + "|")
    with ProcessPoolExecutor(given.workers) as pool:
        for text in pool.map(line, chosen, [given.sets] * len(chosen)):
            print(text, flush=True)


if __name__ == "__main__":
    main()
