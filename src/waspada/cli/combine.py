"""`waspada combine`: from scores that exist already to index, category and rank."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from waspada.cli.errors import answer_errors


@answer_errors
def combine(
    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="Scores, region x node: .csv, .xlsx or .parquet."),
    ],
    instrument: Annotated[Path, typer.Option(help="Folder, workbook or text twin.")],
    region_column: Annotated[
        str, typer.Option(help="Column that tells the region of a row.")
    ] = "region",
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NODE=COLUMN", help="Column of a node that is not named after it; repeatable."
        ),
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help="Category rule; the instrument's first if left out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other files.")
    ] = False,
) -> None:
    """Combine published or recorded scores, given at any level of the index.

    Nobody was asked, so there is no interval. Columns are named after index nodes.
    """
    from waspada.cli.show import show_combined
    from waspada.collection.scores import read_scores
    from waspada.index.model import GivenScores
    from waspada.instrument import read_instrument
    from waspada.pipeline import combine as combine_scores
    from waspada.publication.files import check_folder, write_tables

    started = perf_counter()
    if out is not None:
        check_folder(out, force=force)
    columns = _columns(column or [])
    read = read_instrument(instrument)
    received = read_scores(table, read, region_column=region_column, columns=columns)
    if received.ignored_columns:
        names = ", ".join(received.ignored_columns)
        typer.echo(f"Columns that are no index node, ignored: {names}.", err=True)
    reading = perf_counter()
    given = GivenScores(received.regions, received.nodes, received.values)
    tables = combine_scores(given, read, rule=rule)
    tables.record["timings"] = {
        "reading_seconds": round(reading - started, 3),
        "measuring_seconds": round(perf_counter() - reading, 3),
    }
    tables.record["scores_file"] = table.name
    tables.record["ignored_columns"] = list(received.ignored_columns)
    if out is not None:
        write_tables(tables, out, force=force)
    show_combined(tables, read)
    for note in tables.record["notes"]:
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(f"Tables written to {out}.", err=True)


def _columns(pairs: list[str]) -> dict[str, str]:
    """NODE=COLUMN pairs as a mapping; a usage error for anything else."""
    columns: dict[str, str] = {}
    for pair in pairs:
        node, mark, name = pair.partition("=")
        if not (node and mark and name):
            raise typer.BadParameter(
                f'"{pair}" is not of the form NODE=COLUMN.', param_hint="--column"
            )
        if node in columns:
            raise typer.BadParameter(f'The node "{node}" is named twice.', param_hint="--column")
        columns[node] = name
    return columns
