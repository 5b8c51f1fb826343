"""The launcher: one command on a fresh machine, a sentence whenever it cannot start.

Nothing is downloaded here: a stand-in for uv, or for the environment's Python, records what it
is asked. The real way, from an empty folder to an answer, is walked by `.ci/run`.
"""

from __future__ import annotations

import ast
import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.house.source_tree import ROOT, load_launcher

LAUNCHER = ROOT / "waspada"

ECHO_PYTHON = """\
#!/bin/sh
pwd
printf '%s\\n' "$@"
exit 7
"""
STUBBORN_PYTHON = """\
#!/bin/sh
trap 'echo stopped cleanly; exit 5' INT
echo ready
while :; do sleep 0.05; done
"""
FAKE_UV = """\
#!/bin/sh
if [ "$1" = venv ]; then
    for venv in "$@"; do :; done
    mkdir -p "$venv/bin" "$venv/lib/python{major}.{minor}/site-packages"
    echo "prompt = waspada" > "$venv/pyvenv.cfg"
    cp "{echo}" "$venv/bin/python"
    exit 0
fi
{install}
"""


@pytest.fixture
def launcher() -> ModuleType:
    return load_launcher()


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    return tmp_path / "place" / "venv"


@pytest.fixture
def machine(tmp_path: Path, venv: Path) -> Machine:
    return Machine(tmp_path, venv)


class Machine:
    """A machine without network, whose uv does as told."""

    def __init__(self, folder: Path, venv: Path) -> None:
        self.folder, self.venv = folder, venv
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.environment = {
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "HOME": str(folder),
            "WASPADA_VENV": str(venv),
        }

    def give_uv(self, install: str) -> None:
        echo = self.folder / "echo-python"
        write_program(echo, ECHO_PYTHON)
        major, minor = sys.version_info[:2]
        text = FAKE_UV.format(major=major, minor=minor, echo=echo, install=install)
        write_program(self.programs / "uv", text)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(LAUNCHER), *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> SimpleNamespace:
        with self.start(*words) as process:
            output, messages = process.communicate(timeout=60)
        return SimpleNamespace(code=process.returncode, output=output, messages=messages)


def write_program(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def make_ready(launcher: ModuleType, venv: Path, level: str, python: str = ECHO_PYTHON) -> None:
    (venv / "bin").mkdir(parents=True)
    write_program(venv / "bin/python", python)
    launcher.stamp(str(venv), level)


# Help and age -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help_needs_no_environment(machine: Machine, words: tuple[str, ...]) -> None:
    result = machine.run(*words)
    assert result.code == 0
    assert "./waspada run" in result.output
    assert result.messages == ""
    assert not machine.venv.parent.exists()


def test_old_python_reaches_the_sentence_about_its_age() -> None:
    source = LAUNCHER.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    script = (
        "import runpy, sys; sys.version_info = (3, 6, 15, 'final', 0);"
        f"runpy.run_path({str(LAUNCHER)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Waspada needs Python 3.11 or newer; this is 3.6.15")
    assert all(word in done.stderr for word in ("apt install", "winget", "brew", "python.org"))
    assert "Traceback" not in done.stderr


# Verbs ------------------------------------------------------------------------------------------


def asked_of_python(machine: Machine, *words: str) -> list[str]:
    result = machine.run(*words)
    assert result.code == 7, "The exit code of the verb is its own."
    assert result.messages == ""
    return list(result.output.splitlines())


def test_a_verb_of_the_command_line_is_passed_through(
    launcher: ModuleType, machine: Machine
) -> None:
    make_ready(launcher, machine.venv, "run")
    folder, *words = asked_of_python(machine, "measure", "my answers.csv", "--seed", "7")
    assert folder == str(machine.folder), "Paths are relative to where the person stands."
    assert words[:2] == ["-P", "-c"]
    assert "waspada.cli.main" in words[2]
    assert words[3:] == ["measure", "my answers.csv", "--seed", "7"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("run --port 9000", "-P -m waspada_web.config.serve --port 9000"),
        ("setup --help", "-P -m waspada_web.config.manage setup --help"),
    ],
)
def test_verbs_with_the_database_go_to_the_pages(
    launcher: ModuleType, machine: Machine, words: str, asked: str
) -> None:
    make_ready(launcher, machine.venv, "run")
    assert asked_of_python(machine, *words.split())[1:] == asked.split()


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("test", "-m pytest"),
        ("test --strict --full -k rank", "-m pytest --strict-skips --full -k rank"),
        ("test --coverage tests/core", "-m coverage run -m pytest tests/core"),
        ("tool ruff check .", "-m ruff check ."),
    ],
)
def test_verbs_of_developers_work_from_the_top_of_the_repository(
    launcher: ModuleType, machine: Machine, words: str, asked: str
) -> None:
    make_ready(launcher, machine.venv, "test")
    folder, *rest = asked_of_python(machine, *words.split())
    assert folder == str(ROOT)
    assert rest == asked.split()


