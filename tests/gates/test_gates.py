"""Injected faults are each caught, and clean speech passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from datagen.audio.timbre import distance, timbre
from datagen.backends.speech.espeak import Espeak
from datagen.gates import dialogue
from datagen.gates.limits import PROFILES, Limits, limits_for
from datagen.gates.pace import COMMA, NAMED, STOP, weight
from datagen.gates.signal import NONVERBAL, SPELLED, measure, num_letters
from datagen.gates.turn import Heard, listen
from datagen.types import SAMPLE_RATE, SPEAKERS, Audio, Fault, Line, Speaker, UserError, Voice
from tests.fixtures.speech_like import babble, voiced

SAID = (
    "Thank you for calling Harbor Bank, this is Ada. How can I help you today?",
    "Hello, I would like to know what it costs to send money to another country.",
    "Mm-hmm.",
    "It depends on where you send it. Could you tell me your customer number, please?",
    "Yes, of course. It is seven five five, zero one two nine.",
    "Thank you. A transfer within Europe is four dollars and fifty cents.",
    "That is more than I thought. Is there any way to get it cheaper?",
    "There is. If you send it in the evening, it will only cost two dollars.",
)
SPEAKER: dict[int, Speaker] = {turn: SPEAKERS[turn % 2] for turn in range(len(SAID))}
VOICES = {
    speaker: Voice(id=name, source="espeak", license="synthetic", synthetic=True, gender=gender)
    for speaker, name, gender in (("agent", "ada", "female"), ("user", "bo", "male"))
}
TURN = 3
LIMITS = limits_for("espeak")


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    pytest.importorskip("espeakng_loader")
    return Espeak(Espeak.Options())


def say(espeak: Espeak, turns: range, speakers: dict[int, Speaker]) -> list[Audio]:
    lines = [Line(SAID[turn], VOICES[speakers[turn]], speakers[turn]) for turn in turns]
    return [utterance.audio for utterance in espeak.speak(lines, seed=1)]


@pytest.fixture(scope="module")
def clean(espeak: Espeak) -> list[Audio]:
    return say(espeak, range(len(SAID)), SPEAKER)


def judge(clips: list[Audio], limits: Limits = LIMITS) -> dict[int, Fault]:
    """What T0 and T1 find in a dialogue."""
    heard = {turn: listen(audio, SAID[turn], limits) for turn, audio in enumerate(clips)}
    bad = {turn: take.fault for turn, take in heard.items() if take.fault}
    good = {turn: take for turn, take in heard.items() if not take.fault}
    return {**dialogue.faults(good, SPEAKER, limits), **bad}


def noise(seconds: float, level: float) -> Audio:
    draws = np.random.default_rng(0).standard_normal(int(seconds * SAMPLE_RATE))
    return (level * draws).astype(np.float32)


def silence(seconds: float) -> Audio:
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def middle(audio: Audio, inserted: Audio) -> Audio:
    return np.concatenate([audio[: len(audio) // 2], inserted, audio[len(audio) // 2 :]])


FAULTS: dict[str, tuple[Callable[[Audio], Audio], set[str]]] = {
    "noise at the end": (lambda a: np.append(a, noise(1.2, 0.05)), {"clip_noise"}),
    "text said twice": (lambda a: np.append(a, a), {"turn_pace", "clip_rate"}),
    "too fast": (
        lambda a: np.interp(np.arange(0, len(a), 1.8), np.arange(len(a)), a).astype(np.float32),
        {"clip_rate", "turn_pace"},
    ),
    "cut off": (lambda a: a[: int(0.6 * len(a))], {"clip_cut_off", "turn_pace", "clip_rate"}),
    "silent": (lambda a: a * np.float32(0), {"clip_silent"}),
    "nearly silent": (lambda a: a * np.float32(0.01), {"clip_silent"}),
    "clipped": (lambda a: np.clip(a * np.float32(8), -1, 1), {"clip_clipped"}),
    "not a number": (lambda a: middle(a, np.array([np.nan], np.float32)), {"clip_not_finite"}),
    "infinite": (lambda a: middle(a, np.array([np.inf], np.float32)), {"clip_not_finite"}),
    "empty": (lambda a: a[:0], {"clip_duration"}),
    "endless": (lambda a: np.tile(a, 12), {"clip_duration"}),
    "long silence before": (lambda a: np.append(silence(0.8), a), {"clip_silence"}),
    "long silence inside": (lambda a: middle(a, silence(2.5)), {"clip_silence"}),
    "long silence after": (lambda a: np.append(a, silence(2.0)), {"clip_silence"}),
    "hum": (lambda a: a + noise(len(a) / SAMPLE_RATE, 0.01)[: len(a)], {"clip_floor"}),
    "off centre": (lambda a: a + np.float32(0.05), {"clip_offset", "clip_floor", "clip_cut_off"}),
    "too loud": (lambda a: np.tanh(a * 30) * np.float32(0.99), {"clip_level"}),
    "much quieter": (lambda a: a * np.float32(0.3), {"turn_level"}),
}


def test_clean_speech_passes(clean: list[Audio]) -> None:
    assert judge(clean) == {}
    heard = {turn: listen(audio, SAID[turn], LIMITS) for turn, audio in enumerate(clean)}
    assert dialogue.alike(heard, SPEAKER, LIMITS) is None


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught_and_named(clean: list[Audio], name: str) -> None:
    damage, reasons = FAULTS[name]
    clips = [*clean]
    clips[TURN] = damage(clean[TURN])
    found = judge(clips)
    assert set(found) == {TURN}
    assert found[TURN].reason in reasons


def test_another_speaker_is_caught(espeak: Espeak, clean: list[Audio]) -> None:
    clips = [*clean]
    (clips[TURN],) = say(espeak, range(TURN, TURN + 1), {TURN: "agent"})
    found = judge(clips)
    assert set(found) == {TURN}
    assert found[TURN].reason in {"turn_pitch", "turn_speaker"}


def test_a_stranger_is_caught_though_nothing_is_known_of_the_other_speaker(
    espeak: Espeak, clean: list[Audio]
) -> None:
    stranger = Voice(
        id="cy", source="espeak", license="synthetic", synthetic=True, gender=VOICES["user"].gender
    )
    (audio,) = [u.audio for u in espeak.speak([Line(SAID[TURN], stranger, "user")], seed=1)]
    clips = {turn: clip for turn, clip in enumerate(clean) if SPEAKER[turn] == "user"}
    clips[TURN] = audio
    heard = {turn: listen(clip, SAID[turn], LIMITS) for turn, clip in clips.items()}
    found = dialogue.faults(heard, SPEAKER, limits_for("espeak", {"max_pitch_change": 99}))
    assert found[TURN].reason == "turn_voice"


@pytest.mark.parametrize("turn", [turn for turn, said in enumerate(SAID) if len(said) > 20])
def test_no_turn_may_lack_its_end(clean: list[Audio], turn: int) -> None:
    """Cut anywhere, in a vowel or in a pause, and faded as every backend's end is."""
    clips = [*clean]
    clips[turn] = clean[turn][: int(0.7 * len(clean[turn]))].copy()
    clips[turn][-120:] *= np.linspace(1, 0, 120, dtype=np.float32)
    assert turn in judge(clips)


