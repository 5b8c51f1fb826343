"""`waspada analyse`: what a composite index is made of, and how well its parts hold together."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waspada.cli.errors import answer_errors
from waspada.cli.indicator_data import DenominatorsFile, GroupColumns, read_meta

if TYPE_CHECKING:
    from waspada.index.composite.model import Built
    from waspada.index.model import Floats


@answer_errors
def analyse(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="Units x indicators: .csv, .xlsx or .parquet."),
    ],
    meta: Annotated[Path, typer.Option(help="Indicators and nodes, or an instrument.")],
    method: Annotated[Path, typer.Option(help="METHOD file (.yaml).")],
    out: Annotated[Path, typer.Option(help="Folder for the tables.")],
    correlation: Annotated[str, typer.Option(help="pearson, spearman or kendall.")] = "pearson",
    sources: Annotated[
        Path | None, typer.Option(help="CSV with columns iCode, source: sources to leave out.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="METHOD file of a second version to compare with.")
    ] = None,
    denominators: DenominatorsFile = None,
    group: GroupColumns = None,
    time: Annotated[int | None, typer.Option(help="Use the rows of this time only.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other files.")
    ] = False,
) -> None:
    """Analyse a composite index: statistics, correlations, reliability, influence, profiles.

    Each table becomes a CSV file; docs/method/composite-analysis.md explains them.
    """
    from waspada.index.analysis.correlation import CorrelationKind
    from waspada.index.analysis.report import analyse as analyse_built
    from waspada.index.composite.build import build
    from waspada.index.composite.method import read_method
    from waspada.publication.analysis import RECORD, write_analysis
    from waspada.publication.files import check_folder

    check_folder(out, force=force, record=RECORD)
    kinds = [kind.value for kind in CorrelationKind]
    if correlation not in kinds:
        raise typer.BadParameter(f"Choose one of {', '.join(kinds)}.", param_hint="--correlation")
    described = read_meta(meta, groups=group, denominators=denominators)
    framework = described.framework
    table = described.read(data, time=time)
    built = build(framework, table, read_method(method, framework))
    second = None
    if compare is not None:
        second = build(framework, table, read_method(compare, framework))
    tables = analyse_built(
        built,
        lambda weights: _aggregated(built, weights),
        kind=CorrelationKind(correlation),
        sources=None if sources is None else _sources(sources, framework.codes),
        other=second,
    )
    write_analysis(built, tables, out, force=force)
    typer.echo(f"{len(tables)} tables written to {out}.", err=True)


def _aggregated(built: Built, weights: Mapping[str, float]) -> Floats:
    from waspada.index.composite.build import aggregated

    return aggregated(built, weights)


def _sources(path: Path, codes: tuple[str, ...]) -> dict[str, list[str]]:
    """Source -> its indicators. A usage error names what is wrong."""
    found: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise typer.BadParameter(f"{path.name}: {fault}", param_hint="--sources") from fault
    for number, row in enumerate(rows, start=2):
        code, source = row.get("iCode"), row.get("source")
        if not code or not source or code not in codes:
            raise typer.BadParameter(
                f"{path.name}, row {number}: write an indicator of META in iCode and a name in "
                "source.",
                param_hint="--sources",
            )
        found.setdefault(source, []).append(code)
    return found
