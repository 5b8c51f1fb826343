"""`waspada index`: from a table of indicators to a composite index, by a METHOD file."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from waspada.cli.errors import answer_errors
from waspada.cli.indicator_data import DenominatorsFile, GroupColumns, read_meta

if TYPE_CHECKING:
    from waspada.index.composite.model import Method
    from waspada.instrument.framework import Framework


@answer_errors
def index(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA", help="Units x indicators (COINr's iData): .csv, .xlsx or .parquet."
        ),
    ],
    meta: Annotated[
        Path,
        typer.Option(
            help="Indicators and nodes: COINr's iMeta (.csv, .xlsx), or an instrument.",
        ),
    ],
    method: Annotated[
        Path | None,
        typer.Option(help="METHOD file (.yaml); examples/methods/ holds three to begin with."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="STEP.OPTION=VALUE", help="Change an option of a step; repeatable."
        ),
    ] = None,
    drop: Annotated[
        list[str] | None,
        typer.Option(metavar="STEP", help="Leave a step out; repeatable."),
    ] = None,
    denominators: DenominatorsFile = None,
    group: GroupColumns = None,
    time: Annotated[int | None, typer.Option(help="Use the rows of this time only.")] = None,
    stages: Annotated[
        bool | None,
        typer.Option(
            "--stages/--no-stages", help="Write the table of every stage; by default if small."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other files.")
    ] = False,
) -> None:
    """Build a composite index from a table of indicators, and rank the units.

    METHOD names the steps in order; docs/reference/method-file.md says how to write one.
    """
    from waspada.cli.show import print_columns
    from waspada.index.composite.build import build
    from waspada.publication.composite import (
        RECORD,
        all_notes,
        composite_tables,
        short_table,
        write_composite,
    )
    from waspada.publication.files import check_folder

    started = perf_counter()
    if out is not None:
        check_folder(out, force=force, record=RECORD)
    if method is None:
        raise typer.BadParameter(
            "Name a METHOD file. Ready ones are in examples/methods/: asem-base.yaml, "
            "simple-mean.yaml, human-development.yaml; docs/reference/method-file.md says how "
            "to write your own.",
            param_hint="--method",
        )
    described = read_meta(meta, groups=group, denominators=denominators)
    framework = described.framework
    chosen = _method(method, set_ or [], drop or [], framework)
    table = described.read(data, time=time)
    if table.ignored_columns:
        typer.echo(
            f"Columns META does not name, ignored: {', '.join(table.ignored_columns)}.", err=True
        )
    reading = perf_counter()
    built = build(framework, table, chosen)
    tables = composite_tables(built, stages=stages)
    tables.record["files_read"] = {"data": data.name, "meta": meta.name, "method": method.name}
    if denominators is not None:
        tables.record["files_read"]["denominators"] = denominators.name
    tables.record["choices"] = {"set": set_ or [], "drop": drop or [], "time": time}
    tables.record["timings"] = {
        "reading_seconds": round(reading - started, 3),
        "building_seconds": round(perf_counter() - reading, 3),
    }
    if out is not None:
        write_composite(tables, out, force=force)
    print_columns(chosen.title or framework.index.name, short_table(built))
    for note in all_notes(built):
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(f"Tables written to {out}.", err=True)


def _method(path: Path, choices: list[str], drop: list[str], framework: Framework) -> Method:
    """The method of the file with steps left out and options changed.

    A file that is right only after the changes is welcome, so it is checked against META then.
    """
    from waspada.index.composite.method import (
        check_method,
        read_method,
        with_choices,
        without_step,
    )

    if not choices and not drop:
        return read_method(path, framework)
    method = read_method(path)
    for name in drop:
        method = without_step(method, name)
    if choices:
        method = with_choices(method, _pairs(choices))
    check_method(method, framework)
    return method


def _pairs(choices: list[str]) -> dict[str, str]:
    """STEP.OPTION=VALUE texts as a mapping; a usage error for anything else."""
    pairs: dict[str, str] = {}
    for choice in choices:
        path, mark, value = choice.partition("=")
        if not (path and mark):
            problem = f'"{choice}" is not of the form STEP.OPTION=VALUE.'
            raise typer.BadParameter(problem, param_hint="--set")
        if path in pairs:
            raise typer.BadParameter(f'"{path}" is set twice.', param_hint="--set")
        pairs[path] = value
    return pairs
