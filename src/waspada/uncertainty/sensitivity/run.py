"""All draws of a plan: parameters, scores, and what failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from waspada.errors import StepError
from waspada.index.model import Counts, Floats
from waspada.uncertainty.sensitivity.chain import Chain, Prepared
from waspada.uncertainty.sensitivity.chance import uniform
from waspada.uncertainty.sensitivity.climb import score_draws
from waspada.uncertainty.sensitivity.model import (
    DirichletWeights,
    Draws,
    Failure,
    NoisyWeights,
    Outcome,
    Plan,
)
from waspada.uncertainty.sensitivity.weights import move_weights, weight_codes

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Points:
    """Where in the space of inputs the draws lie, before any of it is looked up in the data.

    number: (n,). chosen: (n, n_discrete). noise: input -> (n, width) in (0, 1).
    keys: input -> (n,) number that keys the Dirichlet draw.
    """

    number: Counts
    chosen: Counts
    noise: Mapping[str, Floats] = field(default_factory=dict)
    keys: Mapping[str, Counts] = field(default_factory=dict)


def draw_points(plan: Plan, *, seed: int, first: int, last: int) -> Points:
    """Draws first..last-1; each is the same however many others are drawn with it."""
    number = np.arange(first, last)
    chosen = np.zeros((len(number), len(plan.discrete)), dtype=np.int64)
    for column, one in enumerate(plan.discrete):
        u = uniform(seed, one.name, number, 1)[:, 0]
        chosen[:, column] = pick(u, one.probabilities)
    noise, keys = {}, {}
    for moved in plan.continuous:
        match moved:
            case NoisyWeights():
                noise[moved.name] = uniform(seed, moved.name, number, len(moved.share))
            case DirichletWeights():
                keys[moved.name] = number
    return Points(number + 1, chosen, noise, keys)


def pick(u: Floats, probabilities: Sequence[float]) -> Counts:
    """Places among alternatives for u in (0, 1)."""
    limits = np.cumsum(probabilities)[:-1]
    return np.searchsorted(limits, u, side="right").astype(np.int64)


def run_plan(
    chain: Chain, plan: Plan, *, seed: int, draws: int, progress: Progress | None = None
) -> Outcome:
    """The method as it stands, and `draws` draws of the plan."""
    return run_points(
        chain, plan, draw_points(plan, seed=seed, first=0, last=draws), seed=seed, progress=progress
    )


def run_draw(chain: Chain, plan: Plan, number: int, *, seed: int) -> Outcome:
    """One draw (1 is the first) alone; equal to what it is among all others."""
    points = draw_points(plan, seed=seed, first=number - 1, last=number)
    return run_points(chain, plan, points, seed=seed)


def run_points(
    chain: Chain, plan: Plan, points: Points, *, seed: int, progress: Progress | None = None
) -> Outcome:
    """Scores at given points. Raises StepError where the method itself, unvaried, fails."""

    def weights_of(base: Floats, rows: Counts) -> Floats:
        return move_weights(
            base,
            chain.framework,
            plan,
            points.chosen[rows],
            {name: noise[rows] for name, noise in points.noise.items()},
            {name: keys[rows] for name, keys in points.keys.items()},
            seed=seed,
        )

    return _run(chain, plan, points.number, points.chosen, weights_of, progress)


def run_parameters(chain: Chain, plan: Plan, given: Draws) -> Outcome:
    """Draws whose parameters are known already, as `draws.csv` holds them.

    given.weights: (n, n_codes) as used; NaN where a draw's own weights are not given: those of
    the method are taken.
    """
    known = {code: column for column, code in enumerate(given.weight_codes)}

    def weights_of(base: Floats, rows: Counts) -> Floats:
        weights = base.copy()
        for column, code in enumerate(weight_codes(chain.framework)):
            if code in known:
                own = given.weights[rows, known[code]]
                weights[:, column] = np.where(np.isnan(own), weights[:, column], own)
        return weights

    return _run(chain, plan, given.number, given.chosen, weights_of, None)


WeightsOf = Callable[[Floats, Counts], Floats]


def _run(
    chain: Chain,
    plan: Plan,
    number: Counts,
    chosen: Counts,
    weights_of: WeightsOf,
    progress: Progress | None,
) -> Outcome:
    codes = weight_codes(chain.framework)
    weights = np.full((len(number), len(codes)), np.nan)
    scores = {node: np.full((len(chain.table), len(number)), np.nan) for node in plan.nodes}
    failures: list[Failure] = []
    groups = _groups(chosen)
    for done, (alternatives, rows) in enumerate(groups):
        try:
            prepared = chain.prepare(list(zip(plan.discrete, alternatives, strict=True)))
        except StepError as error:
            failures += [_failure(int(number[row]), error) for row in rows]
            continue
        base = np.array([[prepared.weights[code] for code in codes]]).repeat(len(rows), axis=0)
        weights[rows] = weights_of(base, rows)
        failures += _score(chain, prepared, plan, weights[rows], rows, number, scores)
        if progress is not None:
            progress(done + 1, len(groups))
    failures += _without_score(plan, scores, failures, number)
    return Outcome(
        plan=plan,
        units=chain.table.units,
        times=chain.table.times,
        nodes=plan.nodes,
        nominal=nominal_scores(chain, plan),
        draws=Draws(number, chosen, codes, weights),
        scores=scores,
        failures=tuple(sorted(failures, key=lambda failure: failure.draw)),
    )


def _groups(chosen: Counts) -> list[tuple[tuple[int, ...], Counts]]:
    """Distinct combinations of alternatives, and the draws that hold each."""
    if not chosen.shape[1]:
        return [((), np.arange(len(chosen)))] if len(chosen) else []
    distinct, back = np.unique(chosen, axis=0, return_inverse=True)
    order = np.argsort(back.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(back.reshape(-1)))
    rows = np.split(order, ends[:-1])
    return [(tuple(d.tolist()), np.sort(r)) for d, r in zip(distinct, rows, strict=True)]


def _score(
    chain: Chain,
    prepared: Prepared,
    plan: Plan,
    weights: Floats,
    rows: Counts,
    number: Counts,
    scores: Mapping[str, Floats],
) -> list[Failure]:
    assert prepared.aggregate is not None
    entries = _with_index(weights, chain)
    found, refusals = score_draws(
        prepared.table, chain.framework, prepared.aggregate, entries, plan.nodes
    )
    for node, values in zip(plan.nodes, found, strict=True):
        if len(prepared.rows) == len(chain.table) and len(rows) == scores[node].shape[1]:
            scores[node][:] = values
        else:
            scores[node][np.ix_(prepared.rows, rows)] = values
    return [_failure(int(number[rows[row]]), r.error) for r in refusals for row in r.rows]


def _with_index(weights: Floats, chain: Chain) -> Floats:
    """Columns as in `framework.entries`; the index's own weight matters to nobody."""
    codes = weight_codes(chain.framework)
    entries = [entry.code for entry in chain.framework.entries]
    full = np.ones((len(weights), len(entries)))
    full[:, [entries.index(code) for code in codes]] = weights
    return full


