"""Word times without a model: the time that is speech, divided by letters. The last resort.

It hears pauses but no words, so on ordinary sentences half of the starts are more than a frame off
(`benchmarks/speech.py`): for languages and voices that no acoustic aligner knows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from datagen.backends.aligner.energy import WINDOW, speech_windows
from datagen.backends.aligner.extra import check_extra
from datagen.backends.aligner.tokens import Span, divide
from datagen.backends.protocols import Aligner
from datagen.types import Audio, Record, Rejected, SpokenWord


class Proportional(Aligner):
    """Lays the tokens over the speech of a clip, each as long as it has letters."""

    stand_in: ClassVar[bool] = True

    class Options(Record):
        """There are no options."""

    def __init__(self, options: Options) -> None:
        """Do nothing: there is no model."""

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Divide the clip's speech among the tokens of ``spoken``; Rejected if it has none."""
        clip, tokens = audio(), spoken.split()
        speech = np.flatnonzero(speech_windows(clip))
        if not tokens or len(speech) < len(tokens):
            evidence = f"{len(speech)} windows of 10 ms with speech for {spoken!r}"
            raise Rejected("alignment", evidence)
        words = tuple(
            SpokenWord(
                text=token,
                start=int(speech[span.start]) * WINDOW,
                end=min(int(speech[span.end - 1] + 1) * WINDOW, len(clip)),
            )
            for token, span in zip(tokens, _whole(tokens, len(speech)), strict=True)
        )
        check_extra(words, clip, spoken, are_heard=False)
        return words


def _whole(tokens: Sequence[str], num_windows: int) -> list[Span]:
    """Divide windows among tokens, at least one each."""
    spare = divide(Span(0, num_windows - len(tokens)), tokens)
    return [Span(span.start + n, span.end + n + 1) for n, span in enumerate(spare)]
