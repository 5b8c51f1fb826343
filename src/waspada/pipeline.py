"""The whole way on one page: from answers, or from given scores, to tables; and what changed
between two rounds.

    answers -> sample -> estimate -> replicates -> intervals
            -> disclosure control decides which scores may be shown
            -> ranks, categories and drivers of what is shown -> tables

Disclosure control comes before interpretation: a score that is not shown takes no rank, moves no
mean of regions and explains nothing, so it cannot be worked back from anything that is shown.
A region whose data are not enough for a category keeps its score and interval, for its own office,
and is compared with nobody: it takes no place in ranks, means and drivers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from waspada.collection.model import Responses
from waspada.errors import QualityError
from waspada.index.attribution import too_wide
from waspada.index.estimate import estimate
from waspada.index.facts import enter_facts, with_facts
from waspada.index.given import climb_given, fingerprint_scores
from waspada.index.model import Estimate, Flags, Floats, GivenScores, Sample, Tree
from waspada.index.raking import Composition
from waspada.index.sample import draw_sample, fingerprint_answers
from waspada.index.scores import differs, index_columns
from waspada.index.tree import build_tree
from waspada.instrument.model import CategoryRule, Instrument, Polarity
from waspada.interpretation.anchors import keep_anchors, require_comparable, require_elements
from waspada.interpretation.categories import (
    categorise,
    choose_rule,
    reasons_against,
    refuse_few_regions,
)
from waspada.interpretation.change import compare_rounds
from waspada.interpretation.consensus import measure_agreement, measure_vignettes
from waspada.interpretation.drivers import explain, explain_change
from waspada.interpretation.gaps import can_explain
from waspada.interpretation.model import Categories, Changes, Drivers, PreviousWord, Ranks
from waspada.interpretation.ranks import rank_regions, rank_sets, ranked_nodes
from waspada.interpretation.shrinkage import Shrunken, shrink
from waspada.publication import record, tables
from waspada.publication.disclosure import Withheld, untold_drivers, withhold
from waspada.publication.model import ChangeTables, ShrinkageRow, Tables, WithoutRow
from waspada.quality.completeness import measure_completeness
from waspada.quality.flags import check_answers, set_aside
from waspada.quality.model import MINIMUM_RESPONSES, Check
from waspada.quality.sufficiency import require_replicates, require_responses
from waspada.uncertainty.bootstrap import replicate
from waspada.uncertainty.clusters import meeting_effect
from waspada.uncertainty.interval import LEVEL, intervals
from waspada.uncertainty.model import Intervals, Replicates
from waspada.uncertainty.population import Invited, sampled_share
from waspada.uncertainty.student import t_quantile

CHECK_SEED = 1
"""The checks draw the same honest answers whatever the seed of the run: nobody can look for a seed
that raises no flag, and no second seed sets one person more aside, whom the difference would
tell."""

if TYPE_CHECKING:
    from waspada.uncertainty.sensitivity.crossed import Crossed
    from waspada.uncertainty.sensitivity.model import Plan


def measure(
    responses: Responses,
    instrument: Instrument,
    *,
    seed: int,
    replicates: int = 1000,
    rule: str | None = None,
    for_office: bool = False,
    facts: GivenScores | None = None,
    composition: Composition = (),
    check: bool = False,
    previous: Mapping[str, PreviousWord] | None = None,
    agreement: bool = False,
    invited: Invited | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Tables:
    """Measure the regions that have responses.

    rule: code of a category rule; None takes the instrument's first.
    previous: region -> words of the last round by the same rule; a region keeps its word until its
    score is clear of the line by the rule's margin (`interpretation.hysteresis`).
    for_office: tables for the office that holds the answers: a node keeps its score from five
    answers on, also where it would tell a hidden sibling. Pages and whatever is passed on do not.
    invited: people on the invited list by region and element, where they are the population;
    None leaves the population without end.
    facts: recorded facts and published scores 0..100 that feed leaves of the tree nobody is asked
    about; they have no sampling error.
    composition: known shares of the elements, to which their weights are raked.
    check: judge how the answers were given; takes about 0.1 s per region of 50 answers. Flags
    change no number; for the office the index is told again without the flagged answers.
    agreement: tell how far people agree within and between elements, and how they used vignettes.
    progress: called with (regions done, regions in all) while replicates are drawn.
    Raises QualityError: no responses, too few replicates, a rule that is unknown, or was asked
    for and needs more regions, compositions that contradict each other,
    or a list of invited people that does not fit the answers. Raises AnswersError
    for facts that do not fit.
    """
    chosen = choose_rule(instrument, rule)
    asked = instrument

    def draw(some: Responses) -> tuple[Sample, Instrument, tuple[str, ...]]:
        return _draw(some, asked, facts, composition)

    require_responses(responses)
    require_replicates(replicates)
    sample, instrument, waiting = draw(responses)
    observed = _observe(
        sample,
        instrument,
        chosen,
        seed,
        replicates,
        for_office=for_office,
        sampled=None if invited is None else sampled_share(sample, invited),
        progress=progress,
    )
    sample, point, drawn, interval = observed.parts
    withheld, shown, reasons = observed.withheld, observed.shown, observed.reasons
    compared = observed.compared
    ranks = _rank(compared, drawn, interval, sample.tree, instrument)
    categories = _categorise(chosen, compared, drawn, reasons, sample.tree, asked=bool(rule))
    drivers = _explain(compared, point, drawn, interval, withheld.any, sample.tree, instrument)

    checks = check_answers(responses, asked, seed=CHECK_SEED) if check else ()

    means = record.node_means(compared[:, sample.tree.root :], sample.tree)
    scores = tables.node_rows(sample, point, interval, withheld, instrument)
    return Tables(
        scores=scores,
        items=tables.item_rows(sample, point, interval, withheld, instrument),
        ranks=tables.rank_rows(sample.regions, ranks),
        categories=tables.category_rows(
            sample.regions,
            categories,
            compared[:, sample.tree.root],
            tables.root_flags(scores, instrument, record.lacks_elements(responses, instrument)),
            previous,
        ),
        drivers=tables.driver_rows(sample.regions, sample.tree.items, drivers),
        driver_sums=tables.driver_sums(sample.regions, drivers),
        elements=tables.element_rows(sample, instrument),
        quality=tables.quality_rows(
            responses.regions, measure_completeness(responses, asked), checks
        ),
        checks=tables.check_rows(checks),
        agreement=(
            tables.agreement_rows(
                measure_agreement(sample, instrument, ranked_nodes(instrument), ~np.isnan(shown))
            )
            if agreement
            else ()
        ),
        vignettes=(
            tables.vignette_rows(measure_vignettes(responses, instrument)) if agreement else ()
        ),
        without_flagged=(
            measure_without_flagged(responses, asked, sample, draw, checks, shown, interval)
            if for_office
            else ()
        ),
        node_means=means,
        node_mean_intervals=record.node_mean_intervals(compared, interval, sample.tree),
        driver_reference=drivers.reference if drivers else "",
        difference_pairs=tables.pairs(sample.regions, ranks[instrument.root.code]),
        rank_probabilities=tables.rank_probability_rows(sample.regions, ranks),
        pairs=tables.pair_rows(sample.regions, ranks[instrument.root.code]),
        groups=tables.group_rows(sample.regions, ranks[instrument.root.code]),
        shrinkage=_shrink(compared, interval, sample, instrument),
        meeting_effect=tables.meeting_rows(sample, meeting_effect(sample, point, interval), shown),
        record={
            **record.run_record("measure", instrument, categories, means),
            "seed": seed,
            "for_office": for_office,
            "checked": check,
            "replicates": replicates,
            "replicates_with_gaps": drawn.with_gaps,
            "replicates_refused": drawn.refused,
            "finite_population": sorted(invited) if invited else None,
            "answers_fingerprint": fingerprint_answers(responses, asked),
            **record.beside_answers(facts, waiting, composition),
            "counts": record.counts(responses, sample.groups, shown, compared, sample.tree),
            "driver_reference": drivers.reference if drivers else None,
            "notes": [
                *record.notes(responses, instrument, categories, too_wide(sample.tree)),
                *record.waiting_notes(waiting),
                *record.composition_notes(
                    composition,
                    responses.regions,
                    lacks_elements=record.lacks_elements(responses, instrument),
                ),
            ],
        },
    )


def measure_without_flagged(
    responses: Responses,
    instrument: Instrument,
    everyone: Sample,
    draw: Callable[[Responses], tuple[Sample, Instrument, tuple[str, ...]]],
    checks: tuple[Check, ...],
    shown: Floats,
    interval: Intervals,
) -> tuple[WithoutRow, ...]:
    """The index of each flagged region again, without the answers that raised its flags.

    Of people who repeat each other the first stays. Only the index is told, no node below it:
    several differences together could be solved for what the answers set aside have in common.
    everyone: the sample of all answers. draw: makes the same of some of them.
    shown: (n_regions, places) scores that are shown, NaN = withheld; regions sorted.
    """
    aside = set_aside(checks, len(responses))
    judged = [check for check in checks if check.set_aside.any()]
    if not judged:
        return ()
    root, node = everyone.tree.root, everyone.tree.nodes[0]
    kept = draw(_only(responses, ~aside))[0]
    again = estimate(kept)
    before = estimate(everyone)
    rows = []
    for check in judged:
        r = everyone.regions.index(check.region)
        mine = check.rows[check.set_aside]
        score = tables.optional(shown[r, root])
        used, stays = before.n_used[r, root], again.n_used[r, root]
        if min(used - stays, stays, len(mine)) < MINIMUM_RESPONSES or score is None:
            row = WithoutRow(check.region, node, score, None, None, None, None, ("too_few",))
            rows.append(row)
            continue
        without = float(again.values[r, root])
        half = (interval.upper[r, root] - interval.lower[r, root]) / 2.0
        difference = without - score
        matters = None if np.isnan(half) else bool(abs(difference) > half)
        aside_differ = _differ(everyone.table, responses.choice[mine][:, index_columns(instrument)])
        if not aside_differ or not again.varies[r, root]:
            row = WithoutRow(
                check.region, node, score, None, None, len(mine), matters, ("unanimous",)
            )
        else:
            row = WithoutRow(check.region, node, score, without, difference, len(mine), matters)
        rows.append(row)
    return tuple(rows)


def _draw(
    responses: Responses,
    instrument: Instrument,
    facts: GivenScores | None,
    composition: Composition,
) -> tuple[Sample, Instrument, tuple[str, ...]]:
    """The sample with its facts, the instrument with an item for each, and the regions whose
    facts wait for answers."""
    if facts is None:
        return draw_sample(responses, instrument, composition), instrument, ()
    answered, widened = with_facts(responses, instrument, facts)
    sample, waiting = enter_facts(draw_sample(answered, widened, composition), facts)
    return sample, widened, waiting


def _only(responses: Responses, rows: Flags) -> Responses:
    return replace(
        responses,
        region=responses.region[rows],
        stratum=responses.stratum[rows],
        choice=responses.choice[rows],
        meeting=None if responses.meeting is None else responses.meeting[rows],
    )


def _differ(table: Floats, choice: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> bool:
    """Whether two of these people gave different scored answers to any item."""
    return bool(differs(table[np.arange(choice.shape[1]), choice]).any())


@dataclass(frozen=True)
class _Observed:
    """One round measured, up to what may be compared. shown, compared: (n_regions, places), NaN =
    not shown, or of a region without enough data."""

    sample: Sample
    point: Estimate
    drawn: Replicates
    interval: Intervals
    withheld: Withheld
    shown: Floats
    reasons: list[tuple[str, ...]]
    compared: Floats

    @property
    def parts(self) -> tuple[Sample, Estimate, Replicates, Intervals]:
        return self.sample, self.point, self.drawn, self.interval


def _observe(
    sample: Sample,
    instrument: Instrument,
    rule: CategoryRule | None,
    seed: int,
    replicates: int,
    *,
    for_office: bool,
    sampled: Floats | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> _Observed:
    """From a sample to scores with their error, and what of them may be shown and compared."""
    point = estimate(sample)
    drawn = replicate(sample, seed=seed, replicates=replicates, sampled=sampled, progress=progress)
    interval = intervals(sample, point, sampled=sampled)

    withheld = withhold(point, sample.tree, for_office=for_office)
    shown = np.where(withheld.any, np.nan, point.values)
    reasons = _reasons(rule, point, sample, instrument)
    compared = np.where([[bool(against)] for against in reasons], np.nan, shown)
    return _Observed(sample, point, drawn, interval, withheld, shown, reasons, compared)


def change(
    before: Responses,
    after: Responses,
    instrument: Instrument,
    *,
    seed: int,
    replicates: int = 1000,
    earlier_instrument: Instrument | None = None,
    anchors: bool = False,
    rule: str | None = None,
    for_office: bool = False,
    minimum_effect: float = 0.0,
) -> ChangeTables:
    """What changed between two rounds: per region and node, with interval and test.

    Only regions whose data are enough in both rounds are compared, at nodes that both rounds may
    show. Every number is made of numbers that either round shows by itself, so a change tells no
    cell that is withheld.

    earlier_instrument: the version the earlier round was asked with; None: the same.
    anchors: compare the anchor items of the two versions alone. minimum_effect: points below which
    a change does not count as real.
    Raises QualityError: see `measure`; versions that differ without `anchors`, or share none.
    """
    require_minimum_effect(minimum_effect)
    earlier = earlier_instrument or instrument
    left_out: tuple[str, ...] = ()
    if anchors:
        require_elements(before, instrument)
        common = keep_anchors(before, earlier, after, instrument)
        before, after, instrument = common.before, common.after, common.instrument
        left_out = common.left_out
    else:
        require_comparable(before, earlier, after, instrument)
    chosen = choose_rule(instrument, rule)
    for answers in (before, after):
        require_responses(answers)
    require_replicates(replicates)
    rounds = tuple(
        _observe(
            draw_sample(answers, instrument),
            instrument,
            chosen,
            seed,
            replicates,
            for_office=for_office,
        )
        for answers in (before, after)
    )
    old, new = rounds
    tree, root = new.sample.tree, new.sample.tree.root
    regions = tuple(sorted({*old.sample.regions, *new.sample.regions}))
    places = [_places_of(observed.sample.regions, regions) for observed in rounds]
    scores = [_spread(o.compared, p) for o, p in zip(rounds, places, strict=True)]
    compared = ~np.isnan(scores[0][:, root]) & ~np.isnan(scores[1][:, root])
    for values in scores:
        values[~compared] = np.nan
    changes = compare_rounds(
        scores[0][:, root:],
        scores[1][:, root:],
        _both(rounds, places, lambda o: o.interval.standard_error[:, root:]),
        _both(rounds, places, lambda o: o.interval.df[:, root:]),
        minimum_effect=minimum_effect,
    )
    drivers = _explain_change(rounds, places, compared, changes, tree, instrument)
    told = tuple(region for region, is_told in zip(regions, compared, strict=True) if is_told)
    return ChangeTables(
        changes=tables.change_rows(
            regions,
            tuple((node.code, node.level) for node in instrument.nodes),
            scores[0][:, root:],
            scores[1][:, root:],
            compared,
            changes,
        ),
        drivers=tables.driver_rows(told, tree.items, drivers),
        driver_sums=tables.driver_sums(told, drivers),
        record={
            **record.change_record(instrument, earlier, changes, compared),
            "seed": seed,
            "for_office": for_office,
            "replicates": replicates,
            "anchors": [item.code for item in instrument.index_items] if anchors else None,
            "answers_fingerprints": [
                fingerprint_answers(answers, instrument) for answers in (before, after)
            ],
            "notes": record.change_notes(instrument, anchors, left_out, drivers is None, compared),
        },
    )


def change_given(
    before: GivenScores,
    after: GivenScores,
    instrument: Instrument,
) -> ChangeTables:
    """Differences between scores that were given twice. Nobody knows their error: there is neither
    an interval nor a test, and no change is called real."""
    tree = build_tree(instrument)
    regions = tuple(sorted({*before.regions, *after.regions}))
    old, new = (
        _spread(climb_given(given, tree)[1], _places_of(tuple(sorted(given.regions)), regions))
        for given in (before, after)
    )
    compared = ~np.isnan(old[:, 0]) & ~np.isnan(new[:, 0])
    unknown = np.full_like(old, np.nan)
    changes = compare_rounds(old, new, (unknown, unknown), (unknown, unknown))
    return ChangeTables(
        changes=tables.change_rows(
            regions,
            tuple((node.code, node.level) for node in instrument.nodes),
            old,
            new,
            compared,
            changes,
        ),
        drivers=(),
        driver_sums=(),
        record={
            **record.change_record(instrument, instrument, changes, compared),
            "scores_fingerprints": [fingerprint_scores(given) for given in (before, after)],
            "notes": [
                "The scores were given and nobody knows their error: differences have no "
                "interval, and none is called real."
            ],
        },
    )


def require_minimum_effect(points: float) -> None:
    if not 0.0 <= points < 100.0:
        raise QualityError(
            f"The minimum effect {points:g} is no number of points from 0 to below 100. Name the "
            "smallest change that matters, for example 2.",
            code="minimum_effect",
            points=points,
        )


def _places_of(found: tuple[str, ...], regions: tuple[str, ...]) -> list[int]:
    """Where each region of a round stands among those of both."""
    place = {region: i for i, region in enumerate(regions)}
    return [place[region] for region in found] + [len(regions)]


def _spread(values: Floats, places: list[int]) -> Floats:
    """Rows of one round as rows of both; NaN for regions it does not have."""
    full = np.full((places[-1], *values.shape[1:]), np.nan)
    full[places[:-1]] = values
    return full


def _both(
    rounds: tuple[_Observed, ...], places: list[list[int]], what: Callable[[_Observed], Floats]
) -> tuple[Floats, Floats]:
    old, new = (_spread(what(o), p) for o, p in zip(rounds, places, strict=True))
    return old, new


def _explain_change(
    rounds: tuple[_Observed, ...],
    places: list[list[int]],
    compared: Flags,
    changes: Changes,
    tree: Tree,
    instrument: Instrument,
) -> Drivers | None:
    """Drivers of the change of the regions compared; None where Shapley shares are out of reach,
    or nobody is compared."""
    if not can_explain(tree) or not compared.any():
        return None
    before, after = _both(rounds, places, lambda o: o.point.values)
    unseen = _both(
        rounds,
        places,
        lambda o: untold_drivers(o.withheld.any, o.point.values, tree).astype(float),
    )
    covariance = _both(rounds, places, lambda o: o.drawn.driver_covariance)
    index = changes.difference[compared, 0]
    half = changes.upper[compared, 0] - index
    error = np.sqrt(sum(x[compared, tree.root] ** 2 for x in _errors(rounds, places)))
    return explain_change(
        before[compared],
        after[compared],
        tree,
        (covariance[0] + covariance[1])[compared],
        np.divide(half, error, out=np.full_like(half, np.nan), where=error > 0),
        (unseen[0] + unseen[1])[compared] > 0,
        concern=1 if instrument.polarity is Polarity.MORE_VULNERABLE else -1,
    )


def _errors(rounds: tuple[_Observed, ...], places: list[list[int]]) -> tuple[Floats, Floats]:
    return _both(rounds, places, lambda o: o.interval.standard_error)


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
            regions,
            categories,
            root,
            tables.root_flags(scores, instrument, False),
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


def vary(
    responses: Responses,
    instrument: Instrument,
    plan: Plan,
    *,
    seed: int,
    replicates: int = 100,
    draws: int = 100,
    for_office: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Crossed:
    """Survey replicates crossed with draws of the method: which of the two makes a score unsure?

    plan: of `parse_answers_plan`. What `measure` would not show, or compares with nobody, is
    missing here and takes no place in ranks.
    Raises QualityError without responses.
    """
    from waspada.instrument.instrument_framework import framework_from_instrument
    from waspada.uncertainty.sensitivity.crossed import cross, without

    require_responses(responses)
    sample = draw_sample(responses, instrument)
    point = estimate(sample)
    same = tuple(replace(stratum, weight=1.0) for stratum in instrument.strata)
    crossed = cross(
        sample,
        draw_sample(responses, replace(instrument, strata=same)),
        framework_from_instrument(instrument),
        plan,
        seed=seed,
        replicates=replicates,
        draws=draws,
        progress=progress,
    )
    withheld = withhold(point, sample.tree, for_office=for_office).any
    alone = [bool(r) for r in _reasons(choose_rule(instrument, None), point, sample, instrument)]
    hidden = {n: withheld[:, sample.tree.place[n]] | np.array(alone) for n in plan.nodes}
    return without(crossed, hidden)


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


def _shrink(
    compared: Floats, interval: Intervals, sample: Sample, instrument: Instrument
) -> tuple[ShrinkageRow, ...]:
    """Shrunken scores of the nodes that are ranked."""
    nodes = ranked_nodes(instrument)
    places = [sample.tree.place[node] for node in nodes]
    t = t_quantile(interval.df[:, places], LEVEL)
    scores: dict[str, Floats] = {}
    shrunken: dict[str, Shrunken | None] = {}
    for column, (node, place) in enumerate(zip(nodes, places, strict=True)):
        scores[node] = compared[:, place]
        shrunken[node] = shrink(scores[node], interval.standard_error[:, place], t[:, column])
    return tables.shrinkage_rows(sample.regions, scores, shrunken)


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
        untold_drivers(hidden, point.values, tree),
        ~np.isnan(compared[:, tree.root]),
        concern=1 if instrument.polarity is Polarity.MORE_VULNERABLE else -1,
    )
