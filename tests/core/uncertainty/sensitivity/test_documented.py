"""What the pages say about varying a method is so."""

import re

import numpy as np
import pytest

from tests.golden.reference import ROOT, reference_data
from waspada.collection.indicators import IndicatorTable, read_indicators
from waspada.index.composite.method import parse_method, read_method
from waspada.index.composite.plain_yaml import load
from waspada.instrument import read_instrument
from waspada.instrument.framework import Aggregate, Framework, Indicator
from waspada.instrument.framework_read import read_framework
from waspada.instrument.instrument_framework import framework_from_instrument
from waspada.uncertainty.sensitivity.chain import Chain
from waspada.uncertainty.sensitivity.crossed import CHOICES
from waspada.uncertainty.sensitivity.parameters import read_draws
from waspada.uncertainty.sensitivity.plan import parse_answers_plan, parse_plan
from waspada.uncertainty.sensitivity.run import run_parameters
from waspada.uncertainty.sensitivity.statistics import (
    count_ranks,
    rank_draws,
    share_above,
    share_within,
    spread_of_ranks,
)

BLOCKS = re.findall(
    r"```yaml\n(.*?)```", (ROOT / "docs/reference/sensitivity-file.md").read_text("utf-8"), re.S
)


def test_the_worked_example_of_the_method_page():
    frame = Framework(
        indicators=(Indicator("p", "p", "index"), Indicator("q", "q", "index")),
        aggregates=(Aggregate("index", "index", 2, None),),
    )
    values = np.array([[100.0, 0.0], [60.0, 60.0], [0.0, 100.0]])
    data = IndicatorTable(("A", "B", "C"), ("A", "B", "C"), frame.codes, values)
    method = parse_method(
        "steps:\n  - normalise: {method: minmax, lower: 0, upper: 100}\n"
        "  - weigh\n  - aggregate: {method: arithmetic}\n",
        source="METHOD",
        framework=frame,
    )
    made = Chain(frame, data, method)
    document = {"vary": {"w": {"weights": "noise", "share": 0.6}}}
    plan = parse_plan(document, frame, method, data, source="SENSITIVITY")
    rows = [["1", "50", "50"], ["2", "80", "20"], ["3", "20", "80"]]
    given = read_draws(["draw", "p", "q"], rows, plan, frame, source="draws")
    scores = run_parameters(made, plan, given).scores["index"]
    assert scores == pytest.approx(np.array([[50, 80, 20], [60, 60, 60], [50, 20, 80.0]]))
    ranks = rank_draws(scores)
    assert ranks.tolist() == [[2, 1, 3], [1, 2, 2], [2, 3, 1]]
    spread = spread_of_ranks(count_ranks(ranks))
    assert spread.mean == pytest.approx([2, 5 / 3, 2])
    assert spread.quantiles[:, 0] == pytest.approx([1.1, 1.1, 1.1])
    assert spread.quantiles[:, -1] == pytest.approx([2.9, 2.0, 2.9])
    assert share_within(count_ranks(ranks), (1,))[:, 0] == pytest.approx([1 / 3] * 3)
    assert share_above(scores)[1, 0] == pytest.approx(2 / 3)


def test_every_example_of_the_reference_page_can_be_used():
    folder = reference_data() / "golden/coinr_inputs"
    frame = read_framework(folder / "asem_iMeta.csv")
    data = read_indicators(folder / "asem_iData.csv", frame)
    base = read_method(ROOT / "examples/methods/asem-base.yaml", frame)
    drawing = parse_method(
        "steps:\n  - denominate\n  - impute: {method: multiple}\n"
        "  - normalise: {method: minmax, lower: 0, upper: 100}\n"
        "  - aggregate: {method: arithmetic}\n",
        source="METHOD",
        framework=frame,
    )
    assert len(BLOCKS) == 6
    for block in BLOCKS[:5]:
        method = drawing if "imputations" in block else base
        plan = parse_plan(load(block), frame, method, data, source="page")
        assert plan.inputs


def test_the_example_for_answers_can_be_used():
    asked = read_instrument(ROOT / "instruments/kerawanan-pilkada-contoh")
    frame = framework_from_instrument(asked)
    plan = parse_answers_plan(load(BLOCKS[5]), frame, CHOICES, source="page")
    assert [one.name for one in plan.inputs] == ["weights", "aggregate", "elements"]


def test_a_share_has_the_spread_the_page_gives():
    """c = 10 among five equal siblings: 20 % +- 12, sqrt(0.2 x 0.8 / 11) = 0.1206."""
    from waspada.uncertainty.sensitivity.chance import dirichlet

    drawn = dirichlet(1, "w", np.arange(20_000), np.full((20_000, 5), 2.0))
    assert drawn[:, 0].std() == pytest.approx((0.2 * 0.8 / 11) ** 0.5, rel=0.03)
