"""Where a call is cut: at silences of both, into pieces that fit a model, each with references.

    [SpeechUnit], spans to leave out --cut--> [Cut] --references--> 3-5 s of each speaker elsewhere

A piece begins shortly before its first word, and ends a second after its last, or as the next one
begins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from datagen.annotate.units import SpeechUnit
from datagen.types import FRAME, SAMPLE_RATE, SPEAKERS, Speaker

MAX_FRAMES = 2_037
"""Frames (162.96 s) of the longest piece: with a prompt it fits a context of 2,048 and more."""
MIN_SECONDS = 10.0
"""Seconds of the shortest piece."""
SILENCE = round(0.3 * SAMPLE_RATE)
"""Samples (0.3 s) of the shortest silence of both in which a call is cut."""
LONG_SILENCE = 10 * SAMPLE_RATE
"""Samples (10 s) of silence of both from which a piece ends there in any case."""
LEAD, TAIL = SAMPLE_RATE // 2, SAMPLE_RATE
"""Samples before the first word of a piece (0.5 s) and after its last (1 s), at most."""
REFERENCE = (3.0, 4.9)
"""Fewest and most seconds of a voice reference."""
REFERENCE_PART = round(0.8 * SAMPLE_RATE)
"""Samples (0.8 s) of the shortest stretch that a reference is made of."""
Span = tuple[int, int]


@dataclass(frozen=True)
class Cut:
    """A piece: samples of the call, and its units."""

    start: int
    end: int
    units: tuple[SpeechUnit, ...]


def cut(stretches: Sequence[SpeechUnit], blocked: Sequence[Span], num_samples: int) -> list[Cut]:
    """Return the pieces of a call, in order.

    ``blocked`` are spans of which nothing is used. Where nobody is silent for longer than a piece
    may be, what is said is left out up to the next silence.
    """
    allowed = [unit for unit in stretches if not any(_meet(unit, span) for span in blocked)]
    pieces: list[Cut] = []
    for group in _regions(allowed, blocked):
        pieces += [_piece(part, blocked, num_samples) for part in _parts(group)]
    return _apart(pieces)


def _meet(unit: SpeechUnit, span: Span) -> bool:
    return unit.start < span[1] and span[0] < unit.end


def _regions(stretches: Sequence[SpeechUnit], blocked: Sequence[Span]) -> list[list[SpeechUnit]]:
    """Divide units at what is blocked and at long silences."""
    regions: list[list[SpeechUnit]] = []
    end = 0
    for unit in stretches:
        apart = unit.start - end > LONG_SILENCE
        apart |= any(end <= first and last <= unit.start for first, last in blocked)
        if not regions or apart:
            regions.append([])
        regions[-1].append(unit)
        end = max(end, unit.end)
    return regions


def _parts(group: list[SpeechUnit]) -> list[list[SpeechUnit]]:
    """Divide a region into parts of about one length that are short enough."""
    most = MAX_FRAMES * FRAME - LEAD - TAIL
    parts: list[list[SpeechUnit]] = []
    while group:
        length = max(unit.end for unit in group) - group[0].start
        if length <= most:
            parts.append(group)
            break
        target = length / math.ceil(length / most)
        places = [place for place in breaks(group) if place.length <= most]
        if not places:  # one sound over all of it: up to the next silence it is left out
            later = breaks(group)
            group = group[later[0].index :] if later else []
            continue
        best = max(places, key=lambda place: _worth(place, target))
        parts.append(group[: best.index])
        group = group[best.index :]
    return parts


@dataclass(frozen=True)
class Break:
    """A silence of both speakers inside a group of units."""

    index: int
    """The first unit after it."""
    length: int
    """Samples from the group's start to the silence."""
    silence: int
    """Samples of silence."""


def breaks(group: Sequence[SpeechUnit]) -> list[Break]:
    """Return the silences of both of 0.3 s or more, in order."""
    found, end = list[Break](), group[0].end
    for index, unit in enumerate(group):
        if unit.start - end >= SILENCE:
            found.append(Break(index, end - group[0].start, unit.start - end))
        end = max(end, unit.end)
    return found


