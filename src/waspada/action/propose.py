"""From what drives a region's index to steps that a person may choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from waspada.action.model import Action, Catalogue, Factor, ProposedStep, Purpose
from waspada.errors import CatalogueError, Fault
from waspada.instrument.model import Instrument, Polarity
from waspada.watch.calendar import earliest_future, has_begun, running, stages_of
from waspada.watch.model import Calendar, DueReason, Stage


def propose_steps(
    driver_items: Sequence[tuple[str, float]],
    instrument: Instrument,
    catalogue: Catalogue,
    calendar: Calendar,
    on: date,
    *,
    limit_drivers: int = 3,
) -> tuple[ProposedStep, ...]:
    """Steps for the items that make one region most vulnerable, on the day `on`.

    driver_items: (item code, contribution in points of the index) of one region, in any order.
    limit_drivers: how many of the strongest drivers to follow; >= 0.

    A driver leads to the actions of the factor its item asks (the first of `item.factors`):
    prevention first, then handling, each in the catalogue's order. Handling is proposed only
    when a stage of the factor runs or is over, prevention only while not all of them are over.
    An action appears once, with every driver that leads to it.

    Returns nothing for a driver whose item names no factor; `raising_drivers` shows it.
    Raises CatalogueError when an item names a factor that the catalogue lacks.
    """
    drivers = raising_drivers(driver_items, instrument, limit=limit_drivers)
    steps = []
    for factor, items in _asked_factors(drivers, instrument, catalogue).items():
        factor_entry = catalogue.factor_by_code[factor]
        for action in _fitting_actions(factor_entry, calendar, on):
            steps.append(_step(action, factor_entry, tuple(items), catalogue, calendar, on))
    return tuple(steps)


def raising_drivers(
    driver_items: Iterable[tuple[str, float]], instrument: Instrument, *, limit: int
) -> tuple[str, ...]:
    """Items that move the index towards more vulnerability, the strongest first, at most `limit`.

    That is a positive contribution where a high index means more vulnerable, a negative one where
    it means better. Joined rows (item code "") and contributions of zero are none. Of two that
    are equally strong the one earlier in the instrument comes first.
    """
    sign = 1.0 if instrument.polarity is Polarity.MORE_VULNERABLE else -1.0
    place = {item.code: number for number, item in enumerate(instrument.items)}
    raising = [(sign * points, code) for code, points in driver_items if code and sign * points > 0]
    raising.sort(key=lambda pair: (-pair[0], place[pair[1]]))
    return tuple(code for _, code in raising[:limit])


def _asked_factors(
    drivers: Iterable[str], instrument: Instrument, catalogue: Catalogue
) -> dict[str, list[str]]:
    """Factor -> the drivers that ask it, both in the order of the drivers."""
    asked: dict[str, list[str]] = {}
    faults = []
    for code in drivers:
        for factor in instrument.item_by_code[code].factors[:1]:
            asked.setdefault(factor, []).append(code)
            if factor not in catalogue.factor_by_code:
                problem = f'It leads to factor "{factor}", which the catalogue lacks.'
                remedy = "Correct the item, or add the factor to the catalogue."
                faults.append(Fault("unknown_factor", f'item "{code}"', problem, remedy))
    if faults:
        raise CatalogueError(instrument.code, faults)
    return asked


def _fitting_actions(factor: Factor, calendar: Calendar, on: date) -> list[Action]:
    """Actions of a factor that make sense on this day: prevention first, then handling."""
    is_over = earliest_future(calendar, factor.stages, on).reason is DueReason.OVER
    fits = {
        Purpose.PREVENTION: not is_over,
        Purpose.HANDLING: has_begun(calendar, factor.stages, on),
    }
    return [
        action
        for purpose in (Purpose.PREVENTION, Purpose.HANDLING)
        for action in factor.actions
        if action.purpose is purpose and fits[purpose]
    ]


def _step(
    action: Action,
    factor: Factor,
    drivers: tuple[str, ...],
    catalogue: Catalogue,
    calendar: Calendar,
    on: date,
) -> ProposedStep:
    due = earliest_future(calendar, factor.stages, on)
    lead = catalogue.body_by_code[action.lead]
    return ProposedStep(
        action=action,
        factor=factor,
        drivers=drivers,
        lead=lead,
        support=tuple(catalogue.body_by_code[code] for code in action.support),
        mode=lead.mode,
        evidence=catalogue.evidence_by_code[action.evidence],
        due_stage=due.stage,
        due=due.date,
        due_reason=due.reason,
        running_stage=_running_stage(factor, calendar, on),
    )


def _running_stage(factor: Factor, calendar: Calendar, on: date) -> Stage | None:
    """The factor's stage that runs today and ends first."""
    now = set(running(calendar, on)) & set(stages_of(calendar, factor.stages))
    return min(now, key=lambda stage: (stage.end or date.max, stage.code), default=None)
