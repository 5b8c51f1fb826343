"""What a good file becomes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.core.instrument.minimal import (
    EN,
    ID,
    minimal,
    minimal_twin,
    with_cell,
    with_rows,
    without_sheet,
)
from waspada.errors import InstrumentError
from waspada.instrument.columns import KNOWN, header_key, not_used
from waspada.instrument.model import (
    Aggregation,
    Band,
    Choice,
    Evidence,
    Form,
    Item,
    MissingKind,
    Node,
    Polarity,
    RuleKind,
    Section,
    Stratum,
    Text,
)
from waspada.instrument.parse import parse, parse_twin
from waspada.instrument.sheets import Sheet, Sheets
from waspada.instrument.twin import sheets_from_twin, twin_text
from waspada.instrument.xlsx import sheets_from_xlsx, xlsx_bytes


@pytest.fixture(scope="module")
def instrument():
    return parse_twin(minimal_twin())


def test_the_head_of_an_instrument_is_read(instrument):
    assert (instrument.code, instrument.version) == ("example", "1")
    assert instrument.title == Text("Contoh", "Example")
    assert instrument.polarity is Polarity.MORE_VULNERABLE
    assert instrument.evidence is Evidence.PERCEPTION
    assert instrument.notice == Text("Sebelum mulai", "Before you start")
    assert instrument.thanks == Text("", "")


def test_items_carry_all_their_columns(instrument):
    assert instrument.items[0] == Item(
        code="clash",
        label=Text("Bentrok?", "Clashes?"),
        scale="likelihood",
        section="page",
        node="security",
        direction=1,
        weight=1.0,
        evidence=Evidence.PERCEPTION,
        stages=("kampanye", "pungut"),
        factors=("KTS-04", "KSP-07"),
        anchor=True,
        core=True,
        story=Text("Baca dulu.\n\nCerita.", "Read first.\n\nStory."),
        note="why",
    )


def test_empty_cells_of_an_item_take_the_defaults(instrument):
    calm = instrument.item_by_code["calm"]
    assert (calm.direction, calm.weight, calm.core, calm.anchor) == (-1, 1.0, False, False)
    assert calm.story is None


def test_sections_scales_nodes_and_elements_are_read(instrument):
    assert instrument.sections == (Section("page", Text("Keadaan", "Situation")),)
    assert instrument.scales[0].label == Text("Kemungkinan", "Likelihood")
    assert instrument.scales[0].choices[2] == Choice(
        "dont_know", Text("Tidak tahu", "Don't know"), None, MissingKind.DONT_KNOW
    )
    assert instrument.nodes[1] == Node(
        code="security",
        parent="example",
        level="dimension",
        label=Text("Keamanan", "Security"),
        weight=2.0,
        aggregation=Aggregation.GEOMETRIC,
        min_share=0.75,
        status="ours",
    )
    assert instrument.node_by_code["rulings"].evidence is Evidence.FACT
    assert instrument.strata[0] == Stratum(
        code="youth",
        label=Text("Pemuda", "Youth"),
        required=True,
        merge_into="others",
        description=Text("Muda", "Young"),
    )


@pytest.mark.parametrize("power", ["0.5", "-1", "0", "2"])
def test_power_of_a_generalised_mean_is_read_back_from_twin_and_workbook(power):
    sheets = with_cell(minimal(), "index", 3, "aggregation", "generalised")
    sheets = with_cell(sheets, "index", 3, "power", power)
    for again in (sheets_from_twin(twin_text(sheets)), sheets_from_xlsx(xlsx_bytes(sheets))):
        node = parse(again).nodes[1]
        assert (node.aggregation, node.power) == (Aggregation.GENERALISED, float(power))


def test_regions_are_kept_as_written_and_none_means_all(instrument):
    assert instrument.regions == ("63.01", "63.10")
    assert parse(without_sheet(minimal(), "regions")).regions == ()


def test_the_first_category_rule_is_the_default_and_open_ends_are_infinite(instrument):
    halves, spread = instrument.category_rules
    assert instrument.rule is halves
    assert (halves.hysteresis_margin, halves.min_answers_region) == (2.5, 20)
    assert halves.bands[1] == Band("high", Text("Tinggi", "High"), 50.0, 100.0)
    assert spread.kind is RuleKind.MEAN_SD
    assert (spread.bands[0].lower, spread.bands[1].upper) == (-math.inf, math.inf)


def test_steps_are_points_from_the_middle_and_reach_both_ends_of_the_scale():
    band = {"rule": "steps", "kind": "steps", f"label{ID}": "x", f"label{EN}": "x"}
    low = {**band, "category": "low", "lower": "-50", "upper": "-12.5"}
    high = {**band, "category": "high", "lower": "-12.5", "upper": "50"}
    steps = parse(with_rows(minimal(), "categories", low, high)).category_rules[-1]
    assert steps.kind is RuleKind.STEPS
    assert [(b.lower, b.upper) for b in steps.bands] == [(-50, -12.5), (-12.5, 50)]
    with pytest.raises(InstrumentError, match="Write 50 here"):
        parse(with_rows(minimal(), "categories", low, {**high, "upper": "100"}))


def test_parents_come_before_children_and_otherwise_the_sheet_decides():
    label = {f"label{ID}": "x", f"label{EN}": "x", "level": "indicator", "evidence": "fact"}
    sheets = with_rows(
        minimal(),
        "index",
        {"code": "deep", "parent": "late", **label},
        {"code": "late", "parent": "example", **label},
        {"code": "last", "parent": "example", **label},
        at=2,
    )
    codes = [node.code for node in parse(sheets).nodes]
    assert codes[0] == "example"
    assert codes.index("late") < codes.index("deep")
    assert sorted(codes) == ["deep", "example", "last", "late", "rulings", "security"]


def test_a_question_without_node_stays_outside_the_index():
    sheets = with_cell(minimal(), "survey", 5, "node", "")
    instrument = parse(sheets)
    assert instrument.item_by_code["calm"].node is None
    assert [item.code for item in instrument.index_items] == ["clash"]


def test_spelling_of_types_and_language_headers_may_vary():
    twin = minimal_twin().replace("begin_group", "begin group").replace("end_group", "end group")
    twin = twin.replace("label::Indonesian (id)", "label::Bahasa Indonesia (id)")
    twin = twin.replace("label::English (en)", "label::en")
    assert parse_twin(twin).items[0].label == Text("Bentrok?", "Clashes?")


def test_spaces_around_a_cell_do_not_count():
    sheets = with_cell(minimal(), "index", 3, "weight", " 2 ")
    sheets = with_cell(sheets, "survey", 4, "stages", "kampanye; pungut")
    instrument = parse(sheets)
    assert instrument.nodes[1].weight == 2.0
    assert instrument.items[0].stages == ("kampanye", "pungut")


def test_unknown_sheets_and_columns_are_kept_and_told():
    sheets = with_cell(minimal(), "survey", 4, "relevant", "${a} = 1")
    sheets = Sheets((*sheets, Sheet("media", ("a",), ({"a": "b"},))))
    assert parse(sheets).code == "example"
    assert not_used(sheets) == ('sheet "survey", column "relevant"', 'sheet "media"')


def test_the_fingerprint_changes_with_any_cell_and_only_then():
    one = parse(minimal()).fingerprint
    assert one == parse_twin(minimal_twin()).fingerprint
    assert len(one) == 32
    assert one != parse(with_cell(minimal(), "survey", 4, "remark", "why not")).fingerprint


def test_the_core_form_keeps_core_items_and_the_whole_tree(instrument):
    core = instrument.in_form(Form.CORE)
    assert [item.code for item in core.items] == ["clash"]
    assert core.nodes == instrument.nodes


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("label::Indonesian (id)", "label::id"),
        ("label::id", "label::id"),
        ("label :: English (en)", "label::en"),
        ("label", "label"),
        ("media::image::English (en)", "media::image::English (en)"),
    ],
)
def test_language_headers_are_recognised_in_any_spelling(header, key):
    assert header_key(header) == key


def test_the_reference_of_the_workbook_lists_every_column():
    page = (Path(__file__).parents[3] / "docs/reference/instrument-workbook.md").read_text("utf-8")
    parts = dict(part.split("\n", 1) for part in page.split("\n## ")[1:] if "\n" in part)
    for sheet, columns in KNOWN.items():
        for column in columns:
            name = f"{column.name}::…" if column.translated else column.name
            required = "yes" if column.required else "no"
            assert f"\n| `{name}` | {required} |" in parts[sheet], (sheet, name)
