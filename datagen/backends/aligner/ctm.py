"""Word times from another program: NAME.TextGrid (Montreal Forced Aligner, Praat) or NAME.ctm.

    clips --datagen align export--> NAME.wav, NAME.lab --your aligner--> NAME.TextGrid --> words

NAME is a hash of a clip's samples and text, so times never meet the wrong sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import numpy as np

from datagen import assets
from datagen.backends.aligner.tokens import Span, fill, parts, rounded
from datagen.backends.protocols import Aligner
from datagen.types import SAMPLE_RATE, Audio, Record, Rejected, SpokenWord, UserError

SUFFIXES = (".TextGrid", ".ctm")
TIERS = ("words", "word")
"""Names of the TextGrid tier with the words; without one of that name it is the first."""
SILENT = ("", "<eps>", "sil", "sp", "<sil>", "<p>")
UNKNOWN = ("<unk>", "spn", "<spn>", "[bracketed]", "<cutoff>")
"""Labels for no word, and for a word that the aligner did not know."""
Entry: TypeAlias = tuple[str, float, float, float | None]
"""A label, its start and end in seconds, and a confidence where the file has one."""
_VALUE = re.compile(r'"((?:[^"]|"")*)"|(?<![\w\[.-])(-?\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w\].])')


class Ctm(Aligner):
    """Reads one file a clip from a folder."""

    class Options(Record):
        """The folder of the files."""

        folder: str

    def __init__(self, options: Options) -> None:
        self.check(options)
        self._folder = Path(options.folder)

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
        spans = _match(tokens, list(read_times(path)), f"{path.name} of {spoken!r}")
        return fill(tokens, [_clamped(span, len(clip)) for span in spans], len(clip))


def _files(folder: str) -> list[Path]:
    """Return a folder's files of times, sorted."""
    return sorted(path for suffix in SUFFIXES for path in Path(folder).glob(f"*{suffix}"))


def clip_name(spoken: str, clip: Audio) -> str:
    """Return the file name, without suffix, of a clip [S] as a 16-bit file holds it."""
    hasher = blake2b(spoken.encode(), digest_size=12)
    hasher.update(np.round(clip * 32_768).astype("<i2").tobytes())
    return hasher.hexdigest()


def read_times(path: Path) -> Iterator[tuple[str, Span]]:
    """Yield the labels of a file that are words, with their samples."""
    text = path.read_text(encoding="utf-16" if _is_utf_16(path) else "utf-8-sig")
    try:
        entries = list(_textgrid(text) if path.suffix == ".TextGrid" else _ctm(text))
    except (ValueError, IndexError) as error:
        raise UserError(f"align.options.folder: {path} cannot be read ({error})") from error
    for label, start, end, confidence in entries:
        if label.casefold() not in SILENT:
            yield label, Span(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE), confidence)


def _is_utf_16(path: Path) -> bool:
    """Return whether a file begins as Praat's UTF-16 files do."""
    with path.open("rb") as file:
        return file.read(2) in (b"\xff\xfe", b"\xfe\xff")


def _ctm(text: str) -> Iterator[Entry]:
    """Yield label, start, end and confidence: FILE CHANNEL START LENGTH WORD [CONFIDENCE]."""
    for line in text.splitlines():
        if line.strip() and not line.startswith(";;"):
            _, _, start, length, label, *sure = line.split()
            confidence = rounded(float(sure[0])) if sure else None
            yield label, float(start), float(start) + float(length), confidence


def _textgrid(text: str) -> Iterator[Entry]:
    """Yield label, start and end (no confidence), from Praat's long or short text format.

    Both list the same values in the same order; the long one also names them.
    """
    values = [string or number for string, number in _VALUE.findall(_after_header(text))]
    num_tiers, at = int(values[2]), 3
    tiers: dict[str, list[Entry]] = {}
    for _ in range(num_tiers):
        kind, name, _, _, size = values[at : at + 5]
        width = 3 if kind == "IntervalTier" else 2
        body = values[at + 5 : at + 5 + width * int(size)]
        at += 5 + width * int(size)
        if kind == "IntervalTier":
            tiers[name] = [
                (label.replace('""', '"').strip(), float(start), float(end), None)
                for start, end, label in zip(*[iter(body)] * 3, strict=True)
            ]
    if not tiers:
        raise ValueError("it has no interval tier")
    yield from next((tiers[name] for name in TIERS if name in tiers), next(iter(tiers.values())))


def _after_header(text: str) -> str:
    """Drop the file and object type, whose strings are not values."""
    if "ooTextFile" not in text:
        raise ValueError("it is not a Praat text file")
    return text.partition('"TextGrid"')[2]


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


def _clamped(span: Span | None, num_samples: int) -> Span | None:
    """Keep a time within its clip: other programs round to their own frames."""
    if span is None:
        return None
    start = min(max(0, span.start), num_samples - 1)
    return Span(start, max(start + 1, min(span.end, num_samples)), span.confidence)
