"""Measure the aligners: `python benchmarks/speech.py [--utterances N] [--model FOLDER]`.

On espeak speech, whose word times are exact: how far off each aligner's word starts are, how many
clips it refuses, how sure it is of the right text and of a wrong one, and times real time of one
core. Then the Viterbi search alone. Needs the extras `espeak` and `sphinx`; `--model` adds a CTC
model (extra `mimi`).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from clips import speak

from datagen.backends.aligner.tokens import Alignment
from datagen.backends.aligner.viterbi import best_path
from datagen.backends.protocols import Aligner
from datagen.backends.registry import ALIGNERS
from datagen.config import BackendSpec
from datagen.types import FRAME, SAMPLE_RATE, Rejected, Utterance

SENTENCES = (
    "Thank you for calling, how can I help you today?",
    "The premium plan costs four hundred and fifty dollars per month.",
    "Could you please confirm your date of birth for me?",
    "I have been waiting nearly three weeks for this delivery, you know.",
    "No, that is not what the other representative told me.",
    "Your appointment is on Thursday, at half past nine in the morning.",
    "Well, the account is in the name of Ayelen Lucero, from Harbor Street.",
    "The total comes to seventy-two dollars and sixteen cents.",
    "Please hold the line while I look that up for you, Mister Nakamura.",
    "The kitchen closes at ten, but the bar stays open until midnight.",
    "You should receive a letter within five business days.",
    "My number is five five five, zero one four two, thank you.",
)
LABELS = 32
ROUNDS = 5
EMISSIONS = ((10, 120), (30, 400))
"""Seconds and letters of the texts that the search is timed on."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--utterances", type=int, default=48)
    parser.add_argument("--model", help="a Wav2Vec2ForCTC folder or downloaded id")
    arguments = parser.parse_args()
    texts = [SENTENCES[n % len(SENTENCES)] for n in range(arguments.utterances)]
    clips = speak(texts)
    specs = [BackendSpec(use=use) for use in ("native", "sphinx", "proportional")]
    if arguments.model:
        specs.append(BackendSpec(use="ctc", options={"model": arguments.model, "device": "cpu"}))
    seconds = sum(len(clip.audio) for clip in clips) / SAMPLE_RATE
    print(f"{len(clips)} clips, {seconds:.0f} s of espeak speech in as many voices; errors in ms")
    for spec in specs:
        report(spec.use, ALIGNERS.load(spec), texts, clips)
    for length, letters in EMISSIONS:
        report_search(length, letters)


def report(name: str, aligner: Aligner, texts: Sequence[str], clips: Sequence[Utterance]) -> None:
    """Print one line about an aligner, and one about how sure it is."""
    errors: list[float] = []
    refused = 0
    started = time.process_time()
    for text, clip in zip(texts, clips, strict=True):
        try:
            found = aligner.align(text, lambda clip=clip: clip.audio, clip.words)
        except Rejected:
            refused += 1
            continue
        pairs = zip(found, clip.words or (), strict=True)
        errors += [(a.start - b.start) / SAMPLE_RATE * 1_000 for a, b in pairs]
    speed = sum(len(clip.audio) for clip in clips) / SAMPLE_RATE / (time.process_time() - started)
    size = np.abs(errors) if errors else np.array([np.nan])
    print(
        f"{name:13} start error: median {np.median(errors or np.nan):+.0f}, size"
        f" {np.median(size):.0f} (90 %: {np.percentile(size, 90):.0f}), within a frame"
        f" {(size <= FRAME / SAMPLE_RATE * 1_000).mean():.1%}; refused {refused}; {speed:.0f}x"
    )
    if measure := getattr(aligner, "measure", None):
        report_confidence(measure, texts, clips)


def report_confidence(
    measure: Callable[..., Alignment], texts: Sequence[str], clips: Sequence[Utterance]
) -> None:
    for name, shift in (("right text", 0), ("a wrong text", 5)):
        sure: list[float] = []
        for number, clip in enumerate(clips):
            try:
                found = measure(texts[(number + shift) % len(texts)], clip.audio)
            except Rejected:
                continue
            sure.append(found.confidence)
        if sure:
            low, middle, high = np.percentile(sure, [0, 50, 100])
            print(
                f"  {name:12} confidence {low:.2f} to {high:.2f}, median {middle:.2f};"
                f" no path in {len(clips) - len(sure)} of {len(clips)}"
            )


def report_search(seconds: int, letters: int) -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(50 * seconds, LABELS)).astype(np.float32)
    emissions = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    labels = [int(label) for label in rng.integers(1, LABELS, letters)]
    spent: list[float] = []
    for _ in range(ROUNDS):
        started = time.process_time()
        best_path(emissions, labels, 0)
        spent.append(time.process_time() - started)
    print(
        f"Viterbi, {seconds} s and {letters} letters: {seconds / np.median(spent):.0f}x real time"
    )


if __name__ == "__main__":
    main()
