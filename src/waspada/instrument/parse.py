"""Raw sheets -> a checked `Instrument`, or every fault of the file at once."""

from __future__ import annotations

from hashlib import blake2b

from waspada.instrument.cells import Cells, Table, tables_of
from waspada.instrument.elements import read_strata
from waspada.instrument.faults import Faults
from waspada.instrument.head import Head, read_head
from waspada.instrument.model import AnswerScale, Instrument, Item, Node, Section
from waspada.instrument.places import read_regions
from waspada.instrument.questions import SurveyReader, check_every_leaf_is_asked
from waspada.instrument.rules import read_rules
from waspada.instrument.scales import read_scales
from waspada.instrument.sheets import Sheets
from waspada.instrument.tree import read_nodes
from waspada.instrument.twin import sheets_from_twin, twin_text


def parse(sheets: Sheets, *, source: str = "instrument") -> Instrument:
    """The instrument these sheets describe.

    source: name of the file, for messages.
    Raises InstrumentError with all faults, each with the place a person finds it.
    """
    faults = Faults(source)
    tables = tables_of(sheets, faults)
    instrument = _instrument(sheets, tables)
    faults.raise_if_any()
    return instrument


def parse_twin(text: str, *, source: str = "instrument.yaml") -> Instrument:
    """The instrument a text twin describes."""
    return parse(sheets_from_twin(text, source=source), source=source)


def fingerprint(sheets: Sheets) -> str:
    """Names a version beyond doubt: equal for a workbook and its twin."""
    return blake2b(twin_text(sheets).encode(), digest_size=16).hexdigest()


def _instrument(sheets: Sheets, tables: dict[str, Table]) -> Instrument:
    head = read_head(tables["settings"]) if "settings" in tables else Head()
    nodes, node_cells = _nodes(tables, head)
    scales = read_scales(tables["choices"]) if "choices" in tables else None
    sections, items = _questions(tables, scales, nodes, head)
    if "survey" in tables and tables["survey"].has_column("node"):
        check_every_leaf_is_asked(nodes, items, node_cells)
    return Instrument(
        code=head.code,
        version=head.version,
        title=head.title,
        polarity=head.polarity,
        evidence=head.evidence,
        scales=scales or (),
        sections=sections,
        items=items,
        nodes=nodes,
        strata=read_strata(tables["strata"]) if "strata" in tables else (),
        category_rules=read_rules(tables["categories"]) if "categories" in tables else (),
        regions=read_regions(tables["regions"]) if "regions" in tables else (),
        status=head.status,
        note=head.note,
        notice=head.notice,
        thanks=head.thanks,
        script=head.script,
        fingerprint=fingerprint(sheets),
        settings=_settings(tables),
    )


def _nodes(tables: dict[str, Table], head: Head) -> tuple[tuple[Node, ...], dict[str, Cells]]:
    return read_nodes(tables["index"], head.evidence) if "index" in tables else ((), {})


def _questions(
    tables: dict[str, Table],
    scales: tuple[AnswerScale, ...] | None,
    nodes: tuple[Node, ...],
    head: Head,
) -> tuple[tuple[Section, ...], tuple[Item, ...]]:
    if "survey" not in tables:
        return (), ()
    reader = SurveyReader(tables["survey"], scales=scales, nodes=nodes, evidence=head.evidence)
    return reader.read()


def _settings(tables: dict[str, Table]) -> dict[str, str]:
    """The settings as written, for readers of columns that Waspada does not know."""
    rows = tables["settings"].sheet.filled_rows() if "settings" in tables else iter(())
    return dict(next((row for _, row in rows), {}))
