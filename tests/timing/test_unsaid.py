"""Interruptions by plan, and what becomes of the facts that they leave unsaid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from datagen.audio.mix import render
from datagen.backends.registry import TOKENIZERS
from datagen.config import BackendSpec, TimelineSpec
from datagen.shards.text_stream import text_of, text_row
from datagen.timing.preset import load_preset
from datagen.types import (
    FRAME,
    SPEAKERS,
    Dialogue,
    Emotion,
    Event,
    Fact,
    Interruption,
    Rejected,
    Script,
    Turn,
)
from tests.stages.test_timeline import (
    events_of,
    lay,
    preset,
    script_of,
    scripts,
    seconds,
    speech_of,
)

FACTS = (
    Fact(id="price", type="money", written="$9", spoken="nine dollars"),
    Fact(id="day", type="text", written="Monday", spoken="Monday"),
)
TOLD = "Well, it is due on Monday this time, and all of it together is nine dollars."


def line(speaker: str, text: str, **options: object) -> Turn:
    return Turn.model_validate({"speaker": speaker, "text": text, "spoken": text} | options)


def told(
    planned: Interruption | None, *later: Turn, before: str = "Hello, how are you?"
) -> Dialogue:
    cut = line("user", "Sorry, wait.", onset="barge_in", at_word=7, interruption=planned)
    script = script_of(
        line("agent", before), line("user", "Yes?"), line("agent", TOLD), cut, *later
    )
    return lay(script.model_copy(update={"facts": FACTS}), preset("strict"))


def unsaid(dialogue: Dialogue) -> list[Event]:
    return events_of(dialogue, "unsaid")


@pytest.mark.parametrize(
    ("uptake", "cause"),
    [("resume", "resumed"), ("repeat", "repeated"), ("summarise", "summarised")],
)
def test_what_is_said_later_is_found_there(uptake: str, cause: str) -> None:
    planned = Interruption.model_validate({"kind": "pause", "answer": "yield", "uptake": uptake})
    dialogue = told(
        planned, line("agent", "Sure.", act="autoPositive"), line("agent", "It's nine dollars.")
    )
    (event,) = unsaid(dialogue)
    assert (event.cause, event.text, event.speaker) == (cause, "price", "agent")
    assert (event.start, event.end) == (dialogue.turns[5].start, dialogue.turns[5].end)
    (why,) = events_of(dialogue, "interruption")
    assert (why.cause, why.text, why.speaker) == ("pause", uptake, "user")


@pytest.mark.parametrize(
    ("planned", "later", "before", "cause"),
    [
        (Interruption(kind="known", uptake="drop"), "Okay.", "Hello.", "declined"),
        (Interruption(kind="early", uptake="drop"), "Okay.", "Hello.", "answered"),
        (Interruption(kind="question", uptake="drop"), "Okay.", "Hello.", "dropped"),
        (None, "Okay.", "Hello.", "dropped"),
        (None, "Okay.", "It was nine dollars before.", "known"),
        (None, "So, nine dollars.", "Hello.", "said"),
    ],
)
def test_what_is_not_said_any_more_has_a_reason(
    planned: Interruption | None, later: str, before: str, cause: str
) -> None:
    (event,) = unsaid(told(planned, line("agent", later), before=before))
    assert event.cause == cause


def test_a_bridge_repeats() -> None:
    (event,) = unsaid(told(None, line("agent", "So, it is nine dollars.", act="bridge")))
    assert event.cause == "repeated"


def test_who_says_nothing_any_more_has_ended() -> None:
    (event,) = unsaid(told(None, line("user", "I have to go.")))
    assert event.cause == "ended"
    assert event.start == event.end


def test_nothing_is_unsaid_where_all_was_heard() -> None:
    dialogue = told(Interruption(kind="protest", answer="override"), line("agent", "I know."))
    assert not unsaid(dialogue)
    assert not events_of(dialogue, "cut")
    (barge_in,) = events_of(dialogue, "barge_in")
    assert barge_in.cause == "override"


def test_who_holds_finishes_the_clause() -> None:
    dialogue = told(Interruption(kind="protest", answer="hold"), line("agent", "Nine dollars."))
    assert dialogue.turns[2].spoken.endswith("this time,")


@pytest.mark.parametrize("seed", range(8))
def test_in_a_collision_both_begin_at_about_the_same_time(seed: int) -> None:
    planned = Interruption(kind="collision", answer="yield", uptake="repeat")
    script = script_of(
        line("user", "That is all I have for now, I think."),
        line("agent", "And which day did you have in mind for it?"),
        line("user", "Oh, what about parking?", onset="barge_in", at_word=1, interruption=planned),
        line("agent", "It is free."),
    )
    dialogue = lay(script, preset(), seed)
    agent, user = dialogue.turns[1], dialogue.turns[2]
    assert 0 <= user.start - agent.start <= seconds(0.4)
    assert 1 <= len(agent.spoken.split()) <= 4
    assert agent.unsaid


@pytest.mark.slow
def test_the_angry_start_sooner() -> None:
    angry = Emotion(label="angry", valence=-0.8, arousal=0.8)
    eager = load_preset(TimelineSpec(preset="service", overrides={"haste": 1.0}))

    def offsets(emotion: Emotion | None) -> list[int]:
        found = []
        for seed in range(200):
            script = script_of(
                line("agent", "It is due on the first Monday of the month."),
                line("user", "That is what you said the last time.", emotion=emotion),
            )
            agent, user = lay(script, eager, seed).turns
            found.append(user.start - agent.end)
        return found

    calm, cross = offsets(None), offsets(angry)
    assert sum(offset < 0 for offset in cross) > 1.5 * sum(offset < 0 for offset in calm)
    assert sum(cross) < 0.8 * sum(calm)
    assert offsets(Emotion(label="cheerful", valence=0.8, arousal=0.8)) == calm


SPEECH_TOKENS = TOKENIZERS.load(BackendSpec(use="shipped"))


@settings(max_examples=60)
@given(scripts(), st.integers(0, 200))
def test_sound_words_and_tokens_end_at_the_same_word(script: Script, seed: int) -> None:
    dialogue = lay(script, preset(), seed)
    clips = {clip.turn: np.ones(clip.num_samples, np.float32) for clip in speech_of(script).clips}
    stereo = render(dialogue, clips)
    for channel, speaker in enumerate(SPEAKERS):
        words = [word for word in dialogue.words if word.speaker == speaker]
        said = " ".join(word.text for word in words)
        try:
            row = text_row(words, dialogue.num_samples // FRAME, SPEECH_TOKENS)
        except Rejected:
            assume(False)
        assert text_of(row, SPEECH_TOKENS).split() == said.split()
        turns = [one for one in dialogue.turns if one.speaker == speaker and one.spoken]
        for turn in turns:
            later = [one.at for one in dialogue.segments if one.at >= turn.end]
            own = [at for at in later if at in _starts(dialogue, speaker)]
            if turn.unsaid:
                after = turn.end + seconds(0.07)
                assert not stereo[channel, after : min(own, default=None)].any()
    heard = [f"{one.spoken} {one.unsaid}".split() for one in dialogue.turns if one.spoken]
    asked = [
        one.spoken.split()
        for one, placed in zip(script.turns, dialogue.turns, strict=True)
        if placed.spoken
    ]
    assert heard == asked


def _starts(dialogue: Dialogue, speaker: str) -> set[int]:
    """Return where a speaker's segments begin."""
    turns = dialogue.turns
    return {one.at for one in dialogue.segments if turns[one.turn].speaker == speaker}
