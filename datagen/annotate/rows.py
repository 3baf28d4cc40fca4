"""A piece of a call as what the four stages make of a dialogue, so that all later rooms read it.

    AnnotatedCall, CallPiece, CallSound --dialogue_of--> Script, Speech, Dialogue

Each turn's clip reaches to the middle of the silence before the speaker's next one: put together
they are the channel as it was recorded, room and all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from datagen.annotate.bleep import BleepSettings, bleep_sound
from datagen.annotate.calls import AnnotatedCall, CallPiece, Gates
from datagen.annotate.cutting import Span
from datagen.annotate.roles import RULES, CallRoles
from datagen.annotate.sound import CallSound
from datagen.audio.channel_stats import RECORDING, measure
from datagen.audio.loudness import loudness, peak
from datagen.audio.turn_taking import units as ipus
from datagen.audio.vad import Spell, speech_over_noise
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Clip,
    Dialogue,
    Event,
    Persona,
    Rejected,
    Script,
    Segment,
    Speaker,
    Speech,
    Split,
    SpokenWord,
    Stereo,
    Turn,
    Voice,
    Word,
)
from datagen.voices.corpora import Gender
from datagen.voices.features import GENDER_PITCH, median_pitch

WRITER = "transcript"
"""What a row names as the writer of its words."""
CEILING = 0.999
"""Largest sample that is kept: clicks over it are cut off."""
FADE = SAMPLE_RATE // 100
"""Samples (10 ms) of fade at the edges of what a reference is put together of."""
STEP = SAMPLE_RATE // 100
"""Samples (10 ms) in which words and sound are compared."""


@dataclass(frozen=True)
class PieceContext:
    """What a piece does not say of itself."""

    dialog_id: str
    split: Split
    license: str
    roles: CallRoles
    bleep: BleepSettings


def dialogue_of(
    call: AnnotatedCall, piece: CallPiece, sound: CallSound, context: PieceContext, gates: Gates
) -> tuple[Script, Speech, Dialogue]:
    """Return a piece as records and clips. Raises Rejected if words and sound differ."""
    heard = _HeardCall(call, sound, context.bleep)
    start, end = piece.start, piece.start + piece.num_samples
    stereo = np.stack([heard.read(speaker, start, end) for speaker in SPEAKERS])
    _check(piece, stereo, gates)
    references: dict[Speaker, Audio | None] = {
        speaker: _reference(heard, speaker, piece.references[speaker]) for speaker in SPEAKERS
    }
    voices = {speaker: _voice(call, speaker, context, references[speaker]) for speaker in SPEAKERS}
    script = _script(call, piece, context, voices)
    segments = tuple(_segments(piece))
    dialogue = Dialogue(
        dialog_id=context.dialog_id,
        num_samples=piece.num_samples,
        segments=segments,
        turns=piece.turns,
        words=piece.words,
        events=piece.events,
    )
    dialogue = dialogue.model_copy(update={"events": _with_recording(dialogue, call, stereo)})
    speech = Speech(
        dialog_id=context.dialog_id,
        voices=voices,
        clips=tuple(_clip(piece, stereo, segment) for segment in segments),
        references=references,
    )
    return script, speech, dialogue


class _HeardCall:
    """A call's sound as it may be heard: with its gains, and without what is bleeped."""

    def __init__(self, call: AnnotatedCall, sound: CallSound, bleep: BleepSettings) -> None:
        self._call, self._sound, self._bleep = call, sound, bleep
        self._words: dict[Speaker, list[Word]] = {speaker: [] for speaker in SPEAKERS}
        for piece in call.pieces if call.bleeps else ():
            for word in piece.words:
                span = {"start": word.start + piece.start, "end": word.end + piece.start}
                self._words[word.speaker].append(word.model_copy(update=span))

    def read(self, speaker: Speaker, start: int, end: int) -> Audio:
        """Return a speaker's sound [S] from sample to sample of the call."""
        person = self._call.people[speaker]
        gain = np.float32(10 ** (person.levels.gain / 20))
        louder = np.clip(self._sound.read(person.side, start, end) * gain, -CEILING, CEILING)
        audio: Audio = louder.astype(np.float32)
        if not self._call.bleeps:
            return audio
        return bleep_sound(
            audio,
            speaker,
            self._call.bleeps,
            self._words[speaker],
            self._bleep,
            at=start,
        )


def _reference(heard: _HeardCall, speaker: Speaker, spans: Sequence[Span]) -> Audio:
    """Return a speaker's reference [S], put together of stretches outside the piece."""
    parts = []
    rise = (0.5 - 0.5 * np.cos((np.arange(FADE) + 0.5) * np.pi / FADE)).astype(np.float32)
    for start, end in spans:
        part = heard.read(speaker, start, end)
        part[:FADE] *= rise[: len(part)]
        part[-FADE:] *= rise[::-1][-len(part) :]
        parts.append(part)
    return np.concatenate(parts)


