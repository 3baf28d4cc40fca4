"""One clip's random numbers: the same whatever else is in its batch.

They come in the order in which chatterbox-tts draws them after `torch.manual_seed`, so that a clip
made alone is the package's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class RowNoise:
    """Generators of one seed: of the model's device, and of the CPU, where they differ."""

    def __init__(self, seed: int, device: str) -> None:
        import torch

        self._torch = torch
        kind = torch.device(device)
        self.generator = torch.Generator(kind).manual_seed(seed)
        """Generator of the model's device."""
        self._on_host = kind.type == "cpu"
        self._host = self.generator if self._on_host else torch.Generator().manual_seed(seed)
        self._device = kind

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Let code that takes torch's own generators draw from these."""
        torch = self._torch
        held = torch.get_rng_state(), None if self._on_host else self._device_state()
        torch.set_rng_state(self._host.get_state())
        if not self._on_host:
            torch.cuda.set_rng_state(self.generator.get_state(), self._device)
        try:
            yield
        finally:
            self._host.set_state(torch.get_rng_state())
            torch.set_rng_state(held[0])
            if not self._on_host:
                self.generator.set_state(self._device_state())
                torch.cuda.set_rng_state(held[1], self._device)

    def _device_state(self) -> Any:
        return self._torch.cuda.get_rng_state(self._device)
