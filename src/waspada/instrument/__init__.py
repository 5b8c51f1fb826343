"""instrument: what is asked and how it counts.

In: a workbook (XLSX) or its text twin (YAML). Out: one checked, frozen `Instrument`, or an
`InstrumentError` that lists every fault of the file.
"""
