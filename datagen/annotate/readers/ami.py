"""AMI: headset channels of meetings, pair by pair, with the words of the manual annotation.

    ES2002a.Headset-0.wav                 one person's headset
    corpusResources/meetings.xml          who is on which channel, and of which sex
    words/ES2002a.A.words.xml             <w starttime endtime>word</w>

A meeting of four has six pairs, e.g. ES2002a-A-B: of each only what is said while the others are
silent is used. Times of all files are the meeting's.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import ClassVar, Literal

from datagen.annotate.call import ChannelFile, CorpusCall, CorpusSpeaker, Side
from datagen.annotate.readers.documents import time_of
from datagen.annotate.readers.files import find, need, one_each
from datagen.annotate.readers.spoken import in_order, utterances
from datagen.formats.text import MAX_BYTES
from datagen.types import Rejected, UserError
from datagen.voices.corpora import gender_of

Timed = tuple[str, float, float]
_HEADSET = re.compile(r"(\w+)\.Headset-(\d+)")
_WORDS = re.compile(r"(\w+)\.([A-Z])\.words")
SAME_SILENCE = 0.5
"""Seconds between words of others that are one span."""


@dataclass(frozen=True)
class _Participant:
    """Who takes part in a meeting."""

    name: str
    """The corpus' own name, e.g. FEE005; its first letter is the sex."""
    channel: str


class Ami:
    """The AMI meeting corpus, in one folder or several."""

    corpus: ClassVar[str] = "ami"

    def __init__(self, folders: Sequence[Path]) -> None:
        sound = need(find(folders, "*.Headset-*.wav"), folders, "*.Headset-*.wav")
        self._sound = one_each(
            ((m[1], m[2]), path) for path in sound if (m := _HEADSET.fullmatch(path.stem))
        )
        words = need(find(folders, "*.words.xml"), folders, "words/*.words.xml")
        self._words = one_each(
            ((m[1], m[2]), path) for path in words if (m := _WORDS.fullmatch(path.stem))
        )
        tables = need(find(folders, "meetings.xml"), folders, "corpusResources/meetings.xml")
        self._people = {
            (meeting.get("observation", ""), speaker.get("nxt_agent", "")): _Participant(
                speaker.get("global_name", ""), speaker.get("channel", "")
            )
            for table in tables
            for meeting in _parsed(table)
            for speaker in meeting
        }

    def ids(self) -> Sequence[str]:
        """Return all pairs of all meetings whose two headsets and words are here."""
        here: dict[str, list[str]] = {}
        for (meeting, agent), person in self._people.items():
            if (meeting, person.channel) in self._sound and (meeting, agent) in self._words:
                here.setdefault(meeting, []).append(agent)
        return sorted(
            f"{meeting}-{one}-{other}"
            for meeting, agents in here.items()
            for one, other in combinations(sorted(agents), 2)
        )

    def read(self, call_id: str) -> CorpusCall:
        """Return a pair's part of a meeting."""
        meeting, *agents = call_id.rsplit("-", 2)
        sides: dict[Side, str] = {"a": agents[0], "b": agents[1]}
        others = [
            word
            for (name, agent), path in self._words.items()
            if name == meeting and agent not in agents
            for word in _said(path)
        ]
        people = {side: self._people[meeting, agent] for side, agent in sides.items()}
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound={
                side: ChannelFile(self._sound[meeting, one.channel]) for side, one in people.items()
            },
            people={
                side: CorpusSpeaker(one.name or f"{meeting}-{sides[side]}", _sex(one.name))
                for side, one in people.items()
            },
            supervisions=in_order(
                one
                for side, agent in sides.items()
                for one in utterances(side, _said(self._words[meeting, agent]))
            ),
            others=tuple(_spans(others)),
            notes={"meeting": meeting},
        )


def _sex(name: str) -> Literal["female", "male", ""]:
    return gender_of(name[:1]) or ""


def _said(path: Path) -> list[Timed]:
    """Return the words of a file that have times; marks and cut-off words stay with them."""
    found: list[Timed] = []
    for node in _parsed(path):
        if node.tag != "w" or not (node.text or "").strip():
            continue
        start, end = time_of(node.get("starttime")), time_of(node.get("endtime"))
        text = " ".join((node.text or "").split())
        if node.get("punc"):
            if found:
                found[-1] = (found[-1][0] + text, *found[-1][1:])
        elif start is not None and end is not None and end > start:
            found.append((text + ("-" if node.get("trunc") else ""), start, end))
    return found


def _spans(words: Sequence[Timed]) -> list[tuple[float, float]]:
    """Return the spans in which words are said."""
    spans: list[tuple[float, float]] = []
    for _, start, end in sorted(words, key=lambda one: one[1]):
        if spans and start - spans[-1][1] < SAME_SILENCE:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _parsed(path: Path) -> ElementTree.Element:
    """Return a file's root. Entities are refused: a small file could stand for a huge one."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
        if not data or b"<!ENTITY" in data:
            raise Rejected("transcript", f"{path.name} is too long, or defines entities")
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise Rejected("transcript", f"{path.name}: {error}") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})") from error
