"""How much extra speech the aligners hear, and how many clean clips they refuse.

    python benchmarks/extra_speech.py [--clips 60] [--block 9] [--speech kokoro --options JSON]
    python benchmarks/extra_speech.py --run RUN

Lines of service calls, or a finished run's clips; babble is 0.6 to 2 s of the same voice's other
speech, before, after and at the quietest place between, or the line said twice. Exit 1 if less than
98 % is caught or 0.5 % of clean clips is refused.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator

import clips as speech
import numpy as np

from datagen.backends.aligner.energy import speech_windows
from datagen.backends.protocols import Aligner
from datagen.backends.registry import ALIGNERS, VOICES, WRITERS
from datagen.config import BackendSpec, VoicesSpec, load_recipe
from datagen.engine.plan import jobs_of
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Audio, Line, Rejected, Script
from datagen.voices.casting import cast

SHORTEST, LONGEST = 0.6, 2.0
"""Seconds of babble."""
WANTED, ALLOWED = 0.98, 0.005


def lines_of(block: int, count: int, spec: BackendSpec) -> list[Line]:
    """Return lines of a block's dialogues, cast for a backend."""
    recipe = load_recipe("service")
    source, speakers = VOICES.resolve(spec).source, VOICES.speakers(spec)
    lines: list[Line] = []
    for script in WRITERS.load(recipe.script).write(jobs_of(recipe, block)):
        if isinstance(script, Script):
            voices = cast(script, VoicesSpec(), 0, source=source, speakers=speakers)
            lines += [
                Line(turn.spoken, voices[turn.speaker], turn.speaker) for turn in script.turns
            ]
    return lines[:count]


def babble(others: list[Audio], rng: np.random.Generator) -> Audio:
    """Return a stretch of other speech without its silences."""
    joined = np.concatenate(others)
    windows = np.pad(joined, (0, -len(joined) % (SAMPLE_RATE // 100))).reshape(
        -1, SAMPLE_RATE // 100
    )
    speech: Audio = windows[speech_windows(joined)].reshape(-1)
    length = int(rng.uniform(SHORTEST, LONGEST) * SAMPLE_RATE)
    start = int(rng.integers(0, max(1, len(speech) - length)))
    return speech[start : start + length]


def faults(clip: Audio, extra: Audio) -> Iterator[tuple[str, Audio]]:
    """Yield a clip with extra speech in each place."""
    power = np.convolve(np.square(clip, dtype=np.float64), np.ones(480) / 480, "same")
    low, high = int(0.3 * len(clip)), int(0.7 * len(clip))
    quiet = low + int(power[low:high].argmin())
    yield "before", np.concatenate([extra, clip])
    yield "after", np.concatenate([clip, extra])
    yield "between", np.concatenate([clip[:quiet], extra, clip[quiet:]])
    yield "said twice", np.concatenate([clip, clip])


def refused(aligner: Aligner, spoken: str, clip: Audio) -> bool:
    """Return whether an aligner does not take a clip for its line."""
    try:
        aligner.align(spoken, lambda: clip, None)
    except Rejected:
        return True
    return False


def made(arguments: argparse.Namespace) -> tuple[list[Line], list[Audio]]:
    """Return lines and their clips, of a run or spoken now."""
    if arguments.run:
        pairs = [
            pair
            for lines, clips in speech.of_run(arguments.run)
            for pair in zip(lines, clips, strict=True)
        ]
        return [line for line, _ in pairs], [clip for _, clip in pairs]
    spec = BackendSpec(use=arguments.speech, options=arguments.options)
    lines = lines_of(arguments.block, arguments.clips, spec)
    voice = VOICES.load(spec)
    spoken = [voice.speak([line], seed=seed_for(0, line.spoken)) for line in lines]
    return lines, [utterance.audio for (utterance,) in spoken]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run")
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--block", type=int, default=9)
    parser.add_argument("--speech", default="espeak")
    parser.add_argument("--options", type=json.loads, default={})
    parser.add_argument("--align", default="sphinx")
    parser.add_argument("--align-options", type=json.loads, default={})
    parser.add_argument("--missed", action="store_true", help="print what was not caught")
    arguments = parser.parse_args()
    lines, clips = made(arguments)
    aligner = ALIGNERS.load(BackendSpec(use=arguments.align, options=arguments.align_options))
    rng, tried, caught, clean = np.random.default_rng(0), Counter[str](), Counter[str](), 0
    for number, (line, clip) in enumerate(zip(lines, clips, strict=True)):
        clean += refused(aligner, line.spoken, clip)
        others = [
            other
            for n, (who, other) in enumerate(zip(lines, clips, strict=True))
            if n != number and who.voice == line.voice
        ]
        if sum(map(len, others)) < LONGEST * SAMPLE_RATE:
            continue
        extra = babble(others, rng)
        for name, broken in faults(clip, extra):
            tried[name] += 1
            if refused(aligner, line.spoken, broken):
                caught[name] += 1
            elif arguments.missed:
                print(f"missed {name}, {len(extra) / SAMPLE_RATE:.2f} s: {line.spoken!r}")
    for name, count in tried.items():
        print(f"{name:12} caught {caught[name]:4} of {count} ({caught[name] / count:.1%})")
    share = caught.total() / max(1, tried.total())
    print(
        f"all: caught {share:.2%} of {tried.total()}; refused {clean} of {len(clips)} clean clips"
    )
    sys.exit(share < WANTED or clean > ALLOWED * len(clips))


if __name__ == "__main__":
    main()
