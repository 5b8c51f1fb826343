"""Write the synthetic example round: invented answers from 13 regions with real names.

    PYTHONPATH=src python examples/make_synthetic_round.py

The same seed gives the same bytes on every machine: only `random.random` is drawn from, whose
sequence Python guarantees, and no answer depends on the order of a set.

An answer is the nearest of the five choices to

    region's level + item + element + what is special here + the person + chance

on the scale of vulnerability, 0..100; for items with direction -1 the scale is turned first.
The words "level", "special" and so on are the tables below. All of them are made up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from random import Random
from statistics import NormalDist

from waspada.instrument import read_instrument
from waspada.instrument.model import Form, Instrument, Item, MissingKind

HERE = Path(__file__).parent
INSTRUMENT = HERE.parent / "instruments" / "kerawanan-pilkada-contoh" / "instrument.yaml"
OUTPUT = HERE / "pilkada-2024-kalsel-synthetic.csv"

SEED = 20240918
PERSON_SD = 20.0  # between people of one region, about the whole questionnaire
SPECIAL_SD = 5.0  # between regions, about one item, beyond the region's level
CHANCE_SD = 20.0  # between the answers of one person
VIGNETTE_SD = 9.0
LENIENCY = 0.2  # how much of a person's own level colours the rating of an invented regency
SHARE_STOPPING_EARLY = 0.02


@dataclass(frozen=True)
class Region:
    """level: about where its index falls, 0..100. elements: answers per element.
    special: points by which single items lie higher (+) or lower (-) than the level says."""

    level: float
    elements: Mapping[str, int]
    special: Mapping[str, float] = field(default_factory=dict)


def elements(*required: int, **optional: int) -> dict[str, int]:
    """Answers per element; the six required ones by position, zero means none came."""
    names = (
        "civil_servants",
        "religious_leaders",
        "community_organisations",
        "news_media",
        "youth",
        "academics",
    )
    return dict(zip(names, required, strict=True)) | optional


REGIONS = {
    "63.01": Region(45, elements(12, 7, 8, 5, 9, 5, women_vulnerable_groups=5)),
    "63.02": Region(51, elements(6, 3, 4, 0, 4, 0)),  # too few for a category
    "63.03": Region(47, elements(16, 10, 11, 7, 12, 8, customary_community_leaders=6)),
    "63.04": Region(44, elements(10, 6, 7, 3, 8, 2, business_workers=5)),  # press with academics
    "63.05": Region(42, elements(11, 6, 7, 6, 8, 3)),  # academics join the press
    "63.06": Region(49, elements(13, 9, 8, 6, 10, 6)),
    "63.07": Region(
        66,
        elements(13, 8, 9, 6, 10, 7, customary_community_leaders=5),
        {"result_rejection_unrest": 10, "vote_buying": 6, "polling_staff_ready": -8},
    ),
    "63.08": Region(52, elements(12, 9, 8, 5, 4, 5)),  # youth join the community organisations
    "63.09": Region(46, elements(12, 7, 9, 6, 9, 6, business_workers=6)),
    "63.10": Region(50, elements(11, 6, 9, 5, 8, 5, business_workers=7, other_community=3)),
    "63.11": Region(
        55,
        elements(14, 8, 9, 6, 9, 6),
        {
            "voter_list_accurate": 27,
            "civil_servant_partiality": 16,
            "online_falsehoods": 20,
            "off_schedule_campaign": 0,
            "polling_staff_ready": -4,
            "repeat_voting": -2,
            "vote_buying": -2,
            "balanced_media": 0,
            "moved_voters_excluded": 6,
            "agency_coordination": -18,
            "warning_follow_up": -20,
            "candidacy_unrest": -16,
            "women_safe": -14,
        },
    ),
    "63.71": Region(
        48,
        elements(17, 10, 12, 9, 13, 9, women_vulnerable_groups=5),
        {"online_falsehoods": 6, "moved_voters_excluded": 6},
    ),
    "63.72": Region(31, elements(13, 7, 8, 6, 9, 8), {"polling_staff_ready": -6}),
}

ITEMS = {
    "clashes_between_residents": -16,
    "disaster_disruption": 2,
    "election_body_neutral": -4,
    "polling_staff_ready": -6,
    "civil_servant_partiality": 6,
    "agency_coordination": -4,
    "voter_list_accurate": 0,
    "moved_voters_excluded": 4,
    "off_schedule_campaign": 7,
    "balanced_media": 0,
    "repeat_voting": -6,
    "polling_place_intimidation": -5,
    "dispute_resolution_fair": 1,
    "result_rejection_unrest": -2,
    "supervisor_follow_up": 3,
    "observers_blocked": -8,
    "candidacy_unrest": -6,
    "women_safe": -6,
    "vote_buying": 11,
    "online_falsehoods": 9,
    "reluctant_voters": 2,
    "voter_information": -4,
    "ignored_groups": 6,
    "warning_follow_up": 2,
}
"""How far an item lies above (+) or below (-) the others, in points of vulnerability."""

ELEMENTS = {
    "civil_servants": -3,
    "religious_leaders": -1,
    "community_organisations": 1,
    "news_media": 3,
    "youth": 2,
    "academics": 1,
    "customary_community_leaders": -2,
    "women_vulnerable_groups": 2,
}
"""How much more (+) or less (-) vulnerable an element finds its region."""

OWN_HOUSE = {
    ("civil_servants", "civil_servant_partiality"): -8,
    ("civil_servants", "agency_coordination"): -5,
    ("civil_servants", "warning_follow_up"): -5,
    ("news_media", "balanced_media"): -8,
    ("academics", "voter_information"): 4,
}
"""Who is rated rates milder."""

HARD_TO_KNOW = {
    "supervisor_follow_up": 0.16,
    "observers_blocked": 0.12,
    "dispute_resolution_fair": 0.12,
    "repeat_voting": 0.10,
    "moved_voters_excluded": 0.10,
    "polling_staff_ready": 0.09,
    "election_body_neutral": 0.08,
}
"""Share of "don't know"; other items of the index: 0.06; invented regencies: 0.01."""

NOT_APPLICABLE = {"candidacy_unrest": 0.02, "disaster_disruption": 0.01}
NO_ANSWER = {"vote_buying": 0.025, "civil_servant_partiality": 0.02}
OVERALL = "overall_vulnerability_self"
VIGNETTES = {"vignette_low": 18.0, "vignette_medium": 50.0, "vignette_high": 86.0}


def main() -> None:
    instrument = read_instrument(INSTRUMENT).in_form(Form.CORE)
    OUTPUT.write_text(synthetic_csv(instrument, SEED), encoding="utf-8", newline="")


def synthetic_csv(instrument: Instrument, seed: int) -> str:
    """The file: region, element, one column per item; rows sorted, so that their order tells
    nothing. Neither an id nor a time."""
    sheet = StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["region", "stratum", *(item.code for item in instrument.items)])
    writer.writerows(sorted(_rows(instrument, Random(seed))))
    return sheet.getvalue()


def _rows(instrument: Instrument, random: Random) -> Iterator[tuple[str, ...]]:
    for code, region in REGIONS.items():
        levels = _levels(region, instrument, random)
        for element, count in region.elements.items():
            for _ in range(count):
                yield (code, element, *_answers(instrument, levels, element, random))


def _levels(region: Region, instrument: Instrument, random: Random) -> dict[str, float]:
    """Where each item of the index lies in this region."""
    return {
        item.code: region.level
        + ITEMS[item.code]
        + region.special.get(item.code, _normal(random, SPECIAL_SD))
        for item in instrument.index_items
    } | {OVERALL: region.level}


def _answers(
    instrument: Instrument, levels: Mapping[str, float], element: str, random: Random
) -> list[str]:
    """One person's answers, in the order of the items."""
    person = _normal(random, PERSON_SD)
    answers = [
        _answer(instrument, item, levels, element, person, random) for item in instrument.items
    ]
    if random.random() < SHARE_STOPPING_EARLY:
        answered = len(answers) - 3 - int(random.random() * 8)
        answers[answered:] = [""] * (len(answers) - answered)
    return answers


