"""The pages: imports point up, views do not borrow views, and only operations write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.house.source_tree import STAGES, WEB, dotted, imports_of, python_files

SIDE_ROOMS = ("accounts", "regions", "elections", "audit", "ui")
TOP_ROOM = "start"
"""What a server begins with: it may use every room, and no room may use it."""

ALLOWED_OF_CONFIG = ("waspada_web.config.settings", "waspada_web.config.environment")
"""What is configured and how a variable is read; addresses and the start stay out of reach."""

WRITE_METHODS = (
    "save",
    "create",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
)
QUERY_STEPS = {"objects", "filter", "exclude", "all", "get_queryset", "select_for_update"}
"""`.update(` is also a method of dictionaries and hashes; after these it changes rows."""

STORES_OF_OTHERS = {"cache", "session", "default_storage"}
WRITERS = ("operations", "migrations", "tests", "management")


def import_faults(path: str, source: str) -> Iterator[str]:
    """path: below waspada_web, for example "collection/views.py"."""
    file = PurePosixPath(path)
    app = file.parts[0]
    if app == "config" or len(file.parts) == 1 or "migrations" in file.parts:
        return
    if app not in (*STAGES, *SIDE_ROOMS, TOP_ROOM):
        yield f"{path}: the pages have no room named {app}."
        return
    module = ".".join(("waspada_web", *file.with_suffix("").parts))
    module = module.removesuffix(".__init__")
    for line, name in imports_of(ast.parse(source), module, is_package=file.stem == "__init__"):
        if not name.startswith("waspada_web."):
            continue
        other = name.split(".")[1]
        if other == "config":
            if not name.startswith(ALLOWED_OF_CONFIG):
                yield f"{path}, line {line}: of config, settings and environment only."
        elif other != app and other not in rooms_before(app):
            yield f"{path}, line {line}: {app} may not import {name}."
        elif file.stem == "views" and other != app and "views" in name.split("."):
            yield f"{path}, line {line}: views do not import the views of {other}."


def rooms_before(app: str) -> tuple[str, ...]:
    if app == TOP_ROOM:
        return (*SIDE_ROOMS, *STAGES)
    earlier = STAGES[: STAGES.index(app)] if app in STAGES else ()
    return (*SIDE_ROOMS, *earlier)


def write_faults(path: str, source: str) -> Iterator[str]:
    if set(PurePosixPath(path).with_suffix("").parts) & set(WRITERS):
        return
    tree = ast.parse(source)
    primitives = calls_in_managers(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node not in primitives and writes(node):
            assert isinstance(node.func, ast.Attribute)
            yield f"{path}, line {node.lineno}: .{node.func.attr}( belongs into operations.py."


def calls_in_managers(tree: ast.AST) -> set[ast.AST]:
    """A manager offers the primitive that operations call; a model may extend its own save."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    managers = (c for c in classes if any(dotted(base).endswith("Manager") for base in c.bases))
    return {node for manager in managers for node in ast.walk(manager)}


def writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    receiver = dotted(call.func.value).split(".")
    if call.func.attr == "update":
        return bool(QUERY_STEPS & set(receiver))
    return (
        call.func.attr in WRITE_METHODS
        and receiver != ["super"]
        and not STORES_OF_OTHERS & set(receiver)
    )


def files() -> list[tuple[str, str]]:
    return [
        (path.relative_to(WEB).as_posix(), path.read_text(encoding="utf-8"))
        for path in python_files(WEB)
    ]


def test_pages_have_all_their_rooms() -> None:
    rooms = {PurePosixPath(path).parts[0] for path, _ in files()}
    assert rooms >= {"config", "accounts", "regions", "audit", "ui", "instrument", "collection"}


def test_pages_keep_their_direction() -> None:
    assert [fault for path, source in files() for fault in import_faults(path, source)] == []


def test_only_operations_write() -> None:
    assert [fault for path, source in files() for fault in write_faults(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("instrument/views.py", "from waspada_web.index.queries import run"),
        ("instrument/queries.py", "def f():\n    from waspada_web.action import models"),
        ("accounts/models.py", "from waspada_web.collection.models import Round"),
        ("index/views.py", "from waspada_web.collection.views import table"),
        ("index/views.py", "from waspada_web.collection import views"),
        ("index/views.py", "from waspada_web.config.urls import urlpatterns"),
        ("helpers/text.py", "x = 1"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str) -> None:
    assert len(list(import_faults(path, source))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("index/views.py", "from waspada_web.collection.queries import closed_regions"),
        ("index/views.py", "from . import queries\nfrom waspada_web.accounts import models"),
        ("index/operations.py", "from waspada_web.config.settings import DATA_DIR"),
        ("config/urls.py", "from waspada_web.action import views"),
        ("index/queries.py", "from waspada.pipeline import measure"),
    ],
)
def test_a_right_import_is_left_alone(path: str, source: str) -> None:
    assert list(import_faults(path, source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "round.save()",
        "form.save()",
        "Round.objects.create(name='x')",
        "round.meetings.create()",
        "Round.objects.filter(pk=1).update(state='open')",
        "get_user(1).delete()",
        "Card.objects.bulk_create(cards)",
        "Card.objects.get_or_create(code=code)",
    ],
)
def test_a_write_outside_operations_is_found(source: str) -> None:
    assert len(list(write_faults("collection/views.py", source))) == 1
    assert list(write_faults("collection/operations.py", source)) == []
    assert list(write_faults("collection/migrations/0001_rounds.py", source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "context.update(title='x')",
        "digest.update(b'x')",
        "cache.delete('key')",
        "def save(self): super().save()",
        "class OfficerManager(models.Manager):\n    def add(self): self.create()",
    ],
)
def test_other_methods_of_that_name_are_left_alone(source: str) -> None:
    assert list(write_faults("collection/models.py", source)) == []
