"""Two versions of an index side by side: what the difference does to scores and ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from waspada.index.analysis.correlation import Kind, correlate
from waspada.index.analysis.table import cell, ranks
from waspada.index.composite.model import Detail
from waspada.index.model import Floats


def compare_versions(
    units: tuple[Sequence[str], Sequence[str]],
    scores: tuple[Floats, Floats],
    *,
    biggest: int = 10,
) -> tuple[Detail, Detail, Detail]:
    """Scores and ranks of every unit in two versions, the units that move most, a summary.

        score_difference = first - second;  rank_difference = rank in first - rank in second

    units, scores: codes and (n_rows,) scores of each version; NaN = no score. A code may be of
    anything that stands once in each version, for example a unit and a year. Units that only one
    version has keep a row with empty cells. Ranks are those within each version, 1 = highest.
    Returns `comparison` (by code), `comparison_movers` (the `biggest` by |rank difference|, then
    |score difference|), `comparison_summary`.
    """
    first, second = (dict(zip(u, s, strict=True)) for u, s in zip(units, scores, strict=True))
    places = [
        dict(zip(u, ranks(np.asarray(s)[:, None])[:, 0], strict=True))
        for u, s in zip(units, scores, strict=True)
    ]
    codes = sorted({*first, *second})
    a, b = _column(first, codes), _column(second, codes)
    rank_a, rank_b = _column(places[0], codes), _column(places[1], codes)
    rows = [
        (code, *map(cell, line))
        for code, line in zip(
            codes,
            np.column_stack(
                [a, b, a - b, rank_a, rank_b, rank_a - rank_b, np.abs(rank_a - rank_b)]
            ),
            strict=True,
        )
    ]
    header = (
        "unit", "first_score", "second_score", "score_difference",
        "first_rank", "second_rank", "rank_difference", "rank_distance",
    )  # fmt: skip
    return (
        Detail("comparison", header, tuple(rows)),
        Detail("comparison_movers", header, tuple(_movers(rows, biggest))),
        Detail("comparison_summary", ("measure", "value"), _summary(a, b, rank_a - rank_b)),
    )


def _column(of: Mapping[str, float], codes: Sequence[str]) -> Floats:
    return np.array([of.get(code, np.nan) for code in codes], dtype=float)


def _movers(rows: Sequence[tuple[object, ...]], biggest: int) -> list[tuple[object, ...]]:
    moved = [row for row in rows if isinstance(row[7], float) and isinstance(row[3], float)]

    def distance(row: tuple[object, ...]) -> tuple[float, float, str]:
        return (-float(row[7]), -abs(float(row[3])), str(row[0]))  # type: ignore[arg-type]

    return sorted(moved, key=distance)[:biggest]


def _summary(a: Floats, b: Floats, moved: Floats) -> tuple[tuple[str, float | None], ...]:
    both = ~np.isnan(a) & ~np.isnan(b)
    distance = np.abs(moved[both])
    counts = (
        ("n_both", float(both.sum())),
        ("n_only_first", float((~np.isnan(a) & np.isnan(b)).sum())),
        ("n_only_second", float((np.isnan(a) & ~np.isnan(b)).sum())),
    )
    agreement = tuple(
        (
            f"{kind.value}_correlation",
            cell(float(correlate(a[:, None], b[:, None], kind=kind).r[0, 0])),
        )
        for kind in Kind
    )
    moves = (
        ("mean_rank_distance", cell(float(distance.mean())) if both.any() else None),
        ("largest_rank_distance", cell(float(distance.max())) if both.any() else None),
        ("share_same_rank", cell(float((distance == 0).mean())) if both.any() else None),
        ("mean_score_difference", cell(float((a - b)[both].mean())) if both.any() else None),
    )
    return (*counts, *agreement, *moves)
