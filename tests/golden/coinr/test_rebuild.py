"""The 200 replicates of COINr's uncertainty table, each rebuilt from its parameters."""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.coinr.tables import ABSOLUTE, RELATIVE, inputs, theirs
from tests.golden.reference import ROOT
from waspada.collection.indicators import read_indicators
from waspada.index.composite.build import build, rebuild
from waspada.index.composite.method import read_method
from waspada.index.ranking import rank_scores
from waspada.instrument.framework_read import read_framework


@pytest.fixture(scope="module")
def built():
    framework = read_framework(inputs("asem_iMeta.csv"))
    table = read_indicators(inputs("asem_iData.csv"), framework)
    method = read_method(ROOT / "examples/methods/asem-base.yaml", framework)
    return build(framework, table, method)


def changed(parameters: dict[str, str]) -> dict[str, object]:
    """COINr's names of a replicate's parameters as choices."""
    weights = {k: float(v) for k, v in parameters.items() if k not in ("rep", "winmax", "norm")}
    choices: dict[str, object] = {
        "treat.at_most": int(parameters["winmax"]),
        "weigh.weights": weights,
    }
    match parameters["norm"]:
        case "n_minmax(1:100)":
            return choices | {"normalise.lower": 1, "normalise.upper": 100}
        case "n_zscore(10:2)":
            zscore = {"normalise.method": "zscore", "normalise.mean": 10, "normalise.sd": 2}
            return choices | zscore
    raise ValueError(parameters["norm"])


def test_every_replicate_is_recomputed_from_its_parameters(built):
    scores = {row["uCode"]: row for row in theirs("ua_winmax_norm_weights_N200_scores")}
    ranks = {row["uCode"]: row for row in theirs("ua_winmax_norm_weights_N200_ranks")}
    replicates = theirs("ua_winmax_norm_weights_N200_parameters")
    assert len(replicates) == 200
    for parameters in replicates:
        index = rebuild(built, changed(parameters)).scores[:, -1]
        name = f"r_{parameters['rep']}"
        expected = [float(scores[unit][name]) for unit in built.table.units]
        np.testing.assert_allclose(index, expected, rtol=RELATIVE, atol=ABSOLUTE)
        assert rank_scores(index).tolist() == [int(ranks[u][name]) for u in built.table.units]
