"""Pick and cut a speaker's reference: recordings -> the best 3 to 10 s, at -24 LUFS.

Good is: little noise, no clipping, the full band, mostly speech, and long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from datagen.audio.headers import require_whole
from datagen.audio.loudness import loudness, peak
from datagen.audio.unreadable import why_unreadable
from datagen.types import SAMPLE_RATE, Audio, UserError
from datagen.voices.corpora import RESOURCE_FORK, Recording

MIN_SECONDS, MAX_SECONDS = 3, 10
SHORTEST, LONGEST = MIN_SECONDS * SAMPLE_RATE, MAX_SECONDS * SAMPLE_RATE
"""Samples of a reference: the voice prompt needs 3 s, and Chatterbox hears 10 s."""
LUFS = -24.0
"""Loudness of a reference (PersonaPlex's voice prompts)."""
MAX_PEAK = -0.5
"""Level of the largest sample of a reference, in dBFS."""
MAX_RECORDINGS = 12
"""Recordings of a speaker that are listened to."""
MIN_SNR = 20.0
"""dB between the loud and the quiet windows of a recording."""
ENOUGH_SNR = 45.0
"""dB from which less noise is no better."""
MAX_CLIPPED = 1e-4
CLIPPED = 0.999
"""Share of samples that may be at full scale, and the magnitude that is."""
MIN_BAND = 5_000.0
"""Hz up to which there must be sound; a telephone ends at 3,400."""
BAND_RANGE = 60.0
"""dB under the strongest band at which the spectrum ends."""
MIN_SPEECH = 0.5
"""Share of a recording's windows that must be speech."""
SPEECH_RANGE = 35.0
"""dB under the loud windows at which speech ends."""
WINDOW = SAMPLE_RATE // 100
MARGIN = SAMPLE_RATE // 10
"""Samples kept around the speech."""
FADE = SAMPLE_RATE // 200


@dataclass(frozen=True, slots=True)
class Reference:
    """A cut and normalised reference, and what was measured on the recording."""

    audio: Audio
    text: str | None
    loudness: float
    """LUFS of the recording."""
    snr: float
    """Level of the speech over what is under it, in dB."""

    @property
    def score(self) -> float:
        """More is better: a second of speech is worth 2 dB of noise, up to ENOUGH_SNR."""
        return min(self.snr, ENOUGH_SNR) + 2 * len(self.audio) / SAMPLE_RATE


def choose(recordings: Iterable[Recording]) -> tuple[Reference | None, list[str]]:
    """Return the best of a speaker's recordings, and why others were refused."""
    fit = sorted(recordings, key=lambda recording: str(recording.path))
    step = max(1, -(-len(fit) // MAX_RECORDINGS))
    others = [recording for index, recording in enumerate(fit) if index % step]
    references: list[Reference] = []
    refused: list[str] = []
    num_heard = 0
    for recording in (*fit[::step], *others):
        if num_heard == -(-len(fit) // step):
            break
        try:
            references.append(make(recording))
        except NotFit as reason:
            refused.append(f"{recording.path.name}: {reason}")
        except UserError as error:  # in its place another is heard
            refused.append(f"{recording.path.name}: {_reason(error, recording)}")
            continue
        num_heard += 1
    return max(references, key=lambda one: one.score, default=None), refused


def _reason(error: UserError, recording: Recording) -> str:
    """Return what is wrong with a file, without its name again."""
    return str(error).removeprefix(f"{recording.path} ")


class NotFit(Exception):
    """Why a recording cannot be a reference."""


def make(recording: Recording) -> Reference:
    """Cut and normalise a recording; NotFit if it is not good enough."""
    audio = read(recording.path)
    if len(audio) < SHORTEST:
        raise NotFit(f"{len(audio) / SAMPLE_RATE:.1f} s, shorter than {MIN_SECONDS}")
    level = _levels(audio)
    snr = float(np.percentile(level, 90) - np.percentile(level, 3))
    _check(audio, level, snr)
    start, end = _speech(level)
    cut = audio[max(0, start - MARGIN) : end + MARGIN]
    whole = len(cut) <= LONGEST
    cut = cut if whole else cut[: _pause(cut)]
    if len(cut) < SHORTEST:
        raise NotFit(f"{len(cut) / SAMPLE_RATE:.1f} s of speech, less than {MIN_SECONDS}")
    return Reference(normalise(cut), recording.text if whole else None, loudness(audio), snr)


def read(path: Path) -> Audio:
    """Read the first channel of a file, [S] at 24 kHz."""
    if path.name.startswith(RESOURCE_FORK):
        raise UserError(f"{path} cannot be read: it is macOS's shadow of a file")
    try:
        require_whole(path)
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError, ValueError) as error:
        raise UserError(
            f"{path} cannot be read as audio ({why_unreadable(path, error)})"
        ) from error
    if not len(audio):
        raise UserError(f"{path} cannot be read: it is empty")
    mono = np.ascontiguousarray(audio[:, 0])
    if not np.isfinite(mono).all():
        raise UserError(f"{path} has samples that are not numbers")
    return np.asarray(soxr.resample(mono, rate, SAMPLE_RATE), np.float32)


def normalise(audio: Audio) -> Audio:
    """Bring [S] to LUFS, less if it would clip, and fade its ends."""
    gain = min(LUFS - loudness(audio), MAX_PEAK - peak(audio))
    made = audio * np.float32(10 ** (gain / 20))
    ramp = np.linspace(0, 1, FADE, dtype=np.float32)
    made[:FADE] *= ramp
    made[-FADE:] *= ramp[::-1]
    return np.asarray(made, np.float32)


def band(audio: Audio) -> float:
    """Return the Hz up to which [S] has sound."""
    size = 2_048
    frames = audio[: len(audio) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.square(np.abs(np.fft.rfft(frames, axis=1))).mean(axis=0)[1:]
    level = 10 * np.log10(power.reshape(-1, 16).mean(axis=1) + 1e-12)
    last = int(np.flatnonzero(level > level.max() - BAND_RANGE)[-1])
    return (last + 1) * 16 * SAMPLE_RATE / size


def _levels(audio: Audio) -> NDArray[np.float64]:
    """Return the level of each window in dBFS."""
    windows = audio[: len(audio) // WINDOW * WINDOW].reshape(-1, WINDOW)
    power = np.square(windows, dtype=np.float64).mean(axis=1)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-9)))


def _check(audio: Audio, level: NDArray[np.float64], snr: float) -> None:
    """Raise NotFit for the first thing that is wrong with a recording."""
    for reason in _faults(audio, level, snr):
        raise NotFit(reason)


def _faults(audio: Audio, level: NDArray[np.float64], snr: float) -> Iterator[str]:
    clipped = float((np.abs(audio) >= CLIPPED).mean())
    if clipped > MAX_CLIPPED:
        yield f"{clipped:.2%} of its samples clipped"
    if snr < MIN_SNR:
        yield f"{snr:.0f} dB between speech and noise, less than {MIN_SNR:.0f}"
    speech = float((level > np.percentile(level, 95) - SPEECH_RANGE).mean())
    if speech < MIN_SPEECH:
        yield f"{speech:.0%} speech, less than {MIN_SPEECH:.0%}"
    if (top := band(audio)) < MIN_BAND:
        yield f"no sound over {top:.0f} Hz"


def _speech(level: NDArray[np.float64]) -> tuple[int, int]:
    """Return the samples from the first window with speech to the last."""
    loud = np.flatnonzero(level > np.percentile(level, 95) - SPEECH_RANGE)
    return int(loud[0]) * WINDOW, int(loud[-1] + 1) * WINDOW


def _pause(audio: Audio) -> int:
    """Return where to cut a long recording: the quietest 100 ms between half and all of LONGEST."""
    level = _levels(audio[:LONGEST])
    calm = np.convolve(level, np.ones(10) / 10, mode="valid")
    first = len(calm) // 2
    return (first + int(calm[first:].argmin()) + 5) * WINDOW
