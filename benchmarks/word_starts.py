"""How far an aligner's word starts on Kokoro's speech are from the durations Kokoro itself gave.

    python benchmarks/word_starts.py [--lines 3] [--block 40] [--options JSON]

The durations are a tensor inside the graph, cut out with `onnx`; each token's frames are 600
samples. A voice's bias is the median error on half of its lines and is taken off on the other half,
and the other way round. Exit 1 if less than 95 % of starts are within one frame (80 ms) then.
Weights, voices and the aligner are those of recipe `laptop`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.backends.aligner.tokens import parts
from datagen.backends.protocols import Aligner
from datagen.backends.registry import ALIGNERS, WRITERS
from datagen.backends.speech.finish import audible, finish, to_24_khz
from datagen.backends.speech.kokoro import LANGUAGES, Kokoro, _model_file, levelled
from datagen.config import load_recipe
from datagen.engine.plan import jobs_of
from datagen.gates.words import distance
from datagen.types import FRAME, SAMPLE_RATE, Audio, Line, Rejected, Script, Voice

DURATIONS = "/encoder/Clip_output_0"
"""Name of the rounded durations [1, tokens] in the graph of Kokoro v1.0's ONNX export."""
SAMPLES = 600
"""Samples of a frame of the durations."""
MIN_WORDS = 6
WANTED = 0.95
JOINED = 3
"""Most words that espeak-ng's rules join ("of the"), or parts of one that they set apart."""


class Durations:
    """What the model's predictor says of each phoneme, without the sound."""

    def __init__(self, options: Kokoro.Options) -> None:
        import onnx
        import onnxruntime

        with TemporaryDirectory() as folder:
            cut = Path(folder) / "durations.onnx"
            names = ["tokens", "style", "speed"]
            onnx.utils.extract_model(str(_model_file(options)), str(cut), names, [DURATIONS])
            settings = onnxruntime.SessionOptions()
            settings.intra_op_num_threads = settings.inter_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(str(cut), settings)

    def of(
        self, tokens: Sequence[int], style: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], int]:
        """Return the first sample of each token and the frames of all, pads before and after."""
        given = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": np.asarray(style[len(tokens) - 1], np.float32),
            "speed": np.ones(1, np.float32),
        }
        (found,) = self._session.run(None, given)
        frames = found.reshape(-1).astype(np.int64)
        return np.cumsum(frames)[:-1] * SAMPLES, int(frames.sum())


class Timed:
    """Kokoro, whose words have times."""

    def __init__(self, options: Kokoro.Options) -> None:
        self.kokoro = Kokoro(options)
        self._durations = Durations(options)
        self._alone: dict[tuple[str, str], str] = {}

    def say(self, line: Line) -> tuple[Audio, dict[int, int]]:
        """Return a clip as the backend makes it, and the first samples of its tokens by place.

        A word that the phonemiser joined to the one before has none.
        """
        language = LANGUAGES[line.voice.id[0]]
        phonemes = " ".join(self.kokoro.phonemes(line.spoken, language).split())
        model, style = self.kokoro._model, self.kokoro._style(line.voice.id)
        edges, num_frames = self._durations.of(model.tokenizer.tokenize(phonemes), style)
        samples, rate = model.create(phonemes, style, is_phonemes=True, trim=False)
        raw = to_24_khz(np.asarray(samples, np.float32).reshape(-1), int(rate))
        assert len(raw) == num_frames * SAMPLES, f"{len(raw)} samples, {num_frames} frames"
        raw = levelled(raw)
        first, _ = audible(raw - raw.mean(dtype=np.float64).astype(np.float32))
        words = list(_words(model.tokenizer.known(phonemes)))
        alone = [self._phonemes(token, language) for token in line.spoken.split()]
        pairs = matched(alone, [said for said, _ in words])
        starts = {token: int(edges[words[word][1]]) - first for token, word in pairs}
        return finish(raw).audio, starts

    def _phonemes(self, token: str, language: str) -> str:
        key = (token, language)
        if key not in self._alone:
            found = self.kokoro.phonemes(token, language) if parts(token) else ""
            self._alone[key] = "".join(filter(str.isalpha, found))
        return self._alone[key]


def _words(phonemes: str) -> Iterator[tuple[str, int]]:
    """Yield the words of a string of phonemes and the place of each one's first phoneme."""
    start = 0
    for word in phonemes.split(" "):
        letters = [place for place, letter in enumerate(word) if letter.isalpha() or letter in "ˈˌ"]
        if any(map(str.isalpha, word)):
            yield "".join(filter(str.isalpha, word)), start + letters[0]
        start += len(word) + 1


