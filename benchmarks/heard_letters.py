"""How much extra speech aligner `ctc` catches, on letters as a CTC model would hear them.

    python benchmarks/heard_letters.py [--clips 300] [--wrong 0.08] [--misheard 0.1]

Its weights are on a hub only, so its log-probabilities are made here from espeak-ng's exact word
times: a letter's peak of one frame or two, sure to half sure; of the letters some are other ones,
lost or added, and in some words many are. Extra speech is 0.6 to 2 s of another
line, before, after, at the quietest place between, or the line said twice. Exit 1 if less than
98 % is caught or 0.5 % of clean clips is refused.
"""

from __future__ import annotations

import argparse
import string
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from benchmarks.clips import speak
from datagen.backends.aligner.ctc import Ctc
from datagen.backends.aligner.tokens import parts
from datagen.backends.registry import WRITERS
from datagen.config import load_recipe
from datagen.engine.plan import jobs_of
from datagen.types import SAMPLE_RATE, Audio, Rejected, Script, SpokenWord

VOCABULARY = ("<pad>", "<s>", "</s>", "<unk>", "|", *string.ascii_uppercase, "'")
"""Labels of facebook/wav2vec2-base-960h, the blank first."""
HOP = SAMPLE_RATE // 50
"""Samples of a frame: 20 ms."""
SURE, HALF_SURE = 0.999, 0.5
"""Probability of a letter at its peak, at most and at least."""
MISHEARD = 0.4
SHORTEST, LONGEST = 0.6, 2.0
"""Seconds of extra speech."""
WANTED, ALLOWED = 0.98, 0.005
MIN_WORDS = 2


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip, whole frames long, and what the model hears in it."""

    audio: Audio
    emissions: NDArray[np.float32]
    """Log-probabilities [T, V]."""

    def part(self, first: int, last: int) -> Sound:
        """Return the frames from ``first`` up to ``last``."""
        return Sound(self.audio[first * HOP : last * HOP], self.emissions[first:last])


def joined(sounds: Sequence[Sound]) -> Sound:
    """Return sounds one after the other."""
    return Sound(
        np.concatenate([one.audio for one in sounds]),
        np.concatenate([one.emissions for one in sounds]),
    )


@dataclass(frozen=True, slots=True)
class Mishearing:
    """How often the model is wrong."""

    letters: float = 0.04
    """Share of letters that are another, lost, or have one added, a third each."""
    words: float = 0.08
    """Share of words that are misheard: MISHEARD of their letters are wrong."""


class LettersHeard(Ctc):
    """The aligner with a model of which each clip's emissions are known beforehand."""

    def __init__(self, options: Ctc.Options) -> None:
        self._options = options
        self._vocabulary = {label: number for number, label in enumerate(VOCABULARY)}
        self._blank, self._delimiter = 0, VOCABULARY.index("|")
        self._is_upper = True
        self._hop, self._features = 320, SimpleNamespace(sampling_rate=16_000)
        self.known: dict[int, NDArray[np.float32]] = {}

    def refuses(self, spoken: str, sound: Sound) -> bool:
        """Return whether a clip is not taken for a line."""
        self.known = {id(sound.audio): sound.emissions}
        try:
            self.align(spoken, lambda: sound.audio, None)
        except Rejected:
            return True
        return False

    def _emissions(self, clip: Audio) -> NDArray[np.float32]:
        return self.known[id(clip)]


