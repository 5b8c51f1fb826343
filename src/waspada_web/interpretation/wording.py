"""Findings in words. Each function takes figures that are already rounded and returns whole
sentences; it claims only what the intervals carry."""

from __future__ import annotations

from collections.abc import Sequence

from babel.lists import format_list
from django.utils.translation import gettext, ngettext

from waspada.interpretation.drivers import MEAN_OF_REGIONS
from waspada.publication.model import DriverRow
from waspada_web.interpretation.reading import FEWEST_TOLD, SURE, Reading, inline
from waspada_web.interpretation.remarks import looked_at
from waspada_web.ui import formats

NAMED_IN_A_HEADING = 2
"""A heading that names more than this is no heading."""


def listing(words: Sequence[str]) -> str:
    """A, B dan C."""
    joined = str(format_list(list(words), locale=formats.language()))
    return joined.replace(", dan ", " dan ") if len(words) == 2 else joined


def number_word(number: int) -> str:
    """Small numbers in words, as in a sentence read aloud."""
    words = {
        2: gettext("two"),
        3: gettext("three"),
        4: gettext("four"),
        5: gettext("five"),
        6: gettext("six"),
        7: gettext("seven"),
        8: gettext("eight"),
        9: gettext("nine"),
        10: gettext("ten"),
    }
    return words.get(number, formats.whole(number))


def answers(count: int) -> str:
    """ "47 answers"; a count below five is never told exactly."""
    if count < FEWEST_TOLD:
        return gettext("fewer than %(count)s answers") % {"count": FEWEST_TOLD}
    return ngettext("%(count)s answer", "%(count)s answers", count) % {
        "count": formats.whole(count)
    }


# --- One region --------------------------------------------------------------------------------


def region_heading(reading: Reading, region: str, drivers: Sequence[str]) -> str:
    """The finding: the category, two where one is not likely enough, and what certainly drives
    the index towards more concern."""
    name = reading.regions[region].full_name
    likely = likely_categories(reading, region)
    if not likely:
        row = reading.score(region)
        assert row is not None and row.score is not None
        return gettext("%(region)s: %(score)s out of 100") % {
            "region": name,
            "score": formats.score(row.score),
        }
    if not reading.is_vulnerability:
        name = gettext("Vigilance of %(region)s") % {"region": name}
    labels = [inline(reading.category_label(category)) for category in likely]
    word = reading.category(region)
    if word is not None and word.kept:
        return gettext("%(subject)s: still %(kept)s; by the cut-off alone %(by_line)s") % {
            "subject": name,
            "kept": inline(reading.category_label(word.category)),
            "by_line": inline(reading.category_label(word.by_line)),
        }
    if len(labels) > 1:
        return gettext("%(subject)s: %(first)s or %(second)s, not settled yet") % {
            "subject": name,
            "first": labels[0],
            "second": labels[1],
        }
    if not drivers:
        return gettext("%(subject)s: %(category)s") % {"subject": name, "category": labels[0]}
    sentence = (
        gettext("%(subject)s: %(category)s, driven by %(drivers)s")
        if reading.is_vulnerability
        else gettext("%(subject)s: %(category)s, held back by %(drivers)s")
    )
    return sentence % {
        "subject": name,
        "category": labels[0],
        "drivers": listing(drivers[:NAMED_IN_A_HEADING]),
    }


def likely_categories(reading: Reading, region: str) -> list[str]:
    """The category of a region; two, the more likely first, where none reaches SURE."""
    row = reading.category(region)
    if row is None or not reading.has_enough(region):
        return []
    by_probability = sorted(row.probabilities, key=lambda code: -row.probabilities[code])
    if not by_probability or row.probabilities.get(row.category, 0.0) >= SURE:
        return [row.category]
    return by_probability[:2]


