"""Strict mode: what was not tried is not proven, so a skip is a failure that tells its reason."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT

SKIPPING = """\
import pytest

def test_that_passes(): pass

def test_that_skips(): pytest.skip("no browser here")

@pytest.mark.skipif(True, reason="no database here")
def test_of_a_mark(): pass

@pytest.mark.xfail(reason="not built yet")
def test_of_the_future(): assert False

@pytest.mark.parametrize("case", [])
def test_without_cases(case): pass

def test_of_data(reference_data): pass
"""
REASONS = (
    "no browser here",
    "no database here",
    "not built yet",
    "empty parameter set",
    "Set WASPADA_REFERENCE_DATA",
    "could not import 'no_such_module'",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # or one of a folder above would count
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    module = 'import pytest\npytest.importorskip("no_such_module")\n\ndef test_never(): pass\n'
    (tmp_path / "test_module.py").write_text(module)
    return tmp_path


def run(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-ra"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WASPADA_")}
    kept.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [*command, *words],
        cwd=project,
        env={**kept, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
    )


def test_skips_are_allowed_and_explained_without_strict(project: Path) -> None:
    done = run(project)
    assert done.returncode == 0
    assert "1 passed, 5 skipped, 1 xfailed" in done.stdout
    assert all(reason in done.stdout for reason in REASONS)


@pytest.mark.parametrize(
    ("words", "environment"), [(["--strict-skips"], {}), ([], {"WASPADA_STRICT": "1"})]
)
def test_strict_fails_each_skip_with_its_reason(
    project: Path, words: list[str], environment: dict[str, str]
) -> None:
    (project / "test_module.py").unlink()
    done = run(project, *words, **environment)
    assert done.returncode == 1
    assert "2 failed, 1 passed, 3 errors" in done.stdout.splitlines()[-1]
    assert all(reason in done.stdout for reason in REASONS[:-1])


def test_strict_fails_a_module_that_skips_itself(project: Path) -> None:
    (project / "test_skipping.py").unlink()
    done = run(project, "--strict-skips")
    assert done.returncode == 2
    assert REASONS[-1] in done.stdout


def test_coverage_total_stands_before_the_closing_line(project: Path) -> None:
    source = project / "covered.py"
    source.write_text("def half(number):\n    return number / 2\n")
    (project / "test_skipping.py").write_text("import covered\n\ndef test_one(): pass\n")
    (project / "test_module.py").unlink()
    command = [sys.executable, "-m", "coverage", "run", "--source=.", "-m", "pytest"]
    done = subprocess.run(
        [*command, "-p", "no:django", "-p", "no:cacheprovider"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    *_, total, closing = done.stdout.splitlines()
    assert total.startswith("Coverage total: ")
    assert "1 passed" in closing


@pytest.mark.parametrize(
    ("name", "fixture"),
    [("WASPADA_REFERENCE_DATA", "reference_data"), ("WASPADA_CHROMIUM", "chromium")],
)
def test_a_wrong_setting_fails_instead_of_skipping(project: Path, name: str, fixture: str) -> None:
    (project / "test_module.py").unlink()
    (project / "test_skipping.py").write_text(f"def test_one({fixture}): pass\n")
    done = run(project, **{name: "/nowhere"})
    assert done.returncode == 1
    assert f"{name} is /nowhere" in done.stdout
