from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from datagen.audio.loudness import loudness, peak
from datagen.backends.protocols import Synthesizer
from datagen.backends.speech.espeak import Espeak
from datagen.config import VoicesSpec
from datagen.stages.artifacts import scripts_table
from datagen.stages.retakes import Studio
from datagen.stages.speech import SpeechStage, voice_script
from datagen.stages.voice_prompts import (
    REFERENCE_MAX,
    REFERENCE_MIN,
    REFERENCE_SENTENCES,
    cut_reference,
    recorded_reference,
)
from datagen.storage.run_folder import content_hash
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Job,
    Line,
    Persona,
    Rejected,
    Script,
    Speech,
    SpokenWord,
    Turn,
    UserError,
    Utterance,
    Voice,
)
from datagen.voices.casting import cast
from tests.fixtures.speech_like import Babbler, babble

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


def run(script: Script, synthesizer: Synthesizer, run_seed: int = 0) -> Speech:
    voices = cast(script, VoicesSpec(), run_seed, source=synthesizer.source)
    return voice_script(script, voices, Studio.of(synthesizer), run_seed=run_seed)


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_references_vary_over_dialogues_and_speakers() -> None:
    babbler = Babbler()
    for index in range(15):
        run(make_script(dialog_id=f"service-{index:07d}"), babbler)
    pairs = [[line.spoken for line in lines] for lines, _ in babbler.calls[1::2]]
    assert all(agent != user for agent, user in pairs)
    assert len({spoken for pair in pairs for spoken in pair}) > 10


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
    class Hasty(Babbler):
        def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
            made = super().speak(lines, seed=seed)
            hasty = babble(35, rate=14)
            known = {
                s for sentence in REFERENCE_SENTENCES for s in (sentence, *sentence.split(", "))
            }
            return [
                Utterance(hasty, None) if line.spoken.rstrip(",") in known else utterance
                for line, utterance in zip(lines, made, strict=True)
            ]

    with pytest.raises(Rejected) as rejected:
        run(make_script(), Hasty())
    assert rejected.value.reason in ("reference_short", "clip_rate", "turn_pace")
    assert "reference (agent)" in rejected.value.evidence


def test_a_recorded_voice_is_its_own_reference(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    sound = babble(100, rate=100 / 4)
    soundfile.write(path, np.stack([sound, sound], axis=1)[::2], SAMPLE_RATE // 2, subtype="FLOAT")
    voice = Voice(
        id="v", source="test", license="CC0-1.0", synthetic=False, gender="female", path=str(path)
    )
    script = make_script()
    voices = cast(script, VoicesSpec(), 0, source="babble") | {"agent": voice}
    babbler = Babbler()
    speech = voice_script(script, voices, Studio.of(babbler), run_seed=0)
    assert speech.references["agent"] is not None
    assert abs(len(speech.references["agent"]) - len(sound)) <= 2
    assert [line.speaker for line in babbler.calls[1][0]] == ["user"]
    with pytest.raises(UserError, match="cannot be read"):
        recorded_reference(voice.model_copy(update={"path": str(tmp_path / "none.wav")}))


def test_a_block_that_is_mostly_bad_stops_the_run() -> None:
    from datagen.gates.reject_rate import MIN_DIALOGS, RejectRate
    from datagen.types import Reject

    rate = RejectRate("speech", limit=0.2)
    bad = [Reject(dialog_id="d", stage="speech", reason="clip_rate")]
    for _ in range(MIN_DIALOGS // 8 - 1):
        rate.add(7, bad)  # one in eight is still good enough
    rate.add(6, bad * 2)
    with pytest.raises(UserError, match=r"speech rejected 15 of the last 70 .* clip_rate"):
        rate.add(0, bad * 6)


def test_a_stage_takes_a_synthesizer_with_its_own_limits() -> None:
    stage = SpeechStage(Babbler(), VoicesSpec())
    assert stage._studio.limits == Studio.of(Babbler()).limits
    stage.close()


class Keeper:
    """Keeps dialogues in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, dialog_id: str) -> Any:
        return self.kept.get(dialog_id)

    def put(self, dialog_id: str, made: Any) -> None:
        self.kept[dialog_id] = made

    def sounds(self, what: object, make: Callable[[], list[Audio]]) -> list[Audio]:
        return make()


def test_what_was_spoken_is_kept_and_not_spoken_again() -> None:
    ids = ["service-0000007", "service-0000008"]
    table = scripts_table([make_script(dialog_id=one) for one in ids])
    jobs = [Job(dialog_id=one, kind="service", index=7, seed=3) for one in ids]
    plain = SpeechStage(Babbler(), VoicesSpec()).run(jobs, {"script": table})

    babbler, keeper = Babbler(), Keeper()
    stage = SpeechStage(babbler, VoicesSpec())
    stage.keeper = keeper
    whole = stage.run(jobs, {"script": table})
    assert content_hash(whole.table) == content_hash(plain.table)
    assert set(keeper.kept) == set(ids)

    spoken = len(babbler.calls)
    del keeper.kept[ids[1]]
    again = stage.run(jobs, {"script": table})
    assert content_hash(again.table) == content_hash(plain.table)
    assert len(babbler.calls) - spoken == spoken // 2
