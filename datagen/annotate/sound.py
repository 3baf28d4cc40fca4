"""The sound of a call: one person on each channel, at 24 kHz, whole or in part.

    CorpusCall --CallSound--> Audio [S] of a side, from sample to sample of the call

Files are read where they are asked for: of an hour's call, a piece at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
import soxr

from datagen.annotate.call import ChannelFile, Side
from datagen.audio.headers import require_whole
from datagen.audio.unreadable import why_unreadable
from datagen.types import SAMPLE_RATE, Audio, Rejected

MARGIN = 0.1
"""Seconds read before and after a part, so that the resampler's edges are not in it."""
MAX_HOURS = 4.0
"""Longest call, in hours."""


class CallSound:
    """Reads parts of a call. Times are samples at 24 kHz from the call's beginning."""

    def __init__(self, channels: Mapping[Side, ChannelFile]) -> None:
        """Look at the files; raise Rejected if one cannot be read, or lacks its channel."""
        self._channels = channels
        self._rates: dict[Path, int] = {}
        self.seconds: dict[Side, float] = {}
        """How long each side's file is, in seconds."""
        for side, channel in channels.items():
            info = _info(channel)
            self._rates[channel.path] = info.samplerate
            self.seconds[side] = info.frames / info.samplerate
            if info.channels <= channel.channel:
                raise Rejected(
                    "sound", f"{channel.path.name} has {info.channels} channels, none for {side}"
                )
        seconds = max(self.seconds.values())
        if seconds > MAX_HOURS * 3600:
            raise Rejected("sound", f"it is longer than {MAX_HOURS:g} hours")
        self.num_samples = int(seconds * SAMPLE_RATE)
        """Length of the longer channel, in samples at 24 kHz; the other ends in silence."""

    def read(self, side: Side, start: int, end: int) -> Audio:
        """Return a side's sound [S] from ``start`` to ``end``; beyond the file it is silent."""
        channel = self._channels[side]
        rate = self._rates[channel.path]
        first = max(0.0, start / SAMPLE_RATE - MARGIN)
        sound = _samples(channel, rate, first, end / SAMPLE_RATE + MARGIN)
        heard = soxr.resample(sound, rate, SAMPLE_RATE) if rate != SAMPLE_RATE else sound
        begin = start - round(first * SAMPLE_RATE)
        part = np.zeros(end - start, np.float32)
        found = heard[begin : begin + len(part)]
        part[: len(found)] = found
        return part


def _info(channel: ChannelFile) -> soundfile._SoundFileInfo:
    try:
        require_whole(channel.path)
        return soundfile.info(channel.path)
    except (OSError, soundfile.SoundFileError) as error:
        why = why_unreadable(channel.path, error)
        raise Rejected("sound", f"{channel.path.name}: {why}") from error


def _samples(channel: ChannelFile, rate: int, first: float, last: float) -> Audio:
    """Return a channel's samples [S] between two times in seconds, at the file's own rate."""
    start = round(first * rate)
    try:
        with soundfile.SoundFile(channel.path) as file:
            file.seek(min(start, file.frames))
            count = max(0, round(last * rate) - start)
            sound = file.read(count, dtype="float32", always_2d=True)[:, channel.channel].copy()
    except (OSError, soundfile.SoundFileError) as error:
        why = why_unreadable(channel.path, error)
        raise Rejected("sound", f"{channel.path.name}: {why}") from error
    if not np.isfinite(sound).all():
        raise Rejected("sound", f"{channel.path.name} has samples that are not numbers")
    return np.ascontiguousarray(sound)
