"""Word times by a CTC speech model: clip, text -> emissions -> Viterbi -> word times.

The model is any Wav2Vec2ForCTC of transformers, from a folder or the downloaded ones. The search is
ours (`viterbi`), so paths, and bytes, are the same with and without torchaudio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Annotated, Any

import numpy as np
import soxr
from numpy.typing import NDArray
from pydantic import Field

from datagen.backends.aligner.energy import WINDOW, speech_edges, speech_windows
from datagen.backends.aligner.extra import check_extra
from datagen.backends.aligner.tokens import Alignment, Span, fill, gate, parts, rounded
from datagen.backends.aligner.viterbi import best_path, label_spans
from datagen.backends.hub import files_hash, find_model
from datagen.backends.protocols import Aligner
from datagen.types import SAMPLE_RATE, Audio, Record, Rejected, SpokenWord, UserError

SETTING = "align.options.model"
CONFIG = ("config.json", "vocab.json", "preprocessor_config.json")
FILES = (*CONFIG, "tokenizer_config.json", "model*.safetensors")
"""Files of a model's folder that decide word times."""
REACH = 25 * WINDOW
"""Samples (250 ms) that a word may grow before its first frame and after its last: CTC models fire
late and shortly, anywhere within a sound."""
MAX_EXTRA = 0.75
"""Most seconds of loud sound outside the words. Letters tell better, and words whose first or last
letters the model does not hear have up to .68 s of it."""
MAX_UNSAID = 2
"""Most letters heard in a row where the text has none. On letters made up with 4 to 8 % wrong, and
40 % in up to every fifth word, clean clips have 2 at most and 0.6 s of babble 3 and more
(`benchmarks/heard_letters.py`). No model's weights were at hand: raise it for one that hears more
letters in good clips."""


