"""Which dialogues people took: the marks file of `datagen view`, read as lines of JSON.

    RUN.marks.jsonl --labels--> {dialogue id: tags and verdicts} --taken--> [N] of booleans

A line adds or removes tags, or holds one person's verdict; later lines count. One reject is enough.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.config import UserError


def labels(path: Path) -> dict[str, set[str]]:
    """Return the tags and verdicts of each dialogue; lines that are no marks are passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"data.marks: {path} cannot be read ({error.strerror})") from error
    tags: dict[str, set[str]] = {}
    verdicts: dict[str, dict[str, str]] = {}
    for line in lines:
        mark = _parsed(line)
        if mark is None:
            continue
        dialog_id = mark["dialog_id"]
        said = tags.setdefault(dialog_id, set())
        said |= set(mark.get("add", ()))
        said -= set(mark.get("remove", ()))
        if "verdict" in mark:
            verdicts.setdefault(dialog_id, {})[mark.get("who", "")] = mark["verdict"]
    for dialog_id, by_person in verdicts.items():
        given = set(by_person.values()) - {"", None}
        tags[dialog_id] |= {"reject"} if "reject" in given else given
    return tags


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        mark = json.loads(line)
    except ValueError:
        return None
    return mark if isinstance(mark, dict) and isinstance(mark.get("dialog_id"), str) else None


def taken(
    dialog_ids: Sequence[str], path: Path, keep: Collection[str], leave_out: Collection[str]
) -> NDArray[np.bool_]:
    """Return which dialogues are taken [N].

    One has none of the tags ``leave_out`` and, unless ``keep`` is empty, one of those.
    """
    known = labels(path)
    chosen = []
    for dialog_id in dialog_ids:
        said = known.get(dialog_id, set())
        chosen.append(not said & set(leave_out) and (not keep or bool(said & set(keep))))
    return np.array(chosen, bool)
