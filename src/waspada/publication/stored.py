"""Tables as JSON and back, without losing a bit: what the web application stores as a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from waspada.publication.model import (
    AgreementRow,
    CategoryRow,
    ChangeRow,
    ChangeTables,
    CheckRow,
    DriverRow,
    DriverSum,
    ElementRow,
    MeetingRow,
    PairRow,
    QualityRow,
    RankProbabilityRow,
    RankRow,
    ScoreRow,
    ShrinkageRow,
    Tables,
    VignetteRow,
    WithoutRow,
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
    "checks": CheckRow,
    "without_flagged": WithoutRow,
    "agreement": AgreementRow,
    "vignettes": VignetteRow,
}

_LATER_ROWS: dict[str, Callable[..., Any]] = {
    "rank_probabilities": RankProbabilityRow,
    "shrinkage": ShrinkageRow,
    "meeting_effect": MeetingRow,
}
"""Tables that runs stored before them do not have; they read as empty."""


def tables_to_json(tables: Tables) -> dict[str, Any]:
    """JSON values (dicts, lists, text, numbers, None). Python writes the shortest text that reads
    back as the same float64, so a trip through `json` is exact."""
    return {
        "format": FORMAT,
        **{
            name: [_listed(asdict(row)) for row in getattr(tables, name)]
            for name in (*_ROWS, *_LATER_ROWS)
        },
        "pairs": [
            [row.higher, row.lower, row.probability_above, row.told_apart] for row in tables.pairs
        ],
        "groups": [list(group) for group in tables.groups],
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
        name: tuple(kind(**_tupled(row)) for row in stored.get(name, []))
        for name, kind in {**_ROWS, **_LATER_ROWS}.items()
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
        pairs=tuple(PairRow(*row) for row in stored.get("pairs", [])),
        groups=tuple(tuple(group) for group in stored.get("groups", [])),
    )


_CHANGE_ROWS: dict[str, Callable[..., Any]] = {
    "changes": ChangeRow,
    "drivers": DriverRow,
    "driver_sums": DriverSum,
}


def changes_to_json(tables: ChangeTables) -> dict[str, Any]:
    """JSON values of a comparison of two rounds, as `tables_to_json` makes those of one."""
    rows = {name: [_listed(asdict(row)) for row in getattr(tables, name)] for name in _CHANGE_ROWS}
    return {"format": FORMAT, **rows, "record": tables.record}


def changes_from_json(stored: dict[str, Any]) -> ChangeTables:
    """What `changes_to_json` stored. Raises ValueError for another format."""
    if stored.get("format") != FORMAT:
        raise ValueError(f"stored changes have format {stored.get('format')}, not {FORMAT}")
    rows = {
        name: tuple(kind(**_tupled(row)) for row in stored.get(name, ()))
        for name, kind in _CHANGE_ROWS.items()
    }
    return ChangeTables(**rows, record=stored["record"])


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in row.items()}


def _tupled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
