"""Dialogues at the limits: handled, or rejected with a reason."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from datagen.audio import vad
from datagen.audio.mix import render
from datagen.audio.turn_taking import speech, turn_taking
from datagen.backends.aligner.native import Native
from datagen.stages.timeline import lay_out
from datagen.types import SAMPLE_RATE, Clip, Rejected, SpokenWord, Turn
from tests.stages.test_timeline import (
    check_cuts,
    check_segments,
    check_words,
    even_words,
    events_of,
    lay,
    no_audio,
    preset,
    script_of,
    seconds,
    speech_of,
    turn,
)
from tests.timing.test_events import changed, heard, tones

pytestmark = pytest.mark.slow


def test_a_dialogue_of_200_turns() -> None:
    talk = [turn(("agent", "user")[i % 2], 3 + i % 5) for i in range(200)]
    dialogue = lay(script_of(*talk), preset("conversational"))
    check_words(dialogue)
    assert len(dialogue.turns) == 200


def test_a_turn_of_ten_minutes() -> None:
    talk = [turn("agent", 2000), turn("user", 2, "barge_in", at_word=1990), turn("agent", 2)]
    dialogue = lay(script_of(*talk), preset("service"))
    check_cuts(dialogue)
    assert dialogue.num_samples > 590 * SAMPLE_RATE


def test_turns_of_a_fifth_of_a_second_are_heard_one_by_one() -> None:
    def words(one: Turn) -> tuple[SpokenWord, ...]:
        return even_words(one, length=0.2)

    script = script_of(*[turn(("agent", "user")[i % 2], 1) for i in range(40)])
    dialogue = lay(script, preset("conversational"), words=words)
    for speaker in ("agent", "user"):
        own = [placed for placed in dialogue.turns if placed.speaker == speaker]
        assert all(one.end < other.start for one, other in pairwise(own))
    spells = vad.both(render(dialogue, tones(script, words=words)))
    assert len(spells) == 40
    assert turn_taking(spells).offsets == pytest.approx(
        turn_taking(speech(dialogue)).offsets, abs=seconds(0.010)
    )


def test_all_overlap() -> None:
    transfer = {"overlap_rate": 1.0, "lapse_rate": 0.0, "dead_air_rate": 0.0}
    used = changed("service", user_to_agent=transfer, agent_to_user=transfer, overlap_share=1.0)
    talk = [turn(("agent", "user")[i % 2], 5) for i in range(20)]
    dialogue = lay(script_of(*talk), used)
    check_segments(dialogue, speech_of(script_of(*talk)).clips)
    assert len(events_of(dialogue, "overlap")) == 19


def test_a_barge_in_after_the_first_word_leaves_that_word() -> None:
    script = script_of(turn("agent", 9), turn("user", 3, "barge_in", at_word=1), turn("agent", 3))
    dialogue = lay(script, words=lambda one: even_words(one, length=2.0))
    assert dialogue.turns[0].spoken.split() == dialogue.turns[0].text.split() == ["well"]


def test_a_quiet_voice_is_brought_up_and_heard_where_it_was_planned() -> None:
    script = script_of(turn("agent", 9), turn("user", 8), turn("agent", 7))
    dialogue = lay(script, changed(), loudness=-60.0, peak=-50.0)
    planned = turn_taking(speech(dialogue))
    assert heard(dialogue, script, amplitude=0.003).offsets == pytest.approx(
        planned.offsets, abs=seconds(0.010)
    )


def test_a_clip_without_sound_rejects_the_dialogue() -> None:
    with pytest.raises(Rejected, match="silent_clip"):
        lay(script_of(turn("agent", 9), turn("user", 8)), loudness=-70.0)


def test_a_turn_without_words_rejects_the_dialogue() -> None:
    script = script_of(turn("agent", 9), turn("user", 8))
    clips = tuple(Clip(i, 24_000, (), -20.0, -6.0, None) for i in range(2))
    with pytest.raises(Rejected, match="alignment"):
        lay_out(
            script,
            replace(speech_of(script), clips=clips),
            Native(Native.Options()),
            changed(),
            run_seed=0,
            load_audio=no_audio,
        )
