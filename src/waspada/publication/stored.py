"""Tables as JSON and back, without losing a bit: what the web application stores as a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from waspada.publication.model import (
    CategoryRow,
    DriverRow,
    DriverSum,
    ElementRow,
    MeetingRow,
    QualityRow,
    RankRow,
    ScoreRow,
    Tables,
)

FORMAT = 1
"""Version of this layout; it changes when a reader of older rows would stumble."""

_ROWS: dict[str, Callable[..., Any]] = {
    "scores": ScoreRow,
    "items": ScoreRow,
    "ranks": RankRow,
    "categories": CategoryRow,
    "drivers": DriverRow,
    "driver_sums": DriverSum,
    "elements": ElementRow,
    "quality": QualityRow,
    "meeting_effect": MeetingRow,
}


def tables_to_json(tables: Tables) -> dict[str, Any]:
    """JSON values (dicts, lists, text, numbers, None). Python writes the shortest text that reads
    back as the same float64, so a trip through `json` is exact."""
    return {
        "format": FORMAT,
        **{name: [_listed(asdict(row)) for row in getattr(tables, name)] for name in _ROWS},
        "node_means": dict(tables.node_means),
        "node_mean_intervals": {k: list(v) for k, v in tables.node_mean_intervals.items()},
        "driver_reference": tables.driver_reference,
        "difference_pairs": [list(pair) for pair in tables.difference_pairs],
        "record": tables.record,
    }


def tables_from_json(stored: dict[str, Any]) -> Tables:
    """The tables that `tables_to_json` stored. Raises ValueError for another format."""
    if stored.get("format") != FORMAT:
        raise ValueError(f"stored tables have format {stored.get('format')}, not {FORMAT}")
    rows = {
        name: tuple(kind(**_tupled(row)) for row in stored.get(name, ()))
        for name, kind in _ROWS.items()
    }
    return Tables(
        **rows,
        node_means=dict(stored["node_means"]),
        node_mean_intervals={
            k: (low, high) for k, (low, high) in stored["node_mean_intervals"].items()
        },
        driver_reference=stored["driver_reference"],
        difference_pairs=tuple((high, low) for high, low in stored["difference_pairs"]),
        record=stored["record"],
    )


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in row.items()}


def _tupled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
