"""Kokoro's voices: names, files, and blends of two.

NAME.bin, or one file of all --VoiceFiles--> style vectors [510, 1, 256], one for each length in
phonemes of what is said
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datagen.backends.hub import files_hash, files_of
from datagen.seeds import seed_for
from datagen.types import UserError

LENGTHS, WIDTH = 510, 256
"""Style vectors of a voice, and numbers in each."""
_NAMES = """
af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky
am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa
bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
"""
ENGLISH = tuple(_NAMES.split())
"""The English voices of Kokoro v1.0: American (a) and British (b), female (f) and male (m)."""
BLEND = "+"


class VoiceFiles:
    """Voices on this machine: a folder of NAME.bin, or kokoro-onnx's file of all."""

    def __init__(self, path: Path) -> None:
        inside = path / "voices"
        folder = inside if inside.is_dir() else path
        archive = next(iter(files_of(folder, "voices*.bin")), None) if folder.is_dir() else path
        self.path = archive or folder
        """The archive, or the folder."""

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the voices that are there."""
        if self.path.is_dir():
            return frozenset(file.stem for file in self.path.glob("[!.]*.bin"))
        try:
            with zipfile.ZipFile(self.path) as archive:
                return frozenset(Path(name).stem for name in archive.namelist())
        except (OSError, zipfile.BadZipFile) as error:
            raise UserError(f"speech.options.voices: {self.path}: {error}") from error

    def load(self, name: str) -> NDArray[np.float32]:
        """Return a voice's style vectors [LENGTHS, 1, WIDTH]."""
        if self.path.is_dir():
            style = np.fromfile(self.path / f"{name}.bin", "<f4")
        else:
            with np.load(self.path) as archive:
                style = np.asarray(archive[name], np.float32)
        if style.size != LENGTHS * WIDTH:
            raise UserError(
                f"speech.options.voices: {name} in {self.path} has {style.size:,} numbers, not"
                f" {LENGTHS * WIDTH:,}; is it a voice of Kokoro v1.0?"
            )
        return style.reshape(LENGTHS, 1, WIDTH)

    def digest(self, names: Sequence[str]) -> str:
        """Return a hash of the voices named."""
        if self.path.is_dir():
            return files_hash(self.path, *(f"{name}.bin" for name in names))
        return blake2b(self.path.read_bytes(), digest_size=16).hexdigest()


def blended(names: Sequence[str], count: int) -> list[str]:
    """Return names of blends of two of ``names`` with one accent, in an order that a hash gives.

    >>> blended(["af_sky", "af_nova", "bf_lily"], 5)
    ['af_nova+af_sky']
    """
    pairs = [
        BLEND.join(pair) for pair in combinations(sorted(names), 2) if pair[0][:1] == pair[1][:1]
    ]
    return sorted(pairs, key=lambda name: (seed_for(0, name, "blend"), name))[:count]