def _voice(
    call: AnnotatedCall, speaker: Speaker, context: PieceContext, reference: Audio | None
) -> Voice:
    """Return a speaker's voice; of an unknown gender pitch decides, as in the voice bank."""
    person = call.people[speaker]
    assert reference is not None
    guess: Gender = "female" if median_pitch(reference) > GENDER_PITCH else "male"
    return Voice(
        id=f"{call.corpus}-{person.id}",
        source=call.corpus,
        license=context.license,
        synthetic=False,
        gender=person.gender or guess,
    )


def _script(
    call: AnnotatedCall, piece: CallPiece, context: PieceContext, voices: dict[Speaker, Voice]
) -> Script:
    turns = tuple(
        Turn(
            speaker=turn.speaker,
            text=turn.text,
            spoken=turn.spoken,
            onset="after" if turn.onset == "overlap" else turn.onset,
        )
        for turn in piece.turns
    )
    told = context.roles.sides
    people = {
        speaker: Persona(name=call.people[speaker].id, gender=voices[speaker].gender)
        for speaker in SPEAKERS
    }
    return Script(
        dialog_id=context.dialog_id,
        kind="annotated",
        split=context.split,
        domain=call.corpus,
        scenario=call.id,
        call_direction=context.roles.direction,
        prompt_level=told["agent"].level,
        role_prompt=told["agent"].text,
        user_role_prompt=told["user"].text,
        agent=people["agent"],
        user=people["user"],
        turns=turns,
        writer=WRITER,
        model="" if told["agent"].source == RULES else told["agent"].source,
    )


def _segments(piece: CallPiece) -> Iterator[Segment]:
    """Yield the part of its channel that each turn's clip is: together they are all of it."""
    for speaker in SPEAKERS:
        own = [index for index, turn in enumerate(piece.turns) if turn.speaker == speaker]
        edges = [0]
        for one, next_ in pairwise(own):
            before, after = piece.turns[one].end, piece.turns[next_].start
            if after < before:
                raise Rejected("turns", f"two turns of the {speaker} overlap at sample {after}")
            edges.append((before + after) // 2)
        edges.append(piece.num_samples)
        for index, start, end in zip(own, edges, edges[1:], strict=False):
            yield Segment(turn=index, start=0, end=end - start, at=start, gain=0.0)


def _clip(piece: CallPiece, stereo: Stereo, segment: Segment) -> Clip:
    """Return a turn's clip, with its words on the clip's own clock."""
    turn = piece.turns[segment.turn]
    channel = stereo[SPEAKERS.index(turn.speaker)]
    audio = channel[segment.at : segment.at + segment.end]
    words = tuple(
        SpokenWord(text=word.text, start=word.start - segment.at, end=word.end - segment.at)
        for word in piece.words
        if word.turn == segment.turn
    )
    return Clip(
        turn=segment.turn,
        num_samples=len(audio),
        words=words,
        loudness=loudness(audio),
        peak=peak(audio),
        audio=audio,
    )


def _with_recording(dialogue: Dialogue, call: AnnotatedCall, stereo: Stereo) -> tuple[Event, ...]:
    """Return the ledger with a line a channel on what it holds besides its speaker, in dBFS."""
    end = dialogue.num_samples
    events = [
        *dialogue.events,
        *(
            Event(type="effect", speaker=speaker, cause=RECORDING, start=0, end=end)
            for speaker in SPEAKERS
        ),
    ]
    measured = measure(stereo, dialogue.model_copy(update={"events": tuple(events)}))
    for index, speaker in enumerate(SPEAKERS, len(dialogue.events)):
        said = {
            "floor": round(measured[f"{speaker}_floor"], 1),
            "leakage": round(measured[f"{speaker}_leakage"], 1),
            "gain": call.people[speaker].levels.gain,
        }
        events[index] = events[index].model_copy(update={"text": json.dumps(said)})
    return tuple(sorted(events, key=lambda event: (event.start, event.end, event.type)))


def _check(piece: CallPiece, stereo: Stereo, gates: Gates) -> None:
    """Raise Rejected unless words and sound agree on who speaks when."""
    differ = disagreement(piece, stereo)
    if differ > gates.max_disagreement:
        raise Rejected(
            "words and sound",
            f"they differ in {differ:.0%} of its time, more than {gates.max_disagreement:.0%}",
        )


def disagreement(piece: CallPiece, stereo: Stereo) -> float:
    """Return the share of 10 ms steps, of both channels, in which words and sound differ."""
    said = [Spell(word.speaker, word.start, word.end) for word in piece.words]
    heard: list[Spell] = []
    for speaker, channel in zip(SPEAKERS, stereo, strict=True):
        try:
            heard += speech_over_noise(channel, speaker)
        except ValueError as error:
            raise Rejected("sound", f"the {speaker}'s channel: {error}") from error
    steps = piece.num_samples // STEP
    return float((_steps(said, steps) != _steps(heard, steps)).mean())


def _steps(spells: Sequence[Spell], size: int) -> np.ndarray:
    speaks = np.zeros((len(SPEAKERS), size), np.bool_)
    for unit in ipus(spells):
        speaks[SPEAKERS.index(unit.speaker), unit.start // STEP : -(-unit.end // STEP)] = True
    return speaks
