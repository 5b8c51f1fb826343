"""instrument: what is asked and how it counts.

In: a workbook (XLSX) or its text twin (YAML). Out: one checked, frozen `Instrument`, or an
`InstrumentError` that lists every fault of the file.
"""

from waspada.instrument.files import convert, read_instrument, read_sheets, write_sheets
from waspada.instrument.model import Instrument
from waspada.instrument.parse import fingerprint, parse, parse_twin
from waspada.instrument.sheets import Sheet, Sheets
from waspada.instrument.twin import sheets_from_twin, twin_text
from waspada.instrument.xlsx import sheets_from_xlsx, xlsx_bytes

__all__ = [
    "Instrument",
    "Sheet",
    "Sheets",
    "convert",
    "fingerprint",
    "parse",
    "parse_twin",
    "read_instrument",
    "read_sheets",
    "sheets_from_twin",
    "sheets_from_xlsx",
    "twin_text",
    "write_sheets",
    "xlsx_bytes",
]