def push(reading: Reading, row: DriverRow) -> str:
    """A driver inside a sentence. "Readiness raises vulnerability" would say the opposite of what
    is meant, so a wished-for thing that worsens the number is told as a doubt."""
    name = inline(reading.item_name(row.item))
    if reading.is_worse(row) and reading.names_something_good(row.item):
        return gettext("doubts about “%(indicator)s”") % {"indicator": name}
    if not reading.is_worse(row) and not reading.names_something_good(row.item):
        return gettext("less concern about “%(indicator)s”") % {"indicator": name}
    return name


def days_left(days: int) -> str:
    if days > 0:
        return ngettext(
            "%(days)s day is left until voting day.",
            "%(days)s days are left until voting day.",
            days,
        ) % {"days": formats.whole(days)}
    if days == 0:
        return gettext("Voting is today.")
    return gettext("Voting day is over.")


def based_on(reading: Reading, region: str) -> str:
    row = reading.quality(region)
    count = row.n_responses if row else 0
    return gettext("The number rests on %(answers)s from participants of the meeting.") % {
        "answers": answers(count)
    }


def most_likely_between(lower: float, upper: float) -> str:
    return gettext("The value most likely lies between %(lower)s and %(upper)s.") % {
        "lower": formats.score(lower),
        "upper": formats.score(upper),
    }


def one_in(probability: float, category: str) -> str:
    """What the probability of the second category means; "" where it says nothing new."""
    if probability < 0.05:
        return ""
    share = formats.percent(probability)
    if probability >= 0.4:
        return gettext(
            "A probability of %(share)s for %(category)s is almost as large: prepare for both."
        ) % {"share": share, "category": category}
    return gettext(
        "A probability of %(share)s for %(category)s means about one in %(number)s: "
        "too large to be left out of the preparations."
    ) % {"share": share, "category": category, "number": number_word(round(1 / probability))}


def kept_word(reading: Reading, region: str) -> str:
    """Why the word of the last round stands although the cut-offs say another; "" elsewhere."""
    row, rule = reading.category(region), reading.instrument.rule
    if row is None or rule is None or not row.kept:
        return ""
    return gettext(
        "The category stays “%(word)s” as in the last round. The cut-off alone would say "
        "“%(by_line)s”, but the value has not passed it by the margin of %(margin)s points, so it "
        "may have moved by chance."
    ) % {
        "word": inline(reading.category_label(row.category)),
        "by_line": inline(reading.category_label(row.by_line)),
        "margin": formats.score(rule.hysteresis_margin),
    }


def kept_short(reading: Reading, region: str) -> str:
    """The same for the narrow cell of a table."""
    row = reading.category(region)
    if row is None or not row.kept:
        return ""
    word = reading.bands()[reading.band_position(row.by_line)].word
    return gettext("kept; by the cut-off %(word)s") % {"word": word}


def distance(reading: Reading, region: str) -> str:
    """How far the value is from another word; "" where nothing on the scale would change it."""
    row, score = reading.category(region), reading.score(region)
    if row is None or score is None or score.score is None:
        return ""
    up = _word_beyond(reading, row.category, score.score, 1, row.word_up)
    down = _word_beyond(reading, row.category, score.score, -1, row.word_down)
    if up and down:
        sentence = gettext(
            "The value would have to rise by %(rise)s points to become “%(up)s”, or fall by "
            "%(fall)s to become “%(down)s”."
        )
    elif up:
        sentence = gettext("The value would have to rise by %(rise)s points to become “%(up)s”.")
    elif down:
        sentence = gettext("The value would have to fall by %(fall)s points to become “%(down)s”.")
    else:
        return ""
    return sentence % {
        "rise": formats.score(row.word_up or 0.0),
        "fall": formats.score(row.word_down or 0.0),
        "up": up,
        "down": down,
    }


JUST_BEYOND = 1e-6
"""Points beyond a line: on which side of it a score lies."""


def _word_beyond(reading: Reading, now: str, score: float, way: int, points: float | None) -> str:
    """The word a score gets once it has gone so far up or down."""
    bands = reading.bands()
    if points is None or not bands:
        return ""
    place = reading.band_position(now)
    reached = reading.band_at(score + way * (points + JUST_BEYOND))
    if reached is None or reached == place:  # the last round's word comes back
        reached = place + way
    return bands[reached].word if 0 <= reached < len(bands) else ""


