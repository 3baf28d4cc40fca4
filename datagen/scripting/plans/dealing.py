"""Deal what a call's index alone decides: its domain, its turn in that domain, who calls.

Job, domains --deal_call--> DealtCall

Dealt in rounds, so each domain and each direction comes up equally often in any prefix.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from datagen.scripting.plans.draws import stratified
from datagen.types import Direction, Job, Split

DIRECTIONS = 20
"""Calls after which every share of a direction has come up."""


def split_of(key: str, validation: float) -> Split:
    """Return the split of a situation, ``domain/situation``: by hash, the same in every run."""
    place = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % 10_000
    return "validation" if place < validation * 10_000 else "train"


class DealtCall(NamedTuple):
    """What a call's index decides."""

    domain: str
    visit: int
    """How many dialogues of this domain have a smaller index, give or take one."""
    direction: Direction


def deal_domain(job: Job, domains: Sequence[str]) -> str:
    """Deal the domain of a call."""
    return domains[stratified(job.seed, f"{job.kind}/domain", job.index, len(domains))]


def deal_call(
    job: Job, domains: Sequence[str], *, outbound: float = 0.0, assistant: float = 0.0
) -> DealtCall:
    """Deal a call; ``outbound`` and ``assistant`` are shares of all calls, in twentieths."""
    domain = deal_domain(job, domains)
    turn = stratified(job.seed, f"{job.kind}/direction", job.index, DIRECTIONS)
    direction: Direction = "inbound"
    if turn < round(assistant * DIRECTIONS):
        direction = "assistant"
    elif turn < round((assistant + outbound) * DIRECTIONS):
        direction = "outbound"
    return DealtCall(domain, job.index // len(domains), direction)
