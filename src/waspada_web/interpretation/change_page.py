"""What changed since the last round of a region: all words and figures ready."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from waspada.publication.model import ChangeRow, DriverRow, DriverSum
from waspada_web.index.earlier import StoredChange
from waspada_web.interpretation.reading import Reading
from waspada_web.ui import charts, formats
from waspada_web.ui.charts import Axis, Direction

NOTHING = SafeString("")


@dataclass(frozen=True)
class ChangeMark:
    """A change as shape and word: "naik". figure: "+3,1", where it is real."""

    word: str
    shape: SafeString
    figure: str = ""


@dataclass(frozen=True)
class ChangeLine:
    """A row of the plot. note: "from 50.2 to 54.1". withheld: why there is no figure, if so."""

    name: str
    note: str = ""
    svg: SafeString = NOTHING
    value: str = ""
    interval: str = ""
    mark: ChangeMark | None = None
    withheld: str = ""


@dataclass(frozen=True)
class ChangeFigure:
    """drivers: what the change of the index is made of, the strongest alone, the others summed."""

    heading: str
    drawn: str
    rows: tuple[ChangeLine, ...]
    reason: str
    drivers: tuple[ChangeLine, ...]
    total: str
    total_interval: str


def change_figure(reading: Reading, region: str) -> ChangeFigure | None:
    """None where the region has no earlier round by the same questionnaire."""
    stored = reading.change(region)
    if stored is None:
        return None
    rows = {row.node: row for row in stored.tables.changes if row.region == region}
    root = rows[reading.root.code]
    if root.change is None:
        return ChangeFigure(heading(reading, region), "", (), _reason(root), (), "", "")
    nodes = [reading.root, *reading.instrument.children(reading.root.code)]
    shown = [rows[node.code] for node in nodes if rows[node.code].change is not None]
    axis = _axis([end for row in shown for end in (row.change, row.lower, row.upper)])
    drivers = [row for row in stored.tables.drivers if row.region == region and row.headline]
    rest, total = (
        next(
            (row for row in stored.tables.driver_sums if (row.region, row.part) == (region, part)),
            None,
        )
        for part in ("rest", "total")
    )
    return ChangeFigure(
        heading=heading(reading, region),
        drawn=_drawn(stored),
        rows=tuple(_line(reading, rows[node.code], axis) for node in nodes),
        reason="",
        drivers=_driver_lines(reading, drivers, rest),
        total=formats.signed(total.contribution) if total else "",
        total_interval=_interval(total) if total else "",
    )


def mark(row: ChangeRow) -> ChangeMark | None:
    """Shape and word of a change; None where nothing was compared."""
    if row.change is None or not row.word:
        return None
    if row.word == "rose":
        word, direction = gettext("risen"), Direction.UP
    elif row.word == "fell":
        word, direction = gettext("fallen"), Direction.DOWN
    else:
        return ChangeMark(gettext("cannot be told apart"), charts.arrow(Direction.NONE))
    return ChangeMark(word, charts.arrow(direction), formats.signed(row.change))


def heading(reading: Reading, region: str) -> str:
    """The finding; a rise or a fall only where it is real."""
    stored, row = reading.change(region), reading.change_row(region)
    assert stored is not None and row is not None
    values = {"round": stored.title}
    if row.change is None:
        return gettext("The value cannot be compared with “%(round)s”") % values
    values |= {"before": formats.score(row.before or 0.0), "after": formats.score(row.after or 0.0)}
    if row.word == "rose":
        return gettext("Risen from %(before)s to %(after)s since “%(round)s”") % values
    if row.word == "fell":
        return gettext("Fallen from %(before)s to %(after)s since “%(round)s”") % values
    return gettext("The value cannot be told apart from that of “%(round)s” yet") % values


def report_sentence(reading: Reading, region: str) -> str:
    """One sentence for the printed report; "" without an earlier round."""
    row = reading.change_row(region)
    if row is None:
        return ""
    told = heading(reading, region)
    if row.change is None or row.lower is None or row.upper is None:
        return f"{told}."
    interval = formats.at_95(formats.signed_interval(row.lower, row.upper))
    return f"{told}: {formats.signed(row.change)} ({interval})."


def _reason(row: ChangeRow) -> str:
    if "withheld" in row.flags:
        return gettext("The value is not shown in one of the two rounds.")
    return gettext("The data of one of the two rounds are not enough.")


def _drawn(stored: StoredChange) -> str:
    return " ".join(
        [
            gettext("Change in points since the last round, which ended on %(day)s.")
            % {"day": formats.day(stored.ended_on)},
            gettext("The thin line is the 95\N{NO-BREAK SPACE}% interval."),
            gettext(
                "A change is called a rise or a fall only where it stands with all comparisons of "
                "the round taken together; the others cannot be told apart from no change yet."
            ),
        ]
    )


def _axis(ends: list[float | None]) -> Axis:
    known = [end for end in ends if end is not None]
    return charts.axis_around([0.0, *known], step=1.0, least=2.0, bounded=False)


def _line(reading: Reading, row: ChangeRow, axis: Axis) -> ChangeLine:
    node = reading.instrument.node_by_code[row.node]
    label = gettext("The index") if node is reading.root else reading.label(node.label)
    if row.change is None or row.before is None or row.after is None:
        return ChangeLine(label, withheld=gettext("Not compared: not shown in one of the rounds."))
    return ChangeLine(
        name=label,
        note=gettext("from %(before)s to %(after)s")
        % {"before": formats.score(row.before), "after": formats.score(row.after)},
        svg=charts.driver_row(row.change, row.lower, row.upper, axis, raises=row.change > 0),
        value=formats.signed(row.change),
        interval=_interval(row),
        mark=mark(row),
    )


def _interval(row: ChangeRow | DriverRow | DriverSum) -> str:
    if row.lower is None or row.upper is None:
        return ""
    return f"({formats.signed_interval(row.lower, row.upper)})"


def _driver_lines(
    reading: Reading, drivers: list[DriverRow], rest: DriverSum | None
) -> tuple[ChangeLine, ...]:
    parts: list[tuple[str, str, DriverRow | DriverSum]] = []
    for row in sorted(drivers, key=lambda row: (-abs(row.contribution), row.item)):
        dimension = reading.dimension_of(row.item)
        note = reading.label(dimension.label) if dimension else ""
        parts.append((reading.item_name(row.item), note, row))
    if rest is not None and drivers:
        parts.append((gettext("All others"), gettext("added up"), rest))
    axis = _axis([end for _, _, p in parts for end in (p.contribution, p.lower, p.upper)])
    return tuple(
        ChangeLine(
            name=name,
            note=note,
            svg=charts.driver_row(
                part.contribution, part.lower, part.upper, axis, raises=part.contribution > 0
            ),
            value=formats.signed(part.contribution),
            interval=_interval(part),
        )
        for name, note, part in parts
    )
