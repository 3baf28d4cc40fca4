"""What rules hear of a channel: words and stretches of speech, in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

Mode: TypeAlias = Literal["as-published", "corrected"]
MODES: tuple[Mode, Mode] = ("as-published", "corrected")


class TimeSpan(NamedTuple):
    """A stretch of time in seconds; ``end`` is exclusive."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """How long it lasts, in seconds."""
        return self.end - self.start

    def meets(self, other: TimeSpan) -> bool:
        """Tell whether two stretches have time in common."""
        return self.start < other.end and other.start < self.end


class HeardWord(NamedTuple):
    """A word and when it is said, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Channel:
    """One speaker's side of an item."""

    seconds: float
    """Length of the recording."""
    words: Sequence[HeardWord] = ()
    speech: Sequence[TimeSpan] = field(default=())
    """Stretches that a voice detector calls speech, in order."""

    def between(self, start: float, end: float = float("inf")) -> Channel:
        """Return what begins within a time."""
        return Channel(
            self.seconds,
            [word for word in self.words if start <= word.start < end],
            [span for span in self.speech if start <= span.start < end],
        )

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(word.text for word in self.words)


def merged(spans: Iterable[TimeSpan], gap: float) -> list[TimeSpan]:
    """Join stretches that are at most ``gap`` seconds apart."""
    found: list[TimeSpan] = []
    for span in sorted(spans):
        if found and span.start - found[-1].end <= gap:
            found[-1] = TimeSpan(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
