"""Reads the sheet `survey`: sections and the questions in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from waspada.instrument.cells import Cells, Table, Unique
from waspada.instrument.faults import FaultCode
from waspada.instrument.model import AnswerScale, Evidence, Item, Node, Section, Text

_STAGE = re.compile(r"[a-z][a-z0-9_]*")
_FACTOR = re.compile(r"[A-Z]{3}-[0-9]{2}")
_FORBIDDEN = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "simserial"}
    | {"subscriberid", "audit", "geopoint", "geotrace", "geoshape", "start-geopoint"}
    | {"background-audio", "background-geopoint"}
)


@dataclass
class _Page:
    """Where the reader stands: the open section and the notes not yet given to a question."""

    section: Section | None = None
    opened_by: Cells | None = None
    notes: list[tuple[Cells, Text]] = field(default_factory=list)


class SurveyReader:
    """Walks down the survey once."""

    def __init__(
        self,
        table: Table,
        *,
        scales: tuple[AnswerScale, ...] | None,
        nodes: tuple[Node, ...],
        evidence: Evidence,
    ) -> None:
        """scales: None, and nodes empty, where their sheet is missing: a fault already told."""
        self._table = table
        self._scales = None if scales is None else {scale.code: scale for scale in scales}
        self._nodes = {node.code: node for node in nodes}
        self._branches = {node.parent for node in nodes}
        self._evidence = evidence if evidence.is_asked else Evidence.PERCEPTION
        self._names = Unique("name")
        self._page = _Page()
        self.sections: list[Section] = []
        self.items: list[Item] = []

    def read(self) -> tuple[tuple[Section, ...], tuple[Item, ...]]:
        """Sections that hold a question, and all questions, in the order of the sheet."""
        for cells in self._table.rows():
            self._row(cells)
        self._leave_page()
        used = {item.section for item in self.items}
        return tuple(s for s in self.sections if s.code in used), tuple(self.items)

    def _row(self, cells: Cells) -> None:
        kind, *rest = cells.required_text("type").split() or [""]
        match [kind, *rest]:
            case ["begin_group"] | ["begin", "group"]:
                self._begin(cells)
            case ["end_group"] | ["end", "group"]:
                self._end(cells)
            case ["note"]:
                self._page.notes.append((cells, cells.translated("label")))
            case ["select_one", *lists]:
                self._question(cells, lists)
            case [""]:
                pass
            case _ if kind in _FORBIDDEN:
                cells.fault(
                    FaultCode.FORBIDDEN_TYPE,
                    "type",
                    f'"{kind}" records a person, device, place or time.',
                    "Remove the row; Waspada keeps answers, region and element, nothing else.",
                )
            case _:
                cells.fault(
                    FaultCode.UNSUPPORTED_TYPE,
                    "type",
                    f'The type "{" ".join([kind, *rest])}" is not asked on the phone yet.',
                    "Use select_one with a list, note, begin_group or end_group.",
                )

    def _begin(self, cells: Cells) -> None:
        if self._page.section is not None:
            cells.fault(
                FaultCode.NESTED_SECTION,
                "type",
                f'The section "{self._page.section.code}" is still open; a section is one page.',
                "Put an end_group row above this one.",
            )
            self._leave_notes()
        section = Section(cells.code("name"), cells.translated("label"))
        self._page = _Page(section, opened_by=cells)
        if self._names.admit(cells, "name", section.code):
            self.sections.append(section)

    def _end(self, cells: Cells) -> None:
        if self._page.section is None:
            cells.fault(
                FaultCode.SECTION_NOT_BEGUN,
                "type",
                "No section is open here.",
                "Remove the row, or put a begin_group row above the questions.",
            )
        self._leave_notes()
        self._page = _Page()

    def _leave_page(self) -> None:
        self._leave_notes()
        if self._page.section is not None and self._page.opened_by is not None:
            self._page.opened_by.fault(
                FaultCode.SECTION_NOT_ENDED,
                "type",
                f'The section "{self._page.section.code}" is begun but not ended.',
                "Put an end_group row below its last question.",
            )

    def _leave_notes(self) -> None:
        for cells, _ in self._page.notes:
            cells.fault(
                FaultCode.NOTE_WITHOUT_QUESTION,
                "type",
                "No question follows the note in its section, so nobody would read it.",
                "Move it above the question it introduces.",
            )
        self._page.notes = []

    def _question(self, cells: Cells, lists: list[str]) -> None:
        scale = self._scale(cells, lists)
        node = self._node(cells)
        item = Item(
            code=cells.code("name"),
            label=cells.translated("label"),
            indicator=cells.translated_or_empty("indicator"),
            scale=scale,
            section=self._section(cells),
            node=node,
            direction=cells.direction(),
            weight=cells.weight(),
            evidence=cells.word(
                "evidence", Evidence, FaultCode.UNKNOWN_EVIDENCE, default=self._evidence
            ),
            stages=cells.codes("stages", _STAGE, FaultCode.BAD_STAGES, "kampanye;pungut"),
            factors=cells.codes("factors", _FACTOR, FaultCode.BAD_FACTORS, "KTS-04;KSP-07"),
            anchor=cells.flag("anchor"),
            core=cells.flag("core"),
            story=self._story(cells),
            note=cells.text("remark"),
        )
        if not item.evidence.is_asked:
            cells.unknown_word(
                "evidence",
                FaultCode.UNKNOWN_EVIDENCE,
                str(item.evidence),
                [str(kind) for kind in Evidence if kind.is_asked],
            )
        if self._names.admit(cells, "name", item.code):
            self.items.append(item)

    def _section(self, cells: Cells) -> str:
        if self._page.section is not None:
            return self._page.section.code
        cells.fault(
            FaultCode.ITEM_OUTSIDE_SECTION,
            "type",
            "The question stands outside any section, so it has no page.",
            "Put a begin_group row above it and an end_group row below.",
        )
        return ""

    def _scale(self, cells: Cells, lists: list[str]) -> str:
        if len(lists) != 1:
            cells.fault(
                FaultCode.ITEM_WITHOUT_SCALE,
                "type",
                "The question does not name exactly one list of choices.",
                "Write select_one and the list_name, as in select_one likelihood5.",
            )
            return ""
        if self._scales is None:
            return lists[0]
        scale = self._scales.get(lists[0])
        if scale is None:
            cells.fault(
                FaultCode.SCALE_WITHOUT_CHOICES,
                "type",
                f'The sheet "choices" has no list "{lists[0]}".',
                "Add its choices there, or name another list.",
            )
        elif all(choice.score is None for choice in scale.choices):
            cells.fault(
                FaultCode.SCALE_WITHOUT_SCORES,
                "type",
                f'No choice of "{lists[0]}" has a score.',
                'Give at least one choice a score in the sheet "choices".',
            )
        return lists[0]

    def _node(self, cells: Cells) -> str | None:
        code = cells.text("node")
        if not code or not self._nodes:
            return None
        node = self._nodes.get(code)
        if node is None:
            cells.fault(
                FaultCode.UNKNOWN_NODE,
                "node",
                f'There is no node "{code}".',
                'Write a code of the sheet "index"; leave empty what does not enter the index.',
            )
        elif code in self._branches:
            cells.fault(
                FaultCode.ITEM_ON_BRANCH,
                "node",
                f'"{code}" has nodes below it; items belong to the lowest nodes.',
                "Name one of those below, or add a node for this item.",
            )
        elif not node.evidence.is_asked:
            cells.fault(
                FaultCode.ITEM_ON_FACT,
                "node",
                f'The evidence of "{code}" is {node.evidence}: nobody is asked for it.',
                'Name another node, or change the evidence of this one in the sheet "index".',
            )
        return code

    def _story(self, cells: Cells) -> Text | None:
        """What is read before the question: the notes above it, then its own story."""
        own = cells.translated_or_empty("story")
        texts = [text for _, text in self._page.notes] + ([own] if own != Text("", "") else [])
        self._page.notes = []
        if not texts:
            return None
        return Text("\n\n".join(text.id for text in texts), "\n\n".join(text.en for text in texts))


def check_every_leaf_is_asked(
    nodes: tuple[Node, ...], items: tuple[Item, ...], cells_of: dict[str, Cells]
) -> None:
    """A lowest node whose evidence people give needs a question. A torn tree has no lowest nodes
    worth naming; its faults come first."""
    branches = {node.parent for node in nodes}
    if not branches <= {None, *cells_of}:
        return
    measured = {item.node for item in items}
    for node in nodes:
        if node.evidence.is_asked and node.code not in branches | measured:
            cells_of[node.code].fault(
                FaultCode.NODE_WITHOUT_ITEMS,
                "code",
                f'No question measures "{node.code}".',
                'Name it in the column "node" of a question, set its evidence to fact, '
                "or remove it.",
            )
