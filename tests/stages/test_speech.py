from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pytest

from datagen.backends.protocols import Synthesizer
from datagen.backends.speech.espeak import Espeak
from datagen.config import VoicesSpec
from datagen.stages.speech import (
    REFERENCE_MAX,
    REFERENCE_MIN,
    REFERENCE_SENTENCES,
    check_audio,
    cut_reference,
    speech_seconds,
    voice_script,
)
from datagen.timing.loudness import loudness, peak
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Line,
    Persona,
    Rejected,
    Script,
    Speech,
    SpokenWord,
    Turn,
    Utterance,
)
from datagen.voices import cast

SPOKEN = (
    "Good morning, this is Ada. How can I help you today?",
    "Hello. I would like to move my appointment, please.",
    "Mm-hmm.",
    "Of course. Which day would suit you better?",
)


def make_script(spoken: Sequence[str] = SPOKEN, dialog_id: str = "service-0000007") -> Script:
    return Script(
        dialog_id=dialog_id,
        kind="service",
        split="train",
        domain="test",
        scenario="test",
        prompt_level="full",
        role_prompt="You are kind.",
        agent=Persona(name="Ada", gender="female", emotion="calm"),
        user=Persona(name="Ben", gender="male", emotion="angry"),
        turns=tuple(
            Turn(speaker=SPEAKERS[index % 2], text=text, spoken=text)
            for index, text in enumerate(spoken)
        ),
        writer="test",
    )


def babble(letters: int, rate: float = 14.0) -> Audio:
    """Noise that lasts as long as speech with so many letters, at -20 dBFS."""
    noise = np.random.default_rng(0).standard_normal(int(letters / rate * SAMPLE_RATE))
    return (0.1 * noise).astype(np.float32)


class Babbler(Synthesizer):
    """Says noise of the right length, except where a test has put something else."""

    source: ClassVar[str] = "babble"

    def __init__(self, instead: dict[str, Audio] | None = None) -> None:
        self.instead = instead or {}
        self.calls: list[tuple[list[Line], int]] = []

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        self.calls.append((list(lines), seed))
        return [
            Utterance(self.instead.get(line.spoken, babble(len(line.spoken))), None)
            for line in lines
        ]


def run(script: Script, synthesizer: Synthesizer, run_seed: int = 0) -> Speech:
    voices = cast(script, VoicesSpec(), run_seed, source=synthesizer.source)
    return voice_script(script, voices, synthesizer, run_seed=run_seed)


def test_each_turn_is_a_measured_clip() -> None:
    pytest.importorskip("espeakng_loader")
    script = make_script()
    speech = run(script, Espeak(Espeak.Options()))
    assert speech.dialog_id == script.dialog_id
    assert [clip.turn for clip in speech.clips] == [0, 1, 2, 3]
    for clip, turn in zip(speech.clips, script.turns, strict=True):
        assert clip.audio is not None
        assert clip.words is not None
        assert clip.num_samples == len(clip.audio)
        assert [word.text for word in clip.words] == turn.spoken.split()
        assert clip.loudness == loudness(clip.audio)
        assert clip.peak == peak(clip.audio)
        assert -45 < clip.loudness < -10


def test_a_dialogue_is_spoken_the_same_way_again() -> None:
    pytest.importorskip("espeakng_loader")
    first, second = (run(make_script(), Espeak(Espeak.Options())) for _ in range(2))
    for one, other in zip(first.clips, second.clips, strict=True):
        assert one.audio is not None
        assert other.audio is not None
        assert one.words == other.words
        assert one.audio.tobytes() == other.audio.tobytes()
    for speaker in SPEAKERS:
        assert np.array_equal(first.references[speaker], second.references[speaker])  # type: ignore[arg-type]


def test_lines_carry_voice_emotion_and_seed() -> None:
    babbler = Babbler()
    run(make_script(), babbler)
    run(make_script(), babbler, run_seed=1)
    (turns, seed), (references, reference_seed), (_, other_seed), _ = babbler.calls
    assert [line.spoken for line in turns] == list(SPOKEN)
    assert [line.emotion for line in turns] == ["calm", "angry"] * 2
    assert turns[0].voice == turns[2].voice == references[0].voice
    assert turns[1].voice == turns[3].voice == references[1].voice
    assert turns[0].voice != turns[1].voice
    assert len({seed, reference_seed, other_seed}) == 3


