"""Agreement and vignettes of whole regions, as far as they can be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waspada.collection.model import EVERYONE, Responses
from waspada.errors import QualityError
from waspada.index.model import Flags, Floats, Sample
from waspada.index.scores import UNIT
from waspada.index.tree import climb
from waspada.instrument.model import Instrument
from waspada.interpretation.agreement import (
    average_deviation,
    intraclass,
    null_variance,
    ordinal_alpha,
    within_group,
)
from waspada.interpretation.vignettes import VignetteUse, find_vignettes, use_of_vignettes

FEWEST_PEOPLE = 10
"""Mean and spread of fewer answers together would tell the answers."""

ALL_REGIONS = ""
"""Stands for a region where all are taken together."""


@dataclass(frozen=True)
class Agreement:
    """One region at one node; ordinal alpha of a node over all regions together.

    n: people with a scored answer below the node. None: not defined, or too few people.
    """

    region: str
    node: str
    n: int | None = None
    icc1: float | None = None
    icc1k: float | None = None
    rwg: float | None = None
    rwg_skewed: float | None = None
    average_deviation: float | None = None
    ordinal_alpha: float | None = None
    flags: tuple[str, ...] = ()


def measure_agreement(
    sample: Sample, instrument: Instrument, nodes: tuple[str, ...], shown: Flags
) -> tuple[Agreement, ...]:
    """Agreement of each region at `nodes`, and ordinal alpha of each over all regions.

    People and groups are those that count in the index: small elements as they were merged,
    without those left out. Somebody who is in one number and not in the other could be worked out
    from both. Within the region only items count whose score is shown and that FEWEST_PEOPLE
    answered: agreement of a node and of its branches together would tell that of the item left
    over.

    shown: (n_regions, places) scores that are shown; where a node is withheld, agreement would say
    why, so it is withheld too.
    """
    tree, alone = sample.tree, sample.groups.elements == (EVERYONE,)
    uniform, skewed = _nulls(instrument)
    rows = []
    for r, region in enumerate(sample.regions):
        items, group = _people(sample, sample.blocks_of[r])
        scores = climb(items, tree, refuse=False)[:, tree.root :]
        counts = shown[r, : tree.root] & ((~np.isnan(items)).sum(axis=0) >= FEWEST_PEOPLE)
        for node in nodes:
            place = tree.place[node]
            score, used = scores[:, place - tree.root], counts & tree.below[:, place]
            n = int((~np.isnan(score)).sum())
            if n < FEWEST_PEOPLE or not shown[r, place]:
                rows.append(Agreement(region, node, flags=("too_few",)))
                continue
            icc1, icc1k = (np.nan, np.nan) if alone else intraclass(score, group)
            rows.append(
                Agreement(
                    region,
                    node,
                    n,
                    _told(icc1),
                    _told(icc1k),
                    _told(within_group(items[:, used], uniform[used])),
                    _told(within_group(items[:, used], skewed[used])),
                    _told(average_deviation(items[:, used])),
                    flags=("elements_unknown",) if alone else (),
                )
            )
    everyone = _people(sample, np.flatnonzero(sample.block_weight > 0))[0]
    return (*rows, *(_alpha(n, everyone[:, tree.below[:, tree.place[n]]]) for n in nodes))


def _people(sample: Sample, blocks: NDArray[np.intp]) -> tuple[Floats, NDArray[np.intp]]:
    """(n, n_items) scores 0..100 of the people of some blocks, and (n,) the block of each."""
    scores = [sample.block_scores(block) / UNIT for block in blocks]
    sizes = [len(rows) for rows in scores]
    empty = np.empty((0, len(sample.tree.items)))
    return np.concatenate([empty, *scores]), np.repeat(blocks, sizes)


def _nulls(instrument: Instrument) -> tuple[Floats, Floats]:
    """(n_items,) variances without agreement: even, and slightly leaning to one end (NaN but for
    five choices)."""
    counts = [
        sum(choice.score is not None for choice in instrument.scale_of(item).choices)
        for item in instrument.index_items
    ]
    even = [null_variance(count) if count > 1 else np.nan for count in counts]
    slight = [null_variance(5, "slight") if count == 5 else np.nan for count in counts]
    return np.array(even), np.array(slight)


def _alpha(node: str, items: Floats) -> Agreement:
    """Categories are the distinct scores of an item, low first."""
    categories = np.full(items.shape, -1, dtype=np.int64)
    for column, scores in enumerate(items.T):
        used = ~np.isnan(scores)
        categories[used, column] = np.unique(scores[used], return_inverse=True)[1]
    try:
        return Agreement(ALL_REGIONS, node, ordinal_alpha=ordinal_alpha(categories))
    except QualityError as error:
        return Agreement(ALL_REGIONS, node, flags=(error.code,))


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def measure_vignettes(
    responses: Responses, instrument: Instrument
) -> tuple[tuple[str, VignetteUse | None], ...]:
    """Region -> use of its vignettes; None with fewer than FEWEST_PEOPLE who rated all. Empty
    where the instrument has no vignettes."""
    found = find_vignettes(instrument)
    if found is None:
        return ()
    own, vignettes = found
    scores = np.column_stack([_rating(responses, instrument, c) for c in (own, *vignettes)])
    whole = ~np.isnan(scores).any(axis=1)
    rows: list[tuple[str, VignetteUse | None]] = []
    for region in sorted(responses.regions):
        mine = scores[(responses.region == responses.regions.index(region)) & whole]
        enough = len(mine) >= FEWEST_PEOPLE
        rows.append((region, use_of_vignettes(mine[:, 0], mine[:, 1:]) if enough else None))
    return tuple(rows)


def _rating(responses: Responses, instrument: Instrument, code: str) -> NDArray[np.float64]:
    column = next(i for i, item in enumerate(instrument.items) if item.code == code)
    choices = instrument.scale_of(instrument.items[column]).choices
    scores = [np.nan if choice.score is None else choice.score for choice in choices]
    ratings: Floats = np.array([*scores, np.nan])[responses.choice[:, column]]
    return ratings
