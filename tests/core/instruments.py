"""Small instruments and answers for tests, built in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from waspada.collection.model import BLANK, EVERYONE, Responses
from waspada.instrument.model import (
    Aggregation,
    AnswerScale,
    Band,
    CategoryRule,
    Choice,
    Evidence,
    Instrument,
    Item,
    MissingKind,
    Node,
    Polarity,
    RuleKind,
    Section,
    Stratum,
    Text,
)

SCORES = (0, 25, 50, 75, 100)
DONT_KNOW = 5
NOT_APPLICABLE = 6

AGREE5 = AnswerScale(
    code="agree5",
    label=Text("Persetujuan", "Agreement"),
    choices=(
        Choice("strongly_disagree", Text("Sangat tidak setuju", "Strongly disagree"), 0, None),
        Choice("disagree", Text("Tidak setuju", "Disagree"), 25, None),
        Choice("in_between", Text("Di antara keduanya", "In between"), 50, None),
        Choice("agree", Text("Setuju", "Agree"), 75, None),
        Choice("strongly_agree", Text("Sangat setuju", "Strongly agree"), 100, None),
        Choice("dont_know", Text("Tidak tahu", "Don't know"), None, MissingKind.DONT_KNOW),
        Choice(
            "not_applicable",
            Text("Tidak berlaku di sini", "Not applicable here"),
            None,
            MissingKind.NOT_APPLICABLE,
        ),
    ),
)

FIXED = CategoryRule(
    code="thirds",
    kind=RuleKind.FIXED,
    bands=(
        Band("low", Text("Rendah", "Low"), 0, 40),
        Band("medium", Text("Sedang", "Medium"), 40, 60),
        Band("high", Text("Tinggi", "High"), 60, 100),
    ),
    min_answers_region=20,
)

SPREAD = CategoryRule(
    code="spread",
    kind=RuleKind.MEAN_SD,
    bands=(
        Band("low", Text("Rendah", "Low"), -np.inf, -1),
        Band("medium", Text("Sedang", "Medium"), -1, 1),
        Band("high", Text("Tinggi", "High"), 1, np.inf),
    ),
)


def item(code: str, node: str | None = "index", **more: object) -> Item:
    return Item(code, Text(code, code), "agree5", "page", node=node, **more)  # type: ignore[arg-type]


def node(code: str, parent: str | None = "index", **more: object) -> Node:
    level = "index" if parent is None else "dimension"
    return Node(code, parent, level, Text(code, code), **more)  # type: ignore[arg-type]


def stratum(code: str, merge_into: str | None = None, **more: object) -> Stratum:
    return Stratum(code, Text(code, code), merge_into=merge_into, **more)  # type: ignore[arg-type]


def instrument(
    items: Iterable[Item],
    nodes: Iterable[Node] = (),
    strata: Iterable[Stratum] = (),
    rules: Iterable[CategoryRule] = (),
    aggregation: Aggregation = Aggregation.ARITHMETIC,
    power: float = 2.0,
) -> Instrument:
    """power counts where the aggregation is the generalised mean."""
    root = node("index", None, aggregation=aggregation, power=power)
    return Instrument(
        code="example",
        version="1",
        title=Text("Contoh", "Example"),
        polarity=Polarity.MORE_VULNERABLE,
        evidence=Evidence.PERCEPTION,
        scales=(AGREE5,),
        sections=(Section("page", Text("Halaman", "Page")),),
        items=tuple(items),
        nodes=(root, *nodes),
        strata=tuple(strata),
        category_rules=tuple(rules),
    )


def answers(rows: Sequence[tuple[str, str, Sequence[int | None]]], asked: Instrument) -> Responses:
    """rows: (region, element, one score per item; None = blank, -1 = don't know)."""
    regions = tuple(sorted({region for region, _, _ in rows}))
    with_elements = any(element for _, element, _ in rows)
    strata = tuple(s.code for s in asked.strata) if with_elements else (EVERYONE,)
    return Responses(
        regions=regions,
        strata=strata,
        region=np.array([regions.index(region) for region, _, _ in rows], dtype=np.intp),
        stratum=np.array(
            [strata.index(element) if with_elements else 0 for _, element, _ in rows],
            dtype=np.intp,
        ),
        choice=np.array([[position(score) for score in given] for _, _, given in rows], np.int16),
    )


def position(score: int | None) -> int:
    if score is None:
        return BLANK
    return DONT_KNOW if score == -1 else SCORES.index(score)


def random_answers(
    asked: Instrument,
    sizes: Mapping[str, int],
    *,
    seed: int = 0,
    missing: float = 0.1,
    elements: Sequence[str] = ("",),
) -> Responses:
    """Answers around a level of each region's own; elements take turns."""
    chance = np.random.default_rng(seed)
    rows = []
    for region, size in sizes.items():
        level = chance.uniform(1, 3)
        for k in range(size):
            drawn = np.clip(np.rint(chance.normal(level, 1.1, len(asked.items))), 0, 4)
            blank = chance.random(len(asked.items)) < missing
            given = [None if b else SCORES[int(d)] for d, b in zip(drawn, blank, strict=True)]
            rows.append((region, elements[k % len(elements)], given))
    return answers(rows, asked)


def shuffled(responses: Responses, *, seed: int = 1) -> Responses:
    """The same answers in another order of rows and of regions."""
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(responses))
    move = chance.permutation(len(responses.regions))
    regions = [""] * len(move)
    for old, new in enumerate(move):
        regions[new] = responses.regions[old]
    return Responses(
        regions=tuple(regions),
        strata=responses.strata,
        region=move[responses.region][order],
        stratum=responses.stratum[order],
        choice=responses.choice[order],
    )


def only(responses: Responses, *regions: str) -> Responses:
    """The answers of some regions."""
    kept = tuple(region for region in responses.regions if region in regions)
    codes = np.array([responses.regions.index(region) for region in kept])
    rows = np.isin(responses.region, codes)
    return Responses(
        regions=kept,
        strata=responses.strata,
        region=np.searchsorted(codes, responses.region[rows]),
        stratum=responses.stratum[rows],
        choice=responses.choice[rows],
    )
