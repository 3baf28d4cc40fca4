"""Stage 3, align and overlap: both speakers of a dialogue on one clock.

    Script, Speech --lay_out--> Dialogue

Only time, gain and effects are decided here: the sound is rendered from the edit list later.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from functools import partial

import pyarrow as pa
from numpy.random import Generator

from datagen.backends.protocols import Aligner, FloorPredictor
from datagen.seeds import rng_for
from datagen.shards.footer import TokenFacts
from datagen.stages.artifacts import (
    CLIPS_WITHOUT_SOUND,
    read_records,
    read_speeches,
    records_table,
)
from datagen.stages.base import Outcome, each
from datagen.stages.nods import as_said
from datagen.text import heard
from datagen.timing import quotas, slot_choice, unsaid
from datagen.timing.arrange import Arrangement, arrange
from datagen.timing.clip_edit import Hold, Take, stretch
from datagen.timing.cue_checks import check
from datagen.timing.effects.breaths import places
from datagen.timing.effects.chain import DrawContext, speaker_of
from datagen.timing.effects.chain import draw as draw_effects
from datagen.timing.gain import gains
from datagen.timing.pauses import draw, falter
from datagen.timing.preset import Answer, Preset
from datagen.timing.waits import Waits
from datagen.types import (
    FRAME,
    SPEAKERS,
    Audio,
    Clip,
    Dialogue,
    Job,
    PlacedTurn,
    Rejected,
    Script,
    Segment,
    Speaker,
    Speech,
    SpokenWord,
    Turn,
    Word,
)

VERSION = 7
"""Version of the stage; raised when a change here changes bytes."""


class TimelineStage:
    """Lays dialogues out; reads no sound unless the aligner needs it."""

    name = "timeline"
    facts: TokenFacts | None = None

    def __init__(
        self, aligner: Aligner, preset: Preset, predictor: FloorPredictor | None = None
    ) -> None:
        assert (predictor is None) == (preset.floor is None), preset.floor
        self._aligner = aligner
        self._preset = preset
        self._predictor = predictor
        columns = None if aligner.needs_audio else CLIPS_WITHOUT_SOUND
        self.reads: Mapping[str, Sequence[str] | None] = {"script": None, "speech": columns}

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Lay one block out."""
        scripts = read_records(upstream["script"], Script)
        speeches = read_speeches(upstream["speech"])
        pairs = ((id_, (scripts[id_], speech)) for id_, speech in speeches.items())
        made, rejects = each(self.name, pairs, partial(self._lay_out, jobs[0].seed))
        return Outcome(records_table(made), rejects)

    def _lay_out(self, run_seed: int, pair: tuple[Script, Speech]) -> Dialogue:
        script, speech = pair

        def load_audio(turn: int) -> Audio:
            audio = speech.clips[turn].audio
            assert audio is not None, "the aligner said it needs no audio"
            return audio

        return lay_out(
            script,
            speech,
            self._aligner,
            self._preset,
            self._predictor,
            run_seed=run_seed,
            load_audio=load_audio,
        )

    def close(self) -> None:
        """Free the aligner and the predictor."""
        self._aligner.close()
        if self._predictor is not None:
            self._predictor.close()


def lay_out(
    script: Script,
    speech: Speech,
    aligner: Aligner,
    preset: Preset,
    predictor: FloorPredictor | None = None,
    *,
    run_seed: int,
    load_audio: Callable[[int], Audio],
) -> Dialogue:
    """Place every turn's clip; ``load_audio`` gives a turn's clip [S] to an aligner that asks.

    ``Dialogue.turns`` has one entry for each turn of the script. A backchannel that could not be
    placed is there without words and length, and in the ledger as dropped.
    """
    assert [clip.turn for clip in speech.clips] == list(range(len(script.turns)))
    if any(clip.said is not None for clip in speech.clips):
        script = script.model_copy(update={"turns": as_said(script.turns, speech.clips)})
    check(script.turns)
    seeded = partial(rng_for, run_seed, script.dialog_id, "timeline")
    turns, silenced = quotas.apply(script.turns, preset.quotas, partial(seeded, "quota"))
    scored = slot_choice.score(script, predictor) if predictor else {}
    if scored:
        turns = slot_choice.place(turns, scored, partial(seeded, "slot"))
    unwanted = dict.fromkeys(silenced, "quota")
    unwanted |= dict.fromkeys(slot_choice.nods_to_questions(turns), "question")
    script = script.model_copy(update={"turns": turns})
    holds = _holds(turns, preset, unwanted, seeded)
    takes: list[Take] = []
    for clip, turn in zip(speech.clips, turns, strict=True):
        words = aligner.align(turn.spoken, partial(load_audio, clip.turn), clip.words)
        _check_times(words, turn, clip)
        takes.append(stretch(clip.num_samples, words, holds[clip.turn]))
    waits = Waits(turns, script.actions, preset.lookup, partial(seeded, "wait"))
    arrangement = arrange(
        turns, takes, preset, partial(seeded, "turn"), _answers(script, preset), unwanted, waits
    )
    unsaid.account(turns, script.facts, arrangement)
    slot_choice.note(arrangement.ledger, turns, scored, arrangement.placed)
    dialogue = _dialogue(
        script, arrangement, preset, _levels(script, speech, preset, seeded), seeded
    )
    return dialogue.model_copy(update={"actions": tuple(waits.placed)})


