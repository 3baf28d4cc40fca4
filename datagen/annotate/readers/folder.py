"""Recordings of one's own in a folder: one person on each channel, or a file for each.

    NAME.wav                      two channels, the first is side a
    NAME.a.wav, NAME.b.wav        or _A and _B, -1 and -2, _left and _right, _agent and _user
    NAME.ctm, .TextGrid, .rttm    beside it, or NAME.a.ctm of one side; or one CTM or RTTM for all
    calls.tsv                     call, a_speaker, b_speaker, a_gender, b_gender, topic (optional)

An RTTM has no words: an ASR model hears them, as it does where there is nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
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
from datagen.annotate.readers.files import find, same_content
from datagen.annotate.readers.recorded_files import MARKED, PAIRS, RecordedFiles
from datagen.annotate.readers.soundless import Soundless
from datagen.annotate.readers.spoken import in_order, utterances
from datagen.formats.ctm import CtmWord, read_ctm
from datagen.formats.rttm import RttmTurn, read_rttm
from datagen.formats.tables import read_table
from datagen.formats.text import read_text
from datagen.formats.textgrid import Interval, read_textgrid, read_tiers
from datagen.types import Rejected, UserError
from datagen.voices.corpora import AUDIO, gender_of

Item = TypeVar("Item")
Timed = TypeVar("Timed", CtmWord, RttmTurn)
SIDES: tuple[Side, Side] = ("a", "b")
CHANNELS = PAIRS[:5]
"""Names that say which channel somebody is on."""
_SILENT = frozenset({"", "sil", "sp", "<p>", "<eps>", "<sil>", "spn", "[sil]"})
CALLS = "calls.tsv"
OTHERS = {
    ".eaf": "ELAN: File > Export As > Praat TextGrid File",
    ".trs": "Transcriber",
    ".exb": "EXMARaLDA: File > Export > Praat TextGrid",
    ".antx": "Annotation Pro",
    ".cha": "CLAN: chat2praat",
    ".stm": "NIST's",
    ".mlf": "HTK's",
    ".srt": "subtitles",
    ".vtt": "subtitles",
    ".sbv": "subtitles",
}
"""Suffixes of transcripts in forms that are not read, and whose they are or how to export them."""
_WORDS, _PARTS = "words", ("tokens", "segments", "additional_segments")
"""Folders into which NeMo's aligner writes CTMs of one name: of words, and of what is no word."""


