"""Indeks Kewaspadaan Nasional 2024: mean of the province and ranks of its 13 regions."""

import numpy as np

from tests.golden.reference import ROOT, number, rows_of
from waspada.index.model import GivenScores
from waspada.instrument import read_instrument
from waspada.pipeline import combine

ROWS = rows_of(ROOT / "facts" / "ikn_2024_south_kalimantan.csv")


def test_mean_of_the_province_and_ranks_are_those_published():
    instrument = read_instrument(ROOT / "instruments" / "kewaspadaan-nasional-contoh")
    root = instrument.root.code
    values = np.array([[number(row[root])] for row in ROWS])
    given = GivenScores(tuple(row["region"] for row in ROWS), (root,), values)
    tables = combine(given, instrument)
    assert round(tables.node_means[root], 2) == 77.44
    ranks = {row.region: row.rank for row in tables.ranks if row.node == root}
    assert ranks == {row["region"]: int(row["rank_in_province"]) for row in ROWS}
    assert ranks["Kabupaten Balangan"] == 5
