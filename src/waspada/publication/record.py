"""The record of a run: everything needed to tell, and to make, the same numbers again."""

from __future__ import annotations

from typing import Any

import numpy as np

from waspada import METHOD_VERSION, __version__
from waspada.collection.model import EVERYONE, Responses
from waspada.index.given import fingerprint_scores
from waspada.index.model import Flags, Floats, GivenScores, Groups, Tree
from waspada.index.raking import Composition
from waspada.instrument.model import Instrument
from waspada.interpretation.model import Categories, Changes
from waspada.uncertainty.interval import LEVEL
from waspada.uncertainty.model import Intervals
from waspada.uncertainty.student import t_quantile


def run_record(
    kind: str, instrument: Instrument, categories: Categories | None, node_means: dict[str, float]
) -> dict[str, Any]:
    """What every run records, whichever way it came about. JSON values only."""
    return {
        "kind": kind,
        "waspada_version": __version__,
        "method_version": METHOD_VERSION,
        "instrument": {
            "code": instrument.code,
            "version": instrument.version,
            "fingerprint": instrument.fingerprint,
            "polarity": instrument.polarity.value,
            "evidence": instrument.evidence.value,
            "form": instrument.form.value,
        },
        "category_rule": _rule(categories),
        "node_means": node_means,
    }


def _rule(categories: Categories | None) -> dict[str, Any] | None:
    """The rule and its cut-offs in points, lowest first; None stands for an open end."""
    if categories is None:
        return None
    cut_offs = [float(c) if np.isfinite(c) else None for c in categories.cut_offs]
    return {
        "code": categories.rule.code,
        "kind": categories.rule.kind.value,
        "categories": [band.category for band in categories.rule.bands],
        "cut_offs": cut_offs,
        "min_answers_region": categories.rule.min_answers_region,
    }


def node_means(shown: Floats, tree: Tree) -> dict[str, float]:
    """Plain mean of each node over the regions whose score is shown; nodes without any are left
    out. shown: (n_regions, n_nodes), NaN = not shown."""
    scored = ~np.isnan(shown)
    return {
        node: float(shown[scored[:, k], k].mean())
        for k, node in enumerate(tree.nodes)
        if scored[:, k].any()
    }


def node_mean_intervals(
    compared: Floats, interval: Intervals, tree: Tree
) -> dict[str, tuple[float, float]]:
    """95 % interval of each mean in `node_means`; nodes where a region lacks one are left out.

        mean -+ t(df) sqrt(sum_r se_r^2) / n,   df = (sum_r se_r^2)^2 / sum_r se_r^4 / df_r

    after Satterthwaite, over the n regions compared; they are sampled independently. It speaks
    of these regions, not of regions in general. compared: (n_regions, places), NaN = left out.
    """
    found = {}
    for k, node in enumerate(tree.nodes, start=tree.root):
        scored = ~np.isnan(compared[:, k])
        variance, df = interval.standard_error[scored, k] ** 2, interval.df[scored, k]
        if scored.any() and not np.isnan(variance).any() and variance.sum() > 0:
            worth = variance.sum() ** 2 / (variance**2 / df).sum()
            half = float(t_quantile(np.array(worth), LEVEL)) * np.sqrt(variance.sum()) / len(df)
            mean = compared[scored, k].mean()
            found[node] = (float(max(mean - half, 0.0)), float(min(mean + half, 100.0)))
    return found


def counts(
    responses: Responses, groups: Groups, shown: Floats, compared: Floats, tree: Tree
) -> dict[str, int]:
    """How many responses and regions there were, how many carry the index, how many take part in
    ranks and means. shown, compared: (n_regions, places), NaN = not shown, not compared."""
    return {
        "responses": len(responses),
        "responses_with_score": int(groups.n.sum()),
        "responses_counted": int(groups.count[groups.weight > 0].sum()),
        "regions": len(responses.regions),
        "regions_with_score": int((~np.isnan(shown[:, tree.root])).sum()),
        "regions_compared": int((~np.isnan(compared[:, tree.root])).sum()),
    }


def lacks_elements(responses: Responses, instrument: Instrument) -> bool:
    """Whether the instrument has elements but the answers do not say who belongs where."""
    return bool(instrument.strata) and responses.strata == (EVERYONE,)


