import csv
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from waspada.cli.main import app

ROOT = Path(__file__).parents[3]
PEI = ROOT / "instruments" / "pei-us-2016"
PILKADA = ROOT / "instruments" / "kerawanan-pilkada-contoh"
IKP = ROOT / "instruments" / "ikp-2024"


@pytest.fixture(scope="module")
def item_codes():
    from waspada.instrument import read_instrument

    return [item.code for item in read_instrument(PEI).items]


def invoke(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def answers(tmp_path, item_codes):
    """Three territories with 12, 9 and 3 answers that vary."""
    words = ["Strongly Disagree", "Disagree", "Neither Agree Nor Disagree", "Agree", "Don't Know"]
    path = tmp_path / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["response_id", "state", "age", *item_codes])
        number = 0
        for state, n in (("Ohio", 12), ("Iowa", 9), ("Utah", 3)):
            for k in range(n):
                number += 1
                row = [words[(k * (i + 2) + i) % 5] for i in range(len(item_codes))]
                writer.writerow([number, state, "30-39", *row])
    return path


def test_measure_prints_one_line_per_region_and_writes_the_tables(answers, tmp_path):
    out = tmp_path / "result"
    found = invoke(
        "measure", answers, "--instrument", PEI, "--region-column", "state", "--replicates", 200,
        "--out", out,
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "Ohio" in found.stdout and " of 2" in found.stdout
    assert "too few answers" in found.stdout
    assert "ignored: age" in found.stderr and "ignored" not in found.stdout
    rows = list(csv.DictReader((out / "scores.csv").read_text().splitlines()))
    utah = [r for r in rows if r["region"] == "Utah" and r["level"] == "index"]
    assert (utah[0]["score"], utah[0]["flags"]) == ("", "too_few")
    record = json.loads((out / "run.json").read_text())
    assert record["seed"] == 1 and record["ignored_columns"] == ["age"]
    assert record["timings"]["measuring_seconds"] > 0
    assert str(tmp_path) not in (out / "run.json").read_text()


def test_measure_explains_itself_with_an_example():
    found = invoke("measure", "--help")
    text = " ".join(found.stdout.split())
    assert "Example: waspada measure answers.csv" in text
    assert "score and interval from 5 answers" in text


def test_lenient_writes_what_it_set_aside(answers, tmp_path):
    text = answers.read_text().replace("Strongly Disagree", "Strongly", 1)
    answers.write_text(text)
    base = ["measure", answers, "--instrument", PEI, "--region-column", "state"]
    refused = invoke(*base)
    assert refused.exit_code == 11
    assert 'row 2, column "' in refused.stderr and refused.stdout == ""
    out = tmp_path / "result"
    found = invoke(*base, "--lenient", "--out", out, "--replicates", 100)
    assert found.exit_code == 0
    assert "Set aside 1 row with a fault; all are in" in found.stderr
    assert 'row 2, column "' in found.stderr
    unwritten = invoke(*base, "--lenient", "--replicates", 100)
    assert 'row 2, column "' in unwritten.stderr
    lines = (out / "set_aside.csv").read_text().splitlines()
    assert lines[0] == "row,column,reason" and lines[1].startswith("2,")


def test_regions_file_makes_unknown_regions_a_fault(answers, tmp_path):
    known = tmp_path / "regions.txt"
    known.write_text("Ohio\nIowa\n\n")
    found = invoke(
        "measure", answers, "--instrument", PEI, "--region-column", "state", "--regions", known
    )
    assert found.exit_code == 11
    assert 'The region "Utah" is not in the list' in found.stderr


def test_empty_list_of_regions_is_a_fault_of_the_list(answers, tmp_path):
    known = tmp_path / "regions.txt"
    known.write_text("\n")
    found = invoke(
        "measure", answers, "--instrument", PEI, "--region-column", "state", "--regions", known
    )
    assert found.exit_code == 11
    assert "The list of regions is empty." in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--instrument", "nowhere"], 10, "nowhere"),
        (["--instrument", PEI], 11, 'no column "region"'),
        (["--instrument", PEI, "--region-column", "state", "--rule", "x"], 12, "no category rule"),
        (["--instrument", PEI, "--region-column", "state", "--replicates", "9"], 12, "too few"),
        ([], 2, "--instrument"),
        (["--instrument", PEI, "--form", "half"], 2, "half"),
    ],
)
def test_exit_codes_say_whose_fault_it_is(answers, arguments, code, says):
    found = invoke("measure", answers, *arguments)
    assert found.exit_code == code
    assert says in found.stderr
    assert found.stdout == ""


def test_folder_with_other_files_is_refused_before_any_work(answers, tmp_path):
    found = invoke("measure", answers, "--instrument", PEI, "--out", tmp_path)
    assert found.exit_code == 2
    assert "holds other files" in found.stderr


@pytest.mark.parametrize("place", ["a_file/result", "x" * 300])
def test_folder_that_cannot_be_made_is_refused_before_any_work(answers, tmp_path, place):
    (tmp_path / "a_file").write_text("x")
    found = invoke("measure", answers, "--instrument", "nowhere", "--out", tmp_path / place)
    assert found.exit_code == 2
    assert "cannot be written to" in found.stderr


