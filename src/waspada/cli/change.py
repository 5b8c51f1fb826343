"""`waspada change`: what changed between two rounds, and which changes are more than chance."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from waspada.cli.errors import answer_errors
from waspada.instrument.model import Form

if TYPE_CHECKING:
    from waspada.collection.model import Received
    from waspada.index.model import GivenScores
    from waspada.instrument.model import Instrument
    from waspada.publication.model import ChangeRow, ChangeTables

WORDS = {"rose": "rose", "fell": "fell", "within_error": "within the error"}
REASONS = {
    "not_compared": "not compared: not enough data in both rounds",
    "withheld": "not compared: a score is not shown",
    "no_interval": "error unknown",
}


@answer_errors
def change(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="Answers of the earlier round.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Answers of the later round.")],
    instrument: Annotated[Path, typer.Option(help="Folder, workbook or text twin.")],
    earlier_instrument: Annotated[
        Path | None, typer.Option(help="Version the earlier round was asked with, if another.")
    ] = None,
    anchors: Annotated[
        bool, typer.Option("--anchors", help="Compare the anchor items of the versions alone.")
    ] = False,
    given: Annotated[
        bool, typer.Option("--given", help="The files hold scores, region x node, not answers.")
    ] = False,
    form: Annotated[Form, typer.Option(help="Which items were asked.")] = Form.FULL,
    region_column: Annotated[
        str, typer.Option(help="Column that tells the region of a row.")
    ] = "region",
    stratum_column: Annotated[
        str | None,
        typer.Option(help='Column that tells the element; "stratum" where there is one.'),
    ] = None,
    minimum_effect: Annotated[
        float, typer.Option(help="Points below which a change does not count as real.")
    ] = 0.0,
    replicates: Annotated[int, typer.Option(help="Bootstrap replicates.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Start number of chance; recorded.")] = 1,
    rule: Annotated[
        str | None,
        typer.Option(help="Category rule whose minimum of answers decides who is compared."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the tables.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other files.")
    ] = False,
) -> None:
    """Compare two rounds: change per region and node, with interval and test.

    Only regions with enough data in both rounds are compared. A change is called real where it
    stands out among all tests made, with 5 % false findings on average.
    """
    from waspada.instrument import read_instrument
    from waspada.pipeline import change as change_between
    from waspada.pipeline import change_given, require_minimum_effect
    from waspada.publication.files import check_folder, write_changes

    started = perf_counter()
    if out is not None:
        check_folder(out, force=force)
    require_minimum_effect(minimum_effect)
    later = read_instrument(instrument).in_form(form)
    if given:
        tables = change_given(
            _scores(before, later, region_column), _scores(after, later, region_column), later
        )
    else:
        earlier = later
        if earlier_instrument is not None:
            earlier = read_instrument(earlier_instrument).in_form(form)
        old = _received(before, earlier, region_column, stratum_column)
        new = _received(after, later, region_column, stratum_column)
        tables = change_between(
            old.responses,
            new.responses,
            later,
            seed=seed,
            replicates=replicates,
            earlier_instrument=earlier,
            anchors=anchors,
            rule=rule,
            for_office=True,
            minimum_effect=minimum_effect,
        )
    tables.record["files"] = [before.name, after.name]
    tables.record["timings"] = {"seconds": round(perf_counter() - started, 3)}
    if out is not None:
        write_changes(tables, out, force=force)
    _show(tables, later)
    for note in tables.record["notes"]:
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(f"Tables written to {out}.", err=True)


def _received(
    path: Path, instrument: Instrument, region_column: str, stratum_column: str | None
) -> Received:
    from waspada.collection.read import read_responses

    return read_responses(
        path, instrument, region_column=region_column, stratum_column=stratum_column
    )


def _scores(path: Path, instrument: Instrument, region_column: str) -> GivenScores:
    from waspada.collection.scores import read_scores
    from waspada.index.model import GivenScores

    received = read_scores(path, instrument, region_column=region_column)
    return GivenScores(received.regions, received.nodes, received.values)


def _show(tables: ChangeTables, instrument: Instrument) -> None:
    """The index of each region: before, after, change with interval, word; largest first."""
    from waspada.cli.show import print_columns

    root = tables.changes[0].node if tables.changes else ""
    rows = [row for row in tables.changes if row.node == root]
    rows.sort(key=lambda row: (row.change is None, -abs(row.change or 0.0), row.region))
    lines = [["region", "before", "after", "change (95 % interval)", ""]]
    print_columns(f"{instrument.title.en}: change", lines + [_line(row) for row in rows])
    counts = tables.record["counts"]
    typer.echo(
        f"{counts['tests']} tests over all nodes: {counts['rose']} rose, {counts['fell']} fell."
    )


def _line(row: ChangeRow) -> list[str]:
    word = WORDS.get(row.word) or next((REASONS[f] for f in row.flags if f in REASONS), "")
    if row.change is None or row.before is None or row.after is None:
        return [row.region, "", "", "", word]
    told = f"{row.change:+.1f}"
    if row.lower is not None and row.upper is not None:
        told += f" ({row.lower:+.1f} to {row.upper:+.1f})"
    return [row.region, f"{row.before:.1f}", f"{row.after:.1f}", told, word]
