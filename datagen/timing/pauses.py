"""How long the pauses last that the script wants inside a turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from datagen.timing.preset import LogNormal, Pauses, Uniform
from datagen.timing.take import Hold
from datagen.types import Pause


def draw(pauses: Sequence[Pause], law: Pauses, rng: np.random.Generator) -> list[Hold]:
    """Draw the silence that each pause adds, in samples."""
    laws: dict[str, LogNormal | Uniform] = {"clause": law.clause, "thinking": law.thinking}
    return [Hold(pause.after_word, pause.kind, laws[pause.kind].draw(rng)) for pause in pauses]