def _answer(
    instrument: Instrument,
    item: Item,
    levels: Mapping[str, float],
    element: str,
    person: float,
    random: Random,
) -> str:
    missing = _missing(item, random)
    if item.code in VIGNETTES:
        value = VIGNETTES[item.code] + LENIENCY * person + _normal(random, VIGNETTE_SD)
    else:
        own_house = OWN_HOUSE.get((element, item.code), 0)
        value = levels[item.code] + ELEMENTS.get(element, 0) + own_house + person
        value += _normal(random, CHANCE_SD)
    return _nearest_choice(instrument, item, value) if missing is None else missing


def _missing(item: Item, random: Random) -> str | None:
    """The code of a missing answer, "" for a blank, None where the answer is given."""
    is_rated = item.code in VIGNETTES
    shares = (
        (MissingKind.DONT_KNOW.value, 0.01 if is_rated else HARD_TO_KNOW.get(item.code, 0.06)),
        (MissingKind.NOT_APPLICABLE.value, NOT_APPLICABLE.get(item.code, 0.0)),
        (MissingKind.NO_ANSWER.value, NO_ANSWER.get(item.code, 0.004)),
        ("", 0.004),
    )
    draw = random.random()
    for code, share in shares:
        if draw < share:
            return code
        draw -= share
    return None


def _nearest_choice(instrument: Instrument, item: Item, value: float) -> str:
    """Choice whose score is nearest to a value on the scale of vulnerability."""
    asked = value if item.direction > 0 else 100.0 - value
    scored = [choice for choice in instrument.scale_of(item).choices if choice.score is not None]
    return min(scored, key=lambda choice: abs((choice.score or 0.0) - asked)).code


def _normal(random: Random, sd: float) -> float:
    return NormalDist(0.0, sd).inv_cdf(random.random())


if __name__ == "__main__":
    main()
