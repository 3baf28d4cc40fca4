"""A page of scored answers: every item with its sound on two channels, what was said, and why.

    Exam, Answers, scores.json --write_page--> DIR/index.html, DIR/audio/ID.flac

It opens from a disk and has no script. LEFT is the agent, RIGHT the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from datagen.audio.files import write as write_sound
from datagen.exam import tables
from datagen.exam.answers import Answers, read_sound
from datagen.exam.items import Exam, ExamItem
from datagen.storage import atomic
from datagen.types import Audio, Stereo, UserError

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"


def write_page(
    exam: Exam,
    answers: Answers,
    items: Sequence[ExamItem],
    result: Mapping[str, Any],
    folder: Path,
    tell: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the page of some items; return its path."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "audio").is_dir():
        raise UserError(f"{folder} is not empty and holds no page of an exam: give another --out")
    scored = {one["item"]: one for one in result["scored"]}
    shown = [item for item in items if item.id in scored]
    for number, item in enumerate(shown, 1):
        with atomic(folder / "audio" / f"{item.id}.flac") as file:
            write_sound(file, both(read_sound(exam.sound(item)), answers.sound(item.id)), "FLAC")
        if tell is not None:
            tell(number, len(shown))
    path = folder / "index.html"
    with atomic(path) as file:
        file.write(render(shown, scored, result).encode())
    return path


def both(user: Audio, agent: Audio | None) -> Stereo:
    """Return the agent's and the user's channel [2, S], as long as the longer one."""
    sides = [np.zeros(0, np.float32) if agent is None else agent, user]
    found = np.zeros((2, max(map(len, sides))), np.float32)
    for row, side in zip(found, sides, strict=True):
        row[: len(side)] = side
    return found


def render(items: Sequence[ExamItem], scored: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Return the page."""
    title = f"{result['model']}: the exam"
    grades = (result.get("judge") or {}).get("grades", {})
    rows = "\n".join(_item(item, scored[item.id], grades.get(item.id)) for item in items)
    text = "\n".join(tables.lines(result))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f"<title>{escape(title)}</title><style>{_STYLE.read_text('utf-8')}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{_warning(result)}<pre>{escape(text)}</pre>\n"
        f"<h2>Items</h2>\n<p class='quiet'>The agent is on the left channel, the user on the"
        f" right.</p>\n{rows}\n</main></body></html>\n"
    )


def _warning(result: Mapping[str, Any]) -> str:
    if not result["exam"]["stand_in"]:
        return ""
    return "<p class='warn'>The users' voices are a stand-in's, not a speech model's.</p>\n"


def _item(item: ExamItem, score: Mapping[str, Any], grade: float | None) -> str:
    return (
        f"<details class='item {_outcome(score)}' id='{escape(item.id)}'><summary>"
        f"<span class='id'>{escape(item.id)}</span>{''.join(_chips(score, grade))}</summary>\n"
        f"<audio controls preload='none' src='audio/{escape(item.id)}.flac'></audio>\n"
        f"<p class='role'>{escape(item.role_prompt)}</p>\n<ol>{''.join(_turns(item, score))}</ol>"
        f"{_figures(score)}</details>"
    )


def _outcome(score: Mapping[str, Any]) -> str:
    outcomes = {turn["outcome"] for turn in score["turns"]}
    return next((name for name in ("fail", "unclear", "pass") if name in outcomes), "none")


def _chips(score: Mapping[str, Any], grade: float | None) -> Iterator[str]:
    outcomes = [turn["outcome"] for turn in score["turns"]]
    for name in ("pass", "unclear", "fail"):
        if count := outcomes.count(name):
            shown = name if len(outcomes) == 1 else f"{count} {name}"
            yield f" <span class='chip {name}'>{shown}</span>"
    if score["tag"]:
        yield f" <span class='chip'>{escape(score['tag'])}</span>"
    if grade is not None:
        yield f" <span class='chip'>judge {grade:.2f}</span>"
    if score["error"]:
        yield f" <span class='chip fail'>{escape(score['error'])}</span>"


def _turns(item: ExamItem, score: Mapping[str, Any]) -> Iterator[str]:
    answers = {turn["turn"]: turn for turn in score["turns"]}
    for number, turn in enumerate(item.turns):
        part = "" if turn.part == "floor" else f" <span class='quiet'>({turn.part})</span>"
        yield f"<li><p class='user'>{escape(turn.text)}{part}</p>"
        if answer := answers.get(number):
            said = escape(answer["text"]) or "<span class='quiet'>nothing</span>"
            yield f"<p class='agent'>{said}</p><p class='why'>{escape(answer['why'])}</p>"
        if turn.reference:
            yield f"<p class='quiet'>a good answer: {escape(turn.reference)}</p>"
        yield "</li>"


def _figures(score: Mapping[str, Any]) -> str:
    if not score["figures"]:
        return ""
    cells = (
        f"<tr><td>{escape(name)}</td><td>{value:.3f}</td></tr>"
        for name, value in sorted(score["figures"].items())
    )
    return f"<table>{''.join(cells)}</table>"
