"""Word times by PocketSphinx: a clip and its text -> forced alignment with a small acoustic model.

The package (extra ``sphinx``, BSD) brings its US English model, so a laptop aligns real or
synthetic English speech without a download or a GPU, some 70 times faster than real time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Annotated, Any

import numpy as np
import soxr
from pydantic import Field

from datagen.backends.aligner.british import BRITISH
from datagen.backends.aligner.extra import MAX_EXTRA, check_extra
from datagen.backends.aligner.tokens import Alignment, Span, fill, gate, parts, rounded
from datagen.backends.protocols import Aligner
from datagen.text.sounds_like import pronounce
from datagen.types import SAMPLE_RATE, Audio, Record, Rejected, SpokenWord, UserError

RATE = 16_000
"""Sample rate of the acoustic model, in Hz."""
STEP = SAMPLE_RATE // 100
"""Samples between the model's frames: 10 ms."""
CENTRE = round(0.0256 / 2 * SAMPLE_RATE)
"""Samples from a frame's first sample to the middle of its 25.6 ms window."""
BEAMS = (1e-64, 1e-200)
"""Paths less likely than the best by this factor are given up; the wide one is the second try."""
SCORE_SCALE = 1 << 10
"""Factor by which the library's search divides log-likelihoods (SENSCR_SHIFT in its source)."""
SILENCE_KNEE, WORD_KNEE = 2.5, 3.0
"""How far a frame's log-likelihood may be under the model's best sound in silence, and in a word
under the median of the words' frames, before it tells of other speech. A voice that fits badly
varies more: in it the median may be doubled."""
GUESS = "guess-"
"""What the names of words begin with that the dictionary does not have."""
_VOWELS = frozenset("aeiouy")
LEAD = SAMPLE_RATE // 10
"""Silence put before and after a clip, 100 ms: the model's paths begin and end in it."""