class Ctc(Aligner):
    """Forced alignment over a CTC model's letters."""

    class Options(Record):
        """The model, its device, and how sure it must be."""

        model: str = "facebook/wav2vec2-base-960h"
        """A folder, or the id of a downloaded model."""
        revision: str = "main"
        device: str = "auto"
        """Torch device; ``auto`` is the GPU if there is one."""
        min_confidence: float = -3.0
        """Least mean log-probability of the frames that a letter holds."""
        max_extra: Annotated[float, Field(gt=0)] = MAX_EXTRA
        """Most seconds of loud sound that is not in the text."""
        max_unsaid: Annotated[int, Field(ge=0)] = MAX_UNSAID
        """Most letters in a row that the model hears and the text does not have: babble before,
        after or between its words, or a text said again."""

    def __init__(self, options: Options) -> None:
        self.check(options)
        import torch
        from transformers import Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        folder = find_model(SETTING, options.model, options.revision, *FILES[-1:])
        has_gpu = options.device == "auto" and torch.cuda.is_available()
        self._device = "cuda" if has_gpu else options.device.replace("auto", "cpu")
        self._torch = torch
        self._model: Any = Wav2Vec2ForCTC.from_pretrained(folder, dtype=torch.float32)
        self._model.eval().to(self._device)
        self._features: Any = Wav2Vec2FeatureExtractor.from_pretrained(folder)
        tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(folder)
        self._vocabulary: dict[str, int] = tokenizer.get_vocab()
        self._blank = int(tokenizer.pad_token_id)
        self._delimiter = self._vocabulary.get(str(tokenizer.word_delimiter_token))
        self._is_upper = "A" in self._vocabulary
        self._hop = int(self._model.config.inputs_to_logits_ratio)
        self._options = options

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the model or the packages are not here."""
        find_model(SETTING, options.model, options.revision, *CONFIG, FILES[-1])
        missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
        if missing:
            raise UserError(
                f"align.use: ctc needs {' and '.join(missing)} in the timeline stage's environment:"
                " pip install 'fullduplex-datagen[mimi]'"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the hash of the model's files."""
        folder = find_model(SETTING, options.model, options.revision, *FILES[-1:])
        return {"weights": files_hash(folder, *FILES)}

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Return when each token of ``spoken`` is said; Rejected if the sound is something else."""
        clip = audio()
        measured = self.measure(spoken, clip)
        found = gate(measured, self._options.min_confidence, spoken)
        if measured.strange > self._options.max_unsaid:
            evidence = f"over {self._options.max_unsaid}, are heard that are not in {spoken!r}"
            raise Rejected("extra_speech", f"{measured.strange:.0f} letters in a row, {evidence}")
        check_extra(found, clip, spoken, self._options.max_extra)
        return found

    def measure(self, spoken: str, clip: Audio) -> Alignment:
        """Align a clip [S] without judging it; Rejected if it is too short for its text."""
        tokens = spoken.split()
        labels, owners = self._labels(tokens)
        if not labels:
            raise Rejected("alignment", f"{spoken!r} has no letter that the model knows")
        emissions = self._emissions(clip)
        try:
            path = best_path(emissions, labels, self._blank)
        except ValueError as error:
            raise Rejected("alignment", f"{spoken!r}: {error}") from error
        states = np.where(path % 2, path // 2, -1)
        frames = np.flatnonzero((states >= 0) & (np.asarray(owners)[states] >= 0))
        scores = emissions[frames, np.asarray(labels)[states[frames]]]
        spans = self._token_spans(label_spans(path, len(labels)), owners, len(tokens), len(clip))
        tokens_of = np.asarray(owners)[states[frames]]
        spans = [
            span and span._replace(confidence=rounded(scores[tokens_of == token].mean()))
            for token, span in enumerate(spans)
        ]
        grown = grow(spans, speech_windows(clip), len(clip))
        strange = float(self._unsaid(emissions, path))
        return Alignment(fill(tokens, grown, len(clip)), float(scores.mean()), strange)

    def _unsaid(self, emissions: NDArray[np.float32], path: NDArray[np.intp]) -> int:
        """Return the most letters heard in a row in frames [T] that a path takes for blank."""
        heard = emissions.argmax(axis=1)
        is_new = np.diff(heard, prepend=-1) != 0
        is_letter = (heard != self._blank) & (heard != self._delimiter)
        blanks = path[is_new & is_letter & (path % 2 == 0)]
        return int(np.bincount(blanks).max(initial=0))

    def _labels(self, tokens: Sequence[str]) -> tuple[list[int], list[int]]:
        """Return the ids of the letters, and the token of each (-1: a word's delimiter)."""
        labels: list[int] = []
        owners: list[int] = []
        for index, token in enumerate(tokens):
            for part in parts(token):
                text = part.upper() if self._is_upper else part
                known = [self._vocabulary[letter] for letter in text if letter in self._vocabulary]
                if known and labels and self._delimiter is not None:
                    labels.append(self._delimiter)
                    owners.append(-1)
                labels += known
                owners += [index] * len(known)
        return labels, owners

    def _emissions(self, clip: Audio) -> NDArray[np.float32]:
        """Return the log-probabilities [T, V] of a clip's frames."""
        rate = int(self._features.sampling_rate)
        sound = soxr.resample(clip, SAMPLE_RATE, rate)
        values = self._features(sound, sampling_rate=rate, return_tensors="pt").input_values
        with self._torch.inference_mode():
            logits = self._model(values.to(self._device)).logits[0]
            scores = self._torch.log_softmax(logits.float(), dim=-1)
        return np.asarray(scores.cpu().numpy(), np.float32)

    def _token_spans(
        self, frames: NDArray[np.intp], owners: Sequence[int], num_tokens: int, num_samples: int
    ) -> list[Span | None]:
        """Return the samples from each token's first letter to its last."""
        step = self._hop * SAMPLE_RATE / float(self._features.sampling_rate)
        spans: list[Span | None] = [None] * num_tokens
        for (first, last), owner in zip(frames, owners, strict=True):
            if owner >= 0:
                start = min(int(first * step), num_samples - 1)
                before = spans[owner]
                start = before.start if before else start
                spans[owner] = Span(start, max(start + 1, min(int(last * step), num_samples)))
        return spans


def grow(
    spans: Sequence[Span | None], is_speech: NDArray[np.bool_], num_samples: int
) -> list[Span | None]:
    """Extend words over the speech they stand in, by REACH at most.

    The first word after a silence begins where the speech does; a word lasts until the speech
    ends, or the next word begins.
    """
    onsets, ends = (speech_edges(is_speech) * WINDOW).T
    grown: list[Span | None] = []
    floor = 0
    for index, span in enumerate(spans):
        if span is None:
            grown.append(None)
            continue
        ceiling = next((later.start for later in spans[index + 1 :] if later), num_samples)
        earliest, latest = max(floor, span.start - REACH), min(ceiling, span.end + REACH)
        starts = onsets[(onsets >= earliest) & (onsets <= span.start)]
        stops = ends[(ends >= span.end) & (ends <= latest)]
        start = int(starts[-1]) if len(starts) else span.start
        floor = ceiling if ceiling == latest else span.end
        if len(stops):
            floor = int(stops[0])
        grown.append(Span(start, floor, span.confidence))
    return grown
