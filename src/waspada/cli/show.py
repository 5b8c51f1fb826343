"""Tables for the terminal: the index of each region with its error, one line per region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from waspada.instrument.model import Instrument
from waspada.publication.model import (
    NOT_ENOUGH_DATA,
    CategoryRow,
    RankRow,
    ScoreRow,
    Tables,
)

WITHHELD = {
    "too_few": "too few answers",
    "unanimous": "withheld: all answers alike",
    "protects_another": "withheld: would reveal another",
    "children_missing": "no score: too much missing",
}


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr; yields the function that moves it."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show_measured(tables: Tables, instrument: Instrument) -> None:
    """Region, score with interval, category with probability, rank band; highest score first."""
    rows = [_header(tables, "score (95 % interval)")]
    scored = len([row for row in _ranked(tables, instrument) if row.rank])
    for row, rank, category in _lines(tables, instrument):
        rows.append([row.region, _score(row), *_category(category), _band(rank, scored)])
    _print(instrument.title.en, rows)
    _print_mean(tables, instrument)


def show_combined(tables: Tables, instrument: Instrument) -> None:
    """Region, score, category, rank; highest score first."""
    rows = [_header(tables, "score")]
    scored = len([row for row in _ranked(tables, instrument) if row.rank])
    for row, rank, category in _lines(tables, instrument):
        place = f"{rank.rank} of {scored}" if rank.rank else ""
        rows.append([row.region, _score(row, digits=2), *_category(category), place])
    _print(instrument.title.en, rows)
    _print_mean(tables, instrument)


def _header(tables: Tables, score: str) -> list[str]:
    return ["region", score, *(["category"] if tables.categories else []), "rank"]


def show_index(title: str, rows: list[list[str]]) -> None:
    """The ranked table of a composite index; the first row is the header."""
    _print(title, rows)


def _print(title: str, rows: list[list[str]]) -> None:
    """Columns under each other, as wide as needed: nothing is cut off, on a screen or in a pipe.

    By hand: rich takes longer to import than the whole computation of a small table, and reads
    square brackets in a region's name as markup.
    """
    rows = [[_printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    typer.echo("\n".join([title, *lines]))


def _printable(text: str) -> str:
    """A name from a file may hold signs that steer a terminal; none of them gets there."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _print_mean(tables: Tables, instrument: Instrument) -> None:
    """The plain mean, and over how many regions; of one region it would say nothing new."""
    root, counts = instrument.root.code, tables.record["counts"]
    n = counts.get("regions_compared", counts["regions_with_score"])
    if root in tables.node_means and n > 1:
        typer.echo(f"mean of the {n} regions: {tables.node_means[root]:.2f}")


def _ranked(tables: Tables, instrument: Instrument) -> list[RankRow]:
    return [row for row in tables.ranks if row.node == instrument.root.code]


def _lines(
    tables: Tables, instrument: Instrument
) -> Iterator[tuple[ScoreRow, RankRow, CategoryRow | None]]:
    ranks = {row.region: row for row in _ranked(tables, instrument)}
    categories = {row.region: row for row in tables.categories}
    scores = [row for row in tables.scores if row.node == instrument.root.code]
    for row in sorted(scores, key=lambda r: (r.score is None, -(r.score or 0.0), r.region)):
        yield row, ranks[row.region], categories.get(row.region)


def _score(row: ScoreRow, digits: int = 1) -> str:
    if row.score is None:
        return next((text for flag, text in WITHHELD.items() if flag in row.flags), "")
    if row.lower is None or row.upper is None:
        return f"{row.score:.{digits}f}"
    return f"{row.score:.{digits}f} ({row.lower:.{digits}f} to {row.upper:.{digits}f})"


def _category(row: CategoryRow | None) -> list[str]:
    """No cell without a rule; else the word with its probability."""
    if row is None:
        return []
    if row.category == NOT_ENOUGH_DATA:
        return ["not enough data"]
    probability = row.probabilities.get(row.category)
    return [row.category if probability is None else f"{row.category} ({probability:.0%})"]


def _band(row: RankRow, scored: int) -> str:
    if row.rank_lower is None:
        return ""
    return f"{row.rank_lower} to {row.rank_upper} of {scored}"
