"""Rounds with answers for tests: the example of the repository, and small rounds made by hand.

Answers of a small round are drawn with a fixed seed; `plan` says for each region how many people
of which element answer, and `answer` may fix what they say.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from waspada.instrument.model import Form, Instrument, Item
from waspada_web.accounts.models import Role, RoleKind, User
from waspada_web.collection.models import Lens, Round, RoundRegion, State
from waspada_web.collection.operations import add_washed, open_round
from waspada_web.elections.models import Election
from waspada_web.elections.operations import load_election
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.instrument.operations import store_instrument
from waspada_web.instrument.queries import instrument_of
from waspada_web.regions.models import Region
from waspada_web.regions.operations import SOUTH_KALIMANTAN, load_regions

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "pilkada-2024-kalsel-synthetic.csv"
EXAMPLE_DAY = date(2024, 9, 18)
PASSWORD = "a password for tests only"

ELEMENTS = (
    "civil_servants",
    "religious_leaders",
    "community_organisations",
    "news_media",
    "youth",
    "academics",
)
"""The required elements of the example instrument."""

Answer = Callable[[random.Random, str, str, Item], str]
"""(chance, region, element, item) -> code of the choice; "" leaves the question empty."""


def make_regions() -> None:
    load_regions(SOUTH_KALIMANTAN, by=None)


def make_election() -> Election:
    return load_election(ROOT / "calendars" / "pilkada-2024.csv", by=None)


def make_instrument(name: str = "kerawanan-pilkada-contoh") -> InstrumentVersion:
    return store_instrument(ROOT / "instruments" / name, by=None)


def make_person(
    kind: RoleKind, code: str, *, email: str = "", title: str = "Kepala Badan Kesbangpol"
) -> User:
    """A person with one role; logs in with PASSWORD."""
    address = email or f"{kind.value}.{code.replace('.', '')}@kesbangpol.example"
    user = User.objects.create_user(address, PASSWORD, title=title)
    Role.objects.create(user=user, kind=kind, region=Region.objects.get(code=code))
    return user


def make_round(
    codes: Iterable[str],
    *,
    instrument: str = "kerawanan-pilkada-contoh",
    is_synthetic: bool = True,
    title: str = "Putaran September 2024",
) -> Round:
    """A round without answers in these regions; loads what it needs first."""
    if not Region.objects.exists():
        make_regions()
    return open_round(
        by=None,
        title=title,
        instrument_version=make_instrument(instrument),
        election=make_election(),
        form=Form.CORE,
        starts_on=date(2024, 9, 9),
        ends_on=date(2024, 9, 17),
        organiser="Badan Kesbangpol Provinsi Kalimantan Selatan",
        contact="kesbangpol@kalsel.example",
        regions=Region.objects.filter(code__in=list(codes)),
        is_synthetic=is_synthetic,
        today=EXAMPLE_DAY,
    )


def instrument_of_round(round: Round) -> Instrument:
    return instrument_of(round.instrument_version, Form(round.form))


def close_with(round: Round, code: str, rows: Iterable[tuple[str, Mapping[str, str]]]) -> None:
    """Store washed answers (element, item -> choice) of a region, and close it."""
    member = RoundRegion.objects.get(round=round, region__code=code)
    add_washed(member, [(element, Lens.SELF.value, answers) for element, answers in rows])
    member.state = State.CLOSED
    member.save(update_fields=["state"])


def make_example_round(*, only: Iterable[str] | None = None) -> Round:
    """The synthetic round of 13 regions, closed but not measured."""
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    codes = sorted(set(only) if only is not None else {row["region"] for row in rows})
    round = make_round(codes)
    for code in codes:
        close_with(
            round,
            code,
            [
                (
                    row["stratum"],
                    {
                        item: choice
                        for item, choice in row.items()
                        if choice and item not in ("region", "stratum")
                    },
                )
                for row in rows
                if row["region"] == code
            ],
        )
    return round


def by_chance(middle: float = 2.0) -> Answer:
    """Answers around a position of the scale; 0 is its first choice."""

    def answer(chance: random.Random, region: str, element: str, item: Item) -> str:
        del region, element
        scale = _SCALES[item.scale]
        scored = [choice.code for choice in scale if choice.score is not None]
        place = round(chance.gauss(middle, 1.0) * (len(scored) - 1) / 4)
        return scored[min(len(scored) - 1, max(0, place))]

    return answer


def leaning(levels: Mapping[str, float]) -> Answer:
    """Answers that put a region at about 25 times its level; 2 where it is not named."""

    def answer(chance: random.Random, region: str, element: str, item: Item) -> str:
        del element
        scored = [choice.code for choice in _SCALES[item.scale] if choice.score is not None]
        level = chance.gauss(levels.get(region, 2.0), 1.0)
        if item.direction == -1:
            level = 4 - level
        place = round(level * (len(scored) - 1) / 4)
        return scored[min(len(scored) - 1, max(0, place))]

    return answer


def copying(
    region: str, *, say: Answer | None = None, every: int = 5, noise: float = 0.0
) -> Answer:
    """Answers as `say` gives them, but in this region every fifth person has the same ones.

    noise: share of copied answers that differ after all.
    """
    people: dict[str, int] = {}
    shared: dict[str, str] = {}
    first: list[str] = []
    speak = say or by_chance()

    def answer(chance: random.Random, code: str, element: str, item: Item) -> str:
        first[:] = first or [item.code]
        if item.code == first[0]:
            people[code] = people.get(code, 0) + 1
        given = speak(chance, code, element, item)
        if code != region or people[code] % every:
            return given
        kept = shared.setdefault(item.code, given)
        return given if chance.random() < noise else kept

    return answer


_SCALES: dict[str, tuple] = {}  # type: ignore[type-arg]


def make_small_round(
    plan: Mapping[str, Mapping[str, int]],
    *,
    answer: Answer | None = None,
    instrument: str = "kerawanan-pilkada-contoh",
    is_synthetic: bool = True,
    seed: int = 3,
    title: str = "Putaran September 2024",
) -> Round:
    """plan: region code -> element -> people. Every region is closed."""
    round = make_round(plan, instrument=instrument, is_synthetic=is_synthetic, title=title)
    form = instrument_of_round(round)
    _SCALES.update({scale.code: scale.choices for scale in form.scales})
    chance = random.Random(seed)
    say = answer or by_chance()
    for code, people in plan.items():
        rows = []
        for element, count in people.items():
            for _ in range(count):
                given = {item.code: say(chance, code, element, item) for item in form.items}
                rows.append((element, {item: choice for item, choice in given.items() if choice}))
        close_with(round, code, rows)
    return round


def full_hall(per_element: int = 6) -> dict[str, int]:
    """The same number of people of every required element."""
    return dict.fromkeys(ELEMENTS, per_element)
