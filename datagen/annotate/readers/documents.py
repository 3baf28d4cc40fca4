"""JSON of corpora, of which anything may be missing or of another kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datagen.formats.text import read_text
from datagen.types import Rejected


def read_document(path: Path) -> dict[str, Any]:
    """Return a JSON object. Raises Rejected."""
    try:
        value = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise Rejected("transcript", f"{path.name} is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise Rejected("transcript", f"{path.name} is not a JSON object")
    return value


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list; nothing if it is none."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def time_of(value: Any) -> float | None:
    """Return a time in seconds, written as a number or as text; None if it is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if 0 <= found < 1e7 else None
