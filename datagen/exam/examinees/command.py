"""Asks a model by a command for each item, such as ``python -m moshi.offline``.

The command's words may hold {audio}, {clean}, {role}, {voice}, {voices}, {voice_name}, {out},
{text} and {seed}: the item's sound, the same without its overlap, the role prompt, the voice
prompt, its folder, its name there, the sound to write, the file for the model's text, and a number
drawn from the item's id.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datagen.exam.answers import AnswerRecord, read_sound
from datagen.exam.examinees.base import ModelReply, NoAnswer
from datagen.exam.items import Exam, ExamItem
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, SpokenWord, UserError

FIELDS = ("audio", "clean", "role", "voice", "voices", "voice_name", "out", "text", "seed")
_FIELD = re.compile(r"\{([a-z_]+)\}")
FRAME_SECONDS = 0.08
_SAID = 300
"""Most characters of a command's own words that are kept."""


class Command:
    """A program that is started for each item."""

    name = "command"
    may_lack = False

    def __init__(self, command: str, *, seed: int = 0, timeout: float = 600.0, at_once: int = 1):
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise UserError(f"--command cannot be read: {error}") from error
        if not any("{out}" in word for word in self._words):
            raise UserError("--command needs {out}, the sound file that it has to write")
        unknown = set(_FIELD.findall(command)) - set(FIELDS)
        if unknown:
            raise UserError(
                f"--command has {{{min(unknown)}}}, which is no field; there are"
                f" {', '.join(f'{{{name}}}' for name in FIELDS)}"
            )
        self.settings: Mapping[str, Any] = {"command": command, "seed": seed}
        self.at_once = at_once
        self._seed, self._timeout = seed, timeout

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        """Run the command, read what it wrote."""
        out, text = work / "output.wav", work / "output.json"
        values = {
            "audio": exam.sound(item).resolve(),
            "clean": exam.sound(item, clean=item.has_clean).resolve(),
            "role": item.role_prompt,
            "voice": exam.voice(item).resolve(),
            "voices": exam.voice(item).resolve().parent,
            "voice_name": exam.voice(item).name,
            "out": out.resolve(),
            "text": text.resolve(),
            "seed": seed_for(self._seed, item.id, "exam") % 2**31,
        }
        begun = time.monotonic()
        self._run([_filled(word, values) for word in self._words], work)
        if not out.exists():
            raise NoAnswer(f"the command wrote no {out.name}")
        words = read_text(text) if text.exists() else None
        record = AnswerRecord(item=item.id, words=words, seconds=time.monotonic() - begun)
        return ModelReply(record, read_sound(out))

    def _run(self, words: list[str], work: Path) -> None:
        try:
            made = subprocess.run(
                words, cwd=None, capture_output=True, text=True, timeout=self._timeout, check=False
            )
        except FileNotFoundError as error:
            raise UserError(f"--command: there is no program {words[0]}") from error
        except subprocess.TimeoutExpired as error:
            raise NoAnswer(f"the command took longer than {self._timeout:g} s") from error
        if made.returncode:
            said = (made.stderr or made.stdout).strip()[-_SAID:]
            raise NoAnswer(f"the command ended with {made.returncode}: {said}")

    def close(self) -> None:
        """Nothing is open between items."""


def _filled(word: str, values: Mapping[str, Any]) -> str:
    for name in FIELDS:
        word = word.replace(f"{{{name}}}", str(values[name]))
    return word


def read_text(path: Path) -> tuple[SpokenWord, ...]:
    """Return the words of a text file of a model's.

    Either {"chunks": [{"text", "timestamp": [s, e]}]}, or a list of pieces a frame, as
    ``moshi.offline`` of PersonaPlex writes it: a piece that begins with a blank begins a word.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise NoAnswer(f"{path.name} is no JSON") from error
    if isinstance(value, dict) and isinstance(value.get("chunks"), list):
        return tuple(_timed(chunk) for chunk in value["chunks"])
    if isinstance(value, list) and all(isinstance(piece, str) for piece in value):
        return tuple(from_pieces(value))
    raise NoAnswer(f"{path.name} has neither chunks with timestamps nor a piece for each frame")


def _timed(chunk: Any) -> SpokenWord:
    try:
        start, end = (round(float(time) * SAMPLE_RATE) for time in chunk["timestamp"])
        return SpokenWord(text=str(chunk["text"]).strip(), start=start, end=end)
    except (KeyError, TypeError, ValueError) as error:
        raise NoAnswer("a chunk of its text has no text or no timestamp") from error


def from_pieces(pieces: list[str]) -> list[SpokenWord]:
    """Return words from a text stream of one piece a frame (80 ms); PAD and EPAD are no pieces."""
    words: list[SpokenWord] = []
    size = round(FRAME_SECONDS * SAMPLE_RATE)
    for frame, raw in enumerate(pieces):
        piece = raw.replace("\u2581", " ")
        if not piece.strip() or piece.strip() in ("PAD", "EPAD", "<pad>", "<unk>"):
            continue
        start, end = frame * size, (frame + 1) * size
        if words and not piece.startswith(" "):
            last = words[-1]
            words[-1] = SpokenWord(text=last.text + piece.strip(), start=last.start, end=end)
        else:
            words.append(SpokenWord(text=piece.strip(), start=start, end=end))
    return words
