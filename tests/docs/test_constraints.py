"""Versions that the Makefile installs are of every package that the project asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*")


def name(requirement: str) -> str:
    return re.split(r"[\s\[<>=;!~]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_every_requirement_has_a_version_and_nothing_else() -> None:
    text = (ROOT / "constraints.txt").read_text()
    pinned = [line.lower() for line in text.splitlines() if line and not line.startswith("#")]
    assert all(LINE.fullmatch(line.replace("_", "-")) for line in pinned), pinned
    assert len({name(line) for line in pinned}) == len(pinned)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = {
        name(one)
        for one in (
            *project["project"]["dependencies"],
            *project["project"]["optional-dependencies"]["espeak"],
            *groups["dev"],
            *groups["train"],
        )
    }
    assert asked <= {name(line) for line in pinned}
