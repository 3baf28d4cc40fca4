"""Every command and Python block of the documentation is run here, or parsed as it would be.

A block after ``<!-- run -->`` is run, in the order of its page, in a folder of the page's own; one
after ``<!-- run as NAME -->`` is written there first; all other blocks are parsed.
"""

from __future__ import annotations

import ast
import atexit
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click
import pytest
from markdown_it import MarkdownIt

from datagen.cli import main
from datagen.settings_text import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT)
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    if path.name != "figures.md"
)
MORE_PAGES = [Path("train/README.md"), Path("pipelines/cluster/README.md")]
OTHERS = {
    *(
        "cd",
        "export",
        "git",
        "npm",
        "pip",
        "ray",
        "torchrun",
        "vllm",
        "kubectl",
        "sbatch",
        "docker",
    ),
    *("test", "timeout", "true", "sed", "pre-commit", "mkdir", "tar", "."),
}
"""Programs that are not ours, of which no option is looked at."""
_MARK = re.compile(r"<!-- (run|check)(?: (?:as|in) (\S+))? -->")


@dataclass(frozen=True)
class Block:
    """A block of code, and what the line before it asks for."""

    page: Path
    line: int
    language: str
    text: str
    mark: str = ""
    name: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@lru_cache(None)
def blocks(page: Path) -> tuple[Block, ...]:
    """Return the blocks of a page, in order."""
    found: list[Block] = []
    mark = None
    for token in MarkdownIt("commonmark").parse((ROOT / page).read_text("utf-8")):
        if token.type == "html_block":
            mark = _MARK.fullmatch(token.content.strip())
        elif token.type in ("fence", "code_block"):
            line = (token.map or [0])[0] + 1
            said = mark.groups(default="") if mark else ("", "")
            language = token.info or ("sh" if token.type == "code_block" else "text")
            found.append(Block(page, line, language, token.content, *said))
            mark = None
    return tuple(found)


def everything() -> list[Block]:
    return [block for page in [*PAGES, *MORE_PAGES] for block in blocks(page)]


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command of a shell block."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.splitlines():
        for part in re.split(r"\s(?:&&|\|\||\|)\s", line):
            words = shlex.split(part, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words:
                yield words


def parse_datagen(words: list[str]) -> None:
    """Parse a command line as click would; raises click.UsageError."""
    context = main.make_context("datagen", words[1:])
    while isinstance(context.command, click.Group):
        group, (name, *rest) = context.command, [*context._protected_args, *context.args]
        context = group.commands[name].make_context(name, rest, parent=context)


def check(words: list[str]) -> None:
    program = words[0].rpartition("/")[2]
    if program == "datagen":
        parse_datagen(words)
    elif program.startswith("--"):
        parse_datagen(["datagen", "run", "service", "--hours", "1", *words])
    elif program.startswith("python"):
        if words[1] == "-m":
            assert find_spec(words[2]), f"there is no module {words[2]}"
        elif words[1] != "-c":
            assert (ROOT / words[1]).is_file(), f"there is no {words[1]}"
    elif program == "make":
        targets = re.findall(r"^(\S+):", (ROOT / "Makefile").read_text(), re.M)
        assert all(word in targets or "=" in word for word in words[1:]), words
    else:
        assert program in OTHERS, f"{program} is unknown"


@pytest.fixture(autouse=True)
def _no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let paths be any: CALLS/*.rttm is the reader's."""

    def convert(self: Any, value: Any, *_: Any) -> Any:
        return value

    monkeypatch.setattr(click.Path, "convert", convert)
    monkeypatch.setattr(click.File, "convert", convert)


@pytest.mark.parametrize(
    "block", [b for b in everything() if b.language in ("sh", "bash", "")], ids=str
)
def test_commands_exist_with_these_options(block: Block) -> None:
    for words in commands(block.text):
        try:
            check(words)
        except click.exceptions.Exit:
            continue  # --help
        except click.UsageError as error:
            raise AssertionError(
                f"{block}: {shlex.join(words)}: {error.format_message()}"
            ) from error


@pytest.mark.parametrize("block", [b for b in everything() if b.language == "python"], ids=str)
def test_python_can_be_compiled(block: Block) -> None:
    ast.parse(block.text)


@pytest.mark.parametrize("block", [b for b in everything() if b.language == "yaml"], ids=str)
def test_yaml_can_be_read(block: Block) -> None:
    parse_yaml(re.sub(r", \.\.\.\]", "]", block.text))


def test_a_wrong_option_is_found() -> None:
    with pytest.raises(click.UsageError):
        parse_datagen(["datagen", "run", "service", "--houres", "1"])
    with pytest.raises(AssertionError, match="no module"):
        check(["python", "-m", "datagen.nowhere"])


ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
RUN = [
    pytest.param(page, marks=pytest.mark.long if "runs/" in "".join(wanted) else ())
    for page in PAGES
    if (wanted := [block.text for block in blocks(page) if block.mark == "run"])
]
"""Pages; who makes dialogues does so by night."""


@lru_cache
def small() -> Path:
    """Return a run of two dialogues, made once."""
    folder = Path(mkdtemp(prefix="small-"))
    atexit.register(shutil.rmtree, folder)
    command = ["datagen", "run", "service", "--dialogs", "2", "--out", "small"]
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    return folder / "small"


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=str)
def test_what_is_to_be_run_runs(page: Path, tmp_path: Path) -> None:
    wanted = [block for block in blocks(page) if block.mark == "run"]
    if any(block.name == "runs/small" for block in wanted) and not any(
        "--out runs/small" in block.text for block in wanted
    ):
        shutil.copytree(small(), tmp_path / "runs" / "small")
    for block in wanted:
        if block.name.endswith(".py"):
            (tmp_path / block.name).write_text(block.text)
            continue
        command = [sys.executable, "-c"] if block.language == "python" else ["bash", "-euc"]
        done = subprocess.run(
            [*command, block.text], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    shutil.rmtree(tmp_path)
