"""One call of a corpus, annotated: words, turns, events, levels, and the pieces it is cut into.

    CorpusCall --CallAnnotator--> AnnotatedCall, or Rejected with the reason

It holds no sound: a piece says from where to where of the call it goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from datagen.annotate.bleep import Bleep, BleepSettings, bleep_words, find_bleeps
from datagen.annotate.call import CorpusCall, Side
from datagen.annotate.cutting import MIN_SECONDS, Cut, Span, cut, references, spare
from datagen.annotate.endings import TurnEndings
from datagen.annotate.levels import ChannelLevels, measure
from datagen.annotate.prompts import agent_side
from datagen.annotate.sides import on_their_channels
from datagen.annotate.sound import CallSound
from datagen.annotate.turns import CutOff, turns
from datagen.annotate.units import SpeechUnit, mark, units
from datagen.annotate.unused import (
    FOR_REFERENCE,
    LONG_PAUSE,
    NO_PAUSE,
    NO_REFERENCE,
    ONE_SPEAKER,
    OTHERS,
    SHORT,
    pauses,
    unused_of,
)
from datagen.annotate.words import TimedCall, WordFinder
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Event,
    PlacedTurn,
    Record,
    Rejected,
    Speaker,
    Word,
)

Placed = TypeVar("Placed", PlacedTurn, Word, Event)
VERSION = 6
"""Version of the rules; raised when a change here changes what a call comes to."""
MAX_BEYOND = 1.0
"""Seconds that a transcript may go on after its sound has ended: stamps are rounded."""
SILENT = -90.0
"""Level in dBFS, of its words and between them, under which a channel is empty."""
SAME = -3.0
"""What two channels hold of each other, in dB, if they are the same sound."""
MIN_WORDS = 3
"""Fewest words that each speaker says in a piece."""


class Gates(Record):
    """What a call or a piece must be like to be used."""

    max_bleed: float = -15.0
    """Most that a channel may hold of the other speaker, in dB relative to that one's level."""
    max_disagreement: Annotated[float, Field(gt=0, le=1)] = 0.30
    """Largest share of a piece in which its words and its sound may differ on who speaks."""
    min_seconds: Annotated[float, Field(gt=0)] = MIN_SECONDS
    """Shortest piece, in seconds."""


class AnnotatedPerson(Record):
    """One side of a call, and its channel."""

    id: str
    side: Side
    gender: Literal["female", "male", ""] = ""
    age: int | None = None
    region: str = ""
    scenario: str = ""
    levels: ChannelLevels


class CallPiece(Record):
    """A part of a call, on its own clock."""

    start: int
    """Sample of the call where it begins."""
    num_samples: int
    turns: tuple[PlacedTurn, ...]
    words: tuple[Word, ...]
    events: tuple[Event, ...]
    references: dict[Speaker, tuple[Span, ...]]
    """Samples of the call, outside the piece, where each speaker is alone: 3 to 5 s."""


class AnnotatedCall(Record):
    """What is kept of a call between the two passes."""

    id: str
    corpus: str
    topic: str
    notes: dict[str, str]
    people: dict[Speaker, AnnotatedPerson]
    word_times: str
    """Where word times are from: corpus, aligner or asr."""
    refused: int
    """Supervisions that the aligner refused: their words are laid out by letters."""
    pieces: tuple[CallPiece, ...]
    bleeps: tuple[Bleep, ...] = ()
    """What is covered in the sound, in samples of the call."""
    unused: dict[str, float] = Field(default_factory=dict)
    """Seconds of the call that are in no piece, by reason."""


