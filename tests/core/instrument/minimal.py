"""A small instrument without faults, and ways to break it."""

from __future__ import annotations

from dataclasses import replace

from waspada.instrument.sheets import Sheet, Sheets
from waspada.instrument.twin import sheets_from_twin, twin_text

ID = "::Indonesian (id)"
EN = "::English (en)"

MINIMAL = f"""
survey:
  columns: []
  rows:
    - {{type: begin_group, name: page, "label{ID}": Keadaan, "label{EN}": Situation}}
    - {{type: note, name: intro, "label{ID}": Baca dulu., "label{EN}": Read first.}}
    - {{type: select_one likelihood, name: clash, "label{ID}": Bentrok?, "label{EN}": Clashes?,
        "story{ID}": Cerita., "story{EN}": Story.,
        node: security, direction: 1, weight: 1, evidence: perception,
        stages: kampanye;pungut, anchor: 1, core: 1, factors: KTS-04;KSP-07, remark: why}}
    - {{type: select_one likelihood, name: calm, "label{ID}": Rukun?, "label{EN}": Calm?,
        node: security, direction: -1}}
    - {{type: end_group}}
choices:
  columns: []
  rows:
    - {{list_name: likelihood, name: low, "label{ID}": Kecil, "label{EN}": Low,
        "list_label{ID}": Kemungkinan, "list_label{EN}": Likelihood, score: 0}}
    - {{list_name: likelihood, name: high, "label{ID}": Besar, "label{EN}": High, score: 100}}
    - {{list_name: likelihood, name: dont_know, "label{ID}": Tidak tahu, "label{EN}": Don't know,
        missing: dont_know}}
settings:
  columns: []
  rows:
    - {{"form_title{ID}": Contoh, "form_title{EN}": Example, form_id: example, version: 1,
        polarity: higher_is_more_vulnerable, evidence: perception,
        "notice{ID}": Sebelum mulai, "notice{EN}": Before you start}}
index:
  columns: []
  rows:
    - {{code: example, parent: , level: index, "label{ID}": Indeks, "label{EN}": Index}}
    - {{code: security, parent: example, level: dimension, "label{ID}": Keamanan,
        "label{EN}": Security, weight: 2, direction: 1, aggregation: geometric,
        min_share: 0.75, evidence: perception, status: ours}}
    - {{code: rulings, parent: example, level: dimension, "label{ID}": Putusan,
        "label{EN}": Rulings, evidence: fact}}
strata:
  columns: []
  rows:
    - {{code: youth, "label{ID}": Pemuda, "label{EN}": Youth, weight: 1, minimum_count: 5,
        required: 1, merge_into: others, "description{ID}": Muda, "description{EN}": Young}}
    - {{code: others, "label{ID}": Lain, "label{EN}": Others}}
regions:
  columns: []
  rows: [{{code: "63.01"}}, {{code: "63.10"}}]
categories:
  columns: []
  rows:
    - {{rule: halves, kind: fixed, category: low, "label{ID}": Rendah, "label{EN}": Low,
        lower: 0, upper: 50, hysteresis_margin: 2.5, min_answers_region: 20,
        min_answers_element: 5, status: ours, "rationale{ID}": Usul, "rationale{EN}": Proposal}}
    - {{rule: halves, kind: fixed, category: high, "label{ID}": Tinggi, "label{EN}": High,
        lower: 50, upper: 100}}
    - {{rule: spread, kind: mean_sd, category: low, "label{ID}": Rendah, "label{EN}": Low,
        upper: 0}}
    - {{rule: spread, kind: mean_sd, category: high, "label{ID}": Tinggi, "label{EN}": High,
        lower: 0, upper: inf}}
"""


def minimal() -> Sheets:
    return sheets_from_twin(MINIMAL)


def minimal_twin() -> str:
    return twin_text(minimal())


def with_sheet(sheets: Sheets, sheet: Sheet) -> Sheets:
    return Sheets(tuple(sheet if sheet.name == old.name else old for old in sheets))


def without_sheet(sheets: Sheets, name: str) -> Sheets:
    return Sheets(tuple(sheet for sheet in sheets if sheet.name != name))


def sheet_of(sheets: Sheets, name: str) -> Sheet:
    sheet = sheets.get(name)
    assert sheet is not None
    return sheet


def with_cell(sheets: Sheets, name: str, row: int, column: str, text: str) -> Sheets:
    """row: as the spreadsheet shows it, 2 for the first below the header."""
    sheet = sheet_of(sheets, name)
    rows = list(sheet.rows)
    rows[row - 2] = {**rows[row - 2], column: text}
    columns = sheet.columns if column in sheet.columns else (*sheet.columns, column)
    return with_sheet(sheets, replace(sheet, columns=columns, rows=tuple(rows)))


def with_rows(sheets: Sheets, name: str, *rows: dict[str, str], at: int | None = None) -> Sheets:
    """Insert rows so that the first becomes row `at`, by default below the last."""
    sheet = sheet_of(sheets, name)
    index = len(sheet.rows) if at is None else at - 2
    return with_sheet(
        sheets, replace(sheet, rows=(*sheet.rows[:index], *rows, *sheet.rows[index:]))
    )


def without_row(sheets: Sheets, name: str, row: int) -> Sheets:
    sheet = sheet_of(sheets, name)
    return with_sheet(sheets, replace(sheet, rows=(*sheet.rows[: row - 2], *sheet.rows[row - 1 :])))


def without_column(sheets: Sheets, name: str, column: str) -> Sheets:
    sheet = sheet_of(sheets, name)
    columns = tuple(header for header in sheet.columns if header != column)
    rows = tuple({key: text for key, text in row.items() if key != column} for row in sheet.rows)
    return with_sheet(sheets, replace(sheet, columns=columns, rows=rows))
