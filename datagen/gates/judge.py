"""T2: somebody who listens with a model. Optional, and slower than everything else in the gates."""

from __future__ import annotations

from typing import Protocol

from datagen.backends.protocols import Backend
from datagen.gates.turn import Fault
from datagen.types import Audio, Line


class Judge(Backend, Protocol):
    """Hears what T0 and T1 cannot: other words, another voice, bad sound."""

    def fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
        """Return what is wrong with a clip [S], or None; ``reference`` is its voice recorded."""
        ...
