"""Loading what every server needs, the first person, and the example with its removal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from waspada.collection.model import BLANK, Responses
from waspada.collection.read import read_responses
from waspada.instrument import read_instrument
from waspada.instrument.model import Form, Instrument
from waspada_web.accounts.models import RoleKind, User
from waspada_web.accounts.operations import invite
from waspada_web.audit.operations import record
from waspada_web.collection.models import Lens, Round, RoundRegion, State
from waspada_web.collection.operations import add_washed, open_round
from waspada_web.elections.models import Election
from waspada_web.elections.operations import load_election
from waspada_web.index.operations import measure_round
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.instrument.operations import freeze, store_instrument
from waspada_web.instrument.queries import instrument_of
from waspada_web.regions.models import Region
from waspada_web.regions.operations import SOUTH_KALIMANTAN, load_regions

REPOSITORY: Path = settings.REPOSITORY
CALENDAR = REPOSITORY / "calendars" / "pilkada-2024.csv"
INSTRUMENTS = REPOSITORY / "instruments"
EXAMPLE_ANSWERS = REPOSITORY / "examples" / "pilkada-2024-kalsel-synthetic.csv"
EXAMPLE_INSTRUMENT = INSTRUMENTS / "kerawanan-pilkada-contoh"
EXAMPLE_TITLE = "Contoh: Pilkada 2024 Kalimantan Selatan"
EXAMPLE_TODAY = date(2024, 9, 18)
EXAMPLE_SEED = 20240918
EXAMPLE_EMAIL = "balangan@contoh.invalid"
EXAMPLE_OFFICE = "Operator dan Kepala Kesbangpol Kabupaten Balangan (contoh)"
EXAMPLE_HOME = "63.11"


@transaction.atomic
def load_tables(*, by: User | None = None) -> None:
    """Territories, election and the questionnaires of the project; what is there stays."""
    if not Region.objects.exists():
        load_regions(SOUTH_KALIMANTAN, by=by)
    if not Election.objects.exists():
        load_election(CALENDAR, by=by)
    for folder in _questionnaires():
        store_instrument(folder, by=by)


def _questionnaires() -> Iterator[Path]:
    """Instruments that people answer in a meeting; tables of given scores are for the command."""
    for folder in sorted(path for path in INSTRUMENTS.iterdir() if path.is_dir()):
        instrument = read_instrument(folder)
        if instrument.strata and any(item.evidence.is_asked for item in instrument.items):
            yield folder


def make_first_person(*, email: str, title: str, region: Region, kinds: Sequence[RoleKind]) -> User:
    """The first person of a real server; nobody is there yet who could have invited them."""
    return invite(by=None, email=email, title=title, roles=[(kind, region) for kind in kinds])


def load_example(*, by: User | None = None) -> User:
    """The finished example round, measured, and its person; loading it again changes nothing.

    The answers are synthetic. They take the same way as those of a file: read by the core, washed
    before they are stored, measured like every round.
    """
    round = Round.objects.filter(title=EXAMPLE_TITLE, is_synthetic=True).first()
    round = round or _store_example(by=by)
    if not round.runs.exists():  # also after a start that was interrupted in between
        measure_round(round, by=by, seed=EXAMPLE_SEED)
    return User.objects.get(email=EXAMPLE_EMAIL)


@transaction.atomic
def _store_example(*, by: User | None) -> Round:
    load_tables(by=by)
    version = InstrumentVersion.objects.get(
        fingerprint=read_instrument(EXAMPLE_INSTRUMENT).fingerprint
    )
    instrument = instrument_of(version, Form.CORE)
    responses = read_responses(EXAMPLE_ANSWERS, instrument).responses
    regions = list(Region.objects.filter(code__in=responses.regions))
    round = open_round(
        by=by,
        title=EXAMPLE_TITLE,
        instrument_version=version,
        election=Election.objects.get(code="pilkada-2024"),
        form=Form.CORE,
        starts_on=date(2024, 9, 2),
        ends_on=EXAMPLE_TODAY,
        organiser="Badan Kesbangpol Provinsi Kalimantan Selatan (contoh)",
        contact="petugas di meja kartu (contoh)",
        regions=regions,
        is_synthetic=True,
        today=EXAMPLE_TODAY,
    )
    freeze(version)
    for member in RoundRegion.objects.filter(round=round).select_related("region"):
        add_washed(member, _rows_of(member.region.code, responses, instrument))
    RoundRegion.objects.filter(round=round).update(state=State.CLOSED)
    if not User.objects.filter(email=EXAMPLE_EMAIL).exists():
        home = Region.objects.get(code=EXAMPLE_HOME)
        invite(
            by=by,
            email=EXAMPLE_EMAIL,
            title=EXAMPLE_OFFICE,
            roles=[(RoleKind.OPERATOR, home), (RoleKind.HEAD, home)],
        )
    record(by=by, verb="load-example", subject=f"round {round.pk}", answers=len(responses))
    return round


def _rows_of(
    region: str, responses: Responses, instrument: Instrument
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Rows of one region as they are stored: element, lens, item code -> choice code."""
    choices = [[c.code for c in instrument.scale_of(item).choices] for item in instrument.items]
    codes = [item.code for item in instrument.items]
    at = responses.regions.index(region)
    for row in (responses.region == at).nonzero()[0]:
        answers = {
            code: labels[position]
            for code, labels, position in zip(codes, choices, responses.choice[row], strict=True)
            if position != BLANK
        }
        yield responses.strata[responses.stratum[row]], Lens.SELF.value, answers


@transaction.atomic
def clear_example(*, by: User) -> int:
    """Remove the example rounds with their answers, runs and plans; the number of rounds.

    Territories, election, questionnaires and people stay, and so does every real round: the person
    of the example is the one who works on, and the audit speaks of that person. Rounds made for
    practice go on with the real day.
    """
    rounds = Round.objects.filter(is_synthetic=True)
    titles = list(rounds.values_list("title", flat=True))
    if titles:
        rounds.delete()
        Round.objects.filter(today__isnull=False).update(today=None)
        record(by=by, verb="clear-example", subject="example", rounds=titles)
    return len(titles)
