"""Where the stand-in codec loses espeak-ng's words: its model of speech, or its tokens.

    python benchmarks/vocoder_words.py [--lines 16] [--model MODEL]

Whisper hears long lines of service calls as they were spoken, as the vocoder analyses them and puts
them together again without a token, and as tokens. Whisper's weights are those of recipe `laptop`.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable

import numpy as np
from clips import speak

from datagen.backends.codec.vocoder import Vocoder
from datagen.backends.codec.vocoder_analysis import NUM_BANDS, SILENCE, SUBFRAMES, VOICED, analyse
from datagen.backends.codec.vocoder_synthesis import synthesise
from datagen.backends.judge.ears import WhisperEar
from datagen.backends.registry import WRITERS
from datagen.config import load_recipe
from datagen.engine.plan import jobs_of
from datagen.gates.hearing import compare
from datagen.types import FRAME, Audio, Record, Script

MIN_WORDS = 7


def texts_of(block: int, count: int) -> list[str]:
    """Return long lines of a block of service calls."""
    recipe = load_recipe("service")
    made = WRITERS.load(recipe.script).write(jobs_of(recipe, block))
    turns = [turn.spoken for script in made if isinstance(script, Script) for turn in script.turns]
    return [text for text in turns if len(text.split()) >= MIN_WORDS][:count]


def without_tokens(audio: Audio) -> Audio:
    """Return a clip [S] as the vocoder's features say it, none of them rounded."""
    found = analyse(audio)
    num_frames = -(-len(audio) // FRAME)
    levels = np.full((num_frames, SUBFRAMES, NUM_BANDS), SILENCE, np.float32)
    pitch = np.zeros((num_frames, SUBFRAMES), np.float32)
    voicing = np.zeros((num_frames, SUBFRAMES), np.float32)
    levels[found.frames] = found.levels
    pitch[found.frames], voicing[found.frames] = found.pitch, found.voicing
    return synthesise(levels, pitch, voicing > VOICED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=16)
    parser.add_argument("--block", type=int, default=12)
    parser.add_argument("--model")
    arguments = parser.parse_args()
    judge = load_recipe("service", "laptop").gates.judge
    assert judge is not None
    model = arguments.model or str(judge.options["model"])
    ear = WhisperEar(WhisperEar.find("--model", model, "main"))
    codec = Vocoder(Record())
    ways: dict[str, Callable[[Audio], Audio]] = {
        "as spoken": lambda audio: audio,
        "without tokens": without_tokens,
        "as tokens": lambda audio: codec.decode(codec.encode(audio)),
    }
    texts = texts_of(arguments.block, arguments.lines)
    errors: Counter[str] = Counter()
    words = 0
    for text, made in zip(texts, speak(texts), strict=True):
        for name, way in ways.items():
            line = compare(text, ear.transcribe(way(made.audio)))
            errors[name] += line.num_errors
        words += line.num_words
    print(f"{len(texts)} lines of espeak-ng, {words} words; heard otherwise by Whisper")
    for name, count in errors.items():
        print(f"{name:15} {count / words:6.1%} ({count})")


if __name__ == "__main__":
    main()
