"""A small framework and table, worked out by hand, for tests of the chain."""

from __future__ import annotations

import numpy as np

from waspada.collection.indicators import IndicatorTable
from waspada.index.composite.method import parse_method
from waspada.index.composite.model import Method
from waspada.instrument.framework import Aggregate, Framework, Indicator

NAN = float("nan")

FRAMEWORK = Framework(
    indicators=(
        Indicator("a", "A", "left", denominator="Pop"),
        Indicator("b", "B", "left", direction=-1, weight=3.0),
        Indicator("c", "C", "right"),
    ),
    aggregates=(
        Aggregate("left", "Left", 2, "top"),
        Aggregate("right", "Right", 2, "top", weight=2.0),
        Aggregate("top", "Top", 3, None),
    ),
    groups=("Zone",),
    denominators=("Pop", "Area"),
    source="meta.csv",
)

TABLE = IndicatorTable(
    units=("A", "B", "C", "D"),
    names=("Aye", "Bee", "Cee", "Dee"),
    indicators=("a", "b", "c"),
    values=np.array([[2.0, 1.0, 0.0], [4.0, 3.0, 5.0], [9.0, NAN, 10.0], [8.0, 2.0, NAN]]),
    groups={"Zone": ("n", "n", "s", "s")},
    denominators={
        "Pop": np.array([1.0, 1.0, 3.0, 2.0]),
        "Area": np.array([1.0, 2.0, 1.0, 2.0]),
    },
)


def method_of(*steps: str) -> Method:
    """The method with these steps, checked."""
    lines = "\n".join(f"  - {step}" for step in steps)
    return parse_method(f"title: Test\nsteps:\n{lines}\n", framework=FRAMEWORK)
