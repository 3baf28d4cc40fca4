from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.audio.mix import render
from datagen.audio.turn_taking import pooled, speech, turn_taking
from datagen.backends.aligner.native import Native
from datagen.backends.protocols import Aligner
from datagen.config import TimelineSpec
from datagen.stages.timeline import lay_out
from datagen.text import heard
from datagen.timing.preset import Preset, load_preset
from datagen.types import (
    FRAME,
    SAMPLE_RATE,
    Audio,
    Clip,
    Dialogue,
    Fact,
    Interruption,
    InterruptionKind,
    Pause,
    Persona,
    Rejected,
    Script,
    Speech,
    SpokenWord,
    Turn,
    Uptake,
    Voice,
)

PERSONA = Persona(name="Kim", gender="female")
VOICE = Voice(id="v", source="test", license="none", synthetic=True, gender="female")
SENTENCE = "well the order left our house on monday and should be there by noon"
WORDS = SENTENCE.split()


def seconds(length: float) -> int:
    return round(length * SAMPLE_RATE)


@lru_cache
def preset(name: str = "service", **overrides: float) -> Preset:
    nested: dict[str, Any] = {}
    for key, value in overrides.items():
        section, _, field = key.partition("__")
        nested.setdefault(section, {})[field] = value
    return load_preset(TimelineSpec(preset=name, overrides=nested))


def turn(speaker: str, num_words: int, onset: str = "after", **options: Any) -> Turn:
    text = " ".join(WORDS[i % len(WORDS)] for i in range(num_words))
    return Turn.model_validate(
        {"speaker": speaker, "text": text, "spoken": text, "onset": onset} | options
    )


def script_of(*turns: Turn, dialog_id: str = "test-0000001") -> Script:
    return Script(
        dialog_id=dialog_id,
        kind="test",
        split="train",
        domain="test",
        scenario="test",
        prompt_level="full",
        role_prompt="You are a test.",
        agent=PERSONA,
        user=PERSONA,
        turns=turns,
        writer="test",
    )


def even_words(turn: Turn, length: float = 0.3, gap: float = 0.0) -> tuple[SpokenWord, ...]:
    """Words of ``length`` seconds, from 50 ms on."""
    step, first = seconds(length + gap), seconds(0.05)
    return tuple(
        SpokenWord(text=text, start=first + i * step, end=first + i * step + seconds(length))
        for i, text in enumerate(turn.spoken.split())
    )


def speech_of(
    script: Script,
    words: Callable[[Turn], tuple[SpokenWord, ...]] = even_words,
    loudness: float = -20.0,
    peak: float = -6.0,
) -> Speech:
    clips = []
    for index, one in enumerate(script.turns):
        timed = words(one)
        num_samples = timed[-1].end + seconds(0.07)
        clips.append(Clip(index, num_samples, timed, loudness, peak, None))
    voices = {"agent": VOICE, "user": VOICE}
    return Speech(script.dialog_id, voices, tuple(clips), {"agent": None, "user": None})  # type: ignore[arg-type]


def no_audio(turn: int) -> Audio:
    raise AssertionError("the native aligner needs no sound")


def lay(script: Script, used: Preset | None = None, seed: int = 0, **options: Any) -> Dialogue:
    return lay_out(
        script,
        speech_of(script, **options),
        Native(Native.Options()),
        used or preset(),
        run_seed=seed,
        load_audio=no_audio,
    )


def events_of(dialogue: Dialogue, kind: str) -> list[Any]:
    return [event for event in dialogue.events if event.type == kind]


# What always holds, whatever the script asks for