def test_an_abrupt_end_is_a_fault_in_a_turn_that_is_over_early(clean: list[Audio]) -> None:
    abrupt = clean[TURN][: int(0.95 * len(clean[TURN]))]
    clips = [*clean]
    clips[TURN] = abrupt
    patient = limits_for("espeak", {"min_end_drop": 0, "min_quick_drop": 200, "quick_pace": 0.9})
    assert judge(clips, patient)[TURN].reason == "turn_cut_off"
    slow = patient.model_copy(update={"quick_pace": 1.3})
    assert judge(clips, slow) == {}


def test_weight_follows_what_is_said() -> None:
    assert weight("area.") == pytest.approx(weight("area") + STOP)
    assert weight("ninety nine,") == pytest.approx(weight("ninety nine") + COMMA)
    assert weight("B") > weight("a") + NAMED
    assert weight("make") < weight("making")
    assert weight("to the") < weight("tea tree")
    assert weight("It\N{RIGHT SINGLE QUOTATION MARK}s") == weight("it's")
    assert weight("...") == STOP
    assert weight("") == 0


def test_one_voice_for_both_speakers_is_caught(espeak: Espeak) -> None:
    clips = say(espeak, range(len(SAID)), dict.fromkeys(SPEAKER, "agent"))
    heard = {turn: listen(audio, SAID[turn], LIMITS) for turn, audio in enumerate(clips)}
    fault = dialogue.alike(heard, SPEAKER, LIMITS)
    assert fault is not None
    assert fault.reason == "voices_alike"


def test_too_little_is_known_of_a_new_speaker() -> None:
    heard = {
        0: Heard(SAID[0], None, measure(babble(60), SAID[0]), timbre(babble(60))),
        1: Heard(SAID[1], None, measure(babble(60), SAID[1]), timbre(babble(60, pitch=300))),
    }
    assert dialogue.faults(heard, {0: "agent", 1: "agent"}, LIMITS) == {}
    assert dialogue.alike(heard, {0: "agent", 1: "user"}, LIMITS) is None


def test_one_clipped_sample_is_forgiven() -> None:
    audio = babble(60)
    audio[100] = 1.0
    assert listen(audio, "w" * 20 + " x y", Limits(min_rate=0)).fault is None


