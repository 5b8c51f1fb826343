"""Waspada in a notebook: `import waspada`, and these functions are there.

Reading, one function per way of the data, and `rows`, `save` for what comes out. Paths may be text.
Every function raises a `WaspadaError` with a sentence for what it cannot use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waspada.collection.model import Responses
    from waspada.index.composite.model import Built
    from waspada.index.model import GivenScores
    from waspada.index.raking import Composition
    from waspada.instrument.model import Instrument
    from waspada.publication.model import ChangeTables, Tables
    from waspada.uncertainty.population import Invited
    from waspada.uncertainty.sensitivity.model import Outcome

__all__ = [
    "analyse_index",
    "build_index",
    "change",
    "combine",
    "measure",
    "read_answers",
    "read_instrument",
    "read_scores",
    "rebuild_index",
    "rows",
    "save",
    "vary_index",
]


def read_instrument(path: str | Path) -> Instrument:
    """Read an instrument: its folder, workbook or text twin.

    >>> import waspada
    >>> asked = waspada.read_instrument("instruments/kerawanan-pilkada-contoh")
    >>> asked.root.code, len(asked.index_items), asked.polarity.value
    ('kerawanan_pilkada', 48, 'higher_is_more_vulnerable')
    """
    from waspada.instrument import read_instrument as read

    return read(Path(path))


def read_answers(
    path: str | Path,
    instrument: Instrument,
    *,
    region_column: str = "region",
    stratum_column: str | None = None,
) -> Responses:
    """Read a file of answers: .csv, .xlsx or .parquet, one row per response, one column per item.

    Cells hold the code of a choice or its label. `instrument.in_form(...)` for the core form.

    >>> import waspada
    >>> from waspada.instrument.model import Form
    >>> asked = waspada.read_instrument("instruments/kerawanan-pilkada-contoh").in_form(Form.CORE)
    >>> answers = waspada.read_answers("examples/pilkada-2024-kalsel-synthetic.csv", asked)
    >>> len(answers), len(answers.regions)
    (660, 13)
    """
    from waspada.collection.read import read_responses

    received = read_responses(
        Path(path), instrument, region_column=region_column, stratum_column=stratum_column
    )
    return received.responses


def read_scores(
    path: str | Path,
    instrument: Instrument,
    *,
    region_column: str = "region",
    columns: Mapping[str, str] | None = None,
) -> GivenScores:
    """Read scores 0..100 that exist already: one row per region, one column per index node.

    columns: node -> name of its column where that differs.
    """
    from waspada.collection.scores import read_scores as read
    from waspada.index.model import GivenScores

    found = read(Path(path), instrument, region_column=region_column, columns=columns)
    return GivenScores(found.regions, found.nodes, found.values)


def measure(
    answers: Responses,
    instrument: Instrument,
    *,
    seed: int = 1,
    replicates: int = 1000,
    rule: str | None = None,
    for_office: bool = False,
    facts: GivenScores | None = None,
    composition: Composition = (),
    check: bool = False,
    agreement: bool = False,
    invited: Invited | None = None,
) -> Tables:
    """Index, interval, category, rank set and drivers of every region, from answers.

    for_office: for the office that holds the answers. `pipeline.measure` explains every option.

    >>> import waspada
    >>> from waspada.instrument.model import Form
    >>> asked = waspada.read_instrument("instruments/kerawanan-pilkada-contoh").in_form(Form.CORE)
    >>> answers = waspada.read_answers("examples/pilkada-2024-kalsel-synthetic.csv", asked)
    >>> tables = waspada.measure(answers, asked, replicates=100)
    >>> first = waspada.rows(tables.scores)[0]
    >>> first["region"], first["node"], round(first["score"], 1)
    ('63.01', 'kerawanan_pilkada', 46.8)
    """
    from waspada.pipeline import measure as run

    return run(
        answers,
        instrument,
        seed=seed,
        replicates=replicates,
        rule=rule,
        for_office=for_office,
        facts=facts,
        composition=composition,
        check=check,
        agreement=agreement,
        invited=invited,
    )


def combine(given: GivenScores, instrument: Instrument, *, rule: str | None = None) -> Tables:
    """Index, category and rank from scores that exist already; there is no interval.

    >>> import waspada
    >>> ikp = waspada.read_instrument("instruments/ikp-2024")
    >>> given = waspada.read_scores("facts/ikp_2024_provinces.csv", ikp)
    >>> tables = waspada.combine(given, ikp)
    >>> min((row.rank, row.region) for row in tables.ranks if row.node == ikp.root.code)
    (1, 'DKI Jakarta')
    """
    from waspada.pipeline import combine as run

    return run(given, instrument, rule=rule)


def change(
    before: Responses,
    after: Responses,
    instrument: Instrument,
    *,
    seed: int = 1,
    replicates: int = 1000,
    earlier_instrument: Instrument | None = None,
    anchors: bool = False,
    minimum_effect: float = 0.0,
) -> ChangeTables:
    """What changed between two rounds, per region and node, with interval and test.

    minimum_effect: points below which a change does not count as real. `pipeline.change` explains
    the others.
    """
    from waspada.pipeline import change as run

    return run(
        before,
        after,
        instrument,
        seed=seed,
        replicates=replicates,
        earlier_instrument=earlier_instrument,
        anchors=anchors,
        minimum_effect=minimum_effect,
    )


def build_index(
    data: str | Path,
    meta: str | Path,
    method: str | Path,
    *,
    choices: Mapping[str, Any] | None = None,
    drop: Sequence[str] = (),
    time: int | None = None,
) -> Built:
    """A composite index from a table of indicators, as `waspada index` builds it.

    data, meta: COINr's iData and iMeta, or an instrument as meta. choices: "step.option" -> value.
    drop: steps to leave out. time: use the rows of this time only.

    >>> import waspada
    >>> built = waspada.build_index(
    ...     "examples/composite/human_development_data.csv",
    ...     "examples/composite/human_development_meta.csv",
    ...     "examples/methods/human-development.yaml",
    ... )
    >>> best = min(waspada.rows(built), key=lambda row: row["rank"])
    >>> best["uCode"], round(best["hdi"], 3)
    ('ECH', 0.961)
    """
    from waspada.collection.indicators import read_indicators
    from waspada.index.composite.build import build
    from waspada.index.composite.method import read_method, with_choices, without_step
    from waspada.instrument.framework_read import read_framework

    framework = read_framework(Path(meta))
    chosen = read_method(Path(method), framework)
    for step in drop:
        chosen = without_step(chosen, step, framework)
    if choices:
        chosen = with_choices(chosen, choices, framework)
    return build(framework, read_indicators(Path(data), framework, time=time), chosen)


def rebuild_index(built: Built, choices: Mapping[str, Any], *, drop: Sequence[str] = ()) -> Built:
    """The same index with other choices; stages before the first one changed are not made again.

    >>> import waspada
    >>> built = waspada.build_index(
    ...     "examples/composite/human_development_data.csv",
    ...     "examples/composite/human_development_meta.csv",
    ...     "examples/methods/human-development.yaml",
    ... )
    >>> again = waspada.rebuild_index(built, {"aggregate.per.hdi.method": "arithmetic"})
    >>> bool((again.scores >= built.scores - 1e-12).all())
    True
    """
    from waspada.index.composite.build import rebuild

    return rebuild(built, choices, drop)


def analyse_index(built: Built, *, other: Built | None = None) -> dict[str, list[dict[str, Any]]]:
    """Statistics, correlations, reliability, weights and influence of a built index.

    other: a second version to compare. Returns table -> rows.
    """
    from waspada.index.analysis.report import analyse
    from waspada.index.composite.rerun import aggregate_again

    details = analyse(built, lambda weights: aggregate_again(built, weights), other=other)
    return {
        detail.name: [dict(zip(detail.header, row, strict=True)) for row in detail.rows]
        for detail in details
    }


def vary_index(
    built: Built, plan: Mapping[str, Any], *, seed: int = 1, draws: int = 1000
) -> Outcome:
    """The same index under other choices: draws of what the plan varies.

    plan: what a SENSITIVITY file holds (docs/reference/sensitivity-file.md).

    >>> import waspada
    >>> built = waspada.build_index(
    ...     "examples/composite/human_development_data.csv",
    ...     "examples/composite/human_development_meta.csv",
    ...     "examples/methods/human-development.yaml",
    ... )
    >>> plan = {"vary": {"aggregate": ["given", "arithmetic"],
    ...                  "weights": {"weights": "dirichlet", "concentration": 30, "levels": [2]}}}
    >>> outcome = waspada.vary_index(built, plan, draws=50)
    >>> len(outcome.draws), int(outcome.failed.sum())
    (50, 0)
    """
    from waspada.uncertainty.sensitivity.chain import Chain
    from waspada.uncertainty.sensitivity.plan import parse_plan
    from waspada.uncertainty.sensitivity.run import run_plan

    table = built.stages[0].table
    parsed = parse_plan(plan, built.framework, built.method, table, source="plan")
    return run_plan(Chain(built.framework, table, built.method), parsed, seed=seed, draws=draws)


def rows(table: Built | Iterable[Any]) -> list[dict[str, Any]]:
    """Rows as dictionaries, ready for a data frame: of any table of results, or of an index.

    Of a built index: unit, time where there are several, rank of the index, and the score of every
    node. NaN = no score; rank 0 where there is none.
    """
    from waspada.index.composite.model import Built

    if not isinstance(table, Built):
        return [asdict(row) for row in table if is_dataclass(row) and not isinstance(row, type)]
    from waspada.index.ranking import rank_scores

    units, times = table.table.units, table.table.times
    ranks = rank_scores(table.scores, times, ties=table.method.ties)[:, -1].tolist()
    found = []
    for i, scores in enumerate(table.scores.tolist()):
        when = {} if times is None else {"Time": times[i]}
        named = zip(table.framework.node_codes, scores, strict=True)
        found.append({"uCode": units[i], **when, "rank": ranks[i], **dict(named)})
    return found


def save(result: Tables | ChangeTables | Built, folder: str | Path, *, force: bool = False) -> None:
    """Write a result into a folder as the command does; each file appears whole or not at all."""
    from waspada.index.composite.model import Built
    from waspada.publication.files import write_changes, write_tables
    from waspada.publication.model import Tables

    if isinstance(result, Built):
        from waspada.publication.composite import composite_tables, write_composite

        write_composite(composite_tables(result), Path(folder), force=force)
    elif isinstance(result, Tables):
        write_tables(result, Path(folder), force=force)
    else:
        write_changes(result, Path(folder), force=force)
