"""Where the reference data of others lie; tests that need them skip with a sentence."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VARIABLE = "WASPADA_REFERENCE_DATA"


def reference_data() -> Path:
    """The folder that holds `data/` and `golden/`; skips where it is not named."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(
            f"{VARIABLE} is not set; it names the folder with the reference data (data/, golden/)."
        )
    return Path(folder)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text else float("nan")