def scale_sentence(reading: Reading, region: str) -> str:
    """The category scale in words, for those who do not see it."""
    row = reading.score(region)
    assert row is not None and row.score is not None
    assert row.lower is not None and row.upper is not None
    parts = [
        gettext("%(word)s from %(lower)s to %(upper)s")
        % {
            "word": band.word,
            "lower": formats.score(band.lower),
            "upper": formats.score(band.upper),
        }
        for band in reading.bands()
    ]
    return gettext("Scale from 0 to 100: %(bands)s. %(region)s: %(score)s (%(interval)s).") % {
        "bands": "; ".join(parts),
        "region": reading.name(region),
        "score": formats.score(row.score),
        "interval": formats.at_95(formats.interval(row.lower, row.upper)),
    }


def rank_title(low: int, high: int) -> str:
    if low == high:
        return gettext("Rank %(place)s: no other place is possible") % {"place": low}
    return gettext("Rank between %(low)s and %(high)s") % {"low": low, "high": high}


def rank_rest(reading: Reading) -> str:
    first = (
        gettext("1 = most vulnerable") if reading.is_vulnerability else gettext("1 = most vigilant")
    )
    return gettext("of the %(count)s regions whose data are enough (%(first)s).") % {
        "count": reading.ranked_count,
        "first": first,
    }


def real_differences(reading: Reading, region: str) -> str:
    """Which other regions are certainly higher or lower; named."""
    name = reading.name(region)
    lower = [reading.name(code) for code in reading.higher_than(region)]
    higher = [reading.name(code) for code in reading.lower_than(region)]
    if not lower and not higher:
        return gettext("%(region)s cannot be told apart from any other region yet.") % {
            "region": name
        }
    more, less = (
        (
            gettext("%(region)s is certainly more vulnerable than %(others)s."),
            gettext("%(region)s is certainly less vulnerable than %(others)s."),
        )
        if reading.is_vulnerability
        else (
            gettext("%(region)s is certainly more vigilant than %(others)s."),
            gettext("%(region)s is certainly less vigilant than %(others)s."),
        )
    )
    sentences = [
        sentence % {"region": name, "others": listing(others)}
        for sentence, others in ((more, lower), (less, higher))
        if others
    ]
    if len(lower) + len(higher) < reading.ranked_count - 1:
        sentences.append(gettext("The other regions cannot be told apart from it yet."))
    return " ".join(sentences)


def no_rank(reading: Reading) -> str:
    """Why there is no rank, with fewer than two regions."""
    if len(reading.regions) < 2:
        return gettext("There is no rank: this round has one region only.")
    return gettext(
        "There is no rank yet: it needs at least two regions with enough data in this round."
    )


def dimensions_heading(reading: Reading, rows: Sequence[tuple[str, float, float]]) -> str:
    """rows: (name, lower, upper) of the dimensions, the highest score first.

    A dimension is called higher than the lowest one only where the two intervals do not meet.
    """
    if len(rows) < 2:
        return gettext("Dimensions")
    lowest, _, lowest_upper = rows[-1]
    higher = [
        inline(name) for name, lower, _ in rows[:-1] if round(lower, 1) > round(lowest_upper, 1)
    ]
    if not higher:
        return gettext("The intervals of the dimensions overlap: none is certainly the highest")
    sentence = (
        gettext("%(higher)s: more vulnerable than %(lowest)s")
        if reading.is_vulnerability
        else gettext("%(higher)s: higher than %(lowest)s")
    )
    words = listing(higher[:3])
    return sentence % {
        "higher": words[:1].upper() + words[1:],
        "lowest": inline(lowest),
    }


