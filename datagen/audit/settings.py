"""Checks of run.json, plan.json and the folder itself, before any Parquet file is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from datagen.audit.report import Finding
from datagen.storage import Storage

_SECRETS = re.compile(
    r"\b(sk-[\w-]{16,}|AKIA[0-9A-Z]{16}|hf_\w{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|nvapi-[\w-]{16,})"
)


def secrets(storage: Storage) -> Iterator[Finding]:
    """run.json travels with the data, and must hold no key of anybody's account."""
    for match in _SECRETS.finditer(storage.read("run.json").decode()):
        sentence = (
            f"holds what looks like a secret ({match[0][:4]}...): take it out and revoke it;"
            " keys belong in the environment"
        )
        yield Finding("secrets", "run.json", sentence)


def sums(run: dict[str, Any], plan: dict[str, Any]) -> Iterator[Finding]:
    """The plan's numbers follow from each other, and are of this run."""
    blocks = -(-plan["dialogs"] // plan["dialogs_per_block"])
    shards = -(-plan["blocks"] // plan["blocks_per_shard"])
    if plan["blocks"] < blocks:
        sentence = f"plans {plan['blocks']} blocks, too few for {plan['dialogs']} dialogues"
        yield Finding("plan", "plan.json", sentence)
    if plan["shards"] != shards:
        sentence = f"plans {plan['shards']} shards where its blocks make {shards}"
        yield Finding("plan", "plan.json", sentence)
    if plan["kind"] != run["recipe"]["kind"]:
        sentence = f"is of kind {plan['kind']}, but run.json of {run['recipe']['kind']}"
        yield Finding("plan", "plan.json", sentence)


def strays(storage: Storage, planned: set[str]) -> Iterator[Finding]:
    """No shard is there that is not planned: whoever reads shards/*.parquet would read it."""
    for name in storage.names("shards"):
        if name.endswith(".parquet") and name not in planned:
            yield Finding("stray", f"shards/{name}", "is not in the plan; move it away")
