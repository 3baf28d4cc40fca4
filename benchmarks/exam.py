"""How long an exam takes to build, and how many answers a core scores in a minute without a judge.

python benchmarks/exam.py [--recipe embedded] [--out FOLDER]

CPU seconds of this process and of what it starts, so that a busy machine says the same. Exit 1 if
building takes more than 240 s (two minutes of two cores), or fewer than 300 items a minute are
scored.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from datagen.config import Recipe
from datagen.exam import result as results
from datagen.exam.answers import AnswerRecord, Answers
from datagen.exam.build import build
from datagen.exam.hearing import by_energy, own_text
from datagen.exam.items import Exam, ExamItem
from datagen.types import SAMPLE_RATE, Audio, SpokenWord

MOST_BUILD = 240.0
"""CPU seconds to build all of it: two minutes on two cores."""
LEAST_SCORED = 300.0
"""Items a minute that a core must score."""
WORD = 0.3
"""Seconds of a word of the answers that are scored."""


def cpu() -> float:
    """Return the CPU seconds of this process and its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def answer(item: ExamItem) -> tuple[AnswerRecord, Audio]:
    """Answer each turn with its reference, or with some words, 0.3 s after it."""
    sound = np.zeros(item.num_samples, np.float32)
    words: list[SpokenWord] = []
    for turn in item.floor:
        text = turn.reference or "I can have a look at that for you right now."
        for number, word in enumerate(text.split()):
            start = turn.end + round((0.3 + number * WORD) * SAMPLE_RATE)
            end = min(start + round(WORD * SAMPLE_RATE), len(sound))
            if start < len(sound):
                words.append(SpokenWord(text=word, start=start, end=end))
                sound[start:end] = np.random.default_rng(start).normal(0, 0.1, end - start)
    return AnswerRecord(item=item.id, words=tuple(words)), sound


def main() -> int:
    """Build, answer, score; print a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="embedded")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = (chosen.out or Path(made)) / "exam"
        begun, wall = cpu(), time.perf_counter()
        build(folder, Recipe.load("service", chosen.recipe))
        building = cpu() - begun
        building_wall = time.perf_counter() - wall
        exam = Exam(folder)
        answers = Answers.begin(folder.parent / "answers", exam, "references", "benchmark", {})
        for item in exam.items:
            answers.write(*answer(item))
        begun = cpu()
        result = results.by_rules(exam, answers, exam.items, own_text, by_energy)
        scoring = cpu() - begun
    rate = 60 * len(exam.items) / scoring
    figures = {
        "items": len(exam.items),
        "build_cpu_s": round(building, 1),
        "build_wall_s": round(building_wall, 1),
        "score_cpu_s": round(scoring, 1),
        "scored_a_minute_and_core": round(rate),
        "passed": result["role_adherence"]["service"]["value"],
    }
    print(json.dumps(figures))
    return int(building > MOST_BUILD or rate < LEAST_SCORED)


if __name__ == "__main__":
    sys.exit(main())