INTERRUPTIONS = st.builds(
    Interruption,
    kind=st.sampled_from(get_args(InterruptionKind)),
    answer=st.sampled_from([None, "yield", "hold", "override"]),
    uptake=st.sampled_from([None, *get_args(Uptake)]),
)
FACTS = tuple(
    Fact(id=spoken, type="text", written=spoken, spoken=spoken)
    for spoken in ("order", "monday", "house", "noon")
)


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    turns = [turn("agent", draw(st.integers(1, 12)))]
    floor = turns[0]
    for _ in range(draw(st.integers(1, 8))):
        onset = draw(st.sampled_from(["after", "after", "barge_in", "backchannel"]))
        other = "user" if floor.speaker == "agent" else "agent"
        num_words, floor_words = draw(st.integers(1, 12)), len(floor.spoken.split())
        options: dict[str, Any] = {}
        if onset != "after":
            options["at_word"] = draw(st.integers(1, floor_words))
        if onset == "barge_in" and draw(st.booleans()):
            options["interruption"] = draw(INTERRUPTIONS)
        if onset == "backchannel":
            options["act"] = draw(st.sampled_from(["agree", "cough", "side_talk"]))
        if onset != "backchannel" and num_words > 2 and draw(st.booleans()):
            after = sorted(draw(st.sets(st.integers(1, num_words - 1), min_size=1, max_size=3)))
            kinds = st.sampled_from(["clause", "thinking"])
            options["pauses"] = tuple(Pause(after_word=word, kind=draw(kinds)) for word in after)
        same = onset == "after" and draw(st.integers(0, 5)) == 0
        turns.append(turn(floor.speaker if same else other, num_words, onset, **options))
        if onset != "backchannel":
            floor = turns[-1]
    return script_of(*turns).model_copy(update={"facts": FACTS})


@pytest.mark.slow
@settings(max_examples=200)
@given(
    scripts(),
    st.sampled_from(["service", "conversational", "strict", "paper"]),
    st.integers(0, 1000),
    st.floats(0.05, 0.7),
    st.floats(0, 0.1),
)
def test_invariants(script: Script, name: str, seed: int, length: float, gap: float) -> None:
    def words(one: Turn) -> tuple[SpokenWord, ...]:
        return even_words(one, length, gap)

    dialogue = lay(script, preset(name), seed, words=words)
    clips = speech_of(script, words).clips
    assert dialogue == lay(script, preset(name), seed, words=words)
    assert dialogue == Dialogue.model_validate(dialogue.model_dump())
    assert dialogue.num_samples % FRAME == 0
    assert len(dialogue.turns) == len(script.turns)
    check_segments(dialogue, clips)
    check_words(dialogue)
    check_turns(dialogue, script)
    check_cuts(dialogue)
    check_gaps(dialogue)
    check_unsaid(dialogue)


def check_segments(dialogue: Dialogue, clips: tuple[Clip, ...]) -> None:
    for speaker in ("agent", "user"):
        own = [s for s in dialogue.segments if dialogue.turns[s.turn].speaker == speaker]
        for one, other in pairwise(own):
            assert one.at + one.end - one.start <= other.at
            if one.turn != other.turn:
                assert other.at - (one.at + one.end - one.start) >= seconds(0.1)
    for index, placed in enumerate(dialogue.turns):
        segments = [s for s in dialogue.segments if s.turn == index]
        assert all(0 <= s.start < s.end <= clips[index].num_samples for s in segments)
        assert all(0 <= s.at < dialogue.num_samples - seconds(0.5) for s in segments)
        assert all(one.end == other.start for one, other in pairwise(segments))
        if placed.spoken and not placed.unsaid:
            assert sum(s.end - s.start for s in segments) == clips[index].num_samples
        assert bool(segments) == bool(placed.spoken)


def check_words(dialogue: Dialogue) -> None:
    assert [w.start for w in dialogue.words] == sorted(w.start for w in dialogue.words)
    for index, placed in enumerate(dialogue.turns):
        words = [word for word in dialogue.words if word.turn == index]
        assert " ".join(word.text for word in words) == placed.spoken
        assert all(one.end <= other.start for one, other in pairwise(words))
        assert all(word.start < word.end and word.speaker == placed.speaker for word in words)
        if words:
            assert (words[0].start, words[-1].end) == (placed.start, placed.end)
            assert 0 <= placed.start < placed.end <= dialogue.num_samples
            spans = [(s.at, s.at + s.end - s.start) for s in dialogue.segments if s.turn == index]
            assert all(any(a <= w.start and w.end <= b for a, b in spans) for w in words)