def test_a_signal_reaches_the_verb_itself(launcher: ModuleType, machine: Machine) -> None:
    make_ready(launcher, machine.venv, "run", STUBBORN_PYTHON)
    with machine.start("run") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        try:
            output, messages = process.communicate(timeout=10)
        finally:
            process.kill()
    assert (process.returncode, output, messages) == (5, "stopped cleanly\n", "")


# Stamps -----------------------------------------------------------------------------------------


def test_an_environment_is_ready_only_once_stamped(launcher: ModuleType, venv: Path) -> None:
    assert not launcher.is_ready(str(venv), "run")
    make_ready(launcher, venv, "run")
    assert launcher.is_ready(str(venv), "run")
    assert not launcher.is_ready(str(venv), "test")


def test_an_environment_for_tests_serves_run_as_well(launcher: ModuleType, venv: Path) -> None:
    make_ready(launcher, venv, "test")
    assert launcher.is_ready(str(venv), "run")
    assert launcher.is_ready(str(venv), "test")


def test_a_changed_requirement_makes_the_stamp_worthless(
    launcher: ModuleType, venv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "run.txt"
    monkeypatch.setattr(launcher, "requirements_of", lambda level: str(wanted))
    wanted.write_text("numpy==2.4.6\n")
    make_ready(launcher, venv, "run")
    assert launcher.is_ready(str(venv), "run")
    wanted.write_text("numpy==2.4.7\n")
    assert not launcher.is_ready(str(venv), "run")


@pytest.mark.parametrize(
    ("name", "value"), [("FORMAT", "0"), ("SOURCE", "/elsewhere/src")], ids=["format", "source"]
)
def test_another_launcher_or_checkout_makes_the_stamp_worthless(
    launcher: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    make_ready(launcher, venv, "run")
    monkeypatch.setattr(launcher, name, value)
    assert not launcher.is_ready(str(venv), "run")


def test_another_python_makes_the_stamp_worthless(
    launcher: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready(launcher, venv, "run")
    newer = SimpleNamespace(version_info=(3, 99, 0), implementation=sys.implementation)
    monkeypatch.setattr(launcher, "sys", newer)
    assert not launcher.is_ready(str(venv), "run")


def test_a_stamp_without_its_python_or_with_rubbish_is_worthless(
    launcher: ModuleType, venv: Path
) -> None:
    make_ready(launcher, venv, "run")
    (venv / "bin/python").unlink()
    (venv / "bin/python").symlink_to("/gone/python3")
    assert not launcher.is_ready(str(venv), "run")
    (venv / "waspada-run.stamp").write_bytes(b"\xff\x00")
    assert not launcher.is_ready(str(venv), "run")


# Making the environment -------------------------------------------------------------------------


def test_first_start_prepares_and_the_second_does_not(machine: Machine) -> None:
    machine.give_uv("exit 0")
    first = machine.run("measure")
    assert first.code == 7
    preparing, ready = first.messages.splitlines()
    assert preparing.startswith("Preparing the environment")
    assert ready.startswith("Ready after ")
    assert machine.run("measure").messages == ""


def test_tests_add_their_tools_to_the_environment_of_run(machine: Machine) -> None:
    machine.give_uv("exit 0")
    machine.run("measure")
    (machine.venv / "kept").touch()
    assert machine.run("test").messages.startswith("Adding the tools of the checks")
    assert (machine.venv / "kept").exists()
    assert machine.run("measure").messages == ""


@pytest.mark.parametrize(
    ("uv", "has_pip", "steps"),
    [
        ("/programs/uv", False, ["install"]),
        (None, True, ["install"]),
        (None, False, ["discard", "make_venv", "install"]),
    ],
)
def test_an_environment_to_which_nothing_can_be_added_is_made_anew(
    launcher: ModuleType,
    venv: Path,
    monkeypatch: pytest.MonkeyPatch,
    uv: str | None,
    has_pip: bool,
    steps: list[str],
) -> None:
    make_ready(launcher, venv, "run")
    packages = Path(launcher.packages_in(str(venv)))
    (packages / ("pip" if has_pip else "numpy")).mkdir(parents=True)
    taken: list[str] = []
    monkeypatch.setattr(launcher.shutil, "which", lambda name: uv)
    for step in ("discard", "make_venv", "install"):
        monkeypatch.setattr(launcher, step, lambda *_, step=step: taken.append(step))
    launcher.ensure_environment(str(venv), level="test")
    assert taken == steps


def test_environment_finds_the_source_without_a_build(launcher: ModuleType, venv: Path) -> None:
    packages = Path(launcher.packages_in(str(venv)))
    assert Path(os.path.normpath(packages / launcher.path_to_source(str(venv)))) == ROOT / "src"


def test_wheels_with_hashes_are_asked_for_in_both_ways(
    launcher: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(launcher, "attempt", lambda command, **_: asked.append(command))
    launcher.install(str(venv), "run", None)
    launcher.install(str(venv), "run", "/programs/uv")
    by_pip, by_uv = asked
    assert {"pip", "--require-hashes", "--only-binary", ":all:"} <= set(by_pip)
    assert {"/programs/uv", "sync", "--require-hashes", "--no-build"} <= set(by_uv)
    assert by_pip[-1] == by_uv[-1] == str(ROOT / "requirements/run.txt")


def test_a_failed_installation_is_told_and_made_anew(machine: Machine) -> None:
    machine.give_uv('seq 1 40; echo "error: Failed to fetch the index" >&2; exit 2')
    result = machine.run("measure")
    assert result.code == 1
    assert result.output == ""
    shown = [line for line in result.messages.splitlines() if line.startswith("    ")]
    assert len(shown) == 15
    assert "Failed to fetch" in shown[-1]
    assert "HTTPS_PROXY" in result.messages
    assert str(machine.venv / "waspada-install.log") in result.messages
    assert "Traceback" not in result.messages

    (machine.venv / "half").touch()
    machine.give_uv("exit 0")
    assert machine.run("measure").code == 7
    assert not (machine.venv / "half").exists()


def test_an_interrupted_installation_is_never_taken_for_a_finished_one(machine: Machine) -> None:
    machine.give_uv(f"touch '{machine.folder}/begun'; exec sleep 30")
    with machine.start("measure") as process:
        wait_for(machine.folder / "begun")
        process.send_signal(signal.SIGINT)
        # A terminal sends Ctrl-C to the installer as well; here it is left to the launcher.
        _, messages = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Stopped." in messages
    assert "Traceback" not in messages
    assert not (machine.venv / "waspada-run.stamp").exists()


def test_a_second_start_waits_for_the_first(launcher: ModuleType, machine: Machine) -> None:
    machine.give_uv("exit 3")
    machine.venv.parent.mkdir()
    with open(f"{machine.venv}.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with machine.start("measure") as process:
            assert process.stderr is not None
            assert "waiting for it" in process.stderr.readline()
            make_ready(launcher, machine.venv, "run")
            fcntl.flock(held, fcntl.LOCK_UN)
            _, messages = process.communicate(timeout=20)
    assert process.returncode == 7
    assert messages == ""


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came."
        time.sleep(0.02)


def test_only_an_environment_of_waspada_is_ever_removed(machine: Machine) -> None:
    machine.give_uv("exit 0")
    machine.venv.mkdir(parents=True)
    letter = machine.venv / "letter.txt"
    letter.touch()
    result = machine.run("measure")
    assert result.code == 1
    assert "was not made by Waspada" in result.messages
    assert letter.exists()


def test_the_venv_of_someone_else_is_not_ours(launcher: ModuleType, venv: Path) -> None:
    venv.mkdir(parents=True)
    assert launcher.is_ours(str(venv)), "An empty folder holds nothing to lose."
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\nprompt = 'siti'\n")
    assert not launcher.is_ours(str(venv))
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\nprompt = 'waspada'\n")
    assert launcher.is_ours(str(venv))


# Sentences --------------------------------------------------------------------------------------


def refusal(launcher: ModuleType, capsys: pytest.CaptureFixture[str]) -> str:
    assert launcher.main(["measure"]) == 1
    return capsys.readouterr().err


@pytest.fixture
def prepared_machine(
    launcher: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModuleType]:
    """In this process: no uv, and no step of the preparation is really taken."""
    monkeypatch.setenv("WASPADA_VENV", str(venv))
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    monkeypatch.setattr(launcher, "attempt", lambda *_, **__: pytest.fail("It went on."))
    yield launcher


def test_missing_venv_module_is_told_with_the_way_out(
    prepared_machine: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(prepared_machine, "find_spec", lambda name: name == "venv" or None)
    message = refusal(prepared_machine, capsys)
    assert "lacks the module ensurepip" in message
    assert "sudo apt install python3-venv" in message


def test_too_little_room_is_told_before_anything_is_made(
    prepared_machine: ModuleType,
    venv: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(
        prepared_machine.shutil, "disk_usage", lambda folder: SimpleNamespace(free=3e8)
    )
    message = refusal(prepared_machine, capsys)
    assert "0.3 GB free" in message
    assert "1.2 GB" in message
    assert not venv.exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk became full"),
        (errno.EROFS, "may not write to"),
        (errno.EACCES, "may not write to"),
        (errno.EIO, "could not be made"),
    ],
)
def test_a_fault_of_the_disk_is_told(
    prepared_machine: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
    words: str,
) -> None:
    def attempt(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(prepared_machine, "attempt", attempt)
    message = refusal(prepared_machine, capsys)
    assert words in message
    assert "WASPADA_VENV" in message


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("ERROR: [Errno 28] No space left on device", "disk became full"),
        ("WARNING: Retrying after connection broken by NewConnectionError\nERROR: No matching "
         "distribution found for numpy==2.4.6", "index was not reached"),
        ("error: Failed to fetch\n  cause: dns error", "index was not reached"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "no ready-made build"),
        ("error: numpy has no wheels with a matching Python ABI tag", "no ready-made build"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one"),
        ("Killed", "lines above say where"),
    ],
)  # fmt: skip
def test_the_reason_is_read_from_what_the_installer_printed(
    launcher: ModuleType, output: str, words: str
) -> None:
    assert words in launcher.sentence_for_output(output, "/place/venv")
