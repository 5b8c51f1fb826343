"""What can be wrong with an instrument: the codes, and a list that gathers them.

`docs/reference/instrument-faults.md` explains every code; a test keeps the two alike.
"""

from __future__ import annotations

from enum import StrEnum

from waspada.errors import Fault, InstrumentError


class FaultCode(StrEnum):
    # The file
    FILE_NOT_FOUND = "file_not_found"
    NO_INSTRUMENT_IN_FOLDER = "no_instrument_in_folder"
    SEVERAL_WORKBOOKS = "several_workbooks"
    WRONG_FILE_TYPE = "wrong_file_type"
    UNREADABLE_WORKBOOK = "unreadable_workbook"
    UNREADABLE_TWIN = "unreadable_twin"
    TOO_LARGE = "too_large"
    YAML_ALIAS = "yaml_alias"
    TWIN_STRUCTURE = "twin_structure"
    FORMULA_ERROR = "formula_error"
    FORBIDDEN_CHARACTER = "forbidden_character"
    BAD_SHEET_NAME = "bad_sheet_name"
    DUPLICATE_SHEET = "duplicate_sheet"
    DUPLICATE_COLUMN = "duplicate_column"
    EMPTY_FILE = "empty_file"
    ALREADY_EXISTS = "already_exists"
    NOT_WRITABLE = "not_writable"
    TWIN_AND_WORKBOOK_DIFFER = "twin_and_workbook_differ"
    # Sheets and columns
    MISSING_SHEET = "missing_sheet"
    MISSING_COLUMN = "missing_column"
    # Cells of any sheet
    MISSING_VALUE = "missing_value"
    MISSING_TRANSLATION = "missing_translation"
    BAD_CODE = "bad_code"
    DUPLICATE_CODE = "duplicate_code"
    BAD_WEIGHT = "bad_weight"
    BAD_DIRECTION = "bad_direction"
    BAD_FLAG = "bad_flag"
    NOT_WHOLE = "not_whole"
    UNKNOWN_POLARITY = "unknown_polarity"
    UNKNOWN_EVIDENCE = "unknown_evidence"
    # settings
    NOT_ONE_SETTINGS_ROW = "not_one_settings_row"
    # choices
    BAD_SCORE = "bad_score"
    CHOICE_WITHOUT_MEANING = "choice_without_meaning"
    CHOICE_WITH_TWO_MEANINGS = "choice_with_two_meanings"
    UNKNOWN_MISSING_KIND = "unknown_missing_kind"
    # survey
    UNSUPPORTED_TYPE = "unsupported_type"
    FORBIDDEN_TYPE = "forbidden_type"
    ITEM_WITHOUT_SCALE = "item_without_scale"
    SCALE_WITHOUT_CHOICES = "scale_without_choices"
    SCALE_WITHOUT_SCORES = "scale_without_scores"
    ITEM_OUTSIDE_SECTION = "item_outside_section"
    NOTE_WITHOUT_QUESTION = "note_without_question"
    NESTED_SECTION = "nested_section"
    SECTION_NOT_ENDED = "section_not_ended"
    SECTION_NOT_BEGUN = "section_not_begun"
    BAD_STAGES = "bad_stages"
    BAD_FACTORS = "bad_factors"
    UNKNOWN_NODE = "unknown_node"
    ITEM_ON_BRANCH = "item_on_branch"
    ITEM_ON_FACT = "item_on_fact"
    # index
    NO_ROOT = "no_root"
    SEVERAL_ROOTS = "several_roots"
    UNKNOWN_PARENT = "unknown_parent"
    CYCLE = "cycle"
    TOO_DEEP = "too_deep"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_AGGREGATION = "unknown_aggregation"
    BAD_POWER = "bad_power"
    BAD_MIN_SHARE = "bad_min_share"
    NODE_WITHOUT_ITEMS = "node_without_items"
    # strata
    UNKNOWN_MERGE = "unknown_merge"
    MERGE_INTO_ITSELF = "merge_into_itself"
    # categories
    UNKNOWN_RULE_KIND = "unknown_rule_kind"
    RULE_DISAGREES = "rule_disagrees"
    DUPLICATE_CATEGORY = "duplicate_category"
    BAD_CUT_OFF = "bad_cut_off"
    CUT_OFFS_OUT_OF_ORDER = "cut_offs_out_of_order"
    CUT_OFF_GAP = "cut_off_gap"
    CUT_OFF_OVERLAP = "cut_off_overlap"
    CUT_OFFS_INCOMPLETE = "cut_offs_incomplete"
    BAD_MARGIN = "bad_margin"


class Faults:
    """Gathers the faults of one file, so that its author sees all of them at once."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: list[Fault] = []

    def add(self, code: FaultCode, place: str, problem: str, remedy: str) -> None:
        self._found.append(Fault(code.value, place, problem, remedy))

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        if self._found:
            raise InstrumentError(self.source, self._found)


def refusal(source: str, code: FaultCode, place: str, problem: str, remedy: str) -> InstrumentError:
    """An error with a single fault, for what makes reading on pointless."""
    return InstrumentError(source, [Fault(code.value, place, problem, remedy)])
