"""How often does a check raise a false alarm, and how often does it find what was put in?

    python benchmarks/quality.py [--sets 1000] [--only WORD] [--n N] [--workers N]

Each set is one meeting of n people who answer m five-point items, every third asked the other way
round, in nodes of six. Honest answers come from a latent normal that people share between items
(correlation r), cut so that answers spread evenly (even) or that 60 % lie in the lowest choice
(skewed). Three more kinds of honest sets are not what the checks assume:

    halo          one person in ten answers with correlation 0.9
    dimensions    items of one node correlate 0.6, of different nodes r
    camps         five elements, each with a profile of its own (standard deviation 0.5 per item)

Or something is done to 20 % of the people of a set:

    copied        each has the answers of another person of the set instead, chosen at random
    one source    all have the answers of one person
    noisy         copied, and one answer in ten drawn anew from that item's answers
    noisy source  one source, and one answer in ten drawn anew
    straight      all items ticked at one place, a random one per person
    agreeing      every item ticked at one of the last two places, whichever way it asks
    random        every item ticked at a random place

The first twenty cells take --sets sets, the others a fifth. A column says in how many sets of 100
the measure was flagged, after Holm over all measures of the set, and in brackets in how many its
own p was 5 % or less. Nothing is told of fewer than five people, so in small sets few straight
lines stay unflagged on purpose.
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
from waspada.quality.dont_know import share_t, t_tail
from waspada.quality.flags import check_answers
from waspada.quality.model import LEVEL, Measure

NOBODY = Text("", "")
CUTS = {"even": (-0.84, -0.25, 0.25, 0.84), "skewed": (0.25, 0.84, 1.28, 1.75)}
NODE = 6
BLANK_SHARE = 0.02
OTHERS_LESS = 5
HALO, HALO_SHARE = 0.9, 0.1
WITHIN = 0.6
CAMPS, CAMP = 5, 0.5
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
    how: str = "honest",
) -> np.ndarray:
    """(sets, n, m) choices of honest people; items differ in level by 0.3 standard deviations."""
    m = len(asked.items)
    halo = (how == "halo") & (chance.random((sets, n, 1)) < HALO_SHARE)
    r = np.where(halo, HALO, correlation)
    own = max(WITHIN - correlation, 0.0) if how == "dimensions" else 0.0
    latent = np.sqrt(r) * chance.normal(size=(sets, n, 1))
    latent = latent + np.sqrt(1 - r - own) * chance.normal(size=(sets, n, m))
    latent += np.sqrt(own) * np.repeat(chance.normal(size=(sets, n, m // NODE)), NODE, axis=2)
    latent += chance.normal(0, 0.3, (sets, 1, m))
    if how == "camps":
        profile = chance.normal(0, CAMP, (sets, CAMPS, m))
        latent += profile[:, np.arange(n) % CAMPS]
    place = np.searchsorted(CUTS[spread], latent)
    turned = np.array([item.direction < 0 for item in asked.items])
    return np.where(turned, 4 - place, place)


def spoil(chance: np.random.Generator, choice: np.ndarray, how: str, share: float = 0.2) -> None:
    """Do to `share` of the people of each set what `how` says; in place."""
    n, m = choice.shape[1:]
    k = round(share * n)
    for one in choice:
        source = np.full(k, k) if "source" in how else chance.integers(k, n, size=k)
        match how:
            case "copied" | "one source" | "noisy" | "noisy source":
                one[:k] = one[source]
            case "straight":
                one[:k] = chance.integers(5, size=(k, 1))
            case "agreeing":
                one[:k] = chance.integers(3, 5, size=(k, m))
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
    choice = honest(chance, asked, sets=sets, n=n, correlation=correlation, spread=spread, how=how)
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


def main_cases() -> list[Case]:
    """(how, n, items, correlation, spread, mixed)."""
    return [
        (how, 50, 24, r, spread, True)
        for how, r, spread in product(
            ("honest", "copied", "one source", "noisy", "straight"), (0.2, 0.6), ("even", "skewed")
        )
    ]


def other_cases() -> list[Case]:
    """Other ways of cheating, what the checks do not assume, other sizes."""
    ways = product(("noisy source", "agreeing", "random"), (0.2, 0.6))
    unlike = product(("halo", "dimensions", "camps"), (0.2, 0.4), ("even", "skewed"))
    one_way = product(("honest", "straight"), (0.2, 0.6), ("even", "skewed"))
    wide = product((50, 100), ("honest", "copied", "noisy"), (0.2, 0.6), CUTS)
    sizes = product((10, 20, 100), ("honest", "copied", "noisy"), (0.2, 0.6), CUTS)
    return [
        *((how, 50, 24, r, "even", True) for how, r in ways),
        *((how, 50, 24, r, spread, True) for how, r, spread in unlike),
        *((how, 50, 24, r, spread, False) for how, r, spread in one_way),
        *((how, n, 48, r, spread, True) for n, how, r, spread in wide),
        *((how, n, 24, r, spread, True) for n, how, r, spread in sizes),
        *((how, 250, 24, 0.6, "skewed", True) for how in ("honest", "copied")),
    ]


def share_line(regions: int, n: int, share: float, spread: float, sets: int = 400) -> str:
    """False alarms of the shares of cells: own p at 5 %, and at 5 % over six measures.

    People's shares spread lognormally by `spread` around their region's, regions by 0.3 around
    `share`; 24 cells each.
    """
    chance = np.random.default_rng(3)
    region = np.repeat(np.arange(regions), n)
    hits = []
    for _ in range(sets):
        people = np.exp(spread * chance.normal(size=len(region)) - spread**2 / 2)
        level = share * np.exp(0.3 * chance.normal(size=regions))
        counts = chance.binomial(24, np.clip(level[region] * people, 0, 0.95)).astype(float)
        found = share_t(counts, 24, region, regions)
        p = t_tail(found[:, 0], found[:, 1])
        hits.append([(p <= LEVEL).mean(), (p <= LEVEL / 6).mean()])
    own, all_six = 100 * np.mean(hits, axis=0)
    return f"| {regions} | {n} | {share} | {spread} | {own:.1f} | {all_six:.1f} |"


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
        f"| {how} | {sets} | {n} | {items}, {ways} | {correlation} | {spread} "
        f"| {cells} | {100 * any_flag:.1f} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sets", type=int, default=1000)
    options.add_argument("--only", default="", help="cases whose line begins with this word")
    options.add_argument("--n", type=int, help="cases with this many people")
    options.add_argument("--workers", type=int, default=1)
    given = options.parse_args()
    cases = [(c, given.sets) for c in main_cases()]
    cases += [(c, given.sets // OTHERS_LESS) for c in other_cases()]
    chosen = [c for c in cases if c[0][0].startswith(given.only) and given.n in (None, c[0][1])]
    print("per cent of sets flagged after Holm (own p <= 5 %)")
    print("| done | sets | n | items | r | answers |", " | ".join(MEASURES), "| any |")
    print("|---" * (7 + len(MEASURES)) + "|")
    with ProcessPoolExecutor(given.workers) as pool:
        for text in pool.map(line, *zip(*chosen, strict=True)):
            print(text, flush=True)
    print("\n| regions | n | share | spread | own p <= 5 % | p <= 5 % / 6 |")
    print("|---" * 6 + "|")
    for regions, n, (share, spread) in product(
        (5, 13, 50), (20, 50), ((0.02, 0.0), (0.02, 1.5), (0.1, 1.0))
    ):
        print(share_line(regions, n, share, spread), flush=True)


if __name__ == "__main__":
    main()
