"""The commands `check`, `convert` and `show`."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.core.instrument.minimal import minimal, with_cell
from waspada.cli.instrument import app
from waspada.instrument import read_sheets, write_sheets

INSTRUMENTS = Path(__file__).parents[3] / "instruments"


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_check_says_what_a_good_instrument_holds(tmp_path: Path):
    write_sheets(minimal(), tmp_path / "a.xlsx")
    result = run("check", tmp_path / "a.xlsx")
    assert result.exit_code == 0
    assert "2 index items (1 core)" in result.stdout
    assert result.stderr == ""


def test_check_lists_all_faults_on_stderr_and_ends_with_10(tmp_path: Path):
    broken = with_cell(minimal(), "index", 3, "weight", "0")
    write_sheets(with_cell(broken, "survey", 4, "direction", "up"), tmp_path / "a.yaml")
    result = run("check", tmp_path / "a.yaml")
    assert result.exit_code == 10
    assert result.stdout == ""
    assert "a.yaml: 2 faults." in result.stderr
    assert 'sheet "index", row 3, column "weight"' in result.stderr


def test_check_tells_which_columns_are_kept_but_not_used(tmp_path: Path):
    write_sheets(with_cell(minimal(), "survey", 4, "appearance", "minimal"), tmp_path / "a.xlsx")
    result = run("check", tmp_path / "a.xlsx")
    assert result.exit_code == 0
    assert 'Kept, but not used by Waspada: sheet "survey", column "appearance".' in result.stderr


def test_check_of_a_folder_says_whether_twin_and_workbook_agree(tmp_path: Path):
    write_sheets(minimal(), tmp_path / "instrument.yaml")
    write_sheets(minimal(), tmp_path / "a.xlsx")
    assert "Text twin and workbook say the same." in run("check", tmp_path).stdout
    write_sheets(with_cell(minimal(), "index", 3, "weight", "3"), tmp_path / "a.xlsx")
    result = run("check", tmp_path)
    assert result.exit_code == 10
    assert 'sheet "index", row 3, column "weight"' in result.stderr


def test_convert_writes_over_a_file_only_with_force(tmp_path: Path):
    write_sheets(minimal(), tmp_path / "a.xlsx")
    assert run("convert", tmp_path / "a.xlsx", tmp_path / "a.yaml").exit_code == 0
    assert read_sheets(tmp_path / "a.yaml") == minimal()
    refused = run("convert", tmp_path / "a.xlsx", tmp_path / "a.yaml")
    assert refused.exit_code == 10
    assert "--force" in refused.stderr
    assert run("convert", tmp_path / "a.xlsx", tmp_path / "a.yaml", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", ("Keamanan", "Rawan sedang", "Pemuda")), ("en", ("Security", "Medium", "Youth"))],
)
def test_show_prints_tree_elements_categories_and_questions(language, words):
    result = run("show", INSTRUMENTS / "kerawanan-pilkada-contoh", "--language", language)
    assert result.exit_code == 0
    for word in (*words, "nearest_answer_3", "clashes_between_residents"):
        assert word in result.stdout


def test_show_works_without_questions_and_elements():
    result = run("show", INSTRUMENTS / "ikp-2024")
    assert result.exit_code == 0
    assert "ikp_2024_recomputed" in result.stdout


@pytest.mark.parametrize("command", ["check", "convert", "show"])
def test_help_shows_an_example(command):
    assert f"waspada instrument {command} " in run(command, "--help").stdout


def test_a_wrong_option_is_a_usage_error():
    assert run("show", INSTRUMENTS / "ikp-2024", "--language", "fr").exit_code == 2


def test_the_commands_of_the_how_to_work_one_after_the_other(tmp_path: Path, monkeypatch):
    page = (INSTRUMENTS.parent / "docs/how-to/write-an-instrument.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\s+waspada instrument (.+)$", page, re.MULTILINE)
    (tmp_path / "instruments").symlink_to(INSTRUMENTS)
    monkeypatch.chdir(tmp_path)
    assert len(commands) == 4
    for command in commands:
        assert run(*shlex.split(command)).exit_code == 0, command
    assert read_sheets(tmp_path / "instrument.yaml").get("survey") is not None


@pytest.mark.parametrize("module", ["instrument", "errors"])
def test_the_command_starts_without_loading_what_it_may_not_need(module):
    """`--help` and short commands must not wait for rich tables or YAML."""
    code = f"import sys, waspada.cli.{module}; print('yaml' in sys.modules)"
    here = {**os.environ, "PYTHONPATH": str(INSTRUMENTS.parent / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=here
    )
    assert done.stdout == "False\n"
