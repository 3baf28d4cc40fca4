"""CANDOR (BetterUp): a folder a conversation, with sound, metadata, transcripts and a survey.

    ID/metadata.json                     speakers: [{user_id, channel: L or R}]
    ID/processed/ID.mp3 (.wav, .flac)    both, left and right; or USER.wav, a file for each
    ID/transcription/transcribe_output.json     word times, by channel (of Amazon Transcribe)
    ID/transcription/transcript_*.csv    speaker, start, stop, utterance (audiophile counts first)
    ID/survey.csv                        user_id, sex, age

Video (.mp4) is not read: its sound is to be taken out first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from datagen.annotate.call import ChannelFile, CorpusCall, CorpusSpeaker, Side, Supervision
from datagen.annotate.readers.documents import objects, read_document, time_of
from datagen.annotate.readers.files import find, need, one_each
from datagen.annotate.readers.spoken import in_order, utterances
from datagen.formats.tables import read_table
from datagen.types import Rejected
from datagen.voices.corpora import gender_of

SOUND = (".wav", ".flac", ".mp3", ".ogg")
MODELS = ("audiophile", "cliffhanger", "backbiter")
"""Transcripts by how turns were made, the one that moves nothing first."""
_CHANNELS: dict[str, Side] = {"L": "a", "R": "b"}


class Candor:
    """CANDOR, in one folder or several."""

    corpus: ClassVar[str] = "candor"

    def __init__(self, folders: Sequence[Path]) -> None:
        found = need(find(folders, "metadata.json"), folders, "metadata.json of a conversation")
        named = one_each((path.parent.name, path) for path in found)
        self._folders = {name: path.parent for name, path in named.items()}

    def ids(self) -> Sequence[str]:
        """Return the ids of all conversations."""
        return sorted(self._folders)

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; Rejected if its speakers, sound or transcript are missing."""
        folder = self._folders[call_id]
        users = _users(folder)
        survey = folder / "survey.csv"
        rows = {row["user_id"]: row for row in read_table(survey)} if survey.is_file() else {}
        return CorpusCall(
            id=call_id,
            corpus=self.corpus,
            sound=_sound(folder, users),
            people={side: _person(user, rows.get(user, {})) for side, user in users.items()},
            supervisions=in_order(_supervisions(folder, users)),
        )


def _users(folder: Path) -> dict[Side, str]:
    """Return the user on each channel: left is side a."""
    speakers = list(objects(read_document(folder / "metadata.json").get("speakers")))
    users: dict[Side, str] = {}
    for index, speaker in enumerate(speakers):
        letter = str(speaker.get("channel") or "LR"[min(index, 1)])[:1].upper()
        if letter in _CHANNELS and speaker.get("user_id"):
            users[_CHANNELS[letter]] = str(speaker["user_id"])
    if len(users) != 2:
        raise Rejected("speakers", "metadata.json does not name one for L and one for R")
    return users


def _sound(folder: Path, users: dict[Side, str]) -> dict[Side, ChannelFile]:
    by_name = {
        path.stem: path for path in sorted(folder.rglob("[!.]*")) if path.suffix.lower() in SOUND
    }
    if all(user in by_name for user in users.values()):
        return {side: ChannelFile(by_name[user]) for side, user in users.items()}
    if folder.name in by_name:
        both = by_name[folder.name]
        return {"a": ChannelFile(both, 0), "b": ChannelFile(both, 1)}
    has_video = any(folder.rglob("*.mp4"))
    remedy = "; take it out of the video: ffmpeg -i USER.mp4 USER.wav" if has_video else ""
    raise Rejected("sound", f"neither {folder.name} nor its users have a sound file{remedy}")


def _person(user: str, row: dict[str, str]) -> CorpusSpeaker:
    age = time_of(row.get("age"))
    return CorpusSpeaker(
        id=user,
        gender=gender_of(row.get("sex")) or "",
        age=None if age is None else int(age),
    )


def _supervisions(folder: Path, users: dict[Side, str]) -> Iterator[Supervision]:
    words = folder / "transcription" / "transcribe_output.json"
    if words.is_file():
        yield from _timed(read_document(words))
        return
    for model in MODELS:
        table = folder / "transcription" / f"transcript_{model}.csv"
        if table.is_file():
            yield from _told(table, {user: side for side, user in users.items()})
            return
    raise Rejected("no transcript", "neither word times nor transcript_*.csv in transcription/")


def _timed(document: dict[str, Any]) -> Iterator[Supervision]:
    """Yield the words of each channel, as Amazon Transcribe writes them."""
    results = document.get("results")
    labels = results.get("channel_labels") if isinstance(results, dict) else None
    channels = list(objects(labels.get("channels"))) if isinstance(labels, dict) else []
    if len(channels) < 2:
        raise Rejected("transcript", "transcribe_output.json has no words of two channels")
    for side, channel in zip(("a", "b"), channels, strict=False):
        words: list[tuple[str, float, float]] = []
        for item in objects(channel.get("items")):
            said = next(objects(item.get("alternatives")), {}).get("content")
            start, end = time_of(item.get("start_time")), time_of(item.get("end_time"))
            if said and item.get("type") == "punctuation" and words:
                words[-1] = (words[-1][0] + said, *words[-1][1:])
            elif said and start is not None and end is not None:
                words.append((str(said), start, end))
        yield from utterances("a" if side == "a" else "b", words)


def _told(table: Path, sides: dict[str, Side]) -> Iterator[Supervision]:
    """Yield utterances, and backchannels that a transcript has in columns of their own."""
    for row in read_table(table, "speaker", "start", "stop", broken=[]):
        side = sides.get(row["speaker"])
        start, stop = time_of(row["start"]), time_of(row["stop"])
        if side is not None and row.get("utterance") and start is not None and stop is not None:
            yield Supervision(side, start, stop, row["utterance"])
        other = sides.get(row.get("backchannel_speaker", ""))
        first, last = time_of(row.get("backchannel_start")), time_of(row.get("backchannel_stop"))
        if other is not None and first is not None and last is not None and row["backchannel"]:
            yield Supervision(other, first, last, row["backchannel"])
