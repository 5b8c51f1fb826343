"""`waspada measure`: from a file of answers to scores with their error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from waspada.cli.errors import answer_errors
from waspada.errors import MOST_PRINTED
from waspada.instrument.model import Form

if TYPE_CHECKING:
    from waspada.collection.model import Received
    from waspada.index.model import GivenScores
    from waspada.index.raking import Composition
    from waspada.instrument.model import Instrument
    from waspada.publication.model import Tables


@answer_errors
def measure(
    answers: Annotated[
        Path, typer.Argument(metavar="ANSWERS", help="Answers: .csv, .xlsx or .parquet.")
    ],
    instrument: Annotated[Path, typer.Option(help="Folder, workbook or text twin.")],
    form: Annotated[Form, typer.Option(help="Which items were asked.")] = Form.FULL,
    region_column: Annotated[
        str, typer.Option(help="Column that tells the region of a row.")
    ] = "region",
    stratum_column: Annotated[
        str | None,
        typer.Option(help='Column that tells the element; "stratum" where there is one.'),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(help='Column with an id per row; "response_id" where there is one.'),
    ] = None,
    regions: Annotated[
        Path | None, typer.Option(help="Text file with one known region per line.")
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option(help="Recorded facts and published scores 0 to 100: region x leaf."),
    ] = None,
    composition: Annotated[
        Path | None, typer.Option(help="Known shares of the elements: elements, share.")
    ] = None,
    meeting_column: Annotated[
        str | None,
        typer.Option(help="Column that tells the meeting; for the design effect of meetings."),
    ] = None,
    invited: Annotated[
        Path | None,
        typer.Option(help="CSV region,element,invited: the invited are the population."),
    ] = None,
    replicates: Annotated[int, typer.Option(help="Bootstrap replicates.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Start number of chance; recorded.")] = 1,
    rule: Annotated[
        str | None, typer.Option(help="Category rule; the instrument's first if left out.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Judge how the answers were given.")
    ] = False,
    previous: Annotated[
        Path | None,
        typer.Option(help="Folder of the last result; a region keeps its word near a line."),
    ] = None,
    agreement: Annotated[
        bool,
        typer.Option("--agreement", help="Tell how far people agree; how they used vignettes."),
    ] = False,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Set rows with a fault aside and go on.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other files.")
    ] = False,
) -> None:
    """Measure regions from answers: index, interval, category, rank band, drivers.

    It is the office's own tool: score and interval from 5 answers; below, the flag too_few and an
    empty score. The tables name a region as its cell is given, a node by its code in the sheet
    index.
    """
    from waspada.cli.previous import read_previous
    from waspada.collection.invited import read_invited
    from waspada.collection.read import read_responses
    from waspada.instrument import read_instrument
    from waspada.interpretation.categories import choose_rule
    from waspada.pipeline import measure as measure_responses
    from waspada.publication.files import check_folder

    started = perf_counter()
    if out is not None:
        check_folder(out, force=force)
    asked = read_instrument(instrument).in_form(form)
    words = read_previous(previous, asked, choose_rule(asked, rule)) if previous else None
    received = read_responses(
        answers,
        asked,
        region_column=region_column,
        stratum_column=stratum_column,
        id_column=id_column,
        meeting_column=meeting_column,
        regions=None if regions is None else _read_regions(regions),
        lenient=lenient,
    )
    read = perf_counter()
    _tell_received(received, out)
    with _progress() as show:
        tables = measure_responses(
            received.responses,
            received.instrument,
            seed=seed,
            replicates=replicates,
            rule=rule,
            for_office=True,
            facts=_read_facts(facts, received.instrument, region_column),
            composition=_read_composition(composition, received.instrument),
            check=check,
            previous=words,
            agreement=agreement,
            invited=None if invited is None else read_invited(invited),
            progress=show,
        )
    tables = _with_circumstances(tables, received, answers, read - started, perf_counter() - read)
    _finish(tables, received, out, force=force)


def _read_facts(
    path: Path | None, instrument: Instrument, region_column: str
) -> GivenScores | None:
    if path is None:
        return None
    from waspada.collection.scores import read_scores
    from waspada.index.facts import fact_places
    from waspada.index.model import GivenScores

    places = fact_places(instrument)
    found = read_scores(path, instrument, region_column=region_column, codes=places)
    if found.ignored_columns:
        names = ", ".join(found.ignored_columns)
        typer.echo(f"Columns of facts that no leaf of the index takes, ignored: {names}.", err=True)
    return GivenScores(found.regions, found.nodes, found.values)


def _read_composition(path: Path | None, instrument: Instrument) -> Composition:
    if path is None:
        return ()
    from waspada.collection.composition import read_composition
    from waspada.index.raking import Margin

    return tuple(
        Margin(found.code, tuple(found.classes), found.shares, found.by_region)
        for found in read_composition(path, instrument)
    )


def _read_regions(path: Path) -> list[str]:
    """Known regions: one per line; empty lines do not count."""
    from waspada.collection.files import refuse
    from waspada.collection.table import tidy

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        refuse(path.name, "no_file", "The list of regions cannot be read.", "Give a UTF-8 text.")
    known = [line for line in map(tidy, lines) if line]
    if not known:
        problem = "The list of regions is empty."
        refuse(path.name, "empty_file", problem, "Write one region per line, or leave it out.")
    return known


def _tell_received(received: Received, out: Path | None) -> None:
    """Say on stderr what of the file was not used."""
    if received.ignored_columns:
        names = ", ".join(received.ignored_columns)
        typer.echo(f"Columns the instrument does not name, ignored: {names}.", err=True)
    if received.set_aside:
        rows = len({entry.row for entry in received.set_aside})
        where = f"; all are in {out / 'set_aside.csv'}" if out else ""
        typer.echo(f"Set aside {rows} row{'s' if rows != 1 else ''} with a fault{where}:", err=True)
        for entry in received.set_aside[:MOST_PRINTED]:
            place = (
                f'row {entry.row}, column "{entry.column}"' if entry.column else f"row {entry.row}"
            )
            typer.echo(f"{place}: {entry.reason}", err=True)
        if len(received.set_aside) > MOST_PRINTED:
            more = len(received.set_aside) - MOST_PRINTED
            where = "" if out else " Name a folder with --out to have them in a file."
            typer.echo(f"... and {more:,} more.{where}", err=True)


def _progress() -> AbstractContextManager[Callable[[int, int], None] | None]:
    """A progress bar on stderr where stderr is a terminal; yields the function to report to."""
    import sys

    if not sys.stderr.isatty():
        return nullcontext(None)
    from waspada.cli.show import progress_bar

    return progress_bar("Resampling regions")


def _with_circumstances(
    tables: Tables, received: Received, answers: Path, reading: float, measuring: float
) -> Tables:
    """Add to the record what only the command knows."""
    record = {
        **tables.record,
        "answers_file": answers.name,
        "ignored_columns": list(received.ignored_columns),
        "rows_set_aside": len({entry.row for entry in received.set_aside}),
        "timings": {
            "reading_seconds": round(reading, 3),
            "measuring_seconds": round(measuring, 3),
        },
    }
    return replace(tables, record=record)


def _finish(tables: Tables, received: Received, out: Path | None, *, force: bool) -> None:
    from waspada.cli.show import show_measured
    from waspada.publication.files import SET_ASIDE, set_aside_csv, write_tables, write_whole

    if out is not None:
        write_tables(tables, out, force=force)
        if received.set_aside:
            write_whole(out / SET_ASIDE, set_aside_csv(received.set_aside))
    show_measured(tables, received.instrument)
    for note in tables.record["notes"]:
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(f"Tables written to {out}.", err=True)