class Folder:
    """Recordings of one's own."""

    corpus: ClassVar[str] = "recordings"

    def __init__(self, folders: Sequence[Path]) -> None:
        sound = [path for path in find(folders, "*") if path.suffix.casefold() in AUDIO]
        self._files = RecordedFiles(sound, folders)
        self._soundless = Soundless()
        self._grids: dict[str, dict[str, Path]] = {}
        self._unreadable: dict[str, str] = {}
        for path in find(folders, "*.[tT]ext[gG]rid"):
            self._keep_grid(path)
        words = [path for path in find(folders, "*.ctm") if not _is_of_parts(path)]
        self._words = self._lines(words, read_ctm, _word_name)
        self._spans = self._lines(find(folders, "*.rttm"), read_rttm, _turn_name)
        self._rows: dict[str, dict[str, str]] = {}
        self._soundless.check(folders)
        for path in find(folders, "*"):
            if path.suffix.casefold() in OTHERS:
                self._leave_other(path)
        for path in find(folders, CALLS):
            for row in read_table(path, "call"):
                self._keep_row(path, row)

    def _keep_grid(self, path: Path) -> None:
        """Put a TextGrid to its call, as that of a side or of both."""
        name, side = path.stem, ""
        call_id = self._files.of(path, name)
        if call_id is None and (match := MARKED.fullmatch(path.stem)):
            name, side = match[1], match[2].casefold()
            call_id = self._files.of(path, name)
        self._soundless.note(path, path.stem, call_id)
        if call_id is None:
            return
        there = self._grids.setdefault(call_id, {}).setdefault(side, path)
        if not same_content(there, path):
            raise UserError(_two_transcripts(call_id, there, path))

    def _leave_other(self, path: Path) -> None:
        """Leave out a call of whose words there is only a transcript in a form that is not read.

        A model would hear what a person has written down.
        """
        call_id = self._files.of(path, path.stem)
        if call_id is None and (of_side := self._files.of_side(path, path.stem)):
            call_id, _ = of_side
        if call_id is None or call_id in self._words or call_id in self._grids:
            return
        self._unreadable.setdefault(
            call_id,
            f"{path} is in a form that is not read ({OTHERS[path.suffix.casefold()]}); put its"
            " words beside it as .TextGrid or .ctm, or move it away to have them heard",
        )

    def _lines(
        self,
        paths: Sequence[Path],
        parse: Callable[[str], Iterator[Timed]],
        speaker: Callable[[Timed], str],
    ) -> dict[str, list[Timed]]:
        """Return the lines of each call. A speaker's lines are of one file, or of copies of it."""
        found: dict[str, list[Timed]] = {}
        owners: dict[tuple[str, str], Path] = {}
        for path in paths:
            lines = self._whole(path, parse)
            name = cache(partial(self._name, path, self._is_mixed(path, lines)))
            is_of_one = len(set(map(speaker, lines))) == 1
            side = cache(partial(self._side, path, is_of_one))
            for line in lines:
                call_id = name(line.file)
                if of_side := side(line.file):
                    call_id, line = of_side[0], _of_side(line, of_side[1])
                self._soundless.note(path, line.file, call_id)
                if call_id is None:
                    continue
                owner = owners.setdefault((call_id, speaker(line)), path)
                if owner == path:
                    found.setdefault(call_id, []).append(line)
                elif not same_content(owner, path):
                    raise UserError(_two_transcripts(call_id, owner, path))
        return found

    def _whole(self, path: Path, parse: Callable[[str], Iterator[Item]]) -> list[Item]:
        """Return what a file holds; if it is of another form, the call of its name is left out.

        Raises UserError for a file of no call's name, which may be of all calls.
        """
        try:
            return list(parse(read_text(path)))
        except UserError as error:  # it names the file itself
            said = str(error)
        except ValueError as error:
            said = f"{path}: {error}; mend it or move it away"
        call_id = self._files.of(path, path.stem)
        if call_id is None and (of_side := self._files.of_side(path, path.stem)):
            call_id, _ = of_side
        if call_id is None:
            raise UserError(said)
        self._unreadable.setdefault(call_id, said)
        return []

    def _is_mixed(self, path: Path, lines: Sequence[Timed]) -> bool:
        """Return whether lines name their file's call, or one with sound: others are another's."""
        names = {line.file for line in lines}
        return any(name.startswith(path.stem) or self._files.of(path, name) for name in names)

    def _name(self, path: Path, is_mixed: bool, said: str) -> str | None:
        """Return the call that a line is of: the one its file is named like, else as it says.

        In a file where some lines name a recording that is there, no line is of another's.
        """
        if "/" in said and (call_id := self._files.of(path, said)):
            return call_id
        own = self._files.of(path, path.stem)
        if own is not None and (said.startswith(path.stem) or not is_mixed):
            return own
        return self._files.of(path, said)

    def _side(self, path: Path, is_of_one: bool, said: str) -> tuple[str, int] | None:
        """Return the call and side that a line is of, if it names the sound of one side.

        So do all lines of one speaker in a file that is called like such a sound.
        """
        if self._files.of(path, said) is None:
            return self._files.of_side(path, said)
        return self._files.of_side(path, path.stem) if is_of_one else None

    def _keep_row(self, path: Path, row: dict[str, str]) -> None:
        call_id = self._files.of(path, row["call"])
        self._soundless.note(path, row["call"], call_id)
        if call_id is not None and self._rows.setdefault(call_id, row) != row:
            raise UserError(f"{path}: call {row['call']} has two rows that differ; keep one")

    def ids(self) -> Sequence[str]:
        """Return the names of all recordings, with their folders where two have one name."""
        return sorted(self._files.calls)

    def unused(self) -> Sequence[str]:
        """Say which recordings are named here and have no sound."""
        return self._soundless.sentences()

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; Rejected if it is not two channels, or its transcript is of others."""
        if said := self._unreadable.get(call_id):
            raise Rejected("transcript", said)
        row = self._rows.get(call_id, {})
        supervisions, sides_known = self._supervisions(call_id)
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound=_channels(self._files.calls[call_id].paths),
            people={side: _person(call_id, side, row) for side in SIDES},
            supervisions=in_order(supervisions),
            topic=row.get("topic", ""),
            sides_known=sides_known,
        )

    def _supervisions(self, call_id: str) -> tuple[list[Supervision], bool]:
        """Return what is said, and whether it is known on which channel."""
        if words := self._words.get(call_id):
            names = _ctm_names(words)
            sides, known = _sides(names)
            said = zip(names, words, strict=True)
            own: dict[Side, list[Interval]] = {side: [] for side in SIDES}
            for name, one in said:
                own[sides[name]].append((one.label, one.start, one.start + one.length))
            return [one for side in SIDES for one in utterances(side, own[side])], known
        if call_id in self._grids:
            grids, known = _grids(self._grids[call_id])
            return [one for side, tier in grids.items() for one in _labelled(side, tier)], known
        spans = self._spans.get(call_id, [])
        sides, known = _sides([one.speaker for one in spans])
        return [
            Supervision(sides[one.speaker], one.start, one.start + one.length, "") for one in spans
        ], known


def _is_of_parts(path: Path) -> bool:
    """Tell whether a CTM has tokens or segments, and another one beside it the words (NeMo's)."""
    if path.parent.name not in _PARTS:
        return False
    return (path.parent.parent / _WORDS / path.name).is_file()


def _of_side(line: Timed, side: int) -> Timed:
    """Return a line as one of a side, whatever its own sound file calls channel and speaker."""
    name = SIDES[side]
    if isinstance(line, CtmWord):
        return replace(line, channel=name, speaker="")
    return replace(line, speaker=name)


def _two_transcripts(call_id: str, one: Path, other: Path) -> str:
    return (
        f"{one} and {other} are both words of call {call_id}, and differ; keep the one that is"
        " meant, or annotate the folders one by one"
    )


def _word_name(word: CtmWord) -> str:
    return word.speaker or word.channel


def _turn_name(turn: RttmTurn) -> str:
    return turn.speaker


def _ctm_names(words: Sequence[CtmWord]) -> list[str]:
    """Return by what each word's side is told: its channel if that says it, else its speaker."""
    channels = {word.channel.casefold() for word in words}
    if len(channels) == 2 and any(channels <= set(pair) for pair in CHANNELS):
        return [word.channel for word in words]
    return [_word_name(word) for word in words]


def _grids(files: Mapping[str, Path]) -> tuple[dict[Side, list[Interval]], bool]:
    """Return the intervals of each side: of a file each, or of two tiers of one."""
    if own := {name: path for name, path in files.items() if name}:
        sides, _ = _sides(own)
        return {sides[name]: _read(path, read_textgrid) for name, path in own.items()}, True
    return _two_tiers(files[""])


def _channels(paths: tuple[Path, ...]) -> dict[Side, ChannelFile]:
    if len(paths) == 2:
        return {side: ChannelFile(path) for side, path in zip(SIDES, paths, strict=True)}
    try:
        channels = soundfile.info(paths[0]).channels
    except (OSError, soundfile.SoundFileError):
        channels = 2  # why it cannot be read is said where it is
    if channels != 2:
        has = "one channel" if channels == 1 else f"{channels} channels"
        raise Rejected(
            "channels",
            f"{paths[0].name} has {has}; a call is one file of two, or one of each person, named"
            " like call.a.wav and call.b.wav",
        )
    return {side: ChannelFile(paths[0], index) for index, side in enumerate(SIDES)}


def _person(call_id: str, side: Side, row: dict[str, str]) -> CorpusSpeaker:
    return CorpusSpeaker(
        id=row.get(f"{side}_speaker") or f"{call_id}-{side}",
        gender=gender_of(row.get(f"{side}_gender")) or "",
    )


def _sides(names: Iterable[str]) -> tuple[dict[str, Side], bool]:
    """Return the side of each speaker or channel that a transcript names, and if that is known.

    Names of channels (A and B, left and right) say it. Of others sound decides; until then agent is
    side a, and of any two the first in the alphabet.
    """
    known = sorted(set(names))
    if len(known) > 2:
        raise Rejected("transcript", f"it names {len(known)} speakers: {', '.join(known[:4])}")
    for pair in PAIRS:
        if {name.casefold() for name in known} <= set(pair):
            sides = {name: SIDES[pair.index(name.casefold())] for name in known}
            return sides, pair in CHANNELS
    return dict(zip(known, SIDES, strict=False)), False


def _two_tiers(path: Path) -> tuple[dict[Side, list[Interval]], bool]:
    """Return the tiers of both sides: those with words in their names, if there are such."""
    tiers = _read_all(path)
    words = {name: tier for name, tier in tiers.items() if "word" in name.casefold()}
    chosen = words if len(words) == 2 else tiers
    if len(chosen) != 2:
        raise Rejected("transcript", f"{path.name} has {len(tiers)} tiers, not one for each side")
    people = {name: re.sub(r"[\s_.-]*words?[\s_.-]*", "", name, flags=re.I) for name in chosen}
    sides, known = _sides(people.values())
    if len(sides) != 2:
        return dict(zip(SIDES, chosen.values(), strict=True)), False
    return {sides[people[name]]: tier for name, tier in chosen.items()}, known


def _labelled(side: Side, intervals: Sequence[Interval]) -> Iterator[Supervision]:
    """Yield what labels say: times of words, or of whole utterances to be aligned."""
    lines = [(" ".join(label.split()), start, end) for label, start, end in intervals]
    said = [one for one in lines if one[0].casefold() not in _SILENT]
    if any(" " in label for label, _, _ in said):
        yield from (Supervision(side, start, end, label) for label, start, end in said)
    else:
        yield from utterances(side, said)


def _read_all(path: Path) -> dict[str, list[Interval]]:
    with _refusing(path):
        return read_tiers(read_text(path))


def _read(path: Path, parse: Callable[[str], Iterator[Item]]) -> list[Item]:
    """Return what a file holds; Rejected if it is of another form."""
    with _refusing(path):
        return list(parse(read_text(path)))


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Leave a call out whose transcript cannot be read, or is of another form."""
    try:
        yield
    except UserError as error:  # it names the file itself
        raise Rejected("transcript", str(error)) from error
    except ValueError as error:
        raise Rejected("transcript", f"{path.name}: {error}") from error
