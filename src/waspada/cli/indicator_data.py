"""What `index`, `analyse` and `vary` read beside the METHOD: META, DATA and denominators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from waspada.collection.denominators import Denominators
    from waspada.collection.indicators import IndicatorTable
    from waspada.instrument.framework import Framework

DenominatorsFile = Annotated[
    Path | None,
    typer.Option(
        help="Denominators in a file of their own: uCode, Time if need be, a column each."
    ),
]
GroupColumns = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Column of DATA with groups, beside META's; repeatable."),
]


@dataclass(frozen=True)
class Meta:
    """The framework, with groups and denominators that META itself does not name."""

    framework: Framework
    denominators: Denominators | None

    def read(self, data: Path, *, time: int | None) -> IndicatorTable:
        """The table of indicators. Raises AnswersError."""
        from waspada.collection.indicators import read_indicators

        if self.denominators is None:
            return read_indicators(data, self.framework, time=time)
        table = read_indicators(data, self.denominators.outside(self.framework), time=time)
        return self.denominators.join(table, self.framework)


def read_meta(
    meta: Path, *, groups: Sequence[str] | None = None, denominators: Path | None = None
) -> Meta:
    """META: COINr's iMeta, or an instrument (folder, workbook, text twin).

    groups: further columns of the data table that hold groups; an instrument names none itself.
    denominators: a file of them; its columns are taken, not those of the data table.
    Raises InstrumentError, AnswersError; a usage error for a group that is a code already.
    """
    from waspada.instrument.framework_read import read_framework

    framework = read_framework(meta)
    more = [code for code in dict.fromkeys(groups or ()) if code not in framework.groups]
    for code in more:
        if code in framework.weights or code in framework.denominators:
            problem = f'"{code}" is an indicator, node or denominator of {meta.name}.'
            raise typer.BadParameter(problem, param_hint="--group")
    framework = replace(framework, groups=(*framework.groups, *more))
    if denominators is None:
        return Meta(framework, None)
    from waspada.collection.denominators import read_denominators

    found = read_denominators(denominators, framework)
    return Meta(found.known_to(framework), found)
