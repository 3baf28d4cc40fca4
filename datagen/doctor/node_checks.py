"""Everything a run needs, looked at on this machine and on every node of a cluster.

Recipe, Host, run folder --survey--> NodeFinding(place, subject, problem or None), one a line

A node is asked about the stages that it could work for: those that want a GPU if it has one.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from datagen import __version__, assets
from datagen.config import SECTIONS, Host, Recipe
from datagen.costs.rates import Rates, load_rates
from datagen.doctor.checks import Check, examine
from datagen.engine.cluster import cluster
from datagen.engine.nodes import Node, ask_each, shared
from datagen.engine.pipeline import ResolvedRecipe
from datagen.storage import Where, open_storage
from datagen.types import UserError

HERE = "here"
"""Name of the driver's place."""


@dataclass(frozen=True)
class NodeFinding:
    """One check at one place."""

    place: str
    check: Check


def survey(recipe: Recipe, host: Host, where: Where) -> Iterator[NodeFinding]:
    """Look at everything, here and on each node; the order is that of the places."""
    expected = versions()
    with _as_it_was(where):
        yield NodeFinding(HERE, Check("storage", _said(lambda: _write_and_read(where))))
        checks = look(recipe, host, tuple(SECTIONS), expected, gpus=host.address is None)
        yield from (NodeFinding(HERE, check) for check in checks)
        is_there = not any(check.problem for check in checks if check.subject == "cluster")
        if host.address is not None and is_there:
            with cluster(host.address):
                yield from _nodes(recipe, host, where, expected)


def _nodes(
    recipe: Recipe, host: Host, where: Where, expected: dict[str, str]
) -> Iterator[NodeFinding]:
    """Ask the nodes of the cluster that is joined."""

    def question(node: Node) -> list[Check]:
        return look(recipe, host, stages_of(node, host), expected, gpus=node.gpus > 0)

    for node, problem in shared(where):
        yield NodeFinding(f"node {node.name}", Check("storage", problem))
    has_gpus = False
    for answer in ask_each(question):
        place = f"node {answer.node.name}"
        has_gpus |= answer.node.gpus > 0
        if answer.value is None:
            yield NodeFinding(place, Check("answers", answer.problem))
        for check in answer.value or ():
            yield NodeFinding(place, check)
    if any(getattr(host, stage).gpus for stage in SECTIONS):
        problem = "no node has a GPU now; a cluster that grows by itself may add one for a run"
        yield NodeFinding("cluster", Check("GPUs", None if has_gpus else problem))


def stages_of(node: Node, host: Host) -> list[str]:
    """Return the stages that a node could work for."""
    return [
        stage for stage in SECTIONS if (node.gpus if getattr(host, stage).gpus else node.cpus) > 0
    ]


def look(
    recipe: Recipe, host: Host, stages: Collection[str], expected: dict[str, str], *, gpus: bool
) -> list[Check]:
    """Look at what stages need on this machine, which should have the driver's versions."""
    ours = versions()
    checks = [
        Check(
            f"{name} {ours[name]}",
            None if ours[name] == theirs else f"it is {ours[name]}, and the driver's is {theirs}",
        )
        for name, theirs in expected.items()
    ]
    checks.append(Check("HOME", _said(_home)))
    checks += examine(ResolvedRecipe(recipe), host, stages)
    if gpus:
        checks += _memory(recipe, host, stages)
    return checks


def versions() -> dict[str, str]:
    """Return what must be equal everywhere."""
    minor = ".".join(platform.python_version_tuple()[:2])
    return {"python": minor, "ray": version("ray"), "datagen": __version__}


def _home() -> None:
    """Raise if nothing can be written to HOME, where Ray keeps its token and models their files."""
    if (home := assets.home()) is None:
        raise UserError("this user has no home; set HOME to a folder that it may write to")
    with tempfile.TemporaryFile(dir=home):
        pass


def _write_and_read(where: Where) -> None:
    storage, name, nonce = open_storage(where), ".doctor", b"seen"
    with storage.write(name) as file:
        file.write(nonce)
    try:
        if storage.read(name) != nonce:
            raise UserError(f"{storage.where} gives back other bytes than were written")
    finally:
        storage.delete(name)


@contextmanager
def _as_it_was(where: Where) -> Iterator[None]:
    """Remove the folders that looking has made on this machine."""
    root = Path(where).absolute() if "://" not in str(where) else None
    new = [path for path in (root, *root.parents) if not path.exists()] if root else []
    try:
        yield
    finally:
        for path in new:
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()


def _memory(recipe: Recipe, host: Host, stages: Collection[str]) -> Iterator[Check]:
    """Yield whether a worker's share of the largest GPU here holds its backends."""
    rates, sizes = load_rates(), gpu_memory()
    for stage in stages:
        share, needed = getattr(host, stage).gpus, _needed(recipe, stage, rates)
        if not share or not needed or not sizes:
            continue
        here = min(share, 1.0) * max(sizes)
        subject = f"GPU memory of {stage} ({here:.0f} GB a worker, {needed:.0f} needed)"
        problem = f"a worker has {here:.0f} GB and needs {needed:.0f}: give it more than {share:g}"
        yield Check(subject, problem if here < needed else None)


def _needed(recipe: Recipe, stage: str, rates: Rates) -> float:
    """Return the GB that a worker's backends hold, as far as the rates know."""
    names = [f"{section}.{getattr(recipe, section).use}" for section in SECTIONS[stage]]
    known = [rate.gpu_memory for name in names if (rate := rates.backends.get(name))]
    return sum(figure.value for figure in known if figure)


def gpu_memory() -> list[float]:
    """Return the GB (10^9 bytes) of each GPU of this machine."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    answer = subprocess.run(query, capture_output=True, text=True, timeout=30)
    return [int(line) * 2**20 / 1e9 for line in answer.stdout.split() if line.isdigit()]


def _said(check: Callable[[], None]) -> str | None:
    """Return what went wrong with a check, if something did."""
    try:
        check()
    except (OSError, RuntimeError, UserError) as error:
        return " ".join(str(error).split())
    return None