def _failure(draw: int, error: StepError) -> Failure:
    facts = error.facts
    return Failure(draw, facts["step"], facts["units"], facts["indicators"], error.message)


def _without_score(
    plan: Plan, scores: Mapping[str, Floats], failures: Sequence[Failure], number: Counts
) -> list[Failure]:
    """Draws in which no unit has a score although no step refused."""
    known = {failure.draw for failure in failures}
    empty = np.ones(len(number), dtype=bool)
    for node in plan.nodes:
        empty &= np.isnan(scores[node]).all(axis=0)
    reason = "No unit has a score: too little is left below every node."
    return [
        Failure(int(draw), "aggregate", (), (), reason)
        for draw in number[empty].tolist()
        if draw not in known
    ]


def nominal_scores(chain: Chain, plan: Plan) -> Floats:
    """(n_rows, n_nodes) of the method as it stands; StepError where it fails."""
    prepared = chain.prepare([])
    codes = weight_codes(chain.framework)
    weights = np.array([[prepared.weights[code] for code in codes]])
    scores = np.full((len(chain.table), len(plan.nodes)), np.nan)
    assert prepared.aggregate is not None
    found, refusals = score_draws(
        prepared.table, chain.framework, prepared.aggregate, _with_index(weights, chain), plan.nodes
    )
    for refusal in refusals:
        raise refusal.error
    scores[prepared.rows] = found[:, :, 0].T
    return scores