def matched(alone: Sequence[str], said: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the tokens and the words of phonemes that begin together.

    ``alone`` is how each token is said by itself, ``said`` the words of the line. Rules join words
    and set parts of others apart, so groups are matched by how alike they are.
    """
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {(0, 0): (0.0, None)}
    steps = [(1, n) for n in range(JOINED + 1)] + [(n, 1) for n in range(2, JOINED + 1)]
    for i in range(len(alone) + 1):
        for j in range(len(said) + 1):
            for di, dj in steps:
                before = best.get((i - di, j - dj))
                if before is None:
                    continue
                one, other = "".join(alone[i - di : i]), "".join(said[j - dj : j])
                cost = before[0] + distance(one, other) + 0.1 * (di + dj - 2) * (di + dj > 1)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, (di, dj))
    place = (len(alone), len(said))
    found = []
    while place != (0, 0):
        step = best[place][1]
        assert step is not None
        place = (place[0] - step[0], place[1] - step[1])
        if step[1]:
            found.append(place)
    yield from reversed(found)


@dataclass(frozen=True, slots=True)
class Measured:
    """Errors of one clip's word starts in ms, and which words begin after a pause or a mark."""

    errors: NDArray[np.float64]
    is_after_pause: NDArray[np.bool_]


def measure(aligner: Aligner, line: Line, timed: Timed) -> Measured | None:
    """Return the errors of one clip, None if the aligner refuses it."""
    clip, starts = timed.say(line)
    try:
        found = aligner.align(line.spoken, lambda: clip, None)
    except Rejected:
        return None
    tokens = line.spoken.split()
    errors = [(found[n].start - start) / SAMPLE_RATE * 1_000 for n, start in starts.items()]
    after = [n == 0 or not tokens[n - 1][-1].isalnum() for n in starts]
    return Measured(np.array(errors), np.array(after, np.bool_))


def without_bias(clips: Sequence[Measured]) -> Iterator[NDArray[np.float64]]:
    """Yield the errors of a voice's clips less the median of those in the other half."""
    for half in (0, 1):
        others = [clip.errors for clip in clips[1 - half :: 2]]
        if others:
            bias = float(np.median(np.concatenate(others)))
            yield from (clip.errors - bias for clip in clips[half::2])


def report(name: str, errors: NDArray[np.float64]) -> float:
    """Print how large errors are, and return the share of them within a frame."""
    size = np.abs(errors)
    within = float((size <= FRAME / SAMPLE_RATE * 1_000).mean())
    print(
        f"{name:28} {len(errors):5} words: median {np.median(errors):+6.1f} ms, size"
        f" {np.median(size):5.1f} (90 %: {np.percentile(size, 90):5.1f}), within a frame"
        f" {within:.1%}"
    )
    return within


def texts_of(block: int, count: int) -> list[str]:
    """Return long lines of service calls, of a block and those after it."""
    recipe = load_recipe("service")
    writer, texts = WRITERS.load(recipe.script), list[str]()
    while len(texts) < count:
        scripts = [s for s in writer.write(jobs_of(recipe, block)) if isinstance(s, Script)]
        spoken = [turn.spoken for script in scripts for turn in script.turns]
        texts += [text for text in spoken if len(text.split()) >= MIN_WORDS]
        block += 1
    return texts[:count]


def line_of(text: str, name: str) -> Line:
    """Return a text for one of Kokoro's voices."""
    gender = "female" if name[1] == "f" else "male"
    voice = Voice(id=name, source="kokoro", license="Apache-2.0", synthetic=True, gender=gender)
    return Line(text, voice, "agent")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--options", type=json.loads, default={}, help="of speech.options")
    parser.add_argument("--lines", type=int, default=3, help="lines of each voice")
    parser.add_argument("--block", type=int, default=40)
    arguments = parser.parse_args()
    recipe = load_recipe("service", "laptop")
    given = {**recipe.speech.options, "blends": 0, **arguments.options}
    options = Kokoro.Options.model_validate(given)
    timed, aligner = Timed(options), ALIGNERS.load(recipe.align)
    voices = [name for names in Kokoro.speakers(options).values() for name in names]
    texts = texts_of(arguments.block, arguments.lines * len(voices))
    raw, after, corrected, biases, refused = [], [], list[Any](), [], 0
    for number, name in enumerate(voices):
        clips = []
        for text in texts[number :: len(voices)]:
            found = measure(aligner, line_of(text, name), timed)
            refused += found is None
            clips += [found] if found else []
        raw += [clip.errors for clip in clips]
        after += [clip.is_after_pause for clip in clips]
        corrected += list(without_bias(clips))
        if clips:
            biases.append(float(np.median(np.concatenate([clip.errors for clip in clips]))))
    is_after = np.concatenate(after)
    errors = np.concatenate(raw)
    print(f"{recipe.align.use} on {len(raw)} clips of {len(biases)} voices; refused {refused}")
    print(f"bias of a voice: {min(biases):+.0f} to {max(biases):+.0f} ms, sd {np.std(biases):.0f}")
    report("as found", errors)
    report("  first, or after a mark", errors[is_after])
    report("  inside", errors[~is_after])
    share = report("without the voice's bias", np.concatenate(corrected))
    sys.exit(share < WANTED)


if __name__ == "__main__":
    main()
