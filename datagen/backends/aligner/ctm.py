"""Word times from another program: NAME.TextGrid (Montreal Forced Aligner, Praat) or NAME.ctm.

    clips --datagen align export--> NAME.wav, NAME.lab --your aligner--> NAME.TextGrid --> words

NAME is a hash of a clip's samples and text, so times never meet the wrong sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Annotated, TypeAlias

import numpy as np
from pydantic import Field

from datagen import assets
from datagen.backends.aligner.extra import MAX_EXTRA, check_extra
from datagen.backends.aligner.tokens import Span, fill, parts, rounded
from datagen.backends.protocols import Aligner
from datagen.formats.ctm import SILENT, read_ctm
from datagen.formats.shared_times import share
from datagen.formats.text import MAX_CLIP_BYTES, read_text
from datagen.formats.textgrid import read_textgrid
from datagen.types import SAMPLE_RATE, Audio, Record, Rejected, SpokenWord, UserError

SUFFIXES = (".TextGrid", ".ctm")
UNKNOWN = ("<unk>", "spn", "<spn>", "[bracketed]", "<cutoff>")
"""Labels for a word that the aligner did not know."""
MAX_OVERLAP = SAMPLE_RATE // 10
"""Samples by which decoders let a word overlap the next."""
Entry: TypeAlias = tuple[str, float, float, float | None]
"""A label, its start and end in seconds, and a confidence where the file has one."""


class Ctm(Aligner):
    """Reads one file a clip from a folder."""

    class Options(Record):
        """The folder of the files."""

        folder: str
        max_extra: Annotated[float, Field(gt=0)] = MAX_EXTRA
        """Most seconds of speech that is not in the text."""

    def __init__(self, options: Options) -> None:
        self.check(options)
        self._folder = Path(options.folder)
        self._max_extra = options.max_extra

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the folder has no file of times."""
        if not _files(options.folder):
            raise UserError(
                f"align.options.folder: {options.folder} has no .TextGrid or .ctm file; write the"
                " clips with `datagen align export RUN FOLDER` and align them there"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the hash of all files of times."""
        return {"files": assets.digest(*_files(options.folder))}

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Return the times in the clip's file; Rejected if it has none, or other words."""
        clip = audio()
        name = clip_name(spoken, clip)
        path = next(
            (path for suffix in SUFFIXES if (path := self._folder / f"{name}{suffix}").is_file()),
            None,
        )
        if path is None:
            raise Rejected("alignment", f"{self._folder} has no times of {name} ({spoken!r})")
        tokens = spoken.split()
        try:
            entries = list(read_times(path))
        except UserError as error:  # one of many files: its clip is left out
            raise Rejected("alignment", str(error)) from error
        spans = _match(tokens, entries, f"{path.name} of {spoken!r}")
        clamped = _in_order(tokens, [_clamped(span, len(clip)) for span in spans])
        found = fill(tokens, clamped, len(clip))
        check_extra(found, clip, spoken, self._max_extra)
        return found


def _files(folder: str) -> list[Path]:
    """Return a folder's files of times, sorted."""
    return sorted(path for suffix in SUFFIXES for path in Path(folder).glob(f"[!.]*{suffix}"))


def clip_name(spoken: str, clip: Audio) -> str:
    """Return the file name, without suffix, of a clip [S] as a 16-bit file holds it."""
    hasher = blake2b(spoken.encode(), digest_size=12)
    hasher.update(np.round(clip * 32_768).astype("<i2").tobytes())
    return hasher.hexdigest()


def read_times(path: Path) -> Iterator[tuple[str, Span]]:
    """Yield the labels of a file that are words, with their samples."""
    try:
        text = read_text(path, MAX_CLIP_BYTES)
        entries = list(_textgrid(text) if path.suffix == ".TextGrid" else _ctm(text))
    except ValueError as error:
        raise UserError(f"align.options.folder: {path} cannot be read ({error})") from error
    for label, start, end, confidence in entries:
        if label.casefold() not in SILENT:
            yield label, Span(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE), confidence)


def _ctm(text: str) -> Iterator[Entry]:
    for word in read_ctm(text):
        sure = None if word.confidence is None else rounded(word.confidence)
        yield word.label, word.start, word.start + word.length, sure


def _textgrid(text: str) -> Iterator[Entry]:
    for label, start, end in read_textgrid(text):
        yield label, start, end, None


def _match(
    tokens: Sequence[str], entries: Sequence[tuple[str, Span]], name: str
) -> list[Span | None]:
    """Give each token the time of its label, or labels; a label for an unknown word fits any."""
    labels = iter(entries)
    spans: list[Span | None] = []
    for token in tokens:
        wanted = "".join(parts(token))
        got, mine = "", list[Span]()
        while wanted and got != wanted:
            label, span = next(labels, ("", Span(0, 0)))
            got += "".join(parts(label))
            mine.append(span)
            if label.casefold() in UNKNOWN:
                break
            if not label or not wanted.startswith(got):
                raise Rejected("alignment", f"{name}: {label or 'nothing'!r} stands for {token!r}")
        sure = [span.confidence for span in mine if span.confidence is not None]
        spans.append(Span(mine[0].start, mine[-1].end, min(sure, default=None)) if mine else None)
    if extra := next(labels, None):
        raise Rejected("alignment", f"{name}: {extra[0]!r} is not in the text")
    return spans


def _in_order(tokens: Sequence[str], spans: Sequence[Span | None]) -> list[Span | None]:
    """End a word where the next begins, if it lasts a little longer (kaldi#1465).

    Words that begin together share their time.
    """
    made = list(spans)
    known = {index: span for index, span in enumerate(spans) if span is not None}
    times = share([tokens[index] for index in known], [(s.start, s.end) for s in known.values()])
    for (index, span), (start, end) in zip(known.items(), times, strict=True):
        known[index] = made[index] = Span(start, end, span.confidence)
    for (index, one), (_, other) in pairwise(known.items()):
        if one.start < other.start < one.end <= other.start + MAX_OVERLAP:
            made[index] = Span(one.start, other.start, one.confidence)
    return made


def _clamped(span: Span | None, num_samples: int) -> Span | None:
    """Keep a time within its clip: other programs round to their own frames."""
    if span is None:
        return None
    start = min(max(0, span.start), num_samples - 1)
    return Span(start, max(start + 1, min(span.end, num_samples)), span.confidence)