def drivers_heading(reading: Reading, worse: Sequence[str], better: Sequence[str]) -> str:
    """worse, better: names of the drivers whose interval leaves out zero, the strongest first."""
    raising, lowering = (worse, better) if reading.is_vulnerability else (better, worse)
    up = listing(raising[:NAMED_IN_A_HEADING])
    down = listing(lowering[:NAMED_IN_A_HEADING])
    if up and down:
        sentence = gettext("%(up)s: these raise the number; %(down)s: these lower it")
    elif up:
        sentence = gettext("%(up)s: certainly raising the number")
    elif down:
        sentence = gettext("%(down)s: certainly lowering the number")
    else:
        return gettext("No single indicator certainly raises or lowers the number")
    text = sentence % {"up": up, "down": down}
    return text[:1].upper() + text[1:]


def drivers_drawn(reading: Reading, total: float, adds_up: bool) -> str:
    reference = (
        gettext("the mean of %(count)s regions") % {"count": reading.averaged_count}
        if reading.tables.driver_reference == MEAN_OF_REGIONS
        else gettext("the middle of the scale, 50")
    )
    sum_sentence = (
        gettext("All contributions add up to %(total)s.")
        if adds_up
        else gettext("All contributions add up to %(total)s (rounded).")
    )
    return " ".join(
        [
            gettext("How far each indicator moves the index away from %(reference)s, in points.")
            % {"reference": reference},
            sum_sentence % {"total": formats.signed(total)},
            gettext("The thin line is the 95\N{NO-BREAK SPACE}% interval."),
            gettext("A driver is part of the sum, not proof of a cause."),
        ]
    )


def other_indicators(count: int) -> str:
    return ngettext("%(count)s other indicator", "%(count)s other indicators", count) % {
        "count": count
    }


# --- What the number rests on ------------------------------------------------------------------


def strength(reading: Reading, region: str) -> list[str]:
    """Sentences on the basis of the number: answers, don't knows, elements."""
    sentences = [based_on(reading, region)]
    quality = reading.quality(region)
    looked = looked_at(reading, region)
    if quality:
        told = gettext(
            "Of all questions, %(unknown)s were answered with “don't know” and %(blank)s were left "
            "empty; neither counts as an answer."
        ) % {
            "unknown": formats.plain_percent(quality.share_dont_know),
            "blank": formats.plain_percent(quality.share_blank),
        }
        sentences.append(told)
    if looked:
        sentences.append(looked)
    if meeting := alike_in_a_meeting(reading, region):
        sentences.append(meeting)
    return sentences + elements_sentences(reading, region)


def alike_in_a_meeting(reading: Reading, region: str) -> str:
    """What the interval would be if people of one meeting answer alike; "" where nobody knows."""
    row = reading.meeting(region)
    if row is None:
        return ""
    facts = {"interval": formats.interval(row.lower, row.upper)}
    if row.basis == "observed":
        return (
            gettext(
                "Answers within one meeting resemble each other; with that taken into account the "
                "interval is %(interval)s."
            )
            % facts
        )
    return gettext(
        "The interval takes people as answering independently. If those of one meeting answer a "
        "little alike (correlation %(correlation)s), it is %(interval)s."
    ) % {**facts, "correlation": formats.two_decimals(row.correlation)}


