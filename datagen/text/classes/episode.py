"""Episodes of a series: "S3E10", "S03E01", "s2e4"."""

from __future__ import annotations

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, cue, is_before
from datagen.text.locales import Locale

TOLD = "An S and an E, each with up to two figures; the zero that fills a place is not said."
EXAMPLES = (
    ("Did you see S3E10 yet?", "Did you see season three episode ten yet?"),
    ("Start with S03E01.", "Start with season three episode one."),
    ("It's in S1E4-5.", "It's in season one episodes four to five."),
)


_CODE = cue(
    r"(?:part|model|serial|code|order|ticket|case|reference|item|lot|number|plate|unit)(?: is)?",
    " ",
)


def _episode(match: Match) -> str | None:
    """Say the season and the episode, or several episodes."""
    if is_before(match, _CODE):
        return None
    season, first = int(match["season"]), int(match["first"])
    if not match["last"]:
        return f"season {numbers.cardinal(season)} episode {numbers.cardinal(first)}"
    last = int(match["last"])
    if last <= first:
        return None
    ends = f"{numbers.cardinal(first)} to {numbers.cardinal(last)}"
    return f"season {numbers.cardinal(season)} episodes {ends}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write an episode."""
    make = FormMaker("episode")
    return (
        make(
            r"[Ss](?P<season>\d{1,2}):? ?[Ee]p?(?P<first>\d{1,2})(?:-[Ee]?(?P<last>\d{1,2}))?"
            r"(?![\w-]|\.\d)",
            _episode,
        ),
    )
