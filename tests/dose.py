"""How many cases the long suites try: a small dose always, the full one under `--full`."""

from __future__ import annotations

import os

TIMES_MORE = 20


def examples(small: int) -> int:
    """Cases to try: `small`, or twenty times as many under `./waspada test --full`."""
    return small * TIMES_MORE if os.environ.get("WASPADA_FULL_DOSE") == "1" else small
