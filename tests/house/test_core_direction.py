"""The core: imports point up the stages; nothing reaches for Django, clock, network, settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.source_tree import (
    CORE,
    ROOT,
    STAGES,
    dotted,
    imports_of,
    module_name,
    python_files,
)

ROOMS = ("errors", *STAGES, "pipeline", "api", "cli")
"""Each room may import itself and the rooms before it."""

NEVER = ("django", "waspada_web", "socket", "ssl", "http", "urllib", "urllib3", "requests", "httpx")
ONLY_CLI = ("time",)
CLOCK_CALLS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
SETTINGS_NAMES = ("os.environ", "os.getenv")


def faults_of(module: str, source: str, *, is_package: bool = False) -> Iterator[str]:
    tree = ast.parse(source)
    room = room_of(module)
    if room not in ROOMS and room != "":
        yield f"{module}: the core has no room named {room}."
        return
    for line, name in imports_of(tree, module, is_package=is_package):
        if any(within(name, forbidden) for forbidden in NEVER):
            yield f"{module}, line {line}: the core never imports {name}."
        elif room != "cli" and (
            any(within(name, forbidden) for forbidden in ONLY_CLI)
            or name in ("os.environ", "os.getenv")
        ):
            yield f"{module}, line {line}: only cli may import {name}."
        elif within(name, "waspada") and not is_earlier(room_of(name), room):
            yield f"{module}, line {line}: {room or 'the root'} may not import {name}."
    if room != "cli":
        yield from clock_and_settings(module, tree)


def clock_and_settings(module: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = dotted(node)
            if name.endswith(CLOCK_CALLS):
                yield f"{module}, line {node.lineno}: {name} reads the clock; take it as input."
            elif name in SETTINGS_NAMES:
                yield f"{module}, line {node.lineno}: {name} reads settings; take them as input."


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def room_of(name: str) -> str:
    """ "index" of "waspada.index.tree"; "" for the root itself and the versions it holds."""
    room = [*name.split("."), ""][1]
    return "" if room.isupper() or room.startswith("__") else room


def is_earlier(imported: str, importing: str) -> bool:
    if imported in ("", importing):
        return True
    if (imported, importing) == ("api", ""):  # what `import waspada` offers, loaded when called
        return True
    if imported not in ROOMS or importing not in ROOMS:
        return False
    return ROOMS.index(imported) < ROOMS.index(importing)


def test_core_keeps_its_direction() -> None:
    paths = python_files(CORE)
    assert {path.relative_to(CORE).parts[0] for path in paths} >= {*STAGES, "errors.py", "cli"}
    found = [
        fault
        for path in paths
        for fault in faults_of(
            module_name(path), path.read_text(encoding="utf-8"), is_package=path.stem == "__init__"
        )
    ]
    assert found == []


def test_pipeline_is_there_to_be_read_first() -> None:
    assert (ROOT / "src/waspada/pipeline.py").is_file()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("waspada.instrument.model", "from waspada.index import tree"),
        ("waspada.instrument.model", "from waspada import index"),
        ("waspada.instrument.model", "from ..index import tree"),
        ("waspada.instrument.model", "def f():\n    import waspada.watch"),
        ("waspada.index.tree", "from waspada.pipeline import measure"),
        ("waspada.pipeline", "from waspada.cli.main import app"),
        ("waspada.errors", "from waspada.index import tree"),
        ("waspada.helpers", "x = 1"),
        ("waspada.cli.main", "from django.db import models"),
        ("waspada.cli.main", "import waspada_web.config"),
        ("waspada.cli.main", "from urllib import request"),
        ("waspada.watch.stages", "import time"),
        ("waspada.watch.stages", "from datetime import date\nnow = date.today()"),
        ("waspada.watch.stages", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)"),
        ("waspada.pipeline", "import os\nhome = os.environ['HOME']"),
        ("waspada.pipeline", "from os import environ"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert len(list(faults_of(module, source))) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("waspada.index.tree", "from waspada.instrument.model import Instrument"),
        ("waspada.index.tree", "from waspada.errors import QualityError\nfrom . import means"),
        ("waspada.publication.record", "from waspada import METHOD_VERSION, __version__"),
        ("waspada.watch.stages", "from datetime import date\ndef runs(on: date) -> bool: ..."),
        ("waspada.cli.main", "import time\nfrom waspada.pipeline import measure"),
    ],
)
def test_a_right_import_is_left_alone(module: str, source: str) -> None:
    assert list(faults_of(module, source)) == []
