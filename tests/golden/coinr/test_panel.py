"""COINr's ASEM panel, five years: its two ways of treating time, by `over`.

COINr makes a coin of every year: all steps are done within a year, but `Normalise` takes one set
of parameters over all years unless told otherwise (`global = TRUE`).
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.coinr.tables import inputs
from tests.golden.reference import ROOT
from waspada.collection.indicators import read_indicators
from waspada.index.composite.build import all_upward, build
from waspada.index.composite.method import parse_method, with_choices, without_step
from waspada.instrument.framework_read import read_framework

BASE = (ROOT / "examples/methods/asem-base.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def framework():
    return read_framework(inputs("asem_iMeta.csv"))


@pytest.fixture(scope="module")
def panel(framework):
    return read_indicators(inputs("asem_iData_panel.csv"), framework)


@pytest.fixture(scope="module")
def method(framework):
    """Imputed and treated within each year, as COINr does."""
    base = parse_method(BASE, framework=framework)
    return with_choices(base, {"impute.over": "time", "treat.over": "time"}, framework)


def year(panel, time):
    return panel.pick(np.flatnonzero(np.array(panel.times) == time))


def test_each_year_by_itself_is_what_a_table_of_that_year_gives(framework, panel, method):
    """`global = FALSE`."""
    apart = with_choices(method, {"normalise.over": "time"}, framework)
    whole = build(framework, panel, apart)
    times = np.array(whole.table.times)
    assert len(set(times.tolist())) == 5
    for time in sorted(set(panel.times)):
        alone = build(framework, year(panel, time), method)
        rows = np.flatnonzero(times == time)
        np.testing.assert_array_equal(whole.scores[rows], alone.scores)


def test_one_scale_over_all_years_is_min_max_of_the_stacked_years(framework, panel, method):
    """`global = TRUE`: treated within each year, normalised together, aggregated."""
    whole = build(framework, panel, method)
    turned = np.array([indicator.direction for indicator in framework.indicators])
    before = without_step(method, "normalise")
    plain = all_upward(framework)
    stacked = np.vstack(
        [build(plain, year(panel, time), before).table.values for time in sorted(set(panel.times))]
    )
    low, high = np.nanmin(stacked, axis=0), np.nanmax(stacked, axis=0)
    scaled = 100 * (stacked - low) / (high - low)
    scaled = np.where(turned < 0, 100 - scaled, scaled)
    order = np.lexsort((whole.table.units, whole.table.times))
    np.testing.assert_allclose(whole.table.values[order], scaled, rtol=1e-9, atol=1e-9)
