"""`waspada run` in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 90


def command(data: Path, *arguments: str) -> list[str]:
    module = ["-P", "-m", "waspada_web.config.serve"]
    return [sys.executable, *module, "--data", str(data), *arguments]


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WASPADA_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **changes}


def run(data: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """For starts that end by themselves."""
    return subprocess.run(
        command(data, *arguments),
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextmanager
def serving(data: Path, *arguments: str, lines: int = 2) -> Iterator[list[str]]:
    """The lines a started server prints to stdout; stopped by Ctrl-C at the end."""
    log = data.parent / "stderr.txt"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command(data, *arguments),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        printed = [process.stdout.readline().strip() for _ in range(lines)]
        assert all(printed), log.read_text()
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=30)
        finally:
            process.kill()
            process.stdout.close()
    assert code == 0
    assert "Traceback" not in log.read_text()


def status(address: str) -> int:
    try:
        with urlopen(address, timeout=30) as response:
            return int(response.status)
    except HTTPError as error:
        with error:
            return error.code


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.slow
def test_a_first_start_prints_address_and_link_and_a_second_one_is_quick(tmp_path: Path) -> None:
    data, port = tmp_path / "data", str(free_port())
    with serving(data, "--port", port) as (address, link):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        assert link.startswith(f"{address}/masuk/tautan/")
        for path in ("/", "/en/", "/isi/", "/masuk/"):
            assert status(address + path) == 200
        assert status(link) == 200
    began = time.monotonic()
    with serving(data, "--port", port) as (address, again):
        assert time.monotonic() - began < 30  # a guard against doing everything anew
        assert again.startswith(f"{address}/masuk/tautan/")
        assert status(again) == 200
    assert {path.name for path in (data / "keys").iterdir()} == {"secret_key"}


@pytest.mark.slow
def test_a_taken_port_is_passed_over_and_said_aloud(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with serving(tmp_path / "data", "--port", str(taken)) as (address, _link):
            assert address != f"http://127.0.0.1:{taken}"
            assert status(address) == 200
    assert f"Port {taken} is taken" in (tmp_path / "stderr.txt").read_text()


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    result = run(blocked / "data")
    assert result.returncode == 1
    assert "--data" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "waspada.sqlite3").write_bytes(b"this is no database at all" * 100)
    result = run(tmp_path)
    assert result.returncode == 1
    assert "cannot be used" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "waspada.sqlite3") as database:
        database.execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), "
            "name varchar(255), applied datetime)"
        )
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('collection', '9999_future', '2030-01-01')"
        )
    database.close()
    result = run(tmp_path)
    assert result.returncode == 1
    assert "newer Waspada (collection 9999_future)" in result.stderr


def test_a_damaged_key_is_a_sentence(tmp_path: Path) -> None:
    for name in ("secret_key", "pepper"):
        keys = tmp_path / name / "keys"
        keys.mkdir(parents=True)
        for damage in (b"", b"short", b"\xff\xfe" * 40):
            (keys / name).write_bytes(damage)
            result = run(tmp_path / name)
            assert result.returncode == 1
            assert f"{name} is damaged" in result.stderr
            assert "backup" in result.stderr
            assert "Traceback" not in result.stderr


def test_listening_everywhere_asks_for_the_names_first(tmp_path: Path) -> None:
    result = run(tmp_path / "data", "--host", "0.0.0.0")
    assert result.returncode == 1
    assert "WASPADA_ALLOWED_HOSTS" in result.stderr


@pytest.mark.parametrize("port", ["0", "65536", "eighty"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert run(tmp_path / "data", "--port", port).returncode == 2


def test_an_unreadable_setting_is_a_sentence(tmp_path: Path) -> None:
    result = run(tmp_path / "data", WASPADA_DEBUG="perhaps")
    assert result.returncode == 1
    assert "WASPADA_DEBUG" in result.stderr
    assert "Traceback" not in result.stderr
