"""Checks that nothing kept for the benchmark (prompts/held_out.yaml) is in a shard.

A held-out role is known by its company, its agent's name, and its scenario in its domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import yaml

from datagen import assets
from datagen.audit.rows import Row

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def held_out_roles(row: Row) -> Iterator[str]:
    """No company, agent or scenario of the benchmark is in a dialogue's role or facts."""
    values = row.values
    if is_scenario(values["domain"], values["scenario"]):
        name = values["scenario"].partition("/")[0]
        yield f"its scenario {values['domain']}/{name} is held out for the benchmark"
    said = [values["role_prompt"], values["user_role_prompt"] or ""]
    said += [fact["written"] for fact in values["facts"]]
    for name in sorted(set(re.findall(pattern(), "\n".join(said)))):
        yield f"{name!r} is held out for the benchmark"


def is_scenario(domain: str, scenario: str) -> bool:
    """Return whether a scenario of a domain is kept for the benchmark."""
    return (domain, scenario.partition("/")[0]) in _scenarios()


@cache
def pattern() -> str:
    """Return a regular expression of all companies and agents that are kept for the benchmark."""
    names = [role[part] for role in _roles() for part in ("company", "agent")]
    return rf"\b(?:{'|'.join(map(re.escape, names))})\b"


@cache
def _roles() -> list[dict[str, str]]:
    text = assets.find("prompts", "held_out").read_text(encoding="utf-8")
    roles: list[dict[str, str]] = yaml.load(text, Loader=_Loader)["roles"]
    return roles


@cache
def _scenarios() -> frozenset[tuple[str, str]]:
    return frozenset((role["domain"], role["scenario"]) for role in _roles())


CHECKS = (held_out_roles,)