def category_notes(categories: Categories | None) -> list[str]:
    """Why no region has a category, where the rule itself is the reason."""
    if categories is None or not np.isnan(categories.cut_offs).any():
        return []
    return [
        f'No category is named: the rule "{categories.rule.code}" needs at least three '
        "regions with a score."
    ]


def beside_answers(
    facts: GivenScores | None, waiting: tuple[str, ...], composition: Composition
) -> dict[str, Any]:
    """What entered beside the answers; nothing where nothing did."""
    found: dict[str, Any] = {}
    if facts is not None:
        found["facts"] = {
            "fingerprint": fingerprint_scores(facts),
            "codes": list(facts.nodes),
            "regions_without_answers": list(waiting),
        }
    if composition:
        found["composition"] = [
            {
                "margin": margin.code,
                "classes": [list(c) for c in margin.classes],
                "shares": None if margin.shares is None else margin.shares.tolist(),
                "shares_by_region": {r: x.tolist() for r, x in sorted(margin.by_region.items())},
            }
            for margin in composition
        ]
    return found


def waiting_notes(waiting: tuple[str, ...]) -> list[str]:
    """Whose facts were not used because nobody answered there."""
    if not waiting:
        return []
    return [f"Facts of regions without answers are not used: {', '.join(waiting)}."]


def composition_notes(
    composition: Composition, regions: tuple[str, ...], *, lacks_elements: bool
) -> list[str]:
    """What of a known composition changed nothing, though somebody gave it."""
    if composition and lacks_elements:
        return ["The answers do not tell elements, so the known composition is not used."]
    unknown = sorted({r for margin in composition for r in margin.by_region} - set(regions))
    if not unknown:
        return []
    return [f"The composition names regions without answers: {', '.join(unknown)}."]


def notes(
    responses: Responses,
    instrument: Instrument,
    categories: Categories | None,
    too_wide: list[str],
) -> list[str]:
    """Sentences about what this run does not say."""
    found = []
    if lacks_elements(responses, instrument):
        found.append(
            "The answers do not tell the element of a participant: all count alike, and no "
            "category checks which elements took part."
        )
    found += category_notes(categories)
    found += [
        f'No drivers: the node "{node}" has too many children for exact Shapley shares. Put a '
        "level between, or use the arithmetic mean."
        for node in too_wide
    ]
    return found


def change_record(
    instrument: Instrument, earlier: Instrument, changes: Changes, compared: Flags
) -> dict[str, Any]:
    """What a comparison of two rounds records. compared: (n_regions,)."""
    shared = run_record("change", instrument, None, {})
    del shared["category_rule"], shared["node_means"]
    return {
        **shared,
        "earlier_instrument": {
            "code": earlier.code,
            "version": earlier.version,
            "fingerprint": earlier.fingerprint,
            "form": earlier.form.value,
        },
        "minimum_effect": changes.minimum_effect,
        "false_discovery_rate": changes.rate,
        "counts": {
            "regions": len(compared),
            "regions_compared": int(compared.sum()),
            "tests": int(changes.tested.sum()),
            "rose": int((changes.direction > 0).sum()),
            "fell": int((changes.direction < 0).sum()),
        },
    }


def change_notes(
    instrument: Instrument,
    anchors: bool,
    left_out: tuple[str, ...],
    undriven: bool,
    compared: Flags,
) -> list[str]:
    """Sentences about what a comparison of two rounds does not say."""
    found = [
        "The two rounds count as independent samples: answers are anonymous, so people who came "
        "twice cannot be linked."
    ]
    if anchors:
        n = len(instrument.index_items)
        found.append(
            f"Compared are the {n} anchor items that both versions ask alike, with tree and "
            "weights of the later one; the scores are not those of the full index."
        )
    if left_out:
        found.append(
            f"Anchor items that are not asked alike after all, left out: {', '.join(left_out)}."
        )
    if not compared.any():
        found.append("No region has enough data in both rounds; nothing is compared.")
    elif undriven:
        found.append(
            "No drivers: a node has too many children for exact Shapley shares. Put a level "
            "between, or use the arithmetic mean."
        )
    return found
