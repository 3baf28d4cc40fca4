"""Whether a server's sound is as fast as people speak: a header may give another rate than it has.

    letters and seconds of the first lines --Tempo.hear--> UserError, if they cannot be speech

At half or twice its rate all of it is wrong, and no clip of it stands out.
"""

from __future__ import annotations

import threading
from statistics import median

from datagen.types import UserError

LINES = 8
"""Lines that are listened to."""
LEAST_LETTERS = 30
"""Letters of a line from which on the silence around it counts for little."""
SLOWEST, FASTEST = 8.5, 21.0
"""Letters a second of clips, their silence included: people and voices speak 10 to 18."""


class Tempo:
    """Hears a server's first lines; threads may share it."""

    def __init__(self, name: str) -> None:
        """Take what messages call the server."""
        self._name = name
        self._rates: list[float] = []
        self._lock = threading.Lock()

    def hear(self, spoken: str, seconds: float, rate: int) -> None:
        """Note a line of ``rate`` Hz. Raises UserError once enough lines cannot be speech."""
        letters = sum(map(str.isalnum, spoken))
        if letters < LEAST_LETTERS or seconds <= 0 or len(self._rates) > LINES:
            return
        with self._lock:
            self._rates.append(letters / seconds)
            usual = median(self._rates)
            is_judged = len(self._rates) >= LINES
        if is_judged and not SLOWEST <= usual <= FASTEST:
            raise UserError(
                f"{self._name} speaks {usual:.1f} letters a second (of {LINES} lines), where people"
                f" speak 10 to 18: its sound may have another rate than the {rate:,} Hz of its"
                " header, or long silence around it; mend the server, or its speed in"
                " speech.options.extra_body"
            )