def elements_sentences(reading: Reading, region: str) -> list[str]:
    """What became of the elements; how many people of a small one took part is not told."""
    rows = reading.elements(region)
    strata = reading.instrument.stratum_by_code

    def label(code: str) -> str:
        return inline(reading.label(strata[code].label)) if code in strata else code

    sentences = []
    counted = [label(row.element) for row in rows if row.state == "counted"]
    if counted:
        sentences.append(
            gettext("Each counts with its own weight, however many came: %(elements)s.")
            % {"elements": listing(counted)}
        )
    done: set[frozenset[str]] = set()
    for row in rows:
        members = frozenset({row.element, *row.merged_with})
        if row.state == "merged" and members not in done:
            done.add(members)
            sentences.append(
                gettext(
                    "Counted together because one of them had fewer than %(count)s participants: "
                    "%(elements)s."
                )
                % {
                    "count": FEWEST_TOLD,
                    "elements": listing([label(code) for code in strata if code in members]),
                }
            )
    left_out = [label(row.element) for row in rows if row.state == "left_out"]
    if left_out:
        is_shared_out = any(row.state in ("counted", "merged") for row in rows)
        sentence = (
            gettext(
                "Left out because too few took part: %(elements)s. "
                "Their weight went to the other elements."
            )
            if is_shared_out
            else gettext("Left out because too few took part: %(elements)s.")
        )
        sentences.append(sentence % {"elements": listing(left_out)})
    absent = [row for row in rows if row.state == "absent"]
    required = [label(row.element) for row in absent if row.required]
    if required:
        sentences.append(
            gettext("Without any answer: %(elements)s. Please invite them next time.")
            % {"elements": listing(required)}
        )
    others = [label(row.element) for row in absent if not row.required]
    if others:
        sentences.append(
            gettext("Not represented, and not required: %(elements)s.")
            % {"elements": listing(others)}
        )
    return sentences


def what_it_is_not() -> str:
    return gettext(
        "This number is the view of the participants of a meeting. It is no forecast of the "
        "result of the election and no judgement of a person or an organisation."
    )


# --- Not enough data ---------------------------------------------------------------------------


def not_enough_heading(reading: Reading, region: str) -> str:
    return gettext("%(region)s: not enough data yet") % {
        "region": reading.regions[region].full_name
    }


def not_enough_short(reading: Reading, region: str) -> str:
    """The sentence of the table: "17 answers; 20 are needed." or which elements are missing."""
    count, needed = answers_and_need(reading, region)
    if count < needed:
        return gettext("%(answers)s; %(needed)s are needed.") % {
            "answers": capital(answers(count)),
            "needed": needed,
        }
    if needs_more_regions(reading, region):
        return gettext("The category rule needs more regions that are measured together.")
    missing = missing_elements(reading, region)
    if missing:
        return gettext("Missing: %(elements)s.") % {"elements": listing(missing)}
    return gettext("The answers do not carry a number.")


def needs_more_regions(reading: Reading, region: str) -> bool:
    row = reading.category(region)
    return row is not None and row.flags == ("too_few_regions",)


def answers_and_need(reading: Reading, region: str) -> tuple[int, int]:
    quality = reading.quality(region)
    rule = reading.instrument.rule
    return (quality.n_responses if quality else 0, rule.min_answers_region if rule else 0)


def missing_elements(reading: Reading, region: str) -> list[str]:
    """Required elements without a part in the number."""
    strata = reading.instrument.stratum_by_code
    return [
        inline(reading.label(strata[row.element].label))
        for row in reading.elements(region)
        if row.required and row.state in ("left_out", "absent") and row.element in strata
    ]


def not_enough(reading: Reading, region: str) -> list[str]:
    """How many answers there are, how many are missing, which elements, what to do."""
    count, needed = answers_and_need(reading, region)
    sentences = []
    if count < FEWEST_TOLD:
        sentences.append(
            gettext("There are %(answers)s; at least %(needed)s are needed.")
            % {"answers": answers(count), "needed": needed}
        )
    elif count < needed:
        sentences.append(
            ngettext(
                "There are %(answers)s; at least %(needed)s are needed: %(lacking)s is missing.",
                "There are %(answers)s; at least %(needed)s are needed: %(lacking)s are missing.",
                needed - count,
            )
            % {"answers": answers(count), "needed": needed, "lacking": needed - count}
        )
    else:
        sentences.append(gettext("There are %(answers)s.") % {"answers": answers(count)})
        if needs_more_regions(reading, region):
            sentences.append(not_enough_short(reading, region))
    missing = missing_elements(reading, region)
    if missing:
        sentences.append(
            gettext("Required elements that are missing or too small: %(elements)s.")
            % {"elements": listing(missing)}
        )
    return sentences


