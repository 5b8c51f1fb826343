"""The tables of a page as CSV files: the columns of the command's files, fewer rows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from waspada.publication.files import categories_csv, drivers_csv, ranks_csv, scores_csv
from waspada.publication.model import NOT_ENOUGH_DATA, RankRow, ScoreRow, Tables
from waspada_web.interpretation.reading import FEWEST_TOLD, Reading

FILES: dict[str, Callable[[Tables], str]] = {
    "scores": scores_csv,
    "ranks": ranks_csv,
    "categories": categories_csv,
    "drivers": drivers_csv,
}

OF_A_ROUND = ("scores", "ranks", "categories")
"""Of its siblings a region sees the index level only; drivers and branches stay at home."""


def region_csv(reading: Reading, region: str, name: str) -> str:
    """One table of one region."""
    return FILES[name](_narrowed(reading, {region}))


def round_csv(reading: Reading, name: str) -> str:
    """One table of all regions, the index itself without its branches."""
    root = reading.root.code
    tables = _narrowed(reading, set(reading.regions))
    return FILES[name](
        replace(
            tables,
            scores=tuple(row for row in tables.scores if row.node == root),
            ranks=tuple(row for row in tables.ranks if row.node == root),
            drivers=(),
        )
    )


def _narrowed(reading: Reading, regions: Collection[str]) -> Tables:
    """Rows of these regions; a region without enough data keeps its rows but no figure."""
    tables = reading.tables
    told = [code for code in regions if reading.has_enough(code)]
    return replace(
        tables,
        scores=tuple(
            _told(row) if row.region in told else _untold(row)
            for row in tables.scores
            if row.region in regions
        ),
        ranks=tuple(
            row if row.region in told else RankRow(row.region, row.node, None, None, None)
            for row in tables.ranks
            if row.region in regions
        ),
        categories=tuple(row for row in tables.categories if row.region in regions),
        drivers=tuple(row for row in tables.drivers if row.region in told),
    )


def _told(row: ScoreRow) -> ScoreRow:
    """A count below five is not told, nor a share made of it; 0 stands for both."""
    few = row.n_responses < FEWEST_TOLD
    return replace(row, n_responses=0, share_answered=0.0) if few else row


def _untold(row: ScoreRow) -> ScoreRow:
    """What the page does not say, the file does not say either; the flag says why."""
    flags = (*row.flags, NOT_ENOUGH_DATA)
    return _told(replace(row, score=None, lower=None, upper=None, flags=flags))
