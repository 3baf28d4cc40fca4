"""What is said only at some times of day.

lines, "morning" --timely--> lines that may be said in the morning
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

DAYPARTS = ("morning", "afternoon", "evening")
_LATE = (
    (
        re.compile(r"\b(?:long day|day(?:'s| is) (?:almost )?over)\b|\b(?:been|have|has|'ve|was|"
                   r"waited|haven't) (?:[\w ]* )?all day\b", re.IGNORECASE),
        ("afternoon", "evening"),
    ),
    (
        re.compile(r"\b(?:sitting|standing|sit) in the dark\b|\bby candlelight\b|"
                   r"\bthis evening\b", re.IGNORECASE),
        ("evening",),
    ),
    (
        re.compile(r"\b(?:can|could|will|'ll)\b[^.]*\bthis afternoon\b", re.IGNORECASE),
        ("morning", "afternoon"),
    ),
    (re.compile(r"\b(?:should've|should have) gone home\b", re.I), ("afternoon", "evening")),
    (re.compile(r"\bhaven't (?:even )?(?:had|eaten) lunch\b", re.I), ("afternoon",)),
)  # fmt: skip
"""What is said only at some times, with the parts of the day that are: when it is late, or while
there is something left of the day."""


@lru_cache(maxsize=65536)
def is_timely(line: str, daypart: str) -> bool:
    """Tell whether a line may be said at a time of day: in the morning nobody has had a long day,
    lunch is due in the afternoon, and it is dark in the evening only."""
    return _untimely(daypart).search(line) is None


@cache
def _untimely(daypart: str) -> re.Pattern[str]:
    """Return all that is not said at a time of day as one form."""
    forms = (form.pattern for form, dayparts in _LATE if daypart not in dayparts)
    return re.compile("|".join(forms), re.IGNORECASE)


def timely(lines: Sequence[str], daypart: str) -> Sequence[str]:
    """Return the lines that may be said at a time of day; all of them if none may."""
    return [line for line in lines if is_timely(line, daypart)] or lines
