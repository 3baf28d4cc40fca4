"""CallHome American English: LDC97S42 with LDC97T14's transcripts, or TalkBank's CHAT files.

    en_4065.sph, en_4065.txt    START END A: words (a line may go on in the next one)
    4065.wav, 4065.cha          *A: words, then the start and end in ms between two NAK characters

Calls are transcribed in part: what lies outside of the transcript is not used. Speakers beside the
first on a line (A1, B2) are others of the household: where they speak nothing is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from datagen.annotate.call import ChannelFile, CorpusCall, CorpusSpeaker, Side, Supervision
from datagen.annotate.readers.files import by_stem, find, need
from datagen.annotate.readers.spoken import in_order
from datagen.formats.text import numbered_lines, read_text
from datagen.types import Rejected
from datagen.voices.corpora import gender_of

_LINE = re.compile(r"\s*(\d+(?:\.\d+)?)\s+(\d+(?:\.\d+)?)\s+([AB])(\d*)\s*:\s*(.*)")
_MEDIA = re.compile("\x15(?:[^\x15]*?_)?(\\d+)_(\\d+)\x15")
_ID = re.compile(r"@ID:\s*(.*)")
_SIDES: dict[str, Side] = {"A": "a", "B": "b"}
_ASIDE = re.compile(r"\(\(|\)\)|\{[^}]*\}|\[\[[^]]*\]\]|\[[^]]*\]")
_LANGUAGE = re.compile(r"<(?:\?|[A-Z][a-z]+)\s+([^>]*)>")
_MARKS = re.compile(r"[%&+@#*/^~=<>]+")
_CHAT_CODE = re.compile(
    r"&=\S+|&\*\S+|\[[^]]*\]|\(\.+\)|\+\S*|[<>]|0\w*|www|yyy|xxx"
    "|[\u2039\u203a\u201e\u2021\u2191\u2193\u2192\u2206\u2207\u263a\u00b0]"
)
_CHAT_FORM = re.compile(r"@\w+(?:[:$]\w+)*")


@dataclass(frozen=True)
class _Line:
    """A line of a transcript."""

    speaker: str
    """A, B, or of somebody else with a number behind it."""
    start: float
    end: float
    text: str


class CallHome:
    """CallHome English, in one folder or several."""

    corpus: ClassVar[str] = "callhome"

    def __init__(self, folders: Sequence[Path]) -> None:
        sound = need(find(folders, "*.sph", "*.wav", "*.SPH"), folders, "sound (.sph, .wav)")
        self._sound = by_stem(sound)
        texts = find(folders, "*.txt", "*.cha")
        self._text = by_stem(path for path in texts if path.stem in self._sound)
        need(list(self._text.values()), folders, "transcript (.txt, .cha) named like a recording")

    def ids(self) -> Sequence[str]:
        """Return the names of all calls with sound."""
        return sorted(self._sound)

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; Rejected if it has no transcript, or one of another form."""
        if call_id not in self._text:
            raise Rejected("no transcript", f"{call_id}.txt or .cha")
        path = self._text[call_id]
        text = read_text(path)
        lines = list(_chat(text) if path.suffix == ".cha" else _ldc(path.name, text))
        ours = [line for line in lines if line.speaker in _SIDES]
        if not ours:
            raise Rejected("transcript", f"{path.name} has no line of A or B with times")
        supervisions = [
            Supervision(_SIDES[one.speaker], one.start, one.end, one.text)
            for one in ours
            if one.text
        ]
        sound = self._sound[call_id]
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound={"a": ChannelFile(sound, 0), "b": ChannelFile(sound, 1)},
            people=_people(call_id, text),
            supervisions=in_order(supervisions),
            others=tuple((one.start, one.end) for one in lines if one.speaker not in _SIDES),
        )


def _people(call_id: str, text: str) -> dict[Side, CorpusSpeaker]:
    """Return both sides, with what CHAT's headers say (language|corpus|code|age|sex|...)."""
    said = {}
    for header in _ID.findall(text):
        cells = [cell.strip() for cell in header.split("|")]
        if len(cells) > 4:
            said[cells[2]] = cells
    return {
        side: CorpusSpeaker(
            id=f"{call_id}-{side}",
            gender=gender_of(said[letter][4]) or "" if letter in said else "",
        )
        for letter, side in _SIDES.items()
    }


def _ldc(name: str, text: str) -> Iterator[_Line]:
    """Yield the lines of an LDC transcript; one without times goes on with the one before."""
    found: list[re.Match[str]] = []
    texts: list[str] = []
    for number, line in numbered_lines(text):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is not None:
            found.append(match)
            texts.append(match[5])
        elif found:
            texts[-1] += f" {line.strip()}"
        else:
            raise Rejected("transcript", f"{name}, line {number}: not START END A: words")
    for match, said in zip(found, texts, strict=True):
        start, end = float(match[1]), float(match[2])
        first = match[4] in ("", "1") if match[4] != "1" else _is_only(match[3], found)
        speaker = match[3] if first else match[3] + match[4]
        if end > start:
            yield _Line(speaker, start, end, ldc_words(said))


def _is_only(letter: str, lines: Sequence[re.Match[str]]) -> bool:
    """Say whether a channel's speakers are all numbered, so that 1 is its first."""
    return all(one[4] for one in lines if one[3] == letter)


def ldc_words(text: str) -> str:
    """Return what is said, without LDC's marks: {laugh}, [noise], (( )), &Name, %um, <German x>."""
    text = _LANGUAGE.sub(r"\1", text)
    words = _MARKS.sub("", _ASIDE.sub(" ", text)).split()
    return " ".join(word for word in words if any(letter.isalnum() for letter in word))


def _chat(text: str) -> Iterator[_Line]:
    """Yield the lines of a CHAT file that have times."""
    joined = re.sub(r"\r?\n[ \t]+", " ", text)
    for line in joined.splitlines():
        match = re.match(r"\*(\w+):\s*(.*)", line)
        media = _MEDIA.search(line)
        if match and media:
            said = _MEDIA.sub("", match[2])
            start, end = int(media[1]) / 1000, int(media[2]) / 1000
            if end > start:
                yield _Line(match[1], start, end, chat_words(said))


def chat_words(text: str) -> str:
    """Return what is said, without CHAT's codes: [//], &=laughs, (.), xxx, form@l; &-uh is uh."""
    text = re.sub(r"&[-~+]", "", _CHAT_CODE.sub(" ", text.replace("&=", " &=")))
    text = _CHAT_FORM.sub("", text).replace("(", "").replace(")", "").replace("_", " ")
    words = [word.strip(',.;:!?"\u201c\u201d') for word in text.split()]
    return " ".join(word for word in words if any(letter.isalnum() for letter in word))
