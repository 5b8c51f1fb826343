"""`waspada vary`: the result under other choices of method, and which choice moves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from waspada.cli.errors import answer_errors
from waspada.cli.indicator_data import DenominatorsFile, GroupColumns, Meta, read_meta
from waspada.errors import QualityError
from waspada.instrument.model import Form

if TYPE_CHECKING:
    from waspada.index.composite.model import Method
    from waspada.instrument.framework import Framework
    from waspada.uncertainty.sensitivity.chain import Chain
    from waspada.uncertainty.sensitivity.model import Outcome, Plan
    from waspada.uncertainty.sensitivity.summary import Table

RECORD = "record.json"
DRAWS, SEED = 1000, 1
"""Where neither the command nor the file says."""

FEW_CELLS = 1_000_000
"""Scores of all draws together, up to which they are written without being asked for."""

FEW_UNITS = 100
"""Units up to which the shares of pairs are written without being asked for."""


@answer_errors
def vary(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="Units x indicators, or answers with --instrument."),
    ],
    sensitivity: Annotated[Path, typer.Option(help="SENSITIVITY file (.yaml): what is varied.")],
    meta: Annotated[
        Path | None, typer.Option(help="Indicators and nodes: COINr's iMeta, or an instrument.")
    ] = None,
    method: Annotated[Path | None, typer.Option(help="METHOD file of the base run.")] = None,
    instrument: Annotated[
        Path | None,
        typer.Option(help="Instrument of the answers; survey and method are then crossed."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    draws: Annotated[
        int | None, typer.Option(min=2, help=f"Draws; else as in the file, else {DRAWS}.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Start number of chance; recorded.")
    ] = None,
    sobol: Annotated[
        int | None,
        typer.Option(metavar="ROWS", help="Sobol indices from ROWS x (inputs + 2) runs; 2^k."),
    ] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(help="Run the draws of this table (draws.csv) instead of drawing."),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=2, help="Survey replicates, with --instrument.")
    ] = 100,
    region_column: Annotated[
        str, typer.Option(help="Column that tells the region, with --instrument.")
    ] = "region",
    form: Annotated[
        Form, typer.Option(help="Which items were asked, with --instrument.")
    ] = Form.FULL,
    denominators: DenominatorsFile = None,
    group: GroupColumns = None,
    time: Annotated[int | None, typer.Option(help="Use the rows of this time only.")] = None,
    each_draw: Annotated[
        bool | None,
        typer.Option("--each-draw/--no-each-draw", help="Write scores and ranks of every draw."),
    ] = None,
    pairs: Annotated[
        bool | None,
        typer.Option("--pairs/--no-pairs", help="Write how often each unit is above each other."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other files.")
    ] = False,
) -> None:
    """Vary the choices behind an index: how far do scores and ranks move, and what moves them?

    Indicators with --meta and --method; answers with --instrument, where the method is crossed
    with resampling of the people. docs/reference/sensitivity-file.md says what can be varied.
    """
    from waspada.publication.files import check_folder

    started = perf_counter()
    if out is not None:
        check_folder(out, force=force, record=RECORD)
    _check_sobol(sobol, parameters)
    if instrument is not None:
        if any((meta, method, sobol, parameters, denominators, group)):
            problem = (
                "--meta, --method, --sobol, --parameters, --denominators and --group go with a "
                "table of indicators."
            )
            raise typer.BadParameter(problem, param_hint="--instrument")
        from waspada.cli.vary_answers import vary_answers

        found, record = vary_answers(
            data, instrument, form, sensitivity, draws, seed, replicates, region_column
        )
        _finish(found, record, out, started)
        return
    if meta is None or method is None:
        problem = "Name --meta and --method for indicators, or --instrument for answers."
        raise typer.BadParameter(problem, param_hint="--meta")
    described = read_meta(meta, groups=group, denominators=denominators)
    chain, plan = _base(described, data, method, sensitivity, time)
    outcome, tables, record = _analyse(chain, plan, draws, seed, sobol, parameters)
    cells = sum(scores.size for scores in outcome.scores.values())
    few = len(outcome.units) <= FEW_UNITS
    from waspada.uncertainty.sensitivity.summary import tables_of

    found = tables_of(
        outcome,
        each_draw=cells <= FEW_CELLS if each_draw is None else each_draw,
        pairs=few if pairs is None else pairs,
    )
    if (words := _categories(outcome, meta)) is not None:
        found.append(words)
    record["files_read"] = {
        "data": data.name,
        "meta": meta.name,
        "method": method.name,
        "sensitivity": sensitivity.name,
    }
    _finish([*found, *tables], record, out, started)


def _check_sobol(sobol: int | None, parameters: Path | None) -> None:
    if sobol is not None and (sobol < 8 or sobol & (sobol - 1)):
        problem = f"{sobol} is no power of two from 8: a Sobol sequence is even only there."
        raise typer.BadParameter(problem, param_hint="--sobol")
    if sobol is not None and parameters is not None:
        problem = "Sobol indices need a design of their own; leave --parameters out."
        raise typer.BadParameter(problem, param_hint="--sobol")


def _base(
    described: Meta, data: Path, method: Path, sensitivity: Path, time: int | None
) -> tuple[Chain, Plan]:
    from waspada.index.composite.method import read_method
    from waspada.uncertainty.sensitivity.chain import Chain
    from waspada.uncertainty.sensitivity.plan import parse_plan

    framework: Framework = described.framework
    base: Method = read_method(method, framework)
    table = described.read(data, time=time)
    document = read_document(sensitivity)
    plan = parse_plan(document, framework, base, table, source=sensitivity.name)
    return Chain(framework, table, base), plan


def _categories(outcome: Outcome, meta: Path) -> Table | None:
    """Share of draws in each category, where the file asks for it."""
    from waspada.interpretation.varied import varied_categories
    from waspada.uncertainty.sensitivity.summary import Table, place_of_rows

    rule = outcome.plan.categories
    if rule is None:
        return None
    if isinstance(rule, str):
        from waspada.instrument import read_instrument
        from waspada.interpretation.categories import choose_rule

        rule = choose_rule(read_instrument(meta), rule)
        assert rule is not None
    labels = [band.category for band in rule.bands]
    rows: list[list[Any]] = []
    for words in varied_categories(outcome, rule):
        places = place_of_rows(outcome, words.node)
        for place, category, n, shares in zip(
            places, words.category.tolist(), words.n.tolist(), words.probability.tolist(),
            strict=True,
        ):  # fmt: skip
            cells = [None if share != share else share for share in shares]
            rows.append([*place, labels[category] if category >= 0 else None, n, *cells])
    return Table("categories", ("iCode", "uCode", "Time", "nominal", "draws", *labels), rows)


LARGEST_FILE = 1_000_000


def read_document(path: Path) -> Any:
    """A SENSITIVITY file as a mapping. Raises MethodError."""
    from waspada.errors import Fault, MethodError
    from waspada.index.composite.plain_yaml import YamlFault, load

    def refusal(code: str, place: str, problem: str, remedy: str) -> MethodError:
        return MethodError(path.name, [Fault(code, place, problem, remedy)])

    try:
        if path.stat().st_size > LARGEST_FILE:
            problem, remedy = "It is larger than 1 MB.", "Name a SENSITIVITY file, not data."
            raise refusal("too_large", "file", problem, remedy)
        return load(path.read_text(encoding="utf-8-sig"))
    except YamlFault as error:
        raise refusal("yaml", error.place, error.problem, error.remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        problem, remedy = "The file cannot be read.", "Give a text in UTF-8; check the name."
        raise refusal("unreadable", "file", problem, remedy) from error


def _analyse(
    chain: Chain,
    plan: Plan,
    draws: int | None,
    seed: int | None,
    sobol: int | None,
    parameters: Path | None,
) -> tuple[Outcome, list[Table], dict[str, Any]]:
    """The outcome, tables that do not follow from it, and the record."""
    from waspada.uncertainty.sensitivity.parameters import draws_table
    from waspada.uncertainty.sensitivity.run import run_plan
    from waspada.uncertainty.sensitivity.summary import Table, sobol_table

    seed = SEED if seed is None and plan.seed is None else plan.seed if seed is None else seed
    assert seed is not None
    draws = draws or plan.draws or DRAWS
    if parameters is not None:
        outcome = _given(chain, plan, parameters)
    else:
        outcome = run_plan(chain, plan, seed=seed, draws=draws)
    header, rows = draws_table(plan, outcome.draws)
    tables = [Table("draws", tuple(header), rows)]
    record: dict[str, Any] = _record(outcome)
    record["seed"] = None if parameters is not None else seed
    record["parameters"] = None if parameters is None else parameters.name
    if sobol is not None:
        from waspada.uncertainty.sensitivity.design import analyse

        found = analyse(chain, plan, seed=seed, n=sobol)
        tables.append(sobol_table(found, outcome))
        failures = found[0].failures
        record["sobol"] = {"rows": sobol, "runs": found[0].runs, "failed": len(failures)}
    return outcome, tables, record


def _given(chain: Chain, plan: Plan, path: Path) -> Outcome:
    from waspada.collection.files import read_table
    from waspada.uncertainty.sensitivity.parameters import read_draws
    from waspada.uncertainty.sensitivity.run import run_parameters

    table = read_table(path)
    columns = [table.column(name) for name in table.header]
    texts = [[column.texts[code] for code in column.codes] for column in columns]
    rows = list(zip(*texts, strict=True))
    given = read_draws(table.header, rows, plan, chain.framework, source=path.name)
    return run_parameters(chain, plan, given)


def _record(outcome: Outcome) -> dict[str, Any]:
    from waspada import METHOD_VERSION, __version__

    by_reason: dict[str, int] = {}
    for failure in outcome.failures:
        by_reason[failure.reason] = by_reason.get(failure.reason, 0) + 1
    failed = int(outcome.failed.sum())
    notes = []
    if failed:
        notes.append(
            f"{failed} of {len(outcome.draws)} draws have no scores; failed.csv says why. "
            f"Statistics are over the other {len(outcome.draws) - failed}."
        )
    return {
        "kind": "vary",
        "waspada_version": __version__,
        "method_version": METHOD_VERSION,
        "title": outcome.plan.title,
        "inputs": [one.name for one in outcome.plan.inputs],
        "nodes": list(outcome.nodes),
        "draws": len(outcome.draws),
        "draws_failed": failed,
        "failures": [{"reason": r, "draws": n} for r, n in by_reason.items()],
        "notes": notes,
    }


def _finish(tables: list[Table], record: dict[str, Any], out: Path | None, started: float) -> None:
    import json

    from waspada.publication.composite import Sheet, sheet_csv
    from waspada.publication.files import write_together

    sheets = [Sheet(f"{t.name}.csv", t.header, tuple(map(tuple, t.rows))) for t in tables]
    record["files"] = [sheet.name for sheet in sheets]
    record["timings"] = {"seconds": round(perf_counter() - started, 3)}
    if out is not None:
        texts = {sheet.name: sheet_csv(sheet) for sheet in sheets}
        texts[RECORD] = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
        write_together(texts, out, record=RECORD)
    shown = next(t for t in tables if t.name == "statistics")
    _show(shown, typer.echo)
    for note in record["notes"]:
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(f"Tables written to {out}.", err=True)
    if record["draws"] and record.get("draws_failed") == record["draws"]:
        typer.echo("No draw gave a score: take out the alternative that always fails.", err=True)
        raise typer.Exit(QualityError.exit_code)


COLUMNS = ("uCode", "Time", "nominal", "median", "q05", "q95", "draws")


def _show(table: Table, say: Callable[[str], Any]) -> None:
    """Nominal rank and where ranks lie in 90 % of the draws; the first node, best first."""
    at = {name: place for place, name in enumerate(table.header)}
    node = table.rows[0][at["iCode"]] if table.rows else ""
    rows = [r for r in table.rows if r[at["quantity"]] == "rank" and r[at["iCode"]] == node]
    rows = [r for r in rows if "varied" not in at or r[at["varied"]] == "both"]
    rows.sort(key=lambda row: (row[at["nominal"]] is None, row[at["nominal"]] or 0))
    columns = [c for c in COLUMNS if c in at and any(r[at[c]] is not None for r in rows)]
    lines = [list(columns), *([_cell(row[at[c]]) for c in columns] for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(columns))]
    say(f"Ranks of {node} under the choices varied: nominal, median, 5 % and 95 % of draws.")
    for line in lines:
        say("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def _cell(value: str | int | float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
