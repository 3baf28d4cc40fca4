"""A listening test: a page for raters, and what their ratings come to (degradation MOS).

    answers of several models --write_test--> DIR/index.html, key.json, audio/NNN.flac
    DIR/key.json, ratings.csv of many raters --ratings_of--> means with intervals, alpha

Clips are shuffled and named by number, so that a rater cannot tell the models. Every page has
controls of attention: clips of noise, which nobody who listens rates over 2. Who does is left out.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from datagen.audio.files import write as write_sound
from datagen.exam import stats
from datagen.exam.answers import Answers, read_sound
from datagen.exam.items import Exam, ExamItem
from datagen.exam.page import both
from datagen.seeds import rng_for
from datagen.storage import atomic
from datagen.types import SAMPLE_RATE, Stereo, UserError

KEY = "key.json"
CONTROL = "control"
"""What the key calls a clip of noise."""
CONTROLS = 3
MOST_FOR_NOISE = 2
"""Highest rating of noise by one who listens."""
SCALE = (
    (5, "as natural as two people talking"),
    (4, "natural, with small flaws"),
    (3, "acceptable, clearly not two people"),
    (2, "poor"),
    (1, "bad"),
)
_STYLE = Path(__file__).with_name("page.css")
_SCRIPT = Path(__file__).with_name("listening.js")


def write_test(
    exam: Exam,
    models: Sequence[Answers],
    items: Sequence[ExamItem],
    folder: Path,
    seed: int = 0,
) -> int:
    """Write a test of the items that all models answered; return its clips."""
    common = [item for item in items if all(answers.has(item.id) for answers in models)]
    if not common:
        raise UserError("there is no item that all of these models have answered")
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty: give another --out")
    clips = [(answers.header.model, item.id) for answers in models for item in common]
    if len({answers.header.model for answers in models}) < len(models):
        raise UserError("two of these models have one name: answer again with another --model")
    clips += [(CONTROL, str(number)) for number in range(CONTROLS)]
    order = rng_for(seed, "listening", "exam").permutation(len(clips))
    by_name = {answers.header.model: answers for answers in models}
    by_id = {item.id: item for item in common}
    key = {}
    for number, place in enumerate(order):
        model, item_id = clips[int(place)]
        name = f"{number:03d}"
        key[name] = {"model": model, "item": item_id}
        if model == CONTROL:
            sound = _noise(seed, item_id)
        else:
            item = by_id[item_id]
            sound = both(read_sound(exam.sound(item)), by_name[model].sound(item_id))
        with atomic(folder / "audio" / f"{name}.flac") as file:
            write_sound(file, sound, "FLAC")
    with atomic(folder / KEY) as file:
        file.write(json.dumps(key, indent=1).encode())
    with atomic(folder / "listening.js") as file:
        file.write(_SCRIPT.read_bytes())
    with atomic(folder / "index.html") as file:
        file.write(_page(sorted(key)).encode())
    return len(key)


def _noise(seed: int, name: str) -> Stereo:
    rng = rng_for(seed, name, "exam", "control")
    return np.asarray(rng.normal(0, 0.05, (2, 4 * SAMPLE_RATE)), np.float32)


def _page(names: Sequence[str]) -> str:
    fields = "\n".join(_field(name) for name in names)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " media-src 'self'; script-src 'self'; style-src 'unsafe-inline'\">"
        f"<title>Listening test</title><style>{_STYLE.read_text('utf-8')}</style></head>\n"
        "<body><main><h1>Listening test</h1>\n<p>Use headphones. Play each clip to its end, and"
        " say how natural the conversation sounds: the voice on the left, when it speaks, and when"
        " it is silent. Every rater hears the clips in another order.</p>\n"
        '<p><label>Your name or number <input id="rater"></label></p>\n'
        f'<form id="clips">{fields}</form>\n<p><button id="save">Save ratings.csv</button>'
        ' <output id="left"></output></p>\n<script src="listening.js"></script>'
        "</main></body></html>\n"
    )


def _field(name: str) -> str:
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{grade}"> {grade} {escape(words)}</label>'
        for grade, words in SCALE
    )
    return (
        f'<fieldset data-clip="{name}"><legend>Clip</legend>'
        f'<audio controls preload="none" src="audio/{name}.flac"></audio><br>{choices}</fieldset>'
    )


@dataclass(frozen=True)
class TestRatings:
    """What raters said."""

    means: dict[str, stats.Mean]
    """Mean rating of each model, with its interval over clips and raters."""
    alpha: float | None
    """Krippendorff's alpha of the raters who listened (interval scale)."""
    raters: int
    left_out: tuple[str, ...]
    """Raters who rated noise over 2, or rated no control."""


def ratings_of(folder: Path, files: Sequence[Path]) -> TestRatings:
    """Return what raters' files come to. Raises UserError for a file that is none."""
    try:
        key = json.loads((folder / KEY).read_text("utf-8"))
    except OSError as error:
        raise UserError(f"{folder} holds no listening test: it has no {KEY}") from error
    by_rater = _read(files, key)
    left_out = tuple(sorted(rater for rater, rated in by_rater.items() if not _listens(rated, key)))
    kept = {rater: rated for rater, rated in by_rater.items() if rater not in left_out}
    values: dict[str, list[float]] = defaultdict(list)
    for rated in kept.values():
        for clip, grade in rated.items():
            values[key[clip]["model"]].append(grade)
    values.pop(CONTROL, None)
    clips = [clip for clip, what in key.items() if what["model"] != CONTROL]
    rows = [[rated.get(clip) for clip in clips] for rated in kept.values()]
    means = {model: mean for model, found in values.items() if (mean := stats.mean(found))}
    return TestRatings(means, stats.krippendorff(rows), len(kept), left_out)


def _listens(rated: Mapping[str, float], key: Mapping[str, Any]) -> bool:
    noise = [grade for clip, grade in rated.items() if key[clip]["model"] == CONTROL]
    return bool(noise) and max(noise) <= MOST_FOR_NOISE


def _read(files: Sequence[Path], key: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for path in files:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UserError(f"{path} cannot be read ({error})") from error
        for number, row in enumerate(rows, 2):
            rater, clip, grade = (row.get(name) or "" for name in ("rater", "clip", "grade"))
            if clip not in key or grade not in ("1", "2", "3", "4", "5"):
                raise UserError(
                    f"{path}, line {number}: it needs the columns rater, clip (of this test)"
                    " and grade (1 to 5)"
                )
            found[rater or path.stem][clip] = float(grade)
    return found
