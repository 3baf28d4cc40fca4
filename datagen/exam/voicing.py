"""Gives items their sound: the user's channel, laid out on a clock.

    ItemDraft --Booth--> VoicedItem: ExamItem, sound [S], clean sound [S] or None

Every take is listened to by the gates, as in a run; an item that one voice cannot say well is
said by the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from datagen.audio.loudness import SILENT_LUFS, loudness
from datagen.backends.protocols import Aligner
from datagen.exam.items import ExamItem, Part, UserTurn
from datagen.exam.tracks import ItemDraft, SaidPart
from datagen.seeds import rng_for, seed_for
from datagen.stages.retakes import Studio, TakeRequest, record
from datagen.stages.voice_prompts import REFERENCE_MIN, REFERENCE_SENTENCES, cut_reference
from datagen.text import speak
from datagen.types import (
    FRAME,
    SAMPLE_RATE,
    Audio,
    Line,
    Rejected,
    RunFailed,
    SpokenWord,
    Utterance,
    Voice,
)

LEVELS: dict[Part, float] = {
    "floor": -23.0,
    "backchannel": -25.0,
    "aside": -29.0,
    "background": -35.0,
    "tic": -26.0,
}
"""Loudness in LUFS: who turns away or is somebody else is heard less."""
PAUSES = (0.8, 1.4)
"""Shortest and longest silence in seconds of an item about pauses."""
BREATHS = (0.35, 0.6)
"""Shortest and longest silence in seconds between the clauses of a story."""
TRIES = 3
"""Voices that an item is tried with."""


@dataclass(frozen=True)
class Booth:
    """Who can speak, and what makes and hears their speech."""

    studio: Studio
    aligner: Aligner
    users: Sequence[Voice]
    agents: Sequence[Voice]
    seed: int

    def prompt(self, voice: Voice) -> Audio:
        """Return the voice prompt of an agent [S]: 3 to 5 s of a neutral sentence."""
        sentence = REFERENCE_SENTENCES[self.agents.index(voice) % len(REFERENCE_SENTENCES)]
        seed = seed_for(self.seed, voice.id, "exam")
        request = TakeRequest(voice.id, Line(sentence, voice, "agent"), seed, REFERENCE_MIN)
        try:
            takes, _ = record(self.studio, [request])
            return cut_reference(takes[0])
        except Rejected as problem:
            raise RunFailed(f"{voice.id} cannot say its voice prompt: {problem}") from problem


@dataclass(frozen=True)
class VoicedItem:
    """An item with its sounds."""

    item: ExamItem
    sound: Audio
    clean: Audio | None


@dataclass(frozen=True)
class _Piece:
    """A take of what is said between two silences."""

    said: int
    take: Utterance
    words: tuple[SpokenWord, ...]
    after: int
    """Samples of silence before it."""


def voiced(draft: ItemDraft, number: int, booth: Booth) -> VoicedItem:
    """Voice an item. Raises RunFailed if no voice says it well."""
    agent = booth.agents[number % len(booth.agents)]
    problem: Rejected | None = None
    for attempt in range(TRIES):
        # neighbours differ in voice: one shift for an item, one more for a try
        user = booth.users[(number + attempt) % len(booth.users)]
        try:
            return _laid_out(draft, user, agent, list(_pieces(draft, number + attempt, booth)))
        except Rejected as error:
            problem = error
    raise RunFailed(f"{draft.id} cannot be voiced well enough: {problem} ({problem.evidence})")  # type: ignore[union-attr]  # a try failed


def _pieces(draft: ItemDraft, place: int, booth: Booth) -> Iterator[_Piece]:
    """Say everything of an item."""
    rng = rng_for(booth.seed, draft.id, "exam", "silences")
    told = [(index, said, _split(said)) for index, said in enumerate(draft.said)]
    requests = [
        TakeRequest(
            f"{index}.{part}",
            Line(
                speak(text, draft.role.codes),
                _voice(said, place, booth),
                "user",
                _emotion(draft, said),
            ),
            seed_for(booth.seed, draft.id, "exam", index, part),
        )
        for index, said, parts in told
        for part, text in enumerate(parts)
    ]
    # one by one: the gates' comparison of lines is for turns, and these are parts of one
    takes = [record(booth.studio, [request])[0][0] for request in requests]
    limits = BREATHS if draft.track == "backchannel" else PAUSES
    before = -1
    for request, take in zip(requests, takes, strict=True):
        index = int(request.name.partition(".")[0])
        seconds = float(rng.uniform(*limits)) if index == before else draft.said[index].after
        before = index
        words = booth.aligner.align(request.line.spoken, partial(_audio, take), take.words)
        yield _Piece(index, take, words, round(seconds * SAMPLE_RATE))


def _audio(take: Utterance) -> Audio:
    return take.audio


def _split(said: SaidPart) -> list[str]:
    return [part.strip() for part in said.text.split("|")]


def _voice(said: SaidPart, place: int, booth: Booth) -> Voice:
    """Return who says it: somebody else, if it is background."""
    shift = len(booth.users) // 2 if said.part == "background" else 0
    return booth.users[(place + shift) % len(booth.users)]


def _emotion(draft: ItemDraft, said: SaidPart) -> str:
    return "angry" if draft.category == "Q4" and said.part == "floor" else "neutral"


def _laid_out(draft: ItemDraft, user: Voice, agent: Voice, pieces: Sequence[_Piece]) -> VoicedItem:
    """Put the takes on the clock."""
    spans, cursor = [], 0
    for piece in pieces:
        start = cursor + piece.after
        cursor = start + len(piece.take.audio)
        spans.append((start, cursor))
    frames = -(-(cursor + round(draft.tail * SAMPLE_RATE)) // FRAME)
    sound = np.zeros(frames * FRAME, np.float32)
    clean = np.zeros_like(sound) if draft.has_clean else None
    for piece, (start, stop) in zip(pieces, spans, strict=True):
        level = LEVELS[draft.said[piece.said].part]
        take = piece.take.audio * np.float32(10 ** (_gain(piece.take.audio, level) / 20))
        sound[start:stop] += take
        if clean is not None and piece.said == 0:
            clean[start:stop] += take
    turns = tuple(_turn(said, index, pieces, spans) for index, said in enumerate(draft.said))
    role = draft.role.role
    item = ExamItem(
        id=draft.id,
        track=draft.track,
        category=draft.category,
        domain=role.domain,
        scenario=role.scenario,
        company=role.company,
        agent=role.agent,
        role_prompt=draft.role_prompt,
        user_voice=user.id,
        agent_voice=agent.id,
        num_samples=len(sound),
        has_clean=draft.has_clean,
        turns=turns,
        call=draft.call,
    )
    return VoicedItem(item, sound, clean)


def _gain(audio: Audio, level: float) -> float:
    """Return the gain in dB that brings a clip to a loudness without clipping."""
    found = loudness(audio)
    if found <= SILENT_LUFS:
        return 0.0
    peak = float(np.abs(audio).max())
    return min(level - found, -1.0 - 20 * float(np.log10(max(peak, 1e-6))))


def _turn(
    said: SaidPart, index: int, pieces: Sequence[_Piece], spans: Sequence[tuple[int, int]]
) -> UserTurn:
    own = [(piece, span) for piece, span in zip(pieces, spans, strict=True) if piece.said == index]
    words = tuple(
        word.model_copy(update={"start": word.start + start, "end": word.end + start})
        for piece, (start, _) in own
        for word in piece.words
    )
    ends = [(own[at][1][1], own[at + 1][1][0]) for at in range(len(own) - 1)]
    text = " ".join(_split(said))
    return UserTurn(
        text=text,
        spoken=" ".join(word.text for word in words),
        part=said.part,
        start=words[0].start if words else own[0][1][0],
        end=words[-1].end if words else own[-1][1][1],
        words=words,
        pauses=tuple(ends),
        expects=said.expects,
        reference=said.reference,
    )
