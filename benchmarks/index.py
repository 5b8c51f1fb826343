"""A composite index from a table of the ASEM example's size, as a whole process.

    python benchmarks/index.py [--runs 9]

51 units x 49 indicators, 8 pillars, 2 sub-indices; every step of `examples/methods/asem-base.yaml`;
tables of all stages written. The data are made up, of the same shape and with gaps and outliers.
The floor is a process that only imports numpy; both are run in turn, and the medians compared.
Aim: 0.5 s.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
UNITS, INDICATORS, PILLARS = 51, 49, 8


def write(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def make_meta(path: Path) -> None:
    header: list[object] = [
        "Level",
        "iCode",
        "Direction",
        "Weight",
        "Parent",
        "Type",
        "Denominator",
    ]
    rows = [header]
    for k in range(INDICATORS):
        by = "people" if k % 4 == 0 else ""
        rows.append([1, f"i{k}", -1 if k % 3 == 0 else 1, 1, f"p{k % PILLARS}", "Indicator", by])
    rows += [[2, f"p{k}", 1, 1, f"s{k % 2}", "Aggregate", ""] for k in range(PILLARS)]
    rows += [[3, f"s{k}", 1, 1, "index", "Aggregate", ""] for k in range(2)]
    rows += [[4, "index", 1, 1, "", "Aggregate", ""], ["", "people", "", "", "", "Denominator", ""]]
    write(path, [*rows, ["", "EurAsia_group", "", "", "", "Group", ""]])


def make_data(path: Path) -> None:
    chance = np.random.default_rng(1)
    values = np.exp(chance.normal(0, chance.uniform(0.1, 1.2, INDICATORS), (UNITS, INDICATORS)))
    values[chance.random(values.shape) < 0.03] = np.nan
    header = ["uName", "uCode", "EurAsia_group", "people", *(f"i{k}" for k in range(INDICATORS))]
    rows: list[list[object]] = [list(header)]
    for u, row in enumerate(values.tolist()):
        cells = ["" if x != x else x for x in row]
        rows.append([f"Unit {u}", f"U{u:02d}", "EA"[u % 2], 1000 + 37 * u, *cells])
    write(path, rows)


def seconds(command: list[str]) -> tuple[float, float]:
    """Wall clock, and processor time of the process; the latter knows no busy neighbours."""
    environment = {"PYTHONPATH": str(ROOT / "src"), "OPENBLAS_NUM_THREADS": "1"}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    wall, after = perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_meta(folder / "meta.csv")
        make_data(folder / "data.csv")
        build = [sys.executable, "-m", "waspada.cli.main", "index", str(folder / "data.csv")]
        build += ["--meta", str(folder / "meta.csv"), "--out", str(folder / "out")]
        build += ["--method", str(ROOT / "examples/methods/asem-base.yaml")]
        floor = [sys.executable, "-c", "import numpy"]
        seconds(build)  # compiles the modules once
        found = np.array([(seconds(build), seconds(floor)) for _ in range(runs)])
    print(f"index, {UNITS} x {INDICATORS}, whole process, and floor: python -c 'import numpy'")
    for k, clock in enumerate(("wall clock", "processor")):
        ours, bare = np.median(found[:, :, k], axis=0)
        print(f"{clock:10}  {ours:.3f} s (aim 0.5)  floor {bare:.3f} s  ratio {ours / bare:.1f}")


if __name__ == "__main__":
    main()
