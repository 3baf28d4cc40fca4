"""One call of a corpus, annotated: words, turns, events, levels, and the pieces it is cut into.

    CorpusCall --CallAnnotator--> AnnotatedCall, or Rejected with the reason

It holds no sound: a piece says from where to where of the call it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from datagen.annotate.bleep import Bleep, BleepSettings, bleep_words, find_bleeps
from datagen.annotate.call import CorpusCall, Side
from datagen.annotate.cutting import MIN_SECONDS, Cut, Span, cut, references, spare
from datagen.annotate.levels import ChannelLevels, measure
from datagen.annotate.prompts import agent_side
from datagen.annotate.sides import on_their_channels
from datagen.annotate.sound import CallSound
from datagen.annotate.turns import turns
from datagen.annotate.units import SpeechUnit, mark, units
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
VERSION = 3
"""Version of the rules; raised when a change here changes what a call comes to."""
MAX_BEYOND = 1.0
"""Seconds that a transcript may go on after its sound has ended: stamps are rounded."""
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
        pieces = tuple(self._pieces(stretches, blocked, sound.num_samples, bleeps))
        if not pieces:
            raise Rejected("too short", "no part of it is long enough and leaves a reference over")
        return _call(call, sides, levels, found, pieces, bleeps)

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
                raise Rejected("leakage", f"{said}, more than {most:g}")

    def _pieces(
        self,
        stretches: list[SpeechUnit],
        blocked: list[Span],
        num_samples: int,
        bleeps: tuple[Bleep, ...],
    ) -> Iterator[CallPiece]:
        """Yield the pieces that are long enough, in which both speak, and that have references."""
        avoid = [(one.start, one.end) for one in bleeps]
        cuts = [one for one in cut(stretches, blocked, num_samples) if self._is_whole(one)]
        if len(cuts) == 1 and references(stretches, cuts[0], avoid) is None:
            shorter = spare(stretches, cuts[0], num_samples, avoid)
            cuts = [shorter] if shorter is not None and self._is_whole(shorter) else []
        for one in cuts:
            sources = references(stretches, one, avoid)
            if sources is not None:
                yield _piece(one, sources)

    def _is_whole(self, one: Cut) -> bool:
        said = {speaker: 0 for speaker in SPEAKERS}
        for unit in one.units:
            said[unit.speaker] += len(unit.words)
        long_enough = one.end - one.start >= self._gates.min_seconds * SAMPLE_RATE
        return long_enough and min(said.values()) >= MIN_WORDS


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


def _piece(one: Cut, sources: Mapping[Speaker, list[Span]]) -> CallPiece:
    found = turns(one.units)
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
    )
