"""Tables of an analysis: header and rows, as they are written and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from waspada.index.model import Floats
from waspada.uncertainty.sensitivity.change import (
    Change,
    changes,
    imputation_of_draws,
    rubin_interval,
    rubin_of,
)
from waspada.uncertainty.sensitivity.crossed import Crossed
from waspada.uncertainty.sensitivity.design import Sensitivity
from waspada.uncertainty.sensitivity.model import Outcome
from waspada.uncertainty.sensitivity.sobol import Indices
from waspada.uncertainty.sensitivity.statistics import (
    FIRST,
    LEVELS,
    Ranks,
    Spread,
    count_ranks,
    rank_within_times,
    share_above,
    share_within,
    spread_of_ranks,
    spread_of_scores,
)

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A table to be written. name: of the file, without ending."""

    name: str
    header: tuple[str, ...]
    rows: list[list[Cell]]


def tables_of(outcome: Outcome, *, each_draw: bool, pairs: bool) -> list[Table]:
    """statistics, rank_within, failed, of a panel change; where wished scores and ranks of each
    draw, and pairs."""
    ranks = {n: rank_within_times(outcome.scores[n], outcome.times) for n in outcome.nodes}
    found = [statistics_table(outcome, ranks), within_table(outcome, ranks), failed_table(outcome)]
    rubin = imputation_table(outcome)
    found += [table for table in (rubin, change_table(outcome)) if table is not None]
    if each_draw:
        found += [_each_draw(outcome, "scores", outcome.scores.__getitem__, outcome.nominal)]
        found += [_each_draw(outcome, "ranks", ranks.__getitem__, nominal_ranks(outcome))]
    if pairs and not _is_panel(outcome):
        found += [above_table(outcome), acceptability_table(outcome, ranks)]
    return found


def _is_panel(outcome: Outcome) -> bool:
    return outcome.times is not None and len(set(outcome.times)) > 1


def place_of_rows(outcome: Outcome, node: str) -> Iterator[list[Cell]]:
    """Node, unit and time of every row: the first cells of most tables."""
    times: Sequence[Cell] = outcome.times or (None,) * len(outcome.units)
    for unit, time in zip(outcome.units, times, strict=True):
        yield [node, unit, time]


PLACE = ("iCode", "uCode", "Time")
"""As in the tables of `waspada index`, so that they join."""


def nominal_ranks(outcome: Outcome) -> Ranks:
    """(n_rows, n_nodes), 0 without a score."""
    return rank_within_times(outcome.nominal, outcome.times)


def statistics_table(outcome: Outcome, ranks: dict[str, Ranks]) -> Table:
    """Scores and ranks per unit, over the draws in which it has a score."""
    quantiles = tuple(f"q{round(100 * level):02d}" for level in LEVELS if level != 0.5)
    header = (*PLACE, "quantity", "nominal", "draws", "mean", "median", "sd", *quantiles)
    rows: list[list[Cell]] = []
    for column, node in enumerate(outcome.nodes):
        base = nominal_ranks(outcome)[:, column].astype(float)
        base[base == 0] = np.nan
        for quantity, nominal, spread in (
            ("score", outcome.nominal[:, column], spread_of_scores(outcome.scores[node])),
            ("rank", base, spread_of_ranks(count_ranks(ranks[node]))),
        ):
            rows += _spread_rows(outcome, node, quantity, nominal, spread)
    return Table("statistics", header, rows)


def _spread_rows(
    outcome: Outcome, node: str, quantity: str, nominal: Floats, spread: Spread
) -> Iterator[list[Cell]]:
    middle = LEVELS.index(0.5)
    for row, place in enumerate(place_of_rows(outcome, node)):
        around = np.delete(spread.quantiles[row], middle).tolist()
        numbers = [spread.mean[row], spread.quantiles[row, middle], spread.sd[row], *around]
        base = _number(nominal[row])
        yield [*place, quantity, base, int(spread.n[row]), *map(_number, numbers)]


def _number(value: float) -> Cell:
    return None if value != value else float(value)


def within_table(outcome: Outcome, ranks: dict[str, Ranks]) -> Table:
    """Share of draws in which a unit is among the first k."""
    rows: list[list[Cell]] = []
    for node in outcome.nodes:
        counts = count_ranks(ranks[node])
        share = share_within(counts)
        for row, place in enumerate(place_of_rows(outcome, node)):
            rows.append([*place, int(counts[row].sum()), *map(_number, share[row])])
    return Table("rank_within", (*PLACE, "draws", *(f"within_{k}" for k in FIRST)), rows)


