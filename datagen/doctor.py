"""What is missing on this machine before a recipe can run on a host: all of it, one line each.

Recipe, Host --missing--> ["speech.options.model: ...", "speech: the host names no ...", ...]
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlsplit

from pydantic import BaseModel

from datagen import environments, voices
from datagen.backends.registry import FLOORS, JUDGES, TABLES, VOICES
from datagen.config import Host, Recipe, StageHost
from datagen.gates.limits import limits_for
from datagen.timing.preset import load_preset
from datagen.types import UserError

SECTIONS = {
    "script": ("script",),
    "speech": ("speech",),
    "timeline": ("align",),
    "tokens": ("codec", "tokenizer"),
}
"""Which sections of a recipe run in a stage's workers."""
CONNECT_SECONDS = 3.0


def missing(recipe: Recipe, host: Host) -> list[str]:
    """Return everything that is missing, each once; nothing if the recipe can run."""
    found: list[str] = []
    for table in TABLES:
        spec = getattr(recipe, table.section)
        # what runs under an interpreter of its own is looked for there, by `_environment`
        elsewhere = getattr(host, _stage_of(table.section)).py_executable is not None
        check = table.options if elsewhere else table.check
        if problem := _complaint(partial(check, spec)):
            found.append(problem)
        else:
            found += _endpoints(table.section, table.options(spec))
    found += filter(None, [_complaint(lambda: _check_floor(recipe))])
    found += filter(None, [_complaint(lambda: _check_gates(recipe))])
    found += filter(None, [_complaint(lambda: voices.check(recipe.voices))])
    for stage, sections in SECTIONS.items():
        place: StageHost = getattr(host, stage)
        uses = [f"{name}.{getattr(recipe, name).use}" for name in sections]
        found += _environment(stage, place, uses)
        found += _gpu(stage, place, host.address)
    return list(dict.fromkeys(found))


def require(recipe: Recipe, host: Host) -> None:
    """Raise UserError with all that is missing, one line each."""
    found = missing(recipe, host)
    if len(found) > 1:
        raise UserError("\n".join([f"{len(found)} things are missing", *found]))
    if found:
        raise UserError(found[0])


def _stage_of(section: str) -> str:
    return next(stage for stage, sections in SECTIONS.items() if section in sections)


def _check_floor(recipe: Recipe) -> None:
    if floor := load_preset(recipe.timeline).floor:
        FLOORS.check(floor)


def _check_gates(recipe: Recipe) -> None:
    gates = recipe.gates
    limits_for(VOICES.resolve(recipe.speech).source, gates.limits)
    if gates.fallback:
        VOICES.check(gates.fallback)
    if gates.judge:
        JUDGES.check(gates.judge)


def _complaint(check: Callable[[], object]) -> str | None:
    """Return what a check says, if it says something."""
    try:
        check()
    except UserError as error:
        return str(error)
    return None


def _endpoints(section: str, options: object) -> Iterator[str]:
    """Yield the servers in a backend's options, however deep, at which nothing listens."""
    if isinstance(options, (list, tuple)):
        for item in options:
            yield from _endpoints(section, item)
    if not isinstance(options, BaseModel):
        return
    fields = dict(options)
    if isinstance(fields.get("url"), str):
        variable = fields.get("url_env")
        url = os.environ.get(variable or "") or fields["url"]
        remedy = f"set ${variable}" if variable else f"mend {section}.options"
        if problem := _unreachable(url):
            yield f"{section}: no server answers at {url} ({problem}); start it, or {remedy}"
    for value in fields.values():
        yield from _endpoints(section, value)


def _unreachable(url: str) -> str | None:
    """Return why nothing can be asked at a URL."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS).close()
    except (OSError, ValueError) as error:
        return str(error)
    return None


def _environment(stage: str, place: StageHost, uses: list[str]) -> Iterator[str]:
    """Yield why a stage's interpreter cannot run its backends."""
    needed = [found for use in uses if (found := environments.serving(use))]
    imports = [name for environment in needed for name in environment.imports]
    python = place.py_executable or sys.executable
    if not needed and place.py_executable is None:
        return
    for problem in environments.check(python, imports):
        if place.py_executable is None:
            yield (
                f"{stage}: {', '.join(uses)} needs an environment of its own ({problem}): datagen"
                f" env create {needed[0].name}, and name its python in the host's"
                f" {stage}.py_executable"
            )
        else:
            again = f": datagen env create {needed[0].name}" if needed else ""
            yield f"{stage}: the host names {python}, and {problem}{again}"


def _gpu(stage: str, place: StageHost, address: str | None) -> Iterator[str]:
    """Yield that a stage wants a GPU where this machine is all there is."""
    if place.gpus and address is None and shutil.which("nvidia-smi") is None:
        yield (
            f"{stage}: the host gives it {place.gpus:g} of a GPU, and this machine has none: choose"
            " another --host, or join a cluster with --address"
        )