def test_references_last_three_to_five_seconds() -> None:
    pytest.importorskip("espeakng_loader")
    espeak = Espeak(Espeak.Options())
    for index in range(12):
        speech = run(make_script(SPOKEN[2:], f"service-{index:07d}"), espeak)
        for audio in speech.references.values():
            assert audio is not None
            assert REFERENCE_MIN <= len(audio) <= REFERENCE_MAX
            assert abs(audio[-1]) < 1e-3


def test_references_are_not_in_the_dialogue() -> None:
    free = set(REFERENCE_SENTENCES[5:7])
    said = [s.upper().replace(",", " -") for s in REFERENCE_SENTENCES if s not in free]
    babbler = Babbler()
    run(make_script(said), babbler)
    assert {line.spoken for line in babbler.calls[1][0]} == free


def test_references_vary_over_dialogues_and_speakers() -> None:
    babbler = Babbler()
    for index in range(40):
        run(make_script(dialog_id=f"service-{index:07d}"), babbler)
    pairs = [[line.spoken for line in lines] for lines, _ in babbler.calls[1::2]]
    assert all(agent != user for agent, user in pairs)
    assert len({spoken for pair in pairs for spoken in pair}) > 15


def test_a_long_reference_is_cut_after_a_word() -> None:
    audio = babble(100, rate=100 / 6.5)
    ends = [int(seconds * SAMPLE_RATE) for seconds in (1.0, 4.25, 5.5)]
    words = tuple(SpokenWord(text="word", start=end - SAMPLE_RATE // 2, end=end) for end in ends)
    assert len(cut_reference(Utterance(audio, words))) == ends[1]
    cut = cut_reference(Utterance(audio, None))
    assert len(cut) == REFERENCE_MAX
    assert cut[-1] == 0
    assert audio[REFERENCE_MAX - 1] != 0
    short = Utterance(audio[: REFERENCE_MIN - 1], None)
    with pytest.raises(Rejected, match="reference_short"):
        cut_reference(short)


def test_a_short_reference_rejects_the_dialogue() -> None:
    hasty = {sentence: babble(len(sentence), rate=28.0) for sentence in REFERENCE_SENTENCES}
    with pytest.raises(Rejected, match="reference_short") as rejected:
        run(make_script(), Babbler(hasty))
    assert "reference (agent)" in rejected.value.evidence


LETTERS = sum(map(str.isalnum, SPOKEN[1]))
FAULTS = {
    "clip_duration": [np.zeros(0, np.float32), babble(LETTERS, 14)[:4_000], babble(600)],
    "clip_not_finite": [np.append(babble(LETTERS), np.float32(np.nan))],
    "clip_silent": [babble(LETTERS) * np.float32(0.01), babble(LETTERS) * np.float32(0)],
    "clip_clipped": [np.clip(babble(LETTERS) * np.float32(4), -1, 1)],
    "clip_rate": [babble(LETTERS, 6.0), babble(LETTERS, 26.0)],
}


@pytest.mark.parametrize(
    ("reason", "audio"), [(reason, audio) for reason, faults in FAULTS.items() for audio in faults]
)
def test_a_bad_clip_rejects_the_dialogue(reason: str, audio: Audio) -> None:
    with pytest.raises(Rejected) as rejected:
        run(make_script(), Babbler({SPOKEN[1]: audio}))
    assert rejected.value.reason == reason
    assert rejected.value.evidence.startswith("turn 1 (user) ")


def test_one_clipped_sample_is_forgiven() -> None:
    audio = babble(LETTERS)
    audio[100] = 1.0
    check_audio(audio, SPOKEN[1], "turn")


def test_pauses_do_not_count_in_the_rate() -> None:
    pause = np.zeros(4 * SAMPLE_RATE, np.float32)
    audio = np.concatenate([babble(LETTERS), pause])
    assert speech_seconds(audio) == pytest.approx(LETTERS / 14, abs=0.03)
    check_audio(audio, SPOKEN[1], "turn")


def test_short_clips_have_no_rate() -> None:
    check_audio(babble(8, 4.0), "Hmm, yes.", "turn")


def test_a_synthesizer_that_skips_a_line_is_stopped() -> None:
    class Skipper(Babbler):
        def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
            return super().speak(lines, seed=seed)[1:]

    with pytest.raises(RuntimeError, match=r"Skipper.* made 3 clips of 4 lines"):
        run(make_script(), Skipper())
