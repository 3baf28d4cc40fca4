"""The nodes of the cluster that is joined: ask each something, prove that storage is shared.

question --one task pinned to each node--> (node, answer or what went wrong)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from datagen.storage import Where, open_storage
from datagen.types import UserError

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds that a node may take to answer; a new one has to start a process first."""


@dataclass(frozen=True)
class Node:
    """One raylet."""

    id: str
    name: str
    """Its address, as `ray list nodes` shows it."""
    cpus: float
    gpus: float


@dataclass(frozen=True)
class NodeAnswer(Generic[T]):
    """What a node said, or why it did not."""

    node: Node
    value: T | None
    problem: str | None = None


def nodes() -> list[Node]:
    """Return the nodes that are alive, in order of their addresses."""
    import ray

    alive: list[dict[str, Any]] = [
        node
        for node in ray.nodes()  # type: ignore[no-untyped-call]
        if node["Alive"]
    ]
    found = [
        Node(
            node["NodeID"],
            node["NodeManagerAddress"],
            node["Resources"].get("CPU", 0.0),
            node["Resources"].get("GPU", 0.0),
        )
        for node in alive
    ]
    return sorted(found, key=lambda node: (node.name, node.id))


def ask_each(question: Callable[[Node], T]) -> Iterator[NodeAnswer[T]]:
    """Call a function on every node, in the cluster's own interpreter; yield in order of names."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    task = ray.remote(question)
    asked = [
        (
            node,
            task.options(
                num_cpus=0,
                max_retries=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
            ).remote(node),
        )
        for node in nodes()
    ]
    for node, reference in asked:
        try:
            yield NodeAnswer(node, ray.get(reference, timeout=PATIENCE))
        except Exception as error:  # the node is lost, lacks datagen, or hangs
            if node.id not in {other.id for other in nodes()}:
                continue  # it has left the cluster since: no worker will start there
            cause = getattr(error, "cause", None) or error
            reason = " ".join(str(cause).split())[-300:]
            yield NodeAnswer(node, None, f"it gives no answer ({type(cause).__name__}: {reason})")


def shared(where: Where) -> list[tuple[Node, str | None]]:
    """Write to a run folder here and read it on each node; return why one does not see it."""
    storage, nonce = open_storage(where), secrets.token_hex(8)
    name = f".seen-{nonce}"
    with storage.write(name) as file:
        file.write(nonce.encode())
    try:
        place = storage.where
        answers = list(ask_each(lambda node: unseen(place, name, nonce)))
    finally:
        storage.delete(name)
    return [(answer.node, answer.problem or answer.value) for answer in answers]


def unseen(where: str, name: str, nonce: str) -> str | None:
    """Return why this machine does not see what the driver wrote; None if it does."""
    try:
        storage = open_storage(where)
        if storage.appears(name) and storage.read(name) == nonce.encode():
            return None
    except FileNotFoundError:
        pass
    except (OSError, UserError) as error:
        return f"it cannot read {where} ({error})"
    return f"it does not see what is written to {where}"


def require_shared(where: Where) -> None:
    """Raise UserError if a node of the cluster has another folder of that name."""
    for node, problem in shared(where):
        if problem:
            raise UserError(
                f"node {node.name}: {problem}; give --out a folder on a disk that all"
                " nodes share, or s3://BUCKET/FOLDER (gs://, abfs://)"
            )
