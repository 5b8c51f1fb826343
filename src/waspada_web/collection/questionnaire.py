"""The questionnaire as pages of a phone: one section a page, then a look back, then sending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from waspada.instrument.model import AnswerScale, Choice, Instrument, Item, MissingKind

LONGEST_WORD = 8
LONGEST_LABEL = 22
"""Longer choices do not fit a fifth of a small phone; they stand below one another instead."""


@dataclass(frozen=True)
class Option:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Question:
    """options: answers with a score; apart: "do not know", offered as plainly as the others;
    aside: the remaining reasons for not answering."""

    code: str
    number: int
    label: str
    story: str
    layout: str  # "steps" beside, "list" below one another
    options: tuple[Option, ...]
    apart: tuple[Option, ...]
    aside: tuple[Option, ...]


@dataclass(frozen=True)
class SectionPage:
    code: str
    label: str
    number: int
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Questionnaire:
    """An instrument in one language, as far as it is asked."""

    instrument: Instrument
    language: str

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.instrument.items if item.evidence.is_asked)

    @property
    def sections(self) -> tuple[str, ...]:
        asked = {item.section for item in self.items}
        return tuple(section.code for section in self.instrument.sections if section.code in asked)

    def page(self, section: str, answers: Mapping[str, str]) -> SectionPage:
        label = next(
            candidate.label for candidate in self.instrument.sections if candidate.code == section
        )
        return SectionPage(
            code=section,
            label=label.in_language(self.language),
            number=self.sections.index(section) + 1,
            questions=tuple(
                self._question(number, item, answers.get(item.code, ""))
                for number, item in enumerate(self.items, start=1)
                if item.section == section
            ),
        )

    def unanswered(self, answers: Mapping[str, str]) -> list[SectionPage]:
        """Sections with the questions that were skipped; complete sections are left out."""
        pages = [self.page(section, answers) for section in self.sections]
        skipped = [
            SectionPage(
                page.code,
                page.label,
                page.number,
                tuple(q for q in page.questions if q.code not in answers),
            )
            for page in pages
        ]
        return [page for page in skipped if page.questions]

    def _question(self, number: int, item: Item, chosen: str) -> Question:
        scale = self.instrument.scale_of(item)
        return Question(
            code=item.code,
            number=number,
            label=item.label.in_language(self.language),
            story=item.story.in_language(self.language) if item.story else "",
            layout=self._layout(scale),
            options=self._options(scale, {None}, chosen),
            apart=self._options(scale, {MissingKind.DONT_KNOW}, chosen),
            aside=self._options(scale, set(MissingKind) - {MissingKind.DONT_KNOW}, chosen),
        )

    def _options(
        self, scale: AnswerScale, kinds: set[MissingKind] | set[None], chosen: str
    ) -> tuple[Option, ...]:
        return tuple(
            Option(choice.code, self._label(choice), choice.code == chosen)
            for choice in scale.choices
            if choice.missing in kinds
        )

    def _layout(self, scale: AnswerScale) -> str:
        labels = [self._label(choice) for choice in scale.choices if choice.missing is None]
        words = [word for label in labels for word in re.split(r"[\s\-]+", label)]
        fits = max(map(len, words)) <= LONGEST_WORD and max(map(len, labels)) <= LONGEST_LABEL
        return "steps" if len(labels) == 5 and fits else "list"

    def _label(self, choice: Choice) -> str:
        return choice.label.in_language(self.language)
