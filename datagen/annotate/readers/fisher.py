"""Fisher English (LDC2004S13, 2005S13 with 2004T19, 2005T19): SPHERE files and their transcripts.

    fe_03_NNNNN.sph    two channels, mu-law at 8 kHz: A is the first
    fe_03_NNNNN.txt    START END A: words (two lines that begin with #, blank lines between)
    *_calldata.tbl     CALL_ID,DATE_TIME,TOPICID,...,APIN,ASX.DL,...,BPIN,BSX.DL,...

Written from LDC's readme of 2004T19. Double parentheses hold what the transcriber was not sure of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from datagen.annotate.call import (
    ChannelFile,
    CorpusCall,
    CorpusSpeaker,
    Side,
    Supervision,
)
from datagen.annotate.readers.files import by_stem, find, need
from datagen.annotate.readers.spoken import in_order
from datagen.formats.tables import read_table
from datagen.formats.text import numbered_lines, read_text
from datagen.types import Rejected
from datagen.voices.corpora import gender_of

_LINE = re.compile(r"\s*(\d+(?:\.\d+)?)\s+(\d+(?:\.\d+)?)\s+([AB])\S*:\s*(.*)")
_MARKUP = re.compile(r"\[[^]]*\]|\{[^}]*\}|<[^>]*>|\(\(|\)\)")
_TOPIC = re.compile(r"<topic\s[^>]*?id=\"?(\w+)\"?[^>]*>(.*?)(?=<topic\s|</topic|\Z)", re.S | re.I)
_TITLE = re.compile(r"title=\"([^\"]*)\"", re.I)
_SIDES: dict[str, Side] = {"A": "a", "B": "b"}
RAW = "bbn_orig"
"""Folder of LDC2004T19 with the transcripts as they were before they were put into one form."""


class Fisher:
    """Fisher English, in one folder or several."""

    corpus: ClassVar[str] = "fisher"

    def __init__(self, folders: Sequence[Path]) -> None:
        self._sound = by_stem(need(find(folders, "fe_*.sph", "fe_*.SPH"), folders, "fe_*.sph"))
        texts = [path for path in find(folders, "fe_*.txt") if RAW not in path.parts]
        self._text = by_stem(need(texts, folders, "transcript fe_*.txt"))
        self._calls: dict[str, dict[str, str]] = {}
        for table in find(folders, "*calldata.tbl"):
            rows = read_table(table, "call_id", "apin", "bpin", broken=[])
            self._calls |= {row["call_id"].zfill(5): row for row in rows}
        self._people = _ages(find(folders, "*pindata.tbl"))
        self._topics = _topics(find(folders, "*topics.sgm", "*topics.txt"))

    def ids(self) -> Sequence[str]:
        """Return the ids of all calls with sound, e.g. ``fe_03_00001``."""
        return sorted(self._sound)

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; Rejected if it has no transcript, or one with other lines."""
        if call_id not in self._text:
            raise Rejected("no transcript", f"{call_id}.txt")
        facts = self._calls.get(call_id.rpartition("_")[2], {})
        path = self._sound[call_id]
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound={"a": ChannelFile(path, 0), "b": ChannelFile(path, 1)},
            people={side: self._person(call_id, side, facts) for side in _SIDES.values()},
            supervisions=_supervisions(self._text[call_id]),
            topic=self._topics.get(facts.get("topicid", ""), ""),
            notes={name: facts[name] for name in ("topicid", "date_time") if facts.get(name)},
        )

    def _person(self, call_id: str, side: Side, facts: dict[str, str]) -> CorpusSpeaker:
        """Return who speaks; a call that is not in the tables has people of its own."""
        pin = facts.get(f"{side}pin", "")
        heard = facts.get(f"{side}sx.dl", "")
        gender, _, dialect = heard.partition(".")
        return CorpusSpeaker(
            id=pin or f"{call_id}-{side}",
            gender=gender_of(gender) or "",
            age=self._people.get(pin),
            region={"a": "American", "o": "other"}.get(dialect, dialect),
        )


def _supervisions(path: Path) -> tuple[Supervision, ...]:
    """Read a transcript; lines whose end is not after their start are left out."""
    found: list[Supervision] = []
    for number, line in numbered_lines(read_text(path)):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise Rejected(
                "transcript", f"{path.name}, line {number}: it is not START END A: words"
            )
        start, end, text = float(match[1]), float(match[2]), words_of(match[4])
        if text and end > start:
            found.append(Supervision(_SIDES[match[3]], start, end, text))
    return in_order(found)


def words_of(text: str) -> str:
    """Return what is said, without marks: ``(( oh yeah )) [laughter]`` is ``oh yeah``."""
    words = _MARKUP.sub(" ", text).replace("_", " ").split()
    return " ".join(word for word in words if any(letter.isalnum() for letter in word))


def _ages(tables: Sequence[Path]) -> dict[str, int]:
    """Return the age of each PIN; the table is PIN, sex, age, years of education, ..."""
    found: dict[str, int] = {}
    for table in tables:
        for row in read_table(table, broken=[]):
            pin, _, age = [*row.values(), "", "", ""][:3]
            if pin and age.isdecimal():
                found[pin] = int(age)
    return found


def _topics(files: Sequence[Path]) -> dict[str, str]:
    """Return the topics by id: their text, or their title."""
    found: dict[str, str] = {}
    for file in files:
        for match in _TOPIC.finditer(read_text(file)):
            title = _TITLE.search(match[0])
            text = " ".join(re.sub(r"<[^>]*>", " ", match[2]).split())
            found[match[1]] = text or (title[1] if title else "")
    return found