def failed_table(outcome: Outcome) -> Table:
    """Every draw without scores, with step, units, indicators and reason."""
    rows: list[list[Cell]] = [
        [f.draw, f.step, ";".join(f.units), ";".join(f.indicators), f.reason]
        for f in outcome.failures
    ]
    return Table("failed", ("draw", "step", "units", "indicators", "reason"), rows)


def _each_draw(
    outcome: Outcome,
    name: str,
    values_of: Callable[[str], Floats | Ranks],
    nominal: Floats | Ranks,
) -> Table:
    header = (*PLACE, "nominal", *map(str, outcome.draws.number.tolist()))
    rows: list[list[Cell]] = []
    for column, node in enumerate(outcome.nodes):
        values = values_of(node)
        none = None if values.dtype.kind == "f" else 0
        for row, place in enumerate(place_of_rows(outcome, node)):
            cells = [nominal[row, column].item(), *values[row].tolist()]
            rows.append([*place, *(None if c != c or c == none else c for c in cells)])
    return Table(name, header, rows)


def above_table(outcome: Outcome) -> Table:
    """Share of draws in which the unit of the row scores higher than that of the column."""
    node = outcome.nodes[0]
    share = share_above(outcome.scores[node])
    rows: list[list[Cell]] = [
        [unit, *map(_number, share[row])] for row, unit in enumerate(outcome.units)
    ]
    return Table("above", ("uCode", *outcome.units), rows)


def acceptability_table(outcome: Outcome, ranks: dict[str, Ranks]) -> Table:
    """Share of draws in which a unit has each rank."""
    counts = count_ranks(ranks[outcome.nodes[0]])
    with np.errstate(invalid="ignore"):
        share = counts / counts.sum(axis=1, keepdims=True)
    rows: list[list[Cell]] = [
        [unit, *map(_number, share[row])] for row, unit in enumerate(outcome.units)
    ]
    places = (str(k) for k in range(1, len(outcome.units) + 1))
    return Table("rank_acceptability", ("uCode", *places), rows)


def imputation_table(outcome: Outcome) -> Table | None:
    """Rubin's total variance of each score, where values were imputed by drawing.

    within: variance between method draws that share an imputation; between: variance of the
    means of imputations; total = within + (1 + 1/m) between.
    """
    chosen = imputation_of_draws(outcome)
    if chosen is None:
        return None
    rows: list[list[Cell]] = []
    for node in outcome.nodes:
        for row, place in enumerate(place_of_rows(outcome, node)):
            own = outcome.scores[node][row]
            tables = len(np.unique(chosen[~np.isnan(own)]))
            rows.append([*place, tables, *_rubin_cells(rubin_of(own, chosen))])
    return Table("imputation", (*PLACE, *RUBIN), rows)


RUBIN = ("imputations", "estimate", "within_sd", "between_sd", "total_sd", "df")


def _rubin_cells(rubin: Floats) -> list[Cell]:
    """As `rubin_of` gives them; no degrees of freedom where they are infinite."""
    return [None if np.isnan(cell) or np.isinf(cell) else float(cell) for cell in rubin]


def change_table(outcome: Outcome) -> Table | None:
    """Change of every unit between two times of a panel, with its interval over the draws."""
    if not _is_panel(outcome):
        return None
    header: tuple[str, ...] = (
        *("iCode", "uCode", "t_first", "t_latest", "nominal", "draws"),
        *("mean", "median", "sd", "lower", "upper", "rises", "falls"),
    )
    rubin = ("estimate", "within_sd", "between_sd", "total_sd", "df", "total_lower", "total_upper")
    rows: list[list[Cell]] = []
    for change in changes(outcome):
        rows += _change_rows(change)
    if imputation_of_draws(outcome) is not None:
        header = (*header, *rubin)
    return Table("change", header, rows)


def _change_rows(change: Change) -> Iterator[list[Cell]]:
    lower, median, upper = change.spread.quantiles.T
    columns = (change.spread.mean, median, change.spread.sd, lower, upper)
    interval = None if change.rubin is None else rubin_interval(change.rubin)
    for row, unit in enumerate(change.units):
        cells: list[Cell] = [change.node, unit, change.earlier, change.later]
        cells += [_number(change.nominal[row]), int(change.spread.n[row])]
        cells += [_number(column[row]) for column in (*columns, change.rises, change.falls)]
        if change.rubin is not None and interval is not None:
            cells += [*_rubin_cells(change.rubin[row]), *map(_number, interval[row])]
        yield cells


