"""The scores of one training, kept beside it: a rehearsal that goes on need not score it again.

OUT/25-percent-seed-1, what was trained and asked  ->  scores.json  ->  its scores

The file alone is enough: trainings of several machines are one table once their folders are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from train.config import UserError
from train.evaluation import Values

FILE = "scores.json"
Asked = Mapping[str, Any]
"""What the scores depend on, by name."""


def read(folder: Path, asked: Asked, *, can_repeat: bool) -> Values | None:
    """Return the scores that were kept; None if there are none.

    Those of something else are an error, unless it ``can_repeat``: what is asked can be scored.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        before, scores = dict(content["asked"]), dict(content["scores"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} does not hold the scores of a training: delete it") from error
    changed = [name for name, value in _plain(asked).items() if before.get(name) != value]
    if not changed:
        return scores
    if can_repeat:
        return None
    told = ", ".join(f"{name} {before.get(name)}, not {asked[name]}" for name in sorted(changed))
    raise UserError(f"{path} is of another training, with {told}: set it back, or delete the file")


def write(folder: Path, asked: Asked, scores: Values) -> None:
    """Keep the scores of a training."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"asked": _plain(asked), "scores": scores}
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    part.replace(folder / FILE)


def _plain(asked: Asked) -> dict[str, Any]:
    """Return what JSON makes of it, tuples being lists."""
    found: dict[str, Any] = json.loads(json.dumps(dict(asked)))
    return found