def not_enough_way_out(reading: Reading, region: str) -> str:
    if needs_more_regions(reading, region):
        return gettext("Wait until more regions of this round are closed and measure again.")
    missing = missing_elements(reading, region)
    if missing:
        return gettext(
            "Hold another meeting in a new round and invite these elements above all: %(elements)s."
        ) % {"elements": listing(missing)}
    return gettext("Hold another meeting in a new round, and invite more participants.")


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


# --- All regions of a round --------------------------------------------------------------------


def round_heading(reading: Reading) -> str:
    """Who is certainly at an end of the scale; the rest cannot be put in an order."""
    told = reading.told
    if not told:
        return gettext("No region has enough data yet")
    if len(told) == 1:
        return gettext("%(region)s has a result; there is nothing to compare it with") % {
            "region": reading.name(told[0])
        }
    if not reading.tables.difference_pairs:
        return gettext("The %(count)s regions cannot be told apart yet") % {"count": len(told)}
    top, bottom = told[0], told[-1]
    certain_top = _is_only(reading, top)
    certain_bottom = _is_only(reading, bottom)
    values = {"first": reading.name(top), "last": reading.name(bottom)}
    if certain_top and certain_bottom:
        sentence = gettext(
            "%(first)s is certainly the highest, %(last)s the lowest; the order in between is open"
        )
    elif certain_top:
        sentence = gettext("%(first)s is certainly the highest; the order of the others is open")
    elif certain_bottom:
        sentence = gettext("%(last)s is certainly the lowest; the order of the others is open")
    elif reading.differ(top, bottom):
        sentence = (
            gettext("%(first)s is more vulnerable than %(last)s; the order in between is open")
            if reading.is_vulnerability
            else gettext("%(first)s is more vigilant than %(last)s; the order in between is open")
        )
    else:
        sentence = gettext("Some regions differ for certain; most cannot be put in an order")
    return sentence % values


def _is_only(reading: Reading, region: str) -> bool:
    rank = reading.rank(region)
    return rank is not None and rank[0] == rank[1]


def round_lead(reading: Reading) -> str:
    sentences = []
    if len(reading.told) > 1:
        sentences.append(
            gettext("Read the %(count)s regions as groups, not as an order.")
            % {"count": len(reading.told)}
        )
    if reading.untold:
        names = [reading.name(code) for code in reading.untold if code in reading.regions]
        sentences.append(gettext("Not enough data yet: %(regions)s.") % {"regions": listing(names)})
    return " ".join(sentences)


def groups_heading(reading: Reading) -> str:
    if len(reading.told) < 2:
        return gettext("Value of each region")
    if not reading.tables.difference_pairs:
        return gettext("All intervals overlap too much to tell the regions apart")
    return gettext("Regions with values close to each other cannot be told apart")


def pair_sentence(reading: Reading, region: str, lower: Sequence[str]) -> str:
    sentence = (
        gettext("%(region)s is certainly more vulnerable than %(others)s.")
        if reading.is_vulnerability
        else gettext("%(region)s is certainly more vigilant than %(others)s.")
    )
    return sentence % {
        "region": reading.name(region),
        "others": listing([reading.name(code) for code in lower]),
    }


def axis_note(low: float, high: float, is_cut: bool) -> str:
    if not is_cut:
        return ""
    return gettext("the axis is cut to %(low)s–%(high)s") % {
        "low": formats.whole(round(low)),
        "high": formats.whole(round(high)),
    }


def withheld(flags: Sequence[str]) -> str:
    """Why a row has no number."""
    if "too_few" in flags:
        return gettext("Not shown (small group): fewer than 5 answers.")
    if "protects_another" in flags:
        return gettext("Not shown, to protect another small group.")
    if "unanimous" in flags:
        return gettext("Not shown: all answers were alike, so it would tell what each person said.")
    if "children_missing" in flags:
        return gettext("No value: too many of its parts are missing.")
    if "no_interval" in flags:
        return gettext("No value shown: its interval cannot be computed.")
    return gettext("No value.")
