"""What a stage needs from a model. Nothing here imports a model.

A backend is a class that inherits its protocol, owns an ``Options`` record, is built as
``cls(options)`` and does its heavy imports in ``__init__``. `check` and `identity` run on the
driver, before any worker starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from datagen.types import (
    Audio,
    Codes,
    Fault,
    Job,
    Line,
    Record,
    Reject,
    Rejected,
    Script,
    SpokenWord,
    Utterance,
)


class Backend(Protocol):
    """What every backend has."""

    stand_in: ClassVar[bool] = False
    """True for an embedded backend that takes a model's place; runs made with one say so."""
    Options: ClassVar[type[Record]] = Record

    def __init__(self, options: Any) -> None:
        """Load the model; ``options`` is an instance of ``Options``."""
        return

    @classmethod
    def check(cls, options: Any) -> None:
        """Raise UserError, naming the remedy, if what this backend needs is not here. Cheap."""
        return

    @classmethod
    def identity(cls, options: Any) -> dict[str, str]:
        """Return what besides the options decides the output (files' hashes, versions). Cheap."""
        return {}

    def close(self) -> None:
        """Free what a kill would leak: child processes, device memory."""
        return


class ScriptWriter(Backend, Protocol):
    """Writes dialogues as text."""

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order; threads may call it at once."""
        ...

    def spent(self) -> Mapping[str, Mapping[str, float]]:
        """Return what each model has done and cost since this was last asked, for the journal."""
        return {}


class DialogLines(NamedTuple):
    """Lines of one dialogue to be said."""

    lines: Sequence[Line]
    seed: int


class BatchKeeper(Protocol):
    """Keeps what was said together in a unit that is not finished: a lost worker's is not lost."""

    def sounds(self, what: object, make: Callable[[], list[Audio]]) -> list[Audio]:
        """Return the sounds [S] of a batch that ``what``, by its repr, decides; made if need be."""
        ...


class Synthesizer(Backend, Protocol):
    """Turns lines into speech, one clip a line."""

    source: ClassVar[str]
    """Name of this backend's synthetic speakers in a voice's ``source``."""
    license: ClassVar[str] = ""
    """Licence of the speakers that this backend has by name, as SPDX writes it."""
    random: ClassVar[bool] = True
    """False if a new seed gives the same take: retakes then change speed, parts or voice."""
    batches: ClassVar[bool] = False
    """True if `speak_batch` says lines of several dialogues together; it then gets whole blocks."""
    keeper: BatchKeeper | None = None
    """Where a backend that batches keeps each batch until its unit is committed."""

    @classmethod
    def speakers(cls, options: Any) -> Mapping[str, Sequence[str]]:
        """Return the speakers this backend has by name, by gender; none: any id is a speaker."""
        return {}

    def can_say(self, spoken: str) -> bool:
        """Return whether a line has no sound, such as a laugh, that this backend would garble."""
        return True

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice the lines of one dialogue, in order: one utterance each.

        Raises Rejected if the dialogue cannot be voiced well enough.
        """
        ...

    def speak_batch(self, requests: Sequence[DialogLines]) -> list[list[Utterance] | Rejected]:
        """Voice the lines of several dialogues, in order; clips depend on ``requests`` alone."""
        answers: list[list[Utterance] | Rejected] = []
        for lines, seed in requests:
            try:
                answers.append(self.speak(lines, seed=seed))
            except Rejected as verdict:
                answers.append(verdict)
        return answers

    def kept(self, what: object, make: Callable[[], list[Audio]]) -> list[Audio]:
        """Return the sounds [S] of a batch that ``what`` decides, as they were kept or made now."""
        return make() if self.keeper is None else self.keeper.sounds(what, make)


class Aligner(Backend, Protocol):
    """Finds when each word of a clip is said."""

    needs_audio: ClassVar[bool] = True
    """False if `align` never calls ``audio``: the stage then reads no sound at all."""

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Return one timed word for each whitespace-separated token of ``spoken``, in order.

        ``audio`` loads the clip if needed; ``words`` is what the synthesizer said, if anything.
        Raises Rejected if the words cannot be found.
        """
        ...


class Judge(Backend, Protocol):
    """Listens for what plain measures cannot tell: other words, another voice, bad sound."""

    def fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
        """Return what is wrong with a clip [S], or None; ``reference`` is its voice recorded."""
        ...


class Codec(Backend, Protocol):
    """Turns sound into tokens and back, in Mimi's geometry."""

    id: str
    hash: str
    """Hash of the weights or tables: shards of different hashes never mix."""
    codebooks: int
    cardinality: int
    silence: tuple[int, ...]
    """[K], one frame of digital silence."""
    sine: tuple[int, ...]
    """[K], the frame that stands for the user during the system prompt (440 Hz)."""

    def encode(self, audio: Audio) -> Codes:
        """Encode [S] to [K, ceil(S / FRAME)]."""
        ...

    def encode_batch(self, audios: Sequence[Audio]) -> list[Codes]:
        """Encode channels [S] of any lengths, in order; a codec on a GPU does many at once."""
        return [self.encode(audio) for audio in audios]

    def decode(self, codes: Codes) -> Audio:
        """Decode [K, T] to [T * FRAME]."""
        ...

    def encode_prompt(self, audio: Audio) -> Codes:
        """Encode a voice reference [S] as inference does (streaming, where that differs)."""
        return self.encode(audio)


class Tokenizer(Backend, Protocol):
    """Turns text into the ids of the text stream."""

    id: str
    hash: str
    size: int
    pad: int
    epad: int
    bos: int
    eos: int

    def encode(self, text: str) -> list[int]:
        """Return the ids of ``text``, without BOS or EOS."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; special ids are skipped."""
        ...


class Slot(Record):
    """A place inside a turn where its listener could do something (`timing.slots`)."""

    turn: int
    after_word: int
    """Number of the turn's spoken words that come before the slot."""
    kind: Literal["question", "sentence", "number", "clause", "filler"]
    since: int
    """Words since the slot before, or since the turn's start."""
    left: int
    """Words of the turn still to come."""


class Odds(Record):
    """What a listener would do at a slot: probabilities that add up to 1."""

    silence: float
    backchannel: float
    take_floor: float

    def __str__(self) -> str:
        return " ".join(f"{name} {value:.3f}" for name, value in self.model_dump().items())


class FloorPredictor(Backend, Protocol):
    """Predicts what a listener would do at places inside a turn."""

    def predict(self, script: Script, slots: Sequence[Slot]) -> list[Odds]:
        """Return the odds at each slot of a script, in order."""
        ...