def check_turns(dialogue: Dialogue, script: Script) -> None:
    dropped = events_of(dialogue, "dropped")
    gone = [p for p in dialogue.turns if not p.spoken]
    assert sorted(e.start for e in dropped) == sorted(p.start for p in gone)
    for asked, placed in zip(script.turns, dialogue.turns, strict=True):
        if not placed.spoken:
            assert asked.onset == "backchannel"
            assert (placed.text, placed.unsaid, placed.end) == ("", "", placed.start)
            continue
        assert f"{placed.spoken} {placed.unsaid}".strip() == asked.spoken
        assert placed.text == heard(asked.text, (), len(placed.spoken.split()))
        assert (placed.onset == "backchannel") == (asked.onset == "backchannel")
    floors = [p for p in dialogue.turns if p.onset != "backchannel"]
    for one, other in pairwise(floors):
        if other.onset == "overlap" and not other.unsaid:  # a cut may shorten it afterwards
            shorter = min(one.end - one.start, other.end - other.start)
            assert one.end - other.start <= min(0.5 * shorter, seconds(2.0))


def check_cuts(dialogue: Dialogue) -> None:
    cuts = events_of(dialogue, "cut")
    barge_ins = events_of(dialogue, "barge_in")
    assert len([e for e in barge_ins if e.cause == "yield"]) <= len(cuts) <= len(barge_ins)
    assert len(cuts) == sum(bool(placed.unsaid) for placed in dialogue.turns)
    for cut in cuts:
        (index,) = (
            index
            for index, placed in enumerate(dialogue.turns)
            if (placed.speaker, placed.end, placed.unsaid) == (cut.speaker, cut.start, cut.text)
        )
        last = [s for s in dialogue.segments if s.turn == index][-1]
        assert last.at + last.end - last.start == cut.end <= cut.start + seconds(0.07)


def check_unsaid(dialogue: Dialogue) -> None:
    """What a cut has left unsaid of the facts is said later, or the ledger says why not."""
    events = events_of(dialogue, "unsaid")
    assert set(chain.from_iterable(event.text.split() for event in events)) <= {*WORDS}
    for placed in dialogue.turns:
        heard, meant = placed.spoken.split(), f"{placed.spoken} {placed.unsaid}".split()
        for fact in FACTS:
            if not placed.unsaid or fact.id in heard or fact.id not in meant:
                continue
            account = next(
                event
                for event in events
                if event.start >= placed.start
                and event.speaker == placed.speaker
                and fact.id in event.text.split()
            )
            later = [p.spoken for p in dialogue.turns if p.start == account.start]
            is_said = account.cause in ("resumed", "repeated", "summarised", "said")
            assert is_said == any(fact.id in spoken.split() for spoken in later)
            assert is_said or account.start == account.end == placed.end


def check_gaps(dialogue: Dialogue) -> None:
    floors = [p for p in dialogue.turns if p.onset != "backchannel"]
    for gap in [e for e in dialogue.events if e.type in ("gap", "lapse", "dead_air")]:
        assert not any(p.start < gap.end and gap.start < p.end for p in floors)
        assert any(p.start == gap.end and p.speaker == gap.speaker for p in floors)


# Each thing a script can ask for


def test_a_dialogue_is_the_same_alone_or_among_others_and_differs_by_seed_and_id() -> None:
    first = script_of(turn("agent", 9), turn("user", 8), turn("agent", 7))
    second = script_of(*first.turns, dialog_id="test-0000002")
    alone = lay(first)
    lay(second)
    assert lay(first) == alone
    assert lay(first, seed=1).segments != alone.segments
    assert lay(second).segments != alone.segments


def test_a_turn_later_in_the_script_changes_nothing_before_it() -> None:
    turns = [turn("agent", 9), turn("user", 8), turn("agent", 7)]
    short, long = lay(script_of(*turns[:2])), lay(script_of(*turns))
    assert long.turns[:2] == short.turns


def test_strict_gaps_are_all_alike() -> None:
    dialogue = lay(script_of(turn("agent", 9), turn("user", 8), turn("agent", 7)), preset("strict"))
    gaps = events_of(dialogue, "gap")
    assert [gap.end - gap.start for gap in gaps] == [seconds(0.4)] * 2
    assert dialogue.turns[0].start == seconds(0.4)
    assert [placed.onset for placed in dialogue.turns] == ["after"] * 3