def heard(
    audio: Audio, words: Sequence[SpokenWord], rng: np.random.Generator, wrong: Mishearing
) -> Sound:
    """Return a clip in whole frames, with what a model hears of its words."""
    audio = np.pad(audio, (0, -len(audio) % HOP))
    share = np.full((len(audio) // HOP, len(VOCABULARY)), 1e-5)
    share[:, 0] = rng.uniform(0.9, 0.999, len(share))
    for word in words:
        share_wrong = MISHEARD if rng.random() < wrong.words else wrong.letters
        letters = _letters(word.text, rng, share_wrong)
        step = (word.end - word.start) / max(1, len(letters))
        for place, letter in enumerate(letters):
            frame = min(len(share) - 1, int((word.start + (place + 0.5) * step) / HOP))
            _peak(share[frame : frame + int(rng.integers(1, 3))], letter, rng)
        _peak(share[word.end // HOP : word.end // HOP + 1], "|", rng)
    share /= share.sum(axis=1, keepdims=True)
    return Sound(audio, np.log(share).astype(np.float32))


def _letters(word: str, rng: np.random.Generator, wrong: float) -> list[str]:
    """Return the letters of a word as they are heard."""
    found: list[str] = []
    for letter in "".join(parts(word)).upper():
        kind = int(rng.integers(3)) if rng.random() < wrong else -1
        other = str(rng.choice(list(string.ascii_uppercase)))
        found += {-1: [letter], 0: [other], 1: [], 2: [letter, other]}[kind]
    return [letter for letter in found if letter in VOCABULARY]


def _peak(share: NDArray[np.float64], letter: str, rng: np.random.Generator) -> None:
    """Let frames [T, V] hold a letter; what is left is the blank's, and a little another's."""
    sure = rng.uniform(HALF_SURE, SURE)
    share[:] = 1e-5
    share[:, 0] = (1 - sure) * 0.8
    share[:, int(rng.integers(5, len(VOCABULARY)))] += (1 - sure) * 0.2
    share[:, VOCABULARY.index(letter)] += sure


def faults(clip: Sound, extra: Sound) -> dict[str, Sound]:
    """Return a clip with extra speech in each place."""
    power = np.square(clip.audio.reshape(-1, HOP), dtype=np.float64).mean(axis=1)
    low, high = int(0.3 * len(power)), int(0.7 * len(power))
    quiet = low + int(power[low:high].argmin())
    length = len(power)
    return {
        "before": joined([extra, clip]),
        "after": joined([clip, extra]),
        "between": joined([clip.part(0, quiet), extra, clip.part(quiet, length)]),
        "said twice": joined([clip, clip]),
    }


def babble(other: Sound, rng: np.random.Generator) -> Sound:
    """Return a stretch of another line."""
    length = min(len(other.emissions), int(rng.uniform(SHORTEST, LONGEST) * SAMPLE_RATE / HOP))
    first = int(rng.integers(0, len(other.emissions) - length + 1))
    return other.part(first, first + length)


def texts_of(block: int, count: int) -> list[str]:
    """Return lines of service calls, of a block and those after it."""
    writer, texts = WRITERS.load(load_recipe("service").script), list[str]()
    while len(texts) < count:
        for script in writer.write(jobs_of(load_recipe("service"), block)):
            turns = script.turns if isinstance(script, Script) else ()
            texts += [turn.spoken for turn in turns if len(turn.spoken.split()) >= MIN_WORDS]
        block += 1
    return texts[:count]


def measure(
    texts: Sequence[str],
    wrong: Mishearing,
    options: Ctc.Options | None = None,
    tell: Callable[[str], None] = lambda missed: None,
) -> tuple[Counter[str], int]:
    """Return how many of each fault are caught, and how many clean clips are refused."""
    aligner = LettersHeard(options or Ctc.Options())
    rng = np.random.default_rng(0)
    sounds = [heard(made.audio, made.words or (), rng, wrong) for made in speak(texts)]
    caught: Counter[str] = Counter()
    clean = 0
    for number, (text, sound) in enumerate(zip(texts, sounds, strict=True)):
        if aligner.refuses(text, sound):
            clean += 1
            tell(f"refused: {text!r}")
        others = [one for n, one in enumerate(sounds) if n != number]
        long = [one for one in others if len(one.audio) >= SHORTEST * SAMPLE_RATE]
        extra = babble(long[int(rng.integers(len(long)))], rng)
        for name, broken in faults(sound, extra).items():
            caught[name] += aligner.refuses(text, broken)
            if not aligner.refuses(text, broken):
                tell(f"missed {name}, {len(extra.audio) / SAMPLE_RATE:.2f} s: {text!r}")
    return caught, clean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=300)
    parser.add_argument("--block", type=int, default=50)
    parser.add_argument("--wrong", type=float, default=Mishearing().letters)
    parser.add_argument("--misheard", type=float, default=Mishearing().words)
    parser.add_argument("--missed", action="store_true", help="print what went wrong")
    arguments = parser.parse_args()
    wrong = Mishearing(arguments.wrong, arguments.misheard)
    texts = texts_of(arguments.block, arguments.clips)
    tell = print if arguments.missed else lambda missed: None
    caught, clean = measure(texts, wrong, tell=tell)
    for name, count in caught.items():
        print(f"{name:12} caught {count:4} of {len(texts)} ({count / len(texts):.1%})")
    share = caught.total() / (len(caught) * len(texts))
    print(f"all: caught {share:.2%} of {len(caught) * len(texts)}; refused {clean} clean clips")
    sys.exit(share < WANTED or clean > ALLOWED * len(texts))


if __name__ == "__main__":
    main()
