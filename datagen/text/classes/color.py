"""Colors by their six or three figures to the base of sixteen: "#FF8800", "#fff"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, Unsayable, cue, is_before, is_near
from datagen.text.locales import Locale

TOLD = "Six or three figures and letters up to F behind a #, where a word near it tells of a color."
EXAMPLES = (
    ("The color is #1A2B3C.", "The color is hash one A two B three C."),
    ("Use hex #fff here.", "Use hex hash F F F here."),
)
_COLORED = re.compile(
    r"\b(?:hex|colou?rs?|shades?|background|css|hue|tint|pixels?|lamps?|lights?|LEDs?|bulbs?|paint"
    r"|fonts?|logo|theme|palette|accent|RGB|orange|red|blue|green|purple|yellow|teal|pink|white"
    r"|black|gr[ae]y|navy|turquoise|gold|banner|button|header|border|fill)\b",
    re.IGNORECASE,
)
_NUMBERED = cue(
    r"orders?|case|ticket|number|item|lot|confirmation|claim|reference|ref\.?|invoice|part|unit"
    r"|apartment|apt\.?|room|sku|batch|serial|model|tracking|account|is it|box",
    " ",
)


def _color(match: Match) -> str | None:
    """Say a color by figure and letter; without a word of color it may be the number of a case."""
    if is_before(match, _NUMBERED):
        return None
    if not is_near(match, _COLORED):
        if len(match["figures"]) == 6 and re.search("[A-F]{2}", match["figures"]):
            raise Unsayable(match[0], "it may be a color or a number")
        return None
    return f"hash {numbers.letters_and_digits(match['figures'].upper())}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a color."""
    make = FormMaker("color")
    return (
        make(
            r"#(?P<figures>(?=\d*[A-Fa-f])(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3}))(?![\w-])",
            _color,
            Sure.CERTAIN,
        ),
    )