class CallAnnotator:
    """Annotates calls with the models of a run; ``seed`` decides which side is the agent."""

    def __init__(
        self, finder: WordFinder, gates: Gates, seed: int, bleep: BleepSettings | None = None
    ) -> None:
        self._finder = finder
        self._gates = gates
        self._seed = seed
        self._bleep = bleep or BleepSettings()

    def annotate(self, call: CorpusCall) -> AnnotatedCall:
        """Return a call with its pieces. Raises Rejected."""
        sides = sides_of(call, self._seed)
        sound = CallSound(call.sound)
        call = on_their_channels(call, sound)
        _check_length(call, sound)
        found = self._finder.find(call, sound, {side: who for who, side in sides.items()})
        for speaker in SPEAKERS:
            if not found.words[speaker]:
                raise Rejected("one speaker", f"side {sides[speaker]} says nothing")
        levels = measure(sound, sides, found.words)
        self._check(levels, sides, lambda: measure(sound, _exchanged(sides), found.words))
        bleeps = find_bleeps(found.words, self._bleep)
        words = bleep_words(found.words, bleeps) if bleeps else found.words
        stretches = mark(units([word for own in words.values() for word in own]))
        blocked = [
            (round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in call.others
        ]
        cuts = self._cuts(stretches, blocked, sound.num_samples, bleeps)
        if not cuts.whole:
            raise Rejected("too short", "no part of it is long enough and leaves a reference over")
        cut_off = TurnEndings(sound, sides, words).cut_off
        pieces = tuple(_piece(one, sources, cut_off) for one, sources in cuts.whole)
        spans = [(one.start, one.end) for one, _ in cuts.whole]
        unused = unused_of(sound.num_samples, spans, cuts.left_out)
        return _call(call, sides, levels, found, pieces, bleeps, unused)

    def _check(
        self,
        levels: Mapping[Speaker, ChannelLevels],
        sides: Mapping[Speaker, Side],
        exchanged: Callable[[], Mapping[Speaker, ChannelLevels]],
    ) -> None:
        """Raise Rejected if a channel holds too much of the other, or what it holds is the other's.

        ``exchanged`` measures the levels with the words of each side on the other's channel.
        """
        most = self._gates.max_bleed
        for speaker, measured in levels.items():
            if max(measured.level, measured.floor) < SILENT:
                said = f"the channel of side {sides[speaker]} holds no sound where its words are"
                raise Rejected("silent channel", said)
        for speaker, measured in levels.items():
            if measured.bleed > most:
                said = f"side {sides[speaker]} holds the other at {measured.bleed:.1f} dB"
                other = max(one.bleed for one in exchanged().values())
                if other <= most:
                    raise Rejected(
                        "leakage",
                        f"the sides look swapped: {said}, and at {other:.1f} dB at most if the"
                        " words of a are on the second channel; name them in its transcript by"
                        " the channel that they are on",
                    )
                if min(other, *(one.bleed for one in levels.values())) > SAME:
                    raise Rejected(
                        "leakage",
                        "both channels hold both speakers, as copies of a mono recording do;"
                        " separate the speakers first",
                    )
                raise Rejected("leakage", f"{said}, more than {most:g}")

    def _cuts(
        self,
        stretches: Sequence[SpeechUnit],
        blocked: Sequence[Span],
        num_samples: int,
        bleeps: Sequence[Bleep],
    ) -> _Cuts:
        """Return the pieces that are long enough, in which both speak, and that have references."""
        avoid = [(one.start, one.end) for one in bleeps]
        found = _Cuts([], {OTHERS: [*blocked, *_meeting(stretches, blocked)]})
        cuts: list[Cut] = []
        for one in cut(stretches, blocked, num_samples):
            if why := self._misfit(one):
                found.leave_out(why, one)
            else:
                cuts.append(one)
        if len(cuts) == 1 and references(stretches, cuts[0], avoid) is None:
            shorter = spare(stretches, cuts[0], num_samples, avoid)
            if shorter is not None and not self._misfit(shorter):
                found.leave_out(FOR_REFERENCE, cuts[0])
                cuts = [shorter]
        for one in cuts:
            sources = references(stretches, one, avoid)
            if sources is None:
                found.leave_out(NO_REFERENCE, one)
            else:
                found.whole.append((one, sources))
        found.left_out[LONG_PAUSE] = pauses(stretches, num_samples)
        found.left_out[NO_PAUSE] = [(unit.start, unit.end) for unit in stretches]
        return found

    def _misfit(self, one: Cut) -> str:
        """Return why a part of a call is no piece, if so."""
        if one.end - one.start < self._gates.min_seconds * SAMPLE_RATE:
            return SHORT
        said = Counter(unit.speaker for unit in one.units for _ in unit.words)
        return "" if min(said[speaker] for speaker in SPEAKERS) >= MIN_WORDS else ONE_SPEAKER


@dataclass(frozen=True)
class _Cuts:
    """The pieces of a call with their references, and what of it is none, by reason."""

    whole: list[tuple[Cut, dict[Speaker, list[Span]]]]
    left_out: dict[str, list[Span]]

    def leave_out(self, why: str, one: Cut) -> None:
        """Note that a part becomes no piece."""
        self.left_out.setdefault(why, []).append((one.start, one.end))


def _meeting(stretches: Sequence[SpeechUnit], blocked: Sequence[Span]) -> Iterator[Span]:
    """Yield the units over which somebody else speaks."""
    for unit in stretches:
        if any(unit.start < end and start < unit.end for start, end in blocked):
            yield unit.start, unit.end


def sides_of(call: CorpusCall, seed: int) -> dict[Speaker, Side]:
    """Return which side is the agent and which the user: either as often, by the call's id."""
    agent = agent_side(call, seed)
    return {"agent": agent, "user": "b" if agent == "a" else "a"}


def _exchanged(sides: Mapping[Speaker, Side]) -> dict[Speaker, Side]:
    return {"agent": sides["user"], "user": sides["agent"]}


def _check_length(call: CorpusCall, sound: CallSound) -> None:
    """Raise Rejected if a transcript goes on after its sound has ended."""
    beyond = [one for one in call.supervisions if one.end > sound.seconds[one.side] + MAX_BEYOND]
    if beyond:
        last = max(beyond, key=lambda one: one.end)
        raise Rejected(
            "cut sound",
            f"its transcript goes on to {last.end:.1f} s, and {call.sound[last.side].path.name}"
            f" ends at {sound.seconds[last.side]:.1f} s: the file is cut off or damaged, or of"
            " another call",
        )


def _piece(one: Cut, sources: Mapping[Speaker, list[Span]], cut_off: CutOff) -> CallPiece:
    found = turns(one.units, cut_off)
    return CallPiece(
        start=one.start,
        num_samples=one.end - one.start,
        turns=tuple(_moved(turn, one.start) for turn in found.turns),
        words=tuple(_moved(word, one.start) for word in found.words),
        events=tuple(_moved(event, one.start) for event in found.events),
        references={speaker: tuple(spans) for speaker, spans in sources.items()},
    )


def _moved(item: Placed, start: int) -> Placed:
    """Return something of the call's clock on the piece's."""
    return item.model_copy(update={"start": item.start - start, "end": item.end - start})


def _call(
    call: CorpusCall,
    sides: Mapping[Speaker, Side],
    levels: Mapping[Speaker, ChannelLevels],
    found: TimedCall,
    pieces: tuple[CallPiece, ...],
    bleeps: tuple[Bleep, ...],
    unused: dict[str, float],
) -> AnnotatedCall:
    people = {}
    for speaker, side in sides.items():
        person = call.people[side]
        people[speaker] = AnnotatedPerson(
            id=person.id,
            side=side,
            gender=person.gender,
            age=person.age,
            region=person.region,
            scenario=person.scenario,
            levels=levels[speaker],
        )
    return AnnotatedCall(
        id=call.id,
        corpus=call.corpus,
        topic=call.topic,
        notes=dict(call.notes),
        people=people,
        word_times=found.source,
        refused=len(found.refused),
        pieces=pieces,
        bleeps=bleeps,
        unused=unused,
    )
