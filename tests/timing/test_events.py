"""What happens between speakers, each behaviour asked for alone; and dialogues at the limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.audio import vad
from datagen.audio.mix import render
from datagen.audio.turn_taking import TurnTaking, speech, turn_taking
from datagen.audio.vad import Spell
from datagen.backends.protocols import FloorPredictor, Odds, Slot
from datagen.config import TimelineSpec
from datagen.stages.timeline import lay_out
from datagen.timing.effects.chain import apply
from datagen.timing.preset import Preset, load_preset
from datagen.types import (
    SPEAKERS,
    Audio,
    Behaviour,
    Dialogue,
    Pause,
    Persona,
    Script,
    Turn,
)
from tests.stages.test_timeline import (
    Native,
    check_segments,
    check_words,
    events_of,
    lay,
    no_audio,
    preset,
    script_of,
    scripts,
    seconds,
    speech_of,
    turn,
)

NAMES = ["service", "conversational", "strict", "paper"]


def changed(name: str = "strict", **overrides: Any) -> Preset:
    return load_preset(TimelineSpec(preset=name, overrides=overrides))


def lines(text: str, speaker: str = "user", **options: Any) -> Turn:
    return Turn.model_validate({"speaker": speaker, "text": text, "spoken": text} | options)


def tones(script: Script, amplitude: float = 0.2, **options: Any) -> dict[int, Audio]:
    """A tone wherever a clip has a word, so that what is heard is what was planned."""
    clips = {}
    for clip in speech_of(script, **options).clips:
        sound = np.zeros(clip.num_samples, np.float32)
        for word in clip.words or ():
            sound[word.start : word.end] = amplitude
        clips[clip.turn] = sound * np.sin(np.arange(clip.num_samples) * 0.3).astype(np.float32)
    return clips


def heard(dialogue: Dialogue, script: Script, amplitude: float = 0.2) -> TurnTaking:
    return turn_taking(vad.both(render(dialogue, tones(script, amplitude))))


# What is heard is what was planned


@settings(max_examples=40)
@given(scripts(), st.sampled_from(NAMES), st.integers(0, 1000))
def test_offsets_that_are_heard_are_those_that_were_planned(
    script: Script, name: str, seed: int
) -> None:
    dialogue = lay(script, preset(name), seed)
    fades = [Spell(cut.speaker, cut.start, cut.end) for cut in events_of(dialogue, "cut")]
    planned, found = turn_taking([*speech(dialogue), *fades]), heard(dialogue, script)
    assert len(found.offsets) == len(planned.offsets)
    for one, other in zip(found.offsets, planned.offsets, strict=True):
        assert abs(one - other) <= seconds(0.010)


@settings(max_examples=40)
@given(scripts(), st.sampled_from(NAMES), st.integers(0, 1000))
def test_no_sample_is_lost_or_changed_without_a_cut(script: Script, name: str, seed: int) -> None:
    dialogue = lay(script, preset(name), seed, loudness=-23.0)
    clips = {
        c.turn: np.full(c.num_samples, c.turn + 1, np.float32) for c in speech_of(script).clips
    }
    flat = dialogue.model_copy(
        update={
            "segments": tuple(
                s.model_copy(update={"gain": 0.0, "fade_in": 0, "fade_out": 0})
                for s in dialogue.segments
            )
        }
    )
    stereo = render(flat, clips)
    for index, placed in enumerate(dialogue.turns):
        count = int(np.count_nonzero(stereo == index + 1))
        if placed.spoken and not placed.unsaid:
            assert count == len(clips[index])
        elif not placed.spoken:
            assert count == 0
    assert set(np.unique(stereo)) <= {0.0, *(float(i + 1) for i in clips)}


@settings(max_examples=40)
@given(scripts(), st.sampled_from(NAMES), st.integers(0, 1000))
def test_after_a_cut_its_channel_is_silent_until_its_speaker_sounds_again(
    script: Script, name: str, seed: int
) -> None:
    dialogue = lay(script, preset(name), seed)
    clips = {c.turn: np.ones(c.num_samples, np.float32) for c in speech_of(script).clips}
    stereo = render(dialogue, clips)
    for cut in events_of(dialogue, "cut"):
        own = [s.at for s in dialogue.segments if dialogue.turns[s.turn].speaker == cut.speaker]
        again = min((at for at in own if at >= cut.end), default=dialogue.num_samples)
        channel = stereo[SPEAKERS.index(cut.speaker)]
        assert channel[cut.start : cut.end - 1].all()
        assert again > cut.end
        assert not channel[cut.end : again].any()


@pytest.mark.slow
@settings(max_examples=40)
@given(scripts(), st.integers(0, 1000))
def test_invariants_hold_with_every_behaviour_at_once(script: Script, seed: int) -> None:
    used = changed(
        "conversational",
        quotas={"pause_rate": 0.7, "barge_in_rate": 0.7, "backchannel_rate": 0.7, "min_words": 4},
        false_interruption={"rate": 0.7},
        interrupted=[{"hold": 0.4, "override": 0.3}] * 3,
        first_response={"median": 0.7, "sigma": 0.3, "high": 2.0},
        effects="phone",
    )
    dialogue = lay(script, used, seed)
    assert dialogue == lay(script, used, seed)
    check_segments(dialogue, speech_of(script).clips)
    check_words(dialogue)
    for event in dialogue.events:
        assert 0 <= event.start <= event.end <= dialogue.num_samples
    for placed, asked in zip(dialogue.turns, script.turns, strict=True):
        assert f"{placed.spoken} {placed.unsaid}".strip() in (asked.spoken, "")


# Answers to an interruption

BARGE_IN = script_of(
    lines("first of all, there is the fee of nine dollars, and then the tax on it.", "agent"),
    lines("sorry, but why is that?", onset="barge_in", at_word=5),
    lines("because it is the law.", "agent"),
)


@pytest.mark.parametrize(
    ("answer", "manner", "num_words"),
    [
        ({}, "yield", 6),
        ({"hold": 1.0}, "hold", 10),  # the clause that ends with "dollars,"
        ({"override": 1.0}, "override", 16),
    ],
)
def test_who_is_interrupted_yields_holds_or_overrides(
    answer: dict[str, float], manner: str, num_words: int
) -> None:
    dialogue = lay(BARGE_IN, changed(interrupted=[answer] * 3))
    (barge_in,) = events_of(dialogue, "barge_in")
    agent, user, _ = dialogue.turns
    assert barge_in.cause == manner
    assert (barge_in.start, barge_in.end) == (user.start, agent.end)
    assert len(agent.spoken.split()) == num_words
    assert bool(agent.unsaid) == bool(events_of(dialogue, "cut")) == (manner != "override")
    assert user.onset == "barge_in"


def test_a_clause_that_is_too_long_is_not_finished() -> None:
    used = changed(interrupted=[{"hold": 1.0}] * 3, barge_in={"longest_hold": 0.6})
    assert len(lay(BARGE_IN, used).turns[0].spoken.split()) == 6


def test_a_bridge_is_the_scripts() -> None:
    back = BARGE_IN.turns[2].model_copy(update={"act": "bridge"})
    dialogue = lay(script_of(*BARGE_IN.turns[:2], back), changed())
    assert [event.cause for event in events_of(dialogue, "barge_in")] == ["bridge"]


def test_the_answer_is_a_trait_of_who_is_interrupted() -> None:
    used = changed(interrupted=[{}, {"hold": 1.0}, {"override": 1.0}])
    manners = []
    for level in (0, 1, 2):
        agent = Persona(name="A", gender="male", behaviour=Behaviour(interruptions=level))
        dialogue = lay(BARGE_IN.model_copy(update={"agent": agent}), used)
        manners += [event.cause for event in events_of(dialogue, "barge_in")]
    assert manners == ["yield", "hold", "override"]


# False interruptions, dead air, first response, quotas


def test_the_agent_falters_at_a_backchannel_and_goes_on() -> None:
    script = script_of(
        turn("agent", 12), turn("user", 1, "backchannel", at_word=6), turn("user", 4)
    )
    dialogue = lay(script, changed(false_interruption={"rate": 1.0}))
    (event,), (pause,) = events_of(dialogue, "false_interruption"), events_of(dialogue, "pause")
    agent, answer, _ = dialogue.turns
    assert (event.speaker, event.text, event.cause) == ("user", answer.spoken, "backchannel")
    assert (pause.speaker, pause.cause) == ("agent", "false_interruption")
    assert seconds(0.3) <= event.end - event.start <= seconds(0.8)
    words = [word for word in dialogue.words if word.turn == 0]
    assert (event.start, event.end) == (words[6].end, words[7].start)
    assert words[6].start < answer.start < event.end
    assert agent.unsaid == ""


def test_nobody_falters_at_a_backchannel_of_the_agent() -> None:
    script = script_of(
        turn("user", 12), turn("agent", 1, "backchannel", at_word=6), turn("agent", 4)
    )
    dialogue = lay(script, changed(false_interruption={"rate": 1.0}))
    assert not events_of(dialogue, "false_interruption")


def test_dead_air_is_long_and_told_from_a_lapse() -> None:
    transfer = {"dead_air_rate": 1.0, "dead_air": {"low": 3.0, "high": 5.0}}
    dialogue = lay(script_of(turn("agent", 4), turn("user", 4)), changed(agent_to_user=transfer))
    (event,) = dialogue.events
    assert (event.type, event.speaker) == ("dead_air", "user")
    assert seconds(3) <= event.end - event.start <= seconds(5)


def test_the_agents_first_response_has_its_own_law() -> None:
    used = changed(first_response={"median": 1.5, "sigma": 0.0, "high": 2.0})
    talk = [turn("user", 4), turn("agent", 4), turn("user", 4), turn("agent", 4)]
    gaps = events_of(lay(script_of(*talk), used), "gap")
    assert [(gap.end - gap.start, gap.cause) for gap in gaps] == [
        (seconds(1.5), "first_response"),
        (seconds(0.4), "preset"),
        (seconds(0.4), "preset"),
    ]
    assert lay(script_of(*talk[1:]), used).turns[0].start == seconds(1.5)


CLAUSES = "i was at home, and nobody came by, which is odd, really."


def test_effects_are_in_the_ledger_and_can_be_heard_from_it() -> None:
    script = script_of(turn("agent", 9), turn("user", 8))
    dialogue = lay(script, changed(effects="phone"))
    drawn = events_of(dialogue, "effect")
    assert {"gain", "telephone"} <= {event.cause for event in drawn}
    assert {(e.speaker, e.start, e.end) for e in drawn} == {("user", 0, dialogue.num_samples)}
    clean = render(dialogue, tones(script))
    coded = apply(clean, dialogue.events)
    assert np.array_equal(coded[0], clean[0])
    assert not np.array_equal(coded[1], clean[1])
    without = lay(script, changed())
    assert [e for e in dialogue.events if e.type != "effect"] == list(without.events)
    assert dialogue.segments == without.segments


# Slots


class Certain(FloorPredictor):
    """Knows where a backchannel and where a pause belongs."""

    def __init__(self, backchannel: int, silence: int) -> None:
        self.backchannel, self.silence = backchannel, silence

    def predict(self, script: Script, slots: list[Slot]) -> list[Odds]:  # type: ignore[override]
        return [
            Odds(
                silence=float(slot.after_word == self.silence),
                backchannel=float(slot.after_word == self.backchannel),
                take_floor=0.0,
            )
            for slot in slots
        ]


def lay_certain(script: Script, backchannel: int, silence: int) -> Dialogue:
    return lay_out(
        script,
        speech_of(script),
        Native(Native.Options()),
        changed(),
        Certain(backchannel, silence),
        run_seed=0,
        load_audio=no_audio,
    )


def test_backchannels_and_pauses_go_where_the_odds_are() -> None:
    user = lines(CLAUSES, pauses=(Pause(after_word=2),))
    script = script_of(turn("agent", 3), user, turn("agent", 1, "backchannel", at_word=2))
    dialogue = lay_certain(script, backchannel=4, silence=8)
    words = [word for word in dialogue.words if word.turn == 1]
    (pause,) = events_of(dialogue, "pause")
    assert pause.start == words[7].end
    assert dialogue.turns[2].start == words[3].end + seconds(0.2)
    slots = events_of(dialogue, "slot")
    assert [slot.cause for slot in slots] == ["backchannel", "silence", "silence"]
    assert [slot.start for slot in slots] == [words[index - 1].end for index in (4, 8, 11)]
    assert slots[0].text == "silence 0.000 backchannel 1.000 take_floor 0.000"
    assert {slot.speaker for slot in slots} == {"agent"}


@pytest.mark.parametrize(
    ("pause", "places"),
    [
        (Pause(after_word=2, kind="thinking"), [2]),  # whose words are beside it
        (Pause(after_word=2), [4]),  # the only slot inside what is said before the barge-in
    ],
)
def test_a_pause_stays_with_its_words_and_within_what_is_said(
    pause: Pause, places: list[int]
) -> None:
    agent = turn("agent", 3, "barge_in", at_word=8)
    dialogue = lay_certain(script_of(lines(CLAUSES, pauses=(pause,)), agent), 4, silence=11)
    words = [word for word in dialogue.words if word.turn == 0]
    starts = [event.start for event in events_of(dialogue, "pause")]
    assert starts == [words[place - 1].end for place in places]
