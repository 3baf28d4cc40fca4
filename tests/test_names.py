"""Tests use names that the project's modules have, those tests that only run at night too."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("datagen", "train", "benchmarks")


@cache
def source_of(module: str) -> Path | None:
    """Return a module's file, if it is a module of ours."""
    path = ROOT / module.replace(".", "/")
    if module.split(".")[0] not in PACKAGES:
        return None
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((one for one in files if one.exists()), None)


@cache
def names_of(module: str) -> frozenset[str]:
    """Return the names that a module has, those of its own modules included."""
    path = source_of(module)
    assert path is not None, module
    table = symtable.symtable(path.read_text("utf-8"), str(path), "exec")
    submodules = {one.stem for one in path.parent.iterdir()} if path.stem == "__init__" else set()
    return frozenset(submodules) | {
        one.get_name()
        for one in table.get_symbols()
        if one.is_assigned() or one.is_imported() or one.is_namespace()
    }


def imports(tree: ast.AST) -> Iterator[tuple[int, str, ast.alias]]:
    """Yield line, module and name of what a file imports from ours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and source_of(node.module or ""):
            for one in node.names:
                yield node.lineno, node.module or "", one


def shadowed(tree: ast.AST) -> set[str]:
    """Return the names that a file gives to something else, too."""
    stored = (one for one in ast.walk(tree) if isinstance(one, ast.Name | ast.arg))
    return {
        one.arg if isinstance(one, ast.arg) else one.id
        for one in stored
        if isinstance(one, ast.arg) or isinstance(one.ctx, ast.Store)
    }


def absent(text: str) -> Iterator[str]:
    """Yield line and name of what a file takes from a module of ours that has no such name."""
    tree = ast.parse(text)
    modules: dict[str, str] = {}
    for line, module, one in imports(tree):
        if source_of(f"{module}.{one.name}"):
            modules[one.asname or one.name] = f"{module}.{one.name}"
        elif not {one.name, "__getattr__"} & names_of(module):
            yield f"{line}: {module}.{one.name}"
    for name in shadowed(tree):
        modules.pop(name, None)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            of = modules.get(node.value.id)
            if of and not node.attr.startswith("__") and node.attr not in names_of(of):
                yield f"{node.lineno}: {of}.{node.attr}"


def test_tests_use_names_that_are_there() -> None:
    places = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{one}"
        for path in sorted(places)
        for one in absent(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_a_name_that_is_not_there_is_told() -> None:
    text = """
from datagen.engine import cluster, kept as other
from datagen.engine.cluster import QUIET, NOISY
def test(other): return cluster.cluster, cluster.nothing, other.nothing, QUIET
"""
    assert list(absent(text)) == [
        "3: datagen.engine.cluster.NOISY",
        "4: datagen.engine.cluster.nothing",
    ]