class Sphinx(Aligner):
    """Forced alignment over the words of PocketSphinx's dictionary and guesses for all others."""

    class Options(Record):
        """How sure it must be."""

        min_confidence: float = -6.0
        """Least mean log-likelihood of a frame, relative to the model's best sound. In 80 espeak
        voices right sentences had -1.9 to -5.8 and wrong ones, if there was a path, -5.7 to -8.5
        (median -7.0); a word or two can be taken for others."""
        max_extra: Annotated[float, Field(gt=0)] = MAX_EXTRA
        """Most seconds of speech that is not in the text."""
        max_strange: Annotated[float, Field(gt=0)] = 1.7
        """Most of what frames of words and silence lack to the knees, in log-likelihood times
        seconds. Clean clips of espeak had 1.5 at most (of 180), of Kokoro 1.1 (of 88), where babble
        that is loud for less than ``max_extra`` between words has 1.2 and more."""

    def __init__(self, options: Options) -> None:
        self.check(options)
        self._min_confidence = options.min_confidence
        self._max_extra = options.max_extra
        self._max_strange = options.max_strange
        self._decoders: dict[float, Any] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if PocketSphinx is not installed."""
        if find_spec("pocketsphinx") is None:
            raise UserError(
                "align.use: sphinx needs PocketSphinx: pip install 'fullduplex-datagen[sphinx]'"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the library's version: its model comes with it; and what is scored."""
        return {
            "pocketsphinx": version("pocketsphinx"),
            "strange": "words of the dictionary, British ones, and letters",
        }

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Return when each token of ``spoken`` is said; Rejected if the sound is something else."""
        clip = audio()
        measured = self.measure(spoken, clip)
        found = gate(measured, self._min_confidence, spoken)
        check_extra(found, clip, spoken, self._max_extra)
        if measured.strange > self._max_strange:
            evidence = f"{measured.strange:.2f}, over {self._max_strange}, for {spoken!r}"
            raise Rejected("extra_speech", f"frames that fit neither words nor silence: {evidence}")
        return found

    def measure(self, spoken: str, clip: Audio) -> Alignment:
        """Align a clip [S] without judging it; Rejected if no path through it exists."""
        tokens = spoken.split()
        said = [list(self._parts(token)) for token in tokens]
        names = [self._in_dictionary(part) for token in said for part in token]
        if not any(names):
            raise Rejected("alignment", f"{spoken!r} has no word that PocketSphinx can look for")
        found = self._search([name for name in names if name], clip)
        if found is None:
            raise Rejected("alignment", f"PocketSphinx does not find {spoken!r} in the clip")
        segments = iter(_words(found))
        heard = [next(segments) if name else None for name in names]
        spans = list(_token_spans(said, heard, len(clip)))
        strange = _strange(found) if all(names) else 0.0  # what cannot be looked for is in silence
        return Alignment(fill(tokens, spans, len(clip)), _confidence(_words(found)), strange)

    def _parts(self, token: str) -> Iterator[str]:
        """Yield the words in a token; what is said by its letters is these, as in "RV"."""
        is_capital = token.isupper()
        for word in parts(token):
            is_spelled = word.isalpha() and (is_capital or _VOWELS.isdisjoint(word))
            if is_spelled and self._decoder(BEAMS[0]).lookup_word(word) is None:
                yield from word
            else:
                yield word

    def _in_dictionary(self, word: str) -> str | None:
        """Return the name of a word in the dictionary, added if need be; None if unsayable."""
        decoder = self._decoder(BEAMS[0])
        if decoder.lookup_word(word) is not None:
            return word
        phones = pronounce(word)
        if not phones:
            return None
        # by its letters, so that what a worker aligned before cannot change what it finds
        name = f"{GUESS}{'-'.join(phones)}".casefold()
        for each in map(self._decoder, BEAMS):
            if each.lookup_word(name) is None:
                each.add_word(name, " ".join(phones), update=False)
        return name

    def _search(self, names: Sequence[str], clip: Audio) -> list[Any] | None:
        """Return the segments, silences too, by the narrow beam or the wide one."""
        sound = soxr.resample(np.pad(clip, LEAD), SAMPLE_RATE, RATE)
        samples = (np.clip(sound, -1, 1) * 32_767).astype(np.int16).tobytes()
        for beam in BEAMS:
            decoder = self._decoder(beam)
            decoder.reinit_feat()  # or the clip before would colour this one's scores
            decoder.set_align_text(" ".join(names))
            decoder.start_utt()
            decoder.process_raw(samples, full_utt=True)
            decoder.end_utt()
            found = list(decoder.seg() or ())
            if [part.word.partition("(")[0] for part in _words(found)] == list(names):
                return found
        return None

    def _decoder(self, beam: float) -> Any:
        """Return the decoder of a beam. Each is made once: it loads the model (0.3 s)."""
        if beam not in self._decoders:
            from pocketsphinx import Decoder

            self._decoders[beam] = decoder = Decoder(
                samprate=RATE,
                lm=None,
                loglevel="FATAL",
                cmn="batch",
                bestpath=False,  # the lattice loses words (cmusphinx/pocketsphinx#500)
                beam=beam,
                pbeam=beam,
                wbeam=beam,  # one that differs refuses good clips (cmusphinx/pocketsphinx#464)
            )
            for word, phones in BRITISH.items():
                _add_variant(decoder, word, phones)
        return self._decoders[beam]


def _add_variant(decoder: Any, word: str, phones: str) -> None:
    """Add one more way to say a word to a dictionary, as its next: garage, garage(2)."""
    name, number = word, 1
    while decoder.lookup_word(name) is not None:
        number += 1
        name = f"{word}({number})"
    decoder.add_word(name, phones, update=False)


def _token_spans(
    said: Sequence[Sequence[str]], heard: Sequence[Any], num_samples: int
) -> Iterator[Span | None]:
    """Return for each token the samples from its first part heard to its last."""
    segments = iter(heard)
    for token in said:
        mine = [segment for segment in (next(segments) for _ in token) if segment is not None]
        if not mine:
            yield None
            continue
        start = mine[0].start_frame * STEP + CENTRE - LEAD
        end = (mine[-1].end_frame + 1) * STEP + CENTRE - LEAD
        yield Span(
            min(max(0, start), num_samples - 1),
            min(max(1, end), num_samples),
            rounded(_confidence(mine)),
        )


def _words(segments: Sequence[Any]) -> list[Any]:
    """Return the segments that are words, not silence or noise."""
    return [segment for segment in segments if not segment.word.startswith(("<", "["))]


def _num_frames(segment: Any) -> int:
    return int(segment.end_frame - segment.start_frame + 1)


def _confidence(segments: Sequence[Any]) -> float:
    """Return the mean log-likelihood of the segments' frames, relative to the best sound's."""
    score = math.fsum(math.log(segment.ascore) for segment in segments)
    return float(SCORE_SCALE * score / sum(map(_num_frames, segments)))


def _strange(segments: Sequence[Any]) -> float:
    """Return what segments lack to the knees, as log-likelihood times seconds.

    A path puts other speech into silence, or stretches a word over it; either fits badly. A word
    whose phones are guessed may fit badly by itself: "Sageward" lacked 1.8.
    """
    segments = [segment for segment in segments if not segment.word.startswith(GUESS)] or segments
    words = _words(segments)
    scores = np.repeat([_confidence([word]) for word in words], list(map(_num_frames, words)))
    usual = float(np.median(scores)) if words else 0.0
    knees = {True: min(usual - WORD_KNEE, 2 * usual), False: -SILENCE_KNEE}
    return math.fsum(
        max(0.0, knees[segment in words] - _confidence([segment])) * _num_frames(segment) / 100
        for segment in segments
    )
