"""Switchboard-1 (LDC97S62) with the word times of ISIP at Mississippi State (swb_ms98).

    sw02001.sph (or sw2001.sph)          two channels, mu-law at 8 kHz: A is the first
    sw2001A-ms98-a-word.text             UTTERANCE START END WORD, a file a side
    call_con_tab.csv, caller_tab.csv, topic_tab.csv, conv_tab.csv    LDC's tables, if they are there

Written from ISIP's and LDC's documentation: [laughter-yeah] is said laughing, [tak/talk] is what is
said and what was meant, th[e]- breaks off, {word} is coined, a number behind _ tells homographs.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from datagen.annotate.call import (
    ChannelFile,
    CorpusCall,
    CorpusSpeaker,
    Side,
    Supervision,
    TimedWord,
)
from datagen.annotate.readers.files import find, need, one_each
from datagen.annotate.readers.spoken import in_order, utterance
from datagen.formats.text import numbered_lines, read_text, seconds
from datagen.types import Rejected
from datagen.voices.corpora import gender_of

SIDES: dict[Side, str] = {"a": "A", "b": "B"}
_SOUND = re.compile(r"sw0?(\d{4})", re.I)
_WORDS = re.compile(r"sw(\d{4})([AB])-ms98-a-word", re.I)


class Switchboard:
    """Switchboard-1, in one folder or several."""

    corpus: ClassVar[str] = "switchboard"

    def __init__(self, folders: Sequence[Path]) -> None:
        sound = need(find(folders, "sw*.sph", "sw*.wav"), folders, "sw*.sph")
        self._sound = one_each((m[1], path) for path in sound if (m := _SOUND.fullmatch(path.stem)))
        words = need(find(folders, "*-word.text"), folders, "word times (*-word.text)")
        self._words = one_each(
            ((m[1], m[2].upper()), path) for path in words if (m := _WORDS.fullmatch(path.stem))
        )
        self._callers = {(row[0], row[1]): row[2] for row in _rows(folders, "call_con_tab.csv", 3)}
        self._people = {row[0]: row for row in _rows(folders, "caller_tab.csv", 6)}
        self._topics = {row[1]: row for row in _rows(folders, "topic_tab.csv", 2)}
        self._of_call = {row[0]: row[3] for row in _rows(folders, "conv_tab.csv", 4)}

    def ids(self) -> Sequence[str]:
        """Return the numbers of all conversations with sound, e.g. ``sw2001``."""
        return sorted(f"sw{number}" for number in self._sound)

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; Rejected if a side has no word times."""
        number = call_id[2:]
        path = self._sound[number]
        said: list[Supervision] = []
        for side, letter in SIDES.items():
            words = self._words.get((number, letter))
            if words is None:
                raise Rejected("no transcript", f"sw{number}{letter}-ms98-a-word.text")
            said += _utterances(words, side)
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound={"a": ChannelFile(path, 0), "b": ChannelFile(path, 1)},
            people={side: self._person(number, side) for side in SIDES},
            supervisions=in_order(said),
            topic=self._topic(number),
        )

    def _person(self, number: str, side: Side) -> CorpusSpeaker:
        caller = self._callers.get((number, SIDES[side]), "")
        row = self._people.get(caller, [""] * 6)
        return CorpusSpeaker(
            id=caller or f"sw{number}-{side}",
            gender=gender_of(row[3]) or "",
            region=row[5].title(),
        )

    def _topic(self, number: str) -> str:
        row = self._topics.get(self._of_call.get(number, ""), [])
        return row[0].capitalize() if row else ""


def _rows(folders: Sequence[Path], name: str, width: int) -> Iterator[list[str]]:
    """Yield the rows of a table without a header that are wide enough."""
    for path in find(folders, name):
        for row in csv.reader(io.StringIO(read_text(path)), skipinitialspace=True):
            cells = [cell.strip().strip('"') for cell in row]
            if len(cells) >= width:
                yield cells


def _utterances(path: Path, side: Side) -> Iterator[Supervision]:
    """Yield a side's utterances, each with its words."""
    group: list[TimedWord] = []
    name = ""
    for number, line in numbered_lines(read_text(path)):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != 4:
            raise Rejected(
                "transcript", f"{path.name}, line {number}: not UTTERANCE START END WORD"
            )
        if fields[0] != name and group:
            yield utterance(side, group)
            group = []
        name = fields[0]
        try:
            start, end = seconds(fields[1], "start"), seconds(fields[2], "end")
        except ValueError as error:
            raise Rejected("transcript", f"{path.name}, line {number}: {error}") from error
        if (word := word_of(fields[3])) and end > start:
            group.append(TimedWord(word, start, end))
    if group:
        yield utterance(side, group)


def word_of(token: str) -> str:
    """Return what is said of a token, without marks; empty if it is a noise."""
    token = re.sub(r"<[^>]*>", "", token)
    token = re.sub(r"^\[laughter-(.+)\]$", r"\1", token)
    if "/" in token:
        token = re.sub(r"^\[[^/]*/([^]]*)\]$", r"\1", token)
    elif re.fullmatch(r"\[[^]]*\]", token):
        return ""
    token = re.sub(r"\[[^]]*\]|[{}]|_\d+$", "", token)
    return token if any(letter.isalnum() for letter in token) else ""
