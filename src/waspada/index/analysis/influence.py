"""What counts how much: effective weights, and the index without an indicator, group or source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.analysis.correlation import Kind, correlate
from waspada.index.analysis.table import cell, ranks, row_names
from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import level_of
from waspada.index.model import Floats
from waspada.instrument.framework import Framework


def effective_weights(framework: Framework, weights: Mapping[str, float]) -> dict[str, float]:
    """Weight of every indicator and node in the index.

        e_index = 1,  e_i = e_parent w_i / sum of the weights of i and its siblings

    In an arithmetic index without missing values, one point more in i moves the index by e_i
    points. The effective weights of a level sum to 1 where no branch ends early.
    """
    found = {framework.index.code: 1.0}
    for node in reversed(framework.aggregates):
        children = framework.children(node.code)
        total = sum(weights[child] for child in children)
        for child in children:
            share = weights[child] / total if total > 0 else 0.0
            found[child] = found.get(node.code, 0.0) * share
    return found


def effective_weights_table(framework: Framework, weights: Mapping[str, float]) -> Detail:
    """One row per indicator and node: its level, weight among siblings, weight in the index."""
    found = effective_weights(framework, weights)
    rows = tuple(
        (entry.code, level_of(framework, entry.code), float(weights[entry.code]), found[entry.code])
        for entry in framework.entries
    )
    return Detail("effective_weights", ("code", "level", "weight", "effective_weight"), rows)


# Leaving out -------------------------------------------------------------------------------------


def weights_without(
    framework: Framework, weights: Mapping[str, float], left_out: Sequence[str]
) -> dict[str, float]:
    """Weights with those of some codes 0; a node left without a child that counts is 0 as well.

    Raises Cannot where nothing would be left.
    """
    changed = {**weights, **dict.fromkeys(left_out, 0.0)}
    for node in framework.aggregates:
        children = framework.children(node.code)
        if children and not any(changed[child] > 0 for child in children):
            if node.parent is None:
                raise Cannot(
                    "Without it nothing would be left.", "An index needs one indicator that counts."
                )
            changed[node.code] = 0.0
    return changed


def arithmetic_without(
    framework: Framework,
    table: IndicatorTable,
    weights: Sequence[Mapping[str, float]],
    *,
    node: str | None = None,
) -> Floats:
    """Scores of a node (the index unless said) under several sets of weights at once.

        y_s = sum_i w_si x_i / sum_i w_si over the children with a value

    For a tree of weighted arithmetic means over what is there: the table is fixed, only weights
    change, so every node is two sums over its children for all sets together.
    weights: one mapping of all codes per set. Returns (n_rows, n_sets), NaN where no child counts.
    """
    wanted = node or framework.index.code
    columns: dict[str, Floats] = {
        code: table.values[:, [k]] for k, code in enumerate(table.indicators)
    }
    there: dict[str, Floats] = {}
    for code, column in columns.items():
        there[code] = (~np.isnan(column)).astype(float)
        columns[code] = np.where(there[code] > 0, column, 0.0)
    shape = (len(table), len(weights))
    for aggregate in framework.aggregates:
        total, carried = np.zeros(shape), np.zeros(shape)
        for child in framework.children(aggregate.code):
            w = np.array([one[child] for one in weights])
            total += columns[child] * w
            carried += there[child] * w
        has = carried > 0
        columns[aggregate.code] = np.divide(total, carried, out=np.zeros(shape), where=has)
        there[aggregate.code] = has.astype(float)
        if aggregate.code == wanted:
            return np.where(has, columns[wanted], np.nan)
    raise ValueError(f"the framework has no node {wanted}")


@dataclass(frozen=True)
class LeftOut:
    """Scores without something. names: what was left out. baseline: (n_rows,) scores with
    everything. scores: (n_rows, n_names). problems: name -> why it could not be left out; its
    scores are NaN."""

    names: tuple[str, ...]
    baseline: Floats
    scores: Floats
    problems: Mapping[str, str]

    @property
    def rank_changes(self) -> Floats:
        """(n_rows, n_names) rank with everything less rank without; above 0 = the unit gains."""
        return ranks(self.baseline[:, None]) - ranks(self.scores)


def leave_out(
    framework: Framework,
    weights: Mapping[str, float],
    sets: Mapping[str, Sequence[str]],
    scores_with: Callable[[Sequence[Mapping[str, float]]], Floats],
) -> LeftOut:
    """Scores of the index without each of several sets of indicators or nodes.

    sets: name -> codes that get weight 0 together. scores_with: sets of weights -> scores of the
    index (n_rows, n_sets); `arithmetic_without` in closed form, or a re-run of the aggregation.
    """
    possible: dict[str, Mapping[str, float]] = {}
    problems: dict[str, str] = {}
    for name, codes in sets.items():
        try:
            possible[name] = weights_without(framework, weights, codes)
        except Cannot as fault:
            problems[name] = fault.problem
    found = scores_with([weights, *possible.values()])
    place = {name: k + 1 for k, name in enumerate(possible)}
    scores = np.full((len(found), len(sets)), np.nan)
    for k, name in enumerate(sets):
        if name in place:
            scores[:, k] = found[:, place[name]]
    return LeftOut(tuple(sets), found[:, 0], scores, problems)


def each_alone(framework: Framework, levels: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Sets for leaving out every member of some levels, one at a time."""
    return {code: (code,) for level in levels for code in framework.members(level)}


def leave_out_tables(
    table: IndicatorTable, left_out: LeftOut, *, name: str = "leave_one_out"
) -> tuple[Detail, Detail, Detail]:
    """Tables of scores, of ranks, and a summary with one row per thing left out.

        mean_rank_change = mean over units of |rank with everything - rank without|

    A unit without a score in one of the two is left out of that mean and counted.
    """
    head, rows = row_names(table)
    header = (*head, "baseline", *left_out.names)
    all_scores = np.column_stack([left_out.baseline, left_out.scores])
    all_ranks = ranks(all_scores)
    scores = Detail(
        f"{name}_scores",
        header,
        tuple((*row, *map(cell, line)) for row, line in zip(rows, all_scores, strict=True)),
    )
    places = Detail(
        f"{name}_ranks",
        header,
        tuple(
            (*row, *(None if np.isnan(r) else int(r) for r in line))
            for row, line in zip(rows, all_ranks, strict=True)
        ),
    )
    summary = Detail(
        name,
        (
            "left_out", "mean_rank_change", "largest_rank_change", "mean_score_change",
            "rank_correlation", "n_compared", "problem",
        ),
        tuple(_summary(left_out, k) for k in range(len(left_out.names))),
    )  # fmt: skip
    return summary, scores, places


def _summary(left_out: LeftOut, k: int) -> tuple[object, ...]:
    name = left_out.names[k]
    if name in left_out.problems:
        return (name, None, None, None, None, 0, left_out.problems[name])
    moved = np.abs(left_out.rank_changes[:, k])
    both = ~np.isnan(moved)
    if not both.any():
        return (name, None, None, None, None, 0, "No unit has a score without it.")
    change = np.abs(left_out.scores[both, k] - left_out.baseline[both])
    kept = correlate(left_out.baseline[:, None], left_out.scores[:, [k]], kind=Kind.SPEARMAN)
    return (
        name, float(moved[both].mean()), int(moved[both].max()), float(change.mean()),
        cell(float(kept.r[0, 0])), int(both.sum()), "",
    )  # fmt: skip
