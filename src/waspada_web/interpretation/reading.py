"""A stored run together with what is needed to speak about it: instrument, regions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from waspada.instrument.model import Instrument, Node, Polarity, Text
from waspada.publication.model import (
    NOT_ENOUGH_DATA,
    CategoryRow,
    ChangeRow,
    CheckRow,
    DriverRow,
    DriverSum,
    ElementRow,
    MeetingRow,
    QualityRow,
    RankRow,
    ScoreRow,
    Tables,
    WithoutRow,
)
from waspada_web.collection.models import Round
from waspada_web.index.earlier import StoredChange
from waspada_web.index.models import Run
from waspada_web.regions.models import Region
from waspada_web.ui import charts, formats
from waspada_web.ui.charts import Hue

FEWEST_TOLD = 5
"""A count below this is told as "fewer than 5", never exactly."""

SURE = 0.8
"""From this probability on a heading names one category, below it two."""


@dataclass(frozen=True)
class Reading:
    """One run as pages read it.

    regions: code -> region, of all regions of the round; today: the day the page speaks on.
    changes: comparisons with the last rounds of its regions.
    """

    round: Round
    run: Run
    instrument: Instrument
    tables: Tables
    regions: dict[str, Region]
    today: date
    changes: tuple[StoredChange, ...] = ()

    @property
    def root(self) -> Node:
        return self.instrument.root

    @property
    def is_vulnerability(self) -> bool:
        return self.instrument.polarity is Polarity.MORE_VULNERABLE

    @property
    def hue(self) -> Hue:
        return Hue.VULNERABILITY if self.is_vulnerability else Hue.VIGILANCE

    # Rows -------------------------------------------------------------------------------------

    @cached_property
    def _scores(self) -> dict[tuple[str, str], ScoreRow]:
        return {(row.region, row.node): row for row in self.tables.scores}

    @cached_property
    def _categories(self) -> dict[str, CategoryRow]:
        return {row.region: row for row in self.tables.categories}

    @cached_property
    def _ranks(self) -> dict[str, RankRow]:
        return {row.region: row for row in self.tables.ranks if row.node == self.root.code}

    @cached_property
    def _quality(self) -> dict[str, QualityRow]:
        return {row.region: row for row in self.tables.quality}

    def score(self, region: str, node: str | None = None) -> ScoreRow | None:
        return self._scores.get((region, node or self.root.code))

    def category(self, region: str) -> CategoryRow | None:
        return self._categories.get(region)

    def rank(self, region: str) -> tuple[int, int] | None:
        """The band of a region at the root, all pairs tested at once, so that it agrees with what
        the page says about real differences and groups; None where it has none."""
        row = self._ranks.get(region)
        if row is None or row.together_lower is None or row.together_upper is None:
            return None
        return row.together_lower, row.together_upper

    def quality(self, region: str) -> QualityRow | None:
        return self._quality.get(region)

    def meeting(self, region: str) -> MeetingRow | None:
        """What likeness within a meeting does to the interval: the one measured, else the middle
        one of those tried."""
        rows = [row for row in self.tables.meeting_effect if row.region == region]
        return rows[len(rows) // 2] if rows else None

    def drivers(self, region: str) -> list[DriverRow]:
        return [row for row in self.tables.drivers if row.region == region]

    def driver_sum(self, region: str, part: str) -> DriverSum | None:
        """part: "rest" or "total"; None where the region has no drivers, or no rest."""
        rows = self.tables.driver_sums
        return next((row for row in rows if (row.region, row.part) == (region, part)), None)

    def elements(self, region: str) -> list[ElementRow]:
        return [row for row in self.tables.elements if row.region == region]

    def checks(self, region: str) -> list[CheckRow]:
        """How the answers were given, measure by measure; empty in runs that did not look."""
        return [row for row in self.tables.checks if row.region == region]

    def flagged(self, region: str) -> list[CheckRow]:
        """Measures that stand out. For the people of the region's office only."""
        return [row for row in self.checks(region) if row.verdict == "flag"]

    def without_flagged(self, region: str) -> WithoutRow | None:
        rows = self.tables.without_flagged
        return next((r for r in rows if (r.region, r.node) == (region, self.root.code)), None)

    @cached_property
    def _changes(self) -> dict[str, tuple[StoredChange, ChangeRow]]:
        return {
            row.region: (stored, row)
            for stored in self.changes
            for row in stored.tables.changes
            if row.node == self.root.code
        }

    def change(self, region: str) -> StoredChange | None:
        """The comparison with the region's last round, where there is one."""
        found = self._changes.get(region)
        return found[0] if found else None

    def change_row(self, region: str) -> ChangeRow | None:
        """How the index changed since the region's last round."""
        found = self._changes.get(region)
        return found[1] if found else None

    # What may be said -------------------------------------------------------------------------

    def has_enough(self, region: str) -> bool:
        """Whether the region may be given a number: a score with its interval, and answers enough
        for the category rule where there is one."""
        row, category = self.score(region), self.category(region)
        is_scored = row is not None and row.score is not None and row.lower is not None
        return is_scored and (category is None or category.category != NOT_ENOUGH_DATA)

    @cached_property
    def told(self) -> list[str]:
        """Regions with enough data, the highest score first; the code settles equal scores."""
        codes = [code for code in self.regions if self.has_enough(code)]
        return sorted(codes, key=lambda code: (-(self.score(code).score or 0.0), code))  # type: ignore[union-attr]

    @cached_property
    def untold(self) -> list[str]:
        """Measured regions without enough data, in the order of their codes."""
        return sorted(
            code for code in self.regions if self.is_measured(code) and code not in self.told
        )

    def is_measured(self, region: str) -> bool:
        return self.score(region) is not None

    @property
    def averaged_count(self) -> int:
        """How many regions the means are made of: those whose data are enough."""
        return int(self.tables.record["counts"]["regions_compared"])

    def mean_with_interval(self) -> str:
        """49,2 (selang 95 %: 48,0 sampai 50,4): the mean of the regions at the root."""
        mean = formats.score(self.tables.node_means[self.root.code])
        interval = self.tables.node_mean_intervals.get(self.root.code)
        return f"{mean} ({formats.at_95(formats.interval(*interval))})" if interval else mean

    @property
    def ranked_count(self) -> int:
        """How many regions the rank sets were computed among: those whose data are enough."""
        return sum(self.rank(code) is not None for code in self.regions)

    def differ(self, one: str, other: str) -> bool:
        """Whether the difference of two regions is real at 95 %, all pairs taken together."""
        return (one, other) in self._pairs or (other, one) in self._pairs

    def higher_than(self, region: str) -> list[str]:
        """Regions that are certainly lower than this one, highest first."""
        return [code for code in self.told if (region, code) in self._pairs]

    def lower_than(self, region: str) -> list[str]:
        """Regions that are certainly higher than this one, highest first."""
        return [code for code in self.told if (code, region) in self._pairs]

    @cached_property
    def _pairs(self) -> set[tuple[str, str]]:
        return set(self.tables.difference_pairs)

    @cached_property
    def groups(self) -> list[tuple[int, ...]]:
        """Groups that cannot be told apart, as positions in `told`; the first starts highest.

        Two regions share a group exactly when no real difference parts them. A region that differs
        from all others has none.
        """
        if not self.tables.groups:
            return self._runs
        place = {code: position for position, code in enumerate(self.told)}
        groups = ([place[code] for code in group if code in place] for group in self.tables.groups)
        return [tuple(sorted(group)) for group in groups if len(group) > 1]

    @property
    def _runs(self) -> list[tuple[int, ...]]:
        """For runs stored without groups: longest stretches of `told` in which no pair differs."""
        found: list[tuple[int, ...]] = []
        last_end = -1
        for first in range(len(self.told)):
            end = first
            while end + 1 < len(self.told) and not any(
                self.differ(self.told[i], self.told[end + 1]) for i in range(first, end + 1)
            ):
                end += 1
            if end > first and end > last_end:
                found.append(tuple(range(first, end + 1)))
                last_end = end
        return found

    # Names and bands --------------------------------------------------------------------------

    def name(self, region: str) -> str:
        """ "Balangan", or "Kota Banjarmasin" where the bare name means two regions."""
        this = self.regions[region]
        namesakes = [other for other in self.regions.values() if other.name == this.name]
        return this.name if len(namesakes) == 1 else this.full_name

    def item_name(self, item: str) -> str:
        """The short name of an item, or its question where it has none."""
        asked = self.instrument.item_by_code[item]
        return self.label(asked.indicator) or self.label(asked.label)

    def is_worse(self, row: DriverRow) -> bool:
        """Whether a driver moves the index towards more concern."""
        return row.contribution > 0 if self.is_vulnerability else row.contribution < 0

    def names_something_good(self, item: str) -> bool:
        """Whether an item asks for something wished for, such as readiness."""
        return (self.instrument.item_by_code[item].direction == -1) == self.is_vulnerability

    def label(self, text: Text) -> str:
        return text.in_language(formats.language())

    @cached_property
    def cut_offs(self) -> list[float]:
        """Cut-offs between the bands, in points of the index; as the run used them."""
        rule = self.tables.record.get("category_rule")
        inner = rule["cut_offs"][1:-1] if rule else []
        return [] if None in inner else [float(cut) for cut in inner]

    def bands(self) -> list[charts.Band]:
        """The categories as plots draw them; none without a rule, or where its cut-offs could not
        be computed."""
        rule = self.instrument.rule
        if rule is None or len(self.cut_offs) != len(rule.bands) - 1:
            return []
        words = short_words([self.label(band.label) for band in rule.bands])
        ends = [0.0, *self.cut_offs, 100.0]
        return [
            charts.Band(ends[i], ends[i + 1], words[i], charts.tint_at(i, len(words)))
            for i in range(len(words))
        ]

    def band_position(self, category: str) -> int:
        rule = self.instrument.rule
        assert rule is not None
        return [band.category for band in rule.bands].index(category)

    def band_at(self, score: float) -> int | None:
        """The position of the band a score lies in by the cut-offs alone; None without a rule."""
        bands = self.bands()
        return sum(score >= band.lower for band in bands[1:]) if bands else None

    def category_label(self, category: str) -> str:
        """ "Rawan sedang", as the instrument says it."""
        rule = self.instrument.rule
        assert rule is not None
        return self.label(rule.bands[self.band_position(category)].label)

    def dimension_of(self, item: str) -> Node | None:
        """The branch right below the root that an item belongs to."""
        code = self.instrument.item_by_code[item].node
        node = self.instrument.node_by_code[code] if code else None
        while node is not None and node.parent not in (None, self.root.code):
            node = self.instrument.node_by_code[str(node.parent)]
        return node


def short_words(labels: list[str]) -> list[str]:
    """Labels without the first or last word that all share: "Rawan rendah" -> "rendah".

    A label that would vanish keeps all of them whole.
    """
    words = [label.split() for label in labels]
    while len(words) > 1 and all(len(w) > 1 for w in words) and len({w[0] for w in words}) == 1:
        words = [w[1:] for w in words]
    while len(words) > 1 and all(len(w) > 1 for w in words) and len({w[-1] for w in words}) == 1:
        words = [w[:-1] for w in words]
    return [inline(" ".join(w)) for w in words]


def inline(label: str) -> str:
    """A label inside a sentence: "Daftar pemilih" -> "daftar pemilih"; "ASN memihak" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or len(label) == 1 else label
