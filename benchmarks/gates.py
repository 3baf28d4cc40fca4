"""How fast the gates listen, how much clean speech they let pass, and which faults they catch.

python benchmarks/gates.py [--dialogs 40] [--seed 0]

The limits in `datagen.gates.limits` rest on this table; exit 1 if a line of it is under 99 %.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from datagen.backends.protocols import Synthesizer
from datagen.backends.registry import VOICES, WRITERS
from datagen.config import Recipe, VoicesSpec, load_recipe
from datagen.engine.plan import jobs_of
from datagen.gates import dialogue
from datagen.gates.limits import limits_for
from datagen.gates.signal import levels
from datagen.gates.turn import Heard, listen
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Audio, Fault, Line, Script
from datagen.voices.casting import cast

Spoken = tuple[list[Line], list[Audio]]
LIMITS = limits_for("espeak")
TURNS = 5
"""Turns of each dialogue that are damaged, one at a time."""
MIN_WORDS = 5
WANTED = 0.99
FADE = SAMPLE_RATE * 5 // 1_000
BACKGROUND = -40.0
"""dB of noise that clean speech may have, relative to its loud windows."""


def speak(recipe: Recipe, num_dialogs: int) -> list[Spoken]:
    """Voice the first dialogues of a recipe."""
    writer, voice = WRITERS.load(recipe.script), VOICES.load(recipe.speech)
    made: list[Spoken] = []
    for script in (
        s for block in range(-(-num_dialogs // 16)) for s in writer.write(jobs_of(recipe, block))
    ):
        if isinstance(script, Script) and len(made) < num_dialogs:
            voices = cast(script, VoicesSpec(), recipe.seed, source=voice.source)
            lines = [Line(t.spoken, voices[t.speaker], t.speaker) for t in script.turns]
            seed = seed_for(recipe.seed, script.dialog_id, "speech")
            made.append((lines, [u.audio for u in voice.speak(lines, seed=seed)]))
    return made


def judge(lines: list[Line], heard: dict[int, Heard]) -> dict[int, Fault]:
    """Return T0's and T1's faults."""
    speakers = {turn: line.speaker for turn, line in enumerate(lines)}
    bad = {turn: take.fault for turn, take in heard.items() if take.fault}
    good = {turn: take for turn, take in heard.items() if not take.fault}
    return {**dialogue.faults(good, speakers, LIMITS), **bad}


def damages(rng: np.random.Generator) -> dict[str, Callable[[Audio], Audio]]:
    """Return what may go wrong with a clip."""
    noise = (0.05 * rng.standard_normal(int(1.2 * SAMPLE_RATE))).astype(np.float32)
    silence = np.zeros(int(2.5 * SAMPLE_RATE), np.float32)
    return {
        "noise at the end": lambda a: np.append(a, noise),
        "text said twice": lambda a: np.append(a, a),
        "1.8 times too fast": lambda a: np.interp(
            np.arange(0, len(a), 1.8), np.arange(len(a)), a
        ).astype(np.float32),
        "last 30 % missing": lambda a: a[: int(0.7 * len(a))],
        "last 30 % faded away": lambda a: faded(a[: int(0.7 * len(a))]),
        "last half missing": lambda a: a[: len(a) // 2],
        "silent": lambda a: a * np.float32(0),
        "clipped": lambda a: np.clip(a * np.float32(8), -1, 1),
        "not a number": lambda a: np.append(a, np.float32(np.nan)),
        "silence inside": lambda a: np.concatenate([a[: len(a) // 2], silence, a[len(a) // 2 :]]),
        "silence after": lambda a: np.append(a, silence),
    }


def faded(audio: Audio) -> Audio:
    """Return a clip [S] with the short fade that every backend's end is given."""
    ramp = np.ones(len(audio), np.float32)
    ramp[-FADE:] = np.linspace(1, 0, FADE)
    return audio * ramp


def noisy(audio: Audio, rng: np.random.Generator) -> Audio:
    """Return a clip [S] with a hiss under it."""
    level = float(np.percentile(levels(audio[: len(audio) // 480 * 480].reshape(-1, 480)), 95))
    hiss = rng.standard_normal(len(audio)) * 10 ** ((level + BACKGROUND) / 20)
    return (audio + hiss).astype(np.float32)


def hear(lines: list[Line], audios: list[Audio]) -> dict[int, Heard]:
    """Return what the gates know of a dialogue's turns."""
    pairs = enumerate(zip(audios, lines, strict=True))
    return {turn: listen(audio, line.spoken, LIMITS) for turn, (audio, line) in pairs}


def report_clean(name: str, spoken: list[Spoken]) -> bool:
    """Print how much of good speech passes, and how fast; return whether that is enough."""
    seconds = sum(len(audio) for _, audios in spoken for audio in audios) / SAMPLE_RATE
    began = time.process_time()
    found = [judge(lines, hear(lines, audios)) for lines, audios in spoken]
    spent = time.process_time() - began
    reasons = Counter(fault.reason for faults in found for fault in faults.values())
    num_clips = sum(len(lines) for lines, _ in spoken)
    share = 1 - reasons.total() / num_clips
    print(
        f"{name:22} pass {share:8.2%} of {num_clips}; the others: {dict(reasons)};"
        f" T0 + T1 {seconds / spent:.0f} times real time a core"
    )
    return share >= WANTED


def report_faults(voice: Synthesizer, spoken: list[Spoken]) -> bool:
    """Print how much of each fault is caught; return whether that is enough."""
    rng = np.random.default_rng(0)
    caught: Counter[str] = Counter()
    num_tried = 0
    for lines, audios in spoken:
        takes = hear(lines, audios)
        long = [turn for turn, line in enumerate(lines) if len(line.spoken.split()) >= MIN_WORDS]
        for turn in rng.permutation(long)[:TURNS].tolist():
            num_tried += 1
            line = lines[turn]
            other = next(x.voice for x in lines if x.voice != line.voice)
            broken = {name: damage(audios[turn]) for name, damage in damages(rng).items()}
            broken["other speaker"] = voice.speak([replace(line, voice=other)], seed=1)[0].audio
            for name, audio in broken.items():
                again = {**takes, turn: listen(audio, line.spoken, LIMITS)}
                caught[name] += turn in judge(lines, again)
    for name, count in caught.items():
        print(f"{name:22} caught {count / num_tried:6.1%} of {num_tried}")
    return min(caught.values()) >= WANTED * num_tried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    recipe = load_recipe("service", seed=arguments.seed)
    spoken = speak(recipe, arguments.dialogs)
    rng = np.random.default_rng(1)
    hissing = [(lines, [noisy(audio, rng) for audio in audios]) for lines, audios in spoken]
    enough = [
        report_clean("clean clips", spoken),
        report_clean(f"with noise at {BACKGROUND:g} dB", hissing),
        report_faults(VOICES.load(recipe.speech), spoken),
    ]
    sys.exit(not all(enough))


if __name__ == "__main__":
    main()
