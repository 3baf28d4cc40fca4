"""Recordings of one's own in a folder: one person on each channel, or a file for each.

    NAME.wav                      two channels, the first is side a
    NAME.a.wav, NAME.b.wav        or _A and _B, -1 and -2, _left and _right, _agent and _user
    NAME.ctm, .TextGrid, .rttm    beside it, or NAME.a.TextGrid; or one CTM or RTTM for all
    calls.tsv                     call, a_speaker, b_speaker, a_gender, b_gender, topic (optional)

An RTTM has no words: an ASR model hears them, as it does where there is nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

import soundfile

from datagen.annotate.call import (
    ChannelFile,
    CorpusCall,
    CorpusSpeaker,
    Side,
    Supervision,
)
from datagen.annotate.readers.files import find
from datagen.annotate.readers.spoken import in_order, utterances
from datagen.formats.ctm import CtmWord, read_ctm
from datagen.formats.rttm import RttmTurn, read_rttm
from datagen.formats.tables import read_table
from datagen.formats.text import read_text
from datagen.formats.textgrid import Interval, read_textgrid, read_tiers
from datagen.types import Rejected, UserError
from datagen.voices.corpora import AUDIO, gender_of

Item = TypeVar("Item")
SIDES: tuple[Side, Side] = ("a", "b")
_NAMES = (("a", "b"), ("1", "2"), ("0", "1"), ("l", "r"), ("left", "right"), ("agent", "user"))
_PAIR = re.compile(r"(.+)[._-](a|b|[012]|l|r|left|right|agent|user)", re.I)
_SILENT = frozenset({"", "sil", "sp", "<p>", "<eps>", "<sil>", "spn", "[sil]"})
CALLS = "calls.tsv"


class Folder:
    """Recordings of one's own."""

    corpus: ClassVar[str] = "recordings"

    def __init__(self, folders: Sequence[Path]) -> None:
        paths = find(folders, *(f"*{suffix}" for suffix in AUDIO))
        self._sound = dict(_paired(paths))
        self._grids = {path.name.casefold(): path for path in find(folders, "*.[tT]ext[gG]rid")}
        self._words: dict[str, list[CtmWord]] = {}
        self._spans: dict[str, list[RttmTurn]] = {}
        for path in find(folders, "*.ctm"):
            for word in _whole(path, read_ctm):
                self._words.setdefault(self._name(path, word.file), []).append(word)
        for path in find(folders, "*.rttm"):
            for turn in _whole(path, read_rttm):
                self._spans.setdefault(self._name(path, turn.file), []).append(turn)
        tables = find(folders, CALLS)
        self._rows = {row["call"]: row for path in tables for row in read_table(path, "call")}

    def _name(self, path: Path, said: str) -> str:
        """Return the call that a line is of: the one its file is named like, else as it says."""
        return path.stem if path.stem in self._sound else said

    def ids(self) -> Sequence[str]:
        """Return the names of all recordings."""
        return sorted(self._sound)

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; Rejected if it is not two channels, or its transcript is of others."""
        row = self._rows.get(call_id, {})
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound=_channels(self._sound[call_id]),
            people={side: _person(call_id, side, row) for side in SIDES},
            supervisions=in_order(self._supervisions(call_id)),
            topic=row.get("topic", ""),
        )

    def _supervisions(self, call_id: str) -> Iterator[Supervision]:
        if words := self._words.get(call_id):
            sides = _sides([word.speaker or word.channel for word in words])
            for side in SIDES:
                own = [word for word in words if sides[word.speaker or word.channel] == side]
                yield from utterances(
                    side, [(one.label, one.start, one.start + one.length) for one in own]
                )
        elif grids := self._grids_of(call_id):
            for side, intervals in grids.items():
                yield from _labelled(side, intervals)
        elif spans := self._spans.get(call_id):
            sides = _sides([one.speaker for one in spans])
            for one in spans:
                yield Supervision(sides[one.speaker], one.start, one.start + one.length, "")

    def _grids_of(self, call_id: str) -> dict[Side, list[Interval]]:
        """Return the intervals of each side: of a file each, or of two tiers of one."""
        found: dict[Side, list[Interval]] = {}
        for names in _NAMES:
            for side, name in zip(SIDES, names, strict=True):
                for mark in "._-":
                    path = self._grids.get(f"{call_id}{mark}{name}.textgrid".casefold())
                    if path is not None:
                        found[side] = list(_read(path, read_textgrid))
        whole = self._grids.get(f"{call_id}.textgrid".casefold())
        return found or ({} if whole is None else _two_tiers(whole))


def _paired(paths: Sequence[Path]) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """Yield each recording's name and its file, or its two files."""
    by_stem = {path.stem.casefold(): path for path in paths}
    taken: set[Path] = set()
    for path in paths:
        match = _PAIR.fullmatch(path.stem)
        mark = match and path.stem[len(match[1])]
        for first, second in _NAMES if match else ():
            other = by_stem.get(f"{match[1]}{mark}{second}".casefold()) if match else None
            if match and match[2].casefold() == first and other is not None and other != path:
                taken |= {path, other}
                yield match[1], (path, other)
                break
    yield from ((path.stem, (path,)) for path in paths if path not in taken)


