"""One turn's clip as it is used: pauses put in, words timed, perhaps cut short.

    Clip, words, pause lengths --stretch--> Take --cut--> Take

A take has its own clock, which starts with the clip; it only points into the clip, so no sound is
read or copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from datagen.types import SAMPLE_RATE, SpokenWord

SPLIT_FADE = SAMPLE_RATE // 200
"""Samples of fade on both sides of a pause: 5 ms, against clicks where the words touch."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples [start, end) of the clip, at ``at`` on the take's clock."""

    start: int
    end: int
    at: int
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Silence wanted inside a turn: ``num_samples`` more of it after ``after_word`` words."""

    after_word: int
    kind: str
    num_samples: int
    answer: int | None = None
    """The backchannel that made the speaker falter here, by its turn."""


@dataclass(frozen=True, slots=True)
class Take:
    """A clip's pieces and words on one clock, in samples."""

    pieces: tuple[Piece, ...]
    words: tuple[SpokenWord, ...]
    holds: tuple[Hold, ...] = ()

    @property
    def start(self) -> int:
        """Sample where the first word starts."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Sample where the last word ends."""
        return self.words[-1].end

    @property
    def num_samples(self) -> int:
        """Samples from the clip's first to the take's last."""
        last = self.pieces[-1]
        return last.at + last.end - last.start

    @property
    def num_spoken(self) -> int:
        """Samples from the first word's start to the last one's end."""
        return self.end - self.start

    def cut(self, num_words: int, fade: int) -> Take:
        """Stop after ``num_words`` words; what follows is faded out within ``fade`` samples."""
        words = self.words[:num_words]
        pieces = [piece for piece in self.pieces if piece.at <= words[-1].start]
        last = pieces[-1]
        end = last.start + words[-1].end + fade - last.at
        if end < last.end:
            pieces[-1] = replace(last, end=end, fade_out=fade)
        holds = tuple(hold for hold in self.holds if hold.after_word < num_words)
        return Take(tuple(pieces), words, holds)


def stretch(num_samples: int, words: Sequence[SpokenWord], holds: Sequence[Hold]) -> Take:
    """Split a clip of ``num_samples`` in the middle of the gaps where silence is wanted."""
    pieces: list[Piece] = []
    placed: list[SpokenWord] = []
    split, delay = 0, 0
    ordered = sorted(holds, key=lambda hold: hold.after_word)
    for hold in ordered:
        middle = (words[hold.after_word - 1].end + words[hold.after_word].start) // 2
        fade_in = SPLIT_FADE if pieces else 0
        pieces.append(Piece(split, middle, split + delay, fade_in, SPLIT_FADE))
        placed += _delayed(words[len(placed) : hold.after_word], delay)
        split, delay = middle, delay + hold.num_samples
    pieces.append(Piece(split, num_samples, split + delay, SPLIT_FADE if pieces else 0))
    placed += _delayed(words[len(placed) :], delay)
    return Take(tuple(pieces), tuple(placed), tuple(ordered))


def _delayed(words: Sequence[SpokenWord], delay: int) -> list[SpokenWord]:
    if not delay:
        return list(words)
    return [
        word.model_copy(update={"start": word.start + delay, "end": word.end + delay})
        for word in words
    ]