def _worth(place: Break, target: float) -> float:
    """Prefer long silences near the wanted length."""
    away = abs(place.length - target) / target
    return min(place.silence / SAMPLE_RATE, 1.5) - away - 3 * max(0.0, away - 0.1)


def _piece(part: Sequence[SpeechUnit], blocked: Sequence[Span], num_samples: int) -> Cut:
    """Return a part with some silence around it, a whole number of frames long."""
    first, last = part[0].start, max(unit.end for unit in part)
    floor = max((end for _, end in blocked if end <= first), default=0)
    ceiling = min((start for start, _ in blocked if start >= last), default=num_samples)
    start = max(floor, first - LEAD)
    end = min(ceiling, last + TAIL)
    frames = min(math.ceil((end - start) / FRAME), MAX_FRAMES)
    return Cut(start, start + frames * FRAME, tuple(part))


def _apart(pieces: Sequence[Cut]) -> list[Cut]:
    """Let no piece reach into another's words; silence between two may be in both."""
    found: list[Cut] = []
    for index, piece in enumerate(pieces):
        before = max((u.end for u in pieces[index - 1].units), default=0) if index else 0
        after = pieces[index + 1].units[0].start if index + 1 < len(pieces) else None
        start, end = max(piece.start, before), piece.end
        end = start + math.ceil((end - start) / FRAME) * FRAME
        if after is not None and end > after:
            end = start + (after - start) // FRAME * FRAME
        found.append(Cut(start, end, piece.units))
    return found


def references(
    stretches: Sequence[SpeechUnit], piece: Cut, avoid: Sequence[Span] = ()
) -> dict[Speaker, list[Span]] | None:
    """Return 3-5 s of each speaker alone, outside a piece; None if there is too little.

    The longest stretches are taken first, and none that meets one to ``avoid``.
    """
    found: dict[Speaker, list[Span]] = {}
    for speaker in SPEAKERS:
        spans = _alone(stretches, piece, speaker, avoid)
        found[speaker] = _enough(sorted(spans, key=lambda span: (span[0] - span[1], span[0])))
        if not found[speaker]:
            return None
    return found


def _alone(
    stretches: Sequence[SpeechUnit], piece: Cut, speaker: Speaker, avoid: Sequence[Span]
) -> list[Span]:
    """Return a speaker's units over which the other says nothing, outside a piece."""
    others = [unit for unit in stretches if unit.speaker != speaker]
    return [
        (unit.start, unit.end)
        for unit in stretches
        if unit.speaker == speaker
        and unit.end - unit.start >= REFERENCE_PART
        and (unit.end <= piece.start or unit.start >= piece.end)
        and not any(_meet(other, (unit.start, unit.end)) for other in others)
        and not any(_meet(unit, span) for span in avoid)
    ]


def _enough(spans: Sequence[Span]) -> list[Span]:
    """Return spans that add up to a reference, in the order of the call; none if they do not."""
    least, most = (round(seconds * SAMPLE_RATE) for seconds in REFERENCE)
    chosen: list[Span] = []
    total = 0
    for start, end in spans:
        length = min(end - start, most - total)
        chosen.append((start, start + length))
        total += length
        if total >= least:
            return sorted(chosen)
    return []


def spare(
    stretches: Sequence[SpeechUnit], piece: Cut, num_samples: int, avoid: Sequence[Span] = ()
) -> Cut | None:
    """Shorten a piece that is all of a call until what is left over holds references of both."""
    for place in reversed(breaks(piece.units)):
        shorter = _piece(piece.units[: place.index], (), num_samples)
        limit = piece.units[place.index].start
        if shorter.end > limit:
            frames = (limit - shorter.start) // FRAME
            shorter = Cut(shorter.start, shorter.start + frames * FRAME, shorter.units)
        if shorter.end - shorter.start < MIN_SECONDS * SAMPLE_RATE:
            return None
        if references(stretches, shorter, avoid) is not None:
            return shorter
    return None