def _channels(paths: tuple[Path, ...]) -> dict[Side, ChannelFile]:
    if len(paths) == 2:
        return {side: ChannelFile(path) for side, path in zip(SIDES, paths, strict=True)}
    try:
        channels = soundfile.info(paths[0]).channels
    except (OSError, soundfile.SoundFileError):
        channels = 2  # why it cannot be read is said where it is
    if channels != 2:
        raise Rejected("channels", f"{paths[0].name} has {channels}; one is needed for each person")
    return {side: ChannelFile(paths[0], index) for index, side in enumerate(SIDES)}


def _person(call_id: str, side: Side, row: dict[str, str]) -> CorpusSpeaker:
    return CorpusSpeaker(
        id=row.get(f"{side}_speaker") or f"{call_id}-{side}",
        gender=gender_of(row.get(f"{side}_gender")) or "",
    )


def _sides(names: Iterable[str]) -> dict[str, Side]:
    """Return the side of each speaker or channel that a transcript names."""
    known = sorted(set(names))
    if len(known) > 2:
        raise Rejected("transcript", f"it names {len(known)} speakers: {', '.join(known[:4])}")
    for pair in _NAMES:
        if {name.casefold() for name in known} <= set(pair):
            return {name: SIDES[pair.index(name.casefold())] for name in known}
    return dict(zip(known, SIDES, strict=False))


def _two_tiers(path: Path) -> dict[Side, list[Interval]]:
    """Return the tiers of both sides: those with words in their names, if there are such."""
    tiers = _read_all(path)
    words = {name: tier for name, tier in tiers.items() if "word" in name.casefold()}
    chosen = words if len(words) == 2 else tiers
    if len(chosen) != 2:
        raise Rejected("transcript", f"{path.name} has {len(tiers)} tiers, not one for each side")
    return dict(zip(SIDES, chosen.values(), strict=True))


def _labelled(side: Side, intervals: Sequence[Interval]) -> Iterator[Supervision]:
    """Yield what labels say: times of words, or of whole utterances to be aligned."""
    said = [one for one in intervals if one[0].casefold() not in _SILENT]
    if any(" " in label for label, _, _ in said):
        yield from (Supervision(side, start, end, label) for label, start, end in said)
    else:
        yield from utterances(side, said)


def _read_all(path: Path) -> dict[str, list[Interval]]:
    try:
        return read_tiers(read_text(path))
    except ValueError as error:
        raise Rejected("transcript", f"{path.name}: {error}") from error


def _read(path: Path, parse: Callable[[str], Iterator[Item]]) -> list[Item]:
    """Return what a file holds; Rejected if it is of another form."""
    try:
        return list(parse(read_text(path)))
    except ValueError as error:
        raise Rejected("transcript", f"{path.name}: {error}") from error


def _whole(path: Path, parse: Callable[[str], Iterator[Item]]) -> list[Item]:
    """Return what a file of several calls may hold; UserError if it is of another form."""
    try:
        return _read(path, parse)
    except Rejected as error:
        raise UserError(f"{path}: {error.evidence}; mend it or move it away") from error
