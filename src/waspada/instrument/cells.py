"""Reads the cells of one row: trimmed, typed, and with a fault where the cell says something else.

A reader goes on after a fault with a harmless value, so that all faults of a file are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TypeVar

from waspada.instrument.columns import KNOWN, LANGUAGES, REQUIRED_SHEETS, header_key, keys_of
from waspada.instrument.faults import FaultCode, Faults
from waspada.instrument.model import Text
from waspada.instrument.numbers import number_in
from waspada.instrument.sheets import Sheet, Sheets

Word = TypeVar("Word", bound=StrEnum)

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CHOICE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LIST_REMEDY = "Choose one of: {}."


class Table:
    """A sheet Waspada knows, its headers matched to the columns it reads."""

    def __init__(self, sheet: Sheet, faults: Faults) -> None:
        self.sheet = sheet
        self.faults = faults
        self.header_of = {header_key(header): header for header in reversed(sheet.columns)}
        self._report_missing_columns()

    def _report_missing_columns(self) -> None:
        for column in KNOWN[self.sheet.name]:
            pairs = zip(keys_of(column), column.headers, strict=True)
            for key, header in pairs:
                if column.required and key not in self.header_of:
                    self.faults.add(
                        FaultCode.MISSING_COLUMN,
                        self.sheet.place(),
                        f'The column "{header}" is missing.',
                        f'Add a column with the header "{header}"; '
                        "docs/reference/instrument-workbook.md says what belongs in it.",
                    )

    def has_column(self, key: str) -> bool:
        return key in self.header_of

    def rows(self) -> Iterator[Cells]:
        for index, row in self.sheet.filled_rows():
            yield Cells(self, index, row)


def tables_of(sheets: Sheets, faults: Faults) -> dict[str, Table]:
    """The known sheets, each exactly as written; a fault for each required one that is absent."""
    for name in REQUIRED_SHEETS:
        if sheets.get(name) is None:
            faults.add(
                FaultCode.MISSING_SHEET,
                f'sheet "{name}"',
                "The sheet is missing.",
                f'Add a sheet named "{name}", in small letters.',
            )
    return {sheet.name: Table(sheet, faults) for sheet in sheets if sheet.name in KNOWN}


class Cells:
    """One row of a table."""

    def __init__(self, table: Table, index: int, row: dict[str, str]) -> None:
        self._table = table
        self._row = row
        self.index = index

    def place(self, key: str | None = None) -> str:
        header = self._table.header_of.get(key, key) if key else None
        return self._table.sheet.place(self.index, header)

    def fault(self, code: FaultCode, key: str | None, problem: str, remedy: str) -> None:
        self._table.faults.add(code, self.place(key), problem, remedy)

    def has_column(self, key: str) -> bool:
        return self._table.has_column(key)

    def text(self, key: str) -> str:
        return self._row.get(self._table.header_of.get(key, ""), "").strip()

    def required_text(self, key: str) -> str:
        text = self.text(key)
        if not text and self.has_column(key):
            self.fault(
                FaultCode.MISSING_VALUE, key, "The cell is empty.", "Fill it; it has no default."
            )
        return text

    def code(self, key: str, *, of_choice: bool = False) -> str:
        """A code that is present and well formed."""
        code = self.required_text(key)
        if code and not (_CHOICE_CODE if of_choice else _CODE).fullmatch(code):
            self.fault(
                FaultCode.BAD_CODE,
                key,
                f'"{code}" cannot be a code.',
                "Use letters, digits, _ and -, at most 64 of them, without spaces."
                if of_choice
                else "Use small letters a-z, digits and _, beginning with a letter, at most 64.",
            )
        return code

    def translated(self, name: str) -> Text:
        """A text that must exist in both languages."""
        texts = {language: self.text(f"{name}::{language}") for language in LANGUAGES}
        for language, text in texts.items():
            if not text and self.has_column(f"{name}::{language}"):
                self._missing_translation(name, language)
        return Text(**texts)

    def translated_or_empty(self, name: str) -> Text:
        """A text that may be absent, but not in one language only."""
        texts = {language: self.text(f"{name}::{language}") for language in LANGUAGES}
        if any(texts.values()):
            for language, text in texts.items():
                if not text:
                    self._missing_translation(name, language)
        return Text(**texts)

    def _missing_translation(self, name: str, language: str) -> None:
        header = f"{name}::{LANGUAGES[language]}"
        place = self._table.header_of.get(f"{name}::{language}", header)
        self._table.faults.add(
            FaultCode.MISSING_TRANSLATION,
            self._table.sheet.place(self.index, place),
            f"The text in {LANGUAGES[language]} is missing.",
            "Write it; everyone reads an instrument in Indonesian or in English.",
        )

    def number(self, key: str) -> float | None:
        """The number in a cell; None where the cell is empty or no number."""
        return number_in(self.text(key))

    def weight(self, key: str = "weight") -> float:
        text, value = self.text(key), self.number(key)
        if not text:
            return 1.0
        if value is None or value <= 0:
            self.fault(
                FaultCode.BAD_WEIGHT,
                key,
                f'"{text}" is no weight.',
                "Write a number above 0 with a decimal point; remove the row if it must not count.",
            )
            return 1.0
        return value

    def direction(self) -> int:
        text = self.text("direction")
        if text not in ("", "1", "+1", "-1"):
            self.fault(
                FaultCode.BAD_DIRECTION,
                "direction",
                f'"{text}" is no direction.',
                "Write 1, or -1 where a high value lowers the index.",
            )
        return -1 if text == "-1" else 1

    def flag(self, key: str) -> bool:
        text = self.text(key).lower()
        if text not in ("", "0", "1", "no", "yes", "false", "true"):
            self.fault(FaultCode.BAD_FLAG, key, f'"{text}" is neither yes nor no.', "Write 1 or 0.")
        return text in ("1", "yes", "true")

    def whole(self, key: str, *, default: int, lowest: int) -> int:
        text, value = self.text(key), self.number(key)
        if not text:
            return default
        if value is None or not value.is_integer() or value < lowest:
            self.fault(
                FaultCode.NOT_WHOLE,
                key,
                f'"{text}" is no count.',
                f"Write a whole number, {lowest} or more.",
            )
            return default
        return int(value)

    def word(self, key: str, words: type[Word], code: FaultCode, *, default: Word) -> Word:
        """A word of a closed set; the default where the cell is empty."""
        text = self.text(key)
        if not text:
            return default
        try:
            return words(text)
        except ValueError:
            self.unknown_word(key, code, text, [str(word) for word in words])
            return default

    def unknown_word(self, key: str, code: FaultCode, text: str, words: Sequence[str]) -> None:
        self.fault(code, key, f'"{text}" is unknown here.', _LIST_REMEDY.format(", ".join(words)))

    def codes(
        self, key: str, pattern: re.Pattern[str], code: FaultCode, example: str
    ) -> tuple[str, ...]:
        """A list of codes parted by semicolons."""
        text = self.text(key)
        if not text:
            return ()
        codes = tuple(part.strip() for part in text.split(";"))
        if not all(pattern.fullmatch(part) for part in codes) or len(set(codes)) < len(codes):
            self.fault(
                code,
                key,
                f'"{text}" is no list of codes, or names one twice.',
                f"Part the codes by semicolons, as in {example}.",
            )
            return ()
        return codes


class Unique:
    """Remembers codes of one kind and reports the second use of one."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._place_of: dict[str, str] = {}

    def admit(self, cells: Cells, key: str, code: str) -> bool:
        """Whether the code is there and new."""
        if code in self._place_of:
            cells.fault(
                FaultCode.DUPLICATE_CODE,
                key,
                f'The {self._what} "{code}" exists already: {self._place_of[code]}.',
                "Give one of them another code.",
            )
            return False
        if code:
            self._place_of[code] = cells.place(key)
        return bool(code)
