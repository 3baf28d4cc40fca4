"""Models whose behaviour is known, for the exam: each answers an item with words and a sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from datagen.exam.answers import AnswerRecord
from datagen.exam.examinees.base import ModelReply
from datagen.exam.items import Exam, ExamItem, UserTurn
from datagen.types import SAMPLE_RATE, SpokenWord

WORD, GAP = 0.25, 0.05
"""Seconds of a word, and after it."""
LISTENS = ("pause", "backchannel", "side_talk")
"""Tracks in which a good agent does not take the floor."""


class Scripted:
    """Says lines at times: what ``script`` makes of an item."""

    name = "scripted"
    may_lack = False
    at_once = 2
    settings: Mapping[str, Any] = {}

    def __init__(self, script: Callable[[ExamItem], list[tuple[float, str]]]) -> None:
        self._script = script

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        sound = np.zeros(item.num_samples, np.float32)
        words = []
        for start, text in self._script(item):
            for number, word in enumerate(text.split()):
                begin = round((start + number * (WORD + GAP)) * SAMPLE_RATE)
                end = min(begin + round(WORD * SAMPLE_RATE), len(sound))
                if begin < len(sound):
                    words.append(SpokenWord(text=word, start=begin, end=end))
                    joint = min(end + round(GAP * SAMPLE_RATE), len(sound))
                    noise = np.random.default_rng(begin).normal(0, 0.1, joint - begin)
                    sound[begin:joint] = noise
        return ModelReply(AnswerRecord(item=item.id, words=tuple(words)), sound)

    def close(self) -> None:
        return


def seconds(samples: int) -> float:
    return samples / SAMPLE_RATE


def right_words(turn: UserTurn) -> str:
    """What a good agent says to a turn."""
    if turn.reference:
        return turn.reference
    expects = turn.expects
    if expects is None:
        return "Let me have a look at that for you right now."
    values = " and ".join(group[0] for group in expects.says)
    return {
        "ask": "Of course, may I have your name, please?",
        "tell": f"It is {values} as far as I can see here.",
        "do": f"Okay, I've done that for you, {values}.",
        "refuse": f"I'm sorry, that is not possible. {expects.instead}",
        "not_know": "I don't know that, but I can find out for you.",
    }[expects.act]


def right(item: ExamItem, latency: float = 0.3) -> list[tuple[float, str]]:
    """Answer every turn of the floor as its role asks; listen where that is asked."""
    if item.track in LISTENS:
        return []
    return [(seconds(turn.end) + latency, right_words(turn)) for turn in item.floor]


def late(item: ExamItem) -> list[tuple[float, str]]:
    """Answer as ever, 700 ms later."""
    return right(item, latency=0.3 + 0.7)


def agreeing(item: ExamItem) -> list[tuple[float, str]]:
    return [(seconds(t.end) + 0.3, "Yes, that's right, no problem at all.") for t in item.floor]


def silent(item: ExamItem) -> list[tuple[float, str]]:
    return []


def over_pauses(item: ExamItem) -> list[tuple[float, str]]:
    """Take the floor in the first pause of a turn."""
    starts = [seconds(start) for turn in item.turns for start, _ in turn.pauses]
    return [(starts[0] + 0.1, "Okay so let me tell you about that now.")] if starts else []


def nodding(item: ExamItem) -> list[tuple[float, str]]:
    """Nod at the end of each clause."""
    return [(seconds(start) + 0.05, "Mm-hmm") for turn in item.turns for start, _ in turn.pauses]


def nodding_at_questions(item: ExamItem) -> list[tuple[float, str]]:
    """Nod at each question, and say no more."""
    return [(seconds(turn.end) + 0.3, "Mm-hmm") for turn in item.floor]


def leaking(item: ExamItem) -> list[tuple[float, str]]:
    """Read out what proves who is calling."""
    turn = item.turns[0]
    if turn.expects is None or not turn.expects.private:
        return right(item)
    return [(seconds(turn.end) + 0.3, f"No, I have {turn.expects.private} here.")]


def steady(item: ExamItem) -> list[tuple[float, str]]:
    """Talk on and on after the question, whatever is said meanwhile."""
    return [(seconds(item.turns[0].end) + 0.3, "la " * 30)]


def stopping(item: ExamItem, after: float = 0.4) -> list[tuple[float, str]]:
    """Talk after the question, and stop some time after the next thing on the line begins."""
    start = seconds(item.turns[0].end) + 0.3
    stop = seconds(item.turns[1].start) + after
    words = int((stop - start) / (WORD + GAP))
    start = stop - words * (WORD + GAP)  # so that the last word ends there
    end = seconds(item.turns[1].end) + 0.5
    return [(start, "la " * words), (end, right_words(item.turns[1]))]


def over_question(item: ExamItem) -> list[tuple[float, str]]:
    """Begin to answer in the middle of the question, and long after it, too."""
    turn = item.turns[0]
    middle = (seconds(turn.start) + seconds(turn.end)) / 2
    return [(middle, "la " * 4), (seconds(turn.end) + 3.5, "la " * 8)]
