"""Ears that fit a laptop: what is said, who says it, and how good it sounds.

Audio [S] --WhisperEar--> text      Audio --SpeakerEar--> who      Audio --QualityEar--> DNSMOS

Packages: faster-whisper (CTranslate2, int8), resemblyzer (its weights come with it, needs torch),
speechmos (Microsoft's DNSMOS, with it too). All listen at 16 kHz on one thread.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from datagen.backends.hub import find_model
from datagen.types import SAMPLE_RATE, Audio, UserError

RATE = 16_000
"""Sample rate in Hz of all ears."""
WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")
MIN_SPEAKER_SECONDS = 1.5
"""Shortest clip in seconds whose speaker is told: of 0.3 s a voice is .59 like itself."""
MIN_QUALITY_SECONDS = 3.0
"""Shortest clip in seconds that is rated: a clean nod is rated worse than silence."""
QUALITY_WINDOW, QUALITY_HOP = 9.01, 1.0
"""Seconds that DNSMOS rates at once, and its step: the rest after the last window is not heard."""
QUALITY_LEVEL = -26.0
"""Level in dBFS (RMS) at which clips are rated: 20 dB less cost .9."""
PADDING = RATE // 2
"""Samples of silence before and after what Whisper hears, or it drops a first word."""
FRAMES_PER_SECOND, ALL_FRAMES = 100, 3_000
"""Whisper's spectra: 30 s, whatever the clip's length, unless it is told to hear less."""
SHORT_SLACK = 100
"""Frames of silence after a clip in a short window."""
TOKENS_A_SECOND, MORE_TOKENS = 8, 16
"""Most tokens that a short window may have heard, or the model repeats a short line for ever: it
did in 3 of 80 clips, where the whole window is heard next."""


def need(name: str, package: str, setting: str, extra: str = "ears") -> None:
    """Raise UserError if a package of an extra of ours is not installed."""
    if find_spec(name) is None:
        raise UserError(f"{setting} needs {package}: pip install 'fullduplex-datagen[{extra}]'")


class WhisperEar:
    """A Whisper model in CTranslate2's form."""

    def __init__(self, folder: Path) -> None:
        import faster_whisper

        self._model: Any = faster_whisper.WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, num_workers=1
        )
        self._encode, self._model.encode = self._model.encode, self._encode_window
        self._frames = ALL_FRAMES

    @staticmethod
    def find(setting: str, model: str, revision: str) -> Path:
        """Return the folder of a model. Raises UserError if it or the package is not here."""
        need("faster_whisper", "faster-whisper", setting)
        return find_model(setting, model, revision, *WHISPER_FILES)

    def transcribe(
        self, audio: Audio, beam: int = 1, *, short: bool = False, timed: bool = False
    ) -> str:
        """Return what is heard in a clip [S], as Whisper writes it.

        A short window encodes the clip and not 30 s: a fifth of the time for a clip of 4 s, but
        the model, which was trained on whole windows, may miss a sentence. ``timed`` asks it for
        times, too: it must say where its text begins, and leaves out no first sentence.
        """
        sound = np.pad(soxr.resample(audio, SAMPLE_RATE, RATE), PADDING).astype(np.float32)
        self._frames = _short_window(len(sound)) if short else ALL_FRAMES
        most = int(TOKENS_A_SECOND * len(audio) / SAMPLE_RATE) + MORE_TOKENS if short else None
        segments, _ = self._model.transcribe(
            sound,
            language="en",
            beam_size=beam,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=not timed,
            max_new_tokens=most,
        )
        return " ".join(segment.text.strip() for segment in segments)

    def _encode_window(self, features: Any) -> Any:
        """Encode the first frames of spectra [..., ALL_FRAMES] that the library has padded."""
        return self._encode(features[..., : self._frames])


def _short_window(num_samples: int) -> int:
    """Return the frames of a clip and some silence, in whole seconds."""
    frames = num_samples * FRAMES_PER_SECOND // RATE + SHORT_SLACK
    return min(ALL_FRAMES, -(-frames // FRAMES_PER_SECOND) * FRAMES_PER_SECOND)


class SpeakerEar:
    """Resemblyzer's speaker vectors (GE2E)."""

    def __init__(self) -> None:
        from resemblyzer import VoiceEncoder

        self._encoder: Any = VoiceEncoder("cpu", verbose=False)

    @staticmethod
    def check(setting: str) -> None:
        """Raise UserError if the package is not here."""
        need("resemblyzer", "resemblyzer", setting)

    def vector(self, audio: Audio) -> NDArray[np.float32] | None:
        """Return the unit vector of a clip's speaker; None if the clip [S] is too short to tell."""
        if len(audio) < MIN_SPEAKER_SECONDS * SAMPLE_RATE:
            return None
        sound = soxr.resample(audio, SAMPLE_RATE, RATE)
        return np.asarray(self._encoder.embed_utterance(sound), np.float32)


class QualityEar:
    """DNSMOS P.835 and P.808, of Microsoft's DNS challenge."""

    def __init__(self) -> None:
        from speechmos import dnsmos

        self._run: Any = dnsmos.run

    @staticmethod
    def check(setting: str) -> None:
        """Raise UserError if the package is not here."""
        need("speechmos", "speechmos", setting)

    def rate(self, audio: Audio) -> tuple[float, float] | None:
        """Return the overall rating (P.835) and P.808's of a clip [S], 1 to 5; None if too short.

        The clip is brought to one level, and repeated until its windows are whole.
        """
        if len(audio) < MIN_QUALITY_SECONDS * SAMPLE_RATE:
            return None
        sound = soxr.resample(audio, SAMPLE_RATE, RATE)
        power = float(np.square(sound, dtype=np.float64).mean())
        gain = 10 ** (QUALITY_LEVEL / 20) / max(1e-6, power**0.5)
        sound = np.clip(sound * gain, -1, 1).astype(np.float32)
        hops = max(0.0, np.ceil(len(sound) / RATE - QUALITY_WINDOW))
        length = int(np.ceil((QUALITY_WINDOW + hops * QUALITY_HOP) * RATE))
        found = self._run(np.resize(sound, length), sr=RATE)
        return float(found["ovrl_mos"]), float(found["p808_mos"])