def test_disk_that_becomes_full_is_told_in_a_sentence(answers, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = invoke(
        "measure", answers, "--instrument", PEI, "--region-column", "state", "--replicates", 50,
        "--out", tmp_path / "result",
    )  # fmt: skip
    assert found.exit_code == 2
    assert "No space left on device" in found.stderr
    assert list((tmp_path / "result").iterdir()) == []


def test_mean_is_told_over_the_regions_that_are_compared():
    """63.02 has a score but too few answers for a category: it moves no mean."""
    found = invoke(
        "measure", ROOT / "examples" / "pilkada-2024-kalsel-synthetic.csv", "--instrument",
        PILKADA, "--form", "core", "--replicates", 50,
    )  # fmt: skip
    assert "mean of the 12 regions" in found.stdout


def test_one_region_has_no_mean_of_regions(answers, tmp_path):
    lines = answers.read_text().splitlines()
    one = tmp_path / "one.csv"
    one.write_text("\n".join([lines[0], *(line for line in lines if "Ohio" in line)]))
    found = invoke("measure", one, "--instrument", PEI, "--region-column", "state")
    assert found.exit_code == 0
    assert "1 to 1 of 1" in found.stdout and "mean of" not in found.stdout


def test_combine_prints_the_mean_over_regions(tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text("region,Nilai,note\nA,70\nB,80,x\nC,75.5,\n".replace("A,70\n", "A,70,\n"))
    found = invoke(
        "combine", table, "--instrument", IKP, "--column", "ikp_2024=Nilai",
        "--out", tmp_path / "result",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "mean of the 3 regions: 75.17" in found.stdout
    assert "ignored: note" in found.stderr
    record = json.loads((tmp_path / "result" / "run.json").read_text())
    assert record["kind"] == "combine" and record["scores_file"] == "scores.csv"
    assert record["seed"] is None and record["timings"]["measuring_seconds"] >= 0
    assert len(record["scores_fingerprint"]) == 64


def test_combine_of_one_region_says_why_it_has_no_category(tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text("region,ikp_2024\nA,7\n")
    found = invoke("combine", table, "--instrument", IKP)
    assert found.exit_code == 0
    assert "7.00" in found.stdout and "not enough data" in found.stdout
    assert "needs at least three" in found.stderr


@pytest.mark.parametrize(
    ("text", "options", "code", "says"),
    [
        ("region,IKP_2024\nA,7\n", [], 11, 'looks like "ikp_2024"'),
        ("region,ikp_2024\nA,700\n", [], 11, "outside 0 to 100"),
        ("region,ikp_2024\nA,7\nB,8\n", ["--rule", "ikp_2024_recomputed"], 12, "it needs 3"),
        ("region,ikp_2024\nA,7\n", ["--column", "x"], 2, "NODE=COLUMN"),
        ("region,ikp_2024\nA,7\n", ["--column", "a=b", "--column", "a=c"], 2, "twice"),
    ],
)
def test_combine_refuses_with_a_sentence(tmp_path, text, options, code, says):
    table = tmp_path / "scores.csv"
    table.write_text(text)
    found = invoke("combine", table, "--instrument", IKP, *options)
    assert found.exit_code == code
    assert says in " ".join(found.stderr.split())


def test_version_names_program_and_method():
    assert invoke("--version").stdout.startswith("waspada ")


def test_a_small_run_waits_for_no_large_library(answers):
    """pyarrow and scipy cost more time to import than the whole first result."""
    script = (
        "import sys; from waspada.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "slow = 'pyarrow scipy xlsxwriter numpy.polynomial rich pydantic'.split()\n"
        "slow = set(slow) & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    command = ["measure", str(answers), "--instrument", PEI, "--region-column", "state"]
    found = subprocess.run(
        [sys.executable, "-c", script, *map(str, command), "--replicates", "100"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert found.returncode == 0, found.stderr


def test_name_of_a_region_is_printed_as_it_is_and_steers_no_terminal(tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text("region,ikp_2024\n[red]A[/red],7\n\x1b[31mB,8\n")
    found = invoke("combine", table, "--instrument", IKP)
    assert "[red]A[/red]" in found.stdout
    assert "\x1b" not in found.stdout and "\N{REPLACEMENT CHARACTER}[31mB" in found.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="The system has no /dev/full.")
def test_standard_output_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text("region,ikp_2024\nA,7\n")
    command = [sys.executable, "-m", "waspada.cli.main", "combine", table, "--instrument", IKP]
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            check=False,
        )
    assert found.returncode == 2
    assert "No space left on device" in found.stderr and "Traceback" not in found.stderr


def test_checks_and_agreement_stand_beside_the_number_and_in_files(answers, tmp_path):
    out = tmp_path / "result"
    found = invoke(
        "measure", answers, "--instrument", PEI, "--region-column", "state", "--replicates", 50,
        "--check", "--agreement", "--out", out,
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    said = {line.split()[0]: line for line in found.stdout.splitlines() if line}
    assert said["region"].endswith("answers")
    assert said["Iowa"].endswith("not judged") and not said["Ohio"].endswith("not judged")
    header, *lines = (out / "checks.csv").read_text().splitlines()
    assert header == "region,measure,verdict,statistic,expected,p,adjusted"
    assert len(lines) == 3 * 6
    assert (out / "agreement.csv").is_file() and not (out / "vignettes.csv").exists()
    invoke("measure", answers, "--instrument", PEI, "--region-column", "state", "--out", out)
    assert not (out / "checks.csv").exists() and not (out / "agreement.csv").exists()