def _dialogue(
    script: Script,
    arrangement: Arrangement,
    preset: Preset,
    levels: Mapping[int, float],
    seeded: Callable[..., Generator],
) -> Dialogue:
    """Write an arrangement down as an edit list, turns, words and a ledger."""
    last = max(placed.silent_from for placed in arrangement.placed.values())
    num_samples = last + preset.tail.draw(seeded("tail"))
    num_samples = -(-num_samples // FRAME) * FRAME
    if preset.effects:
        context = DrawContext(num_samples, partial(places, arrangement.placed.values(), "user"))
        for name, settings in draw_effects(preset.effects, context, partial(seeded, "effects")):
            span = 0, num_samples
            arrangement.ledger.add("effect", speaker_of(name), name, span, settings)
    return Dialogue(
        dialog_id=script.dialog_id,
        num_samples=num_samples,
        segments=_segments(arrangement, levels),
        turns=tuple(_turn(script, index, arrangement) for index in range(len(script.turns))),
        words=_words(script, arrangement),
        events=arrangement.ledger.events(),
    )


def _holds(
    turns: Sequence[Turn],
    preset: Preset,
    unwanted: Container[int],
    seeded: Callable[..., Generator],
) -> list[list[Hold]]:
    """Return the silences that are put into each turn."""
    faltering = falter(
        turns, preset.false_interruption, unwanted, partial(seeded, "false_interruption")
    )
    return [
        (draw(turn.pauses, preset.pause, seeded("pause", index)) if turn.pauses else [])
        + ([faltering[index]] if index in faltering else [])
        for index, turn in enumerate(turns)
    ]


def _answers(script: Script, preset: Preset) -> dict[Speaker, Answer]:
    """Return how each speaker answers an interruption, which is a trait of who it is."""
    return {
        "agent": preset.interrupted[script.agent.behaviour.interruptions],
        "user": preset.interrupted[script.user.behaviour.interruptions],
    }


def _check_times(words: Sequence[SpokenWord], turn: Turn, clip: Clip) -> None:
    """Raise Rejected unless an aligner's words are the turn's, in order, within its clip."""
    num_words = len(turn.spoken.split())
    if not num_words or len(words) != num_words:
        raise Rejected("alignment", f"turn {clip.turn}: {len(words)} times for {num_words} words")
    before = 0
    for word in words:
        if not before <= word.start < word.end <= clip.num_samples:
            raise Rejected("alignment", f"turn {clip.turn}: {word.text!r} is out of order")
        before = word.end


def _levels(
    script: Script, speech: Speech, preset: Preset, seeded: Callable[..., Generator]
) -> dict[int, float]:
    """Return the gain in dB of each turn."""
    level, levels = preset.level, dict[int, float]()
    for speaker in SPEAKERS:
        clips = [clip for clip in speech.clips if script.turns[clip.turn].speaker == speaker]
        offsets = [_level_offset(script.turns[clip.turn], preset) for clip in clips]
        jitter = float(seeded("level", speaker).uniform(-level.jitter, level.jitter))
        for clip, gain in zip(clips, gains(clips, level, jitter, offsets), strict=True):
            levels[clip.turn] = gain
    return levels


def _level_offset(turn: Turn, preset: Preset) -> float:
    """Return how much louder than usual a turn is, in dB: nods are quiet, excitement is loud."""
    arousal = 0.0 if turn.emotion is None else turn.emotion.arousal
    quiet = preset.backchannel.gain if turn.onset == "backchannel" else 0.0
    return quiet + preset.level.feeling * arousal


def _segments(arrangement: Arrangement, levels: Mapping[int, float]) -> tuple[Segment, ...]:
    """Return the edit list, sorted by place."""
    segments = [
        Segment(
            turn=placed.index,
            start=piece.start,
            end=piece.end,
            at=placed.at + piece.at,
            gain=levels[placed.index],
            fade_in=piece.fade_in,
            fade_out=piece.fade_out,
        )
        for placed in arrangement.placed.values()
        for piece in placed.take.pieces
    ]
    return tuple(sorted(segments, key=lambda segment: (segment.at, segment.turn)))


def _turn(script: Script, index: int, arrangement: Arrangement) -> PlacedTurn:
    """Return a turn as heard: all of it, its beginning, or nothing."""
    turn, placed = script.turns[index], arrangement.placed.get(index)
    if placed is None:
        at = arrangement.dropped[index]
        return PlacedTurn(
            speaker=turn.speaker,
            text="",
            spoken="",
            onset=turn.onset,
            start=at,
            end=at,
        )
    words, num_heard = turn.spoken.split(), len(placed.take.words)
    whole = num_heard == len(words)
    return PlacedTurn(
        speaker=turn.speaker,
        text=turn.text if whole else heard(turn.text, script.facts, num_heard),
        spoken=turn.spoken if whole else " ".join(words[:num_heard]),
        onset=placed.onset,
        unsaid=" ".join(words[num_heard:]),
        start=placed.start,
        end=placed.end,
    )


def _words(script: Script, arrangement: Arrangement) -> tuple[Word, ...]:
    """Return every word heard, sorted by start."""
    words = [
        Word(
            speaker=placed.speaker,
            text=text,
            start=placed.at + word.start,
            end=placed.at + word.end,
            turn=placed.index,
            confidence=word.confidence,
        )
        for placed in arrangement.placed.values()
        for text, word in zip(
            script.turns[placed.index].spoken.split(), placed.take.words, strict=False
        )
    ]
    return tuple(sorted(words, key=lambda word: (word.start, word.turn)))
