"""What Ray says when it ends a worker because its node's memory is nearly full.

Its monitor ends the worker that began last, whoever filled the memory: another program, or a file
cache that it takes for memory in use. Only a worker that had most of it itself is to blame.
"""

from __future__ import annotations

import re

_FULL = re.compile(r"low on memory|memory usage threshold|OOM kill reason", re.IGNORECASE)
_OF_NODE = re.compile(r"was ([\d.]+)\s?GB(?: used)? / [\d.]+\s?GB")
_OF_WORKER = re.compile(r"memory used=([\d.]+)\s?GB")
MOST = 0.5
"""The part of a node's memory in use that makes a worker the one to blame."""


def starved(error: BaseException) -> bool:
    """Return whether a worker was ended for memory that others held."""
    said = str(error)
    if not (type(error).__name__ == "OutOfMemoryError" or _FULL.search(said)):
        return False
    node = _OF_NODE.search(said)
    ours = max((_number(found[1]) for found in _OF_WORKER.finditer(said)), default=0.0)
    return node is None or ours < MOST * _number(node[1])


def said(error: BaseException, stage: str) -> str:
    """Say why the worker was ended, and how to mend it."""
    node = _OF_NODE.search(str(error))
    memory = f" ({node[0].removeprefix('was ')})" if node else ""
    return (
        f"Ray ended its worker as its node's memory is nearly full{memory}, and most of it is not"
        f" its own: end other programs there, give the host's {stage}.workers a smaller number, or,"
        " if Ray counts wrongly, start it with RAY_memory_monitor_refresh_ms=0"
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
