"""What the page draws of a sound, computed here once: envelopes, spectrograms, and WAV bytes.

Stereo [C, S] --envelope--> [C, S / 120] bytes      --spectrogram--> [C, frames, bands] bytes
"""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from datagen.types import SAMPLE_RATE, Audio, Stereo

ENVELOPE_RATE = 200
"""Points a second of an envelope."""
SPECTRUM_RATE = 50
"""Frames a second of a spectrogram."""
BANDS = 64
"""Bands of a spectrogram, equally wide on the mel scale from 0 to 8 kHz."""
TOP_HZ = 8_000
_WINDOW = 1_024
_QUIET, _LOUD = -100.0, -20.0
"""dB that become 0 and 255."""


def envelope_of(wav: bytes) -> dict[str, Any]:
    """Return a WAV's envelopes as the page reads them, the agent's first."""
    return {"rate": ENVELOPE_RATE, "channels": envelope(decoded(wav))}


def spectrogram_of(wav: bytes) -> dict[str, Any]:
    """Return a WAV's spectrograms as the page reads them, the agent's first."""
    channels = spectrogram(decoded(wav))
    return {"rate": SPECTRUM_RATE, "bands": BANDS, "top_hz": TOP_HZ, "channels": channels}


def envelope(stereo: Stereo) -> list[str]:
    """Return each channel's largest magnitudes as bytes in base64; a byte is 255 * sqrt(x)."""
    step = SAMPLE_RATE // ENVELOPE_RATE
    length = -(-stereo.shape[1] // step) * step
    padded = np.zeros((len(stereo), length), np.float32)
    padded[:, : stereo.shape[1]] = np.abs(stereo)
    peaks = padded.reshape(len(stereo), -1, step).max(axis=2)
    scaled = np.sqrt(np.minimum(peaks, 1.0)) * 255
    return [_text(np.ceil(channel)) for channel in scaled]


def spectrogram(stereo: Stereo) -> list[str]:
    """Return each channel's spectrogram [frames, bands] as bytes in base64."""
    return [_text(_bands(channel)) for channel in stereo]


def _bands(audio: Audio) -> NDArray[np.float32]:
    """Return levels [frames, bands] scaled to 0..255."""
    hop = SAMPLE_RATE // SPECTRUM_RATE
    padded = np.pad(audio, (_WINDOW // 2, _WINDOW + hop))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::hop]
    windows = windows[: -(-len(audio) // hop)]
    hann = np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(windows * hann, axis=1)).astype(np.float32) ** 2
    level = 10 * np.log10(power @ _filters() / (_WINDOW / 4) ** 2 + 1e-12)
    return np.asarray(np.clip((level - _QUIET) / (_LOUD - _QUIET) * 255, 0, 255), np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Return triangles on the mel scale [bins, bands] (HTK's formula), each with a sum of 1."""
    hz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    mel = np.linspace(0, 2595 * np.log10(1 + TOP_HZ / 700), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rise = (hz[:, None] - low) / (middle - low)
    fall = (high - hz[:, None]) / (high - middle)
    found = np.maximum(0, np.minimum(rise, fall))
    nearest = np.abs(hz[:, None] - middle).argmin(axis=0)
    found[nearest, np.arange(BANDS)] += found.sum(axis=0) == 0  # a band narrower than a bin
    return np.asarray(found / found.sum(axis=0), np.float32)


def encoded(stereo: Stereo, kind: str) -> bytes:
    """Return a sound as a whole file of 16 bits: WAV (seeks at once) or FLAC (half the size)."""
    file = io.BytesIO()
    soundfile.write(file, stereo.T, SAMPLE_RATE, format=kind, subtype="PCM_16")
    return file.getvalue()


def decoded(data: bytes) -> Stereo:
    """Return the channels [C, S] of a whole file."""
    stereo, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    assert rate == SAMPLE_RATE, rate
    return np.ascontiguousarray(stereo.T)


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(values.astype(np.uint8).tobytes()).decode()
