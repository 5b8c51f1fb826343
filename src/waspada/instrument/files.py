"""Instrument files and folders: find, read, write, convert, compare.

A folder holds `instrument.yaml` (the text twin) and one workbook; the twin is read.
"""

from __future__ import annotations

import os
from pathlib import Path

from waspada.errors import Fault, InstrumentError
from waspada.instrument.faults import FaultCode, refusal
from waspada.instrument.model import Instrument
from waspada.instrument.parse import parse
from waspada.instrument.sheets import MAX_BYTES, Sheet, Sheets
from waspada.instrument.twin import sheets_from_twin, twin_text
from waspada.instrument.xlsx import sheets_from_xlsx, xlsx_bytes

TWIN_NAME = "instrument.yaml"
TWIN_SUFFIXES = (".yaml", ".yml")
WORKBOOK_SUFFIX = ".xlsx"
MAX_DIFFERENCES = 20


def read_instrument(path: Path) -> Instrument:
    """The instrument in a folder, text twin or workbook; InstrumentError with every fault."""
    file = instrument_file(path)
    return parse(read_sheets(file), source=file.name)


def read_sheets(path: Path) -> Sheets:
    """The raw sheets of a folder, text twin or workbook."""
    file = instrument_file(path)
    data = _bytes(file)
    if file.suffix.lower() == WORKBOOK_SUFFIX:
        return sheets_from_xlsx(data, source=file.name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(
            file.name,
            FaultCode.UNREADABLE_TWIN,
            f"byte {error.start}",
            "The file is not UTF-8 text.",
            "Save it again with the encoding UTF-8.",
        ) from error
    return sheets_from_twin(text, source=file.name)


def write_sheets(sheets: Sheets, path: Path) -> None:
    """Write a workbook or a text twin, by the suffix of the path; InstrumentError where the
    system refuses."""
    _check_suffix(path)
    workbook = path.suffix.lower() == WORKBOOK_SUFFIX
    data = xlsx_bytes(sheets) if workbook else twin_text(sheets).encode()
    try:
        path.write_bytes(data)
    except OSError as error:
        raise refusal(
            path.name,
            FaultCode.NOT_WRITABLE,
            "the file",
            f"It cannot be written: {error.strerror or error}.",
            "Make the folder first, or name a place where you may write.",
        ) from error


def convert(source: Path, target: Path, *, force: bool = False) -> None:
    """Write a workbook as text twin or the reverse, also one that has faults of content."""
    _check_suffix(target)
    if target.exists() and not force:
        raise refusal(
            target.name,
            FaultCode.ALREADY_EXISTS,
            "the file",
            "It exists already.",
            "Choose another name, or write over it with --force.",
        )
    write_sheets(read_sheets(source), target)


def instrument_file(path: Path) -> Path:
    """The file to read: the path itself, or the twin or the only workbook of a folder."""
    if not os.path.exists(path):  # Path.exists raises for a name that is too long
        raise refusal(
            path.name,
            FaultCode.FILE_NOT_FOUND,
            "the file",
            "It does not exist.",
            "Check the path; `instruments/` holds examples.",
        )
    if not path.is_dir():
        _check_suffix(path)
        return path
    if (path / TWIN_NAME).is_file():
        return path / TWIN_NAME
    workbooks = workbooks_in(path)
    if len(workbooks) == 1:
        return workbooks[0]
    if workbooks:
        raise refusal(
            path.name,
            FaultCode.SEVERAL_WORKBOOKS,
            "the folder",
            f"It holds {len(workbooks)} workbooks and no {TWIN_NAME}.",
            "Name one of the workbooks.",
        )
    raise refusal(
        path.name,
        FaultCode.NO_INSTRUMENT_IN_FOLDER,
        "the folder",
        f"It holds neither {TWIN_NAME} nor a workbook.",
        "Name a folder of `instruments/`, a text twin or a workbook.",
    )


def workbooks_in(folder: Path) -> list[Path]:
    """Workbooks of a folder without the lock files that spreadsheet programs leave."""
    return sorted(
        path for path in folder.glob(f"*{WORKBOOK_SUFFIX}") if not path.name.startswith(("~", "."))
    )


def check_folder_agrees(folder: Path) -> None:
    """InstrumentError where a folder's workbook and text twin say different things."""
    twin = folder / TWIN_NAME
    if not twin.is_file():
        return
    for workbook in workbooks_in(folder):
        faults = differences(read_sheets(twin), read_sheets(workbook), workbook.name)
        if faults:
            raise InstrumentError(folder.name, faults)


def differences(twin: Sheets, workbook: Sheets, workbook_name: str) -> list[Fault]:
    """The first places where a twin and a workbook differ."""
    places = [place for name in _names(twin, workbook) for place in _places(name, twin, workbook)]
    if not places and [one.name for one in twin] != [other.name for other in workbook]:
        places = ["the order of the sheets"]
    return [
        Fault(
            FaultCode.TWIN_AND_WORKBOOK_DIFFER.value,
            place,
            f"{TWIN_NAME} and {workbook_name} differ here.",
            "Decide which one is right and write the other from it with "
            "`waspada instrument convert --force`.",
        )
        for place in places[:MAX_DIFFERENCES]
    ]


def _names(twin: Sheets, workbook: Sheets) -> list[str]:
    return list(dict.fromkeys(sheet.name for sheets in (twin, workbook) for sheet in sheets))


def _places(name: str, twin: Sheets, workbook: Sheets) -> list[str]:
    one, other = twin.get(name), workbook.get(name)
    if one is None or other is None:
        return [f'sheet "{name}"']
    if one.columns != other.columns:
        return [f'sheet "{name}", the order or names of its columns']
    count = max(len(one.rows), len(other.rows))
    return [
        one.place(index, column)
        for index in range(count)
        for column in one.columns
        if _cell(one, index, column) != _cell(other, index, column)
    ]


def _cell(sheet: Sheet, index: int, column: str) -> str:
    return sheet.rows[index].get(column, "") if index < len(sheet.rows) else ""


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise refusal(
                file.name,
                FaultCode.TOO_LARGE,
                "the file",
                f"It is larger than {MAX_BYTES // 1_000_000} MB; a large instrument has 0.2 MB.",
                "Check that this is the right file, and remove pictures from it.",
            )
        return file.read_bytes()
    except OSError as error:
        raise refusal(
            file.name,
            FaultCode.FILE_NOT_FOUND,
            "the file",
            f"It cannot be read: {error.strerror or error}.",
            "Check that you may read the file.",
        ) from error


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in (*TWIN_SUFFIXES, WORKBOOK_SUFFIX):
        raise refusal(
            path.name,
            FaultCode.WRONG_FILE_TYPE,
            "the file",
            f'A file ending in "{path.suffix}" is no instrument.'
            if path.suffix
            else "A file without suffix is no instrument.",
            "Name a folder, a workbook (.xlsx) or a text twin (.yaml). "
            "Save an old .xls or .ods again as .xlsx.",
        )
