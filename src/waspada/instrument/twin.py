"""The text twin: the same sheets as one YAML file that git can compare line by line.

Every scalar is text. Reading never guesses types, and writing quotes whatever another reader
might take for a number, date or boolean, so `no`, `0.10` and `1e3` stay what they are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from waspada.instrument.faults import FaultCode, Faults, refusal
from waspada.instrument.sheets import (
    MAX_BYTES,
    MAX_HEADER,
    Sheet,
    Sheets,
    check_shape,
    plain_line_ends,
    without_empty_rows_at_end,
)

HEAD = "# Text twin of an instrument workbook. Every value is text.\n"


# Reading


def sheets_from_twin(text: str, *, source: str = "instrument.yaml") -> Sheets:
    """The sheets a twin spells out; InstrumentError where it is no twin."""
    if len(text) > MAX_BYTES:
        raise refusal(
            source,
            FaultCode.TOO_LARGE,
            "the file",
            f"It is larger than {MAX_BYTES // 1_000_000} MB; a large instrument has 0.2 MB.",
            "Check that this is the right file.",
        )
    top = _Reader(text, source).document()
    sheets = Sheets(tuple(_sheet(name, body, source) for name, body in top.pairs.items()))
    faults = Faults(source)
    check_shape(sheets, faults)
    faults.raise_if_any()
    return sheets


@dataclass(frozen=True)
class _Mapping:
    pairs: dict[str, Any]
    line: int


class _Reader:
    """Builds nested text from YAML events; keeps lines, refuses aliases, depth and repetition."""

    def __init__(self, text: str, source: str) -> None:
        self._events = _events(text, source)
        self._source = source

    def document(self) -> _Mapping:
        import yaml

        for event in self._events:
            if isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                break
            return self._only_document(event)
        raise refusal(
            self._source,
            FaultCode.EMPTY_FILE,
            "the file",
            "It holds no sheet.",
            "Fill the sheets survey, choices, settings and index, or choose another file.",
        )

    def _only_document(self, first: Any) -> _Mapping:
        import yaml

        top = self._value(first, 0)
        rest = [event for event in self._events if isinstance(event, yaml.DocumentStartEvent)]
        if not isinstance(top, _Mapping) or rest:
            raise _structure(self._source, "the file", "It is not one mapping of sheet names.")
        return top

    def _value(self, event: Any, depth: int) -> Any:
        import yaml

        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise refusal(
                self._source,
                FaultCode.YAML_ALIAS,
                f"line {line}",
                "A value is defined once and pointed to from elsewhere (& or *).",
                "Write the value out wherever it is meant.",
            )
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if depth > 3:
            raise _structure(self._source, f"line {line}", "A cell holds a list or a mapping.")
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(inner, depth + 1) for inner in self._until(yaml.SequenceEndEvent)]
        return self._mapping(line, depth)

    def _mapping(self, line: int, depth: int) -> _Mapping:
        import yaml

        pairs: dict[str, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            key_line = event.start_mark.line + 1
            key = self._value(event, depth + 1)
            if not isinstance(key, str):
                raise _structure(self._source, f"line {key_line}", "A name is no text.")
            if key in pairs:
                raise refusal(
                    self._source,
                    FaultCode.DUPLICATE_SHEET if depth == 0 else FaultCode.DUPLICATE_COLUMN,
                    f"line {key_line}",
                    f'The name "{key}" is given twice.',
                    "Keep one of them.",
                )
            pairs[key] = self._value(next(self._events), depth + 1)
        return _Mapping(pairs, line)

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event


def _events(text: str, source: str) -> Iterator[Any]:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        raise refusal(
            source,
            FaultCode.UNREADABLE_TWIN,
            place,
            f"It is not YAML: {getattr(error, 'problem', None) or error}.",
            "Put the text in double quotes, or check the indentation of this and the line above.",
        ) from error


def _sheet(name: str, body: Any, source: str) -> Sheet:
    place = f'sheet "{name}"'
    if not isinstance(body, _Mapping) or not body.pairs.keys() <= {"columns", "rows"}:
        raise _structure(source, place, "It does not consist of columns and rows.")
    columns = _list(body.pairs.get("columns"))
    rows = _list(body.pairs.get("rows"))
    if columns is None or not all(map(_is_header, columns)):
        raise _structure(source, place, "Its columns are not a list of names.")
    if rows is None or not all(isinstance(row, _Mapping) for row in rows):
        raise _structure(source, place, "Its rows are not a list of blocks.")
    _refuse_repeated(columns, source, place)
    for row in rows:
        if not all(map(_is_header, row.pairs)):
            raise _structure(source, f"{place}, line {row.line}", "A column's name is no header.")
        if not all(isinstance(text, str) for text in row.pairs.values()):
            raise _structure(source, f"{place}, line {row.line}", "A cell is no text.")
    cells = [
        {key: plain_line_ends(text) for key, text in row.pairs.items() if text} for row in rows
    ]
    used = dict.fromkeys(columns) | dict.fromkeys(key for row in rows for key in row.pairs)
    return Sheet(
        name,
        tuple(used),
        without_empty_rows_at_end(cells),
        lines=tuple(row.line for row in rows),
    )


def _is_header(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_HEADER and value == value.strip()


def _list(value: Any) -> list[Any] | None:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else None


def _refuse_repeated(columns: list[str], source: str, place: str) -> None:
    for column, count in Counter(columns).items():
        if count > 1:
            raise refusal(
                source,
                FaultCode.DUPLICATE_COLUMN,
                place,
                f'The column "{column}" is listed twice.',
                "Keep one of them.",
            )


def _structure(source: str, place: str, problem: str) -> Exception:
    return refusal(
        source,
        FaultCode.TWIN_STRUCTURE,
        place,
        problem,
        "A twin maps each sheet to `columns` (a list) and `rows` (a list of `column: text`); "
        "`waspada instrument convert` writes one from a workbook.",
    )


# Writing


def twin_text(sheets: Sheets) -> str:
    """The canonical twin: equal sheets give equal text, whatever file they came from."""
    lines = [HEAD]
    for sheet in sheets:
        lines.append(f"\n{_key(sheet.name)}:\n")
        lines += _columns(sheet)
        lines += _rows(sheet)
    return "".join(lines)


def _columns(sheet: Sheet) -> Iterator[str]:
    yield "  columns:\n" if sheet.columns else "  columns: []\n"
    for column in sheet.columns:
        yield f"    - {_key(column)}\n"


def _rows(sheet: Sheet) -> Iterator[str]:
    yield "  rows:\n" if sheet.rows else "  rows: []\n"
    keys = {column: _key(column) for column in sheet.columns}
    for row in sheet.rows:
        lead = "    - "
        for column, key in keys.items():
            if column in row:
                yield f"{lead}{key}: {_scalar(row[column])}\n"
                lead = "      "
        if not row:
            yield f"{lead}{{}}\n"


_PLAIN = re.compile(r"[^\W\d_](?:[^:#]|:(?=\S)|(?<=\S)#)*")
_SPECIAL_WORDS = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf")
)


def _key(text: str) -> str:
    return text if _is_plain(text) else _quoted(text)


def _scalar(text: str) -> str:
    if _is_plain(text):
        return text
    return _block(text) if _fits_block(text) else _quoted(text)


def _is_plain(text: str) -> bool:
    return (
        text.isprintable()
        and not text.endswith((" ", ":"))
        and text.lower() not in _SPECIAL_WORDS
        and _PLAIN.fullmatch(text) is not None
    )


def _fits_block(text: str) -> bool:
    lines = text.removesuffix("\n").split("\n")
    return (
        "\n" in text
        and bool(lines[0])
        and bool(lines[-1])
        and not lines[0][0].isspace()
        and all(line.isprintable() and (not line or bool(line.strip())) for line in lines)
    )


def _block(text: str) -> str:
    head = "|" if text.endswith("\n") else "|-"
    lines = text.removesuffix("\n").split("\n")
    return "\n".join([head, *(f"        {line}" if line else "" for line in lines)])


def _quoted(text: str) -> str:
    inner = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escaped(c) for c in inner)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
