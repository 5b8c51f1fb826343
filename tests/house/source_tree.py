"""What the house tests read: the files of the repository, and the imports inside them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "src/waspada"
WEB = ROOT / "src/waspada_web"

STAGES = (
    "instrument",
    "collection",
    "quality",
    "index",
    "uncertainty",
    "interpretation",
    "watch",
    "action",
    "publication",
)
"""In the order of the data; each may import those before it."""


@cache
def repository_files() -> tuple[Path, ...]:
    """The files that are, or would be, committed."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = {ROOT / name for name in listed.decode().split("\0") if name}
    return tuple(sorted(path for path in paths if path.is_file()))


def text_of(path: Path) -> str | None:
    """None for a file that is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def python_files(folder: Path) -> list[Path]:
    return [path for path in repository_files() if path.suffix == ".py" and folder in path.parents]


def module_name(path: Path, source_folder: Path = ROOT / "src") -> str:
    parts = path.relative_to(source_folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(tree: ast.AST, module: str, *, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported, also inside functions and TYPE_CHECKING.

    `from a import b` gives "a.b": whether b is a module or a name makes no difference to the rules.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")
                kept = len(parents) - node.level + (1 if is_package else 0)
                base = ".".join(filter(None, [*parents[:kept], base]))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain; calls and subscripts inside it count as their own chain."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    if isinstance(node, ast.Subscript):
        return dotted(node.value)
    return ""


def load_launcher() -> ModuleType:
    """The file `waspada` as a module of its own, fresh at each call."""
    loader = SourceFileLoader("waspada_launcher", str(ROOT / "waspada"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