def test_pauses_do_not_count_in_the_rate() -> None:
    line = "a b " + "c" * 54
    once = measure(babble(56), line)
    paused = measure(np.concatenate([babble(28), silence(1.0), babble(28)]), line)
    assert paused.rate == pytest.approx(once.rate, rel=0.05)
    assert paused.gap == pytest.approx(1.1, abs=0.1)


def test_short_lines_have_no_rate() -> None:
    assert listen(babble(8, 4.0), "Hmm, yes.", Limits()).fault is None
    assert listen(babble(8, 4.0), "So, well, I guess.", Limits()).fault is not None


def test_measures_are_in_their_units() -> None:
    sound = np.concatenate([silence(0.3), voiced(2 * SAMPLE_RATE, level=0.5), silence(0.7)])
    found = measure(sound, "x" * 28)
    assert found.lead == pytest.approx(0.3, abs=0.04)
    assert found.tail == pytest.approx(0.7, abs=0.06)
    assert found.clipped == 0
    assert found.end > 60
    assert measure(sound * 2, "x").level == pytest.approx(found.level + 6.02, abs=0.01)
    assert measure(noise(1.0, 0.1), "x").noise == pytest.approx(1.0, abs=0.03)
    assert measure(noise(1.0, 0.1), "x").level == pytest.approx(-20, abs=0.8)


@pytest.mark.parametrize("pitch", [80.0, 120.0, 190.0, 300.0])
def test_pitch_is_the_voices_own(pitch: float) -> None:
    found = timbre(voiced(2 * SAMPLE_RATE, pitch))
    assert found is not None
    assert found.pitch == pytest.approx(12 * np.log2(pitch), abs=0.2)


def test_noise_and_short_clips_have_no_timbre() -> None:
    assert timbre(noise(2.0, 0.1)) is None
    assert timbre(voiced(SAMPLE_RATE // 5)) is None
    assert timbre(voiced(100)) is None
    assert timbre(silence(2.0)) is None


def test_louder_is_not_another_voice() -> None:
    one, other = timbre(voiced(48_000)), timbre(voiced(48_000, level=0.1))
    assert one is not None
    assert other is not None
    assert distance(one, other) == pytest.approx(0, abs=1e-3)


def test_recipes_may_change_limits() -> None:
    assert limits_for("nobody") == Limits()
    assert set(PROFILES) >= {"espeak", "chatterbox", "dia"}
    assert limits_for("espeak", {"max_gap": 3}) == limits_for("espeak").model_copy(
        update={"max_gap": 3.0}
    )
    with pytest.raises(UserError, match="gates: max_gaps"):
        limits_for("espeak", {"max_gaps": 3})


def test_a_take_without_measures_has_no_place_in_a_dialogue() -> None:
    broken = listen(silence(1.0), SAID[0], LIMITS)
    assert broken.measures is None
    assert dialogue.faults({0: replace(broken, fault=None)}, {0: "agent"}, LIMITS) == {}


def test_spelled_letters_count_for_more() -> None:
    assert num_letters("I am at a bank.") == 10
    assert num_letters("G, R, I, F.") == 3 * SPELLED + 1
    assert num_letters("It's B seven four.") == 3 + SPELLED + 9


def test_a_nod_takes_its_time() -> None:
    assert num_letters("Mm, I see.") == NONVERBAL + 4
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    hum = (0.1 * np.sin(2 * np.pi * 120 * t)).astype(np.float32)
    clip = np.concatenate([silence(0.1), hum, silence(0.1)])
    nodding = listen(clip, "Mm, so now I see.", LIMITS).fault
    assert nodding is None or nodding.reason != "clip_rate"
    slow = listen(clip, "So now I see.", LIMITS).fault
    assert slow
    assert slow.reason == "clip_rate"


def test_a_word_may_be_spelled_with_pauses_or_without(clean: list[Audio]) -> None:
    """As a voice said "S, U, T, T, O, N.": 1.56 times as fast as what has pauses."""
    agents = [turn for turn in range(len(SAID)) if SPEAKER[turn] == "agent" and turn != 2]
    others = [listen(clean[turn], SAID[turn], LIMITS) for turn in agents]
    usual = np.median([weight(o.spoken) / o.measures.speech for o in others if o.measures])
    spelled = "Sure, S, U, T, T, O, N."
    for seconds, is_fault in (
        (weight(spelled) / usual, False),
        (weight("Sure, S U T T O N.") / usual, False),
        (weight("Sure, S U.") / usual, True),
    ):
        measures = replace(others[0].measures, speech=seconds, end=60.0)
        take = replace(others[0], spoken=spelled, measures=measures)
        faults = list(dialogue._pace(take, others, LIMITS))
        assert [fault.reason for fault in faults] == ["turn_pace"] * is_fault
