"""The whole way on one page: from answers, or from given scores, to tables.

    answers -> sample -> estimate -> replicates -> intervals
            -> disclosure control decides which scores may be shown
            -> ranks, categories and drivers of what is shown -> tables

Disclosure control comes before interpretation: a score that is not shown takes no rank, moves no
mean of regions and explains nothing, so it cannot be worked back from anything that is shown.
A region whose data are not enough for a category keeps its score and interval, for its own office,
and is compared with nobody: it takes no place in ranks, means and drivers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from waspada.collection.model import Responses
from waspada.index.attribution import too_wide
from waspada.index.estimate import estimate
from waspada.index.given import climb_given, fingerprint_scores
from waspada.index.model import Estimate, Floats, GivenScores, Sample, Tree
from waspada.index.sample import draw_sample, fingerprint_answers
from waspada.index.tree import build_tree
from waspada.instrument.model import CategoryRule, Instrument, Polarity
from waspada.interpretation.categories import (
    categorise,
    choose_rule,
    reasons_against,
    refuse_few_regions,
)
from waspada.interpretation.drivers import explain
from waspada.interpretation.model import Categories, Drivers, Ranks
from waspada.interpretation.ranks import rank_regions, rank_sets, ranked_nodes
from waspada.publication import record, tables
from waspada.publication.disclosure import withhold
from waspada.publication.model import Tables
from waspada.quality.completeness import measure_completeness
from waspada.quality.sufficiency import require_replicates, require_responses
from waspada.uncertainty.bootstrap import replicate
from waspada.uncertainty.clusters import meeting_effect
from waspada.uncertainty.interval import LEVEL, intervals
from waspada.uncertainty.model import Intervals, Replicates
from waspada.uncertainty.population import Invited, sampled_share
from waspada.uncertainty.student import t_quantile


def measure(
    responses: Responses,
    instrument: Instrument,
    *,
    seed: int,
    replicates: int = 1000,
    rule: str | None = None,
    for_office: bool = False,
    invited: Invited | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Tables:
    """Measure the regions that have responses.

    rule: code of a category rule; None takes the instrument's first.
    for_office: tables for the office that holds the answers: a node keeps its score from five
    answers on, also where it would tell a hidden sibling. Pages and whatever is passed on do not.
    invited: people on the invited list by region and element, where they are the population;
    None leaves the population without end.
    progress: called with (regions done, regions in all) while replicates are drawn.
    Raises QualityError: no responses, too few replicates, a rule that is unknown, or was asked
    for and needs more regions, or a list of invited people that does not fit the answers.
    """
    require_responses(responses)
    require_replicates(replicates)
    chosen = choose_rule(instrument, rule)

    sample = draw_sample(responses, instrument)
    point = estimate(sample)
    sampled = None if invited is None else sampled_share(sample, invited)
    drawn = replicate(sample, seed=seed, replicates=replicates, sampled=sampled, progress=progress)
    interval = intervals(sample, point, sampled=sampled)

    withheld = withhold(point, sample.tree, for_office=for_office)
    shown = np.where(withheld.any, np.nan, point.values)
    reasons = _reasons(chosen, point, sample, instrument)
    compared = np.where([[bool(against)] for against in reasons], np.nan, shown)
    ranks = _rank(compared, drawn, interval, sample.tree, instrument)
    categories = _categorise(chosen, compared, drawn, reasons, sample.tree, asked=bool(rule))
    drivers = _explain(compared, point, drawn, interval, withheld.any, sample.tree, instrument)

    means = record.node_means(compared[:, sample.tree.root :], sample.tree)
    scores = tables.node_rows(sample, point, interval, withheld, instrument)
    return Tables(
        scores=scores,
        items=tables.item_rows(sample, point, interval, withheld),
        ranks=tables.rank_rows(sample.regions, ranks),
        categories=tables.category_rows(
            sample.regions,
            categories,
            tables.root_flags(scores, instrument, record.lacks_elements(responses, instrument)),
        ),
        drivers=tables.driver_rows(sample, drivers),
        driver_sums=tables.driver_sums(sample, drivers),
        elements=tables.element_rows(sample, instrument),
        quality=tables.quality_rows(responses.regions, measure_completeness(responses, instrument)),
        node_means=means,
        node_mean_intervals=record.node_mean_intervals(compared, interval, sample.tree),
        driver_reference=drivers.reference if drivers else "",
        difference_pairs=tables.pairs(sample.regions, ranks[instrument.root.code]),
        meeting_effect=tables.meeting_rows(sample, meeting_effect(sample, point, interval), shown),
        record={
            **record.run_record("measure", instrument, categories, means),
            "seed": seed,
            "for_office": for_office,
            "replicates": replicates,
            "replicates_with_gaps": drawn.with_gaps,
            "replicates_refused": drawn.refused,
            "finite_population": sorted(invited) if invited else None,
            "answers_fingerprint": fingerprint_answers(responses, instrument),
            "counts": record.counts(responses, sample.groups, shown, compared, sample.tree),
            "driver_reference": drivers.reference if drivers else None,
            "notes": record.notes(responses, instrument, categories, too_wide(sample.tree)),
        },
    )


def combine(given: GivenScores, instrument: Instrument, *, rule: str | None = None) -> Tables:
    """Combine scores that were published or recorded elsewhere.

    They may enter at any level; see `index.given`. Nobody was asked, so there is neither an
    interval nor a rank set nor a probability, and nothing to withhold.
    Raises AnswersError for scores outside 0..100, QualityError for a rule that is unknown, or was
    asked for and needs more regions than have a score.
    """
    chosen = choose_rule(instrument, rule)
    tree = build_tree(instrument)
    entered, nodes = climb_given(given, tree)
    regions, root = tuple(sorted(given.regions)), nodes[:, 0]
    categories = None
    if chosen is not None:
        if rule:
            refuse_few_regions(chosen, root)
        categories = categorise(chosen, root, None, [()] * len(regions))
    ranks = {
        node: Ranks.without_sets(rank_regions(nodes[:, tree.place[node] - tree.root]))
        for node in ranked_nodes(instrument)
    }
    means = record.node_means(nodes, tree)
    scores = tables.given_rows(regions, entered, nodes, instrument)
    return Tables(
        scores=scores,
        items=(),
        ranks=tables.rank_rows(regions, ranks),
        categories=tables.category_rows(
            regions, categories, tables.root_flags(scores, instrument, False)
        ),
        drivers=(),
        driver_sums=(),
        elements=(),
        quality=(),
        node_means=means,
        node_mean_intervals={},
        driver_reference="",
        difference_pairs=(),
        record={
            **record.run_record("combine", instrument, categories, means),
            "seed": None,
            "replicates": 0,
            "scores_fingerprint": fingerprint_scores(given),
            "counts": {
                "regions": len(regions),
                "regions_with_score": int((~np.isnan(root)).sum()),
            },
            "given_nodes": list(given.nodes),
            "notes": record.category_notes(categories),
        },
    )


def _rank(
    compared: Floats, drawn: Replicates, interval: Intervals, tree: Tree, instrument: Instrument
) -> dict[str, Ranks]:
    """Ranks of the index and of its direct branches; deeper ones would be over-read."""
    return {
        node: rank_sets(
            compared[:, tree.place[node]],
            drawn.nodes[:, :, tree.place[node] - tree.root],
            interval.standard_error[:, tree.place[node]],
            interval.df[:, tree.place[node]],
        )
        for node in ranked_nodes(instrument)
    }


def _reasons(
    rule: CategoryRule | None, point: Estimate, sample: Sample, instrument: Instrument
) -> list[tuple[str, ...]]:
    """Per region why its data are not enough to be named; () where they are."""
    if rule is None:
        return [()] * len(sample.regions)
    n_responses = point.n_responses[:, sample.tree.root]
    return reasons_against(rule, instrument, sample.groups, n_responses)


def _categorise(
    rule: CategoryRule | None,
    compared: Floats,
    drawn: Replicates,
    reasons: list[tuple[str, ...]],
    tree: Tree,
    *,
    asked: bool,
) -> Categories | None:
    if rule is None:
        return None
    root = compared[:, tree.root]
    if asked:
        refuse_few_regions(rule, root)
    return categorise(rule, root, drawn.nodes[:, :, 0], reasons)


def _explain(
    compared: Floats,
    point: Estimate,
    drawn: Replicates,
    interval: Intervals,
    hidden: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    tree: Tree,
    instrument: Instrument,
) -> Drivers | None:
    """Drivers; None where a node has more children than Shapley shares can visit."""
    if too_wide(tree):
        return None
    return explain(
        point.values,
        tree,
        drawn.driver_covariance,
        t_quantile(interval.df[:, tree.root], LEVEL),
        (hidden | np.isnan(point.values))[:, : tree.root],
        ~np.isnan(compared[:, tree.root]),
        concern=1 if instrument.polarity is Polarity.MORE_VULNERABLE else -1,
    )
