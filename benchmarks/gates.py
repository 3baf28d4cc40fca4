"""How fast the gates listen, how much clean speech they let pass, and which faults they catch.

    python benchmarks/gates.py [--dialogs 40] [--seed 0]
    python benchmarks/gates.py --run RUN [--dialogs 12] [--turns 2]

The limits in `datagen.gates.limits` rest on this table; exit 1 if a line of it is under 99 %. Of a
finished run the clips are heard by its own judge and aligner, too, and 95 % of each fault and 98 %
of clean clips are asked for.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import clips as speech
import numpy as np

from datagen.backends.protocols import Aligner, Judge, Synthesizer
from datagen.backends.registry import ALIGNERS, JUDGES, VOICES, WRITERS
from datagen.config import Recipe, VoicesSpec, load_recipe
from datagen.engine.plan import jobs_of
from datagen.gates import dialogue
from datagen.gates.limits import limits_for
from datagen.gates.signal import levels
from datagen.gates.turn import Heard, listen
from datagen.runs.open import open_run
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Audio, Fault, Line, Rejected, Script
from datagen.voices.casting import cast

Spoken = tuple[list[Line], list[Audio]]
TURNS = 5
"""Turns of each dialogue that are damaged, one at a time."""
MIN_WORDS = 5
WANTED = 0.99
RUN_CLEAN, RUN_CAUGHT = 0.98, 0.95
"""Shares that are asked for of a run: of clean clips taken, and of each fault caught."""
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


class Gates:
    """T0 and T1 for a kind of voice and, if they are given, a judge and an aligner."""

    def __init__(
        self, source: str, judge: Judge | None = None, aligner: Aligner | None = None
    ) -> None:
        self.limits = limits_for(source)
        self._judge = judge
        self._aligner = aligner

    def hear(self, lines: list[Line], audios: list[Audio]) -> dict[int, Heard]:
        """Return what is known of a dialogue's turns."""
        pairs = enumerate(zip(audios, lines, strict=True))
        return {turn: self.listen(audio, line) for turn, (audio, line) in pairs}

    def listen(self, audio: Audio, line: Line) -> Heard:
        """Return what is known of one clip [S]."""
        heard = listen(audio, line.spoken, self.limits)
        if heard.fault is None:
            fault = self._judge.fault(audio, line, None) if self._judge else None
            fault = fault or self._misaligned(audio, line)
            heard = replace(heard, fault=fault)
        return heard

    def faults(self, lines: list[Line], heard: dict[int, Heard]) -> dict[int, Fault]:
        """Return the faults of all turns, by themselves and beside each other."""
        speakers = {turn: line.speaker for turn, line in enumerate(lines)}
        bad = {turn: take.fault for turn, take in heard.items() if take.fault}
        good = {turn: take for turn, take in heard.items() if not take.fault}
        return {**dialogue.faults(good, speakers, self.limits), **bad}

    def _misaligned(self, audio: Audio, line: Line) -> Fault | None:
        if self._aligner is None:
            return None
        try:
            self._aligner.align(line.spoken, lambda: audio, None)
        except Rejected as verdict:
            return Fault(verdict.reason, verdict.evidence)
        return None


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


def report_clean(name: str, gates: Gates, spoken: list[Spoken], wanted: float) -> bool:
    """Print how much of good speech passes, and how fast; return whether that is enough."""
    seconds = sum(len(audio) for _, audios in spoken for audio in audios) / SAMPLE_RATE
    began = time.process_time()
    found = [gates.faults(lines, gates.hear(lines, audios)) for lines, audios in spoken]
    spent = time.process_time() - began
    reasons = Counter(fault.reason for faults in found for fault in faults.values())
    num_clips = sum(len(lines) for lines, _ in spoken)
    share = 1 - reasons.total() / num_clips
    print(
        f"{name:22} pass {share:8.2%} of {num_clips}; the others: {dict(reasons)};"
        f" {seconds / spent:.3g} times real time a core",
        flush=True,
    )
    return share >= wanted


def report_faults(
    voice: Synthesizer, gates: Gates, spoken: list[Spoken], turns: int, wanted: float
) -> bool:
    """Print how much of each fault is caught; return whether that is enough."""
    rng = np.random.default_rng(0)
    caught: Counter[str] = Counter()
    num_tried = 0
    for lines, audios in spoken:
        takes = gates.hear(lines, audios)
        long = [turn for turn, line in enumerate(lines) if len(line.spoken.split()) >= MIN_WORDS]
        for turn in rng.permutation(long)[:turns].tolist():
            num_tried += 1
            line = lines[turn]
            other = next(x.voice for x in lines if x.voice != line.voice)
            broken = {name: damage(audios[turn]) for name, damage in damages(rng).items()}
            broken["other speaker"] = voice.speak([replace(line, voice=other)], seed=1)[0].audio
            for name, audio in broken.items():
                again = {**takes, turn: gates.listen(audio, line)}
                caught[name] += turn in gates.faults(lines, again)
    for name, count in caught.items():
        print(f"{name:22} caught {count / num_tried:6.1%} of {num_tried}")
    return min(caught.values()) >= wanted * num_tried


def of_espeak(num_dialogs: int, seed: int) -> bool:
    """Measure T0 and T1 on espeak-ng's speech; return whether all of it is enough."""
    recipe, gates = load_recipe("service", seed=seed), Gates("espeak")
    spoken = speak(recipe, num_dialogs)
    rng = np.random.default_rng(1)
    hissing = [(lines, [noisy(audio, rng) for audio in audios]) for lines, audios in spoken]
    enough = [
        report_clean("clean clips", gates, spoken, WANTED),
        report_clean(f"with noise at {BACKGROUND:g} dB", gates, hissing, WANTED),
        report_faults(VOICES.load(recipe.speech), gates, spoken, TURNS, WANTED),
    ]
    return all(enough)


def of_run(run: str, num_dialogs: int, turns: int) -> bool:
    """Measure all gates of a run on its own clips; return whether all of it is enough."""
    recipe = open_run(run).file.recipe
    judge = JUDGES.load(recipe.gates.judge) if recipe.gates.judge else None
    gates = Gates(VOICES.resolve(recipe.speech).source, judge, ALIGNERS.load(recipe.align))
    spoken = speech.of_run(run, num_dialogs)
    enough = [
        report_clean("clean clips", gates, spoken, RUN_CLEAN),
        report_faults(VOICES.load(recipe.speech), gates, spoken, turns, RUN_CAUGHT),
    ]
    return all(enough)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run")
    parser.add_argument("--dialogs", type=int, default=40)
    parser.add_argument("--turns", type=int, default=2, help="turns damaged of a run's dialogues")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.run:
        enough = of_run(arguments.run, arguments.dialogs, arguments.turns)
    else:
        enough = of_espeak(arguments.dialogs, arguments.seed)
    sys.exit(not enough)


if __name__ == "__main__":
    main()
