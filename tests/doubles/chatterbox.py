"""chatterbox-tts as the adapter sees it: the same classes and signatures, a harmonic voice inside.

`golden/chatterbox_contract.yaml` has the package's signatures; `test_chatterbox` compares these,
and the package where it is installed, with them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.fixtures.speech_like import voiced

RATE = 24_000


class FakeTorch(ModuleType):
    """Keeps the last seed."""

    seed = 0

    def manual_seed(self, seed: int) -> None:
        assert -(2**63) <= seed < 2**64
        self.seed = seed


class Tensor:
    """[1, N], on a device until it is asked for."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self._values = values[None]
        self._on_cpu = False

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        self._on_cpu = True
        return self

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        assert self._on_cpu
        return self._values.astype(dtype or np.float32)


class ChatterboxTTS:
    """The English model."""

    made: list[ChatterboxTTS] = []  # noqa: RUF012 - what the tests look at

    def __init__(
        self, t3: Any, s3gen: Any, ve: Any, tokenizer: Any, device: str, conds: Any = None
    ) -> None:
        self.sr = RATE
        self.device = device
        self.conds = conds
        self.prepared: list[str] = []
        self.said: list[dict[str, Any]] = []
        self.spoil: dict[str, int] = {}
        """How often a text is gibberish first."""
        type(self).made.append(self)

    @classmethod
    def from_local(cls, ckpt_dir: Any, device: str) -> ChatterboxTTS:
        assert (Path(ckpt_dir) / "ve.safetensors").is_file()
        return cls(None, None, None, None, device)

    def prepare_conditionals(self, wav_fpath: str, exaggeration: float = 0.5) -> None:
        self.prepared.append(wav_fpath)
        self.conds = SimpleNamespace(path=wav_fpath)

    def generate(
        self,
        text: str,
        repetition_penalty: float = 1.2,
        min_p: float = 0.05,
        top_p: float = 1.0,
        audio_prompt_path: str | None = None,
        exaggeration: float = 0.5,
        cfg_weight: float = 0.5,
        temperature: float = 0.8,
    ) -> Tensor:
        return self._say(
            text, exaggeration=exaggeration, cfg_weight=cfg_weight, temperature=temperature
        )

    def _say(self, text: str, **manner: float) -> Tensor:
        assert audio_prompt_ready(self)
        seed = sys.modules["torch"].seed
        self.said.append({"text": text, "seed": seed, "voice": self.conds.path, **manner})
        letters = max(4, sum(map(str.isalnum, text)))
        if self.spoil.get(text, 0):
            self.spoil[text] -= 1
            letters += 60
        sound = voiced(letters * RATE // 14, 100.0 + seed % 7)
        return Tensor(np.concatenate([sound, np.zeros(RATE, np.float32)]))


class ChatterboxTurboTTS(ChatterboxTTS):
    """The small one."""

    made: list[ChatterboxTTS] = []  # noqa: RUF012

    def prepare_conditionals(
        self, wav_fpath: str, exaggeration: float = 0.5, norm_loudness: bool = True
    ) -> None:
        super().prepare_conditionals(wav_fpath, exaggeration)

    def generate(  # type: ignore[override]
        self,
        text: str,
        repetition_penalty: float = 1.2,
        min_p: float = 0.0,
        top_p: float = 0.95,
        audio_prompt_path: str | None = None,
        exaggeration: float = 0.0,
        cfg_weight: float = 0.0,
        temperature: float = 0.8,
        top_k: int = 1000,
        norm_loudness: bool = True,
    ) -> Tensor:
        assert exaggeration == cfg_weight == min_p == 0, "Turbo ignores them with a warning"
        return self._say(text, temperature=temperature)


def audio_prompt_ready(model: ChatterboxTTS) -> bool:
    return model.conds is not None


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the doubles where `import` finds them."""
    english, turbo = ModuleType("chatterbox.tts"), ModuleType("chatterbox.tts_turbo")
    english.ChatterboxTTS = ChatterboxTTS  # type: ignore[attr-defined]
    turbo.ChatterboxTurboTTS = ChatterboxTurboTTS  # type: ignore[attr-defined]
    modules = {
        "chatterbox": ModuleType("chatterbox"),
        "chatterbox.tts": english,
        "chatterbox.tts_turbo": turbo,
        "torch": FakeTorch("torch"),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    ChatterboxTTS.made.clear()
    ChatterboxTurboTTS.made.clear()
