"""Reading a table of indicators: COINr's iData as it is, and what people do to such files."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xlsxwriter

from waspada.collection.indicators import read_indicators
from waspada.errors import AnswersError
from waspada.instrument.framework import Aggregate, Framework, Indicator

FRAMEWORK = Framework(
    indicators=(Indicator("x", "X", "top", denominator="Pop"), Indicator("y", "Y", "top")),
    aggregates=(Aggregate("top", "Top", 2, None),),
    groups=("Zone",),
    denominators=("Pop",),
    source="meta.csv",
)
HEADER = "uName,uCode,Zone,Time,Pop,y,x,Remark\n"


@pytest.fixture
def read(tmp_path):
    def reading(text, name="data.csv", framework=FRAMEWORK, **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_indicators(path, framework, **options)

    return reading


def faults(read, text, **options):
    with pytest.raises(AnswersError) as caught:
        read(text, **options)
    assert caught.value.exit_code == 11
    return [(fault.code, fault.place) for fault in caught.value.faults]


def test_rows_are_sorted_by_unit_then_time_and_columns_by_the_framework(read):
    rows = "Bee,B,north,2021,10,1,2,r\nAye,A,south,2021,20,3,4,\nBee,B,north,2020,9,5,NA,\n"
    table = read(HEADER + rows)
    assert table.units == ("A", "B", "B")
    assert table.times == (2021, 2020, 2021)
    assert table.names == ("Aye", "Bee", "Bee")
    assert table.indicators == ("x", "y")
    np.testing.assert_array_equal(table.values, [[4, 3], [np.nan, 5], [2, 1]])
    assert table.groups == {"Zone": ("south", "north", "north")}
    np.testing.assert_array_equal(table.denominators["Pop"], [20, 9, 10])
    assert table.ignored_columns == ("Remark",)
    assert table.is_panel


def test_units_are_sorted_by_code_point_like_coinr_in_the_c_locale(read):
    rows = "".join(f",{unit},z,1,1,1,1,\n" for unit in ("b", "B", "Ä", "a", "10", "9"))
    assert read(HEADER + rows).units == ("10", "9", "B", "a", "b", "Ä")


@pytest.mark.parametrize("cell", ["", "NA", "NaN", '"NA"', '""', " NA "])
def test_a_missing_value_is_missing(read, cell):
    assert math.isnan(read(HEADER + f",A,z,1,1,1,{cell},\n").values[0, 0])


def test_the_code_of_namibia_is_a_code(read):
    table = read(HEADER + ",NA,NA,1,1,1,2,\n,NAM,z,1,1,1,2,\n")
    assert table.units == ("NA", "NAM")
    assert table.groups["Zone"] == ("", "z")
    assert table.names == ("NA", "NAM")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1e3", 1000), ("-0.5", -0.5), (".5", 0.5), ("5.", 5), ("+2", 2), ("1E-300", 1e-300),
     ("0.1234567890123456", 0.1234567890123456), ("007", 7)],
)  # fmt: skip
def test_a_number_is_read_to_the_last_digit(read, cell, value):
    assert read(HEADER + f",A,z,1,1,1,{cell},\n").values[0, 0] == value


@pytest.mark.parametrize(
    "cell", ["abc", "inf", "-Inf", "1e400", "1 000", "12%", "0x1F", "1_000", "--1", "TRUE", "٣",
             "#N/A", "=A1", "1.2.3", '"1,234"', "n/a", "-"]
)  # fmt: skip
def test_what_is_no_number_is_told_with_row_and_column(read, cell):
    text = HEADER + f",A,z,1,1,1,2,\n,B,z,1,1,1,{cell},\n"
    assert faults(read, text) == [("no_number", 'row 3, column "x"')]


def test_a_decimal_comma_is_read_where_the_whole_file_has_it(read):
    rows = "uCode;Zone;Pop;x;y\nA;z;1;1,5;0,25\nB;z;1;1,234;3\n"
    np.testing.assert_array_equal(read(rows).values, [[1.5, 0.25], [1.234, 3]])


@pytest.mark.parametrize("rows", ["A;z;1;1,234;3\n", "A;z;1;1,5;3.5\n", "A;z;1;1,234;3.5\n"])
def test_a_comma_that_could_mean_either_is_refused(read, rows):
    assert faults(read, "uCode;Zone;Pop;x;y\n" + rows) == [("no_number", 'row 2, column "x"')]


def test_a_file_without_name_and_time_will_do(read):
    table = read("uCode,Zone,Pop,x,y\nA,z,1,2,3\n")
    assert table.times is None and not table.is_panel
    assert table.names == ("A",)


def test_byte_order_mark_quotes_and_line_ends(read):
    text = '"uCode","Zone","Pop","x","y"\r\n"A, the first","z",1,2,3\r\n'
    assert read(b"\xef\xbb\xbf" + text.encode()).units == ("A, the first",)


def test_all_faults_come_at_once(read):
    rows = ",A,z,2020,1,1,one,\n,A,z,2020,1,1,1,\n,,z,2020,1,1,1,\n,C,z,soon,many,1,1,\n"
    assert faults(read, HEADER + rows) == [
        ("no_number", 'row 2, column "x"'),
        ("unit", 'row 4, column "uCode"'),
        ("no_number", 'row 5, column "Pop"'),
        ("time", 'row 5, column "Time"'),
    ]


@pytest.mark.parametrize("time", ["2020", "2020.0"])
def test_a_unit_twice_at_one_time_is_told(read, time):
    text = HEADER + f",A,z,2020,1,1,1,\n,A,z,{time},1,1,1,\n"
    assert faults(read, text) == [("unit_twice", 'row 3, column "uCode"')]


def test_a_unit_twice_without_a_time_is_told(read):
    text = "uCode,Zone,Pop,x,y\nA,z,1,2,3\nA,z,1,2,3\n"
    assert faults(read, text) == [("unit_twice", 'row 3, column "uCode"')]


@pytest.mark.parametrize("time", ["", "2020.5", "May", "1e12", "NA"])
def test_a_time_is_a_whole_number(read, time):
    assert faults(read, HEADER + f",A,z,{time},1,1,1,\n") == [("time", 'row 2, column "Time"')]


def test_missing_columns_are_told_together(read):
    text = "Code,Zone,X\nA,z,1\n"
    with pytest.raises(AnswersError) as caught:
        read(text)
    assert [fault.code for fault in caught.value.faults] == [
        "no_column",
        "near_miss",
        "no_column",
        "no_column",
    ]
    assert 'Rename the column "X".' in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "uCode,Zone,Pop,x,y\n", "uCode,x,x,Zone,Pop,y\nA,1,2,z,1,1\n"]
)
def test_an_empty_file_and_a_column_twice_are_refused(read, text):
    assert len(faults(read, text)) == 1


def test_one_time_is_picked(read):
    rows = ",A,z,2020,1,1,1,\n,A,z,2021,1,2,2,\n"
    table = read(HEADER + rows, time=2021)
    assert (table.units, table.times, table.is_panel) == (("A",), (2021,), False)
    with pytest.raises(AnswersError, match=r"No row has the time 2019. It has: 2020, 2021"):
        read(HEADER + rows, time=2019)


def test_a_workbook_and_a_parquet_file_say_the_same(tmp_path, read):
    import pyarrow as pa
    from pyarrow import parquet

    expected = read("uCode,Zone,Pop,x,y\nB,z,1,0.1,\nA,,2,3,4\n")
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(
            [["uCode", "Zone", "Pop", "x", "y"], ["B", "z", 1, 0.1, ""], ["A", "", 2, 3, 4]]
        ):
            sheet.write_row(r, 0, row)
    columns = {"uCode": ["B", "A"], "Zone": ["z", None], "Pop": [1, 2], "x": [0.1, 3.0],
               "y": [None, 4]}  # fmt: skip
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    for name in ("t.xlsx", "t.parquet"):
        found = read_indicators(tmp_path / name, FRAMEWORK)
        assert (found.units, found.groups) == (expected.units, expected.groups)
        np.testing.assert_array_equal(found.values, expected.values)


def test_a_formula_counts_with_its_stored_value(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["uCode", "Zone", "Pop", "x", "y"])
        sheet.write_row(1, 0, ["A", "z", 1])
        sheet.write_formula(1, 3, "=1+1", None, 2)
        sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")
    with pytest.raises(AnswersError) as caught:
        read_indicators(tmp_path / "t.xlsx", FRAMEWORK)
    assert [f.place for f in caught.value.faults] == ["cell E2"]