def sobol_table(found: Sequence[Sensitivity], outcome: Outcome) -> Table:
    """First-order and total indices with 95 % intervals; "" for what never moves."""
    header = (
        *(*PLACE, "quantity", "input", "first", "first_lower", "first_upper"),
        *("total", "total_lower", "total_upper", "variance", "rows"),
    )
    rows: list[list[Cell]] = []
    for one in found:
        places = list(place_of_rows(outcome, one.node))
        for quantity, indices in (("score", one.score), ("rank", one.rank)):
            for output, place in enumerate(places):
                rows += _index_rows([*place, quantity], one.inputs, indices, output)
        everywhere: list[Cell] = [one.node, None, None, "mean_rank_shift"]
        rows += _index_rows(everywhere, one.inputs, one.shift, 0)
    return Table("sobol", header, rows)


def _index_rows(
    place: list[Cell], inputs: Sequence[str], indices: Indices, output: int
) -> Iterator[list[Cell]]:
    for k, name in enumerate(inputs):
        numbers = [
            indices.first[k, output],
            *indices.first_interval[:, k, output],
            indices.total[k, output],
            *indices.total_interval[:, k, output],
            indices.variance[output],
        ]
        yield [*place, name, *map(_number, numbers), int(indices.n[output])]


# Answers --------------------------------------------------------------------------------------

TOTAL_LEVEL = 0.95


def crossed_tables(crossed: Crossed) -> list[Table]:
    """total: interval and whose doing it is; statistics: ranks under survey, method and both."""
    total: list[list[Cell]] = []
    ranks: list[list[Cell]] = []
    for node in crossed.nodes:
        total += _total_rows(crossed, node)
        ranks += _crossed_rows(crossed, node)
    header = (
        *("region", "node", "score", "lower", "upper", "total_sd"),
        *("survey_sd", "method_sd", "interaction_sd"),
        *("survey_share", "method_share", "interaction_share", "flags"),
    )
    quantiles = tuple(f"q{round(100 * level):02d}" for level in LEVELS if level != 0.5)
    spread = ("nominal", "draws", "mean", "median", "sd", *quantiles)
    return [
        Table("total", header, total),
        Table("statistics", ("iCode", "uCode", "varied", "quantity", *spread), ranks),
    ]


def _total_rows(crossed: Crossed, node: str) -> Iterator[list[Cell]]:
    split, interval = crossed.split(node), crossed.interval(node, TOTAL_LEVEL)
    parts = (split.survey, split.method, split.interaction)
    shares = split.shares()
    score = crossed.estimate(node)
    for k, region in enumerate(crossed.regions):
        flags = [
            name
            for name, flag in (
                ("survey_below_zero", split.survey_negative[k]),
                ("method_below_zero", split.method_negative[k]),
                ("gaps", np.isnan(split.total[k]) and not np.isnan(score[k])),
            )
            if flag
        ]
        numbers = [score[k], *interval[k], np.sqrt(split.total[k])]
        numbers += [np.sqrt(part[k]) for part in parts] + [share[k] for share in shares]
        yield [region, node, *map(_number, numbers), ";".join(flags)]


def _crossed_rows(crossed: Crossed, node: str) -> Iterator[list[Cell]]:
    nominal = crossed.estimate(node)
    base = rank_within_times(nominal[:, None], None)[:, 0].astype(float)
    base[base == 0] = np.nan
    middle = LEVELS.index(0.5)
    for varied in ("survey", "method", "both"):
        scores: Floats = getattr(crossed, varied)(node)
        by_rank = spread_of_ranks(count_ranks(rank_within_times(scores, None)))
        for quantity, own, spread in (
            ("score", nominal, spread_of_scores(scores)),
            ("rank", base, by_rank),
        ):
            for k, region in enumerate(crossed.regions):
                around = np.delete(spread.quantiles[k], middle).tolist()
                numbers = [spread.mean[k], spread.quantiles[k, middle], spread.sd[k], *around]
                first: list[Cell] = [node, region, varied, quantity, _number(own[k])]
                yield [*first, int(spread.n[k]), *map(_number, numbers)]
