"""Tool calls on the clock: the agent waits for what it says, stalls meanwhile, and nobody else."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.config import TimelineSpec
from datagen.seeds import rng_for
from datagen.timing.arrange import Arrangement, arrange
from datagen.timing.clip_edit import stretch
from datagen.timing.preset import Answer, load_preset
from datagen.timing.waits import Waits
from datagen.types import FRAME, SAMPLE_RATE, Action, ActionStatus, Speaker, SpokenWord, Turn

PRESET = load_preset(TimelineSpec(preset="service"))
WORD = SAMPLE_RATE // 4


def turn(
    speaker: Speaker, text: str, act: str = "inform", *calls: str, meanwhile: bool = False
) -> Turn:
    return Turn(speaker=speaker, text=text, spoken=text, act=act, calls=calls, meanwhile=meanwhile)


def call(number: int, at: int, latency: float, status: ActionStatus = "ok") -> Action:
    return Action(
        id=f"call-{number}",
        tool="open",
        arguments={},
        turn=at,
        result="It is so.",
        latency=latency,
        status=status,
    )


def laid_out(turns: list[Turn], actions: list[Action], seed: int = 0) -> tuple[Arrangement, Waits]:
    takes = []
    for one in turns:
        texts = one.spoken.split()
        words = [
            SpokenWord(text=text, start=place * WORD, end=(place + 1) * WORD)
            for place, text in enumerate(texts)
        ]
        takes.append(stretch(len(texts) * WORD, words, []))
    waits = Waits(turns, actions, PRESET.lookup, partial(rng_for, seed, "wait"))
    no_answer: dict[Speaker, Answer] = {"agent": Answer(), "user": Answer()}
    made = arrange(turns, takes, PRESET, partial(rng_for, seed, "turn"), no_answer, (), waits)
    return made, waits


CALL = [
    turn("user", "My number is five.", "answer"),
    turn("agent", "Thanks for that. Let me look.", "stalling", "call-1"),
    turn("user", "Okay.", "autoPositive"),
    turn("agent", "Still looking.", "stalling"),
    turn("agent", "It is so.", "inform"),
]


@given(hundredths=st.integers(30, 1200), seed=st.integers(0, 1000))
def test_nothing_rests_on_a_result_before_it_is_there(hundredths: int, seed: int) -> None:
    made, waits = laid_out(CALL, [call(1, 1, hundredths / 100)], seed)
    (action,) = waits.placed
    assert action.issued % FRAME == action.answered % FRAME == 0
    assert action.answered - action.issued >= hundredths * SAMPLE_RATE // 100
    assert made.placed[4].start >= action.answered
    hold = made.placed[1]
    assert hold.start <= action.issued + FRAME, "the call is of this turn"
    assert abs(action.issued - (hold.at + 3 * WORD)) < FRAME, "as its last sentence begins"
    placed = [made.placed[index] for index in range(5)]
    for one, other in pairwise(placed):
        if one.speaker == other.speaker:
            assert other.at >= one.silent_from, "nobody overlaps with themselves"


def test_a_long_wait_is_filled_while_it_lasts() -> None:
    made, waits = laid_out(CALL, [call(1, 1, 10.0)])
    (action,) = waits.placed
    user, still = made.placed[2], made.placed[3]
    assert user.start < still.start - SAMPLE_RATE, "silence before it"
    assert still.end < action.answered - SAMPLE_RATE, "and after"
    (first, second) = [event for event in made.ledger.events() if event.type == "wait"]
    assert (first.cause, first.speaker, first.text) == ("call-1", "agent", "open")
    assert (second.start, second.end) == (still.end, made.placed[4].start)


def test_a_quick_answer_makes_nobody_wait() -> None:
    made, _ = laid_out(CALL, [call(1, 1, 0.3)])
    assert not [event for event in made.ledger.events() if event.type == "wait"]


def test_calls_of_one_turn_come_one_after_the_other() -> None:
    _, waits = laid_out(CALL, [call(1, 1, 2.0), call(2, 1, 1.0)])
    first, second = waits.placed
    assert second.issued == first.answered
    assert second.answered - second.issued == -(-SAMPLE_RATE // FRAME) * FRAME


def test_without_actions_nothing_changes() -> None:
    made, _ = laid_out(CALL, [])
    starts = [made.placed[index].start for index in range(5)]
    assert starts == sorted(starts)
    assert max(np.diff(starts)) < 12 * SAMPLE_RATE


@pytest.mark.parametrize(
    ("text", "before"),
    [("Hold on.", 0), ("Thanks. One moment, please.", 1), ("Is it? Let me see!", 2)],
)
def test_a_call_begins_with_the_last_sentence(text: str, before: int) -> None:
    turns = [turn("agent", text, "stalling", "call-1"), turn("agent", "It is so.")]
    made, waits = laid_out(turns, [call(1, 0, 1.0)])
    assert waits.placed[0].issued == (made.placed[0].at + before * WORD) // FRAME * FRAME


CORRECTED = [
    turn("user", "My number is five.", "answer"),
    turn("agent", "Thanks for that. Let me look.", "stalling", "call-1"),
    turn("user", "No wait it is six.", "correction"),
    turn("agent", "Six got it. One moment.", "stalling", "call-2"),
    turn("agent", "It is so.", "inform"),
]


@given(hundredths=st.integers(30, 1200), seed=st.integers(0, 1000))
def test_a_call_that_is_taken_back_ends_as_the_agent_takes_it_back(
    hundredths: int, seed: int
) -> None:
    calls = [call(1, 1, hundredths / 100, "cancelled"), call(2, 3, 2.0)]
    made, waits = laid_out(CORRECTED, calls, seed)
    first, second = waits.placed
    assert first.status == "cancelled"
    assert first.issued < first.answered <= second.issued < second.answered
    assert first.answered <= max(made.placed[3].start, first.issued + FRAME)
    assert made.placed[4].start >= second.answered
    gap = made.placed[3].start - made.placed[2].end
    assert gap < 4 * SAMPLE_RATE, "nobody waits for what is taken back"


@given(seed=st.integers(0, 1000))
def test_what_rests_on_no_result_is_said_meanwhile(seed: int) -> None:
    turns = [
        CALL[0],
        CALL[1],
        turn("user", "Are you open today?", "setQuestion"),
        turn("agent", "Yes we are.", "answer", meanwhile=True),
        turn("agent", "It is so.", "inform"),
    ]
    made, waits = laid_out(turns, [call(1, 1, 12.0)], seed)
    (action,) = waits.placed
    assert made.placed[3].end < action.answered <= made.placed[4].start
