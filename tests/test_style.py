"""Docstrings of attributes say what the value is: whole phrases, no fragments of the name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_YET = ("datagen/scripting/",)
"""Beginnings of the paths that are not checked yet. Take out what is mended; add nothing."""
LOWER_CASE = ("dB", "dBFS", "log10", "libyaml", "pa.Table", "sha256", "vLLM")
"""Units and names that a docstring may begin with although they begin with a small letter."""
FRAGMENT = re.compile(
    r"(Of|By|In|From|For|To|At|As|After|Before|With|Without|On|Until|Under|Against|And|Or)\b"
    r"|\.\.\.|[a-z]"
)
"""What a docstring must not begin with."""
ENDS = (".", "?", ")", "]")
"""What a docstring may end in, after which nothing is expected."""


def attribute_docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string that follows an assignment."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for one, other in pairwise(body) if isinstance(body, list) else ():
            if isinstance(one, ast.Assign | ast.AnnAssign) and isinstance(other, ast.Expr):
                value = other.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield other.lineno, value.value


def is_fragment(text: str) -> bool:
    begins = FRAGMENT.match(text) and re.split(r"[\s,;:]", text)[0] not in LOWER_CASE
    return bool(begins) or not text.rstrip().endswith(ENDS) or text.rstrip().endswith("...")


def test_attribute_docstrings_are_no_fragments() -> None:
    found, seen = [], 0
    for path in sorted((ROOT / "datagen").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(NOT_YET):
            for line, text in attribute_docstrings(ast.parse(path.read_text())):
                seen += 1
                if is_fragment(text):
                    found.append(f"{name}:{line}: {text}")
    assert not found, "\n".join(found)
    assert seen > 400


@pytest.mark.parametrize("beginning", NOT_YET)
def test_what_is_not_checked_is_there(beginning: str) -> None:
    assert list(ROOT.glob(f"{beginning}*"))


@pytest.mark.parametrize(
    "text",
    [
        "Of one server.",
        "By type.",
        "... nor what is this many dB under the loud windows.",
        "dBFS under which nothing is speech ...",
        "first, new seed or split.",
        "As `floor`, by the sound.",
        "Counts by type",
        "Counts:",
        "",
    ],
)
def test_fragments_are_told(text: str) -> None:
    assert is_fragment(text)


@pytest.mark.parametrize(
    "text",
    [
        "GPUs of one server.",
        "Often 0.",
        "[K, T], the codes.",
        "dB over the speech.",
        "vLLM serves it.",
        "Who is it?",
        "Counts (by type)",
    ],
)
def test_whole_phrases_pass(text: str) -> None:
    assert not is_fragment(text)


UNIQUE_BUT = {"UserError"}
"""Names that the trainer has, too, and for the same thing: it imports nothing of datagen."""


def test_no_class_name_means_two_things() -> None:
    where: dict[str, list[str]] = {}
    for room in ("datagen", "train"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    where.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    twice = {name: files for name, files in where.items() if len(files) > 1}
    assert twice.keys() - UNIQUE_BUT == set(), twice
