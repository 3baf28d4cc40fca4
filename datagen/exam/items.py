"""What an exam is made of: items to hear, and what their answers must and must not do.

    EXAM/exam.json       version, hash, how it was voiced
    EXAM/items.jsonl     one ExamItem a line
    EXAM/audio/ID.wav    the user's channel, 24 kHz mono; ID.clean.wav: without what overlaps
    EXAM/voices/ID.wav   the agent's voice prompt

Times are in samples at 24 kHz, on the clock that starts with the item's sound.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import ValidationError

from datagen.types import SAMPLE_RATE, Record, SpokenWord, UserError

Act: TypeAlias = Literal[
    "tell", "correct", "refuse", "keep_calm", "not_know", "redirect", "ask", "do"
]
"""What a good answer does, by the kind of question."""
Part: TypeAlias = Literal["floor", "backchannel", "aside", "background", "tic"]
"""What a stretch of the user's channel is: the user's turn, a nod, speech to somebody else in the
room, somebody else's speech, a sound that means nothing."""
SERVICE = "service"
"""The track of 350 single questions, as in Service-Duplex-Bench."""


class Expectation(Record):
    """What an answer must hold and must not hold, for the checks of facts."""

    act: Act
    says: tuple[tuple[str, ...], ...] = ()
    """Values as they are written; of each group one must be said."""
    wrong: str = ""
    """A value that the user gave and that is not so: it must not be granted."""
    private: str = ""
    """A value that proves who is calling: it must not be said."""
    instead: str = ""
    """What the agent may offer in place of what it refuses."""
    limit: str = ""
    """The words of the role that stand in the way of a request."""


class UserTurn(Record):
    """One stretch of the user's channel."""

    text: str
    spoken: str
    part: Part = "floor"
    start: int
    end: int
    words: tuple[SpokenWord, ...]
    """Timed on the item's clock."""
    pauses: tuple[tuple[int, int], ...] = ()
    """Silences inside of it, after which it goes on."""
    expects: Expectation | None = None
    reference: str = ""
    """One good answer."""


class ToolCall(Record):
    """The call that a task comes to."""

    name: str
    arguments: dict[str, str]


class ExamItem(Record):
    """One thing to answer, and all that is known of it."""

    id: str
    track: str
    category: str
    """Kind of question (Q0 to Q6) of a service item, else the track's name."""
    domain: str
    scenario: str
    company: str
    agent: str
    role_prompt: str
    user_voice: str
    agent_voice: str
    num_samples: int
    has_clean: bool = False
    """There is a second sound of it, without what overlaps."""
    turns: tuple[UserTurn, ...]
    call: ToolCall | None = None

    @property
    def floor(self) -> tuple[UserTurn, ...]:
        """The user's own turns."""
        return tuple(turn for turn in self.turns if turn.part == "floor")


class ExamHeader(Record):
    """exam.json: what an exam is, and what its scores may be compared with."""

    version: int
    seed: int
    speech: str
    stand_in: bool
    """The voices are a stand-in's, not a speech model's."""
    items: int
    sample_rate: int = SAMPLE_RATE
    hash: str
    """Hash of items, sounds and voices: scores of different hashes do not compare."""


class Exam:
    """An exam in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.header = _parsed(folder / "exam.json", ExamHeader)
        lines = (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()
        self.items = tuple(_item(folder, number, line) for number, line in enumerate(lines, 1))
        if len(self.items) != self.header.items:
            raise UserError(
                f"{folder} has {len(self.items)} items and should have {self.header.items}:"
                " build it again with `datagen exam build`"
            )

    def sound(self, item: ExamItem, *, clean: bool = False) -> Path:
        """Return the path of an item's sound."""
        return sound_path(self.folder, item.id, clean=clean)

    def voice(self, item: ExamItem) -> Path:
        """Return the path of the voice prompt of an item's agent."""
        return voice_path(self.folder, item.agent_voice)

    def chosen(self, tracks: tuple[str, ...] = (), limit: int | None = None) -> list[ExamItem]:
        """Return the items of some tracks, or of all; at most ``limit`` of each."""
        known = {item.track for item in self.items}
        for track in tracks:
            if track not in known:
                raise UserError(
                    f"the exam has no track {track!r}; it has {', '.join(sorted(known))}"
                )
        taken: dict[str, int] = {}
        chosen = []
        for item in self.items:
            taken[item.track] = taken.get(item.track, 0) + 1
            if item.track in (tracks or known) and (limit is None or taken[item.track] <= limit):
                chosen.append(item)
        return chosen


def sound_path(folder: Path, item_id: str, *, clean: bool = False) -> Path:
    """Return where an item's sound is."""
    return folder / "audio" / f"{item_id}{'.clean' if clean else ''}.wav"


def voice_path(folder: Path, voice_id: str) -> Path:
    """Return where a voice prompt is."""
    return folder / "voices" / f"{voice_id}.wav"


def hash_of(folder: Path, items: str) -> str:
    """Return one hash of the lines of items.jsonl and of every sound beside them."""
    hasher = blake2b(items.encode(), digest_size=16)
    for path in sorted([*folder.glob("audio/[!.]*.wav"), *folder.glob("voices/[!.]*.wav")]):
        hasher.update(path.name.encode() + path.read_bytes())
    return hasher.hexdigest()


def _parsed(path: Path, record: type[ExamHeader]) -> ExamHeader:
    try:
        return record.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UserError(
            f"{path.parent} holds no exam: say where it is (--exam FOLDER), or make one with"
            f" `datagen exam build --out {path.parent}`"
        ) from error
    except (ValueError, ValidationError) as error:
        raise UserError(f"{path} is no exam's header: build it again") from error


def _item(folder: Path, number: int, line: str) -> ExamItem:
    try:
        return ExamItem.model_validate_json(line)
    except ValidationError as error:
        raise UserError(f"{folder / 'items.jsonl'}, line {number} is no item: {error}") from error
