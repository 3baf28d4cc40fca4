"""How fast the gates listen, how much clean speech they let pass, and which faults they catch.

python benchmarks/gates.py [--dialogs 24]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from datagen.backends.registry import VOICES, WRITERS
from datagen.config import VoicesSpec, load_recipe
from datagen.gates import dialogue
from datagen.gates.limits import limits_for
from datagen.gates.turn import Fault, Heard, listen
from datagen.plan import jobs_of
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Audio, Line, Script
from datagen.voices import cast

Spoken = tuple[list[Line], list[Audio]]
LIMITS = limits_for("espeak")
RECIPE = load_recipe("service")


def speak(num_dialogs: int) -> list[Spoken]:
    """Voice the first dialogues of the shipped recipe."""
    writer, voice = WRITERS.load(RECIPE.script), VOICES.load(RECIPE.speech)
    made: list[Spoken] = []
    for script in (
        s for block in range(-(-num_dialogs // 16)) for s in writer.write(jobs_of(RECIPE, block))
    ):
        if isinstance(script, Script) and len(made) < num_dialogs:
            voices = cast(script, VoicesSpec(), RECIPE.seed, source=voice.source)
            lines = [Line(t.spoken, voices[t.speaker], t.speaker) for t in script.turns]
            seed = seed_for(RECIPE.seed, script.dialog_id, "speech")
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
        "last half missing": lambda a: a[: len(a) // 2],
        "silent": lambda a: a * np.float32(0),
        "clipped": lambda a: np.clip(a * np.float32(8), -1, 1),
        "not a number": lambda a: np.append(a, np.float32(np.nan)),
        "silence inside": lambda a: np.concatenate([a[: len(a) // 2], silence, a[len(a) // 2 :]]),
        "silence after": lambda a: np.append(a, silence),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogs", type=int, default=24)
    spoken = speak(parser.parse_args().dialogs)
    clips = [audio for _, audios in spoken for audio in audios]
    began = time.process_time()
    heard = [
        {
            t: listen(a, line.spoken, LIMITS)
            for t, (a, line) in enumerate(zip(audios, lines, strict=True))
        }
        for lines, audios in spoken
    ]
    found = [judge(lines, takes) for (lines, _), takes in zip(spoken, heard, strict=True)]
    spent = time.process_time() - began
    seconds = sum(map(len, clips)) / SAMPLE_RATE
    reasons = Counter(fault.reason for faults in found for fault in faults.values())
    print(f"T0 + T1: {seconds / spent:.0f} times real time a core, over {seconds:.0f} s")
    print(
        f"clean clips that pass: {1 - reasons.total() / len(clips):.2%} of {len(clips)};"
        f" the others: {dict(reasons)}"
    )
    rng = np.random.default_rng(0)
    voice = VOICES.load(RECIPE.speech)
    caught: Counter[str] = Counter()
    num_tried = 0
    for (lines, audios), takes in zip(spoken, heard, strict=True):
        long = [t for t, line in enumerate(lines) if len(line.spoken.split()) >= 5]
        for turn in rng.permutation(long)[:3].tolist():
            num_tried += 1
            line = lines[turn]
            other = next(x.voice for x in lines if x.voice != line.voice)
            broken = {name: damage(audios[turn]) for name, damage in damages(rng).items()}
            broken["other speaker"] = voice.speak([replace(line, voice=other)], seed=1)[0].audio
            for name, audio in broken.items():
                again = {**takes, turn: listen(audio, line.spoken, LIMITS)}
                caught[name] += turn in judge(lines, again)
    for name, count in caught.items():
        print(f"{name:20} caught {count / num_tried:7.1%} of {num_tried}")


if __name__ == "__main__":
    main()