def test_overlap_is_negative_and_capped() -> None:
    used = preset(
        agent_to_user__overlap_rate=1.0,
        agent_to_user__lapse_rate=0.0,
        agent_to_user__dead_air_rate=0.0,
    )
    dialogue = lay(script_of(turn("agent", 10), turn("user", 2)), used)
    (event,) = events_of(dialogue, "overlap")
    one, other = dialogue.turns
    assert other.onset == "overlap"
    assert (event.start, event.end) == (other.start, one.end)
    assert 0 < one.end - other.start <= 0.4 * seconds(0.6)


def test_lapse_is_in_the_ledger() -> None:
    used = preset(
        agent_to_user__overlap_rate=0.0,
        agent_to_user__lapse_rate=1.0,
        agent_to_user__dead_air_rate=0.0,
    )
    dialogue = lay(script_of(turn("agent", 4), turn("user", 4)), used)
    (lapse,) = events_of(dialogue, "lapse")
    assert seconds(1) <= lapse.end - lapse.start <= seconds(3)


def test_barge_in_cuts_at_the_last_word_heard() -> None:
    script = script_of(turn("agent", 14), turn("user", 5, "barge_in", at_word=5), turn("agent", 3))
    dialogue = lay(script, preset("strict"))
    agent, user, _ = dialogue.turns
    clip_start = dialogue.segments[0].at
    # the user starts as word 5 ends, 1.55 s into the clip; .45 s later only word 6 has ended
    assert user.start == clip_start + seconds(0.05 + 5 * 0.3)
    assert agent.end == clip_start + seconds(0.05 + 6 * 0.3)
    assert agent.spoken == " ".join(WORDS[:6])
    assert agent.unsaid == " ".join(script.turns[0].spoken.split()[6:])
    assert agent.text == agent.spoken
    assert user.onset == "barge_in"
    (barge_in,), (cut,) = events_of(dialogue, "barge_in"), events_of(dialogue, "cut")
    assert (barge_in.speaker, barge_in.start, barge_in.end) == ("user", user.start, agent.end)
    assert (cut.speaker, cut.start, cut.end - cut.start) == ("agent", agent.end, seconds(0.045))
    assert cut.text == agent.unsaid


def test_the_interrupted_channel_is_silent_until_its_next_turn() -> None:
    script = script_of(turn("agent", 14), turn("user", 5, "barge_in", at_word=5), turn("agent", 3))
    dialogue = lay(script)
    rng = np.random.default_rng(0)
    clips = {
        clip.turn: rng.uniform(-0.5, 0.5, clip.num_samples).astype(np.float32)
        for clip in speech_of(script).clips
    }
    stereo = render(dialogue, clips)
    (cut,) = events_of(dialogue, "cut")
    after = stereo[0, cut.end : dialogue.segments[-1].at]
    assert len(after) > seconds(0.5)
    assert not after.any()
    assert np.abs(stereo[0, cut.start - 100 : cut.start]).max() > 0.1


def test_a_late_barge_in_becomes_an_ordinary_turn() -> None:
    dialogue = lay(script_of(turn("agent", 6), turn("user", 5, "barge_in", at_word=5)))
    assert not events_of(dialogue, "cut")
    assert dialogue.turns[0].unsaid == ""
    assert dialogue.turns[1].onset in ("after", "overlap")
    assert [event.cause for event in dialogue.events] == ["late_barge_in"]


def test_a_barge_in_during_a_pause_ends_the_turn_there() -> None:
    pause = (Pause(after_word=4, kind="thinking"),)
    script = script_of(turn("agent", 8, pauses=pause), turn("user", 5, "barge_in", at_word=4))
    dialogue = lay(script, preset("strict"))
    assert dialogue.turns[0].spoken == " ".join(WORDS[:4])
    assert len([segment for segment in dialogue.segments if segment.turn == 0]) == 1
    assert not events_of(dialogue, "pause")


def test_a_backchannel_is_quiet_and_moves_nothing() -> None:
    turns = [turn("agent", 12), turn("user", 1, "backchannel", at_word=6), turn("user", 4)]
    dialogue, without = (
        lay(script_of(*turns), preset("strict")),
        lay(script_of(turns[0], turns[2]), preset("strict")),
    )
    agent, answer, user = dialogue.turns
    assert answer.start == dialogue.segments[0].at + seconds(0.05 + 6 * 0.3 + 0.2)
    assert answer.onset == "backchannel"
    assert (agent, user) == without.turns
    gains = {segment.turn: segment.gain for segment in dialogue.segments}
    assert gains[1] == gains[2] - 6
    (event,) = events_of(dialogue, "backchannel")
    assert (event.speaker, event.start, event.end) == ("user", answer.start, answer.end)


