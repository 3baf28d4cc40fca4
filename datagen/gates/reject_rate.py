"""Stops a run that rejects too many dialogues: the settings are wrong, not the dialogues."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from datagen.types import Reject, UserError

WINDOW = 128
"""Number of last dialogues that are counted."""
MIN_DIALOGS = 64
"""Fewest dialogues from which anything is concluded."""
MAX_REJECTED = 0.20
"""Largest share of them that may be rejected."""
_CAUSES = dict.fromkeys(
    ("voices_alike", "turn_speaker"),
    " (a server may answer every voice that it does not know in one: `datagen voices server` lists"
    " those it has)",
)
"""What may be behind a reason that does not say so itself."""


class RejectRate:
    """Counts the last dialogues of a worker."""

    def __init__(self, stage: str, limit: float = MAX_REJECTED) -> None:
        self._stage = stage
        self._limit = limit
        self._last: deque[str | None] = deque(maxlen=WINDOW)

    def add(self, num_made: int, rejects: Sequence[Reject]) -> None:
        """Count a block. Raises UserError if more than the limit of the last dialogues failed."""
        self._last.extend([None] * num_made)
        self._last.extend(reject.reason for reject in rejects)
        reasons = Counter(reason for reason in self._last if reason is not None)
        num_rejected = reasons.total()
        if len(self._last) >= MIN_DIALOGS and num_rejected > self._limit * len(self._last):
            reason, times = reasons.most_common(1)[0]
            raise UserError(
                f"{self._stage} rejected {num_rejected} of the last {len(self._last)} dialogues,"
                f" {times} of them for {reason}{_CAUSES.get(reason, '')}: look at the"
                f" rejects in the {self._stage} files, then mend the backend's options or choose"
                " another"
            )
