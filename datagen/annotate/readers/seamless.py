"""Seamless Interaction (Meta): sound and JSON of each person, paired by their interaction.

    V00_S0809_I00000582_P0947.wav, .json     vendor, session, interaction, participant
    JSON: metadata:transcript [{start, end, transcript, words: [{word, start, end}]}], metadata:vad
    interactions.csv     one row an interaction, with the role that each of the two was told

The names of the table's columns vary: a role's is any with prompt or ipc and a or b (or 1 or 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

from datagen.annotate.call import ChannelFile, CorpusCall, CorpusSpeaker, Side, Supervision
from datagen.annotate.readers.documents import objects, read_document, time_of
from datagen.annotate.readers.files import by_stem, find, need
from datagen.annotate.readers.spoken import in_order, utterances
from datagen.formats.tables import read_table
from datagen.types import Rejected

SIDES: tuple[Side, Side] = ("a", "b")
_NAME = re.compile(r"(V\w+?_S\w+?_I(\w+?))_(P\w+)")
_KEYS = ("interaction_id", "interaction", "interaction_idx", "id", "file_id")
_ROLE = re.compile(r"(?:prompt|ipc).*?_?([ab12])(?:_|$)|[ab12]_(?:prompt|ipc)")


class Seamless:
    """Seamless Interaction, in one folder or several."""

    corpus: ClassVar[str] = "seamless"

    def __init__(self, folders: Sequence[Path]) -> None:
        found = need(find(folders, "V*_S*_I*_P*.wav"), folders, "V*_S*_I*_P*.wav")
        self._sound: dict[str, list[Path]] = {}
        for path in by_stem(found).values():
            if match := _NAME.fullmatch(path.stem):
                self._sound.setdefault(match[1], []).append(path)
        self._said = by_stem(find(folders, "V*_S*_I*_P*.json"))
        self._told = {
            number: row
            for table in find(folders, "*interactions.csv")
            for row in read_table(table, broken=[])
            if (number := _number(row))
        }

    def ids(self) -> Sequence[str]:
        """Return the interactions of which there is sound."""
        return sorted(self._sound)

    def read(self, call_id: str) -> CorpusCall:
        """Return an interaction; Rejected if it has not two people, or no JSON of one."""
        paths = sorted(self._sound[call_id])
        if len(paths) != 2:
            raise Rejected("channels", f"{len(paths)} of its people have sound here, not two")
        roles = self._roles(call_id)
        people: dict[Side, CorpusSpeaker] = {}
        said: list[Supervision] = []
        for side, path in zip(SIDES, paths, strict=True):
            if path.stem not in self._said:
                raise Rejected("no transcript", f"{path.stem}.json")
            document = read_document(self._said[path.stem])
            people[side] = CorpusSpeaker(path.stem.rpartition("_")[2], scenario=roles[side])
            said += _supervisions(document, side)
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound={side: ChannelFile(path) for side, path in zip(SIDES, paths, strict=True)},
            people=people,
            supervisions=in_order(said),
        )

    def _roles(self, call_id: str) -> dict[Side, str]:
        """Return what each person was told: the first by name is the table's a or 1."""
        row = self._told.get(call_id.rpartition("_I")[2].lstrip("0"), {})
        found: dict[Side, str] = {"a": "", "b": ""}
        for name, text in row.items():
            if _ROLE.search(name):
                side: Side = "a" if re.search(r"(^|_)[a1](_|$)", name) else "b"
                found[side] = found[side] or text
        return found


def _number(row: dict[str, str]) -> str:
    """Return the number of a row's interaction, without zeros before it."""
    said = next((row[key] for key in _KEYS if row.get(key)), "")
    return re.sub(r"^.*?I?0*(?=\d+$)", "", said.rpartition("_I")[2])


def _supervisions(document: dict[str, Any], side: Side) -> Iterator[Supervision]:
    """Yield what a person says: by its words' times, else as its stretches are stamped."""
    for part in objects(document.get("metadata:transcript")):
        words = [
            (str(word["word"]).strip(), start, end)
            for word in objects(part.get("words"))
            if word.get("word")
            and (start := time_of(word.get("start"))) is not None
            and (end := time_of(word.get("end"))) is not None
        ]
        start, end = time_of(part.get("start")), time_of(part.get("end"))
        text = str(part.get("transcript") or "").strip()
        in_line = all(one[1] <= other[1] for one, other in pairwise(words))
        if words and in_line:
            yield from utterances(side, words)
        elif text and start is not None and end is not None and end > start:
            yield Supervision(side, start, end, text)