def test_each_backchannel_draws_its_own_delay() -> None:
    answers = [turn("user", 1, "backchannel", at_word=word) for word in (5, 10)]
    dialogue = lay(script_of(turn("agent", 14), *answers, turn("user", 4)))
    words = [word for word in dialogue.words if word.turn == 0]
    delays = [dialogue.turns[1].start - words[4].end, dialogue.turns[2].start - words[9].end]
    assert all(seconds(0.13) <= delay <= seconds(0.30) for delay in delays)
    assert delays[0] != delays[1]


@pytest.mark.parametrize(
    ("at_word", "next_turn", "cause"),
    [
        (12, turn("user", 4), "late"),
        (10, turn("user", 4, "barge_in", at_word=5), "unsaid"),
        (5, turn("user", 4, "barge_in", at_word=6), "collision"),
    ],
)
def test_a_backchannel_without_a_place_is_dropped(
    at_word: int, next_turn: Turn, cause: str
) -> None:
    answer = turn("user", 1, "backchannel", at_word=at_word)
    dialogue = lay(script_of(turn("agent", 12), answer, next_turn), preset("strict"))
    (event,) = events_of(dialogue, "dropped")
    assert (event.cause, event.text, event.speaker) == (cause, answer.spoken, "user")
    assert (dialogue.turns[1].spoken, dialogue.turns[1].start) == ("", event.start)
    assert {word.turn for word in dialogue.words} == {0, 2}
    assert len(dialogue.turns) == 3


def test_a_pause_splits_the_clip_in_the_middle_of_the_gap() -> None:
    script = script_of(turn("agent", 6, pauses=(Pause(after_word=2),)), turn("user", 3))
    dialogue = lay(script, preset("strict"), words=lambda one: even_words(one, 0.3, 0.1))
    first, second = (segment for segment in dialogue.segments if segment.turn == 0)
    assert first.end == second.start == seconds(0.05 + 0.4 + 0.3 + 0.05)
    assert second.at - (first.at + first.end) == seconds(0.55)
    assert first.fade_out == second.fade_in == seconds(0.005)
    (event,) = events_of(dialogue, "pause")
    words = dialogue.words
    assert (event.start, event.end, event.cause) == (words[1].end, words[2].start, "clause")
    assert event.end - event.start == seconds(0.55 + 0.1)


def test_one_speaker_may_have_two_turns_in_a_row() -> None:
    dialogue = lay(script_of(turn("agent", 6), turn("agent", 3)), preset("strict"))
    (event,) = dialogue.events
    assert (event.type, event.cause) == ("pause", "turn")
    assert event.end - event.start == seconds(0.55)


def test_turns_come_to_the_target_with_one_jitter_for_each_speaker() -> None:
    script = script_of(*[turn("agent", 9), turn("user", 8)] * 3)
    levels = {segment.turn: segment.gain - 20.0 for segment in lay(script, peak=-30).segments}
    assert levels[0] == levels[2] == levels[4] != levels[1] == levels[3] == levels[5]
    assert all(abs(level - -23) <= 1.51 for level in levels.values())
    limited = lay(script, loudness=-40, peak=-10)
    assert {segment.gain for segment in limited.segments} == {9.0}


# What cannot be done


@pytest.mark.parametrize(
    "turns",
    [
        [turn("agent", 5, "barge_in", at_word=1), turn("user", 5)],
        [turn("agent", 5), turn("user", 5, "barge_in")],
        [turn("agent", 5), turn("user", 5, "barge_in", at_word=6)],
        [turn("agent", 5), turn("agent", 1, "backchannel", at_word=2)],
        [turn("agent", 5, pauses=(Pause(after_word=5),)), turn("user", 5)],
        [turn("agent", 5, pauses=(Pause(after_word=3), Pause(after_word=3))), turn("user", 5)],
    ],
)
def test_an_impossible_cue_rejects_the_dialogue(turns: list[Turn]) -> None:
    with pytest.raises(Rejected) as rejected:
        lay(script_of(*turns))
    assert rejected.value.reason == "impossible_cue"


