"""The table of indicators and nodes (COINr's iMeta), and instruments as frameworks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import xlsxwriter

from tests.golden.reference import ROOT
from waspada.errors import InstrumentError
from waspada.instrument import read_instrument
from waspada.instrument.framework_read import TableFault, framework_from_table, read_framework
from waspada.instrument.instrument_framework import framework_from_instrument

HEADER = ["Level", "iCode", "iName", "Direction", "Weight", "Unit", "Target", "Denominator",
          "Parent", "Type"]  # fmt: skip
GOOD = [
    "1,a,Alpha,1,1,km,5.5,Pop,left,Indicator",
    "1,b,Beta,-1,3,,,,left,Indicator",
    "1,c,Gamma,1,1,,,,right,Indicator",
    "2,left,,1,1,,,,top,Aggregate",
    "2,right,,1,2,,,,top,Aggregate",
    "3,top,The index,1,1,,,,,Aggregate",
    ",Pop,Population,,,,,,,Denominator",
    ",Zone,Zone,,,,,,,Group",
    ",Note,,,,,,,,Other",
]


def table(*lines):
    rows = [(n, line.split(",")) for n, line in enumerate(lines, start=2)]
    return framework_from_table(HEADER, rows, source="meta.csv")


def changed(number, **cells):
    lines = list(GOOD)
    row = lines[number].split(",")
    for column, text in cells.items():
        row[HEADER.index(column)] = text
    lines[number] = ",".join(row)
    return lines


def test_a_table_becomes_a_framework():
    found = table(*GOOD)
    assert found.codes == ("a", "b", "c")
    assert found.node_codes == ("left", "right", "top")
    assert found.height == 3
    assert found.children("left") == ("a", "b")
    assert found.leaves("top") == ("a", "b", "c")
    assert found.groups == ("Zone",)
    assert found.denominators == ("Pop",)
    first = found.indicators[0]
    assert (first.name, first.unit, first.target, first.denominator) == ("Alpha", "km", 5.5, "Pop")
    assert [i.direction for i in found.indicators] == [1, -1, 1]
    assert found.weights == {"a": 1, "b": 3, "c": 1, "left": 1, "right": 2, "top": 1}
    assert found.indicators[2].target is None


def test_order_of_rows_of_nodes_is_by_level():
    assert table(*reversed(GOOD)).node_codes == ("right", "left", "top")


def test_an_indicator_may_hang_on_a_higher_node():
    assert table(*changed(2, Parent="top"), "1,d,,1,1,,,,right,Indicator").children("top") == (
        "c",
        "left",
        "right",
    )


@pytest.mark.parametrize("text", ["1.0", "+1", "1", " 1 "])
def test_a_direction_may_be_written_as_spreadsheets_do(text):
    lines = changed(0, Direction=text.strip())
    assert table(*lines).indicators[0].direction == 1


def test_empty_weights_of_all_siblings_weigh_equally():
    lines = changed(0, Weight="")
    lines[1] = lines[1].replace(",-1,3,", ",-1,NA,")
    assert [table(*lines).weights[code] for code in "ab"] == [1, 1]


CONTENT = [
    (TableFault.UNKNOWN_TYPE, changed(0, Type="Indicatr"), "row 2"),
    (TableFault.MISSING_VALUE, changed(0, Type=""), "row 2"),
    (TableFault.MISSING_VALUE, changed(0, iCode=""), "row 2"),
    (TableFault.MISSING_VALUE, changed(1, Weight=""), "row 3"),
    (TableFault.MISSING_VALUE, changed(1, Parent="NA"), "row 3"),
    (TableFault.BAD_CODE, changed(2, iCode="uCode"), "row 4"),
    (TableFault.DUPLICATE_CODE, changed(1, iCode="a"), "row 3"),
    (TableFault.BAD_LEVEL, changed(0, Level="2"), "row 2"),
    (TableFault.BAD_LEVEL, changed(0, Level="one"), "row 2"),
    (TableFault.BAD_LEVEL, changed(3, Level="1"), "row 5"),
    (TableFault.BAD_LEVEL, changed(3, Level="1e9"), "row 5"),
    (TableFault.BAD_LEVEL, changed(3, Level="3"), "row 5"),
    (TableFault.LEVEL_GAP, changed(5, Level="5"), "the table"),
    (TableFault.BAD_DIRECTION, changed(0, Direction="0"), "row 2"),
    (TableFault.BAD_DIRECTION, changed(0, Direction=""), "row 2"),
    (TableFault.BAD_DIRECTION, changed(0, Direction="up"), "row 2"),
    (TableFault.BAD_WEIGHT, changed(0, Weight="-1"), "row 2"),
    (TableFault.BAD_WEIGHT, changed(0, Weight="inf"), "row 2"),
    (TableFault.BAD_WEIGHT, changed(0, Weight="1e400"), "row 2"),
    (TableFault.NO_WEIGHT, changed(2, Weight="0"), "row 4"),
    (TableFault.BAD_TARGET, changed(0, Target="high"), "row 2"),
    (TableFault.UNKNOWN_DENOMINATOR, changed(0, Denominator="GDP"), "row 2"),
    (TableFault.UNKNOWN_DENOMINATOR, changed(0, Denominator="b"), "row 2"),
    (TableFault.UNKNOWN_PARENT, changed(0, Parent="nobody"), "row 2"),
    (TableFault.UNKNOWN_PARENT, changed(0, Parent="b"), "row 2"),
    (TableFault.SEVERAL_ROOTS, changed(3, Parent=""), "row 5"),
    (TableFault.NODE_WITHOUT_CHILDREN, changed(2, Parent="left"), "row 6"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "lines", "place"), CONTENT)
def test_a_fault_is_told_with_its_place(code, lines, place):
    with pytest.raises(InstrumentError) as caught:
        table(*lines)
    told = [fault for fault in caught.value.faults if fault.code == code]
    assert [fault.place.split(",")[0] for fault in told] == [place]
    assert caught.value.exit_code == 10


def cyclic():
    lines = changed(5, Parent="left")
    return table(*lines)


def refusals(tmp_path):
    def file(text, name="meta.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return [
        (TableFault.CYCLE, cyclic),
        (TableFault.NO_ROOT, cyclic),
        (TableFault.NO_INDICATORS, lambda: table(*GOOD[3:6])),
        (TableFault.MISSING_COLUMN, lambda: read_framework(file("Level,iCode\n1,a\n"))),
        (
            TableFault.DUPLICATE_COLUMN,
            lambda: framework_from_table([*HEADER, "icode"], [], source="x"),
        ),
        (TableFault.RAGGED_ROW, lambda: table("1,a,too few", *GOOD[1:])),
        (TableFault.UNREADABLE, lambda: read_framework(tmp_path / "none.csv")),
        (TableFault.UNREADABLE, lambda: read_framework(file(b"\xff\xfea,b", "utf16.csv"))),
        (TableFault.UNREADABLE, lambda: read_framework(file("\n\n", "empty.csv"))),
        (TableFault.UNREADABLE, lambda: read_framework(file('Level,"iCode\n1', "quote.csv"))),
    ]


def test_every_code_is_raised_by_a_test(tmp_path):
    raised = {code for code, *_ in CONTENT}
    for code, act in refusals(tmp_path):
        with pytest.raises(InstrumentError) as caught:
            act()
        assert code in {fault.code for fault in caught.value.faults}, code
        raised.add(code)
    assert raised == set(TableFault)


def test_the_reference_explains_exactly_the_codes_there_are():
    page = (ROOT / "docs/reference/method-file.md").read_text(encoding="utf-8")
    section = page.partition("## Faults of a META table")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(TableFault)


def test_all_faults_come_at_once_in_the_order_of_the_rows():
    lines = changed(0, Direction="0", Weight="-2", Target="x")
    lines[4] = lines[4].replace("top", "nobody")
    with pytest.raises(InstrumentError, match="4 faults") as caught:
        table(*lines)
    assert [fault.place.split(",")[0] for fault in caught.value.faults] == [
        "row 2",
        "row 2",
        "row 2",
        "row 6",
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_with_mark_quotes_and_byte_order_mark(tmp_path, mark, end):
    quoted = [",".join(HEADER), *GOOD]
    text = end.join(mark.join(f'"{c}"' for c in line.split(",")) for line in quoted)
    path = tmp_path / "meta.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_framework(path) == replace(table(*GOOD), source="meta.csv")


def test_a_workbook_says_the_same(tmp_path):
    path = tmp_path / "meta.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("iMeta")
        for r, line in enumerate([",".join(HEADER), *GOOD]):
            for c, text in enumerate(line.split(",")):
                sheet.write(r, c, float(text) if text.strip("-").isdigit() else text)
    assert read_framework(path) == replace(table(*GOOD), source="meta.xlsx")


def test_columns_nobody_knows_are_left_alone_also_twice():
    header = [*HEADER, "Remark", "Remark"]
    rows = [(n, [*line.split(","), "x", "y"]) for n, line in enumerate(GOOD, start=2)]
    assert framework_from_table(header, rows, source="meta.csv") == table(*GOOD)


# Instruments ----------------------------------------------------------------------------------


def test_items_are_indicators_and_levels_grow_from_below():
    instrument = read_instrument(ROOT / "instruments/kerawanan-pilkada-contoh")
    found = framework_from_instrument(instrument)
    assert set(found.codes) == {item.code for item in instrument.index_items}
    assert found.index.code == instrument.root.code
    levels = {node.code: node.level for node in found.aggregates}
    for node in found.aggregates:
        below = [levels.get(child, 1) for child in found.children(node.code)]
        assert node.level == 1 + max(below)
    assert [node.level for node in found.aggregates] == sorted(levels.values())


def test_lowest_nodes_without_items_are_indicators():
    instrument = read_instrument(ROOT / "instruments/ikp-2024")
    found = read_framework(ROOT / "instruments/ikp-2024")
    assert len(found.indicators) == 61
    assert found.index.code == "ikp_2024"
    assert {n.code for n in instrument.nodes} == {*found.codes, *found.node_codes}
    weights = {node.code: node.weight for node in instrument.nodes}
    assert found.weights == weights
