"""The synthesizer's own word times: exact, free, and for those that give any (espeak, Dia2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from datagen.backends.protocols import Aligner
from datagen.types import Audio, Rejected, SpokenWord, UserError


class Native(Aligner):
    """Takes the times that came with the clip, and never reads the sound."""

    needs_audio = False

    def __init__(self, options: Any) -> None:
        """Do nothing: there is no model and there are no options."""

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Return ``words``; UserError if there are none, Rejected if they are not ``spoken``'s."""
        if words is None:
            raise UserError(
                "align.use: native needs a synthesizer that times its words, and this one does"
                " not; choose another aligner"
            )
        if len(words) != len(spoken.split()):
            raise Rejected("alignment", f"{len(words)} timed words for {spoken!r}")
        return tuple(words)