@pytest.mark.parametrize("fault", ["outside", "overlapping", "empty"])
def test_times_that_cannot_be_reject_the_dialogue(fault: str) -> None:
    def words(one: Turn) -> tuple[SpokenWord, ...]:
        first, *rest = even_words(one)
        wrong = {
            "outside": {"start": -1},
            "overlapping": {"end": rest[0].end},
            "empty": {"end": first.start},
        }
        return (first.model_copy(update=wrong[fault]), *rest)

    with pytest.raises(Rejected) as rejected:
        lay(script_of(turn("agent", 5), turn("user", 5)), words=words)
    assert rejected.value.reason == "alignment"


def test_an_aligner_that_listens_gets_the_clip_of_its_turn() -> None:
    script = script_of(turn("agent", 5), turn("user", 7))
    clips = speech_of(script).clips

    class Listener(Aligner):
        def align(self, spoken: str, audio: Any, words: Any) -> tuple[SpokenWord, ...]:
            one = turn("agent", len(spoken.split()))
            assert len(audio()) == even_words(one)[-1].end + seconds(0.07)
            return even_words(one)

    dialogue = lay_out(
        script,
        speech_of(script),
        Listener(None),
        preset(),
        run_seed=0,
        load_audio=lambda index: np.zeros(clips[index].num_samples, np.float32),
    )
    assert dialogue == lay(script)


# The preset as a whole


def natural_words(rng: np.random.Generator) -> Callable[[Turn], tuple[SpokenWord, ...]]:
    """Words of .15-.55 s, with a synthesizer's comma pause about every seven of them."""

    def words(one: Turn) -> tuple[SpokenWord, ...]:
        timed, at = [], seconds(0.03)
        for text in one.spoken.split():
            end = at + seconds(rng.uniform(0.15, 0.55))
            timed.append(SpokenWord(text=text, start=at, end=end))
            at = end + (seconds(rng.uniform(0.2, 0.4)) if rng.random() < 0.14 else 0)
        return tuple(timed)

    return words


def service_call(rng: np.random.Generator, index: int) -> Script:
    """About a minute of turns; cues as often as the literature has them in service calls."""
    turns: list[Turn] = []
    for place in range(14):
        speaker, onset, options = ("agent", "user")[place % 2], "after", dict[str, Any]()
        num_words = int(np.clip(rng.lognormal(2.3, 0.6), 2, 40))
        floor = len(turns[-1].spoken.split()) if turns else 0
        if speaker == "user" and floor > 10 and rng.random() < 0.09:
            onset, options["at_word"] = "barge_in", int(floor * rng.uniform(0.35, 0.75))
        if speaker == "user" and num_words >= 8 and rng.random() < 0.35:
            kind = "thinking" if rng.random() < 0.15 else "clause"
            options["pauses"] = (Pause(after_word=num_words // 2, kind=kind),)
        answer = None
        if floor > 10 and onset == "after" and rng.random() < 0.35:
            answer = turn(speaker, 1, "backchannel", at_word=floor // 2)
        turns += ([answer] if answer else []) + [turn(speaker, num_words, onset, **options)]
    return script_of(*turns, dialog_id=f"test-{index:07}")


@lru_cache
def measured(name: str) -> dict[str, float]:
    rng = np.random.default_rng(7)
    scripts = [service_call(rng, index) for index in range(60)]
    dialogues = [lay(script, preset(name), words=natural_words(rng)) for script in scripts]
    total = pooled([turn_taking(speech(dialogue)) for dialogue in dialogues])
    return total.per_minute() | total.offset_statistics()


def test_the_service_preset_is_as_close_to_human_calls_as_it_says() -> None:
    found = measured("service")
    assert 45 < found["ipu"] < 55
    assert 4 < found["pause"] < 9
    assert 3 < found["gap"] < 6
    assert 0.8 < found["overlap"] < 3


def test_the_conversational_preset_overlaps_more_than_service() -> None:
    assert measured("conversational")["overlapped"] > measured("service")["overlapped"] + 0.1
    assert measured("conversational")["under_200_ms"] > 0.4
