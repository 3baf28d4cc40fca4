"""What is missing on this machine before a recipe can run on a host: all of it, one line each.

Recipe, Host --examine--> [Check("speech.dia", "speech.options.model: ..."), Check("voices"), ...]
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from datagen.backends.registry import FLOORS, JUDGES, TABLES, VOICES, Table
from datagen.config import SECTIONS, Host, Recipe, StageHost
from datagen.doctor import environments
from datagen.engine.pipeline import ResolvedRecipe
from datagen.gates.limits import limits_for
from datagen.types import UserError
from datagen.voices import casting

CONNECT_SECONDS = 3.0


@dataclass(frozen=True)
class Check:
    """One thing that is needed, and what is wrong if it is not there."""

    subject: str
    problem: str | None = None


def examine(
    resolved: ResolvedRecipe, host: Host, stages: Collection[str] = tuple(SECTIONS)
) -> list[Check]:
    """Look at everything that stages need on this machine, in the line's order."""
    recipe = resolved.recipe
    checks = _cluster(host.address)
    for table in TABLES:
        if _stage_of(table.section) in stages:
            checks += _backend(table, recipe, host)
    checks.append(Check("timeline", _complaint(lambda: _check_floor(resolved))))
    checks.append(Check("gates", _complaint(lambda: _check_gates(recipe))))
    checks.append(
        Check(
            "voices",
            _complaint(lambda: casting.check(recipe.voices, VOICES.speakers(recipe.speech))),
        )
    )
    for stage in stages:
        place: StageHost = getattr(host, stage)
        uses = [f"{name}.{getattr(recipe, name).use}" for name in SECTIONS[stage]]
        subject = f"python of {stage} ({place.py_executable or 'this one'})"
        checks += _checks(subject, _environment(stage, place, uses))
        if place.gpus:
            checks += _checks(f"GPU of {stage}", _gpu(stage, place, host.address))
    return checks


def missing(resolved: ResolvedRecipe, host: Host) -> list[str]:
    """Return everything that is missing, each once; nothing if the recipe can run."""
    problems = [check.problem for check in examine(resolved, host) if check.problem]
    return list(dict.fromkeys(problems))


def require(resolved: ResolvedRecipe, host: Host) -> None:
    """Raise UserError with all that is missing, one line each."""
    found = missing(resolved, host)
    if len(found) > 1:
        raise UserError("\n".join([f"{len(found)} things are missing", *found]))
    if found:
        raise UserError(found[0])


def _checks(subject: str, problems: Iterable[str]) -> list[Check]:
    """Return one check for each problem, or one that says there is none."""
    return [Check(subject, problem) for problem in problems] or [Check(subject)]


def _cluster(address: str | None) -> list[Check]:
    """Look whether anything listens at a cluster's address: Ray itself would wait for minutes."""
    if address is None or ":" not in address:
        return []
    url = address if "://" in address else f"ray://{address}"
    problem = _unreachable(url)
    said = problem and f"no Ray answers at {address} ({problem}); mend --address or $RAY_ADDRESS"
    return [Check("cluster", said)]


def _backend(table: Table[Any], recipe: Recipe, host: Host) -> list[Check]:
    """Look at one section's backend, and at the servers it asks."""
    spec = getattr(recipe, table.section)
    # what runs under an interpreter of its own is looked for there, by `_environment`
    elsewhere = getattr(host, _stage_of(table.section)).has_own_packages
    subject = f"{table.section}.{spec.use}" + (", its options" if elsewhere else "")
    check = table.options if elsewhere else table.check
    if problem := _complaint(partial(check, spec)):
        return [Check(subject, problem)]
    return _checks(subject, _endpoints(table.section, table.options(spec)))


def _stage_of(section: str) -> str:
    return next(stage for stage, sections in SECTIONS.items() if section in sections)


def _check_floor(resolved: ResolvedRecipe) -> None:
    if floor := resolved.preset.floor:
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
    if place.runtime_env:
        yield from (f"{stage}: {problem}" for problem in environments.check_installer())
        return
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
